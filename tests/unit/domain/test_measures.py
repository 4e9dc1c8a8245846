from __future__ import annotations

import pytest

from wellclear.domain.measures import (
    bare_height,
    distance,
    duration,
    exact_moment,
    height,
    length,
    moment,
    nautical_miles,
    took,
)  # fmt: skip
from wellclear.testing.sketch import START_US


@pytest.mark.parametrize(
    ("us", "words"),
    [(0, "0 s"), (999_999, "0 s"), (59 * 10**6, "59 s"), (61 * 10**6, "1 min 1 s"), (7200 * 10**6, "2 h"),
     (90_000 * 10**6, "1 d 1 h"), (-61 * 10**6, "-1 min 1 s")],
)  # fmt: skip
def test_durations_in_their_two_greatest_units(us: int, words: str) -> None:
    assert took(us) == words


@pytest.mark.parametrize(
    ("mm", "words"),
    [(0, "0 m"), (1, "0.001 m"), (5_000_000, "5,000 m"), (12_500_000, "12.5 km"), (-1_500, "-1.5 m")],
)
def test_lengths_are_exact(mm: int, words: str) -> None:
    assert length(mm) == words


@pytest.mark.requirement("R32")
@pytest.mark.parametrize(
    ("mm", "datum", "words"),
    [
        (3_048_000, "STD", "FL100"),
        (3_048_001, "STD", "3,048.001 m on 1013.25 hPa"),
        (10_000_000, "AMSL", "10,000 m AMSL"),
        (-5_000, "W84", "-5 m above the WGS-84 ellipsoid (HAE)"),
    ],
)
def test_heights_keep_their_datum(mm: int, datum: str, words: str) -> None:
    assert height(mm, datum) == words


@pytest.mark.requirement("R20")
def test_moments_have_their_second_and_strange_ones_are_not_errors() -> None:
    assert moment(START_US) == "2026-11-18 11:06:40Z"
    assert moment(2**53 - 1) == "2255-06-05 23:47:34Z"
    assert moment(10**18).endswith("µs after 1970")
    assert (exact_moment(START_US), exact_moment(START_US + 1)) == (
        "2026-11-18 11:06:40Z",
        "2026-11-18 11:06:40.000001Z",
    )
    assert exact_moment(10**18) == moment(10**18)


@pytest.mark.parametrize(
    ("us", "words"),
    [(0, "0 s"), (1, "0.000001 s"), (180 * 10**6, "3 min"), (108_000 * 10**6, "1 d 6 h"),
     (90_061_500_000, "1 d 1 h 1 min 1.5 s"), (-60 * 10**6, "-1 min")],
)  # fmt: skip
def test_an_agreed_duration_is_told_to_its_end(us: int, words: str) -> None:
    assert duration(us) == words


@pytest.mark.parametrize(
    ("mm", "words"),
    [(0, ""), (926_000, "0.5 NM"), (9_260_000, "5 NM"), (9_260_001, ""), (4_630_000, "2.5 NM")],
)
def test_nautical_miles_where_somebody_has_said_them(mm: int, words: str) -> None:
    assert nautical_miles(mm) == words


@pytest.mark.parametrize(
    ("mm", "words"),
    [(3, "3 mm"), (999, "999 mm"), (1_000, "1 m"), (999_499, "999 m"), (999_500, "1.0 km"), (1_234_567, "1.2 km"),
     (99_949_999, "99.9 km"), (99_950_000, "100 km"), (20_003_931_000, "20,004 km")],
)  # fmt: skip
def test_a_computed_distance_is_rounded_as_people_say_one(mm: int, words: str) -> None:
    assert distance(mm) == words


def test_a_height_without_datum_is_the_rounder_number() -> None:
    assert (bare_height(1_524_000), bare_height(1_000_000), bare_height(304_800)) == ("5,000 ft", "1,000 m", "1,000 ft")


@pytest.mark.requirement("R32")
@pytest.mark.parametrize(
    ("mm", "datum", "words"),
    [
        (2_743_200, "AMSL", "9,000 ft AMSL"),
        (2_750_000, "AMSL", "2,750 m AMSL"),
        (1_524_000, "AMSL", "5,000 ft AMSL"),
        (3_048_000, "AMSL", "10,000 ft AMSL"),
        (3_000_000, "AMSL", "3,000 m AMSL"),
        (0, "AMSL", "0 m AMSL"),
        (10_972_800, "STD", "FL360"),
        (123_456, "W84", "123.456 m above the WGS-84 ellipsoid (HAE)"),
    ],
)
def test_a_height_is_told_in_the_unit_that_it_was_most_likely_said_in(mm: int, datum: str, words: str) -> None:
    assert height(mm, datum) == words
