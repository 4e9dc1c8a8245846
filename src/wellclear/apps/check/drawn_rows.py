"""What drafts come to against red lines and zones, as rows: the answer of a node and of a bundle, alike (R30, R31).

Rows hold the declarer's words, the clause, and the smallest changes; nothing of anybody's geometry (N13). What could
not be judged stands beside it with the reason: it is never taken for no.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypedDict

from msgspec import UNSET

from wellclear.airspace.conflict import Announced
from wellclear.airspace.drafts import Draft, draft_of
from wellclear.apps.check.drawn import NO_TRIGGER, Drawn, Entered, Judged, Touched
from wellclear.apps.record_words import limit_words
from wellclear.apps.treaty_words import zone_words
from wellclear.domain.notice_words import PURPOSES, STATED
from wellclear.domain.quantities import WHOLE_MAX
from wellclear.domain.treaty import RedLine, Zone
from wellclear.errors import InvalidValue
from wellclear.picture.view_records import RecordView
from wellclear.picture.view_treaty import zone_standing

SAYABLE: Final = (*STATED, "count", "purpose")
"""What a draft can state of itself beside its volumes and its category."""
YES_NO: Final = ("yes", "no", "not stated")


class Drawable(TypedDict):
    """Which record it is; `kind` is red_line or zone."""

    id: str
    kind: str
    version: int
    party: str


class Spot(TypedDict, total=False):
    """Where, on the draft; nothing where place does not matter."""

    lat_e7: int
    lon_e7: int


class Text(TypedDict, total=False):
    """Its words, where they are open here."""

    text: str


class LineTouched(Drawable, Spot):
    """A red line that a draft touches, or may: its words, why, and what would have to be known for a surer answer.

    `volume` counts the draft's volumes from 0.
    """

    verdict: str
    language: str
    text: str
    clause: str
    unknown: list[str]
    volume: int
    leg: int


class ZoneEntered(Drawable):
    """A zone that a draft enters, or may, by the zone's own minima; `state` says how it stands."""

    verdict: str
    name: str
    sort: str
    state: str
    limits: list[str]
    volume: int
    leg: int


class SmallChange(TypedDict):
    """A change after which the draft touches no red line; what is stated must be true."""

    kind: str
    said: str


class DraftDrawn(TypedDict):
    """What one draft touches and enters; `a` is its id, and `changes` one of each kind at most."""

    a: str
    touched: list[LineTouched]
    entered: list[ZoneEntered]
    changes: list[SmallChange]


class NotJudged(Drawable, Text):
    """What could not be judged here; without a trigger `why` is empty, and people judge by `text`."""

    why: str


class DrawnAnswer(TypedDict):
    """How many red lines and zones were judged, as of when, what the drafts come to, and what could not be judged."""

    red_lines: int
    zones: int
    as_of_us: int
    drafts: list[DraftDrawn]
    not_judged: list[NotJudged]


def drawn_answer(drawn: Drawn, drafts: Sequence[DraftDrawn], as_of_us: int) -> DrawnAnswer:
    """The whole answer; drafts that touch and enter nothing are left out of it."""
    return {
        "red_lines": drawn.red_lines, "zones": drawn.zones, "as_of_us": as_of_us,
        "drafts": [row for row in drafts if row["touched"] or row["entered"]],
        "not_judged": not_judged_rows(drawn.unjudged),
    }  # fmt: skip


def draft_row(id_: str, judged: Judged, now_us: int) -> DraftDrawn:
    """What one draft comes to."""
    return {
        "a": id_, "touched": [_touched(one) for one in judged.touched],
        "entered": [_entered(one, now_us) for one in judged.entered],
        "changes": [{"kind": one.kind, "said": one.said} for one in judged.changes],
    }  # fmt: skip


def not_judged_rows(unjudged: Iterable[tuple[RecordView, str]]) -> list[NotJudged]:
    """What could not be judged, with its words where they are open here."""
    rows: list[NotJudged] = []
    for record, why in unjudged:
        group = record.current.groups.get(record.kind)
        opened: Text = {}
        if isinstance(group, RedLine | Zone):
            opened = {"text": group.text if isinstance(group, RedLine) else group.name}
        row: NotJudged = {**_named(record), **opened, "why": why}
        rows.append(row)
    return rows


def is_by_words(row: Mapping[str, Any]) -> bool:
    """Whether it is no fault that it was not judged: it has no trigger."""
    return bool(row["why"] == NO_TRIGGER)


def _touched(one: Touched) -> LineTouched:
    touch = one.touch
    spot: Spot = {}
    if touch.nearest is not None:
        spot = {"lat_e7": touch.nearest.lat_e7, "lon_e7": touch.nearest.lon_e7}
    return {
        **_named(one.record), **spot, "verdict": touch.verdict, "language": one.line.language, "text": one.line.text,
        "clause": touch.clause, "unknown": list(touch.unknown), "volume": touch.volume, "leg": touch.leg,
    }  # fmt: skip


def _entered(one: Entered, now_us: int) -> ZoneEntered:
    return {
        **_named(one.record), "verdict": "enters" if one.conflict.verdict == "conflict" else "possible",
        "name": one.zone.name, "sort": one.zone.sort,
        "state": zone_words(zone_standing(one.record, now_us), one.record.party),
        "limits": [limit_words(limit) for limit in one.zone.limits],
        "volume": one.conflict.a_volume, "leg": one.conflict.a_leg,
    }  # fmt: skip


def _named(record: RecordView) -> Drawable:
    return {"id": record.id, "kind": record.kind, "version": record.newest, "party": record.party}


# What is asked.


def draft_to_judge(draft: Announced, states: Mapping[str, object]) -> Draft:
    """A draft of a question with what it states of itself."""
    return draft_of(draft.volumes, {"category": draft.category, **states})


def states_from(said: object, where: str) -> dict[str, object]:
    """What a draft states of itself, from JSON.

    Raises:
        InvalidValue: a name that no red line can ask for, or a value that is none of its.
    """
    if said is UNSET or said is None:
        return {}
    if not isinstance(said, dict):
        raise InvalidValue(where, 'must be an object, such as {"radar": "no"}')
    return {name: _stated(name, value, f"{where}.{str(name)[:40]}") for name, value in said.items()}


def _stated(name: object, value: object, where: str) -> object:
    if name not in SAYABLE:
        raise InvalidValue(where, f"is nothing that a draft states; there are {', '.join(SAYABLE)}")
    if name == "count":
        if type(value) is not int or not 0 <= value <= WHOLE_MAX:
            raise InvalidValue(where, "must be a whole number, such as 4")
    elif value not in (PURPOSES if name == "purpose" else YES_NO):
        raise InvalidValue(where, f"must be one of {', '.join(PURPOSES if name == 'purpose' else YES_NO)}")
    return value
