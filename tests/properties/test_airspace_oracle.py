"""The engine against an oracle by another method, near the threshold, at places where coordinates misbehave."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.airspace_against import put, reference, scenes
from tests.properties.airspace_cases import CENTRES

PLACES = sorted(CENTRES)
DECIDED = 5_000
DECIDED_SLOWLY = 100_000
PARTS = 5


def decided(place: str, count: int, seed: int) -> int:
    """At least so many pairs of a place, asked in portions; the first wrong answer ends it."""
    done = 0
    while done < count:
        seed += 1
        tally = put(reference(tail=0 if seed % 2 else 512), scenes(place, 360, seed))
        assert not tally.wrong, (len(tally.wrong), tally.decided, tally.wrong[0])
        done += tally.decided
    return done


@settings(max_examples=20)
@given(st.integers(0, 2**32), st.sampled_from(PLACES), st.sampled_from((0, 7, 512)))
def test_the_engine_equals_the_oracle(seed: int, place: str, tail: int) -> None:
    """A few pairs, from whatever seed."""
    tally = put(reference(tail), scenes(place, 12, seed))
    assert not tally.wrong, tally.wrong[0]


@pytest.mark.parametrize("place", PLACES)
def test_5000_close_pairs_are_answered_as_the_oracle_decides_them(place: str) -> None:
    assert decided(place, DECIDED // len(PLACES), seed=20261122) * len(PLACES) >= DECIDED


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("place", PLACES)
def test_100000_close_pairs_are_answered_as_the_oracle_decides_them(place: str, part: int) -> None:
    count = DECIDED_SLOWLY // len(PLACES) // PARTS
    assert decided(place, count, seed=1_000_000 * (part + 1)) * len(PLACES) * PARTS >= DECIDED_SLOWLY
