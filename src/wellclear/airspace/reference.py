"""The reference engine: candidates from a tree and a tail, exact geodesics for the rest; the truth for all others.

Every volume (every leg of a route with times) is a row of `rows.Rows`, which tells what may be in conflict with what
and leaves nothing out (decision 0013). Such candidates are measured with `refine.closest`; height and time are decided
on whole numbers. A pair is always computed in the order of its ids, whoever asks, so both desks
and every order of inserting get the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import count, groupby
from typing import Final, NamedTuple

import numpy as np

from wellclear.airspace.conflict import (
    TOLERANCE_MM,
    Announced,
    Conflict,
    MinimaOf,
    Progress,
    Verdict,
    of_one_pair,
)
from wellclear.airspace.geodesy import Ints
from wellclear.airspace.geoid import undulation_near
from wellclear.airspace.heights import Gap, crosses_the_geoid, gap
from wellclear.airspace.refine import closing
from wellclear.airspace.rows import MM, SLACK_M, TAIL, Columns, Leg, Rows, legs_of
from wellclear.airspace.turns import Turns, finished
from wellclear.domain.quantities import E7, Position
from wellclear.domain.volume import SeparationMinima
from wellclear.errors import InvalidValue

ENGINE_VERSION: Final = "reference/2"

_PAIRS_AT_ONCE: Final = 20_000
_ITEMS_AT_ONCE: Final = 64
_STRANGER: Final = -2  # the number of a notice or party that is not held; no row has it


class _Candidate(NamedTuple):
    """Two legs of different parties, lower id first, that may be in conflict; and who asked."""

    asked: int
    a: Leg
    b: Leg
    minima: SeparationMinima
    threshold_mm: int


class ReferenceEngine:
    """An `Engine` for some hundred thousand volumes: simple enough to check by reading, and exact.

    `tail` is how many of them may wait beside the tree; it changes what an answer costs and never what it says.
    """

    def __init__(self, minima: MinimaOf, tail: int = TAIL) -> None:
        self._minima_of = minima
        self._rows = Rows(tail)
        self._held: dict[str, int] = {}
        self._numbers = count()
        self._parties: dict[str, int] = {}
        self._categories: dict[str, int] = {}
        self._minima: dict[tuple[str, str], SeparationMinima] = {}

    def add(self, item: Announced) -> None:
        """Hold a notice; raises InvalidValue if its id is held already."""
        if item.id in self._held:
            raise InvalidValue("id", f"{item.id} is held already; replace it")
        legs = legs_of(item)
        party = self._parties.setdefault(item.party, len(self._parties))
        category = self._categories.setdefault(item.category, len(self._categories))
        self._held[item.id] = number = next(self._numbers)
        self._rows.put(number, legs, party, category)

    def remove(self, item_id: str) -> None:
        """Forget a notice; raises InvalidValue if it is not held."""
        if item_id not in self._held:
            raise InvalidValue("id", f"{item_id} is not held")
        self._rows.drop(self._held.pop(item_id))

    def replace(self, item: Announced) -> None:
        """Hold another version of a held notice; raises InvalidValue if its id is not held."""
        self.remove(item.id)
        self.add(item)

    def check(self, item: Announced) -> list[Conflict]:
        """Conflicts of one notice, held or not, with all held ones of other ids."""
        return finished(self.checking(item))

    def checking(self, item: Announced) -> Turns[list[Conflict]]:
        """The same in turns; what is held may change in between, and the answer is by what was held at first."""
        return (yield from self._answering([self._legs(item)]))[0]

    def check_many(self, items: Sequence[Announced]) -> list[list[Conflict]]:
        """The same for several, each against what is held, not against each other."""
        answers = []
        for start in range(0, len(items), _ITEMS_AT_ONCE):
            answers += self._answers([self._legs(item) for item in items[start : start + _ITEMS_AT_ONCE]])
        return answers

    def sweep(self, progress: Progress | None = None) -> list[Conflict]:
        """Conflicts of all pairs that are held."""
        return list(self.swept(progress))

    def swept(self, progress: Progress | None = None) -> Iterator[Conflict]:
        """The same, one after the other, for answers too long to hold; what is held must not change in between."""
        ids = sorted(self._held)
        for start in range(0, len(ids), _ITEMS_AT_ONCE):
            block = ids[start : start + _ITEMS_AT_ONCE]
            for found in self._answers([self._rows.of(self._held[item_id]) for item_id in block], upward=True):
                yield from found
            if progress is not None:
                progress(start + len(block), len(ids))

    def _legs(self, item: Announced) -> Sequence[Leg]:
        held = self._rows.of(self._held[item.id]) if item.id in self._held else ()
        return held if held and held[0].item is item else legs_of(item)

    def _answers(self, notices: Sequence[Sequence[Leg]], *, upward: bool = False) -> list[list[Conflict]]:
        return finished(self._answering(notices, upward=upward))

    def _answering(self, notices: Sequence[Sequence[Leg]], *, upward: bool = False) -> Turns[list[list[Conflict]]]:
        """The conflicts of each of some notices; with `upward` only those with notices of a higher id."""
        candidates = list(self._candidates(notices, upward=upward))
        found: list[tuple[int, Conflict]] = []
        for start in range(0, len(candidates), _PAIRS_AT_ONCE):
            found += yield from _measuring(candidates[start : start + _PAIRS_AT_ONCE])
        found.sort(key=lambda one: (one[0], one[1].a, one[1].b))
        answers: list[list[Conflict]] = [[] for _ in notices]
        for (asked, _, _), same in groupby(found, key=lambda one: (one[0], one[1].a, one[1].b)):
            answers[asked].append(_counted([conflict for _, conflict in same]))
        return answers

    def _candidates(self, notices: Sequence[Sequence[Leg]], *, upward: bool) -> Iterator[_Candidate]:
        legs = [leg for notice in notices for leg in notice]
        owner = [number for number, notice in enumerate(notices) for _ in notice]
        categories = sorted({leg.item.category for leg in legs})
        asked, near = self._rows.near(legs, self._columns(legs, categories), self._table(categories))
        for number, other in zip(asked.tolist(), near, strict=True):
            leg = legs[number]
            rising = leg.item.id < other.item.id
            if rising or not upward:
                minima = self._between(leg.item.category, other.item.category)
                threshold_mm = leg.volume.radius_mm + other.volume.radius_mm + minima.lateral_mm
                a, b = (leg, other) if rising else (other, leg)
                yield _Candidate(owner[number], a, b, minima, threshold_mm)

    def _columns(self, legs: Sequence[Leg], categories: Sequence[str]) -> Columns:
        columns = Columns.empty(len(legs))
        for at, leg in enumerate(legs):
            notice = self._held.get(leg.item.id, _STRANGER)
            party = self._parties.get(leg.item.party, _STRANGER)
            columns.fill(at, leg, notice, party, categories.index(leg.item.category))
        return columns

    def _table(self, categories: Iterable[str]) -> Ints:
        """The minima of asked categories by held ones (n, m, 3)."""
        rows = [[self._between(one, other) for other in self._categories] for one in categories]
        said = [[(m.lateral_mm, m.vertical_mm, m.time_us) for m in row] for row in rows]
        return np.array(said, np.int64).reshape(len(said), -1, 3)

    def _between(self, one: str, other: str) -> SeparationMinima:
        pair = (one, other) if one <= other else (other, one)
        if pair not in self._minima:
            self._minima[pair] = self._minima_of(*pair)
        return self._minima[pair]


def _measuring(candidates: Sequence[_Candidate]) -> Turns[list[tuple[int, Conflict]]]:
    """The conflicts among some candidates, each with who asked."""
    threshold_mm = np.array([candidate.threshold_mm for candidate in candidates], np.int64)
    shapes = [(candidate.a.shape, candidate.b.shape) for candidate in candidates]
    approach = yield from closing(shapes, threshold_mm / MM + SLACK_M)
    distance_mm = np.rint(np.minimum(approach.distance_m, 1e9) * MM).astype(np.int64)
    near = np.flatnonzero(distance_mm - threshold_mm <= TOLERANCE_MM)
    places = [np.rint(column[near] * E7).astype(np.int64).tolist() for column in approach.columns()[1:]]
    found = []
    for row, apart_mm, a_lon, a_lat, b_lon, b_lat in zip(
        near.tolist(), distance_mm[near].tolist(), *places, strict=True
    ):
        candidate = candidates[row]
        conflict = _conflict(candidate, apart_mm, Position(a_lat, a_lon), Position(b_lat, b_lon))
        if conflict is not None:
            found.append((candidate.asked, conflict))
    return found


def _conflict(candidate: _Candidate, distance_mm: int, a_nearest: Position, b_nearest: Position) -> Conflict | None:
    """What skeletons so near each other come to, with height and time decided on whole numbers."""
    _, a, b, minima, threshold_mm = candidate
    window, other = a.volume.window, b.volume.window
    late_us, early_us = max(window.start_us, other.start_us), min(window.end_us, other.end_us)
    time_us = max(0, late_us - early_us)
    if time_us > minima.time_us:
        return None
    vertical = _vertical(a, b, minima.lateral_mm)
    if vertical.least_mm > minima.vertical_mm:
        return None
    certain = vertical.most_mm <= minima.vertical_mm and not (a.vague or b.vague)
    verdict: Verdict = "conflict" if certain else "possible"
    return Conflict(
        a=a.item.id,
        a_version=a.item.version,
        b=b.item.id,
        b_version=b.item.version,
        verdict=verdict,
        lateral_mm=max(0, distance_mm - a.volume.radius_mm - b.volume.radius_mm),
        lateral_margin_mm=distance_mm - threshold_mm,
        vertical_mm=vertical.least_mm,
        vertical_most_mm=vertical.most_mm,
        vertical_margin_mm=vertical.least_mm - minima.vertical_mm,
        time_us=time_us,
        time_margin_us=time_us - minima.time_us,
        a_nearest=a_nearest,
        b_nearest=b_nearest,
        start_us=min(late_us, early_us),
        end_us=max(late_us, early_us),
        minima=minima,
        a_volume=a.index,
        a_leg=a.number,
        b_volume=b.index,
        b_leg=b.number,
        conflicts=int(certain),
        possibles=int(not certain),
        engine=ENGINE_VERSION,
    )


def _vertical(a: Leg, b: Leg, lateral_mm: int) -> Gap:
    """The vertical gap of two legs, with mean sea level as it is wherever both are within the lateral minimum."""
    if not crosses_the_geoid(a.volume.band, b.volume.band):
        return gap(a.volume.band, b.volume.band)
    a_reach_m, b_reach_m = ((leg.volume.radius_mm + lateral_mm) / MM + SLACK_M for leg in (a, b))
    return gap(a.volume.band, b.volume.band, undulation_near(a.shape, b.shape, a_reach_m, b_reach_m))


def _counted(same: Sequence[Conflict]) -> Conflict:
    if len(same) == 1:
        return same[0]
    conflicts = sum(one.conflicts for one in same)
    return replace(of_one_pair(same), conflicts=conflicts, possibles=len(same) - conflicts)
