"""Volumes in four dimensions: a skeleton with a radius, a band of height, a window of time.

A circle is a point with a radius, a corridor a route with a half-width (round at its ends), a polygon has radius 0;
nothing is ever turned into a polygon of many corners. Edges are geodesics of the WGS-84 ellipsoid, the interior of a
ring is its smaller side, and all intervals are closed: touching is a conflict (decision 0011). How far volumes are
apart is computed in `airspace`, nowhere here; how they are written is in `volume_fields`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from wellclear.domain.quantities import WHOLE_MAX, Datum, Position
from wellclear.domain.rings import Ring, angle, check_cap, check_rings, place, unit_vector
from wellclear.errors import InvalidValue

VERTICES_MAX: Final = 1_000
LENGTH_KM_MAX: Final = 100_000
"""All edges of a skeleton together; more is no plan but an attempt to keep the reader's engine busy."""
WHOLE_EARTH_MM: Final = 20_100_000_000
"""A radius that covers the earth from anywhere: no two points are farther apart than 20,004 km."""

_EARTH_KM: Final = 6_400.0  # no radius of curvature of the ellipsoid is larger


@dataclass(frozen=True, slots=True)
class Point:
    """The skeleton of a circle."""

    position: Position


@dataclass(frozen=True, slots=True)
class Route:
    """The skeleton of a corridor: two vertices or more, joined by geodesics; it may cross itself and come back.

    `times_us`, if any, has one moment per vertex, never decreasing: then each leg is a volume of its own.

    Raises:
        InvalidValue: too few vertices, two equal ones in a row, times that do not fit, too many, too large.
    """

    vertices: tuple[Position, ...]
    times_us: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if len(self.vertices) < 2:
            raise InvalidValue("route", "needs two vertices or more")
        _check_size((self.vertices,), "route", closed=False)
        for index, (before, after) in enumerate(pairwise(self.vertices), start=1):
            if place(before) == place(after):
                raise InvalidValue(f"route[{index}]", "repeats the vertex before it")
        check_cap([unit_vector(vertex) for vertex in self.vertices], "route")
        if not self.times_us:
            return
        if len(self.times_us) != len(self.vertices):
            raise InvalidValue("times_us", f"{len(self.times_us)} times for {len(self.vertices)} vertices")
        for index, moment_us in enumerate(self.times_us):
            _check_whole(moment_us, f"times_us[{index}]")
            if index and moment_us < self.times_us[index - 1]:
                raise InvalidValue(f"times_us[{index}]", "is before the time of the vertex before it")


@dataclass(frozen=True, slots=True)
class Polygon:
    """An outer ring, then holes. Rings are not closed by repeating a vertex, and either winding will do.

    Raises:
        InvalidValue: whatever `rings.check_rings` refuses, too many vertices.
    """

    rings: tuple[Ring, ...]

    def __post_init__(self) -> None:
        _check_size(self.rings, "rings", closed=True)
        check_rings(self.rings, "rings")


@dataclass(frozen=True, slots=True)
class Polygons:
    """Several polygons that are one area; they may overlap.

    Raises:
        InvalidValue: none at all, too many vertices, together larger than a cap of 60 degrees.
    """

    parts: tuple[Polygon, ...]

    def __post_init__(self) -> None:
        if not self.parts:
            raise InvalidValue("polygons", "needs one polygon or more")
        _check_size(tuple(ring for part in self.parts for ring in part.rings), "polygons", closed=True)
        check_cap([unit_vector(vertex) for part in self.parts for vertex in part.rings[0]], "polygons")


Skeleton = Point | Route | Polygon | Polygons


@dataclass(frozen=True, slots=True)
class AltitudeBand:
    """A slab of height in whole millimetres of one datum, both faces included; an absent face is unbounded.

    What was said is kept as it was said: bands of unlike datums meet only in `airspace`, which widens them by the
    error of the conversion (decision 0010).

    Raises:
        InvalidValue: the lower face is above the upper one, or a face is no integer of canonical JSON.
    """

    datum: Datum
    lower_mm: int | None
    upper_mm: int | None

    def __post_init__(self) -> None:
        for field, face_mm in (("lower_mm", self.lower_mm), ("upper_mm", self.upper_mm)):
            if face_mm is not None:
                _check_whole(face_mm, f"band.{field}")
        if self.lower_mm is not None and self.upper_mm is not None and self.lower_mm > self.upper_mm:
            raise InvalidValue("band", f"its lower face at {self.lower_mm} mm is above {self.upper_mm} mm")


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """From a moment to a moment in microseconds of UTC, both included; every announcement has an end.

    Raises:
        InvalidValue: the end is before the start, or a moment is no integer of canonical JSON.
    """

    start_us: int
    end_us: int

    def __post_init__(self) -> None:
        _check_whole(self.start_us, "start_us")
        _check_whole(self.end_us, "end_us")
        if self.end_us < self.start_us:
            raise InvalidValue("end_us", "is before the start")


@dataclass(frozen=True, slots=True)
class Volume:
    """A footprint (skeleton and radius), a band and a window.

    Raises:
        InvalidValue: a negative or absurd radius, a polygon with a radius, route times outside the window.
    """

    skeleton: Skeleton
    radius_mm: int
    band: AltitudeBand
    window: TimeWindow

    def __post_init__(self) -> None:
        _check_whole(self.radius_mm, "radius_mm")
        if not 0 <= self.radius_mm <= WHOLE_EARTH_MM:
            raise InvalidValue("radius_mm", f"must be between 0 and {WHOLE_EARTH_MM}")
        if isinstance(self.skeleton, Polygon | Polygons) and self.radius_mm:
            raise InvalidValue("radius_mm", "a polygon has none")
        if isinstance(self.skeleton, Route) and self.skeleton.times_us:
            if self.skeleton.times_us[0] < self.window.start_us:
                raise InvalidValue("times_us[0]", "is before the window starts")
            if self.skeleton.times_us[-1] > self.window.end_us:
                raise InvalidValue(f"times_us[{len(self.skeleton.times_us) - 1}]", "is after the window ends")

    def legs(self) -> tuple[Volume, ...]:
        """The volumes that are compared: one a leg for a route with times, else only this one.

        Legs share their turning moment. The first begins with the whole window and the last ends with it, so that
        waiting at either end of the route is covered.
        """
        if not isinstance(self.skeleton, Route) or not self.skeleton.times_us:
            return (self,)
        inner = self.skeleton.times_us[1:-1]
        moments = (self.window.start_us, *inner, self.window.end_us)
        return tuple(
            Volume(Route(ends), self.radius_mm, self.band, TimeWindow(*span))
            for ends, span in zip(pairwise(self.skeleton.vertices), pairwise(moments), strict=True)
        )


@dataclass(frozen=True, slots=True)
class SeparationMinima:
    """What the agreement asks between two categories; volumes that are exactly so far apart are still in conflict.

    Raises:
        InvalidValue: a negative minimum.
    """

    lateral_mm: int
    vertical_mm: int
    time_us: int

    def __post_init__(self) -> None:
        for field, value in (
            ("lateral_mm", self.lateral_mm),
            ("vertical_mm", self.vertical_mm),
            ("time_us", self.time_us),
        ):
            _check_whole(value, field)
            if value < 0:
                raise InvalidValue(field, "must not be negative")


def _check_whole(value: object, field: str) -> None:
    if type(value) is not int:
        raise InvalidValue(field, "must be an integer")
    if abs(value) > WHOLE_MAX:
        raise InvalidValue(field, "is beyond what canonical JSON can carry")


def _check_size(lines: Sequence[Sequence[Position]], field: str, *, closed: bool) -> None:
    """Bounds on vertices and length, before anything is computed that takes time."""
    count = sum(len(line) for line in lines)
    if count > VERTICES_MAX:
        raise InvalidValue(field, f"has {count} vertices; at most {VERTICES_MAX}")
    length_km = 0.0
    for line in lines:
        drawn = [unit_vector(vertex) for vertex in line]
        length_km += math.fsum(angle(a, b) for a, b in pairwise(drawn + drawn[: int(closed)])) * _EARTH_KM
    if length_km > LENGTH_KM_MAX:
        raise InvalidValue(field, f"has edges of more than {LENGTH_KM_MAX} km in all")
