"""MGRS against PROJ's transverse Mercator for the numbers and published references for the letters."""

from __future__ import annotations

import random

import pytest
from pyproj import Transformer

from wellclear.domain.grid_reference import mgrs, position_from_mgrs, utm, utm_zone
from wellclear.domain.quantities import E7, Position, position_from_degrees
from wellclear.errors import InvalidValue


@pytest.mark.requirement("R5")
@pytest.mark.parametrize(
    ("lat", "lon", "expected"),
    [  # agreed with NGA's GEOTRANS, as wrapped by the package `mgrs`
        ("42", "-93", "15T WG 00000 49776"),
        ("34.56", "38.27", "37S DU 33031 24492"),
        ("60", "5", "32V KM 76979 58157"),
        ("78", "10", "33X UG 84085 63320"),
        ("-33.9", "151.2", "56H LH 33568 47473"),
        ("0", "-180", "1N AA 66021 00000"),
    ],
)
def test_grid_references(lat: str, lon: str, expected: str) -> None:
    assert mgrs(position_from_degrees(lat, lon)) == expected


def test_numbers_agree_with_proj_in_every_zone() -> None:
    draw = random.Random(20261122)
    for zone in range(1, 61):
        for south in (False, True):
            lon_e7 = (6 * zone - 183) * E7 + draw.randint(-3 * E7, 3 * E7 - 1)
            position = Position(draw.randint(-80 * E7, -1) if south else draw.randint(0, 84 * E7), lon_e7)
            other = Transformer.from_crs(4326, (32700 if south else 32600) + zone, always_xy=True)
            expected = other.transform(position.lon_e7 / E7, position.lat_e7 / E7)
            assert utm(position, zone) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("lat", "lon", "zone"),
    [(60, 2.9, 31), (60, 3, 32), (73, 8.9, 31), (73, 9, 33), (73, 33, 37), (73, 42, 38), (0, 179.9, 60), (0, -180, 1)],
)
def test_zones_and_their_exceptions(lat: int, lon: float, zone: int) -> None:
    assert utm_zone(position_from_degrees(lat, str(lon))) == zone


def test_polar_grids_are_refused() -> None:
    for lat in (84 * E7 + 1, -80 * E7 - 1, 90 * E7):
        with pytest.raises(InvalidValue):
            mgrs(Position(lat, 0))


def test_what_is_read_is_the_middle_of_the_square_that_is_shown() -> None:
    draw = random.Random(20261123)
    for _ in range(2_000):
        position = Position(draw.randint(-80 * E7, 84 * E7), draw.randint(-180 * E7, 180 * E7 - 1))
        found, side_m = position_from_mgrs(mgrs(position))
        assert (mgrs(found), side_m) == (mgrs(position), 1)
        zone, column, east, north = mgrs(position).split()
        for digits in range(5):
            _, side_m = position_from_mgrs(f"{zone}{column}{east[:digits]}{north[:digits]}")
            assert side_m == 10 ** (5 - digits)


@pytest.mark.parametrize(
    ("text", "said"),
    [("37S IU 33031 24492", "no grid reference"), ("61S DU 1 1", "no grid reference"), ("ZAH 12345 12345", "polar"),
     ("37S AU 33031 24492", "not in its zone"), ("37S DU 330312 4492 1", "no grid reference"),
     ("37R DU 33031 24492", "not in its zone"), ("32X MH 00000 00000", "not in its zone"), ("", "no grid reference")],
)  # fmt: skip
def test_what_is_no_grid_reference_is_refused(text: str, said: str) -> None:
    with pytest.raises(InvalidValue, match=said):
        position_from_mgrs(text)
