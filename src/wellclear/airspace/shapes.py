"""Skeletons made ready for measuring: edges as geodesic pieces with their chords, and rings for inside tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from wellclear.airspace.geodesy import Floats, ecef, forward, inverse, sag_m
from wellclear.domain.quantities import E7, Position
from wellclear.domain.rings import bounding_cap_of, unit_vector
from wellclear.domain.volume import Point, Polygon, Polygons, Route, Skeleton

PIECE_M: Final = 50_000.0
"""Edges are cut into geodesic pieces of at most this, so that a chord leaves its piece by less than 50 m."""

_PIECES_MAX: Final = 1_000
_CONVEX_M: Final = 9_000_000.0  # a geodesic ball below this holds the edges and the interior of what it holds
_EVERYWHERE_M: Final = 2e7


@dataclass(frozen=True, slots=True)
class Area:
    """One polygon: its rings (longitudes, latitudes in degrees; the outer one first) inside a ball."""

    rings: tuple[tuple[Floats, Floats], ...]
    centre: Floats
    reach_m: float


@dataclass(frozen=True, slots=True)
class Shape:
    """A skeleton as n geodesic pieces, and what must be known of its connected parts.

    Arrays of n: starts, azimuths there, lengths, ends; `start_xyz`, `end_xyz` (n, 3) are the ends of the chords,
    `sag_m` how far a piece leaves its chord. `probes` holds one position (lon, lat) of each connected part, `areas` the
    polygons. `centre` (3) and `reach_m` are a ball in space around everything.
    """

    lon: Floats
    lat: Floats
    azimuth: Floats
    length_m: Floats
    end_lon: Floats
    end_lat: Floats
    start_xyz: Floats
    end_xyz: Floats
    sag_m: Floats
    probes: tuple[tuple[float, float], ...]
    areas: tuple[Area, ...]
    centre: Floats
    reach_m: float


def shape_of(skeleton: Skeleton) -> Shape:
    """Prepare a skeleton; costs some tens of microseconds and is done once per volume."""
    if isinstance(skeleton, Point):
        lon, lat = _degrees((skeleton.position,))
        none = np.zeros(1)
        return _shape(lon, lat, none, none, lon, lat, (skeleton.position,), ())
    if isinstance(skeleton, Route):
        lon, lat = _degrees(skeleton.vertices)
        pieces = _pieces(lon[:-1], lat[:-1], lon[1:], lat[1:])
        return _shape(*pieces, skeleton.vertices[:1], (), skeleton.vertices)
    parts = skeleton.parts if isinstance(skeleton, Polygons) else (skeleton,)
    drawn = [_degrees(ring) for part in parts for ring in part.rings]
    pieces = _pieces(
        np.concatenate([lon for lon, _ in drawn]),
        np.concatenate([lat for _, lat in drawn]),
        np.concatenate([np.roll(lon, -1) for lon, _ in drawn]),
        np.concatenate([np.roll(lat, -1) for _, lat in drawn]),
    )
    outers = tuple(vertex for part in parts for vertex in part.rings[0])
    areas = tuple(_area(part) for part in parts)
    return _shape(*pieces, tuple(part.rings[0][0] for part in parts), areas, outers)


def _shape(
    lon: Floats,
    lat: Floats,
    azimuth: Floats,
    length_m: Floats,
    end_lon: Floats,
    end_lat: Floats,
    probes: tuple[Position, ...],
    areas: tuple[Area, ...],
    around: tuple[Position, ...] = (),
) -> Shape:
    centre, reach_m = _ball(around or probes)
    return Shape(
        lon,
        lat,
        azimuth,
        length_m,
        end_lon,
        end_lat,
        ecef(lon, lat),
        ecef(end_lon, end_lat),
        sag_m(length_m),
        tuple((probe.lon_e7 / E7, probe.lat_e7 / E7) for probe in probes),
        areas,
        centre,
        reach_m,
    )


def _area(part: Polygon) -> Area:
    centre, reach_m = _ball(part.rings[0])
    return Area(tuple(_degrees(ring) for ring in part.rings), centre, reach_m)


def _degrees(positions: tuple[Position, ...]) -> tuple[Floats, Floats]:
    said = np.array([(position.lon_e7, position.lat_e7) for position in positions], np.float64) / E7
    return said[:, 0].copy(), said[:, 1].copy()


def _ball(positions: tuple[Position, ...]) -> tuple[Floats, float]:
    """A ball in space: the chord is never longer than the geodesic, and geodesic balls of this size are convex."""
    cap, _ = bounding_cap_of([unit_vector(position) for position in positions])
    lat = np.degrees(np.arctan2(cap[2], np.hypot(cap[0], cap[1])))
    lon = np.degrees(np.arctan2(cap[1], cap[0]))
    all_lon, all_lat = _degrees(positions)
    _, distance = inverse(np.full(all_lon.size, lon), np.full(all_lat.size, lat), all_lon, all_lat)
    reach_m = float(distance.max()) + 0.01
    return ecef(np.array([lon]), np.array([lat]))[0], reach_m if reach_m < _CONVEX_M else _EVERYWHERE_M


def _pieces(
    lon: Floats, lat: Floats, to_lon: Floats, to_lat: Floats
) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats]:
    """Cut edges into equal geodesic pieces of at most `PIECE_M` (longer ones for an edge set of great length)."""
    azimuth, length = inverse(lon, lat, to_lon, to_lat)
    most = max(PIECE_M, float(length.sum()) / _PIECES_MAX)
    counts = np.maximum(np.ceil(length / most), 1).astype(np.int64)
    if counts.max() == 1:
        return lon, lat, azimuth, length, to_lon, to_lat
    edge = np.repeat(np.arange(lon.size), counts)
    first = np.concatenate([[0], np.cumsum(counts)])
    step = np.arange(edge.size) - first[edge]
    piece_m = (length / counts)[edge]
    start_lon, start_lat, start_azimuth = forward(lon[edge], lat[edge], azimuth[edge], piece_m * step)
    whole = step == 0  # the said vertices themselves, not what comes back from computing them
    start_lon[whole], start_lat[whole], start_azimuth[whole] = lon, lat, azimuth
    end_lon, end_lat = np.roll(start_lon, -1), np.roll(start_lat, -1)
    last = first[1:] - 1
    end_lon[last], end_lat[last] = to_lon, to_lat
    return start_lon, start_lat, start_azimuth, piece_m, end_lon, end_lat
