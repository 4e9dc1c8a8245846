from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from tests.unit.picture.test_leave import HOUR_US, NORTH, SOUTH, clocks, hours, put
from wellclear.apps.node.board import board
from wellclear.apps.node.rows import person_rows
from wellclear.testing.sketch import Sketch, circle


@pytest.mark.requirement("R2")
def test_the_own_desk_sees_who_is_away_and_who_stands_for_whom(tmp_path: Path) -> None:
    sketch = Sketch.founded(seed=41)
    put(sketch, SOUTH, W1=hours(sketch, 1, 2, "W2"))
    south = Bench(Relay(sketch), SOUTH, tmp_path / "south.sqlite")
    south.follow()
    rows = {row["person"]: row for row in board(south.core, "")["officers"]}
    assert rows["W1"]["on_duty"] == "yes" and rows["W1"]["away"]["deputy"] == "W2", "seen before it begins"
    sketch.advance(HOUR_US / 1_000_000 + 1)
    clocks(sketch)
    south.follow()
    rows = {row["person"]: row for row in board(south.core, "")["officers"]}
    assert (rows["W1"]["on_duty"], rows["W2"]["stands_for"], rows["W2"]["on_duty"]) == ("no", ["W1"], "yes")
    assert rows["W1"]["away"]["end"], "as a date-time group, too"


@pytest.mark.requirement("R2", "R19")
def test_what_arrives_calls_the_deputy(tmp_path: Path) -> None:
    sketch = Sketch.founded(seed=42)
    put(sketch, SOUTH, W1=hours(sketch, 0, 2, "R1"))
    south = Bench(Relay(sketch), SOUTH, tmp_path / "south.sqlite")
    south.follow()
    sketch.announce(NORTH, [f"{SOUTH}/OPS"], [circle(34.5, 38.3, 5_000)])
    south.follow()
    (alarm,) = [alarm for alarm in south.rang if alarm.kind == "answer_owed"]
    assert (alarm.desk, alarm.calls) == (f"{SOUTH}/OPS", f"{SOUTH}/R1")


def test_the_roster_that_the_api_tells_is_one_that_can_be_logged_again() -> None:
    sketch = Sketch.founded(seed=43)
    put(sketch, SOUTH, W1=hours(sketch, 0, 2, "R1"))
    again = sketch.compose("roster", SOUTH, public={"desks": [], "persons": person_rows(sketch.picture, SOUTH)})
    assert sketch.send(SOUTH, again, use="recovery").remarks == ()
    assert sketch.picture.persons[f"{SOUTH}/W1"].away is not None
