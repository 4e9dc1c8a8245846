from __future__ import annotations

import msgspec
import pytest

from wellclear.apps.check.minima import agreed_minima, default_minima, metres, seconds, typed_minima
from wellclear.domain.agreement import default_settings
from wellclear.domain.volume import SeparationMinima
from wellclear.errors import InvalidValue


@pytest.mark.parametrize(
    ("text", "mm"),
    [("9260", 9_260_000), ("5 NM", 9_260_000), ("5nm", 9_260_000), ("500 ft", 152_400), ("0", 0), ("0.0001", 1)],
)
def test_a_plain_number_is_metres_and_units_are_taken(text: str, mm: int) -> None:
    assert metres(text, "--lateral") == mm


@pytest.mark.parametrize("text", ["", "far", "-5", "5 miles", "1e3", "2000000000 km", "٥"])
def test_no_length_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(InvalidValue, match="--lateral: "):
        metres(text, "--lateral")


@pytest.mark.parametrize(
    ("text", "us"),
    [("600", 600_000_000), ("10 min", 600_000_000), ("1.5h", 5_400_000_000), ("0", 0), ("0.5 s", 500_000)],
)
def test_a_plain_number_is_seconds_and_units_are_taken(text: str, us: int) -> None:
    assert seconds(text, "--time") == us


@pytest.mark.parametrize("text", ["", "soon", "-5", "5 m", "9000 h", "1e3"])
def test_no_duration_is_refused(text: str) -> None:
    """`5 m` too: minutes or metres, nobody knows."""
    with pytest.raises(InvalidValue, match="--time: "):
        seconds(text, "--time")


@pytest.mark.requirement("R32")
def test_what_is_not_typed_is_the_default_and_holds_for_every_pair() -> None:
    minima = typed_minima("2 NM", None, "5 min")
    assert minima.of("ground", "ground") == SeparationMinima(3_704_000, 304_800, 300_000_000)
    assert "as given on the command line" in minima.lines()[0]


@pytest.mark.requirement("R32")
def test_the_defaults_are_the_agreements_and_are_said() -> None:
    minima, settings = default_minima(), default_settings()
    for pair in (("air", "air"), ("ground", "ground"), ("aid_movement", "firing"), ("", "")):
        assert minima.of(*pair) == settings.minima_of(*pair)
    assert minima.lines()[0].startswith(
        "Minima applied: lateral 9,260 m (5 NM), vertical 1,000 ft (304.8 m), time 10 min"
    )
    assert any("ground with ground: lateral 1,000 m" in line for line in minima.lines())


def test_an_agreement_is_read_as_either_command_prints_it() -> None:
    fields = msgspec.to_builtins(default_settings())
    fields["default_minima"]["lateral_mm"] = 7
    for said in (fields, {"version": 1, "settings": fields}, {"default_minima": fields["default_minima"]}):
        assert agreed_minima(said, "terms.json").of("air", "sea").lateral_mm == 7
    with pytest.raises(InvalidValue, match=r"terms\.json: settings"):
        agreed_minima({"settings": 5}, "terms.json")
    with pytest.raises(InvalidValue, match=r"terms\.json: settings\.minima"):
        agreed_minima({"minima": 5}, "terms.json")
