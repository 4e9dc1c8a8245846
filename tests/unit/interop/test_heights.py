from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from wellclear.domain.quantities import Datum, LengthUnit, Rounding
from wellclear.domain.volume import AltitudeBand
from wellclear.errors import InvalidValue
from wellclear.interop.heights import Height, band, height, height_from

NAMES = ("lower", "upper", "datum")


@pytest.mark.requirement("R32")
@pytest.mark.parametrize(
    ("text", "said", "mm"),
    [
        ("5000ft AMSL", "5000 ft AMSL", 1_524_000),
        (" 5000  FT  msl ", "5000 ft AMSL", 1_524_000),
        ("1500 m W84", "1500 m W84", 1_500_000),
        ("1500 metres WGS-84", "1500 m W84", 1_500_000),
        ("-3.5 m HAE", "-3.5 m W84", -3_500),
        ("FL250", "FL250", 7_620_000),
        ("fl 5", "FL5", 152_400),
        ("300 m", "300 m", 300_000),
        ("3000 ft STD", "3000 ft STD", 914_400),
    ],
)
def test_a_height_is_what_was_said(text: str, said: str, mm: int) -> None:
    read = height(text, "lower")
    assert read is not None
    assert (str(read), read.mm(Rounding.NEAREST, "lower")) == (said, mm)


@pytest.mark.parametrize("text", ["unlimited", "UNL", "-", "Unbounded"])
def test_unlimited_is_no_face(text: str) -> None:
    assert height(text, "upper") is None


@pytest.mark.requirement("R32")
@pytest.mark.parametrize("text", ["GND", "sfc", "surface", "500 ft AGL", "10 m gnd"])
def test_the_ground_is_no_datum(text: str) -> None:
    with pytest.raises(InvalidValue, match="means the ground, whose height is not known here; leave it out"):
        height(text, "lower")


@pytest.mark.parametrize(
    "text",
    ["", "5000", "5,000 ft", "5000 yd", "FL", "FL1000", "FL250 AMSL", "5000 ft EGM96", "1e3 m", "٣ m", "9" * 70 + " m"],
)
def test_what_is_no_height_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(InvalidValue, match="lower: "):
        height(text, "lower")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"value": 5000, "unit": "FT", "datum": "AMSL"}, Height(5000, LengthUnit.FT, Datum.AMSL)),
        ({"value": Decimal("1.5"), "unit": "m", "datum": "w84"}, Height(Decimal("1.5"), LengthUnit.M, Datum.W84)),
        ({"value": "120", "unit": "FL"}, Height("120", LengthUnit.FL, Datum.STD)),
        ("FL120", Height("120", LengthUnit.FL, Datum.STD)),
        ({"value": 1, "unit": "M", "datum": "STD"}, Height(1, LengthUnit.M, Datum.STD)),
    ],
)
def test_a_height_from_json(said: Any, expected: Height) -> None:
    assert height_from(said, "lower") == expected


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (5000, "lower"),
        (None, "lower"),
        ([], "lower"),
        (True, "lower"),
        ({}, "lower.value"),
        ({"value": 1}, "lower.unit"),
        ({"value": 1, "unit": "M"}, "lower.datum"),
        ({"value": 1, "unit": "M", "datum": "AGL"}, "lower.datum"),
        ({"value": 1, "unit": "M", "datum": 7}, "lower.datum"),
        ({"value": True, "unit": "M", "datum": "W84"}, "lower.value"),
        ({"value": "x", "unit": "M", "datum": "W84"}, "lower"),
        ({"value": 1, "unit": 5, "datum": "W84"}, "lower.unit"),
        ({"value": 1, "unit": "FL", "datum": "AMSL"}, "lower"),
        ({"value": 1, "unit": "M", "datum": "W84", "reference": "x"}, "lower.reference"),
        ({"value": Decimal("1e99"), "unit": "M", "datum": "W84"}, "lower"),
        ({"value": Decimal("NaN"), "unit": "M", "datum": "W84"}, "lower"),
    ],
)
def test_a_height_from_json_that_is_none(said: Any, field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        height_from(said, "lower")
    assert caught.value.field == field


def test_a_band_has_one_datum() -> None:
    low, high = height("300 m W84", "lower"), height("0.0005 m W84", "upper")
    assert band(None, None, None, NAMES) == AltitudeBand(Datum.AMSL, None, None)
    assert band(low, None, None, NAMES) == AltitudeBand(Datum.W84, 300_000, None)
    assert band(None, high, Datum.W84, NAMES) == AltitudeBand(Datum.W84, None, 1)  # outward
    assert band(height("5 m", ""), height("9 m", ""), Datum.W84, NAMES) == AltitudeBand(Datum.W84, 5_000, 9_000)


@pytest.mark.parametrize(
    ("lower", "upper", "datum", "told"),
    [
        ("5 m", None, None, "datum: say what heights are measured from"),
        ("5 m", "9 m W84", None, "datum: say what heights are measured from"),
        ("5 m AMSL", "9 m W84", None, "upper: 9 m W84 and 5 m AMSL are measured from two datums; say both from one"),
        ("5 m AMSL", None, Datum.W84, "datum: the height beside it says another, not W84; say"),
        ("FL50", None, Datum.W84, "datum: flight levels are measured from STD, not W84; say"),
        ("9 m W84", "5 m W84", None, "lower: 9 m W84 lies above 5 m W84; exchange the two"),
    ],
)
def test_a_band_that_cannot_be(lower: str, upper: str | None, datum: Datum | None, told: str) -> None:
    with pytest.raises(InvalidValue, match=told):
        band(height(lower, "lower"), height(upper, "upper") if upper else None, datum, NAMES)


def test_a_bare_number_is_told_what_it_lacks() -> None:
    with pytest.raises(
        InvalidValue, match="'1000' has no unit, and says not what it is measured from; write 5000 ft AMSL"
    ):
        height("1000", "lower")
