"""After the rules were raised, entries that are written under older ones stand, and count for everything."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.apps.node.bench import SECOND_US, Bench
from tests.unit.apps.node.test_changing import decided, note_of
from tests.unit.channel.relay import Relay
from wellclear.channel.composing import Chain, link
from wellclear.domain.reasons import SOFT, Reason
from wellclear.picture.picture import Step
from wellclear.testing.sketch import Sketch

NORTH, SOUTH = "NORTHLAND", "SOUTHLAND"


@pytest.fixture
def south(tmp_path: Path) -> Bench:
    """A node in a channel whose rules have been raised beyond what anybody's software writes."""
    sketch = Sketch.founded(seed=96, raise_rules_us=60 * SECOND_US)
    sketch.sealed = True
    sketch.joint({"do": "rules", "base": 1, "rules": 2})
    sketch.advance(120)
    for party in (NORTH, SOUTH, sketch.host):
        sketch.time(party)
    assert sketch.picture.rules == 2
    bench = Bench(Relay(sketch), SOUTH, tmp_path / "south.sqlite")
    bench.clock.utc_us = sketch.now_us
    bench.follow()
    return bench


@pytest.mark.requirement("R4", "R25")
def test_a_key_given_out_under_older_rules_is_taken_and_opens(south: Bench) -> None:
    sketch = south.relay.sketch
    step = sketch.open_epoch(NORTH, [SOUTH])
    assert step.stands and [one.reason for one in step.remarks] == [Reason.OLDER_RULES]
    sketch.safety(NORTH, [f"{SOUTH}/OPS"])
    south.follow()
    south.fetch()
    assert not south.core.parts.wanted, "a cry for help is read"
    south.core.store.close()


@pytest.mark.requirement("R33")
def test_a_host_that_was_decided_on_under_older_rules_is_followed(south: Bench) -> None:
    relay = south.relay
    sketch, size = relay.sketch, relay.size
    decision = decided(sketch, size)
    head = (size, sketch.tree.root())
    leaf = link(decision.act, decision.approvals, sketch.parties[NORTH].key("s2"), Chain(0, None), head, sketch.now_us)
    assert [one.reason for one in sketch.log(leaf).remarks] == [Reason.OLDER_RULES]
    south.core.hear(note_of(relay), size, sketch.leaves[size:])
    assert south.core.picture.host == decision.body.host
    south.core.store.close()


def test_own_entries_under_older_rules_ring_once(south: Bench) -> None:
    for _ in range(3):
        south.relay.sketch.time(SOUTH)
    south.follow()
    rang = [alarm for alarm in south.rang if alarm.kind == "remark"]
    assert [alarm.key for alarm in rang] == ["remark/rules 1; 2 are in force/OLDER_RULES"]
    south.core.store.close()


def test_an_entry_stands_beside_soft_remarks_alone(south: Bench) -> None:
    step = south.relay.sketch.time(SOUTH)
    assert step.stands and {one.reason for one in step.remarks} <= SOFT
    hard = Step(step.picture, (), (*step.remarks, step.remarks[0].__class__(0, Reason.CLOSED, "")))
    assert not hard.stands
    south.core.store.close()
