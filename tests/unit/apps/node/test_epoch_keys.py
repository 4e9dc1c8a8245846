"""Which epoch keys a node holds: taken from the log by any sealing key of the party, forgotten when they are old."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.apps.node.bench import SECOND_US, Bench
from tests.unit.channel.relay import Relay
from wellclear.channel.sealing import SealingKey
from wellclear.domain.agreement import DAY_US
from wellclear.domain.canonical import b64
from wellclear.picture.picture import Picture
from wellclear.testing.sketch import Sketch

NORTH, SOUTH = "NORTHLAND", "SOUTHLAND"
NEWER = SealingKey(bytes(range(32)))


@pytest.fixture
def south(tmp_path: Path) -> Bench:
    sketch = Sketch.founded(seed=92)
    sketch.sealed = True
    sketch.message(NORTH, [f"{SOUTH}/OPS"], "under the first epoch")
    return Bench(Relay(sketch), SOUTH, tmp_path / "south.sqlite")


def renew(south: Bench) -> None:
    south.relay.sketch.open_epoch(NORTH, [SOUTH])
    south.follow()


def later(south: Bench, extra_us: int) -> None:
    """The approval's age, a day, and some more, by the channel's clock and the node's own."""
    sketch = south.relay.sketch
    picture: Picture = sketch.picture
    sketch.now_us += picture.terms.approval_age_us + DAY_US + extra_us
    for party in (NORTH, SOUTH, sketch.host):
        sketch.time(party)
    south.clock.utc_us = sketch.now_us
    south.follow()
    south.core.tick()


def held(south: Bench) -> list[int]:
    return [number for party, number in south.core.store.epoch_keys() if party == NORTH]


@pytest.mark.requirement("R25")
def test_a_renewed_epochs_key_is_forgotten_in_time(south: Bench) -> None:
    south.follow()
    south.fetch()
    renew(south)
    south.core.tick()
    assert (held(south), south.core.epochs.state_of(NORTH, 1)) == ([1, 2], "held")
    later(south, SECOND_US)
    assert (held(south), south.core.epochs.state_of(NORTH, 1)) == ([2], "deleted")
    assert not south.core.parts.wanted, "what was opened stays opened"
    south.core.store.close()
    south.start()
    assert held(south) == [2], "nor is it taken out of the log again"
    assert "was deleted here" in south.core.epochs.unreadable[NORTH, 1]


def test_a_key_is_kept_while_a_part_under_it_is_still_to_be_opened(south: Bench) -> None:
    south.follow()
    renew(south)
    later(south, SECOND_US)
    assert held(south) == [1, 2]
    south.fetch()
    south.core.tick()
    assert held(south) == [2]


def test_it_is_kept_for_an_approvals_age_and_a_day(south: Bench) -> None:
    south.follow()
    south.fetch()
    renew(south)
    later(south, -60 * SECOND_US)
    assert held(south) == [1, 2]


@pytest.mark.requirement("R25")
def test_after_a_rotation_the_node_opens_with_the_new_key_and_the_old_one(south: Bench) -> None:
    south.follow()
    sketch = south.relay.sketch
    public = {"key": b64(NEWER.public_key), "use": "sealing"}
    sketch.send(SOUTH, sketch.compose("add_key", SOUTH, public=public), use="recovery")
    sketch.message(NORTH, [f"{SOUTH}/OPS"], "under the second epoch")
    south.follow()
    assert isinstance(south.core.picture.epochs[f"{NORTH}/1"].ended, int)
    assert held(south) == [1]
    south.fetch()
    assert "no wrap for this sealing key" in south.core.epochs.unreadable[NORTH, 2]
    south.core.sealing_added([NEWER])
    south.fetch()
    assert (held(south), south.core.epochs.unreadable) == ([1, 2], {})
    assert not south.core.parts.wanted, "both messages were opened"
