"""The rules of rings, in the plain arithmetic that they are judged with."""

from __future__ import annotations

import math

import pytest

from wellclear.domain.quantities import E7, Position
from wellclear.domain.rings import bounding_cap_of, check_cap, check_rings, encloses, unit_vector
from wellclear.errors import InvalidValue


def ring(*corners: tuple[float, float]) -> tuple[Position, ...]:
    return tuple(Position(round(lat * E7), round(lon * E7)) for lat, lon in corners)


def test_a_crowd_of_vertices_on_one_side_does_not_make_the_cap_too_large() -> None:
    """Their mean lies at one end; the least cap has a radius of 55 degrees and is allowed."""
    crowd = [unit_vector(Position(i, -55 * E7)) for i in range(500)]
    far = unit_vector(Position(0, 55 * E7))
    check_cap([*crowd, far], "route")
    assert math.degrees(bounding_cap_of([*crowd, far])[1]) < 60
    with pytest.raises(InvalidValue, match="cap"):
        check_cap([*crowd, unit_vector(Position(0, 70 * E7))], "route")


def test_antipodes_have_no_cap() -> None:
    with pytest.raises(InvalidValue, match="cap"):
        check_cap([unit_vector(Position(0, 0)), unit_vector(Position(0, -180 * E7))], "route")


def test_inside_is_the_smaller_side_in_either_winding() -> None:
    around_the_pole = [unit_vector(p) for p in ring((80, 0), (80, 90), (80, 180), (80, -90))]
    cap = bounding_cap_of(around_the_pole)
    for drawn in (around_the_pole, around_the_pole[::-1]):
        assert encloses(drawn, cap, unit_vector(Position(90 * E7, 0)))
        assert not encloses(drawn, cap, unit_vector(Position(0, 0)))
        assert not encloses(drawn, cap, unit_vector(Position(-90 * E7, 0)))


@pytest.mark.parametrize(
    "bad",
    [
        ring((0, 0), (0, 2), (2, 2), (1, 1), (-1, 1)),  # an edge runs through the first one
        ring((0, 0), (0, 2), (2, 2), (0, 1)),  # a vertex lies on an edge
        ring((0, 0), (2, 0), (1, 0), (1, 1)),  # a spike along a meridian
    ],
)
def test_rings_that_cross_touch_or_fold_are_refused(bad: tuple[Position, ...]) -> None:
    for drawn in (bad, bad[::-1]):
        with pytest.raises(InvalidValue, match="crosses or touches itself"):
            check_rings([drawn], "rings")


def test_a_ring_of_centimetres_is_judged_like_a_large_one() -> None:
    check_rings([(Position(340_000_000, 0), Position(340_000_000, 3), Position(340_000_003, 0))], "rings")
    crossed = tuple(Position(340_000_000 + a, b) for a, b in ((0, 0), (4, 4), (4, 0), (0, 4)))
    with pytest.raises(InvalidValue, match="crosses"):
        check_rings([crossed], "rings")


def test_a_hole_on_the_far_side_of_the_earth_is_outside() -> None:
    outer = ring((-1, -1), (-1, 1), (1, 1), (1, -1))
    with pytest.raises(InvalidValue, match="outside"):
        check_rings([outer, ring((0, 180), (0, 179.5), (0.5, 180))], "rings")
