from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.statistics import Spread, percentile, rotated

VALUES = st.lists(st.floats(0.001, 1e6), min_size=1, max_size=9)


def test_a_spread_is_median_lowest_and_highest() -> None:
    assert Spread.of([3, 1, 2]) == Spread(2, 1, 3)
    assert Spread.of([4, 1]) == Spread(2.5, 1, 4)
    assert Spread.of([10, 9, 12]).width == 0.3
    assert Spread.of([0, 0]).width == 0
    assert Spread.middle([1, 2, 3, 4, 5, 6, 7, 100]) == Spread(4.5, 2, 6)


@given(VALUES, VALUES)
def test_spreads_meet_alike_from_both_sides(one: list[float], other: list[float]) -> None:
    a, b = Spread.of(one), Spread.of(other)
    assert a.meets(b) is b.meets(a)
    assert a.meets(a)
    assert a.meets(b) or max(one) < min(other) or max(other) < min(one)


def test_a_percentile_is_a_value_that_was_measured() -> None:
    hundred = [float(number) for number in range(100, 0, -1)]
    assert [percentile(hundred, share) for share in (0.5, 0.99, 1)] == [50, 99, 100]
    assert percentile([7.0], 0.01) == percentile([7.0], 0.99) == 7
    assert percentile([1, 2, 3], 0.5) == 2


@given(st.lists(st.integers(), max_size=6), st.integers(0, 20))
def test_rotation_loses_nobody(things: list[int], by: int) -> None:
    turned = list(rotated(things, by))
    assert sorted(turned) == sorted(things)
    assert not things or turned[0] == things[by % len(things)]
