"""A node's store under decisions about the host: what is cut, what waits again, what is refused, what is believed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.apps.node.board import link as board_link
from wellclear.apps.node.changing import bound_of, follow_decision
from wellclear.channel.composing import Chain, approve, link
from wellclear.channel.desk import Pen, write_act
from wellclear.channel.host_change import Decision, card_of, decide, read_decision
from wellclear.channel.outbox import decode_item
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.kinds import HostCard, HostChange
from wellclear.edges.keyring import box_key
from wellclear.edges.store import Store
from wellclear.errors import Equivocation, Malformed, Refused, Unverified
from wellclear.log.checkpoint import Checkpoint, sign_checkpoint
from wellclear.log.equivocation import check_pair
from wellclear.log.merkle import Tree, leaf_hash
from wellclear.testing.sketch import Sketch

NORTH, SOUTH = "NORTHLAND", "SOUTHLAND"
ORIGIN = "north.example/sketch"


@pytest.fixture
def relay() -> Relay:
    return Relay(Sketch.founded(seed=31, epochs=True))


@pytest.fixture
def south(relay: Relay, tmp_path: Path) -> Bench:
    bench = Bench(relay, SOUTH, tmp_path / "south.sqlite")
    bench.follow()
    return bench


def new_host(sketch: Sketch) -> HostCard:
    key = sketch.parties[NORTH].public
    return card_of(NORTH, ORIGIN, key("log2"), key("s2"))


def decided(
    sketch: Sketch, size: int, *heads: str, leaves: list[bytes] | None = None, host: HostCard | None = None
) -> Decision:
    root = Tree(map(leaf_hash, leaves or sketch.leaves)).root(size)
    body = HostChange(size=size, root=b64(root), host=host or new_host(sketch))
    decision = decide(sketch.channel, body, sketch.now_us, "http://127.0.0.1:1")
    for name in heads or (SOUTH,):
        signer = sketch.parties[name].key("head_of_delegation")
        decision = decision.approved(approve(decision.act, signer, "head_of_delegation"))
    return read_decision(decision.encode())


def message(bench: Bench, text: str) -> str:
    """A message of this desk into its outbox; its act's name."""
    core = bench.core
    pen: Pen = core.pen(f"{SOUTH}/OPS")
    group = {"group": "message", "language": "en", "text": text}
    said = write_act(pen, "message", [group], {"to": [f"{NORTH}/OPS"], "id": core.next_id(f"{SOUTH}/OPS")})
    return core.put(said.act, bench.relay.sketch.watched(said), said.stored).id


def decide_at(bench: Bench, decision: Decision) -> tuple[int, int]:
    """As `host change follow`: the node stops, its store is changed, the node starts again. Size and what waits."""
    bench.core.store.close()
    signer = bench.relay.sketch.parties[SOUTH].key("node")
    store = Store.open(bench.path, box_key=box_key(signer))
    try:
        done = follow_decision(store, SOUTH, signer, decision)
        assert (bound := bound_of(store)) is not None and bound == decision.body
    finally:
        store.close()
        bench.start()
        bench.core.follower.bound = bound_of(bench.core.store)
    return done.size, done.waiting


def take_over(relay: Relay, decision: Decision, size: int) -> bytes:
    """The sketch goes on at the new host; its note over the first entry."""
    old = relay.sketch
    fresh = Sketch.founded(seed=old.seed)
    assert fresh.leaves == old.leaves[: len(fresh.leaves)]
    for leaf in old.leaves[len(fresh.leaves) : size]:
        fresh.log(leaf)
    head = (size, fresh.tree.root(size))
    leaf = link(decision.act, decision.approvals, old.parties[NORTH].key("s2"), Chain(0, None), head, old.now_us)
    assert fresh.log(leaf).remarks == ()
    relay.sketch = fresh
    return note_of(relay)


def note_of(relay: Relay) -> bytes:
    sketch = relay.sketch
    checkpoint = Checkpoint(ORIGIN, len(sketch.leaves), sketch.tree.root())
    return sign_checkpoint(checkpoint, sketch.parties[NORTH].key("log2"))


def evidence_of(one: bytes, other: bytes, sketch: Sketch) -> bytes:
    """The file that convicts the sketch's first host by two notes of one size."""
    with pytest.raises(Equivocation) as found:
        check_pair(one, other, sketch.origin, unb64(sketch.parties[sketch.host].public("log")))
    return found.value.evidence[2]


@pytest.mark.requirement("R33")
def test_what_was_cut_away_waits_again_and_is_logged_once(relay: Relay, south: Bench) -> None:
    start = relay.size
    cut = message(south, "cut away")
    south.send()
    relay.sketch.time("CASPIA")
    old_note = relay.note()
    south.follow()
    assert south.core.follower.size == relay.size > start
    waiting = message(south, "never sent")
    decision = decided(relay.sketch, start)
    size, count = decide_at(south, decision)
    assert size <= start
    assert count == 2
    assert [item.id for item in sorted(south.core.outbox.items.values(), key=lambda item: item.number)] == [
        cut,
        waiting,
    ]

    old = relay.sketch.leaves
    with pytest.raises(Unverified):  # the old host's word beyond the decision is void
        south.core.hear(old_note, size, old[size:])
    assert south.core.follower.size == size
    note = take_over(relay, decision, start)
    south.core.hear(note, size, relay.sketch.leaves[size:])
    assert south.core.picture.host == new_host(relay.sketch)
    assert south.core.picture.digest == relay.sketch.picture.digest
    for item in south.core.link():
        sent = [b64(hashlib.sha256(raw).digest()) for raw in item.parts]
        assert sent == [ref.sha for ref in item.act.parts], "the bytes that travelled, as the act names them"
        relay.submit(item.leaf)
        south.keep_parts(item.act, item.parts)
    south.core.hear(note_of(relay), south.core.follower.size, relay.sketch.leaves[south.core.follower.size :])
    assert [item for item in south.core.outbox.items.values() if item.state != "logged"] == []
    assert sum(b'"kind":"message"' in leaf for leaf in relay.sketch.leaves) == 2


def test_a_decision_is_taken_once(relay: Relay, south: Bench) -> None:
    size = relay.size
    decision = decided(relay.sketch, size)
    assert decide_at(south, decision) == (size, 0)
    south.core.hear(take_over(relay, decision, size), size, relay.sketch.leaves[size:])
    south.core.store.close()
    south.start()
    assert decide_at(south, decision) == (size + 1, 0), "the log has come to it already"
    assert south.core.picture.host == new_host(relay.sketch)


def test_what_a_principal_has_named_is_not_cut_away(relay: Relay, south: Bench) -> None:
    start = relay.size
    for _ in range(2):
        relay.sketch.time(NORTH)
    south.follow()
    before = south.core.store.size()
    with pytest.raises(Refused, match=f"{NORTH} has named a log of {start + 1} in entry {start + 1}"):
        decide_at(south, decided(relay.sketch, start))
    south.follow()
    message(south, "names the whole log")
    assert len(south.core.link()) == 1  # sent, and perhaps never logged
    with pytest.raises(Refused, match=f"this party has named a log of {start + 2}"):
        decide_at(south, decided(relay.sketch, start + 1))
    assert south.core.store.size() == before


def test_only_the_heads_decide(relay: Relay, south: Bench) -> None:
    size = relay.size
    with pytest.raises(Refused, match="MISSING_APPROVAL"):
        decide_at(south, decided(relay.sketch, size, NORTH))
    longer = decided(relay.sketch, size)
    forged = longer.encode().replace(b'"said":1', b'"said":2')
    with pytest.raises(Refused, match="BAD_APPROVAL"):
        decide_at(south, read_decision(forged))
    for raw in (b"", b"{}", b"x" * 70_000, longer.encode().replace(b"host_change", b"revoke")):
        with pytest.raises(Malformed):
            read_decision(raw)
    other = Sketch.founded(seed=32, epochs=True)
    with pytest.raises(Refused, match="OTHER_CHANNEL"):
        decide_at(south, decided(other, size))
    assert south.core.store.size() == size


@pytest.mark.requirement("R33")
def test_a_halt_ends_by_a_change_of_host_even_on_the_other_history(relay: Relay, south: Bench) -> None:
    start = relay.size
    kept = list(relay.sketch.leaves)
    message(south, "said in the other history")
    south.send()
    (act,) = [leaf for leaf in relay.sketch.leaves[start:] if b'"kind":"message"' in leaf]
    fork = Sketch.founded(seed=31, epochs=True)
    assert fork.leaves == kept
    while len(fork.leaves) < relay.size:
        fork.time("CASPIA")
    with pytest.raises(Equivocation) as found:
        south.core.hear(relay.note(root=fork.tree.root()))
    south.core.halt(found.value)
    assert south.core.state == "halted"
    decision = decided(fork, len(fork.leaves), leaves=fork.leaves)
    assert decide_at(south, decision)[0] == 0
    assert south.core.state == "stale"
    names = {decode_item(row.row).id for row in south.core.store.outbox()}
    head = (len(fork.leaves), fork.tree.root())
    signer = fork.parties[NORTH].key("s2")
    assert fork.log(link(decision.act, decision.approvals, signer, Chain(0, None), head, fork.now_us)).remarks == ()
    relay.sketch = fork
    south.core.hear(note_of(relay), 0, fork.leaves)
    assert south.core.picture.digest == fork.picture.digest
    assert act not in fork.leaves
    left = [item.id for item in south.core.outbox.items.values() if item.state == "waiting"]
    assert len(left) == 1 and set(left) <= names


@pytest.mark.requirement("R33")
def test_a_node_that_follows_on_the_other_history_says_that_its_log_differs(relay: Relay, south: Bench) -> None:
    """It was never shown both, so nothing here convicts the old host; another party's evidence does."""
    fork = Sketch.founded(seed=31, epochs=True)
    relay.sketch.time("NORTHLAND")
    south.follow()
    mine = relay.note()
    for _ in range(3):
        fork.time("CASPIA")
    decision = decided(fork, len(fork.leaves), leaves=fork.leaves)
    own = south.core.follower.size
    assert decide_at(south, decision)[0] == own < len(fork.leaves), "it is shorter, and cannot tell"
    theirs = relay.note(own, fork.tree.root(own))
    relay.sketch = fork
    head = (len(fork.leaves), fork.tree.root())
    signer = fork.parties[NORTH].key("s2")
    assert fork.log(link(decision.act, decision.approvals, signer, Chain(0, None), head, fork.now_us)).remarks == ()
    assert not south.core.why_silent, "nothing was shown yet"
    with pytest.raises(Unverified):
        south.core.hear(note_of(relay), own, fork.leaves[own:])
    south.clock.advance(30)
    south.core.tick()
    said = [alarm.words for alarm in south.core.alarms.listed() if alarm.key == "link"]
    assert said == [south.core.why_silent] and said[0].startswith("this log differs from the one that the heads")
    assert said[0] in board_link(south.core, "no words")["words"]
    with pytest.raises(Equivocation) as found:
        south.core.hear_peer(evidence_of(mine, theirs, fork))
    south.core.halt(found.value)
    assert decide_at(south, decision)[0] == 0
    south.core.hear(note_of(relay), 0, fork.leaves)
    assert (south.core.picture.digest, south.core.why_silent) == (fork.picture.digest, "")


@pytest.mark.requirement("R33")
def test_what_stands_at_a_place_that_rang_in_the_other_history_rings_all_the_same(relay: Relay, south: Bench) -> None:
    """A host that splits its log cannot use up the alarms of the true one; what is the same in both stays quiet."""
    fork = Sketch.founded(seed=31, epochs=True)
    for sketch in (relay.sketch, fork):
        sketch.message(NORTH, [f"{SOUTH}/OPS"], "in both")
    relay.sketch.message(NORTH, [f"{SOUTH}/OPS"], "of the false history")
    south.follow()
    assert [alarm.kind for alarm in south.rang] == ["message", "message"]
    for alarm in south.core.alarms.listed():
        south.core.alarms.see(alarm.key, "W1", south.core.now_us)
    fork.time("CASPIA")
    assert len(fork.leaves) == relay.size
    with pytest.raises(Equivocation) as found:
        south.core.hear(relay.note(root=fork.tree.root()))
    south.core.halt(found.value)
    size = len(fork.leaves)
    fork = Sketch.founded(seed=31, epochs=True)
    fork.message(NORTH, [f"{SOUTH}/OPS"], "in both")
    fork.message(NORTH, [f"{SOUTH}/OPS"], "of the true history, at the same place")
    assert len(fork.leaves) == size
    decision = decided(fork, size, leaves=fork.leaves)
    decide_at(south, decision)
    south.rang.clear()
    signer = fork.parties[NORTH].key("s2")
    head = (size, fork.tree.root())
    assert fork.log(link(decision.act, decision.approvals, signer, Chain(0, None), head, fork.now_us)).remarks == ()
    relay.sketch = fork
    south.core.hear(note_of(relay), 0, fork.leaves)
    assert [alarm.kind for alarm in south.rang] == ["message"]
    assert [alarm.index for alarm in south.core.alarms.listed() if alarm.kind == "message"] == [size - 1]


@pytest.mark.requirement("R33")
def test_a_second_host_that_signs_two_histories_rings_as_the_first_did(relay: Relay, south: Bench) -> None:
    with pytest.raises(Equivocation) as found:
        south.core.hear(relay.note(root=bytes(32)))
    south.core.halt(found.value)
    south.core.alarms.see("halted", "W1", south.core.now_us)
    south.core.store.close()
    south.start()
    assert [alarm.seen_by for alarm in south.core.alarms.listed()] == ["W1"], "a restart keeps the silence"
    decision = decided(relay.sketch, relay.size)
    decide_at(south, decision)
    note = take_over(relay, decision, relay.size)
    south.core.hear(note, south.core.follower.size, relay.sketch.leaves[south.core.follower.size :])
    assert south.core.state == "live" and not south.core.alarms.listed()
    south.rang.clear()
    checkpoint = Checkpoint(ORIGIN, relay.size, bytes(32))
    with pytest.raises(Equivocation) as found:
        south.core.hear(sign_checkpoint(checkpoint, relay.sketch.parties[NORTH].key("log2")))
    south.core.halt(found.value)
    assert [alarm.kind for alarm in south.rang] == ["halted"]
    assert [alarm.state for alarm in south.core.alarms.listed()] == ["unack"]


def test_a_node_that_was_overruled_follows_the_resumed_host(relay: Relay, south: Bench) -> None:
    """The host was restored from a copy that lacks what it had signed to SOUTHLAND, which was not there to say so."""
    start = relay.size
    for text in ("first", "second"):
        message(south, text)
        south.send()
    host = relay.sketch.picture.host
    for heads in ((SOUTH, NORTH), (SOUTH,)):
        with pytest.raises(Refused, match="has named a log"):
            decide_at(south, decided(relay.sketch, start, *heads, host=host))
    size, waiting = decide_at(south, decided(relay.sketch, start, NORTH, host=host))
    assert size <= start and waiting == 2
    relay.sketch = Sketch.founded(seed=31, epochs=True)
    relay.__post_init__()
    relay.sketch.time(NORTH)
    south.core.hear(relay.note(), size, relay.sketch.leaves[size:])
    south.send()
    assert sum(b'"kind":"message"' in leaf for leaf in relay.sketch.leaves) == 2
    assert south.core.picture.digest == relay.sketch.picture.digest


def test_a_node_that_has_heard_nothing_yet_follows_as_well(relay: Relay, tmp_path: Path) -> None:
    """Found by the simulator: `make sim SEED=206 STEPS=50` at 38fc116."""
    relay.sketch.time(NORTH)
    decision = decided(relay.sketch, relay.size)
    south = Bench(relay, SOUTH, tmp_path / "south.sqlite")
    assert decide_at(south, decision) == (0, 0)
    size = relay.size
    south.core.hear(take_over(relay, decision, size), 0, relay.sketch.leaves)
    assert south.core.picture.host == new_host(relay.sketch)
    assert (south.core.state, south.core.follower.size) == ("live", size + 1)


def test_a_node_that_has_heard_nothing_yet_refuses_a_decision_about_another_channel(
    relay: Relay, tmp_path: Path
) -> None:
    other = Sketch.founded(seed=32)
    south = Bench(relay, SOUTH, tmp_path / "south.sqlite")
    with pytest.raises(Refused, match="OTHER_CHANNEL"):
        decide_at(south, decided(other, len(other.leaves)))
