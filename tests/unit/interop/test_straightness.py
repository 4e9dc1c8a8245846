"""How far an edge leaves its straight line, against PROJ's geodesics of the ellipsoid."""

from __future__ import annotations

import random

import pytest
from pyproj import Geod

from wellclear.domain.quantities import E7
from wellclear.interop.straightness import departure_m, edge_notes

GEOD = Geod(ellps="WGS84")


def true_departure_m(lat: float, lon: float, to_lat: float, to_lon: float) -> float:
    """By sampling the straight line, and for each sample the nearest point of the geodesic."""
    azimuth, _, length = GEOD.inv(lon, lat, to_lon, to_lat)
    farthest = 0.0
    for step in range(1, 16):
        at_lat, at_lon = lat + (to_lat - lat) * step / 16, lon + (to_lon - lon) * step / 16
        low, high = 0.0, length
        for _ in range(50):
            first, second = low + (high - low) * 0.382, low + (high - low) * 0.618
            near = [GEOD.inv(at_lon, at_lat, *GEOD.fwd(lon, lat, azimuth, along)[:2])[2] for along in (first, second)]
            low, high = (low, second) if near[0] < near[1] else (first, high)
        farthest = max(farthest, GEOD.inv(at_lon, at_lat, *GEOD.fwd(lon, lat, azimuth, low)[:2])[2])
    return farthest


def test_departures_agree_with_the_ellipsoid() -> None:
    draw = random.Random(20261122)
    for _ in range(60):
        lat, lon = draw.uniform(-85, 85), draw.uniform(-170, 170)
        to_lon, to_lat, _ = GEOD.fwd(lon, lat, draw.uniform(0, 360), 10 ** draw.uniform(3, 6))
        to_lon = lon + (to_lon - lon + 180) % 360 - 180
        ours = departure_m((round(lat * E7), round(lon * E7)), (round(to_lat * E7), round(to_lon * E7)))
        true = true_departure_m(lat, lon, to_lat, to_lon)
        if true > 10.1:
            assert ours == pytest.approx(true, rel=0.02)
        elif true < 9.9:
            assert ours < 10


def test_the_figure_that_people_know() -> None:
    start, end = (345_000_000, 0), (345_000_000, round(100_000 / GEOD.inv(0, 34.5, 1, 34.5)[2] * E7))
    assert departure_m(start, end) == pytest.approx(135, abs=1)


@pytest.mark.parametrize(
    "line", [[(0, 0), (0, 600_000_000)], [(-500_000_000, 0), (500_000_000, 0)], [(900_000_000, 0)] * 2]
)
def test_the_equator_and_meridians_are_straight(line: list[tuple[int, int]]) -> None:
    assert edge_notes([("", line)]) == ()


def test_the_worst_edge_is_named() -> None:
    ring = [(500_000_000, 0), (500_000_000, 10_000_000), (500_000_000, 40_000_000), (500_000_000, 41_000_000)]
    (note,) = edge_notes([("ring 2, ", ring)])
    assert note.startswith("ring 2, edge 2 leaves its straight line on the map by 107")
    assert note.endswith(" m, and 1 other edge by more than 10 m: edges are shortest paths")
