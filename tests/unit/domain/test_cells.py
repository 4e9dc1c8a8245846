from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellclear.domain.cells import SLOT_US, cell_around, contains
from wellclear.domain.quantities import E7, Position
from wellclear.domain.volume_fields import Fields
from wellclear.errors import InvalidValue

HOUR_US = 3_600_000_000


def circle(lat_e7: int, lon_e7: int, radius_mm: int, start_us: int = HOUR_US, end_us: int = 2 * HOUR_US) -> Fields:
    return {
        "kind": "circle", "centre": [lat_e7, lon_e7], "radius_mm": radius_mm,
        "band": {"datum": "AMSL"}, "start_us": start_us, "end_us": end_us,
    }  # fmt: skip


def test_a_small_circle_lies_in_one_cell_and_its_hours() -> None:
    cell = cell_around([circle(345600000, 382700000, 5_000_000, HOUR_US + 1, 2 * HOUR_US - 1)])
    assert (cell.south_e7, cell.north_e7, cell.west_e7, cell.east_e7) == (34 * E7, 35 * E7, 38 * E7, 39 * E7)
    assert (cell.start_us, cell.end_us) == (HOUR_US, 2 * HOUR_US)


def test_a_cell_may_lie_across_the_antimeridian() -> None:
    cell = cell_around([circle(0, 1799000000, 50_000_000)])
    assert (cell.west_e7, cell.east_e7) == (179 * E7, -179 * E7)
    assert contains(cell, Position(0, -1795000000))
    assert not contains(cell, Position(0, 0))


def test_at_a_pole_every_longitude_is_in_it() -> None:
    cell = cell_around([circle(899000000, 0, 50_000_000)])
    assert (cell.north_e7, cell.west_e7, cell.east_e7) == (90 * E7, -180 * E7, 180 * E7)


def test_no_volume_has_no_cell() -> None:
    with pytest.raises(InvalidValue, match="volumes"):
        cell_around([])
    with pytest.raises(InvalidValue):
        cell_around([{"kind": "circle"}])


positions = st.tuples(st.integers(-900_000_000, 900_000_000), st.integers(-1_800_000_000, 1_799_999_999))


@given(st.lists(st.tuples(positions, st.integers(0, 500_000_000)), min_size=1, max_size=4))
@pytest.mark.requirement("R25")
def test_level_1_covers_every_volume(circles: list[tuple[tuple[int, int], int]]) -> None:
    """The four ends of each circle lie in the cell; nothing that is announced lies outside what level 1 tells."""
    from pyproj import Geod

    geod = Geod(ellps="WGS84")
    cell = cell_around([circle(lat, lon, radius) for (lat, lon), radius in circles])
    assert cell.start_us % SLOT_US == cell.end_us % SLOT_US == 0
    for (lat, lon), radius in circles:
        for azimuth in range(0, 360, 30):
            end_lon, end_lat, _ = geod.fwd(lon / E7, lat / E7, azimuth, radius / 1000)
            assert contains(cell, Position(round(end_lat * E7), round(end_lon * E7)))
