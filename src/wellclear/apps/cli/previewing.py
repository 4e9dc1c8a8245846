"""draft --preview: what each reader would see (R25), and what the node would say of it.

Where the node runs, it composes the notice on trial, so its refusals and warnings are those of the draft itself. Where
it does not, that is said, and only what needs no picture is looked at.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wellclear.apps.cli.acting import Fields, Intent, Workplace, from_desk
from wellclear.apps.cli.notice_form import NoticeForm
from wellclear.apps.cli.notice_lines import group_lines
from wellclear.apps.cli.output import show
from wellclear.apps.problems import body_of
from wellclear.channel.own_rules import past_warning
from wellclear.domain.parts import LEVEL_OF_GROUP, group_from
from wellclear.errors import InvalidValue, Misconfigured, Refused, Unavailable

EXPOSED = frozenset({"deployment", "survey", "protected_site", "aid_movement"})
"""Categories whose place alone can do harm (N13)."""


def preview_of(form: NoticeForm) -> Fields:
    """What would be announced, and what each reader would see of it."""
    groups = form.groups()
    seen = [group for group in groups if group["group"] not in form.withhold]
    return {
        "to": list(form.to), "precedence": form.precedence, "keep_until": form.keep_until, "groups": groups,
        "seen_by_all": ["kind", "party", "desks", "precedence", "time", "keep_until"],
        "seen_by": {desk: [group["group"] for group in seen] for desk in form.to}, "withheld": list(form.withhold),
        "level": max(LEVEL_OF_GROUP[group["group"]] for group in seen),
    }  # fmt: skip


def preview_lines(form: NoticeForm) -> list[Any]:
    """The preview for people."""
    preview = preview_of(form)
    lines = [
        "Everybody in the channel sees that your party announces something, to whom, when, and how urgent.",
        f"{', '.join(form.to)} would see this (level {preview['level']}):",
        *group_lines([group for group in preview["groups"] if group["group"] not in form.withhold]),
    ]
    if form.withhold:
        lines.append(f"Committed to, but not sent: {', '.join(form.withhold)}")
    if form.category in EXPOSED:
        lines.append("A hostile reader learns from this where people are, or will be. Is the cell alone enough?")
    lines.append("Nothing was sent. A reader may pass on what it sees.")
    return lines


@dataclass(frozen=True, slots=True)
class Held:
    """What the node says of a notice: warnings, or why it refuses; `unasked` says why it could not be asked."""

    warnings: Sequence[str] = ()
    refusal: Refused | InvalidValue | None = None
    unasked: str = ""

    def lines(self) -> list[str]:
        """For people; a refusal is told as an error."""
        said = [f"warning: {warning}" for warning in self.warnings]
        if self.unasked:
            said.append(f"Not held to the channel, so its desks are not known to be there: {self.unasked}")
        return said

    def json(self) -> Fields:
        """For programs."""
        told: Fields = {"warnings": list(self.warnings)}
        if self.refusal is not None:
            told["refused"] = body_of(self.refusal)["error"]
        return told | ({"unasked": self.unasked} if self.unasked else {})


def held(form: NoticeForm, home: Path, desk: str | None, officer: str | None) -> Held:
    """Have the node compose a notice on trial; it takes no id and keeps nothing."""
    groups = form.groups()
    members: Fields = {"to": list(form.to), "precedence": form.precedence, "keep_until": form.keep_until}
    members |= from_desk(desk)
    try:
        place = Workplace.open(home)
        with place.client:
            intent = Intent("notice", groups, place.readers(form.to), members, form.withhold)
            answer = place.client.post("acts", intent.body(officer) | {"preview": True})
        return Held(tuple(map(str, answer.get("warnings", ()))))
    except (Refused, InvalidValue) as error:
        return Held(_past(groups), refusal=error)
    except (Unavailable, Misconfigured) as error:
        return Held(_past(groups), unasked=str(error))


def _past(groups: Sequence[Fields]) -> tuple[str, ...]:
    """The one warning that needs no node, by this machine's clock."""
    past = past_warning([group_from(group, "notice") for group in groups], time.time_ns() // 1000)
    return (past,) if past else ()


def show_preview(form: NoticeForm, home: Path, desk: str | None, officer: str | None, *, as_json: bool) -> None:
    """Show what each reader would see, with the node's warnings; raises its refusal afterwards."""
    found = held(form, home, desk, officer)
    show(preview_of(form) | found.json(), *preview_lines(form), *found.lines(), as_json=as_json)
    if found.refusal is not None:
        raise found.refusal
