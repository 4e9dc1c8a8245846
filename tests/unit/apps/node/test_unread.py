"""What waited unread while the node asked for something else keeps nobody live for longer."""

from __future__ import annotations

from pathlib import Path

from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.apps.node.unread import AT_ONCE_US, LONG_US, Unread
from wellclear.channel.follower import STALE_AFTER_US
from wellclear.testing.sketch import Sketch

SECOND_US = 1_000_000


def test_only_what_is_there_at_once_after_something_long_may_have_waited() -> None:
    unread = Unread()
    unread.connected(0)
    unread.reads(5)
    unread.has_taken(5 + LONG_US)
    unread.reads(5 + LONG_US)
    assert unread.late_us == 0, "short work makes nothing late"
    unread.has_taken(20 * LONG_US)
    for at_us in range(20 * LONG_US, 20 * LONG_US + 3 * AT_ONCE_US, AT_ONCE_US):
        unread.reads(at_us)
        assert unread.late_us == 19 * LONG_US - 5
        unread.has_taken(at_us)
    unread.reads(21 * LONG_US)
    assert unread.late_us == 0, "it had to be waited for, so everything before it was read"
    unread.has_taken(29 * LONG_US)
    unread.connected(30 * LONG_US)
    assert unread.late_us == 0


def test_a_note_that_waited_counts_from_when_everything_was_read(tmp_path: Path) -> None:
    """Found by the simulator: `make sim SEED=388 STEPS=32` at 38fc116."""
    relay = Relay(Sketch.founded(seed=31))
    south = Bench(relay, "SOUTHLAND", tmp_path / "south.sqlite")
    south.follow()
    core, mono_us = south.core, south.core.clock.monotonic_us
    core.unread.connected(mono_us())
    core.unread.reads(mono_us())
    south.clock.advance(8)
    core.unread.has_taken(mono_us())
    core.unread.reads(mono_us())
    core.hear(relay.note())
    assert core.follower.silence_us(mono_us()) == 8 * SECOND_US
    south.clock.advance(STALE_AFTER_US // SECOND_US - 8)
    assert core.state == "live"
    south.clock.advance(1)
    assert core.state == "stale"
