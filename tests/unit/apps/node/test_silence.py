"""The host is away for a day, then comes back: who is told what, what waits, and what must be approved again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.channel.desk import message
from wellclear.channel.outbox import Item
from wellclear.domain.canonical import b64
from wellclear.domain.entry import act_hash
from wellclear.testing.sketch import Sketch, circle

NORTH, SOUTH = "NORTHLAND", "SOUTHLAND"
DAY_S = 86_400


@pytest.fixture
def south(tmp_path: Path) -> Bench:
    bench = Bench(Relay(Sketch.founded(seed=61, epochs=True)), SOUTH, tmp_path / "south.sqlite")
    bench.follow()
    return bench


def say(south: Bench, text: str) -> Item:
    pen = south.core.pen(f"{SOUTH}/OPS")
    composed = message(pen, south.core.next_id(pen.desk), [f"{NORTH}/OPS"], {"text": text, "language": "en"}, "R")
    return south.core.put(composed.act, south.relay.sketch.watched(composed), composed.stored)


def day(south: Bench) -> None:
    """Nothing is heard; the node ticks through it."""
    for _ in range(24):
        south.clock.advance(DAY_S / 24)
        south.core.tick()
        south.core.link()
    south.relay.sketch.now_us = south.clock.utc_us


@pytest.mark.requirement("R2", "R19")
def test_a_host_that_is_away_for_a_day_is_rung_once_and_nothing_is_sent_into_the_void(south: Bench) -> None:
    waiting = say(south, "before it went")
    day(south)
    assert south.core.state == "stale"
    assert [alarm.kind for alarm in south.rang] == ["stale"], "once, not every tick"
    assert waiting.id in south.core.outbox.items
    assert south.core.link() == [], "nothing is linked to a log that may have gone on"


@pytest.mark.requirement("R21", "R33")
def test_after_a_day_old_approvals_are_asked_for_again_and_new_ones_go_out(south: Bench) -> None:
    old = say(south, "approved yesterday")
    day(south)
    fresh = say(south, "approved now")
    item, _ = south.relay.sketch.announce(
        NORTH, [f"{SOUTH}/OPS"], [circle(34.5, 38.3, 5_000, start_us=south.clock.utc_us)]
    )
    south.follow()
    south.fetch()
    south.core.tick()
    assert [alarm.state for alarm in south.core.alarms.listed() if alarm.kind == "stale"] == ["cleared"]
    assert item in {alarm.item for alarm in south.rang}
    south.send()
    assert (south.core.outbox.items[old.id].state, south.core.outbox.items[old.id].reason) == (
        "refused", "STALE_APPROVAL",
    )  # fmt: skip
    assert "refused" in {alarm.kind for alarm in south.rang}, "an officer is told; nothing is dropped in silence"
    assert south.core.logged_at[b64(act_hash(fresh.act))] > 0
    assert not [step.remarks for step in south.relay.sketch.steps if step.remarks]


@pytest.mark.requirement("R39")
def test_a_copy_of_the_store_gives_the_same_digest(south: Bench, tmp_path: Path) -> None:
    """The offline copy: restored elsewhere, without network, it is verified and folds to the same picture and view."""
    south.relay.sketch.announce(NORTH, [f"{SOUTH}/OPS"], [circle(34.5, 38.3, 5_000)])
    south.follow()
    south.fetch()
    copy = tmp_path / "copy.sqlite"
    south.core.store.database.backup(copy)
    restored = Bench(south.relay, SOUTH, copy)
    assert restored.core.picture.digest == south.core.picture.digest
    assert restored.core.view == south.core.view
    raw = copy.read_bytes()
    assert b'"group":"volume"' not in raw, "and whoever finds it reads envelopes only"


@pytest.mark.requirement("R4", "R19")
def test_parts_that_did_not_come_while_the_host_was_away_are_asked_for_as_soon_as_it_is_back(south: Bench) -> None:
    """A cry for help may stand in them; the pause that has grown to minutes meanwhile is not waited for."""
    item, _ = south.relay.sketch.safety(NORTH, [f"{SOUTH}/OPS"])
    south.follow()
    for _ in range(6):
        south.fetch({})
        south.clock.advance(60)
    assert not south.core.parts.due(south.clock.monotonic_us()), "it waits"
    south.core.parts.host_is_back(south.clock.monotonic_us())
    south.fetch(south.relay.sketch.parts)
    assert south.core.view.items[item].current.safety is not None
