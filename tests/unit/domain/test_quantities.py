"""Whole-number units: exact in, exact out, and outward where it matters."""

from __future__ import annotations

from decimal import Decimal

import pytest

from wellclear.domain.quantities import (
    E7,
    LengthUnit,
    Position,
    Rounding,
    degrees_from_e7,
    dtg,
    e7_from_degrees,
    format_time,
    length_mm,
    parse_dtg,
    parse_time,
    position_from_degrees,
)
from wellclear.errors import InvalidValue


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("34.56", 345_600_000),
        ("-0.00000005", 0),  # half to even, towards zero here
        ("0.00000015", 2),  # half to even, away from zero here
        ("0.000000149999999999999999999", 1),
        ("1e-7", 1),
        ("-180", -180 * E7),
    ],
)
def test_degrees_round_half_to_even_without_a_float(text: str, expected: int) -> None:
    assert e7_from_degrees(text) == expected
    assert e7_from_degrees(Decimal(text)) == expected


@pytest.mark.parametrize("text", ["", "nan", "inf", "1_0", "٣", " 1", "1,5", "0x10", "1e999", "361", "1" * 65])
def test_text_that_is_no_number_of_degrees_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        e7_from_degrees(text)


@pytest.mark.parametrize("number", [Decimal("NaN"), Decimal("-Infinity"), Decimal("1e-5000"), Decimal("1e5000")])
def test_decimals_that_are_no_degrees_are_refused(number: Decimal) -> None:
    with pytest.raises(InvalidValue):
        e7_from_degrees(number)


def test_degrees_are_written_so_that_they_read_back_the_same() -> None:
    for value in (0, 5, -5, 345_600_000, -1_800_000_000, 899_999_999):
        assert e7_from_degrees(degrees_from_e7(value)) == value
    assert degrees_from_e7(-5) == "-0.0000005"


def test_longitude_wraps_and_latitude_does_not() -> None:
    assert Position(0, 180 * E7).lon_e7 == -180 * E7
    assert Position(0, 190 * E7) == Position(0, -170 * E7)
    with pytest.raises(InvalidValue):
        Position(90 * E7 + 1, 0)


def test_a_position_is_shown_with_seven_places_and_its_hemispheres() -> None:
    assert str(position_from_degrees("34.56", "38.27")) == "34.5600000N 038.2700000E"
    assert str(position_from_degrees("-1.0000001", "-0.5")) == "01.0000001S 000.5000000W"


def test_a_boolean_is_not_a_coordinate() -> None:
    with pytest.raises(InvalidValue):
        Position(True, 0)


def test_feet_and_flight_levels_are_exact() -> None:
    assert length_mm(10, LengthUnit.FT, Rounding.NEAREST) == 3048
    assert length_mm("330", LengthUnit.FL, Rounding.NEAREST) == 10_058_400
    assert length_mm("1", LengthUnit.NM, Rounding.NEAREST) == 1_852_000
    assert length_mm("1500.0004", LengthUnit.M, Rounding.NEAREST) == 1_500_000


def test_lengths_round_as_they_are_told_to() -> None:
    assert [length_mm("1", LengthUnit.FT, one) for one in (Rounding.DOWN, Rounding.UP)] == [304, 305]
    assert [length_mm("-1", LengthUnit.FT, one) for one in (Rounding.DOWN, Rounding.UP)] == [-305, -304]


@pytest.mark.requirement("R20")
@pytest.mark.parametrize("text", ["2026-11-22T14:30:00", "2026-11-22 14:30:00Z", "2026-11-22", "14:30Z", ""])
def test_a_time_without_a_zone_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        parse_time(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-29T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-12-31T23:59:60Z",
        "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00.0000001Z",
        "0000-01-01T00:00:00Z",
    ],
)
def test_moments_that_cannot_be_counted_are_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        parse_time(text)


@pytest.mark.requirement("R20")
def test_zones_become_utc_and_microseconds_survive() -> None:
    assert parse_time("1970-01-01T00:00:00Z") == 0
    assert format_time(parse_time("2026-11-22T14:30:00.000001+02:00")) == "2026-11-22T12:30:00.000001Z"
    assert parse_time("1969-12-31T23:59:59.999999Z") == -1
    assert parse_time("2026-11-22t14:30:00.5000000z") == parse_time("2026-11-22T14:30:00.5Z")
    assert format_time(parse_time("0001-01-01T00:00:00Z")) == "0001-01-01T00:00:00Z"


def test_date_time_groups() -> None:
    moment_us = parse_time("2026-11-22T14:30:59Z")
    assert dtg(moment_us) == "221430ZNOV26"
    assert format_time(parse_dtg("221430ZNOV26")) == "2026-11-22T14:30:00Z"
    for text in ("221430ZNOB26", "321430ZNOV26", "221430NOV26", "221430ANOV26", "222460ZNOV26"):
        with pytest.raises(InvalidValue):
            parse_dtg(text)
    with pytest.raises(InvalidValue):
        dtg(parse_time("1999-12-31T23:59:00Z"))


def test_moments_beyond_the_calendar_are_refused() -> None:
    with pytest.raises(InvalidValue):
        format_time(2**62)
