"""A check of own drafts against a channel, with its answer for programs: JSON, CSV, GeoJSON.

What stands in an answer was let out by `apps.check.against`: own geometry, the other's id, the verdict at its level.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

from wellclear.apps.check import drawn_words, words
from wellclear.apps.check.against import WHY_WORDS, Fields, Meeting
from wellclear.apps.check.answers import moment_text, note_rows, place_row, skipped_row
from wellclear.apps.check.drawn_rows import is_by_words
from wellclear.apps.check.features import volume_feature
from wellclear.apps.check.minima import Minima
from wellclear.apps.check.plan import Plan
from wellclear.apps.check.stream import Row, csv_pieces, object_pieces
from wellclear.domain.quantities import E7, degrees_from_e7
from wellclear.interop.planned import Planned

CSV_COLUMNS = (
    "verdict", "a", "a_volume", "b", "b_version", "b_party", "why", "start", "end", "a_lat", "a_lon", "lateral_mm",
    "vertical_mm", "vertical_most_mm", "time_us", "lateral_minimum_mm", "vertical_minimum_mm", "time_minimum_us",
    "a_heights", "a_place", "kind", "words", "changes",
)  # fmt: skip
NONE_DRAWN: Final[Mapping[str, Any]] = {"red_lines": 0, "zones": 0, "as_of_us": 0, "drafts": (), "not_judged": ()}
TOLD_NOBODY: Final = " Nobody was told."


@dataclass(frozen=True, slots=True)
class ChannelChecked:
    """Own drafts with what they meet. `compared` is `compared_with`'s; `source` says in words what was asked.

    `drawn` is a `drawn_rows.DrawnAnswer`: the red lines and zones that they touch and enter.
    """

    plan: Plan
    party: str
    meetings: tuple[Meeting, ...]
    minima: Minima
    compared: Fields
    size: int
    source: str
    agreed: bool
    exercise: bool = False
    drawn: Mapping[str, Any] = field(default_factory=lambda: NONE_DRAWN)

    @property
    def exit_code(self) -> int:
        """1 with a conflict, a red line or a zone, surely or possibly; else 3 where something could not be judged."""
        if self.meetings or self.drawn["drafts"]:
            return 1
        return 3 if self.plan.skipped or self.unjudged else 0

    @property
    def unjudged(self) -> list[Mapping[str, Any]]:
        """Red lines and zones that should have been judged and could not be; what people judge by words is none."""
        return [row for row in self.drawn["not_judged"] if not is_by_words(row)]

    @property
    def was_compared(self) -> bool:
        """False where nobody else has announced anything, nothing is agreed, or there is no draft."""
        return bool(self.agreed and self.plan.volumes and self.compared["notices"])

    def own_volume(self, meeting: Meeting) -> Planned:
        """The draft's volume that comes nearest."""
        return self.plan.notices[meeting.a].planned[meeting.a_volume]

    def headline(self) -> str:
        """What the answer is, in a sentence or two."""
        found, lines = self._met(), drawn_words.found_words(self.drawn)
        if not lines:
            left = len(self.unjudged)
            open_ = f" {words.counted(left, 'red line or zone', 'red lines or zones')} could not be judged."
            return found + (open_ if left else "")
        return f"{found.removesuffix(TOLD_NOBODY)[:-1]}; {lines}.{TOLD_NOBODY}"

    def _met(self) -> str:
        if not self.agreed:
            return "Nothing was compared: nothing is agreed in this channel yet."
        if not self.plan.volumes:
            return "Nothing was compared: there is no volume in what was read."
        if not self.compared["notices"]:
            return "Nothing was compared: no other party has announced anything that is open to you."
        certain = sum(one.verdict == "conflict" for one in self.meetings)
        possible = len(self.meetings) - certain
        if not self.meetings:
            return "No conflict found."
        told = [words.counted(certain, "conflict")] if certain else []
        told += [words.counted(possible, "possible conflict")] if possible else []
        return f"{' and '.join(told)} found.{TOLD_NOBODY}"

    def against(self) -> str:
        """Against what, what of it was coarse, who is missing, what was skipped."""
        drafts = words.counted(len(self.plan.notices), "draft")
        notices = words.counted(self.compared["notices"], "notice")
        parties = words.counted(self.compared["parties"], "other party", "other parties")
        coarse = self.compared["coarse"]
        vague = f"{coarse} of them known only as a cell" if coarse else "none of them coarse"
        missing = self.compared["missing"]
        absent = f"; nothing from {', '.join(missing)}" if missing else ""
        told = f"Compared: {drafts} of {self.party} with {notices} of {parties}, {vague}{absent}."
        if not self.was_compared:
            told = f"Read: {drafts} of {self.party}{absent}."
        entries = words.counted(self.size, "entry", "entries")
        judged = drawn_words.judged_words(self.drawn, self.party)
        return f"{told} From {entries} of {self.source}. {judged} {words.skipped_words(self.plan)}"


def json_pieces(checked: ChannelChecked) -> Iterator[str]:
    """The whole answer."""
    rows = (_meeting_row(checked, meeting) for meeting in checked.meetings)
    return object_pieces(_head(checked), "conflicts", rows, {**_rest(checked), "drawn": checked.drawn})


def _head(checked: ChannelChecked) -> Row:
    return {"answer": checked.headline(), "against": checked.against(), "party": checked.party}


def _rest(checked: ChannelChecked) -> Row:
    return {
        "compared": {
            "volumes": checked.plan.volumes, "drafts": len(checked.plan.notices), **checked.compared,
            "skipped": len(checked.plan.skipped), "entries": checked.size,
        },
        "skipped": [skipped_row(one) for one in checked.plan.skipped], "notes": note_rows(checked.plan),
        "minima": checked.minima.json(), "engine": next((one.engine for one in checked.meetings), ""),
    }  # fmt: skip


def _meeting_row(checked: ChannelChecked, meeting: Meeting) -> Row:
    own = checked.own_volume(meeting)
    row: Row = {
        "a": meeting.a, "b": meeting.b, "b_version": meeting.b_version, "b_party": meeting.b_party,
        "verdict": meeting.verdict, "volume": own.id, "leg": meeting.a_leg, "place": place_row(own.place),
    }  # fmt: skip
    if meeting.why:
        row |= {"why": meeting.why, "why_possible": WHY_WORDS[meeting.why]}
    if meeting.figures:
        figures: dict[str, Any] = dict(meeting.figures)
        lat_e7, lon_e7 = figures.pop("lat_e7"), figures.pop("lon_e7")
        row |= figures | {
            "start": moment_text(figures["start_us"]), "end": moment_text(figures["end_us"]),
            "nearest": {"lat": degrees_from_e7(lat_e7), "lon": degrees_from_e7(lon_e7)},
        }  # fmt: skip
    return row


def csv_answer(checked: ChannelChecked) -> Iterator[str]:
    """One line a meeting, a red line or a zone that is touched; what is not told stays empty."""
    rows = (_csv_row(checked, meeting) for meeting in checked.meetings)
    return csv_pieces(CSV_COLUMNS, chain(rows, _drawn_rows(checked)))


def _drawn_rows(checked: ChannelChecked) -> Iterator[Row]:
    for draft, one in drawn_words.found(checked.drawn):
        own = checked.plan.notices[draft["a"]].planned[one["volume"]]
        is_line = one["kind"] == "red_line"
        row: Row = {
            "verdict": one["verdict"], "a": draft["a"], "a_volume": own.id, "b": one["id"], "b_version": one["version"],
            "b_party": one["party"], "a_heights": words.heights(own), "a_place": str(own.place), "kind": one["kind"],
            "why": one["clause"] if is_line else f"{one['sort']} {one['state']}",
            "words": one["text"] if is_line else "; ".join([one["name"], *one["limits"]]),
            "changes": drawn_words.change_words(draft["changes"]) if is_line else "",
        }  # fmt: skip
        if "lat_e7" in one:
            row |= {"a_lat": degrees_from_e7(one["lat_e7"]), "a_lon": degrees_from_e7(one["lon_e7"])}
        yield row


def _csv_row(checked: ChannelChecked, meeting: Meeting) -> Row:
    own = checked.own_volume(meeting)
    row: Row = {
        "verdict": meeting.verdict, "a": meeting.a, "a_volume": own.id, "b": meeting.b,
        "b_version": meeting.b_version, "b_party": meeting.b_party, "why": WHY_WORDS.get(meeting.why, ""),
        "a_heights": words.heights(own), "a_place": str(own.place), "kind": "conflict",
    }  # fmt: skip
    if meeting.figures:
        figures = meeting.figures
        row |= {name: figures[name] for name in ("lateral_mm", "vertical_mm", "vertical_most_mm", "time_us")} | {
            "start": moment_text(figures["start_us"]), "end": moment_text(figures["end_us"]),
            "a_lat": degrees_from_e7(figures["lat_e7"]), "a_lon": degrees_from_e7(figures["lon_e7"]),
            "lateral_minimum_mm": figures["minima"]["lateral_mm"],
            "vertical_minimum_mm": figures["minima"]["vertical_mm"], "time_minimum_us": figures["minima"]["time_us"],
        }  # fmt: skip
    return row


def geojson_pieces(checked: ChannelChecked) -> Iterator[str]:
    """Where own drafts meet others, as points on the drafts, and the drafts; nothing of anybody else (N13)."""
    return object_pieces(
        {"type": "FeatureCollection", **_head(checked)}, "features", _features(checked), _rest(checked)
    )


def _features(checked: ChannelChecked) -> Iterator[Row]:
    for meeting in checked.meetings:
        point: Row | None = None
        if meeting.figures:
            lon, lat = meeting.figures["lon_e7"] / E7, meeting.figures["lat_e7"] / E7
            point = {"type": "Point", "coordinates": [lon, lat]}
        properties = {"kind": "conflict", **_meeting_row(checked, meeting)}
        yield {"type": "Feature", "geometry": point, "properties": properties}
    for draft, one in drawn_words.found(checked.drawn):
        spot: Row | None = None
        if "lat_e7" in one:
            spot = {"type": "Point", "coordinates": [one["lon_e7"] / E7, one["lat_e7"] / E7]}
        yield {"type": "Feature", "geometry": spot, "properties": {"a": draft["a"], **one}}
    met = [*(meeting.a for meeting in checked.meetings), *(draft["a"] for draft in checked.drawn["drafts"])]
    for id_ in dict.fromkeys(met):
        yield from (volume_feature(planned) for planned in checked.plan.notices[id_].planned)
