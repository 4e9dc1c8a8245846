"""Parts that a cut at the antimeridian had separated, joined again: RFC 7946 section 3.1.9."""

from __future__ import annotations

from typing import Any

from tests.unit.interop.reading import feature, one
from wellclear.domain.quantities import E7, Position
from wellclear.domain.volume import Polygon, Polygons

FILE = "cut.geojson"
WEST = [[180.0, 40.0], [180.0, 50.0], [170.0, 50.0], [170.0, 40.0], [180.0, 40.0]]
EAST = [[-170.0, 40.0], [-170.0, 50.0], [-180.0, 50.0], [-180.0, 40.0], [-170.0, 40.0]]
JOINED = "parts that were cut at the antimeridian were joined"


def skeleton(kind: str, coordinates: Any) -> tuple[Any, bool]:
    item = one(FILE, feature({"type": kind, "coordinates": coordinates}))
    return item.volume.skeleton, JOINED in item.notes


def vertices(ring: tuple[Position, ...]) -> set[tuple[int, int]]:
    return {(position.lat_e7 // E7, position.lon_e7 // E7) for position in ring}


def test_the_example_of_the_rfc_is_one_polygon_again() -> None:
    shape, was_joined = skeleton("MultiPolygon", [[WEST], [EAST]])
    assert was_joined
    assert isinstance(shape, Polygon)
    assert vertices(shape.rings[0]) == {(40, 170), (50, 170), (40, -180), (50, -180), (40, -170), (50, -170)}


def test_winding_does_not_matter() -> None:
    assert skeleton("MultiPolygon", [[WEST[::-1]], [EAST]]) == skeleton("MultiPolygon", [[WEST], [EAST]])


def test_a_hole_that_was_cut_is_a_hole_again() -> None:
    west = [[180, 40], [180, 44], [175, 44], [175, 46], [180, 46], [180, 50], [170, 50], [170, 40], [180, 40]]
    east = [[-170, 40], [-170, 50], [-180, 50], [-180, 46], [-175, 46], [-175, 44], [-180, 44], [-180, 40], [-170, 40]]
    shape, was_joined = skeleton("MultiPolygon", [[west], [east]])
    assert was_joined
    assert isinstance(shape, Polygon)
    assert vertices(shape.rings[1]) == {(44, 175), (46, 175), (44, -180), (46, -180), (44, -175), (46, -175)}
    assert len(shape.rings[0]) == 6


def test_a_hole_on_one_side_stays() -> None:
    hole = [[172, 42], [172, 44], [174, 44], [172, 42]]
    shape, was_joined = skeleton("MultiPolygon", [[WEST, hole], [EAST]])
    assert was_joined
    assert isinstance(shape, Polygon)
    assert vertices(shape.rings[1]) == {(42, 172), (44, 172), (44, 174)}


def test_a_ring_around_a_pole_that_a_map_draws_as_a_strip() -> None:
    strip = [[-180, -70], [-90, -71], [0, -70], [90, -71], [180, -70], [180, -90], [-180, -90], [-180, -70]]
    shape, was_joined = skeleton("Polygon", [strip])
    assert was_joined
    assert isinstance(shape, Polygon)
    assert vertices(shape.rings[0]) == {(-70, -180), (-71, -90), (-70, 0), (-71, 90)}


def test_what_does_not_fit_together_stays_in_its_parts() -> None:
    lower = [[-170, 40], [-170, 45], [-180, 45], [-180, 40], [-170, 40]]
    shape, was_joined = skeleton("MultiPolygon", [[WEST], [lower]])
    assert not was_joined
    assert isinstance(shape, Polygons)
    assert len(shape.parts) == 2


def test_parts_that_have_nothing_to_do_with_the_cut_stay() -> None:
    shape, was_joined = skeleton("MultiPolygon", [[WEST], [[[160, 0], [161, 0], [160, 1], [160, 0]]], [EAST]])
    assert was_joined
    assert isinstance(shape, Polygons)
    assert sorted(len(part.rings[0]) for part in shape.parts) == [3, 6]
