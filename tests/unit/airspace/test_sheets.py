"""What may be near must meet on a sheet, wherever on the earth it is."""

from __future__ import annotations

import numpy as np
import pytest

from wellclear.airspace.geodesy import Floats, ecef, forward
from wellclear.airspace.sheets import lay

RANDOM = np.random.default_rng(20261122)
COUNT = 3_000


def anywhere(count: int) -> tuple[Floats, Floats]:
    """A third each: all over the earth, about the cube's edges and corners, about the six points of the axes."""
    lon, lat = RANDOM.uniform(-180, 180, count), np.degrees(np.arcsin(RANDOM.uniform(-1, 1, count)))
    third = count // 3
    lon[:third] = RANDOM.choice((-135.0, -45.0, 45.0, 135.0), third) + RANDOM.normal(0, 0.01, third)
    lat[: third // 2] = np.degrees(np.arctan(np.cos(np.radians(45)))) * RANDOM.choice((-1, 1), third // 2)
    lat[third : 2 * third] = RANDOM.choice((-90.0, 0.0, 90.0), third) + RANDOM.normal(0, 1e-4, third)
    lon[third : 2 * third] = RANDOM.choice((-180.0, -90.0, 0.0, 90.0, 180.0), third)
    return lon, np.clip(lat, -90, 90)


def meet(a: Floats, b: Floats, pad_a: Floats, pad_b: Floats) -> list[bool]:
    """Whether rectangles of each pair of boxes meet."""
    (of_a, on_a), (of_b, on_b) = lay(a, pad_a), lay(b, pad_b)
    return [
        any((p[:2] <= q[2:]).all() and (q[:2] <= p[2:]).all() for p in on_a[of_a == row] for q in on_b[of_b == row])
        for row in range(len(a))
    ]


@pytest.mark.parametrize("reach_m", [0.01, 100.0, 3e4, 3e6, 1.9e7])
def test_points_within_their_radii_meet_on_a_sheet(reach_m: float) -> None:
    lon, lat = anywhere(COUNT)
    apart = RANDOM.uniform(0, 1, COUNT) * reach_m
    to_lon, to_lat, _ = forward(lon, lat, RANDOM.uniform(0, 360, COUNT), apart)
    share = RANDOM.choice((0.0, 0.3, 1.0), COUNT)
    a, b = (np.tile(ecef(*where), 2) for where in ((lon, lat), (to_lon, to_lat)))
    assert all(meet(a, b, apart * share + 1e-6, apart * (1 - share) + 1e-6))


def test_what_is_far_apart_mostly_does_not_meet() -> None:
    lon, lat = anywhere(COUNT)
    to_lon, to_lat, _ = forward(lon, lat, RANDOM.uniform(0, 360, COUNT), np.full(COUNT, 100_000.0))
    a, b = (np.tile(ecef(*where), 2) for where in ((lon, lat), (to_lon, to_lat)))
    assert sum(meet(a, b, np.full(COUNT, 10_000.0), np.full(COUNT, 10_000.0))) < COUNT // 20
    antipodes = np.tile(ecef((lon + 360) % 360 - 180, -lat), 2)
    assert not any(meet(a, antipodes, np.full(COUNT, 10_000.0), np.full(COUNT, 10_000.0)))


def test_a_radius_around_the_whole_earth_lies_on_all_sheets() -> None:
    owner, rectangles = lay(np.tile(ecef(np.array([12.0]), np.array([50.0])), 2), np.array([2.01e7]))
    assert owner.tolist() == [0] * 6
    assert (rectangles[:, 2:] - rectangles[:, :2] >= 2 * 6.378e6).all()
