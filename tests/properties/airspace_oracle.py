"""A second opinion on distances: edges as polynomials in space, nested golden-section search, parity in a plane.

It shares no method with the engine: no perpendiculars, no crossings, no chords with bounds, no winding numbers. Every
edge becomes a Chebyshev polynomial through points of its geodesic (good to a micrometre over 1,000 km). The search goes
over whole edges, from the pairs of edges whose samples are nearest. Inside is decided by parity in a gnomonic plane
with densely drawn edges. PROJ is asked for points of the geodesics only; the last distance is taken by geographiclib,
which is another implementation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from geographiclib.geodesic import Geodesic
from numpy.polynomial import chebyshev
from pyproj import Geod

from wellclear.airspace.geodesy import Floats, ecef
from wellclear.domain.quantities import E7, Position
from wellclear.domain.volume import Point, Polygon, Polygons, Route, Skeleton

GEOD = Geod(ellps="WGS84")
DEGREE = 10
SAMPLES = 17
STARTS = 6
GOLDEN = (5**0.5 - 1) / 2
STEPS = 46
DRAWN_M = 250.0
"""A ring is drawn with points so close that it leaves its edges by a millimetre."""

_NODES = np.cos(np.pi * (np.arange(DEGREE + 1) + 0.5) / (DEGREE + 1))
_TO_COEFFICIENTS = np.linalg.inv(chebyshev.chebvander(_NODES, DEGREE))
_AT_SAMPLES = chebyshev.chebvander(np.linspace(-1, 1, SAMPLES), DEGREE)


@dataclass(frozen=True)
class Edges:
    """The edges of one skeleton: start and azimuth (degrees), length (m), polynomial (n, degree, 3), samples."""

    lon: Floats
    lat: Floats
    azimuth: Floats
    length: Floats
    curve: Floats
    samples: Floats


def edges_of(skeletons: Sequence[Skeleton]) -> list[Edges]:
    """The edges of each skeleton; a point is an edge of length 0."""
    ends = [_ends(skeleton) for skeleton in skeletons]
    lon, lat, to_lon, to_lat = np.concatenate(ends).T
    azimuth, _, length = (np.asarray(column) for column in GEOD.inv(lon, lat, to_lon, to_lat))
    share = np.tile((_NODES + 1) / 2, lon.size)
    many = np.repeat(np.arange(lon.size), _NODES.size)
    x, y, _ = GEOD.fwd(lon[many], lat[many], azimuth[many], length[many] * share)
    nodes = ecef(np.asarray(x), np.asarray(y)).reshape(lon.size, _NODES.size, 3)
    curve = np.einsum("kn,enc->ekc", _TO_COEFFICIENTS, nodes)
    columns = lon, lat, azimuth, length, curve, np.einsum("sk,ekc->esc", _AT_SAMPLES, curve)
    cuts = np.cumsum([len(one) for one in ends])[:-1]
    return [Edges(*parts) for parts in zip(*(np.split(column, cuts) for column in columns), strict=True)]


def _ends(skeleton: Skeleton) -> Floats:
    lines: list[tuple[Position, ...]]
    if isinstance(skeleton, Point):
        lines = [(skeleton.position, skeleton.position)]
    elif isinstance(skeleton, Route):
        lines = [skeleton.vertices]
    else:
        lines = [(*ring, ring[0]) for part in _parts(skeleton) for ring in part.rings]
    return np.array([(*_degrees(p), *_degrees(q)) for line in lines for p, q in pairwise(line)])


def _degrees(position: Position) -> tuple[float, float]:
    return position.lon_e7 / E7, position.lat_e7 / E7


def distances_m(pairs: Sequence[tuple[Skeleton, Skeleton]]) -> Floats:
    """Distance of each pair; 0 where one holds the other or they cross."""
    skeletons = {id(one): one for pair in pairs for one in pair}
    edges = dict(zip(skeletons, edges_of(list(skeletons.values())), strict=True))
    both = [(edges[id(a)], edges[id(b)]) for a, b in pairs]
    starts = [_starts(a, b) for a, b in both]
    owner = np.repeat(np.arange(len(pairs)), [len(rows) for rows in starts])
    chosen = [(both[pair], i, j) for pair, rows in enumerate(starts) for i, j in rows]
    at_a, at_b, found = _search(
        np.array([a.curve[i] for (a, _), i, _ in chosen]), np.array([b.curve[j] for (_, b), _, j in chosen])
    )
    best = np.zeros(len(pairs))
    for row in np.argsort(-found, kind="stable"):  # the least is written last
        best[owner[row]] = row
    rows = best.astype(int).tolist()
    answer = np.array([_by_geographiclib(chosen[row], float(at_a[row]), float(at_b[row])) for row in rows])
    for index, (a, b) in enumerate(pairs):
        if answer[index] > 0 and (_encloses(a, edges[id(a)], b) or _encloses(b, edges[id(b)], a)):
            answer[index] = 0.0
    return answer


def _starts(a: Edges, b: Edges) -> list[tuple[int, int]]:
    """The most promising pairs of edges by samples.

    The search goes over whole edges: where two cross at a small angle, the nearest samples can be far from the place.
    """
    p, q = a.samples.reshape(-1, 3), b.samples.reshape(-1, 3)
    middle = p.mean(axis=0)  # near numbers multiply exactly enough
    p, q = p - middle, q - middle
    squares = (p**2).sum(axis=1)[:, None] + (q**2).sum(axis=1) - 2 * p @ q.T
    nearest = squares.reshape(len(a.length), SAMPLES, len(b.length), SAMPLES).min(axis=(1, 3))
    return [divmod(int(flat), nearest.shape[1]) for flat in np.argsort(nearest, axis=None)[:STARTS]]


def _search(curve_a: Floats, curve_b: Floats) -> tuple[Floats, Floats, Floats]:
    """Where n pairs of curves are nearest in space: parameters from -1 to 1, and how far apart."""
    a, b = (np.moveaxis(curve, 0, -1).copy() for curve in (curve_a, curve_b))  # (degree, 3, n)

    def nearest_on_b(at_a: Floats) -> tuple[Floats, Floats]:
        there = _along(a, at_a)
        return _golden(lambda at_b: ((_along(b, at_b) - there) ** 2).sum(axis=0), at_a.size)

    at_a, found = _golden(lambda at: nearest_on_b(at)[1], len(curve_a))
    return at_a, nearest_on_b(at_a)[0], np.sqrt(found)


def _along(curve: Floats, at: Floats) -> Floats:
    """Points (3, n) of polynomials, by Clenshaw's recurrence."""
    later = np.zeros_like(curve[0])
    last = curve[-1]
    for coefficient in curve[-2:0:-1]:
        last, later = coefficient + 2 * at * last - later, last
    point: Floats = curve[0] + at * last - later
    return point


def _golden(f: Callable[[Floats], Floats], size: int) -> tuple[Floats, Floats]:
    """Where f is least between -1 and 1, both included, and its value there."""
    low, high = np.full(size, -1.0), np.full(size, 1.0)
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


def _by_geographiclib(chosen: tuple[tuple[Edges, Edges], int, int], at_a: float, at_b: float) -> float:
    both, i, j = chosen
    spots = [
        Geodesic.WGS84.Direct(edges.lat[edge], edges.lon[edge], edges.azimuth[edge], edges.length[edge] * (at + 1) / 2)
        for edges, edge, at in ((both[0], i, at_a), (both[1], j, at_b))
    ]
    here, there = spots
    return float(Geodesic.WGS84.Inverse(here["lat2"], here["lon2"], there["lat2"], there["lon2"])["s12"])


# Inside -----------------------------------------------------------------------------------------------------------


def _encloses(outer: Skeleton, edges: Edges, inner: Skeleton) -> bool:
    """Whether a polygon holds the first vertex of some part of another skeleton."""
    if not isinstance(outer, Polygon | Polygons):
        return False
    first, rings = 0, list[list[slice]]()
    for part in _parts(outer):
        rings.append([])
        for ring in part.rings:
            rings[-1].append(slice(first, first + len(ring)))
            first += len(ring)
    return any(_holds(edges, part, probe) for part in rings for probe in _probes(inner))


def _parts(skeleton: Polygon | Polygons) -> tuple[Polygon, ...]:
    return skeleton.parts if isinstance(skeleton, Polygons) else (skeleton,)


def _probes(skeleton: Skeleton) -> list[Position]:
    if isinstance(skeleton, Point):
        return [skeleton.position]
    if isinstance(skeleton, Route):
        return [skeleton.vertices[0]]
    return [part.rings[0][0] for part in _parts(skeleton)]


def _holds(edges: Edges, rings: Sequence[slice], probe: Position) -> bool:
    lon, lat = _degrees(probe)
    point = ecef(np.array([lon]), np.array([lat]))[0]
    outer = edges.samples[rings[0]].reshape(-1, 3)
    axis = outer.mean(axis=0)
    if np.linalg.norm(point - axis) > np.linalg.norm(outer - axis, axis=1).max() + 1000:
        return False
    axis /= np.linalg.norm(axis)
    side = np.cross(axis, [0.3, -0.5, 0.81])
    side /= np.linalg.norm(side)
    up = np.cross(axis, side)
    x, y = point @ side / (point @ axis), point @ up / (point @ axis)
    inside = False
    for ring in rings:
        drawn = _drawn(edges, ring)
        px, py = drawn @ side / (drawn @ axis), drawn @ up / (drawn @ axis)
        qx, qy = np.roll(px, -1), np.roll(py, -1)
        spans = (py > y) != (qy > y)
        crossing = px[spans] + (y - py[spans]) / (qy[spans] - py[spans]) * (qx[spans] - px[spans])
        inside ^= bool(np.count_nonzero(crossing > x) % 2)
    return inside


def _drawn(edges: Edges, ring: slice) -> Floats:
    counts = np.maximum(np.ceil(edges.length[ring] / DRAWN_M), 1).astype(int)
    first = np.cumsum(counts) - counts
    own = np.repeat(np.arange(counts.size), counts)
    at = (np.arange(own.size) - first[own]) / counts[own] * 2 - 1
    points: Floats = _along(np.moveaxis(edges.curve[ring][own], 0, -1), at).T
    return points
