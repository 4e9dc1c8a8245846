"""Volumes as outlines in the plane of a map: what a pen draws, and nothing that is ever compared.

Edges are geodesics with points in between, a circle is walked around its centre, a corridor is all that is within its
half-width of its route, with round ends. The offsets are geodesic, so an outline is right wherever it lies.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

from wellclear.airspace.geodesy import Floats, Ints, forward, inverse
from wellclear.apps.check.map.plane import Plane
from wellclear.domain.quantities import E7, Position
from wellclear.domain.volume import Point, Polygon, Polygons, Route, Volume

_EDGE_M: Final = 25_000.0
"""Between points of an edge: over this length a geodesic is straight to a few metres, in any plane near its middle."""
_EDGE_POINTS_MAX: Final = 200
_CIRCLE: Final = np.linspace(0.0, 360.0, 73)[:-1]
_CAP: Final = np.linspace(-90.0, 90.0, 19)
_AROUND_M: Final = 19_000_000.0
"""An outline that reaches so far from the middle passes the point opposite to it, where the plane tears."""
_QUARTER_M: Final = 10_018_000.0
_SLIVER_M2: Final = 0.01
_SMOOTH: Final = 0.002  # of a half-width: how far a corridor's outline may be simplified


@dataclass(frozen=True, slots=True)
class Outline:
    """Closed rings of points (n, 2), of which those inside others are holes; lines are routes and single points.

    A route with times has a line for each leg. `filled` is False where the plane has no inside for it.
    """

    rings: tuple[Floats, ...]
    lines: tuple[Floats, ...]
    filled: bool = True

    def points(self) -> Floats:
        """All of them."""
        parts = (*self.rings, *self.lines)
        return np.concatenate(parts) if parts else np.empty((0, 2))

    def area(self) -> Any:
        """As a shapely geometry, mended where drawing made rings touch; empty where nothing is filled."""
        return area_of(self.rings) if self.filled else shapely.GeometryCollection()


def outline(volume: Volume, plane: Plane) -> Outline:
    """The outline of one volume."""
    radius_m = volume.radius_mm / 1000
    match volume.skeleton:
        case Point(position):
            return _circle(position, radius_m, plane)
        case Route(vertices, times_us):
            return _corridor(vertices, radius_m, plane, apart=bool(times_us))
        case Polygon(rings):
            return _of_rings([_ring(ring, plane) for ring in rings])
        case Polygons(parts):
            drawn = [_of_rings([_ring(ring, plane) for ring in part.rings]) for part in parts]
            if not all(one.filled for one in drawn):
                return Outline((), tuple(line for one in drawn for line in (*one.rings, *one.lines)), filled=False)
            return Outline(rings_of(shapely.union_all([one.area() for one in drawn])), ())


def degrees(positions: Iterable[Position]) -> tuple[Floats, Floats]:
    """Longitudes and latitudes."""
    pairs = np.array([(one.lon_e7, one.lat_e7) for one in positions], np.float64).reshape(-1, 2) / E7
    return pairs[:, 0], pairs[:, 1]


def area_of(rings: Iterable[Floats]) -> Any:
    """Rings as one area: what lies in an odd number of them."""
    whole = shapely.GeometryCollection()
    for ring in rings:
        if len(ring) >= 3:
            whole = shapely.symmetric_difference(whole, shapely.make_valid(shapely.Polygon(ring)))
    return whole


def rings_of(area: Any) -> tuple[Floats, ...]:
    """Outer and inner rings of an area, without the point that closes them; what has no area is left out."""
    found: list[Floats] = []
    for part in shapely.get_parts(shapely.get_parts(area)):
        if part.geom_type == "Polygon" and not part.is_empty:
            found += [
                shapely.get_coordinates(ring)[:-1] for ring in (part.exterior, *part.interiors) if not _is_sliver(ring)
            ]
    return tuple(found)


def _is_sliver(ring: Any) -> bool:
    """Rounding leaves such where two areas share an edge."""
    return bool(shapely.area(shapely.Polygon(ring)) < _SLIVER_M2)


def _of_rings(rings: Sequence[Floats], radius_m: float = 0.0) -> Outline:
    if radius_m > _QUARTER_M or any(_is_behind(ring) for ring in rings):
        return Outline((), tuple(part for ring in rings for part in _unbroken(ring)), filled=False)
    return Outline(tuple(rings), ())


def _is_behind(ring: Floats) -> bool:
    """Whether it has the point opposite to the middle inside, or nearly: then the plane shows its inside outside."""
    reach = np.hypot(*ring.T)
    if float(reach.max()) > _AROUND_M:
        return True
    return bool(reach.mean() > _QUARTER_M and shapely.Polygon(ring).contains(shapely.Point(0.0, 0.0)))


def _unbroken(ring: Floats) -> list[Floats]:
    """A closed ring as lines, cut where the plane tears on the other side of the earth."""
    closed = np.concatenate([ring, ring[:1]])
    steps = np.hypot(*np.diff(closed, axis=0).T)
    return [part for part in np.split(closed, np.flatnonzero(steps > _AROUND_M / 4) + 1) if len(part) > 1]


def _circle(position: Position, radius_m: float, plane: Plane) -> Outline:
    lon, lat = degrees([position])
    if not radius_m:
        return Outline((), (plane.project(lon, lat),))
    around = len(_CIRCLE)
    to_lon, to_lat, _ = forward(lon.repeat(around), lat.repeat(around), _CIRCLE, np.full(around, radius_m))
    return _of_rings([plane.project(to_lon, to_lat)], radius_m)


def _ring(positions: Sequence[Position], plane: Plane) -> Floats:
    lon, lat, _, _ = _walked([*positions, positions[0]])
    return plane.project(lon, lat)[:-1]


def _walked(positions: Sequence[Position]) -> tuple[Floats, Floats, Floats, Ints]:
    """Points along the geodesics between positions, ends included; azimuths there; the edge that each lies on.

    The end of one edge and the start of the next are both there, with their own azimuths, if there are several edges.
    """
    lon, lat = degrees(positions)
    azimuth, length = inverse(lon[:-1], lat[:-1], lon[1:], lat[1:])
    counts = np.clip(np.ceil(length / _EDGE_M), 1, _EDGE_POINTS_MAX).astype(np.int64) + 1
    edge = np.repeat(np.arange(len(counts)), counts)
    within = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts)
    along = within / (counts[edge] - 1) * length[edge]
    to_lon, to_lat, onward = forward(lon[:-1][edge], lat[:-1][edge], azimuth[edge], along)
    return to_lon, to_lat, onward, edge


def _corridor(vertices: Sequence[Position], radius_m: float, plane: Plane, *, apart: bool) -> Outline:
    lon, lat, azimuth, edge = _walked(vertices)
    drawn = plane.project(lon, lat)
    cuts = np.flatnonzero(np.diff(edge)) + 1
    lines = tuple(np.split(drawn, cuts)) if apart else (drawn,)
    if not radius_m:
        return Outline((), lines)
    sides = [_beside(lon, lat, azimuth + turn, radius_m, plane) for turn in (-90.0, 90.0)]
    firsts, lasts = np.append(0, cuts), np.append(cuts, len(edge)) - 1
    capsules = []
    for first, last in zip(firsts, lasts, strict=True):
        ahead = _cap(lon[last], lat[last], azimuth[last], radius_m, plane)
        behind = _cap(lon[first], lat[first], azimuth[first] + 180.0, radius_m, plane)
        left, right = (side[first : last + 1] for side in sides)
        capsules.append(np.concatenate([left, ahead, right[::-1], behind]))
    if radius_m > _QUARTER_M or any(_is_behind(capsule) for capsule in capsules):
        return Outline((), lines, filled=False)
    whole = shapely.union_all([shapely.make_valid(shapely.Polygon(capsule)) for capsule in capsules])
    return Outline(rings_of(shapely.simplify(whole, radius_m * _SMOOTH)), lines)


def _beside(lon: Floats, lat: Floats, azimuth: Floats, radius_m: float, plane: Plane) -> Floats:
    to_lon, to_lat, _ = forward(lon, lat, azimuth, np.full_like(lon, radius_m))
    return plane.project(to_lon, to_lat)


def _cap(lon: float, lat: float, azimuth: float, radius_m: float, plane: Plane) -> Floats:
    around = len(_CAP)
    return _beside(np.full(around, lon), np.full(around, lat), azimuth + _CAP, radius_m, plane)
