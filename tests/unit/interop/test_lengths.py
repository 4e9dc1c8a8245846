from __future__ import annotations

import pytest

from wellclear.errors import InvalidValue
from wellclear.interop.lengths import length, metres


@pytest.mark.parametrize(
    ("text", "mm"), [("5km", 5_000_000), ("800 m", 800_000), ("3nm", 5_556_000), ("3NM", 5_556_000), ("0.5km", 500_000)]
)
def test_a_length_has_its_unit(text: str, mm: int) -> None:
    assert length(text, "--radius") == mm


@pytest.mark.parametrize("text", ["5", "km", "5 miles", "-5km", "5,5km", "", "5e3m"])
def test_a_length_without_unit_is_refused_and_an_example_given(text: str) -> None:
    with pytest.raises(InvalidValue, match=r"--radius: .* write 5km"):
        length(text, "--radius")


def test_metres_round_up_and_are_never_negative() -> None:
    assert metres("500", "radius_m") == 500_000
    assert metres("0.0001", "radius_m") == 1
    with pytest.raises(InvalidValue, match="radius_m: -1 is below zero"):
        metres(-1, "radius_m")
