from __future__ import annotations

import pytest

from wellclear.apps.figures import (
    band,
    flat_differences,
    height,
    length,
    listed,
    moment,
    took,
    volume_differences,
    volume_lines,
)
from wellclear.domain.quantities import Datum
from wellclear.domain.volume import AltitudeBand
from wellclear.testing.sketch import START_US, circle


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


def test_open_bands_are_said_to_be_unbounded() -> None:
    assert band(AltitudeBand(Datum.AMSL, None, 1_000)) == "unbounded below, to 1 m AMSL"
    assert band(AltitudeBand(Datum.AMSL, 1_000, None)) == "from 1 m AMSL, unbounded above"


@pytest.mark.requirement("R20")
def test_moments_have_their_second_and_strange_ones_are_not_errors() -> None:
    assert moment(START_US) == "2026-11-18 11:06:40Z"
    assert moment(2**53 - 1) == "2255-06-05 23:47:34Z"
    assert moment(10**18).endswith("µs after 1970")


def test_shapes_in_words() -> None:
    common = {"band": {"datum": "AMSL"}, "start_us": START_US, "end_us": START_US}
    route = {"kind": "corridor", "route": [[0, n * 10**6] for n in range(9)], "half_width_mm": 1_852_000, **common}
    area = {"kind": "polygon", "rings": [[[0, 0], [0, 10**6], [10**6, 0]]], **common}
    areas = {"kind": "polygons", "polygons": [area["rings"]], **common}
    said = volume_lines([route, area, areas, {"kind": "nonsense"}, {}])
    assert said[0].startswith("Volume 1: a corridor of 1,852 m to either side of 00.0000000N 000.0000000E - ")
    assert "and 3 more points" in said[0]
    assert "an area of 3 corners" in said[1]
    assert "1 areas, the first with the corners" in said[2]
    assert "cannot be computed" in said[3]


def test_differences_of_volumes() -> None:
    one, two = circle(1, 1, 5), circle(1, 1, 5)
    two["band"] = {"datum": "STD", "lower_mm": 0}
    assert volume_differences([one], [two]) == [
        "Volume 1: height was from 0 m AMSL to 10,000 m AMSL, is from FL000, unbounded above."
    ]
    assert volume_differences([one, two], [one]) == ["Volume 2 is gone."]
    assert volume_differences([one], [one, two])[0].startswith("Volume 2 is new. Where and when: a circle")
    assert "cannot be compared" in volume_differences([one], [{"kind": 7}])[0]
    assert volume_differences([one], [one]) == []


def test_lists_and_flat_differences() -> None:
    assert [listed(names) for names in ([], ["A"], ["A", "B"], ["A", "B", "C"])] == ["", "A", "A and B", "A, B and C"]
    assert flat_differences({"count": 1, "radio": "x"}, {"count": 2, "radio": "x", "live_weapons": "no"}) == [
        "count was 1, is 2.",
        "live weapons was not stated, is no.",
    ]


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
