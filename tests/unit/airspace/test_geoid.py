"""Where mean sea level is above the ellipsoid: the grid, between its nodes, at the seam and at the poles (R32)."""

from __future__ import annotations

import hashlib

import pytest

from wellclear.airspace.conflict import Announced
from wellclear.airspace.geoid import ERROR_MM, undulation_mm, undulation_near
from wellclear.airspace.heights import ANYWHERE, Undulation
from wellclear.airspace.reference import ReferenceEngine
from wellclear.airspace.shapes import shape_of
from wellclear.domain.quantities import Datum, Position
from wellclear.domain.volume import AltitudeBand, Point, Polygon, SeparationMinima, TimeWindow, Volume

QUARTER_E7 = 2_500_000
KM_MM = 1_000_000


def at(lat: float, lon: float) -> Position:
    return Position(round(lat * 1e7), round(lon * 1e7))


def test_the_nodes_are_those_of_the_source() -> None:
    """Every sixtieth row and every 160th column, as whole centimetres; `tools/geoid_grid.py` makes the file anew."""
    nodes_mm = [
        [undulation_mm(Position(row * QUARTER_E7 - 900_000_000, column * QUARTER_E7 - 1_800_000_000)) for column in run]
        for row, run in ((row, range(0, 1440, 160)) for row in range(0, 721, 60))
    ]
    assert all(node % 10 == 0 for run in nodes_mm for node in run)
    text = " ".join(str(node // 10) for run in nodes_mm for node in run)
    assert (
        hashlib.sha256(text.encode()).hexdigest() == "e4be41b9686ca0f34eaef7a72a172af02de4922be2a8fe274f89163a2fcfa85c"
    )


@pytest.mark.parametrize("lat", [-90.0, -89.9, -12.3456, 0.0, 45.1, 89.9999999, 90.0])
def test_there_is_no_seam_at_the_antimeridian(lat: float) -> None:
    east, west = undulation_mm(at(lat, 180)), undulation_mm(at(lat, -180))
    assert east == west
    assert abs(undulation_mm(at(lat, 179.9999999)) - west) <= 1
    assert abs(undulation_mm(at(lat, -179.9999999)) - west) <= 1


@pytest.mark.parametrize(("lat", "said_mm"), [(90.0, 13_610), (-90.0, -29_530)])
def test_a_pole_has_one_undulation(lat: float, said_mm: int) -> None:
    assert {undulation_mm(at(lat, lon)) for lon in range(-180, 181, 20)} == {said_mm}


def test_between_nodes_it_is_bilinear_and_rounded_to_the_nearest_millimetre() -> None:
    corners = [undulation_mm(at(34 + up, 38 + across)) for up in (0, 0.25) for across in (0, 0.25)]
    assert abs(undulation_mm(at(34.125, 38.125)) * 4 - sum(corners)) <= 2
    assert abs(undulation_mm(at(34, 38.125)) * 2 - sum(corners[:2])) <= 1


@pytest.mark.requirement("R32")
@pytest.mark.parametrize("place", [(34.56, 38.27), (0.1, 180.0), (-17.0, -179.99), (90.0, 0.0), (-89.9, 33.0)])
def test_near_a_place_the_interval_is_some_tens_of_metres_and_holds_the_place(place: tuple[float, float]) -> None:
    here = shape_of(Point(at(*place)))
    found = undulation_near(here, here, 1_000.0, 5_000.0)
    assert found.low_mm + ERROR_MM <= undulation_mm(at(*place)) <= found.high_mm - ERROR_MM
    assert found.high_mm - found.low_mm < 2 * ERROR_MM + 5_000


def test_it_is_taken_where_both_may_be_and_not_all_over_the_larger() -> None:
    wide = Polygon(((at(0, 60), at(0, 100), at(40, 100), at(40, 60)),))
    here = Point(at(30.0, 70.0))
    alone = undulation_near(shape_of(here), shape_of(here), 10_000.0, 10_000.0)
    both = undulation_near(shape_of(wide), shape_of(here), 10_000.0, 10_000.0)
    assert both == undulation_near(shape_of(here), shape_of(wide), 10_000.0, 10_000.0)
    assert both == alone
    assert undulation_near(shape_of(wide), shape_of(wide), 0.0, 0.0).low_mm == ANYWHERE.low_mm


def test_where_nothing_is_near_or_the_earth_is_all_within_reach_it_is_the_whole_earths() -> None:
    one, other = shape_of(Point(at(0, 0))), shape_of(Point(at(60, 90)))
    assert undulation_near(one, other, 1.0, 1.0) == ANYWHERE
    assert undulation_near(one, other, 2e7, 2e7) == ANYWHERE


def mixed(lower_m: int) -> list[Announced]:
    """A circle to 1,000 m above the ellipsoid, and one from so much above the sea, at one place."""
    window, here = TimeWindow(0, 1_000_000), Point(at(34.56, 38.27))
    ellipsoidal = Volume(here, KM_MM, AltitudeBand(Datum.W84, 0, 1_000_000), window)
    above_sea = Volume(here, KM_MM, AltitudeBand(Datum.AMSL, lower_m * 1000, None), window)
    return [
        Announced("N-1", 1, "NORTH", "ground", (ellipsoidal,)),
        Announced("S-1", 1, "SOUTH", "ground", (above_sea,)),
    ]


@pytest.mark.requirement("R32")
def test_the_engine_converts_by_the_place() -> None:
    """Mean sea level is some 23 m above the ellipsoid there; the whole earth's undulation left 197 m in doubt."""
    minima = SeparationMinima(lateral_mm=5 * KM_MM, vertical_mm=100_000, time_us=0)
    engine = ReferenceEngine(lambda one, other: minima)
    for lower_m, verdict in ((900, "conflict"), (1_060, "conflict"), (1_075, "possible"), (1_100, None)):
        one, other = mixed(lower_m)
        engine.add(other)
        assert [found.verdict for found in engine.check(one)] == ([verdict] if verdict else [])
        engine.remove(other.id)
    engine.add(mixed(1_000)[1])
    (found,) = engine.check(mixed(1_000)[0])
    here = shape_of(Point(at(34.56, 38.27)))
    assert Undulation(found.vertical_mm, found.vertical_most_mm) == undulation_near(here, here, 6_000.05, 6_000.05)
