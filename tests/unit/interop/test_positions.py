from __future__ import annotations

import pytest

from wellclear.domain.quantities import Position
from wellclear.errors import InvalidValue
from wellclear.interop.positions import position, position_and_note, positions

PLACE = Position(345600000, 382700000)


@pytest.mark.parametrize("text", ["34.56,38.27", "34.56 38.27", "34.56N, 38.27E", "34.56n 38.27e"])
def test_a_position_is_latitude_and_longitude(text: str) -> None:
    assert position(text, "--circle") == Position(345600000, 382700000)


def test_south_and_west_are_negative() -> None:
    assert position("1S 2W", "--at") == position("-1,-2", "--at") == Position(-10000000, -20000000)


@pytest.mark.parametrize("text", ["34.56", "", "1,2,3", "91,0", "1E 2N", "-1S 2W", "a,b"])
def test_what_is_no_position_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="--circle"):
        position(text, "--circle")


def test_positions_stand_in_one_text() -> None:
    wanted = (Position(345000000, 380000000), Position(346000000, 383000000))
    assert positions("34.5,38.0; 34.6,38.3", "--corridor") == wanted
    assert positions("34.5,38.0 34.6,38.3", "--corridor") == wanted
    with pytest.raises(InvalidValue, match="position 2"):
        positions("34.5,38.0; 34.6", "--corridor")


@pytest.mark.requirement("R5")
@pytest.mark.parametrize(
    "text",
    [
        "N34.56 E38.27", "34,56N 38,27E", "34.56°N 38.27°E", "34.56°, 38.27°", "34°33'36\"N 38°16'12\"E",
        "34° 33′ 36″ N, 38° 16′ 12″ E", "34°33'36''N 38°16'12''E", "34 33 36 N 38 16 12 E", "34-33-36N 038-16-12E",
        "34°33.6'N 38°16.2'E", "343336N 0381612E", "343336N0381612E", "N343336 E0381612", "343336.0N 0381612.0E",
        "3433.6N 03816.2E", "34 33.6 N / 38 16.2 E",
    ],
)  # fmt: skip
def test_every_spelling_of_a_place_gives_the_same_integers(text: str) -> None:
    assert position(text, "positions") == PLACE


def test_seconds_round_once() -> None:
    assert position("0 0 0.00018N 0 0 0.00054E", "at") == Position(0, 2)  # both lie half-way; half to even


@pytest.mark.parametrize(
    "text",
    ["34 61 0N 38 0 0E", "34.5 30N 38E", "343N 0381612E", "3433N 3816E", "3N 1E5E", "N E", "NE", "34,56 38,27",
     "3" * 200, "37I DU 33031 24492", "91N 0E"],
)  # fmt: skip
def test_a_spelling_that_could_mean_two_things_or_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="at: "):
        position(text, "at")


def test_a_comma_is_a_decimal_point_only_where_it_was_said_to_be_one() -> None:
    assert position_and_note("34,56 38,27", "at", decimal_comma=True) == (PLACE, "")
    assert position_and_note("34.56,38.27", "at", decimal_comma=True) == (PLACE, "")
    assert position("34,56", "at") == Position(340000000, 560000000)
    with pytest.raises(InvalidValue):
        position_and_note("34,56", "at", decimal_comma=True)


@pytest.mark.requirement("R5")
def test_a_grid_reference_means_the_middle_of_its_square() -> None:
    fine = position("37S DU 33031 24492", "at")
    assert fine == position("37sdu3303124492", "at") == Position(345599998, 382700051)
    coarse, note = position_and_note("37S DU 330 244", "at")
    assert note == "37S DU 330 244 names a square of 100 m, whose middle is meant"
    assert coarse == Position(345596178, 382702101)
    with pytest.raises(InvalidValue, match="square of 100 m, whose middle is meant; write all ten digits"):
        position("37S DU 330 244", "at")
