"""The readable engine: brute force over columns for candidates, exact geodesics for the rest.

Every volume (every leg of a route with times) is a row: a window, a band widened to one datum, a ball in space. A check
compares one row with all of them in a few numpy calls, decides height and time of the candidates on whole numbers,
and measures what is left with `refine.closest`. A pair is always computed in the order of its ids, whoever asks,
so both desks and every insertion order get the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

import numpy as np

from wellclear.airspace.conflict import TOLERANCE_MM, Announced, Conflict, MinimaOf, Verdict, of_one_pair
from wellclear.airspace.geodesy import Floats, Ints
from wellclear.airspace.heights import Gap, gap, widest_w84_mm
from wellclear.airspace.refine import closest
from wellclear.airspace.shapes import Shape, shape_of
from wellclear.domain.quantities import E7, Position
from wellclear.domain.volume import SeparationMinima, Volume
from wellclear.errors import InvalidValue

ENGINE_VERSION: Final = "reference/1"

_PAIRS_AT_ONCE: Final = 20_000
_MM: Final = 1000.0
_ROWS_AT_FIRST: Final = 64
_SLACK_M: Final = 0.01  # more than the tolerance and all rounding; candidates only


@dataclass(frozen=True, slots=True)
class _Leg:
    """One volume as it is compared: whose, which, and its shape."""

    item: Announced
    index: int
    number: int
    volume: Volume
    shape: Shape
    vague: bool

    @property
    def key(self) -> tuple[str, int, int]:
        return self.item.id, self.index, self.number


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Two legs of different parties, lower id first, whose heights and times are near enough."""

    a: _Leg
    b: _Leg
    minima: SeparationMinima
    vertical: Gap
    time_us: int

    @property
    def threshold_mm(self) -> int:
        return self.a.volume.radius_mm + self.b.volume.radius_mm + self.minima.lateral_mm


class _Rows:
    """Columns over all held legs; freed rows are used again, and never match while they are free."""

    def __init__(self) -> None:
        self.legs: list[_Leg | None] = []
        self._free: list[int] = []
        self._grow(_ROWS_AT_FIRST)

    def _grow(self, size: int) -> None:
        used = len(self.legs)
        whole, real = np.zeros((6, size), np.int64), np.zeros((5, size))
        whole[0] = -1  # no party
        if used:
            whole[:, :used], real[:, :used] = self._whole[:, :used], self._real[:, :used]
        self._whole: Ints = whole  # party, category, start, end, lower, upper
        self._real: Floats = real  # x, y, z, reach, radius

    def put(self, leg: _Leg, party: int, category: int) -> int:
        if self._free:
            row = self._free.pop()
            self.legs[row] = leg
        else:
            row = len(self.legs)
            if row == self._whole.shape[1]:
                self._grow(2 * row)
            self.legs.append(leg)
        window = leg.volume.window
        self._whole[:, row] = (party, category, window.start_us, window.end_us, *widest_w84_mm(leg.volume.band))
        self._real[:, row] = (*leg.shape.centre, leg.shape.reach_m, leg.volume.radius_mm / _MM)
        return row

    def drop(self, row: int) -> None:
        self.legs[row] = None
        self._whole[0, row] = -1
        self._free.append(row)

    def near(self, leg: _Leg, party: int, minima: Sequence[SeparationMinima]) -> list[_Leg]:
        """Held legs of other parties that may be in conflict; `minima` by the category number of the row."""
        used = len(self.legs)
        if not used:
            return []
        whole, real = self._whole[:, :used], self._real[:, :used]
        asked = np.array([(m.lateral_mm, m.vertical_mm, m.time_us) for m in minima], np.int64)[whole[1]]
        window, (lower, upper) = leg.volume.window, widest_w84_mm(leg.volume.band)
        fits = (whole[0] >= 0) & (whole[0] != party)
        fits &= (whole[2] <= window.end_us + asked[:, 2]) & (window.start_us <= whole[3] + asked[:, 2])
        fits &= (whole[4] <= upper + asked[:, 1]) & (lower <= whole[5] + asked[:, 1])
        rows = np.flatnonzero(fits)
        apart = real[:3, rows] - leg.shape.centre[:, None]
        reach = real[3, rows] + real[4, rows] + asked[rows, 0] / _MM
        reach += leg.shape.reach_m + leg.volume.radius_mm / _MM + _SLACK_M
        found = [self.legs[row] for row in rows[(apart**2).sum(axis=0) <= reach**2]]
        return [other for other in found if other is not None]


class ReferenceEngine:
    """An `Engine` for some thousands of notices: simple enough to check by reading, and exact."""

    def __init__(self, minima: MinimaOf) -> None:
        self._minima_of = minima
        self._rows = _Rows()
        self._held: dict[str, list[int]] = {}
        self._legs: dict[str, tuple[_Leg, ...]] = {}
        self._parties: dict[str, int] = {}
        self._categories: dict[str, int] = {}
        self._minima: dict[tuple[str, str], SeparationMinima] = {}

    def add(self, item: Announced) -> None:
        """Hold a notice; raises InvalidValue if its id is held already."""
        if item.id in self._held:
            raise InvalidValue("id", f"{item.id} is held already; replace it")
        legs = _legs_of(item)
        party = self._parties.setdefault(item.party, len(self._parties))
        category = self._categories.setdefault(item.category, len(self._categories))
        self._held[item.id] = [self._rows.put(leg, party, category) for leg in legs]
        self._legs[item.id] = legs

    def remove(self, item_id: str) -> None:
        """Forget a notice; raises InvalidValue if it is not held."""
        if item_id not in self._held:
            raise InvalidValue("id", f"{item_id} is not held")
        for row in self._held.pop(item_id):
            self._rows.drop(row)
        del self._legs[item_id]

    def replace(self, item: Announced) -> None:
        """Hold another version of a held notice; raises InvalidValue if its id is not held."""
        self.remove(item.id)
        self.add(item)

    def check(self, item: Announced) -> list[Conflict]:
        """Conflicts of one notice, held or not, with all held ones of other ids."""
        held = self._legs.get(item.id, ())
        return _conflicts(self._candidates(held if held and held[0].item is item else _legs_of(item)))

    def check_many(self, items: Sequence[Announced]) -> list[list[Conflict]]:
        """The same for several, each against what is held, not against each other."""
        return [self.check(item) for item in items]

    def sweep(self) -> list[Conflict]:
        """Conflicts of all pairs that are held."""
        found = []
        for item_id in sorted(self._legs):
            legs = self._legs[item_id]
            found += [candidate for candidate in self._candidates(legs) if candidate.a.item.id == item_id]
        return _conflicts(found)

    def _candidates(self, legs: Iterable[_Leg]) -> list[_Candidate]:
        found = []
        for leg in legs:
            minima = [self._between(leg.item.category, category) for category in self._categories]
            party = self._parties.get(leg.item.party, len(self._parties))
            for other in self._rows.near(leg, party, minima):
                if other.item.id != leg.item.id:
                    candidate = _candidate(leg, other, self._between(leg.item.category, other.item.category))
                    found += [candidate] if candidate is not None else []
        return found

    def _between(self, one: str, other: str) -> SeparationMinima:
        pair = (one, other) if one <= other else (other, one)
        if pair not in self._minima:
            self._minima[pair] = self._minima_of(*pair)
        return self._minima[pair]


def _legs_of(item: Announced) -> tuple[_Leg, ...]:
    return tuple(
        _Leg(item, index, number, leg, shape_of(leg.skeleton), item.coarse or index in item.stand_ins)
        for index, volume in enumerate(item.volumes)
        for number, leg in enumerate(volume.legs())
    )


def _candidate(one: _Leg, other: _Leg, minima: SeparationMinima) -> _Candidate | None:
    """Height and time, decided on whole numbers."""
    a, b = (one, other) if one.item.id < other.item.id else (other, one)
    time_us = max(
        0,
        a.volume.window.start_us - b.volume.window.end_us,
        b.volume.window.start_us - a.volume.window.end_us,
    )
    vertical = gap(a.volume.band, b.volume.band)
    if time_us > minima.time_us or vertical.least_mm > minima.vertical_mm:
        return None
    return _Candidate(a, b, minima, vertical, time_us)


def _conflicts(candidates: Sequence[_Candidate]) -> list[Conflict]:
    ordered = sorted(candidates, key=lambda c: (c.a.item.id, c.b.item.id, c.a.key, c.b.key))
    found: list[Conflict] = []
    for start in range(0, len(ordered), _PAIRS_AT_ONCE):
        found += _measured(ordered[start : start + _PAIRS_AT_ONCE])
    return [_counted(list(same)) for _, same in groupby(found, key=lambda conflict: (conflict.a, conflict.b))]


def _measured(candidates: Sequence[_Candidate]) -> list[Conflict]:
    limit_m = np.array([candidate.threshold_mm for candidate in candidates], np.float64) / _MM + _SLACK_M
    approach = closest([(candidate.a.shape, candidate.b.shape) for candidate in candidates], limit_m)
    found = []
    for row in map(int, np.flatnonzero(np.isfinite(approach.distance_m))):
        candidate = candidates[row]
        distance_mm = round(float(approach.distance_m[row]) * _MM)
        if distance_mm - candidate.threshold_mm <= TOLERANCE_MM:
            a_nearest = _position(approach.a_lon[row], approach.a_lat[row])
            b_nearest = _position(approach.b_lon[row], approach.b_lat[row])
            found.append(_conflict(candidate, distance_mm, a_nearest, b_nearest))
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
