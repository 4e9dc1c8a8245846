from __future__ import annotations

import pytest

from wellclear.apps.cli import typed
from wellclear.domain.quantities import Datum
from wellclear.errors import InvalidValue

NAMES = ("--lower", "--upper", "--datum")


def test_flight_levels_bring_their_datum() -> None:
    band = typed.band("FL120", "FL 140", None, NAMES)
    assert (band.datum, band.lower_mm, band.upper_mm) == (Datum.STD, 3_657_600, 4_267_200)


def test_feet_and_metres_need_one() -> None:
    band = typed.band("5000ft", "unlimited", "amsl", NAMES)
    assert (band.datum, band.lower_mm, band.upper_mm) == (Datum.AMSL, 1_524_000, None)
    with pytest.raises(InvalidValue, match="--datum: say what"):
        typed.band("5000ft", "9000ft", None, NAMES)
    assert typed.band("5000ft AMSL", "unlimited", None, NAMES) == band


@pytest.mark.parametrize(
    ("lower", "upper", "datum", "said"),
    [
        ("5000ft", "FL250", "AMSL", "--datum: flight levels"),
        ("9000ft", "5000ft", "AMSL", "--lower: 9000 ft lies above 5000 ft"),
        ("5000", "9000ft", "AMSL", "--lower: '5000'"),
        ("5000ft", "high", "AMSL", "--upper: 'high'"),
        ("5000ft W84", "9000ft", "AMSL", "--datum: the height beside it"),
        ("5000ft", "9000ft", "AGL", "--datum: AGL means the ground"),
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
