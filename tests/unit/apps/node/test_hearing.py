"""Whose clock a node judges: claims that came fresh, while it was caught up, and never those that it missed (R20)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.apps.node.bench import SECOND_US, Bench
from tests.unit.channel.relay import Relay
from wellclear.apps.node.board import board
from wellclear.channel.composing import Chain, compose, link
from wellclear.errors import Malformed, Unverified
from wellclear.log.ed25519 import SigningKey
from wellclear.testing.sketch import Sketch

pytestmark = pytest.mark.requirement("R20")

NORTH, SOUTH = "NORTHLAND", "SOUTHLAND"
DAY_S = 86_400


@pytest.fixture
def south(tmp_path: Path) -> Bench:
    """A node that has joined, and has heard nothing yet."""
    return Bench(Relay(Sketch.founded(seed=71, epochs=True)), SOUTH, tmp_path / "south.sqlite")


def claim(south: Bench, ahead_s: float = 0) -> None:
    """NORTHLAND says a time that is so much ahead of SOUTHLAND's own clock; it is logged, and not heard yet."""
    south.relay.sketch.now_us = south.clock.utc_us + round(ahead_s * SECOND_US)
    assert south.relay.sketch.time(NORTH).remarks == ()


def day_of_claims(south: Bench) -> None:
    """A day passes; every hour NORTHLAND says the right time, and SOUTHLAND does not hear it."""
    for _ in range(24):
        south.clock.advance(DAY_S / 24)
        claim(south)
    south.clock.advance(DAY_S / 24)


def ahead_ms(south: Bench) -> dict[str, int]:
    """What the board tells of the clocks of others."""
    return {row["party"]: row["ahead_ms"] for row in board(south.core, "")["clocks"]}


def judges_nobody(south: Bench) -> bool:
    south.core.tick()
    silent = not [alarm for alarm in south.core.alarms.listed() if alarm.kind == "clock"]
    return silent and not south.core.drift.blocks_lead_time() and board(south.core, "")["drift_ms"] == 0


def test_who_joins_a_log_of_old_entries_says_nothing_of_anybodys_clock(south: Bench) -> None:
    day_of_claims(south)
    south.follow()
    assert south.core.state == "live"
    assert ahead_ms(south) == {}
    assert judges_nobody(south)


def test_a_restart_judges_nobody_by_what_was_said_meanwhile(south: Bench) -> None:
    south.follow()
    claim(south)
    south.follow()
    assert ahead_ms(south) == {NORTH: 0}
    south.core.store.close()
    day_of_claims(south)
    south.start()
    assert ahead_ms(south) == {}
    south.follow()
    assert (south.core.state, ahead_ms(south)) == ("live", {})
    assert judges_nobody(south)


def test_who_was_away_for_a_day_judges_nobody_by_what_it_missed(south: Bench) -> None:
    south.follow()
    claim(south)
    south.follow()
    day_of_claims(south)
    assert south.core.state == "stale"
    south.follow()
    assert (south.core.state, ahead_ms(south)) == ("live", {NORTH: 0})
    assert judges_nobody(south)


def test_what_was_missed_and_comes_in_two_runs_is_judged_in_neither(south: Bench) -> None:
    """The first run makes the link live again; there is more to come that is a day old all the same."""
    south.follow()
    core, sketch = south.core, south.relay.sketch
    start = core.follower.size
    claim(south)
    core.hear(south.relay.note())  # as the answer to a submission tells it, before the stream does
    day_of_claims(south)
    core.hear(south.relay.note(), start, sketch.leaves[start : start + 2])
    assert (core.follower.size, core.state) == (start + 1, "live")
    south.follow()
    assert core.follower.size == south.relay.size
    assert ahead_ms(south) == {}
    assert judges_nobody(south)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("off_s", "shown", "blocks"), [(2, False, False), (2.001, True, False), (30, True, False), (31, True, True)]
)
@pytest.mark.parametrize("after", ["joining", "a day away"])
def test_a_fresh_claim_is_judged(south: Bench, after: str, sign: int, off_s: float, shown: bool, blocks: bool) -> None:
    south.follow()
    if after == "a day away":
        day_of_claims(south)
        south.follow()
    claim(south, sign * off_s)
    south.follow()
    (drift,) = south.core.drift.all()
    assert ahead_ms(south) == {NORTH: sign * round(off_s * 1000)}
    assert (drift.shown, drift.blocks_lead_time) == (shown, blocks)
    assert south.core.drift.blocks_lead_time() is blocks
    south.core.tick()
    assert [alarm.kind for alarm in south.rang if alarm.kind == "clock"] == ["clock"] * blocks


def test_a_host_sets_no_others_clock_by_what_it_should_have_refused(south: Bench) -> None:
    """It logs NORTHLAND's own old claims once more, and one in NORTHLAND's name that somebody else has linked."""
    sketch = south.relay.sketch
    claim(south)
    old = sketch.leaves[-1]
    south.clock.advance(3_600)
    south.follow()
    claim(south)
    south.follow()
    assert ahead_ms(south) == {NORTH: 0}
    for _ in range(9):
        assert sketch.log(old).remarks
    act = compose("time", channel=sketch.channel, party=NORTH, said_us=sketch.now_us).act
    for key in (sketch.parties["CASPIA"].key("sequencer"), SigningKey(bytes(32))):
        leaf = link(act, (), key, Chain(0, None), (1, sketch.tree.root(1)), sketch.now_us + 3_600 * SECOND_US)
        assert sketch.log(leaf).remarks
    south.follow()
    assert ahead_ms(south) == {NORTH: 0}
    assert judges_nobody(south)


@pytest.mark.parametrize("seconds", [8, 60])
def test_what_was_queued_during_a_long_catch_up_is_judged_only_after_a_look(
    south: Bench, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    """Seconds of folding; what NORTHLAND says meanwhile waits in the socket, and is late by as much."""
    core, sketch = south.core, south.relay.sketch
    detect = core.detect

    def slowly() -> None:
        detect()
        south.clock.advance(seconds)

    monkeypatch.setattr(core, "detect", slowly)
    core.hear(south.relay.note(), 0, sketch.leaves)
    monkeypatch.setattr(core, "detect", detect)
    south.clock.advance(-5)
    claim(south)  # said five seconds ago, while this node was at work
    south.clock.advance(5)
    assert (core.state, core.wants_look) == (("live", True) if seconds < 10 else ("stale", False))
    south.look()
    south.follow()
    assert ahead_ms(south) == {}
    assert judges_nobody(south)
    claim(south, 5)
    south.follow()
    assert ahead_ms(south) == {NORTH: 5_000}


def test_long_work_between_two_entries_makes_the_second_one_no_witness(south: Bench) -> None:
    south.follow()
    claim(south)
    south.follow()
    with south.core.working():
        claim(south)
        south.clock.advance(5)
    south.follow()
    assert ahead_ms(south) == {NORTH: 0}
    assert [len(kept) for kept in south.core.drift._ahead.values()] == [1]
    claim(south)
    south.follow()
    assert [len(kept) for kept in south.core.drift._ahead.values()] == [2]


def test_a_note_that_is_not_the_hosts_says_nothing_of_its_log(south: Bench) -> None:
    south.core.hear(south.relay.note(), 0, south.relay.sketch.leaves)
    with pytest.raises((Malformed, Unverified)):
        south.core.looked(b"a note")
    assert south.core.wants_look
