"""What the row of an incident tells beside what was said: a column for each teller (R35)."""

from __future__ import annotations

from wellclear.apps.account_words import column_lines
from wellclear.apps.node.rows import moments
from wellclear.apps.node.said import Row
from wellclear.picture.accounts import columns
from wellclear.picture.view_records import RecordView


def incident_row(record: RecordView, now_us: int) -> Row:
    """`columns`, a row a teller in the order of the names, with the indices of its replies; nothing of other kinds."""
    if record.kind != "incident":
        return {}
    told = [
        {
            "party": one.party, "accounts": [reply.index for reply in one.accounts], "first": one.first,
            **moments(first_due=one.first_due_us, full_due=one.full_due_us), "words": list(column_lines(one, now_us)),
        }
        for one in columns(record, now_us)
    ]  # fmt: skip
    return {"columns": told}
