"""The node's disk is full at any of its writes: it rings, claims nothing, and catches up once there is room."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from tests.unit.edges.faulty import Plan
from wellclear.apps.node.core import NodeCore
from wellclear.apps.node.epochs import NodeKeys
from wellclear.channel.composing import Composed
from wellclear.channel.desk import ack, message, read_back, version_of
from wellclear.channel.opening import open_leaf
from wellclear.channel.outbox import decode_item
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import Approval, PartRef, act_hash
from wellclear.edges.keyring import box_key
from wellclear.edges.store import Store
from wellclear.errors import Equivocation, InvalidValue, Misconfigured, Refused, Unavailable
from wellclear.testing.sketch import Sketch, circle

NORTH, SOUTH = "NORTHLAND", "SOUTHLAND"
FOR_EVER = 10_000
WRITES_OF_THE_STORY = 48
"""More than following, opening, receipting and answering one notice take; past its end nothing is struck."""


@dataclass
class FullBench(Bench):
    """A node whose store fails when the plan says so."""

    plan: Plan = field(default_factory=Plan)

    def start(self) -> None:
        party, channel = self.relay.sketch.parties[self.party], self.relay.sketch.channel
        keys = NodeKeys(party.key("node"), party.sealing)
        box = box_key(keys.signer)
        if not self.path.exists():
            Store.create(self.path, channel, box_key=box).close()
        store = Store.open(self.path, box_key=box, connecting=self.plan.connect)
        self.core = NodeCore(self.party, channel, store, keys, self.clock, self.entropy)
        self.core.alarms.on_ring = self.rang.append
        self.core.replay()

    def fetch(self, stored: dict[str, bytes] | None = None) -> None:
        """As the service does: all that came together."""
        rows = self.core.parts.due(self.clock.monotonic_us())
        self.core.parts_came(rows, [(stored or self.relay.sketch.parts).get(str(row.ref.sha)) for row in rows])

    def room(self) -> None:
        self.plan.at = -1


@pytest.fixture
def south(tmp_path: Path) -> FullBench:
    bench = FullBench(Relay(Sketch.founded(seed=23, epochs=True)), SOUTH, tmp_path / "south.sqlite")
    bench.follow()
    return bench


def announced(south: FullBench) -> str:
    item, step = south.relay.sketch.announce(NORTH, [f"{SOUTH}/OPS"], [circle(34.5, 38.3, 5_000)])
    assert step.remarks == ()
    return item


def tried(south: FullBench, step: Callable[[], Any]) -> None:
    """One step of the service, which tells a fault of the store and goes on."""
    try:
        step()
    except (Unavailable, Misconfigured) as error:
        south.core.ringing.disk(str(error), south.core.now_us)


def answer(south: FullBench, item: str) -> None:
    core = south.core
    if item in core.view.items and version_of(core.view, item, 1).shapes is not None:
        composed = ack(core.pen(f"{SOUTH}/OPS"), core.picture, item, 1, read_back(version_of(core.view, item, 1)))
        core.put(composed.act, south.relay.sketch.watched(composed), composed.stored)


def story(south: FullBench, item: str) -> None:
    tried(south, south.follow)
    tried(south, south.fetch)
    tried(south, south.core.tick)
    tried(south, south.send)
    acked = south.relay.sketch.picture.answers[f"{item}/1/{SOUTH}/OPS"].acked_us
    if not isinstance(acked, int) and not any(one.act.kind == "ack" for one in south.core.outbox.items.values()):
        try:
            tried(south, lambda: answer(south, item))
        except (Refused, InvalidValue) as error:
            raise AssertionError("an officer's answer was refused") from error
    tried(south, south.send)


@pytest.mark.requirement("R2", "R33")
@pytest.mark.parametrize("code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY], ids=["full", "read-only"])
@pytest.mark.parametrize("write", range(WRITES_OF_THE_STORY))
def test_whichever_write_finds_the_disk_full_nothing_is_lost_doubled_or_silent(
    south: FullBench, write: int, code: int
) -> None:
    item, start = announced(south), south.relay.size
    south.plan.arm(write, after=False, times=FOR_EVER, code=code)
    story(south, item)
    struck = south.plan.struck
    received = not south.relay.sketch.picture.waiting.get(SOUTH)
    opened = item in south.core.view.items and version_of(south.core.view, item, 1).shapes is not None
    assert opened or not received, "no receipt claims what was never shown"
    if struck:
        assert any(alarm.kind == "disk" for alarm in south.rang), "somebody is told"
    south.room()
    for _ in range(4):
        south.clock.advance(3)
        story(south, item)
    kinds = [entry_kind(leaf) for leaf in south.relay.sketch.leaves[start:]]
    assert kinds.count("ack") == 1
    assert kinds.count("receipt") <= 1, "none where the acknowledgement was first: it is a receipt too"
    assert not south.relay.sketch.picture.waiting.get(SOUTH)
    assert [alarm.item for alarm in south.rang if alarm.kind == "answer_owed"][:1] == [item]
    south.relay.sketch.time(NORTH)
    south.follow()
    assert south.core.outbox.items == {}, "with the next entry at the latest"
    assert south.core.picture.digest == south.relay.sketch.picture.digest
    rows = [decode_item(row.row).state for row in south.core.store.outbox()]
    assert rows == [], "and a restart finds nothing left over"


@pytest.mark.requirement("R2", "R33")
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("write", range(WRITES_OF_THE_STORY))
def test_whichever_write_reports_an_error_once_the_node_goes_on_without_a_restart(
    south: FullBench, write: int, after: bool
) -> None:
    """Also where it took effect: the node's log and its store must not part."""
    item, start = announced(south), south.relay.size
    south.plan.arm(write, after=after)
    story(south, item)
    for _ in range(4):
        received = "receipt" in [entry_kind(leaf) for leaf in south.relay.sketch.leaves[start:]]
        kept = all(south.core.store.opening(ref.commit) for ref in parts_of(south))
        assert kept or not received, "no receipt claims what is not kept"
        south.clock.advance(3)
        story(south, item)
    assert [entry_kind(leaf) for leaf in south.relay.sketch.leaves[start:]].count("ack") == 1
    assert not south.relay.sketch.picture.waiting.get(SOUTH)
    south.relay.sketch.time(NORTH)
    south.follow()
    assert south.core.follower.size == south.core.store.size() == south.relay.size
    assert south.core.picture.digest == south.relay.sketch.picture.digest


def parts_of(south: FullBench) -> list[PartRef]:
    """Of every notice in the log."""
    entries = [open_leaf(0, leaf).entry for leaf in south.relay.sketch.leaves]
    return [ref for entry in entries if entry is not None and entry.act.kind == "notice" for ref in entry.act.parts]


def entry_kind(leaf: bytes) -> str:
    return leaf.partition(b'"kind":"')[2].partition(b'"')[0].decode("ascii")


@pytest.mark.requirement("R2")
def test_an_alarm_rings_once_although_the_store_cannot_remember_it(south: FullBench) -> None:
    south.plan.arm(0, after=False, times=FOR_EVER, code=sqlite3.SQLITE_FULL)
    for _ in range(3):
        south.core.ringing.disk("the disk is full", south.core.now_us)
    assert [alarm.kind for alarm in south.rang] == ["disk"]
    assert [(alarm.kind, alarm.state) for alarm in south.core.alarms.listed()] == [("disk", "unack")]
    south.room()
    south.core.ringing.disk("the disk is full", south.core.now_us)
    assert len(south.rang) == 1


def test_an_officers_act_that_cannot_be_stored_is_not_taken(south: FullBench) -> None:
    """She is told at once, and nothing of it goes out behind her back."""
    core = south.core
    pen = core.pen(f"{SOUTH}/OPS")
    composed = message(pen, core.next_id(pen.desk), [f"{NORTH}/OPS"], {"text": "later", "language": "en"}, "R")
    approvals = south.relay.sketch.watched(composed)
    south.plan.arm(0, after=False, times=FOR_EVER, code=sqlite3.SQLITE_FULL)
    with pytest.raises(Unavailable, match="the disk is full"):
        core.put(composed.act, approvals, composed.stored)
    assert core.outbox.items == {}
    south.room()
    core.put(composed.act, approvals, composed.stored)
    south.send()
    assert entry_kind(south.relay.sketch.leaves[-1]) == "message"


def test_a_link_that_was_not_stored_is_not_sent(south: FullBench) -> None:
    core = south.core
    pen = core.pen(f"{SOUTH}/OPS")
    composed = message(pen, core.next_id(pen.desk), [f"{NORTH}/OPS"], {"text": "later", "language": "en"}, "R")
    core.put(composed.act, south.relay.sketch.watched(composed), composed.stored)
    south.plan.arm(0, after=False, times=FOR_EVER, code=sqlite3.SQLITE_FULL)
    for _ in range(2):
        with pytest.raises(Unavailable):
            core.link()
        assert [item.state for item in core.outbox.items.values()] == ["waiting"]
    south.room()
    assert [item.state for item in core.link()] == ["linked"]


def said_to(south: FullBench) -> tuple[Composed, list[Approval]]:
    core = south.core
    pen = core.pen(f"{SOUTH}/OPS")
    composed = message(pen, core.next_id(pen.desk), [f"{NORTH}/OPS"], {"text": "later", "language": "en"}, "R")
    return composed, list(south.relay.sketch.watched(composed))


def commit_of_put(south: FullBench) -> int:
    """Which of the writes of a put is its commit."""
    composed, approvals = said_to(south)
    south.plan.arm(FOR_EVER, after=False)
    south.core.put(composed.act, approvals, composed.stored)
    return south.plan.seen - 1


def test_who_was_told_that_an_act_was_not_stored_does_not_find_it_after_a_restart(south: FullBench) -> None:
    """The commit took effect, and reported an error all the same."""
    commit = commit_of_put(south)
    south.send()
    composed, approvals = said_to(south)
    south.plan.arm(commit, after=True)
    with pytest.raises(Unavailable, match=r"the disk reports an error$"):
        south.core.put(composed.act, approvals, composed.stored)
    assert south.plan.struck == 1
    restart(south)
    assert b64(act_hash(composed.act)) not in south.core.outbox.items


@pytest.mark.parametrize("times", [2, 12])
def test_where_that_cannot_be_made_true_the_officer_is_told_so_and_it_is_tried_again(
    south: FullBench, times: int
) -> None:
    commit = commit_of_put(south)
    south.send()
    composed, approvals = said_to(south)
    name = b64(act_hash(composed.act))
    south.plan.arm(commit, after=True, times=FOR_EVER)
    with pytest.raises(Unavailable, match="not known whether this was stored"):
        south.core.put(composed.act, approvals, composed.stored)
    assert name not in south.core.outbox.items, "and it is not sent"
    for _ in range(times):
        south.core.tick()
    assert name in south.core.unstored
    assert [alarm.kind for alarm in south.rang] == ["disk"]
    south.room()
    south.core.tick()
    assert name not in south.core.unstored
    restart(south)
    assert name not in south.core.outbox.items


def test_an_act_that_is_put_again_after_a_failure_is_not_taken_back(south: FullBench) -> None:
    commit = commit_of_put(south)
    south.send()
    composed, approvals = said_to(south)
    south.plan.arm(commit, after=True, times=2)
    with pytest.raises(Unavailable, match="not known"):
        south.core.put(composed.act, approvals, composed.stored)
    south.room()
    item = south.core.put(composed.act, approvals, composed.stored)
    south.core.tick()
    restart(south)
    assert south.core.outbox.items[item.id].parts == item.parts


@pytest.mark.parametrize("again", [True, False])
def test_an_officers_word_that_could_not_be_stored_was_not_given(south: FullBench, again: bool) -> None:
    composed, approvals = said_to(south)
    item = south.core.put(composed.act, approvals, composed.stored)
    south.core.restored()
    name = unb64(item.id).hex()
    south.plan.arm(2 if again else 3, after=True)
    with pytest.raises(Unavailable, match=r"the disk reports an error$"):
        south.core.decide(name, again=again)
    assert south.plan.struck == 1
    restart(south)
    assert (south.core.outbox.items[item.id].state, south.core.outbox.items[item.id].parts) == ("held", item.parts)


def restart(south: FullBench) -> None:
    south.core.store.close()
    south.room()
    south.start()


@pytest.mark.parametrize("code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY], ids=["full", "read-only"])
def test_evidence_that_the_disk_did_not_take_is_tried_at_each_tick_until_it_is_kept(
    south: FullBench, code: int
) -> None:
    with pytest.raises(Equivocation) as found:
        south.core.hear(south.relay.note(root=bytes(32)))
    south.plan.arm(0, after=False, times=FOR_EVER, code=code)
    south.core.halt(found.value)
    assert sorted(alarm.kind for alarm in south.rang) == ["disk", "halted"]
    south.clock.advance(61)
    south.core.tick()
    assert [alarm.kind for alarm in south.rang].count("disk") == 2, "it rings as long as that is so"
    south.room()
    south.core.tick()
    restart(south)
    assert south.core.state == "halted" and south.core.evidence == found.value.evidence[2]
