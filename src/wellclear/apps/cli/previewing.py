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
from wellclear.apps.cli.levelling import asked_levels, levels_in, terms_at
from wellclear.apps.cli.notice_form import NoticeForm
from wellclear.apps.cli.notice_lines import group_lines
from wellclear.apps.cli.output import show
from wellclear.apps.levels import cell_words, groups_at, hostile_words, level_words
from wellclear.apps.problems import body_of
from wellclear.channel.levels import Levels, addressed
from wellclear.channel.own_rules import past_warning
from wellclear.domain.agreement import Settings
from wellclear.domain.cells import cell_around
from wellclear.domain.names import party_of_desk
from wellclear.domain.notice_words import CONSENTED
from wellclear.domain.parts import LEVEL_OF_GROUP, group_from
from wellclear.errors import InvalidValue, Misconfigured, Refused, Unavailable


def preview_of(form: NoticeForm, levels: Levels) -> Fields:
    """What would be announced, and what each reader would see of it."""
    groups = form.groups()
    seen = {party: seen_at(level, form) for party, level in levels.items()}
    to = addressed(form.to, levels)
    return {
        "to": to, "precedence": form.precedence, "keep_until": form.keep_until, "groups": groups,
        "seen_by_all": ["kind", "party", "desks", "precedence", "time", "keep_until"],
        "seen_by": {desk: seen[party_of_desk(desk)] for desk in to if party_of_desk(desk) in seen},
        "withheld": list(form.withhold), "levels": levels, "level": max(levels.values(), default=0),
    }  # fmt: skip


def seen_at(level: int, form: NoticeForm) -> list[str]:
    """The field groups that a reader at a level is shown."""
    return [name for name in groups_at(level) if name not in form.withhold]


def seen_as(form: NoticeForm, levels: Levels, party: str) -> Fields:
    """Exactly what one recipient would see, and what it could do with it if it meant harm (R25, N13)."""
    level, cell = levels[party], cell_around(form.volumes)
    names = seen_at(level, form)
    groups = [group for group in form.groups() if group["group"] in names]
    at = max((LEVEL_OF_GROUP[name] for name in names), default=0)
    told: Fields = {"as": party, "level": level, "groups": groups, "hostile": hostile_words(at, cell)}
    return told | ({"cell": cell_words(cell)} if level else {})


def seen_as_lines(told: Fields) -> list[Any]:
    """The same for people."""
    return [
        f"{told['as']} would see this ({level_words(told['level'])}):",
        *([f"  the cell: {told['cell']}"] if "cell" in told else []),
        *group_lines(told["groups"]),
        "If it meant harm, it would have:",
        *(f"  {line}" for line in told["hostile"]),
        "Nothing was sent. A reader may pass on what it sees.",
    ]


def preview_lines(form: NoticeForm, levels: Levels) -> list[Any]:
    """The preview for people."""
    preview, cell = preview_of(form, levels), cell_around(form.volumes)
    lines = ["Everybody in the channel sees that your party announces something, to whom, when, and how urgent."]
    for names in sorted({tuple(seen_at(level, form)) for level in levels.values()}, key=len):
        parties = [party for party, level in levels.items() if tuple(seen_at(level, form)) == names]
        desks = [desk for desk in form.to if party_of_desk(desk) in parties]
        if not levels[parties[0]]:
            lines.append(f"{', '.join(desks)} would see nothing and is not addressed (level 0).")
            continue
        lines.append(f"{', '.join(desks)} would see this (level {levels[parties[0]]}):")
        lines += group_lines([group for group in preview["groups"] if group["group"] in names])
        lines += [f"  If it meant harm: {line}" for line in hostile_words(levels[parties[0]], cell)]
    if form.withhold:
        lines.append(f"Committed to, but not sent: {', '.join(form.withhold)}")
    if form.category in CONSENTED:
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


def held(form: NoticeForm, levels: Levels, terms: Settings, home: Path, desk: str | None, officer: str | None) -> Held:
    """Have the node compose a notice on trial; it takes no id and keeps nothing."""
    groups = form.groups()
    to = addressed(form.to, levels)
    less, further = asked_levels({party: level for party, level in levels.items() if level}, terms, form.category)
    members: Fields = {"to": to, "precedence": form.precedence, "keep_until": form.keep_until}
    members |= from_desk(desk)
    try:
        place = Workplace.open(home)
        with place.client:
            intent = Intent(
                "notice", groups, place.readers(to), members, form.withhold, less, further,
                consent=[party for party in form.consent if levels.get(party)],
            )  # fmt: skip
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
    """Show what each reader, or the one that `officer` names, would see, with the node's warnings.

    Raises the node's refusal afterwards.
    """
    terms = terms_at(home)
    levels = levels_in(form, terms)
    one = officer if officer in levels else None
    found = held(form, levels, terms, home, desk, None if one else officer)
    if one is not None:
        told = seen_as(form, levels, one)
        show(told | found.json(), *seen_as_lines(told), *found.lines(), as_json=as_json)
    else:
        show(preview_of(form, levels) | found.json(), *preview_lines(form, levels), *found.lines(), as_json=as_json)
    if found.refusal is not None:
        raise found.refusal
