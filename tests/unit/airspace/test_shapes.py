"""The boxes of shapes hold all of them: edges, and what the edges enclose."""

from __future__ import annotations

import random

import numpy as np
import pytest

from tests.properties.airspace_cases import CENTRES, centre_of, offset, skeleton
from wellclear.airspace.geodesy import Floats, ecef, forward
from wellclear.airspace.shapes import shape_of
from wellclear.domain.quantities import E7, Position
from wellclear.domain.volume import Polygon, Route

KILOMETRE = 1_000.0


def held(boxes: Floats, points: Floats) -> bool:
    inside = (points[:, None] >= boxes[None, :, :3] - 1e-6) & (points[:, None] <= boxes[None, :, 3:] + 1e-6)
    return bool(np.all(np.any(np.all(inside, axis=2), axis=1)))


@pytest.mark.parametrize("place", sorted(CENTRES))
def test_every_point_of_an_edge_lies_in_a_box(place: str) -> None:
    draw = random.Random(20261122)
    for _ in range(40):
        shape = shape_of(skeleton(draw, centre_of(place), 10 ** draw.uniform(1, 6)))
        for share in np.linspace(0, 1, 9):
            pieces = shape.pieces
            lon, lat, _ = forward(pieces.lon.copy(), pieces.lat.copy(), pieces.azimuth.copy(), pieces.length_m * share)
            assert held(shape.boxes, ecef(lon, lat))


@pytest.mark.parametrize("place", sorted(CENTRES))
@pytest.mark.parametrize("size_m", [100.0, 100 * KILOMETRE, 3_000 * KILOMETRE])
def test_what_a_ring_encloses_lies_in_its_box(place: str, size_m: float) -> None:
    """A ring around a pole lies below the pole in every direction of space but one."""
    draw, middle = random.Random(7), centre_of(place)
    ring = tuple(offset(middle, azimuth, size_m) for azimuth in range(0, 360, 30))
    shape = shape_of(Polygon((ring,)))
    inner = [offset(middle, draw.uniform(0, 360), draw.uniform(0, 0.95) * size_m) for _ in range(200)] + [middle]
    where = np.array([(position.lon_e7, position.lat_e7) for position in inner]) / E7
    assert held(shape.boxes, ecef(where[:, 0], where[:, 1]))


def test_a_long_route_has_a_box_for_every_stretch() -> None:
    shape = shape_of(Route((Position(0, 0), Position(9 * E7, 9 * E7))))
    size = (shape.boxes[:, 3:] - shape.boxes[:, :3]).max()
    assert len(shape.boxes) > 20
    assert size < 110 * KILOMETRE
