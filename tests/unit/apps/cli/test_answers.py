from __future__ import annotations

import pytest

from wellclear.apps.cli.answers import rows_from, shown_row
from wellclear.apps.cli.notice_form import as_option, volume_from_words
from wellclear.domain.parts import Readback, group_from
from wellclear.errors import InvalidValue, Misconfigured

TIMES = {"start": "2026-11-23T10:00Z", "end": "2026-11-23T12:00Z"}
CIRCLE = volume_from_words(
    {"circle": "34.56,38.27", "radius": "5km", "lower": "5000ft", "upper": "9000ft", "datum": "AMSL", **TIMES},
    as_option,
)
LEVELS = volume_from_words(
    {"corridor": "34.5,38; 34.6,38.3", "half_width": "2nm", "lower": "FL120", "upper": "unlimited", **TIMES}, as_option
)


@pytest.mark.requirement("R5")
def test_what_is_shown_can_be_read_back_as_a_whole() -> None:
    rows = rows_from([CIRCLE, LEVELS], [], confirm_shown=True)
    assert rows == [
        {"lat_e7": 345600000, "lon_e7": 382700000, "start_us": CIRCLE["start_us"], "lower_mm": 1_524_000,
         "upper_mm": 2_743_200},
        {"lat_e7": 345000000, "lon_e7": 380000000, "start_us": LEVELS["start_us"], "lower_mm": 3_657_600},
    ]  # fmt: skip
    assert isinstance(group_from({"group": "readback", "volumes": rows}, "test"), Readback)


@pytest.mark.requirement("R5")
def test_what_is_typed_is_sent_as_it_is_typed() -> None:
    typed = ["34.56,38.27,5000ft,9000ft,2026-11-23T10:00Z", "34.5,38,FL120,unlimited,231000ZNOV26"]
    assert rows_from([CIRCLE, LEVELS], typed, confirm_shown=False) == [shown_row(CIRCLE), shown_row(LEVELS)]
    other = rows_from([CIRCLE], ["34.57,38.27,5000ft,9000ft,2026-11-23T10:00Z"], confirm_shown=False)
    assert other[0]["lat_e7"] == 345700000


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["34.56,38.27,5000ft,9000ft"], "4 values"),
        (["34.56,38.27,FL50,9000ft,231000ZNOV26"], "AMSL, not flight levels"),
        (["34.56,38.27,5000ft W84,9000ft,231000ZNOV26"], "AMSL, not W84"),
        (["34.56,38.27,5000ft,9000ft,231000ZNOV26"] * 2, "given 2 times, but there are 1"),
        (["34.56,38.27,5000ft,9000ft,2026-11-23T10:00"], "no time zone"),
    ],
)
def test_a_readback_that_is_none_is_refused(rows: list[str], said: str) -> None:
    with pytest.raises(InvalidValue, match=said):
        rows_from([CIRCLE], rows, confirm_shown=False)


def test_either_typed_or_shown() -> None:
    with pytest.raises(InvalidValue, match="beside --confirm-shown"):
        rows_from([CIRCLE], ["x"], confirm_shown=True)


def test_where_nobody_sits_the_values_must_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wellclear.apps.cli.answers.somebody_sits_here", lambda: False)
    with pytest.raises(Misconfigured, match="--readback LAT,LON"):
        rows_from([CIRCLE], [], confirm_shown=False)


def test_what_has_no_volumes_needs_none() -> None:
    assert rows_from([], [], confirm_shown=False) == []
