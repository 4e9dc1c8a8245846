from __future__ import annotations

import pytest

from wellclear.apps.cli import typed
from wellclear.domain.quantities import Datum, Position, parse_time
from wellclear.errors import InvalidValue

NAMES = ("--lower", "--upper", "--datum")


@pytest.mark.parametrize(
    ("text", "mm"), [("5km", 5_000_000), ("800 m", 800_000), ("3nm", 5_556_000), ("3NM", 5_556_000), ("0.5km", 500_000)]
)
def test_a_length_has_its_unit(text: str, mm: int) -> None:
    assert typed.length(text, "--radius") == mm


@pytest.mark.parametrize("text", ["5", "km", "5 miles", "-5km", "5,5km", "", "5e3m"])
def test_a_length_without_unit_is_refused_and_an_example_given(text: str) -> None:
    with pytest.raises(InvalidValue, match=r"--radius: .* write 5km"):
        typed.length(text, "--radius")


@pytest.mark.requirement("R20")
@pytest.mark.parametrize(
    "text", ["2026-11-23T10:00Z", "2026-11-23T10:00:00Z", "2026-11-23T13:00+03:00", "231000ZNOV26", "231000znov26"]
)
def test_a_moment_names_its_zone(text: str) -> None:
    assert typed.moment(text, "--start") == parse_time("2026-11-23T10:00:00Z")


@pytest.mark.requirement("R20")
@pytest.mark.parametrize("text", ["2026-11-23T10:00", "2026-11-23 10:00", "10:00Z", "", "321000ZNOV26", "tomorrow"])
def test_a_moment_without_zone_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="--start"):
        typed.moment(text, "--start")


@pytest.mark.parametrize("text", ["34.56,38.27", "34.56 38.27", "34.56N, 38.27E", "34.56n 38.27e"])
def test_a_position_is_latitude_and_longitude(text: str) -> None:
    assert typed.position(text, "--circle") == Position(345600000, 382700000)


def test_south_and_west_are_negative() -> None:
    assert typed.position("1S 2W", "--at") == typed.position("-1,-2", "--at") == Position(-10000000, -20000000)


@pytest.mark.parametrize("text", ["34.56", "", "1,2,3", "91,0", "1E 2N", "-1S 2W", "a,b"])
def test_what_is_no_position_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="--circle"):
        typed.position(text, "--circle")


def test_positions_stand_in_one_text() -> None:
    wanted = (Position(345000000, 380000000), Position(346000000, 383000000))
    assert typed.positions("34.5,38.0; 34.6,38.3", "--corridor") == wanted
    assert typed.positions("34.5,38.0 34.6,38.3", "--corridor") == wanted
    with pytest.raises(InvalidValue, match="position 2"):
        typed.positions("34.5,38.0; 34.6", "--corridor")


def test_flight_levels_bring_their_datum() -> None:
    band = typed.band("FL120", "FL 140", None, NAMES)
    assert (band.datum, band.lower_mm, band.upper_mm) == (Datum.STD, 3_657_600, 4_267_200)


def test_feet_and_metres_need_one() -> None:
    band = typed.band("5000ft", "unlimited", "amsl", NAMES)
    assert (band.datum, band.lower_mm, band.upper_mm) == (Datum.AMSL, 1_524_000, None)
    with pytest.raises(InvalidValue, match="--datum: say what"):
        typed.band("5000ft", "9000ft", None, NAMES)


@pytest.mark.parametrize(
    ("lower", "upper", "datum", "said"),
    [
        ("5000ft", "FL250", "AMSL", "--datum: flight levels"),
        ("9000ft", "5000ft", "AMSL", "--lower: 9000ft lies above"),
        ("5000", "9000ft", "AMSL", "--lower: '5000'"),
        ("5000ft", "high", "AMSL", "--upper: 'high'"),
        ("5000ft", "9000ft", "AGL", "--datum: 'AGL'"),
    ],
)
def test_a_band_that_cannot_be_names_the_option(lower: str, upper: str, datum: str, said: str) -> None:
    with pytest.raises(InvalidValue, match=said):
        typed.band(lower, upper, datum, NAMES)


def test_faces_round_outward() -> None:
    band = typed.band("0.0001m", "0.0001m", "W84", NAMES)
    assert (band.lower_mm, band.upper_mm) == (0, 1)


@pytest.mark.parametrize(
    ("mm", "datum", "said"),
    [(None, "AMSL", "unlimited"), (3_657_600, "STD", "FL120"), (1_524_000, "AMSL", "5000 ft (1524 m) AMSL"),
     (1_000, "STD", "1 m (3 ft) STD")],
)  # fmt: skip
def test_a_face_for_people(mm: int | None, datum: str, said: str) -> None:
    assert typed.face(mm, datum) == said
