"""What is near is found wherever it waits: in the tree, behind it, among the dead."""

from __future__ import annotations

import random

import numpy as np
import pytest

from tests.properties.airspace_cases import CENTRES, volume
from wellclear.airspace.conflict import Announced
from wellclear.airspace.refine import closest
from wellclear.airspace.rows import Columns, Leg, Rows, legs_of

MINIMA = np.array([[[3_000_000, 300_000, 5]]], np.int64)


def some_legs(count: int) -> list[tuple[Leg, ...]]:
    draw, places = random.Random(20261122), sorted(CENTRES)
    return [
        legs_of(Announced(f"N{i}", 1, f"P{i % 5}", "air", (volume(draw, draw.choice(places)),))) for i in range(count)
    ]


Pair = tuple[int, tuple[str, int, int]]


def found(rows: Rows, asked: list[Leg]) -> dict[Pair, Leg]:
    columns = Columns.empty(len(asked))
    for at, leg in enumerate(asked):
        columns.fill(at, leg, -2, -2, 0)
    numbers, near = rows.near(asked, columns, MINIMA)
    pairs = {(number, leg.key): leg for number, leg in zip(numbers.tolist(), near, strict=True)}
    assert len(pairs) == len(near), "none twice"
    return pairs


def apart(asked: list[Leg], pairs: dict[Pair, Leg]) -> bool:
    """Whether all these are beyond their radii and the minimum."""
    legs = [(asked[number], leg) for (number, _), leg in pairs.items()]
    limit_m = np.array([one.volume.radius_mm + leg.volume.radius_mm + 3_000_000 for one, leg in legs]) / 1000
    return bool(np.isinf(closest([(one.shape, leg.shape) for one, leg in legs], limit_m).distance_m).all())


@pytest.mark.parametrize("tail", [0, 1, 30, 10_000])
def test_the_tree_leaves_out_only_what_is_apart_after_any_coming_and_going(tail: int) -> None:
    draw, legs = random.Random(tail), some_legs(300)
    rows, held = Rows(tail), set[int]()
    for _ in range(12):
        for number in draw.sample(range(300), 40):
            if number in held:
                rows.drop(number)
                held.remove(number)
            else:
                rows.put(number, legs[number], int(legs[number][0].item.party[1:]), 0)
                held.add(number)
        fresh = Rows(10_000)
        for number in sorted(held):
            fresh.put(number, legs[number], int(legs[number][0].item.party[1:]), 0)
        asked = [leg for notice in legs[:100] for leg in notice]
        by_tree, by_filters = found(rows, asked), found(fresh, asked)
        assert by_tree.keys() <= by_filters.keys()
        assert apart(asked, {pair: leg for pair, leg in by_filters.items() if pair not in by_tree})
        assert len(by_tree) > 100
        assert all(rows.of(number) == list(legs[number]) for number in held)


def test_nothing_is_near_where_nothing_is_held() -> None:
    ((leg,),) = some_legs(1)
    rows = Rows(0)
    assert not found(rows, [leg])
    rows.put(0, [leg], 0, 0)
    assert len(found(rows, [leg])) == 1
    rows.drop(0)
    assert not found(rows, [leg])
    assert not found(rows, [])
