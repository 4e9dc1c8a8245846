"""What a world writes down: states that items of an outbox go through, and what a change of host makes void."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from wellclear.channel.outbox import Item
from wellclear.testing.sketch import Sketch
from wellclear.testing.world.ledger import Ledger, Rang
from wellclear.testing.world.witness import Seen


@pytest.fixture
def item() -> Item:
    sketch = Sketch.founded(seed=1)
    return Item("name", 1, sketch.compose("time", "NORTHLAND").act, (), ())


def test_every_change_of_a_state_is_counted_once(item: Item) -> None:
    counts = Counter[str]()
    seen = Seen({}, lambda what: counts.update([what]))
    seen["name"] = item
    seen["name"] = replace(item, reason="RATE")
    seen["name"] = replace(item, state="linked")
    del seen["name"]
    seen["name"] = item
    assert seen.pop("name") is item
    assert seen.pop("name", None) is None
    assert counts == {
        "outbox new > waiting": 2, "outbox waiting > linked": 1, "outbox linked > gone": 1,
        "outbox waiting > dropped": 1,
    }  # fmt: skip


def test_what_was_seen_beyond_a_decision_stands_no_more() -> None:
    ledger = Ledger()
    for index, at_us in ((1, 10), (2, 11)):
        ledger.ring(Rang("NORTHLAND", f"ack/{index}", "due", "no_answer", at_us, at_us, 1, index=index))
    ledger.decide(20, 2)
    assert ledger.rung_at == {"NORTHLAND": {"ack/1/due"}}
    assert [ledger.voided(index, 10) for index in (1, 2)] == [False, True]
    assert not ledger.voided(2, 21)
