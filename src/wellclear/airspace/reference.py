"""The reference engine: candidates from a tree and a tail, exact geodesics for the rest; the truth for all others.

Every volume (every leg of a route with times) is a row of `rows.Rows`, which tells what may be in conflict with what
and leaves nothing out (decision 0013). Height and time of such a candidate are decided on whole numbers, and what is
left is measured with `refine.closest`. A pair is always computed in the order of its ids, whoever asks, so both desks
and every order of inserting get the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count, groupby
from typing import Final

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
from wellclear.airspace.heights import Gap, gap
from wellclear.airspace.refine import closest
from wellclear.airspace.rows import MM, SLACK_M, TAIL, Columns, Leg, Rows, legs_of
from wellclear.domain.quantities import E7, Position
from wellclear.domain.volume import SeparationMinima
from wellclear.errors import InvalidValue

ENGINE_VERSION: Final = "reference/1"

_PAIRS_AT_ONCE: Final = 20_000
_ITEMS_AT_ONCE: Final = 64
_STRANGER: Final = -2  # the number of a notice or party that is not held; no row has it


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Two legs of different parties, lower id first, whose heights and times are near enough; who asked."""

    asked: int
    a: Leg
    b: Leg
    minima: SeparationMinima
    vertical: Gap
    time_us: int

    @property
    def threshold_mm(self) -> int:
        return self.a.volume.radius_mm + self.b.volume.radius_mm + self.minima.lateral_mm


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
        return self._answers([self._legs(item)])[0]

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
        """The conflicts of each of some notices; with `upward` only those with notices of a higher id."""
        candidates = list(self._candidates(notices, upward=upward))
        found: list[tuple[int, Conflict]] = []
        for start in range(0, len(candidates), _PAIRS_AT_ONCE):
            found += _measured(candidates[start : start + _PAIRS_AT_ONCE])
        found.sort(key=lambda one: (one[0], one[1].a, one[1].b))
        answers: list[list[Conflict]] = [[] for _ in notices]
        for (asked, _, _), same in groupby(found, key=lambda one: (one[0], one[1].a, one[1].b)):
            answers[asked].append(_counted([conflict for _, conflict in same]))
        return answers

    def _candidates(self, notices: Sequence[Sequence[Leg]], *, upward: bool) -> Iterator[_Candidate]:
        legs = [leg for notice in notices for leg in notice]
        owner = [number for number, notice in enumerate(notices) for _ in notice]
        categories = sorted({leg.item.category for leg in legs})
        columns = self._columns(legs, categories)
        asked, near = self._rows.near(legs, columns, self._table(categories))
        for number, other in zip(asked.tolist(), near, strict=True):
            leg = legs[number]
            if not upward or leg.item.id < other.item.id:
                minima = self._between(leg.item.category, other.item.category)
                candidate = _candidate(owner[number], leg, other, minima)
                if candidate is not None:
                    yield candidate

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


def _candidate(asked: int, one: Leg, other: Leg, minima: SeparationMinima) -> _Candidate | None:
    """Height and time, decided on whole numbers."""
    a, b = (one, other) if one.item.id < other.item.id else (other, one)
    time_us = max(
        0,
        a.volume.window.start_us - b.volume.window.end_us,
        b.volume.window.start_us - a.volume.window.end_us,
    )
    vertical = gap(a.volume.band, b.volume.band, a.undulation, b.undulation)
    if time_us > minima.time_us or vertical.least_mm > minima.vertical_mm:
        return None
    return _Candidate(asked, a, b, minima, vertical, time_us)


def _measured(candidates: Sequence[_Candidate]) -> list[tuple[int, Conflict]]:
    """The conflicts among some candidates, each with who asked."""
    limit_m = np.array([candidate.threshold_mm for candidate in candidates], np.float64) / MM + SLACK_M
    approach = closest([(candidate.a.shape, candidate.b.shape) for candidate in candidates], limit_m)
    found = []
    for row in map(int, np.flatnonzero(np.isfinite(approach.distance_m))):
        candidate = candidates[row]
        distance_mm = round(float(approach.distance_m[row]) * MM)
        if distance_mm - candidate.threshold_mm <= TOLERANCE_MM:
            a_nearest = _position(approach.a_lon[row], approach.a_lat[row])
            b_nearest = _position(approach.b_lon[row], approach.b_lat[row])
            found.append((candidate.asked, _conflict(candidate, distance_mm, a_nearest, b_nearest)))
    return found


def _conflict(candidate: _Candidate, distance_mm: int, a_nearest: Position, b_nearest: Position) -> Conflict:
    a, b, minima, vertical = candidate.a, candidate.b, candidate.minima, candidate.vertical
    certain = vertical.most_mm <= minima.vertical_mm and not (a.vague or b.vague)
    verdict: Verdict = "conflict" if certain else "possible"
    inner_us = sorted(
        (
            max(a.volume.window.start_us, b.volume.window.start_us),
            min(a.volume.window.end_us, b.volume.window.end_us),
        )
    )
    return Conflict(
        a=a.item.id,
        a_version=a.item.version,
        b=b.item.id,
        b_version=b.item.version,
        verdict=verdict,
        lateral_mm=max(0, distance_mm - a.volume.radius_mm - b.volume.radius_mm),
        lateral_margin_mm=distance_mm - candidate.threshold_mm,
        vertical_mm=vertical.least_mm,
        vertical_most_mm=vertical.most_mm,
        vertical_margin_mm=vertical.least_mm - minima.vertical_mm,
        time_us=candidate.time_us,
        time_margin_us=candidate.time_us - minima.time_us,
        a_nearest=a_nearest,
        b_nearest=b_nearest,
        start_us=inner_us[0],
        end_us=inner_us[1],
        minima=minima,
        a_volume=a.index,
        a_leg=a.number,
        b_volume=b.index,
        b_leg=b.number,
        conflicts=int(certain),
        possibles=int(not certain),
        engine=ENGINE_VERSION,
    )


def _counted(same: Sequence[Conflict]) -> Conflict:
    conflicts = sum(one.conflicts for one in same)
    return replace(of_one_pair(same), conflicts=conflicts, possibles=len(same) - conflicts)


def _position(lon: float, lat: float) -> Position:
    return Position(round(float(lat) * E7), round(float(lon) * E7))
