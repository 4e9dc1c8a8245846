"""Geodesics against geographiclib, another implementation of the same algorithms, and against themselves."""

from __future__ import annotations

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic

from wellclear.airspace.geodesy import Floats, ecef, feet, forward, inverse, sag_m, surface_bounds, turns

RANDOM = np.random.default_rng(20261122)


def places(count: int) -> tuple[Floats, Floats]:
    return RANDOM.uniform(-180, 180, count), np.degrees(np.arcsin(RANDOM.uniform(-1, 1, count)))


def test_inverse_and_forward_agree_with_geographiclib() -> None:
    (lon, lat), (to_lon, to_lat) = places(200), places(200)
    azimuth, distance = inverse(lon, lat, to_lon, to_lat)
    back_lon, back_lat, _ = forward(lon, lat, azimuth, distance)
    for row in range(200):
        other = Geodesic.WGS84.Inverse(lat[row], lon[row], to_lat[row], to_lon[row])
        assert distance[row] == pytest.approx(other["s12"], abs=1e-6)
    assert np.abs(ecef(back_lon, back_lat) - ecef(to_lon, to_lat)).max() < 1e-6


def test_no_rows_give_no_rows() -> None:
    none = np.empty(0)
    assert inverse(none, none, none, none)[0].size == 0
    assert forward(none, none, none, none)[0].size == 0


def test_bounds_hold_the_geodesic_distance_at_every_scale() -> None:
    lon, lat = places(2_000)
    distance = 10 ** RANDOM.uniform(-2, 7.3, 2_000)
    to_lon, to_lat, _ = forward(lon, lat, RANDOM.uniform(0, 360, 2_000), distance)
    _, shortest = inverse(lon, lat, to_lon, to_lat)
    chord = np.linalg.norm(ecef(lon, lat) - ecef(to_lon, to_lat), axis=1)
    lower, upper = surface_bounds(chord - 1e-6, chord + 1e-6)
    assert (lower <= shortest).all()
    assert (shortest <= upper).all()


def test_a_geodesic_leaves_its_chord_by_no_more_than_the_sag() -> None:
    lon, lat = places(500)
    length, azimuth = 10 ** RANDOM.uniform(2, 6.5, 500), RANDOM.uniform(0, 360, 500)
    start = ecef(lon, lat)
    end = ecef(*forward(lon, lat, azimuth, length)[:2])
    along = (end - start) / np.linalg.norm(end - start, axis=1)[:, None]
    for share in (0.25, 0.5, 0.75):
        there = ecef(*forward(lon, lat, azimuth, length * share)[:2]) - start
        leaves = there - (there * along).sum(axis=1)[:, None] * along
        assert (np.linalg.norm(leaves, axis=1) <= sag_m(length) + 1e-6).all()


@pytest.mark.parametrize("reach_m", [10.0, 1e4, 1e6])
def test_a_perpendicular_is_perpendicular_and_ends_on_the_geodesic(reach_m: float) -> None:
    lon, lat = places(300)
    azimuth, along = RANDOM.uniform(0, 360, 300), RANDOM.uniform(-1, 1, 300) * reach_m
    across = RANDOM.uniform(-1, 1, 300) * reach_m
    foot_lon, foot_lat, heading = forward(lon, lat, azimuth, along)
    point_lon, point_lat, _ = forward(foot_lon, foot_lat, heading + 90.0, across)
    found = feet(lon, lat, azimuth, point_lon, point_lat)
    assert np.abs(found.along_m - along).max() < 1e-5
    assert np.abs(found.across_m - across).max() < 1e-6


def test_turns_count_the_ring_around_a_point_in_either_winding() -> None:
    ring_lon, ring_lat = np.array([-170.0, 170.0, 60.0, -60.0]), np.array([70.0, 70.0, 70.0, 70.0])
    four = np.ones(4)
    starts = np.array([0], np.int64)
    assert abs(turns(12 * four, 89.9 * four, ring_lon, ring_lat, starts)[0]) == 1
    assert turns(12 * four, 89.9 * four, ring_lon[::-1], ring_lat[::-1], starts)[0] != 0
    assert turns(12 * four, 30.0 * four, ring_lon, ring_lat, starts)[0] == 0
