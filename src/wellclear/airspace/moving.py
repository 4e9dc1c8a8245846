"""A volume carried to another place as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from wellclear.airspace.geodesy import Floats, forward, inverse
from wellclear.domain.quantities import E7, Position
from wellclear.domain.volume import Point, Polygon, Polygons, Route, Skeleton, Volume


def moved(volume: Volume, bearing_deg: float, by_m: float) -> Volume:
    """A volume elsewhere: its vertices lie from its first one as they did, by azimuth and distance.

    The first one goes so far along the geodesic that starts at a bearing. Times, heights and the radius stay.

    Raises:
        InvalidValue: what is a volume here is none there.
    """
    skeleton: Skeleton
    match volume.skeleton:
        case Point(position):
            skeleton = Point(_carried((position,), bearing_deg, by_m)[0])
        case Route(vertices, times_us):
            skeleton = Route(_carried(vertices, bearing_deg, by_m), times_us)
        case Polygon(rings):
            skeleton = _polygon(rings, iter(_carried(_flat(rings), bearing_deg, by_m)))
        case Polygons(parts):
            flat = tuple(vertex for part in parts for vertex in _flat(part.rings))
            carried = iter(_carried(flat, bearing_deg, by_m))
            skeleton = Polygons(tuple(_polygon(part.rings, carried) for part in parts))
    return replace(volume, skeleton=skeleton)


def _flat(rings: tuple[tuple[Position, ...], ...]) -> tuple[Position, ...]:
    return tuple(vertex for ring in rings for vertex in ring)


def _polygon(rings: tuple[tuple[Position, ...], ...], vertices: Iterator[Position]) -> Polygon:
    return Polygon(tuple(tuple(next(vertices) for _ in ring) for ring in rings))


def _carried(vertices: tuple[Position, ...], bearing_deg: float, by_m: float) -> tuple[Position, ...]:
    lon, lat = (np.array([getattr(v, name) for v in vertices], np.float64) / E7 for name in ("lon_e7", "lat_e7"))
    first_lon, first_lat = np.full_like(lon, lon[0]), np.full_like(lat, lat[0])
    azimuth, from_first = inverse(first_lon, first_lat, lon, lat)
    there_lon, there_lat, _ = forward(first_lon, first_lat, np.full_like(lon, bearing_deg), np.full_like(lon, by_m))
    to_lon, to_lat, _ = forward(there_lon, there_lat, azimuth, from_first)
    return tuple(Position(*pair) for pair in zip(_e7(to_lat), _e7(to_lon), strict=True))


def _e7(degrees: Floats) -> list[int]:
    found: list[int] = np.rint(degrees * E7).astype(np.int64).tolist()
    return found
