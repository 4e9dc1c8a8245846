"""What a named officer has silenced, over restarts: it stands, it is quiet, and the board says who and when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.apps.node.board import board
from wellclear.channel.desk import Pen, request
from wellclear.domain.entry import SALT_BYTES, Subject
from wellclear.domain.parts import RequestDetails
from wellclear.domain.quantities import dtg
from wellclear.testing.sketch import Sketch, circle

NOTHING = Subject(id="NORTHLAND-1001-9", version=1)
pytestmark = pytest.mark.requirement("R2")

NORTH, SOUTH = "NORTHLAND", "SOUTHLAND"


@pytest.fixture
def south(tmp_path: Path) -> Bench:
    bench = Bench(Relay(Sketch.founded(seed=91, epochs=True)), SOUTH, tmp_path / "south.sqlite")
    bench.follow()
    return bench


def alarm_of(south: Bench, kind: str) -> dict[str, Any]:
    rows: list[dict[str, Any]] = [row for row in board(south.core, "")["alarms"] if row["kind"] == kind]
    (row,) = rows
    return row


def silence(south: Bench, kind: str) -> None:
    south.core.alarms.see(alarm_of(south, kind)["key"], "W1", south.core.now_us)


def restart(south: Bench) -> None:
    south.core.store.close()
    south.rang.clear()
    south.clock.advance(60)
    south.relay.sketch.now_us = south.clock.utc_us
    south.start()


def hear(south: Bench) -> None:
    south.follow()
    south.fetch()
    south.core.tick()


def clash(south: Bench) -> tuple[str, str]:
    """Two notices that conflict; SOUTHLAND knows both."""
    sketch = south.relay.sketch
    mine, step = sketch.announce(SOUTH, [f"{NORTH}/OPS"], [circle(34.5, 38.3, 5_000)])
    assert step.remarks == ()
    theirs, step = sketch.announce(NORTH, [f"{SOUTH}/OPS"], [circle(34.5, 38.3, 5_000)])
    assert step.remarks == ()
    hear(south)
    return mine, theirs


def test_a_conflict_that_was_silenced_stays_so_over_restarts(south: Bench) -> None:
    clash(south)
    since = alarm_of(south, "conflict")["since"]
    silence(south, "conflict")
    at = dtg(south.core.now_us)
    for _ in range(2):
        restart(south)
        hear(south)
        row = alarm_of(south, "conflict")
        assert (row["state"], row["silenced_by"], row["silenced"]) == ("acked", "W1", at)
        assert row["since"] == since, "it has stood since then"
    assert "conflict" not in {alarm.kind for alarm in south.rang}


def test_a_conflict_that_nobody_has_seen_still_sounds_after_a_restart(south: Bench) -> None:
    clash(south)
    restart(south)
    row = alarm_of(south, "conflict")
    assert (row["state"], "silenced_by" in row) == ("unack", False)


def test_another_conflict_rings_after_a_restart(south: Bench) -> None:
    clash(south)
    silence(south, "conflict")
    restart(south)
    _, step = south.relay.sketch.announce(NORTH, [f"{SOUTH}/OPS"], [circle(34.5, 38.3, 5_000)])
    assert step.remarks == ()
    hear(south)
    assert [alarm.kind for alarm in south.rang if alarm.kind == "conflict"] == ["conflict"]


def test_what_is_owed_stays_silenced_until_its_next_rung(south: Bench) -> None:
    clash(south)
    silence(south, "notice")
    key = alarm_of(south, "notice")["key"]
    restart(south)
    assert (alarm_of(south, "notice")["state"], alarm_of(south, "notice")["silenced_by"]) == ("acked", "W1")
    deadlines = south.relay.sketch.settings.deadlines
    south.clock.advance((deadlines.receipt.P + deadlines.ack.P) / 1_000_000 + 1)
    south.core.tick()
    (row,) = [row for row in board(south.core, "")["alarms"] if row["key"] == key]
    assert (row["state"], row["rung"], "silenced_by" in row) == ("unack", "ack", False)


def test_a_host_that_is_still_away_does_not_ring_again_until_it_was_back(south: Bench) -> None:
    def away() -> str:
        for _ in range(3):
            south.clock.advance(60)
            south.core.tick()
        return str(alarm_of(south, "stale")["state"])

    assert away() == "unack"
    silence(south, "stale")
    restart(south)
    south.core.tick()
    assert away() == "acked"
    assert "stale" not in {alarm.kind for alarm in south.rang}
    restart(south)
    hear(south)
    assert away() == "unack", "it was back, and has gone again"


def test_a_request_that_is_not_answered_stands_after_a_restart(south: Bench) -> None:
    mine, _ = clash(south)
    sketch = south.relay.sketch
    pen = Pen(sketch.channel, NORTH, f"{NORTH}/OPS", sketch.now_us, lambda: bytes(SALT_BYTES))
    details = RequestDetails(group="request", datum="AMSL", lower_mm=1_000_000, upper_mm=2_000_000)
    asked = request(pen, sketch.picture, sketch.parties[NORTH].next_id(), (mine, 1), "altitude", details)
    assert sketch.send(NORTH, asked, sketch.watched(asked)).remarks == ()
    hear(south)
    silence(south, "request")
    restart(south)
    assert (alarm_of(south, "request")["state"], alarm_of(south, "request")["silenced_by"]) == ("acked", "W1")


def test_a_message_and_a_remark_that_nobody_has_seen_stand_there_after_a_restart(south: Bench) -> None:
    """They ring once; a restart takes neither from the list before an officer has seen it."""
    sketch = south.relay.sketch
    sketch.message(NORTH, [f"{SOUTH}/OPS"], "the line is down")
    none = sketch.compose("comply", SOUTH, desk=f"{SOUTH}/OPS", to=[f"{NORTH}/OPS"], subject=NOTHING)
    assert sketch.send(SOUTH, none, sketch.watched(none)).remarks
    hear(south)
    assert {"message", "remark"} <= {alarm.kind for alarm in south.rang}
    for _ in range(2):
        restart(south)
        hear(south)
        assert {"message", "remark"}.isdisjoint(alarm.kind for alarm in south.rang), "it has rung"
        assert alarm_of(south, "message")["state"] == alarm_of(south, "remark")["state"] == "unack"
    silence(south, "message")
    silence(south, "remark")
    restart(south)
    assert {"message", "remark"}.isdisjoint(alarm.kind for alarm in south.core.alarms.listed())
