"""Outlines lie where the volume's edge lies, wherever on the earth that is."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.apps.check.plans import FEET_5000, START_US, at, volume
from wellclear.airspace.geodesy import inverse
from wellclear.apps.check.map.outlines import Outline, area_of, degrees, outline
from wellclear.apps.check.map.plane import Plane
from wellclear.apps.check.map.scene import corners
from wellclear.domain.volume import Point, Polygon, Polygons, Route, Skeleton, TimeWindow, Volume

PLACES = [(34.5, 38.3), (-17.0, 179.99), (89.99, -60.0), (-90.0, 0.0), (0.0, -180.0)]


def drawn(skeleton: Skeleton, radius_mm: int = 0) -> tuple[Plane, Outline]:
    plane = Plane.around(*degrees(corners(skeleton)))
    return plane, outline(Volume(skeleton, radius_mm, FEET_5000, TimeWindow(START_US, START_US + 1)), plane)


@given(
    st.floats(-90, 90), st.floats(-180, 179.9), st.floats(-90, 90), st.floats(-180, 179.9)
)  # fmt: skip
def test_the_plane_keeps_distances_from_its_middle_and_gives_positions_back(
    lat: float, lon: float, to_lat: float, to_lon: float
) -> None:
    plane = Plane(lon, lat)
    lons, lats = np.array([to_lon]), np.array([to_lat])
    points = plane.project(lons, lats)
    _, distance = inverse(np.array([lon]), np.array([lat]), lons, lats)
    assert np.hypot(*points[0]) == pytest.approx(distance[0], abs=1e-6)
    back_lon, back_lat = plane.unproject(points)
    _, apart = inverse(back_lon, back_lat, lons, lats)
    assert apart[0] < 1e-3


def test_the_middle_is_in_the_middle_and_not_on_the_other_side_of_the_earth() -> None:
    plane = Plane.around(np.array([179.0, -179.0, 180.0]), np.array([-17.0, -17.0, -16.0]))
    assert abs(plane.lon) > 179.5
    polar = Plane.around(np.array([0.0, 90.0, 180.0, -90.0]), np.full(4, 88.0))
    assert polar.lat > 89.9
    assert Plane.around(np.empty(0), np.empty(0)) == Plane(0.0, 0.0)
    near = Plane.around(np.array([38.0, 38.02]), np.array([34.0, 34.0]))
    assert near.lat == pytest.approx(34.0, abs=1e-4)
    assert near.lon == pytest.approx(38.01, abs=1e-3)


@pytest.mark.parametrize(("lat", "lon"), PLACES)
@pytest.mark.parametrize("radius_m", [1, 5_000, 2_000_000])
def test_a_circle_is_walked_around_its_centre(lat: float, lon: float, radius_m: int) -> None:
    plane, found = drawn(Point(at(lat, lon)), radius_m * 1000)
    (ring,) = found.rings
    to_lon, to_lat = plane.unproject(ring)
    _, distance = inverse(np.full_like(to_lon, lon), np.full_like(to_lat, lat), to_lon, to_lat)
    assert np.abs(distance - radius_m).max() < 0.002


def test_a_point_without_a_radius_is_a_spot() -> None:
    _, found = drawn(Point(at(34.5, 38.3)))
    assert found.rings == ()
    assert [len(line) for line in found.lines] == [1]


@pytest.mark.parametrize(("lat", "lon"), PLACES[:3])
def test_a_corridor_is_as_wide_as_was_said(lat: float, lon: float) -> None:
    north = lat - 0.4
    route = Route((at(north, lon), at(north - 0.2, lon + 0.3), at(north - 0.1, lon - 0.2)))
    plane, found = drawn(route, 2_000_000)
    (line,) = found.lines
    whole = shapely.LineString(line)
    for ring in found.rings:
        distances = shapely.distance(whole, shapely.points(ring))
        assert 1_990 < distances.min() <= distances.max() < 2_005
    assert shapely.covers(found.area(), whole)
    assert plane.project(*degrees([route.vertices[1]]))[0] == pytest.approx(line[np.argmin(line[:, 1])], abs=1)


def test_a_route_that_closes_a_loop_has_a_hole() -> None:
    corners_ = ((34.0, 38.0), (34.0, 38.5), (34.4, 38.5), (34.4, 38.0), (34.0, 38.0))
    _, found = drawn(Route(tuple(at(*one) for one in corners_)), 1_000_000)
    assert len(found.rings) == 2


def test_legs_are_lines_of_their_own_where_they_have_times() -> None:
    vertices = (at(34.0, 38.0), at(34.0, 38.5), at(34.4, 38.5))
    assert len(drawn(Route(vertices), 1_000_000)[1].lines) == 1
    assert len(drawn(Route(vertices, (START_US, START_US, START_US + 1)), 1_000_000)[1].lines) == 2


def test_edges_are_geodesics() -> None:
    square = (at(60.0, 0.0), at(60.0, 20.0), at(50.0, 20.0), at(50.0, 0.0))
    plane, found = drawn(Polygon((square,)))
    lon, lat = plane.unproject(found.rings[0])
    upper = (lat > 59.99) & (lon > 9) & (lon < 11)
    assert lat[upper].max() == pytest.approx(60.38, abs=0.02)  # and not 60, as a straight line on a chart has it


def test_a_hole_is_a_hole_and_an_overlap_is_none() -> None:
    outer = (at(34.0, 38.0), at(34.0, 39.0), at(35.0, 39.0), at(35.0, 38.0))
    hole = (at(34.4, 38.4), at(34.4, 38.6), at(34.6, 38.6), at(34.6, 38.4))
    plane, found = drawn(Polygon((outer, hole)))
    inside = shapely.Point(plane.project(*degrees([at(34.5, 38.5)]))[0])
    assert not found.area().contains(inside)
    shifted = tuple(at(one.lat_e7 / 1e7 + 0.2, one.lon_e7 / 1e7) for one in outer)
    plane, found = drawn(Polygons((Polygon((outer,)), Polygon((shifted,)))))
    both = shapely.Point(plane.project(*degrees([at(34.7, 38.5)]))[0])
    assert found.area().contains(both)
    assert len(found.rings) == 1


def test_what_goes_around_the_earth_is_drawn_without_an_inside() -> None:
    _, found = drawn(Point(at(10.0, 10.0)), 19_500_000_000)
    assert not found.filled
    assert found.rings == ()
    assert found.area().is_empty


def test_what_lies_opposite_to_the_middle_is_not_drawn_inside_out() -> None:
    plane = Plane(0.0, 88.0)
    cap = Volume(Point(at(-89.0, 0.0)), 2_500_000_000, FEET_5000, TimeWindow(START_US, START_US + 1))
    behind = outline(cap, plane)
    assert not behind.filled
    assert behind.rings == ()
    assert behind.lines
    wide = Volume(Point(at(60.0, 0.0)), 9_000_000_000, FEET_5000, TimeWindow(START_US, START_US + 1))
    assert outline(wide, plane).filled
    route = Volume(Route((at(-89.0, 0.0), at(-80.0, 90.0))), 500_000_000, FEET_5000, TimeWindow(START_US, START_US + 1))
    assert not outline(route, plane).filled


def test_rings_that_touch_themselves_are_mended() -> None:
    bow = np.array([(0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0)])
    assert area_of([bow]).area == pytest.approx(2.0)
    assert area_of([bow[:2]]).is_empty


def test_an_outline_knows_all_its_points() -> None:
    _, found = drawn(Point(at(34.5, 38.3)), 1_000_000)
    assert len(found.points()) == 72
    assert len(Outline((), ()).points()) == 0
    assert volume().radius_mm == 1_000_000
