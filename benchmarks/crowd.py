"""A crowd of planned volumes to check against each other, from one seed: what a busy week over a region might hold.

60 % polygons (5 to 12 corners, about 1 to 20 km across), 20 % circles (1 to 15 km), 20 % corridors (50 to 400 km in
1 to 7 legs, 2 to 10 km to either side), over 12 by 10 degrees. Two of five polygons and circles lie around 40 hot
spots. One in twenty volumes is a zone of weeks with a thick band, the rest takes 10 minutes to 8 hours of one week.
Eight parties; heights above the ellipsoid, so that no conversion blurs the comparison.
"""

from __future__ import annotations

import numpy as np

from wellclear.airspace.conflict import Announced
from wellclear.airspace.geodesy import Floats, forward, inverse
from wellclear.domain.quantities import E7, Datum, Position
from wellclear.domain.volume import AltitudeBand, Point, Polygon, Route, Skeleton, TimeWindow, Volume

PARTIES = 8
_WEST, _EAST, _SOUTH, _NORTH = 32.0, 44.0, 30.0, 40.0
_HOT_SPOTS, _HOT_M = 40, 25_000.0
_DAY_S, _HOUR_S, _EPOCH_S = 86_400.0, 3_600.0, 1_800_000_000.0
_CEILING_M = 15_000.0

Draw = np.random.Generator


def crowd(count: int, seed: int) -> list[Announced]:
    """So many notices of one volume each."""
    draw = np.random.default_rng(seed)
    kinds = draw.choice(3, count, p=(0.6, 0.2, 0.2))
    parties = draw.integers(0, PARTIES, count)
    return [
        Announced(f"N{number}", 1, f"P{party}", "air", (_volume(draw, kind, where),))
        for number, (kind, party, where) in enumerate(zip(kinds, parties, _middles(draw, kinds), strict=True))
    ]


def _middles(draw: Draw, kinds: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Floats:
    """Longitudes and latitudes (n, 2): anywhere, or near a hot spot."""
    count = kinds.size
    where = np.stack([draw.uniform(_WEST, _EAST, count), draw.uniform(_SOUTH, _NORTH, count)], axis=1)
    hot = np.stack([draw.uniform(_WEST + 1, _EAST - 1, _HOT_SPOTS), draw.uniform(_SOUTH + 1, _NORTH - 1, _HOT_SPOTS)])
    drawn = np.flatnonzero((kinds != 2) & (draw.random(count) < 0.4))
    spot = hot[:, draw.integers(0, _HOT_SPOTS, drawn.size)]
    away = np.abs(draw.normal(0, _HOT_M, drawn.size)) + np.abs(draw.normal(0, _HOT_M / 2, drawn.size))
    lon, lat, _ = forward(spot[0], spot[1], draw.uniform(0, 360, drawn.size), away)
    where[drawn] = np.stack([lon, lat], axis=1)
    return where


def _volume(draw: Draw, kind: int, where: Floats) -> Volume:
    zone = draw.random() < 0.05
    lower_m, thick_m = _slab(draw, kind, zone)
    upper_m = min(lower_m + thick_m, _CEILING_M)
    band = AltitudeBand(Datum.W84, round(lower_m * 1000), round(upper_m * 1000))
    return Volume(*_footprint(draw, kind, where), band, _window(draw, zone))


def _slab(draw: Draw, kind: int, zone: bool) -> tuple[float, float]:
    """The lower face and the thickness in metres."""
    place, depth = draw.random(2)
    if zone:
        return max(0.0, place - 0.6) * 10_000, 1_000 + depth * 14_000
    if kind == 0:
        return max(0.0, place - 0.5) * 6_000, 50 + depth * 1_450
    if kind == 1:
        return place * 8_000, 150 + depth * 2_850
    return 500 + place * 13_000, 150 + depth * 850


def _window(draw: Draw, zone: bool) -> TimeWindow:
    if zone:
        start_s, length_s = -draw.random() * 14 * _DAY_S, draw.uniform(1, 6) * 7 * _DAY_S
    else:
        long = draw.uniform(600, 8 * _HOUR_S)
        start_s = draw.random() * 7 * _DAY_S
        length_s = long if draw.random() < 0.5 else float(np.exp(draw.uniform(np.log(600), np.log(8 * _HOUR_S))))
    start_us = round((_EPOCH_S + start_s) * 1e6)
    return TimeWindow(start_us, start_us + round(length_s * 1e6))


def _footprint(draw: Draw, kind: int, where: Floats) -> tuple[Skeleton, int]:
    """A skeleton and its radius in mm."""
    if kind == 0:
        return _star(draw, where), 0
    if kind == 1:
        return Point(_position(*where)), round(draw.uniform(1e6, 15e6))
    return _corridor(draw, where), round(draw.uniform(2e6, 10e6))


def _star(draw: Draw, where: Floats) -> Polygon:
    """Corners in turn around the middle, so that no edge crosses another."""
    corners = int(draw.integers(5, 13))
    size_m = 500 * 20 ** draw.random()
    turn = (np.arange(corners) + draw.uniform(-0.35, 0.35, corners)) * 360 / corners + draw.uniform(0, 360)
    middle = np.repeat(where[:, None], corners, axis=1)
    lon, lat, _ = forward(middle[0], middle[1], turn, size_m * draw.uniform(0.55, 1, corners))
    return Polygon((tuple(map(_position, lon, lat)),))


def _corridor(draw: Draw, where: Floats) -> Route:
    """Legs of one length that turn a little, off towards some place inside the region."""
    legs = int(draw.integers(1, 8))
    leg_m = draw.uniform(50_000, 400_000) / legs
    to = np.array([draw.uniform(_WEST + 1.5, _EAST - 1.5), draw.uniform(_SOUTH + 1.5, _NORTH - 1.5)])
    heading, _ = inverse(where[:1], where[1:], to[:1], to[1:])
    here, vertices = where, [_position(*where)]
    for _ in range(legs):
        lon, lat, _ = forward(here[:1], here[1:], heading, np.array([leg_m]))
        here, heading = np.concatenate([lon, lat]), heading + draw.uniform(-35, 35)
        vertices.append(_position(*here))
    return Route(tuple(vertices))


def _position(lon: float, lat: float) -> Position:
    return Position(round(float(lat) * E7), round(float(lon) * E7))
