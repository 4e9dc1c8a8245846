"""How far skeletons are apart on the ellipsoid, exactly, for many pairs at once.

Theory of operation. The ellipsoid is curved outward everywhere, so two geodesic pieces that do not cross are nearest
at an end of one of them (an inner pair could always be moved closer): it is enough to drop perpendiculars from ends,
to look for crossings, and to ask whether a part of one skeleton lies inside a polygon of the other.

1. *Chords*. Every pair of pieces is measured as two straight chords in space. A piece leaves its chord by at most its
   sag, so this gives a lower and an upper bound of the geodesic distance. Pieces whose lower bound is above the limit,
   or above the least upper bound of their pair of skeletons, are out. No bound here decides a conflict. Skeletons of
   very many pieces are compared in runs, the nearest first.
2. *Geodesics*. What is left (mostly one to four pieces a pair) is measured by perpendiculars to a micrometre: first
   the most promising pieces of each pair, then in growing rounds those that could still be nearer.
3. *Inside*. Pairs that do not touch are asked whether a connected part of one lies inside a polygon of the other.

Distances of several thousand kilometres (radii of that size) are upper bounds instead, good to a piece's length.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from wellclear.airspace.geodesy import (
    Feet,
    Flags,
    Floats,
    Ints,
    ecef,
    feet,
    forward,
    inverse,
    surface_bounds,
    turns,
)
from wellclear.airspace.shapes import Area, Pieces, Shape
from wellclear.airspace.turns import Turns, finished

_SLACK_M: Final = 0.05  # float64 in the chord arithmetic, generously
_CHUNK: Final = 400_000  # pairs of pieces compared in one go: some hundred megabytes at most
_MANY: Final = 65_536  # pairs of pieces of one pair of skeletons; more are compared in runs
_RUN: Final = 32
_A_TURN: Final = 4_096  # pairs of pieces measured by perpendiculars between two turns: some hundredths of a second
_CROSSING_STEPS: Final = 5
_TOUCH_M: Final = 1e-6
_TIES: Final = 1e5  # distances that agree to 10 micrometres are equal; the lower piece decides


@dataclass(frozen=True, slots=True)
class Approach:
    """Closest approach of n pairs of skeletons: geodesic distances (inf: beyond the limit), and where (degrees)."""

    distance_m: Floats
    a_lon: Floats
    a_lat: Floats
    b_lon: Floats
    b_lat: Floats

    @classmethod
    def beyond(cls, count: int) -> Approach:
        """Nothing found yet."""
        return cls(np.full(count, np.inf), *(np.zeros(count) for _ in range(4)))

    def put(self, where: Ints, found: Approach, chosen: Ints) -> None:
        """Overwrite the rows `where` with the rows `chosen` of another."""
        for mine, other in zip(self.columns(), found.columns(), strict=True):
            mine[where] = other[chosen]

    def columns(self) -> tuple[Floats, ...]:
        """The arrays, in the order of the fields."""
        return self.distance_m, self.a_lon, self.a_lat, self.b_lon, self.b_lat


@dataclass(frozen=True, slots=True)
class _Pool:
    """The pieces of all shapes of one question, end to end; shape k owns `first[k]` to `first[k + 1]`."""

    first: Ints
    pieces: Pieces


def closest(pairs: Sequence[tuple[Shape, Shape]], limit_m: Floats) -> Approach:
    """Closest approach of each pair of skeletons whose distance is at most its limit (metres); others stay at inf.

    The answer for a pair does not depend on the other pairs of the call.
    """
    return finished(closing(pairs, limit_m))


def closing(pairs: Sequence[tuple[Shape, Shape]], limit_m: Floats) -> Turns[Approach]:
    """The same in turns: between runs of very large skeletons, and between many thousand pairs of pieces."""
    answer = Approach.beyond(len(pairs))
    if not pairs:
        return answer
    shapes = list({id(shape): shape for pair in pairs for shape in pair}.values())
    number = {id(shape): index for index, shape in enumerate(shapes)}
    pool = _pool(shapes)
    a = np.array([number[id(one)] for one, _ in pairs], np.int64)
    b = np.array([number[id(other)] for _, other in pairs], np.int64)
    counts = np.diff(pool.first)[a] * np.diff(pool.first)[b]
    few = np.flatnonzero(counts <= _MANY)
    for number_of, rows in enumerate(_chunks(few, counts)):
        if number_of:
            yield
        yield from _measure(pool.pieces, *_by_chords(pool.pieces, *_every(pool, a, b, rows), limit_m), answer)
    for row in np.flatnonzero(counts > _MANY).tolist():
        yield from _by_runs(pool, row, a[row], b[row], float(limit_m[row]), answer)
    answer.distance_m[answer.distance_m > limit_m] = np.inf
    _by_inside(pairs, answer)
    return answer


def _pool(shapes: Sequence[Shape]) -> _Pool:
    first = np.concatenate([[0], np.cumsum([len(shape.pieces) for shape in shapes])]).astype(np.int64)
    return _Pool(first, Pieces(np.concatenate([shape.pieces.table for shape in shapes])))


def _chunks(rows: Ints, counts: Ints) -> list[Ints]:
    """Rows in runs whose counts sum to about `_CHUNK`."""
    run = np.cumsum(counts[rows]) // _CHUNK
    return np.split(rows, np.flatnonzero(np.diff(run)) + 1)


def _every(pool: _Pool, a: Ints, b: Ints, rows: Ints) -> tuple[Ints, Ints, Ints]:
    """Every pair of pieces of some pairs of skeletons: pair, piece of a, piece of b."""
    count_b = (pool.first[b + 1] - pool.first[b])[rows]
    counts = (pool.first[a + 1] - pool.first[a])[rows] * count_b
    own = np.repeat(np.arange(rows.size), counts)
    step = np.arange(own.size) - np.repeat(np.cumsum(counts) - counts, counts)
    pair = rows[own]
    return pair, pool.first[a[pair]] + step // count_b[own], pool.first[b[pair]] + step % count_b[own]


def _by_runs(pool: _Pool, row: int, a: int, b: int, limit_m: float, answer: Approach) -> Turns[None]:
    """One pair of skeletons of very many pieces: runs of them first as balls, and the nearest runs first.

    What is found in some runs leaves out those that are farther, so two great scribbles cannot keep anybody busy.
    """
    starts = [np.arange(pool.first[one], pool.first[one + 1], _RUN) for one in (a, b)]
    balls = [
        _run_balls(pool.pieces, start, int(pool.first[one + 1])) for start, one in zip(starts, (a, b), strict=True)
    ]
    apart = np.sqrt(((balls[0][0][:, None] - balls[1][0][None]) ** 2).sum(axis=2))
    lower = (apart - balls[0][1][:, None] - balls[1][1][None]).ravel()
    order, size = np.argsort(lower, kind="stable"), 1
    while order.size and answer.distance_m[row] > 0 and lower[order[0]] <= min(limit_m, answer.distance_m[row]):
        now, order, size = order[:size], order[size:], min(4 * size, _RUN)
        ends = pool.first[a + 1], pool.first[b + 1]
        first_a, first_b = starts[0][now // starts[1].size], starts[1][now % starts[1].size]
        step_a, step_b = np.divmod(np.arange(_RUN * _RUN), _RUN)
        piece_a, piece_b = (first_a[:, None] + step_a).ravel(), (first_b[:, None] + step_b).ravel()
        real = (piece_a < ends[0]) & (piece_b < ends[1])
        pair = np.full(int(real.sum()), row)
        within_m = np.minimum(answer.distance_m, limit_m)
        yield from _measure(pool.pieces, *_by_chords(pool.pieces, pair, piece_a[real], piece_b[real], within_m), answer)
        yield


def _run_balls(pieces: Pieces, starts: Ints, end: int) -> tuple[Floats, Floats]:
    """Balls around runs of pieces that begin at `starts`, the last of which ends before `end`."""
    own = np.repeat(np.arange(starts.size), np.diff(starts, append=end))
    middle = (pieces.start_xyz[starts[0] : end] + pieces.end_xyz[starts[0] : end]) / 2
    reach = _chord_m(pieces)[starts[0] : end] / 2 + pieces.sag_m[starts[0] : end]
    centre = np.add.reduceat(middle, starts - starts[0]) / np.bincount(own)[:, None]
    reach += np.sqrt(((middle - centre[own]) ** 2).sum(axis=1))
    return centre, np.maximum.reduceat(reach, starts - starts[0]) + _SLACK_M


# 1. Chords --------------------------------------------------------------------------------------------------------


def _by_chords(
    pieces: Pieces, pair: Ints, piece_a: Ints, piece_b: Ints, limit_m: Floats
) -> tuple[Ints, Ints, Ints, Floats]:
    """Those pairs of pieces that may hold the closest approach of their pair of skeletons, and their lower bounds."""
    near = _balls_m(pieces, piece_a, piece_b) <= limit_m[pair]
    pair, piece_a, piece_b = pair[near], piece_a[near], piece_b[near]
    chord = _chord_distance(
        pieces.start_xyz[piece_a], pieces.end_xyz[piece_a], pieces.start_xyz[piece_b], pieces.end_xyz[piece_b]
    )
    slack = pieces.sag_m[piece_a] + pieces.sag_m[piece_b] + _SLACK_M
    lower, upper = surface_bounds(chord - slack, chord + slack)
    best = np.full(limit_m.size, np.inf)
    np.minimum.at(best, pair, upper)
    near = (lower <= limit_m[pair]) & (lower <= best[pair])
    return pair[near], piece_a[near], piece_b[near], lower[near]


def _chord_m(pieces: Pieces) -> Floats:
    length: Floats = np.sqrt(((pieces.end_xyz - pieces.start_xyz) ** 2).sum(axis=1))
    return length


def _balls_m(pieces: Pieces, piece_a: Ints, piece_b: Ints) -> Floats:
    """A quick lower bound of the distance of pieces: balls around the middles of their chords."""
    middle = (pieces.start_xyz + pieces.end_xyz) / 2
    reach = _chord_m(pieces) / 2 + pieces.sag_m
    apart = middle[piece_a] - middle[piece_b]
    distance: Floats = np.sqrt(np.einsum("ij,ij->i", apart, apart)) - reach[piece_a] - reach[piece_b]
    return distance


def _chord_distance(p: Floats, p_end: Floats, q: Floats, q_end: Floats) -> Floats:
    """Distance of n pairs of straight segments in space; either may be a point."""
    u, v, w = p_end - p, q_end - q, p - q
    uu, vv, uv = (np.einsum("ij,ij->i", one, two) for one, two in ((u, u), (v, v), (u, v)))
    uw, vw = np.einsum("ij,ij->i", u, w), np.einsum("ij,ij->i", v, w)
    across = uu * vv - uv * uv
    safe_u, safe_v = np.where(uu > 0, uu, 1.0), np.where(vv > 0, vv, 1.0)
    s = np.where(across > 1e-14 * uu * vv, (uv * vw - uw * vv) / np.where(across > 0, across, 1.0), 0.0)
    s = np.clip(s, 0.0, 1.0)
    t = np.clip((uv * s + vw) / safe_v, 0.0, 1.0)
    s = np.clip((uv * t - uw) / safe_u, 0.0, 1.0)
    apart = w + s[:, None] * u - t[:, None] * v
    distance: Floats = np.sqrt(np.einsum("ij,ij->i", apart, apart))
    return distance


# 2. Geodesics -----------------------------------------------------------------------------------------------------


def _measure(pieces: Pieces, pair: Ints, piece_a: Ints, piece_b: Ints, lower: Floats, answer: Approach) -> Turns[None]:
    """Measure candidates in rounds: the best of each pair first, then more of what could still be nearer."""
    order = np.lexsort((piece_b, piece_a, lower, pair))
    pair, piece_a, piece_b, lower = pair[order], piece_a[order], piece_b[order], lower[order]
    first = np.flatnonzero(_firsts(pair))
    place = np.arange(pair.size) - np.repeat(first, np.diff(first, append=pair.size))
    start, stop = 0, 1
    while start <= place.max(initial=-1):
        now = (place >= start) & (place < stop)
        now &= (lower <= answer.distance_m[pair]) & (answer.distance_m[pair] > 0)
        yield from _round(pieces, pair[now], piece_a[now], piece_b[now], lower[now], answer)
        start, stop = stop, 8 * stop


def _firsts(sorted_keys: Ints | Floats) -> Flags:
    flags = np.ones(sorted_keys.size, np.bool_)
    flags[1:] = sorted_keys[1:] != sorted_keys[:-1]
    return flags


def _round(pieces: Pieces, pair: Ints, piece_a: Ints, piece_b: Ints, lower: Floats, answer: Approach) -> Turns[None]:
    if not pair.size:
        return
    found, limit_m = Approach.beyond(pair.size), answer.distance_m[pair]
    for start in range(0, pair.size, _A_TURN):
        if start:
            yield
        rows = np.arange(start, min(start + _A_TURN, pair.size))
        apart = _pieces_apart(pieces, piece_a[rows], piece_b[rows], lower[rows] <= 0, limit_m[rows])
        found.put(rows, apart, rows - start)
    order = np.lexsort((piece_b, piece_a, np.rint(found.distance_m * _TIES), pair))
    best = order[_firsts(pair[order])]
    best = best[found.distance_m[best] < answer.distance_m[pair[best]]]
    answer.put(pair[best], found, best)


def _pieces_apart(pieces: Pieces, a: Ints, b: Ints, crossing: Flags, limit_m: Floats) -> Approach:
    """Closest approach of n pairs of geodesic pieces, by perpendiculars from their ends and by crossings.

    Only pairs that are `crossing` by their chords may cross. What is farther than a limit may come back as inf.
    """
    source, onto = np.concatenate([a, a, b, b]), np.concatenate([b, b, a, a])
    at_end = np.repeat([False, True, False, True], a.size)
    long, other_long = pieces.length_m[source] > 0, pieces.length_m[onto] > 0
    possible = other_long & (long | ~at_end)
    possible[: a.size] |= ~long[: a.size]  # two points
    where = np.where(at_end[:, None], pieces.table[source, 4:6], pieces.table[source, 0:2])
    space = np.where(at_end[:, None], pieces.end_xyz[source], pieces.start_xyz[source])
    asked = np.flatnonzero(possible & (_promising(pieces, space, onto, limit_m) | np.tile(crossing, 4)))
    (lon, lat), onto = where[asked].T.copy(), onto[asked]

    table, along, across = np.full(at_end.size, np.inf), np.full(at_end.size, np.nan), np.full(at_end.size, np.nan)
    here, there = np.zeros((2, at_end.size)), np.zeros((2, at_end.size))
    along[asked], across[asked], table[asked], *foot = _dropped(pieces, onto, lon, lat)
    here[:, asked], there[:, asked] = (lon, lat), foot
    task = np.argmin(np.rint(table.reshape(4, -1) * _TIES), axis=0)
    chosen = task * a.size + np.arange(a.size)
    on_a, on_b = (
        np.where(task < 2, here[:, chosen], there[:, chosen]),
        np.where(task < 2, there[:, chosen], here[:, chosen]),
    )
    answer = Approach(table[chosen], *on_a, *on_b)
    sides = across.reshape(4, -1)
    crossed = np.flatnonzero(_crossed(pieces, a, b, along.reshape(4, -1), sides) & (answer.distance_m > 0))
    answer.put(crossed, _crossings(pieces, a[crossed], b[crossed], sides[:2, crossed]), np.arange(crossed.size))
    return answer


def _promising(pieces: Pieces, space: Floats, onto: Ints, limit_m: Floats) -> Flags:
    """Which of four perpendiculars for each pair may be the shortest, and within the limit, by chords."""
    chord = _chord_distance(space, space, pieces.start_xyz[onto], pieces.end_xyz[onto])
    slack = pieces.sag_m[onto] + _SLACK_M
    lower, upper = surface_bounds(chord - slack, chord + slack)
    best = np.minimum(upper.reshape(4, -1).min(axis=0), limit_m)
    return lower <= np.tile(best, 4)


def _dropped(pieces: Pieces, onto: Ints, lon: Floats, lat: Floats) -> tuple[Floats, ...]:
    """Along, across, distance, longitude and latitude of the nearest position, from points to pieces.

    What many pieces ask of a vertex that they share is computed once.
    """
    order = np.lexsort((lat, lon, onto))
    first = _firsts(onto[order]) | _firsts(lon[order]) | _firsts(lat[order])
    back = np.empty(order.size, np.int64)
    back[order] = np.cumsum(first) - 1
    once = order[first]
    onto, lon, lat = onto[once], lon[once], lat[once]
    found = feet(pieces.lon[onto], pieces.lat[onto], pieces.azimuth[onto], lon, lat)
    nearest = _clamped(pieces, onto, found, lon, lat)
    return tuple(column[back] for column in (found.along_m, found.across_m, *nearest))


def _clamped(pieces: Pieces, onto: Ints, dropped: Feet, lon: Floats, lat: Floats) -> tuple[Floats, Floats, Floats]:
    """Distance to a piece and the nearest position on it, from the perpendicular to the geodesic it is part of."""
    distance, foot_lon, foot_lat = np.abs(dropped.across_m), dropped.lon.copy(), dropped.lat.copy()
    for outside, end_lon, end_lat in (
        (dropped.along_m <= 0, pieces.lon[onto], pieces.lat[onto]),
        (dropped.along_m >= pieces.length_m[onto], pieces.end_lon[onto], pieces.end_lat[onto]),
    ):
        foot_lon[outside], foot_lat[outside] = end_lon[outside], end_lat[outside]
        _, distance[outside] = inverse(lon[outside], lat[outside], end_lon[outside], end_lat[outside])
    return distance, foot_lon, foot_lat


def _crossed(pieces: Pieces, a: Ints, b: Ints, along: Floats, across: Floats) -> Flags:
    """Whether the ends of each piece lie on either side of the other, and abreast of it.

    Pieces that follow one another on one geodesic have sides of noise only; being abreast tells them apart. Pieces
    farther apart than both are long can only seem to cross (on the other side of the earth). Where an end lies on
    the other piece, the perpendiculars have found it.
    """
    facing = np.ones(a.size, np.bool_)
    for ends, piece in (((0, 1), b), ((2, 3), a)):
        low, high = np.minimum(along[ends[0]], along[ends[1]]), np.maximum(along[ends[0]], along[ends[1]])
        facing &= across[ends[0]] * across[ends[1]] < 0  # false where either is missing
        facing &= (high >= -_TOUCH_M) & (low <= pieces.length_m[piece] + _TOUCH_M)
    near: Flags = facing & (np.abs(across).min(axis=0) <= pieces.length_m[a] + pieces.length_m[b])
    return near


def _crossings(pieces: Pieces, a: Ints, b: Ints, across: Floats) -> Approach:
    """Where pieces that cross do so: distance 0, one position for both (good to far less than 10^-7 degrees)."""
    length = pieces.length_m[a]
    along = length * np.abs(across[0]) / (np.abs(across[0]) + np.abs(across[1]))
    lon, lat, heading = forward(pieces.lon[a], pieces.lat[a], pieces.azimuth[a], along)
    for _ in range(_CROSSING_STEPS):
        foot = feet(pieces.lon[b], pieces.lat[b], pieces.azimuth[b], lon, lat)
        slope = np.sin(np.radians(heading - foot.azimuth))
        along = np.clip(along - foot.across_m / np.where(slope != 0, slope, 1.0), 0.0, length)
        lon, lat, heading = forward(pieces.lon[a], pieces.lat[a], pieces.azimuth[a], along)
    return Approach(np.zeros(a.size), lon, lat, lon, lat)


# 3. Inside --------------------------------------------------------------------------------------------------------


def _by_inside(pairs: Sequence[tuple[Shape, Shape]], answer: Approach) -> None:
    """Set the distance to 0 where a connected part of one skeleton lies inside a polygon of the other."""
    asked: list[tuple[int, tuple[float, float], Pieces, Area]] = []
    for row, (a, b) in enumerate(pairs):
        if answer.distance_m[row] > 0 and (a.areas or b.areas):
            asked += [(row, probe, b.pieces, area) for area in b.areas for probe in a.probes]
            asked += [(row, probe, a.pieces, area) for area in a.areas for probe in b.probes]
    if not asked:
        return
    where = np.array([probe for _, probe, _, _ in asked])
    xyz = ecef(where[:, 0], where[:, 1])
    apart = np.sqrt(((xyz - np.array([area.centre for _, _, _, area in asked])) ** 2).sum(axis=1))
    close = np.flatnonzero(apart <= np.array([area.reach_m for _, _, _, area in asked]))
    if not close.size:
        return
    inside = close[_inside(where[close], [asked[index][2:] for index in close])]
    for index in inside[::-1]:  # the first of each pair is written last, and stays
        row, (lon, lat), _, _ = asked[index]
        for column, value in zip(answer.columns(), (0.0, lon, lat, lon, lat), strict=True):
            column[row] = value


def _inside(where: Floats, areas: Sequence[tuple[Pieces, Area]]) -> Flags:
    """Whether each point lies inside its polygon: within the outer ring and in no hole."""
    rings = [(index, pieces, ring) for index, (pieces, area) in enumerate(areas) for ring in area.rings]
    sizes = np.array([end - start for _, _, (start, end) in rings])
    owner = np.array([index for index, _, _ in rings])
    point = np.repeat(owner, sizes)
    corners = np.concatenate([pieces.table[start:end, :2] for _, pieces, (start, end) in rings])
    starts = (np.cumsum(sizes) - sizes).astype(np.int64)
    around = turns(where[point, 0], where[point, 1], corners[:, 0].copy(), corners[:, 1].copy(), starts)
    outer = _firsts(owner.astype(np.int64))
    within = np.zeros(len(areas), np.bool_)
    within[owner[outer]] = around[outer] != 0
    within[owner[~outer & (around != 0)]] = False
    return within
