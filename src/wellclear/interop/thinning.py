"""Fewer vertices for a flown line, with a bound: no fix is farther from its leg than the tolerance.

As Douglas and Peucker do it, in space and in time. A leg is kept if every fix between its ends is within the tolerance
of the leg, is at most `lag_s` of even flight (and the tolerance) away from where the leg is at that moment, and the leg
lasts no longer than it may; else it is cut.

The bound holds on the ellipsoid, though computed on the sphere of geodetic latitude and longitude. No arc there is
longer on the ellipsoid than `_RADIUS_M` times its angle; and a great circle there leaves the geodesic between the same
ends by at most 66 cm over 100 km, growing with the square (`domain.rings`), which is added.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from wellclear.domain.rings import Vector, angle, cross, dot, unit_vector
from wellclear.interop.fixes import Fix

LEG_KM_MAX: Final = 500.0
"""No leg is longer, so that the sphere stays near the ellipsoid, unless two neighbouring fixes are."""
_RADIUS_M: Final = 6_399_600.0  # no radius of curvature of the ellipsoid is larger
_BEND_M: Final = 0.66
_BEND_KM: Final = 100.0
_ROUNDING_M: Final = 0.05  # of vertices to 1e-7 degrees, and of floating point
_US: Final = 1_000_000
_FAR_TOO_LONG: Final = 4  # times what a leg may last: it is halved unseen, or whoever circles for a day takes minutes


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a fix may be from its leg, how far ahead or behind of even flight, and how long a leg may last."""

    apart_m: float
    lag_s: float = 10.0
    leg_us: int = 300 * _US


def thinned(fixes: Sequence[Fix], tolerance: Tolerance) -> list[int]:
    """Which fixes stay as vertices: indices from the first to the last; `fixes` have rising moments."""
    places = [unit_vector(fix.position) for fix in fixes]
    moments = [fix.moment_us for fix in fixes]
    kept = {0, len(fixes) - 1}
    open_legs = [(0, len(fixes) - 1)]
    while open_legs:
        first, last = open_legs.pop()
        if last - first < 2:
            continue
        cut = _cut(places, moments, first, last, tolerance)
        if cut is not None:
            kept.add(cut)
            open_legs += [(first, cut), (cut, last)]
    return sorted(kept)


def _cut(places: Sequence[Vector], moments: Sequence[int], first: int, last: int, tolerance: Tolerance) -> int | None:
    """Where a leg must be cut: at the fix that misses by most, or halfway in time if only the leg is too long."""
    leg = _Leg(places[first], places[last])
    start_us, lasts_us = moments[first], moments[last] - moments[first]
    halfway = min(max(bisect_left(moments, start_us + lasts_us // 2), first + 1), last - 1)
    if leg.length_m > LEG_KM_MAX * 1000 or lasts_us > _FAR_TOO_LONG * tolerance.leg_us:
        return halfway
    ahead_m = tolerance.apart_m + tolerance.lag_s * leg.length_m * _US / lasts_us
    worst, most = halfway, 0.0
    for index in range(first + 1, last):
        uneven_m = leg.uneven_m(places[index], (moments[index] - start_us) / lasts_us)
        if uneven_m <= tolerance.apart_m:  # it is not farther from the leg than from a point of it
            missed = uneven_m / ahead_m if ahead_m else 0.0
        else:
            missed = max(uneven_m / ahead_m, leg.apart_m(places[index]) / tolerance.apart_m)
        if missed > most:
            worst, most = index, missed
    if most > 1.0:
        return worst
    return halfway if lasts_us > tolerance.leg_us else None


class _Leg:
    """A great circle from `a` to `b`, less than a quarter of the way round the earth."""

    def __init__(self, a: Vector, b: Vector) -> None:
        self._a, self._b = a, b
        normal = cross(a, b)
        sine = math.hypot(*normal)
        self.length_m = angle(a, b) * _RADIUS_M
        self.slack_m = _BEND_M * (self.length_m / 1000 / _BEND_KM) ** 2 + _ROUNDING_M
        self._normal = None if sine < 1e-12 else (normal[0] / sine, normal[1] / sine, normal[2] / sine)

    def uneven_m(self, place: Vector, share: float) -> float:
        """How far a place is at most from the point of the leg after a share of it."""
        a, b = self._a, self._b
        x, y, z = a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share
        length = math.hypot(x, y, z)
        return _arc_m(math.dist(place, (x / length, y / length, z / length))) + self.slack_m

    def apart_m(self, place: Vector) -> float:
        """How far a place is at most from the leg."""
        normal = self._normal
        if normal is not None and dot(cross(normal, self._a), place) >= 0 <= dot(cross(self._b, normal), place):
            return math.asin(min(1.0, abs(dot(normal, place)))) * _RADIUS_M + self.slack_m
        return _arc_m(min(math.dist(place, self._a), math.dist(place, self._b))) + self.slack_m


def _arc_m(chord: float) -> float:
    return 2 * math.asin(min(1.0, chord / 2)) * _RADIUS_M


def apart_m(one: Fix, other: Fix) -> float:
    """How far two fixes are apart, at most, and by no more than one part in a hundred too much."""
    return angle(unit_vector(one.position), unit_vector(other.position)) * _RADIUS_M
