"""A second opinion on distances: dense samples in space, then nested golden-section search along the edges.

It shares no method with the engine: no perpendiculars, no crossings, no chords with bounds, no winding numbers. Inside
is decided by parity in a gnomonic plane with densely drawn edges. Only PROJ's geodesics are common to both; the last
distance is taken by geographiclib, which is another implementation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from geographiclib.geodesic import Geodesic
from pyproj import Geod

from wellclear.airspace.geodesy import Floats, ecef
from wellclear.domain.quantities import E7, Position
from wellclear.domain.volume import Point, Polygon, Polygons, Route, Skeleton

GEOD = Geod(ellps="WGS84")
SAMPLES = 17
STARTS = 6
GOLDEN = (5**0.5 - 1) / 2
STEPS = 52

Edges = tuple[Floats, Floats, Floats, Floats]  # longitude, latitude, azimuth, length


def edges_of(skeleton: Skeleton) -> Edges:
    """The edges of a skeleton; a point is an edge of length 0."""
    lines: list[tuple[Position, ...]]
    if isinstance(skeleton, Point):
        lines = [(skeleton.position, skeleton.position)]
    elif isinstance(skeleton, Route):
        lines = [skeleton.vertices]
    else:
        lines = [(*ring, ring[0]) for part in _parts(skeleton) for ring in part.rings]
    ends = np.array(
        [(p.lon_e7 / E7, p.lat_e7 / E7, q.lon_e7 / E7, q.lat_e7 / E7) for line in lines for p, q in pairwise(line)]
    )
    azimuth, _, length = GEOD.inv(*ends.T)
    return ends[:, 0].copy(), ends[:, 1].copy(), np.asarray(azimuth), np.asarray(length)


def distances_m(pairs: Sequence[tuple[Skeleton, Skeleton]]) -> Floats:
    """Distance of each pair, by brute force; 0 where one holds the other or they cross."""
    starts = [_starts(index, edges_of(a), edges_of(b)) for index, (a, b) in enumerate(pairs)]
    table = np.array([row for rows in starts for row in rows])
    owner = table[:, 0].astype(int)
    along_a, along_b, found = _search(table)
    best = np.full(len(pairs), np.inf)
    for row in np.argsort(-found):
        best[owner[row]] = _by_geographiclib(table[row], along_a[row], along_b[row])
    for index, (a, b) in enumerate(pairs):
        if holds(a, b) or holds(b, a):
            best[index] = 0.0
    return best


def holds(outer: Skeleton, inner: Skeleton) -> bool:
    """Whether a polygon holds the first vertex of some part of another skeleton, by parity in a gnomonic plane."""
    if not isinstance(outer, Polygon | Polygons):
        return False
    return any(_holds(part, probe) for part in _parts(outer) for probe in _probes(inner))


def _parts(skeleton: Polygon | Polygons) -> tuple[Polygon, ...]:
    return skeleton.parts if isinstance(skeleton, Polygons) else (skeleton,)


def _probes(skeleton: Skeleton) -> list[Position]:
    if isinstance(skeleton, Point):
        return [skeleton.position]
    if isinstance(skeleton, Route):
        return [skeleton.vertices[0]]
    return [part.rings[0][0] for part in _parts(skeleton)]


def _holds(part: Polygon, probe: Position) -> bool:
    drawn = [_drawn(Polygon((ring,))) for ring in part.rings]
    axis = drawn[0].mean(axis=0)
    axis /= np.linalg.norm(axis)
    side = np.cross(axis, [0.3, -0.5, 0.81])
    side /= np.linalg.norm(side)
    up = np.cross(axis, side)
    point = ecef(np.array([probe.lon_e7 / E7]), np.array([probe.lat_e7 / E7]))[0]
    if point @ axis <= 0:
        return False
    x, y = point @ side / (point @ axis), point @ up / (point @ axis)
    inside = False
    for ring in drawn:
        px, py = ring @ side / (ring @ axis), ring @ up / (ring @ axis)
        qx, qy = np.roll(px, -1), np.roll(py, -1)
        spans = (py > y) != (qy > y)
        crossing = px[spans] + (y - py[spans]) / (qy[spans] - py[spans]) * (qx[spans] - px[spans])
        inside ^= bool(np.count_nonzero(crossing > x) % 2)
    return inside


def _drawn(polygon: Polygon) -> Floats:
    lon, lat, azimuth, length = edges_of(polygon)
    share = np.linspace(0, 1, 400, endpoint=False)
    many = np.repeat(np.arange(lon.size), share.size)
    x, y, _ = GEOD.fwd(lon[many], lat[many], azimuth[many], (length[:, None] * share).ravel())
    return ecef(np.asarray(x), np.asarray(y))


def _starts(index: int, a: Edges, b: Edges) -> list[list[float]]:
    """The most promising pairs of edges by samples: pair number, then longitude, latitude, azimuth, length of both.

    The search goes over whole edges: where two cross at a small angle, the nearest samples can be far from the place.
    """
    share = np.linspace(0, 1, SAMPLES)
    spots = []
    for lon, lat, azimuth, length in (a, b):
        many = np.repeat(np.arange(lon.size), SAMPLES)
        x, y, _ = GEOD.fwd(lon[many], lat[many], azimuth[many], (length[:, None] * share).ravel())
        spots.append(ecef(np.asarray(x), np.asarray(y)).reshape(lon.size, SAMPLES, 3))
    best = np.linalg.norm(spots[0][:, :, None, None] - spots[1][None, None], axis=-1).min(axis=(1, 3))
    pairs = [divmod(int(flat), best.shape[1]) for flat in np.argsort(best, axis=None)[:STARTS]]
    return [[index, *(column[i] for column in a), *(column[j] for column in b)] for i, j in pairs]


def _search(table: Floats) -> tuple[Floats, Floats, Floats]:
    lon_a, lat_a, az_a, length_a, lon_b, lat_b, az_b, length_b = table[:, 1:].T

    def nearest_on_b(along_a: Floats) -> tuple[Floats, Floats]:
        x, y, _ = GEOD.fwd(lon_a, lat_a, az_a, along_a)

        def apart(along_b: Floats) -> Floats:
            u, v, _ = GEOD.fwd(lon_b, lat_b, az_b, along_b)
            return np.asarray(GEOD.inv(x, y, u, v)[2])

        return _golden(apart, length_b)

    along_a, found = _golden(lambda along: nearest_on_b(along)[1], length_a)
    return along_a, nearest_on_b(along_a)[0], found


def _golden(f: Callable[[Floats], Floats], length: Floats) -> tuple[Floats, Floats]:
    """Where f is least between 0 and each length, both included, and its value there."""
    low, high = np.zeros_like(length), length
    ends = (low, f(low)), (high, f(high))
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = f(left), f(right)
    for _ in range(STEPS):
        less = at_left < at_right
        low, high = np.where(less, low, left), np.where(less, right, high)
        probe = np.where(less, high - GOLDEN * (high - low), low + GOLDEN * (high - low))
        value = f(probe)
        left, right = np.where(less, probe, right), np.where(less, left, probe)
        at_left, at_right = np.where(less, value, at_right), np.where(less, at_left, value)
    where, least = left, at_left
    for spot, value in ((right, at_right), *ends):
        better = value < least
        where, least = np.where(better, spot, where), np.where(better, value, least)
    return where, least


def _by_geographiclib(row: Floats, along_a: float, along_b: float) -> float:
    lon_a, lat_a, az_a, _, lon_b, lat_b, az_b, _ = row[1:]
    here = Geodesic.WGS84.Direct(lat_a, lon_a, az_a, along_a)
    there = Geodesic.WGS84.Direct(lat_b, lon_b, az_b, along_b)
    return float(Geodesic.WGS84.Inverse(here["lat2"], here["lon2"], there["lat2"], there["lon2"])["s12"])
