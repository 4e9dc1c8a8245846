"""Skeletons made ready for measuring: edges as geodesic pieces with their chords, and rings for inside tests."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from wellclear.airspace.geodesy import SEMI_MAJOR_M, SEMI_MINOR_M, Floats, Ints, ecef, forward, inverse, sag_m
from wellclear.domain.quantities import E7, Position
from wellclear.domain.rings import bounding_cap_of, unit_vector
from wellclear.domain.volume import Point, Polygon, Polygons, Route, Skeleton

PIECE_M: Final = 50_000.0
"""Edges are cut into geodesic pieces of at most this, so that a chord leaves its piece by less than 50 m."""

_PIECES_MAX: Final = 1_000
_CONVEX_M: Final = 9_000_000.0  # a geodesic ball below this holds the edges and the interior of what it holds
_EVERYWHERE_M: Final = 2e7
_AXIS_POINTS: Final = np.array(
    [
        (0.0, 0.0, -SEMI_MINOR_M), (0.0, -SEMI_MAJOR_M, 0.0), (-SEMI_MAJOR_M, 0.0, 0.0),
        (SEMI_MAJOR_M, 0.0, 0.0), (0.0, SEMI_MAJOR_M, 0.0), (0.0, 0.0, SEMI_MINOR_M),
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pieces:
    """n geodesic pieces in one table (n, 13), because a hundred thousand skeletons have millions of arrays otherwise.

    Starts and azimuths there, lengths, ends (degrees, metres); the ends of the chords in space; how far a piece
    leaves its chord.
    """

    table: Floats

    def __len__(self) -> int:
        return int(self.table.shape[0])

    @property
    def lon(self) -> Floats:
        return self.table[:, 0]

    @property
    def lat(self) -> Floats:
        return self.table[:, 1]

    @property
    def azimuth(self) -> Floats:
        return self.table[:, 2]

    @property
    def length_m(self) -> Floats:
        return self.table[:, 3]

    @property
    def end_lon(self) -> Floats:
        return self.table[:, 4]

    @property
    def end_lat(self) -> Floats:
        return self.table[:, 5]

    @property
    def start_xyz(self) -> Floats:
        return self.table[:, 6:9]

    @property
    def end_xyz(self) -> Floats:
        return self.table[:, 9:12]

    @property
    def sag_m(self) -> Floats:
        return self.table[:, 12]


@dataclass(frozen=True, slots=True)
class Area:
    """One polygon inside a ball: each ring is a run of the shape's pieces (first, behind the last), the outer first."""

    rings: tuple[tuple[int, int], ...]
    centre: Floats
    reach_m: float


@dataclass(frozen=True, slots=True)
class Shape:
    """A skeleton as geodesic pieces, and what must be known of its connected parts.

    `probes` holds one position (lon, lat) of each connected part, `areas` the polygons. `centre` (3) and `reach_m` are
    a ball in space around everything. `boxes` (k, 6) are boxes in space (least x, y, z, then most) that hold everything
    between them: several for a route, which is long and thin.
    """

    pieces: Pieces
    probes: tuple[tuple[float, float], ...]
    areas: tuple[Area, ...]
    centre: Floats
    reach_m: float
    boxes: Floats


def shape_of(skeleton: Skeleton) -> Shape:
    """Prepare a skeleton; costs about a hundred microseconds and is done once per volume."""
    if isinstance(skeleton, Point):
        lon, lat = _degrees((skeleton.position,))
        none = np.zeros(1)
        pieces = _table(lon, lat, none, none, lon, lat)
        return _shape(pieces, (skeleton.position,), (), ecef(lon, lat)[0], 0.01, _hull(pieces))
    if isinstance(skeleton, Route):
        lon, lat = _degrees(skeleton.vertices)
        pieces = _table(*_cut(lon[:-1], lat[:-1], lon[1:], lat[1:])[:6])
        return _shape(pieces, skeleton.vertices[:1], (), *_ball(skeleton.vertices), _runs(pieces))
    return _shape_of_polygons(skeleton.parts if isinstance(skeleton, Polygons) else (skeleton,))


def _shape_of_polygons(parts: tuple[Polygon, ...]) -> Shape:
    drawn = [_degrees(ring) for part in parts for ring in part.rings]
    *columns, counts = _cut(
        np.concatenate([lon for lon, _ in drawn]),
        np.concatenate([lat for _, lat in drawn]),
        np.concatenate([np.roll(lon, -1) for lon, _ in drawn]),
        np.concatenate([np.roll(lat, -1) for _, lat in drawn]),
    )
    pieces = _table(*columns)
    vertices = np.cumsum([0, *(lon.size for lon, _ in drawn)])
    ends = np.concatenate([[0], np.cumsum(counts)])[vertices].tolist()
    runs = iter(pairwise(ends))
    areas = tuple(Area(tuple(next(runs) for _ in part.rings), *_ball(part.rings[0])) for part in parts)
    whole = areas[0] if len(parts) == 1 else None
    around = tuple(vertex for part in parts for vertex in part.rings[0])
    centre, reach_m = (whole.centre, whole.reach_m) if whole else _ball(around)
    hull = _over_interior(_hull(pieces), centre, reach_m)
    return _shape(pieces, tuple(part.rings[0][0] for part in parts), areas, centre, reach_m, hull)


def _shape(
    pieces: Pieces,
    probes: tuple[Position, ...],
    areas: tuple[Area, ...],
    centre: Floats,
    reach_m: float,
    boxes: Floats,
) -> Shape:
    at = tuple((probe.lon_e7 / E7, probe.lat_e7 / E7) for probe in probes)
    return Shape(pieces, at, areas, centre, reach_m, boxes)


def _table(lon: Floats, lat: Floats, azimuth: Floats, length_m: Floats, end_lon: Floats, end_lat: Floats) -> Pieces:
    table = np.empty((lon.size, 13))
    for column, values in enumerate((lon, lat, azimuth, length_m, end_lon, end_lat)):
        table[:, column] = values
    table[:, 6:9], table[:, 9:12], table[:, 12] = ecef(lon, lat), ecef(end_lon, end_lat), sag_m(length_m)
    return Pieces(table)


def _hull(pieces: Pieces) -> Floats:
    """One box around all pieces: their chords' ends, and as far around as a piece leaves its chord."""
    sag = pieces.sag_m[:, None]
    low = np.minimum(pieces.start_xyz, pieces.end_xyz) - sag
    high = np.maximum(pieces.start_xyz, pieces.end_xyz) + sag
    return np.concatenate([low.min(axis=0), high.max(axis=0)])[None]


def _runs(pieces: Pieces) -> Floats:
    """A box for every run of pieces of about `PIECE_M` together."""
    middle = np.cumsum(pieces.length_m) - pieces.length_m / 2
    run = np.floor(middle / PIECE_M)
    first = np.flatnonzero(np.diff(run, prepend=-1.0))
    sag = pieces.sag_m[:, None]
    low = np.minimum(pieces.start_xyz, pieces.end_xyz) - sag
    high = np.maximum(pieces.start_xyz, pieces.end_xyz) + sag
    return np.concatenate([np.minimum.reduceat(low, first), np.maximum.reduceat(high, first)], axis=1)


def _over_interior(boundary: Floats, centre: Floats, reach_m: float) -> Floats:
    """The box of a boundary, widened to hold what it encloses within a ball.

    On the ellipsoid a coordinate has its maxima and minima at the six points of the axes and nowhere else, so over an
    area it is extreme on the boundary or at such a point inside.
    """
    inside = _AXIS_POINTS[((_AXIS_POINTS - centre) ** 2).sum(axis=1) <= reach_m**2]
    if not inside.size:
        return boundary
    low = np.minimum(boundary[0, :3], inside.min(axis=0))
    return np.concatenate([low, np.maximum(boundary[0, 3:], inside.max(axis=0))])[None]


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


def _cut(
    lon: Floats, lat: Floats, to_lon: Floats, to_lat: Floats
) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats, Ints]:
    """Cut edges into equal geodesic pieces of at most `PIECE_M` (longer ones for an edge set of great length).

    The columns of the pieces, and how many of them each edge became.
    """
    azimuth, length = inverse(lon, lat, to_lon, to_lat)
    most = max(PIECE_M, float(length.sum()) / _PIECES_MAX)
    counts = np.maximum(np.ceil(length / most), 1).astype(np.int64)
    if counts.max() == 1:
        return lon, lat, azimuth, length, to_lon, to_lat, counts
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
    return start_lon, start_lat, start_azimuth, piece_m, end_lon, end_lat, counts
