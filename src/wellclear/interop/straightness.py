"""How far edges leave the straight lines that a map draws for them, in longitude and latitude.

Edges are geodesics (decision 0011); GeoJSON, KML and most maps draw them straight in degrees. Only for telling people:
computed on the sphere of geodetic latitude and longitude, within one part in a hundred of the ellipsoid's answer.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from wellclear.domain.quantities import E7, HALF_TURN_E7
from wellclear.domain.rings import Vector, cross, dot

Vertex = tuple[int, int]
"""Latitude and longitude in degrees x 10^7 as they were written: the longitude may go on beyond 180 degrees."""

LEAVES: Final = "leaves its straight line on the map"
"""In every note of it, for whoever sorts them: most drawings have many."""
TELL_M: Final = 10.0
_EARTH_M: Final = 6_371_000.0
_DEGREE_M: Final = 111_700.0  # no degree of latitude or of the equator is longer
_STEEP_DEGREES: Final = 85.0
_SAMPLES: Final = 32


def departure_m(start: Vertex, end: Vertex) -> float:
    """The farthest that the straight line between two vertices lies from their geodesic, the shorter way round."""
    lat, lon = start[0] / E7, start[1] / E7
    up, across = (end[0] - start[0]) / E7, _short(end[1] - start[1]) / E7
    if _surely_near(lat, up, across):
        return 0.0
    a, b = _vector(lat, lon), _vector(lat + up, lon + across)
    normal = cross(a, b)
    length = math.hypot(*normal)
    if length < 1e-12:
        return 0.0
    farthest = 0.0
    for step in range(1, _SAMPLES):
        point = _vector(lat + up * step / _SAMPLES, lon + across * step / _SAMPLES)
        farthest = max(farthest, abs(dot(normal, point)))
    return math.asin(min(1.0, farthest / length)) * _EARTH_M


def edge_notes(lines: Iterable[tuple[str, list[Vertex]]], *, crossings: bool = True) -> tuple[str, ...]:
    """What to tell of the edges of some named lines (`""`, `"ring 2, "`), each given with its last vertex.

    `crossings` asks for those that a map would draw the long way round.
    """
    worst, worst_m, others, crossing = "", 0.0, -1, 0
    for name, line in lines:
        for number, (start, end) in enumerate(pairwise(line), start=1):
            crossing += abs(end[1] - start[1]) > HALF_TURN_E7
            far_m = departure_m(start, end)
            if far_m > TELL_M:
                others += 1
                if far_m > worst_m:
                    worst, worst_m = f"{name}edge {number}", far_m
    notes = []
    if worst:
        beside = f", and {others} other edge{'s' if others > 1 else ''} by more than {TELL_M:.0f} m" if others else ""
        notes.append(f"{worst} {LEAVES} by {worst_m:.0f} m{beside}: edges are shortest paths")
    if crossing and crossings:
        edges = "an edge crosses" if crossing == 1 else f"{crossing} edges cross"
        notes.append(f"{edges} the 180th meridian, the shorter way round")
    return tuple(notes)


def _surely_near(lat: float, up: float, across: float) -> bool:
    """A bound that costs little: on a line of length L no geodesic is farther than L^2 tan(latitude) / 4R."""
    most = max(abs(lat), abs(lat + up))
    if most > _STEEP_DEGREES:
        return False
    least = 0.0 if lat * (lat + up) <= 0 else min(abs(lat), abs(lat + up))
    squared = (up * _DEGREE_M) ** 2 + (across * _DEGREE_M * math.cos(math.radians(least))) ** 2
    return squared * math.tan(math.radians(most)) / (4 * _EARTH_M) < TELL_M


def _short(step_e7: int) -> int:
    return (step_e7 + HALF_TURN_E7) % (2 * HALF_TURN_E7) - HALF_TURN_E7


def _vector(lat: float, lon: float) -> Vector:
    phi, lam = math.radians(lat), math.radians(lon)
    return math.cos(phi) * math.cos(lam), math.cos(phi) * math.sin(lam), math.sin(phi)
