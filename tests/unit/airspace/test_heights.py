"""Gaps of altitude bands, of one datum and of two (R32)."""

from __future__ import annotations

import itertools

import pytest

from wellclear.airspace.heights import UNBOUNDED_MM, Gap, Undulation, crosses_the_geoid, gap, widest_w84_mm
from wellclear.domain.quantities import Datum
from wellclear.domain.volume import AltitudeBand

THOUSAND_FEET_MM = 304_800


def band(datum: Datum, lower_mm: int | None, upper_mm: int | None) -> AltitudeBand:
    return AltitudeBand(datum, lower_mm, upper_mm)


@pytest.mark.parametrize("datum", list(Datum))
def test_one_datum_compares_natively(datum: Datum) -> None:
    low, high = band(datum, 0, 1_000_000), band(datum, 1_000_001, None)
    assert gap(low, high) == gap(high, low) == Gap(1, 1)
    assert gap(low, band(datum, 1_000_000, 1_000_000)) == Gap(0, 0)


@pytest.mark.requirement("R32")
@pytest.mark.parametrize("height_mm", [0, 3_000_000, 10_058_400, 18_000_000])
def test_one_height_said_in_three_datums_is_never_surely_apart_nor_surely_together(height_mm: int) -> None:
    for one, other in itertools.permutations(Datum, 2):
        found = gap(band(one, height_mm, height_mm), band(other, height_mm, height_mm))
        assert found.least_mm == 0
        assert found.most_mm > 0


@pytest.mark.requirement("R32")
def test_what_no_weather_can_bring_together_is_apart_and_what_it_cannot_part_meets() -> None:
    level = band(Datum.STD, 10_058_400, 10_058_400)
    assert gap(level, band(Datum.AMSL, 0, 8_000_000)).least_mm > THOUSAND_FEET_MM
    assert gap(level, band(Datum.AMSL, 5_000_000, 15_000_000)) == Gap(0, 0)
    assert gap(band(Datum.W84, 0, 100_000), band(Datum.AMSL, 300_000, None)) == Gap(91_000, 288_000)


def test_an_absent_face_is_unbounded_in_every_datum() -> None:
    for one, other in itertools.product(Datum, Datum):
        assert gap(band(one, None, None), band(other, 10**9, 10**9)) == Gap(0, 0)
        assert gap(band(one, 0, None), band(other, None, 0)).least_mm == 0
    assert widest_w84_mm(band(Datum.STD, None, None)) == (-UNBOUNDED_MM, UNBOUNDED_MM)


def test_the_widest_band_holds_every_gap() -> None:
    """What the candidates are found by must never be narrower than what decides."""
    heights = (-500_000, 0, 3_048_000, 20_000_000)
    for one, other in itertools.product(Datum, Datum):
        for h, k in itertools.product(heights, heights):
            a, b = band(one, h, h + 1_000), band(other, k, k + 1_000)
            (low_a, high_a), (low_b, high_b) = widest_w84_mm(a), widest_w84_mm(b)
            assert max(0, low_a - high_b, low_b - high_a) <= gap(a, b).least_mm <= gap(a, b).most_mm


@pytest.mark.requirement("R32")
def test_where_the_geoid_is_known_the_gap_is_narrower_and_within_the_widest() -> None:
    ellipsoidal, above_sea = band(Datum.W84, 0, 100_000), band(Datum.AMSL, 100_000, None)
    here = Undulation(20_000, 24_000)
    assert gap(ellipsoidal, above_sea, here) == gap(above_sea, ellipsoidal, here) == Gap(20_000, 24_000)
    assert gap(ellipsoidal, above_sea) == Gap(0, 188_000 - 100_000)
    level, higher = band(Datum.STD, 10_000_000, 10_000_000), band(Datum.AMSL, 11_100_000, None)
    assert gap(level, higher, here) == gap(level, higher)
    (_, top), (bottom, _) = widest_w84_mm(level), widest_w84_mm(higher)
    assert bottom - top <= gap(level, higher).least_mm


def test_only_heights_above_the_ellipsoid_and_others_need_the_geoid() -> None:
    needed = {
        (one, other)
        for one, other in itertools.product(Datum, Datum)
        if crosses_the_geoid(band(one, None, None), band(other, None, None))
    }
    assert needed == {pair for pair in itertools.product(Datum, Datum) if pair.count(Datum.W84) == 1}
