"""Own drafts against what a channel's parties have announced: what one party's planner may be told (N12, N13).

The answer has the own geometry, the other's id, and the verdict at its level. Where only a cell of the other is open,
or its geometry could not be computed, there are no separations, no moments and no positions: they would be those of
the cell. Where its volumes are open, there is how far the draft is from them and where *on the draft*; the other's
geometry itself is never in an answer, so no map of another party's plans can be made of it.

Nothing is stored, sent or told to anybody: the drafts are compared, and forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import msgspec

from wellclear.airspace.conflict import Announced, Conflict, Engine
from wellclear.apps.check.minima import minima_fields
from wellclear.domain.volume_fields import volume_fields, volume_from
from wellclear.errors import InvalidValue, Malformed

Fields = dict[str, Any]
Why = Literal["", "cell", "not_computable", "datums"]

DRAFTS_MAX: Final = 100
"""Drafts in one question."""
DRAFT_BYTES_MAX: Final = 64 * 1024
"""What the volumes of one draft take as JSON: a node compares them in one go, and hears nothing meanwhile.

A notice's have a quarter of it; the largest single volume, a route with a time for each of a thousand vertices, fits.
"""
ID_CHARACTERS_MAX: Final = 200
WHY_WORDS: Final[dict[str, str]] = {
    "cell": "only a cell and a time slot of it are open to you; ask its desk, or disclose more of yours",
    "not_computable": "its geometry cannot be computed, so a circle around it was compared",
    "datums": "the heights are from different datums; heights from one datum would settle it",
}


@dataclass(frozen=True, slots=True)
class Meeting:
    """One own draft and one announced notice of another party that conflict, or may.

    `figures` is empty unless the other's volumes are open: separations with margins, the shared time, the nearest
    position of the draft, the minima. `a_volume` and `a_leg` name the draft's volume that comes nearest.
    """

    a: str
    b: str
    b_version: int
    b_party: str
    verdict: Literal["conflict", "possible"]
    why: Why
    a_volume: int
    a_leg: int
    engine: str
    figures: Mapping[str, Any]

    def fields(self) -> Fields:
        """As JSON."""
        told: Fields = {name: getattr(self, name) for name in _PLAIN}
        return told | ({"figures": dict(self.figures)} if self.figures else {})


_PLAIN: Final = ("a", "b", "b_version", "b_party", "verdict", "why", "a_volume", "a_leg", "engine")


def renamed(drafts: Sequence[Announced]) -> list[Announced]:
    """The drafts under ids that no notice can have: an engine does not compare what has the same id."""
    return [replace(draft, id=f"draft {number}") for number, draft in enumerate(drafts)]


def meetings(engine: Engine, drafts: Sequence[Announced], held: Mapping[str, Announced]) -> list[Meeting]:
    """What the drafts of one party meet among what the engine holds; `held` is the same by id."""
    found: list[Meeting] = []
    apart = renamed(drafts)
    for draft, stand_in, conflicts in zip(drafts, apart, engine.check_many(apart), strict=True):
        found += [_meeting(draft, stand_in.id, conflict, held) for conflict in conflicts]
    return found


def _meeting(draft: Announced, stand_in: str, conflict: Conflict, held: Mapping[str, Announced]) -> Meeting:
    first = conflict.a == stand_in
    other = held[conflict.b if first else conflict.a]
    theirs = conflict.b_volume if first else conflict.a_volume
    why: Why = ""
    if other.coarse:
        why = "cell"
    elif theirs in other.stand_ins:
        why = "not_computable"
    elif conflict.verdict == "possible":
        why = "datums"
    return Meeting(
        a=draft.id, b=other.id, b_version=other.version, b_party=other.party, verdict=conflict.verdict, why=why,
        a_volume=conflict.a_volume if first else conflict.b_volume, a_leg=conflict.a_leg if first else conflict.b_leg,
        engine=conflict.engine, figures={} if why in ("cell", "not_computable") else _figures(conflict, first=first),
    )  # fmt: skip


def _figures(conflict: Conflict, *, first: bool) -> Fields:
    nearest = conflict.a_nearest if first else conflict.b_nearest
    return {
        "lateral_mm": conflict.lateral_mm, "lateral_margin_mm": conflict.lateral_margin_mm,
        "vertical_mm": conflict.vertical_mm, "vertical_most_mm": conflict.vertical_most_mm,
        "vertical_margin_mm": conflict.vertical_margin_mm,
        "time_us": conflict.time_us, "time_margin_us": conflict.time_margin_us,
        "start_us": conflict.start_us, "end_us": conflict.end_us, "lat_e7": nearest.lat_e7, "lon_e7": nearest.lon_e7,
        "minima": minima_fields(conflict.minima),
    }  # fmt: skip


def compared_with(others: Iterable[Announced], members: Iterable[str], own: str) -> Fields:
    """Against what: how many notices of how many other parties, how many of them coarse, who has announced nothing."""
    known = list(others)
    parties = {item.party for item in known}
    return {
        "notices": len(known), "parties": len(parties), "coarse": sum(item.coarse for item in known),
        "missing": sorted(set(members) - parties - {own}),
    }  # fmt: skip


# The question to a node.


def question(drafts: Sequence[Announced], states: Mapping[str, Mapping[str, object]] | None = None) -> Fields:
    """The drafts as JSON; `states`: what each states of itself, by its id."""
    rows: list[Fields] = []
    for draft in drafts:
        row: Fields = {
            "id": draft.id, "category": draft.category, "volumes": [volume_fields(one) for one in draft.volumes],
        }  # fmt: skip
        said = (states or {}).get(draft.id)
        rows.append(row | ({"states": dict(said)} if said else {}))
    return {"drafts": rows}


def draft_bytes(volumes: Sequence[object]) -> int:
    """How much the volumes of a draft take, as JSON in its shortest form."""
    return len(msgspec.json.encode(volumes))


def drafts_from(rows: Sequence[Mapping[str, Any]], party: str) -> list[Announced]:
    """The drafts of a question, all of them the own party's.

    Raises:
        InvalidValue: too many, an id that is none or stands twice, no volume, or one that cannot be computed.
    """
    if len(rows) > DRAFTS_MAX:
        raise InvalidValue("drafts", f"{len(rows)} at once; at most {DRAFTS_MAX}")
    drafts: list[Announced] = []
    ids = set[str]()
    for number, row in enumerate(rows):
        where = f"drafts[{number}]"
        id_, category, said = row.get("id"), row.get("category", ""), row.get("volumes")
        if not isinstance(id_, str) or not 0 < len(id_) <= ID_CHARACTERS_MAX or id_ in ids:
            raise InvalidValue(f"{where}.id", f"must be new, with 1 to {ID_CHARACTERS_MAX} characters")
        if not isinstance(category, str) or not isinstance(said, list) or not said:
            raise InvalidValue(where, "has a category (or an empty one) and a list of volumes")
        if (size := draft_bytes(said)) > DRAFT_BYTES_MAX:
            raise InvalidValue(f"{where}.volumes", f"{size} bytes; at most {DRAFT_BYTES_MAX} in one draft")
        ids.add(id_)
        volumes = []
        for index, fields in enumerate(said):
            try:
                volumes.append(volume_from(fields))
            except InvalidValue as error:
                raise InvalidValue(f"{where}.volumes[{index}].{error.field}", error.why) from error
        drafts.append(Announced(id_, 1, party, category, tuple(volumes)))
    return drafts


def meeting_from(row: object) -> Meeting:
    """A meeting in a node's answer; raises Malformed for anything else."""
    try:
        if not isinstance(row, dict):
            raise TypeError("no object")
        return Meeting(**{name: row[name] for name in _PLAIN}, figures=dict(row.get("figures", {})))
    except (KeyError, TypeError, ValueError) as error:
        raise Malformed("node", "meetings", f"not what was agreed between node and command line: {error}") from error
