"""Where and when all that one party plans lies: so that whoever reads an answer sees a drawing in the wrong place.

The commonest mistake puts no volume on its map: latitude and longitude the other way round. Nothing clashes then, and
the answer looks like a good one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

from wellclear.apps.check.plan import Plan
from wellclear.domain.measures import moment
from wellclear.domain.quantities import E7, Position, degrees_from_e7
from wellclear.domain.volume import Polygon as Area
from wellclear.domain.volume import Polygons, Route, Skeleton

PARTIES_SHOWN: Final = 6
_TURN_E7: Final = 360 * E7
_STEP_E7: Final = E7 // 100
_NOWHERE: Final = (_TURN_E7, -_TURN_E7) * 3
_NEAR_E7: Final = E7
"""A degree: drawings of one plan that are further apart than this are looked at."""


@dataclass(frozen=True, slots=True)
class Extent:
    """The least and greatest of everything that was said; without radii and widths. East may exceed half a turn."""

    south_e7: int
    north_e7: int
    west_e7: int
    east_e7: int
    start_us: int
    end_us: int

    def __str__(self) -> str:
        """For people, outward to hundredths of a degree."""
        south, west = (low // _STEP_E7 * _STEP_E7 for low in (self.south_e7, self.west_e7))
        north, east = (-(-high // _STEP_E7) * _STEP_E7 for high in (self.north_e7, self.east_e7))
        return f"{_span(south, north, 'N', 'S')}, {_span(west, east, 'E', 'W')}"

    def json(self) -> dict[str, Any]:
        """As an answer for programs tells it."""
        return {
            "south": degrees_from_e7(self.south_e7), "north": degrees_from_e7(self.north_e7),
            "west": degrees_from_e7(_wrapped(self.west_e7)), "east": degrees_from_e7(_wrapped(self.east_e7)),
            "start_us": self.start_us, "end_us": self.end_us, "said": str(self),
        }  # fmt: skip


def extents(plan: Plan) -> dict[str, Extent]:
    """Of each party, in the alphabet's order."""
    found: dict[str, list[int]] = {}
    for notice in plan.notices.values():
        for planned in notice.planned:
            window = planned.volume.window
            row = found.setdefault(notice.party, [*_NOWHERE, window.start_us, window.end_us])
            said = list(positions(planned.volume.skeleton))
            lats, lons = [one.lat_e7 for one in said], [one.lon_e7 for one in said]
            easts = [lon % _TURN_E7 for lon in lons]
            row[:] = [
                min(row[0], *lats), max(row[1], *lats), min(row[2], *lons), max(row[3], *lons),
                min(row[4], *easts), max(row[5], *easts), min(row[6], window.start_us), max(row[7], window.end_us),
            ]  # fmt: skip
    return {party: _extent(found[party]) for party in sorted(found)}


def positions(skeleton: Skeleton) -> Iterator[Position]:
    """Every position that was said of a shape."""
    if isinstance(skeleton, Polygons):
        for part in skeleton.parts:
            yield from positions(part)
    elif isinstance(skeleton, Area):
        for ring in skeleton.rings:
            yield from ring
    elif isinstance(skeleton, Route):
        yield from skeleton.vertices
    else:
        yield skeleton.position


def lines(plan: Plan) -> list[str]:
    """Where and when each party's volumes lie, and whether two look turned about."""
    found = extents(plan)
    told = [
        f"{party} lies within {extent}, {moment(extent.start_us)} to {moment(extent.end_us)}."
        for party, extent in list(found.items())[:PARTIES_SHOWN]
    ]
    more = len(found) - len(told)
    return [*told, *([f"... and {more} parties more."] if more else []), *turned(found)]


def turned(found: dict[str, Extent]) -> list[str]:
    """The pairs that are far apart, and would not be if one had latitude and longitude the other way round."""
    return [
        f"LOOK at the order of latitude and longitude: {a} and {b} are far apart, and would lie together if one of the "
        "two had them the other way round."
        for a, b in combinations(list(found)[:PARTIES_SHOWN], 2)
        if not _near(_sides(found[a]), _sides(found[b])) and _near(_sides(found[a])[::-1], _sides(found[b]))
    ]


def _extent(row: list[int]) -> Extent:
    south, north, west, east, west_on, east_on, start_us, end_us = row
    west, east = (west, east) if east - west <= east_on - west_on else (west_on, east_on)
    return Extent(south, north, west, east, start_us, end_us)


Side = tuple[int, int]


def _sides(extent: Extent) -> tuple[Side, Side]:
    return (extent.south_e7, extent.north_e7), (extent.west_e7, extent.east_e7)


def _near(a: tuple[Side, ...], b: tuple[Side, ...]) -> bool:
    return all(one[0] - _NEAR_E7 <= other[1] and other[0] - _NEAR_E7 <= one[1] for one, other in zip(a, b, strict=True))


def _wrapped(lon_e7: int) -> int:
    return (lon_e7 + _TURN_E7 // 2) % _TURN_E7 - _TURN_E7 // 2


def _span(low_e7: int, high_e7: int, positive: str, negative: str) -> str:
    low = _said(low_e7, positive, negative)
    return low if low_e7 == high_e7 else f"{low} to {_said(high_e7, positive, negative)}"


def _said(angle_e7: int, positive: str, negative: str) -> str:
    angle_e7 = _wrapped(angle_e7) if positive == "E" else angle_e7
    whole = 3 if positive == "E" else 2
    hundredths = abs(angle_e7) // _STEP_E7
    return f"{hundredths // 100:0{whole}d}.{hundredths % 100:02d}{negative if angle_e7 < 0 else positive}"
