"""Closest approach: where it is, and that neighbours in a call do not change it."""

from __future__ import annotations

import math
import random

import numpy as np

from tests.properties.airspace_cases import CENTRES, skeleton_pair
from wellclear.airspace.geodesy import inverse
from wellclear.airspace.refine import Approach, closest, closing
from wellclear.airspace.shapes import PIECE_M, Shape, shape_of
from wellclear.domain.quantities import E7, Position
from wellclear.domain.volume import Point, Route


def test_no_pairs_give_no_answers() -> None:
    assert closest([], np.empty(0)).distance_m.size == 0


def test_beyond_the_limit_is_infinite_and_at_the_limit_is_not() -> None:
    pair = shape_of(Point(Position(0, 0))), shape_of(Point(Position(0, E7)))
    found = closest([pair, pair], np.array([111_319.0, 111_319.5])).distance_m
    assert np.isinf(found[0])
    assert abs(found[1] - 111_319.4908) < 1e-4


def test_an_answer_does_not_depend_on_the_other_pairs_of_the_call() -> None:
    draw = random.Random(20261122)
    skeletons = [skeleton_pair(draw, place) for place in sorted(CENTRES) for _ in range(15)]
    pairs = [(shape_of(a), shape_of(b)) for a, b in skeletons]
    limit_m = np.full(len(pairs), 1e6)
    together = closest(pairs, limit_m)
    for row, pair in enumerate(pairs):
        alone = closest([pair], limit_m[:1])
        for mine, theirs in zip(alone.columns(), together.columns(), strict=True):
            assert abs(mine[0] - theirs[row]) < 1e-9


def test_the_positions_are_as_far_apart_as_the_distance() -> None:
    draw = random.Random(7)
    skeletons = [skeleton_pair(draw, place) for place in sorted(CENTRES) for _ in range(30)]
    found = closest([(shape_of(a), shape_of(b)) for a, b in skeletons], np.full(len(skeletons), 1e6))
    _, apart = inverse(found.a_lon, found.a_lat, found.b_lon, found.b_lat)
    assert np.abs(apart - found.distance_m).max() < 1e-5


def test_long_edges_are_cut_and_the_cuts_join() -> None:
    route = Route((Position(34 * E7, 38 * E7), Position(60 * E7, 100 * E7), Position(61 * E7, 100 * E7)))
    pieces = shape_of(route).pieces
    assert pieces.length_m.max() <= PIECE_M
    assert (pieces.end_lon[:-1] == pieces.lon[1:]).all()
    assert (pieces.end_xyz[:-1] == pieces.start_xyz[1:]).all()
    _, length = inverse(pieces.lon, pieces.lat, pieces.end_lon, pieces.end_lat)
    assert np.abs(length - pieces.length_m).max() < 1e-6


def fan(lat: float, lon: float, spokes: int) -> Shape:
    """A route to and fro between a middle and its rim, centimetres wide: all pieces are equally near to anything."""
    middle = Position(round(lat * E7), round(lon * E7))
    angles = [2 * math.pi * spoke / spokes for spoke in range(spokes)]
    rim = [Position(round(lat * E7 + 8 * math.sin(at)), round(lon * E7 + 8 * math.cos(at))) for at in angles]
    return shape_of(Route(tuple(position for one in rim for position in (middle, one))))


def test_two_dense_fans_are_compared_in_turns_and_the_answer_is_the_same() -> None:
    """Whoever waits for an answer may do something else in between; what is asked beside it changes nothing."""
    pair, limit_m = (fan(34, 38, 150), fan(34.5, 38, 150)), np.array([1e6])
    work, other, turns_taken = closing([pair], limit_m), closing([pair[::-1]], limit_m), 0
    found: Approach | None = None
    while found is None:
        try:
            next(work)
            turns_taken += 1
            next(other, None)
        except StopIteration as end:
            found = end.value
    assert turns_taken >= 10
    for mine, whole in zip(found.columns(), closest([pair], limit_m).columns(), strict=True):
        assert mine.tolist() == whole.tolist()
    assert np.isfinite(found.distance_m).all()
