"""What stands at the head of a teller's column of an incident: told, or not yet, and since when that is late (R35)."""

from __future__ import annotations

from wellclear.domain.measures import moment, took
from wellclear.picture.accounts import Column


def column_lines(column: Column, now_us: int) -> tuple[str, ...]:
    """Whether it has told, and by when more is asked for; nothing of whether that is good or bad."""
    count = len(column.accounts)
    if column.first == "waits":
        head = f"Nothing told yet; a first account is asked for by {moment(column.first_due_us)}."
    elif column.first == "late":
        late = took(now_us - column.first_due_us)
        head = f"Nothing told yet; a first account was asked for by {moment(column.first_due_us)}, {late} ago."
    else:
        head = f"{count} account{'s' if count > 1 else ''}, the first at {moment(column.accounts[0].moment_us)}"
        late_us = column.accounts[0].moment_us - column.first_due_us
        head += f", {took(late_us)} after it was asked for." if column.first == "told_late" else "."
    if column.open_until_us is not None:
        return head, f"A full account is asked for by {moment(column.full_due_us)}."
    return head, f"A full account was asked for by {moment(column.full_due_us)}."
