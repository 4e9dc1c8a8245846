"""The node without its network: receipts, rings, time, halts, restarts."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from msgspec import UNSET

from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.apps.node.parts import PATIENCE_US
from wellclear.channel.composing import Composed
from wellclear.channel.desk import ack, read_back, version_of
from wellclear.channel.outbox import decode_item
from wellclear.channel.submission import Answers, placed
from wellclear.domain import canonical
from wellclear.domain.canonical import b64
from wellclear.domain.entry import PartRef
from wellclear.domain.kinds import Receipt, public_of
from wellclear.edges.keyring import box_key
from wellclear.edges.store import Store
from wellclear.errors import Equivocation, Refused, Unverified
from wellclear.log.equivocation import check_evidence
from wellclear.log.merkle import Tree, leaf_hash
from wellclear.testing.sketch import Sketch, circle

NORTH, SOUTH, HOST = "NORTHLAND", "SOUTHLAND", "CASPIA"


@pytest.fixture
def relay() -> Relay:
    return Relay(Sketch.founded(seed=21, epochs=True))


@pytest.fixture
def south(relay: Relay, tmp_path: Path) -> Bench:
    bench = Bench(relay, SOUTH, tmp_path / "south.sqlite")
    bench.follow()
    return bench


def announced(relay: Relay, lat: float = 34.5) -> str:
    item, step = relay.sketch.announce(NORTH, [f"{SOUTH}/OPS"], [circle(lat, 38.3, 5_000)])
    assert step.remarks == ()
    return item


def receipts(bench: Bench) -> list[Receipt]:
    found = [public_of(item.act) for item in bench.core.outbox.items.values() if item.act.kind == "receipt"]
    return [body for body in found if isinstance(body, Receipt)]


@pytest.mark.requirement("R2")
def test_a_notice_rings_at_once_and_its_receipt_waits_for_its_parts(relay: Relay, south: Bench) -> None:
    item = announced(relay)
    south.follow()
    assert [alarm.item for alarm in south.rang] == [item], "before any part was fetched"
    south.core.tick()
    assert receipts(south) == []
    south.fetch()
    south.core.tick()
    assert [(body.through, body.not_opened) for body in receipts(south)] == [
        (relay.size - 1, receipts(south)[0].not_opened)
    ]
    south.send()
    assert not relay.sketch.picture.waiting.get(SOUTH)


@pytest.mark.requirement("R2")
def test_a_part_that_is_missing_or_forged_is_not_received_until_it_opens(relay: Relay, south: Bench) -> None:
    announced(relay)
    index = relay.size - 1
    south.follow()
    forged = {sha: b"\x00" + raw[1:] for sha, raw in relay.sketch.parts.items()}
    south.fetch(forged)
    south.core.tick()
    (body,) = receipts(south)
    assert isinstance(body.not_opened, list)
    assert [(row.index, row.why) for row in body.not_opened] == [(index, "unverified")]
    south.send()
    assert index in (relay.sketch.picture.waiting.get(SOUTH) or ())
    south.clock.advance(PATIENCE_US / 1_000_000)
    south.follow()
    south.fetch()
    south.core.tick()
    south.send()
    assert not relay.sketch.picture.waiting.get(SOUTH)


def test_what_never_comes_is_told_as_missing_after_a_while(relay: Relay, south: Bench) -> None:
    announced(relay)
    south.follow()
    south.fetch({})
    south.core.tick()
    assert receipts(south) == []
    south.clock.advance(PATIENCE_US / 1_000_000)
    south.follow()
    south.core.tick()
    (body,) = receipts(south)
    assert isinstance(body.not_opened, list)
    assert [row.why for row in body.not_opened] == ["missing"]


@pytest.mark.requirement("R2", "R5")
def test_an_acknowledgement_settles_the_alarm(relay: Relay, south: Bench) -> None:
    item = announced(relay)
    south.follow()
    south.fetch()
    core = south.core
    rows = read_back(version_of(core.view, item, 1))
    composed = ack(core.pen(f"{SOUTH}/OPS"), core.picture, item, 1, rows)
    core.put(composed.act, relay.sketch.watched(composed), composed.stored)
    south.send()
    assert isinstance(relay.sketch.picture.answers[f"{item}/1/{SOUTH}/OPS"].acked_us, int)
    assert [alarm for alarm in core.alarms.listed() if alarm.item == item] == []


@pytest.mark.requirement("R2")
def test_the_ladder_rings_once_for_each_rung_by_the_own_clock(relay: Relay, south: Bench) -> None:
    item = announced(relay)
    south.follow()
    south.rang.clear()
    deadlines = relay.sketch.settings.deadlines
    south.clock.advance((deadlines.receipt.P + deadlines.ack.P) / 1_000_000 + 1)
    for _ in range(3):
        south.core.tick()
    assert [alarm.rung for alarm in south.rang if alarm.item == item and alarm.kind == "answer_owed"] == ["due"]


def test_the_clock_says_the_time_when_something_became_overdue(relay: Relay, south: Bench) -> None:
    announced(relay)
    south.follow()
    south.fetch()
    deadlines = relay.sketch.settings.deadlines
    south.clock.advance((deadlines.receipt.P + deadlines.ack.P) / 1_000_000 + 1)
    relay.sketch.now_us = south.clock.utc_us
    south.follow()
    south.core.tick()
    south.core.tick()
    kinds = [item.act.kind for item in south.core.outbox.items.values()]
    assert kinds.count("time") == 1


@pytest.mark.requirement("R33")
def test_a_host_with_two_histories_halts_the_node_for_good(relay: Relay, south: Bench) -> None:
    with pytest.raises(Equivocation) as found:
        south.core.hear(relay.note(5, b"\x07" * 32))
    south.core.halt(found.value)
    assert south.core.state == "halted"
    assert [alarm.kind for alarm in south.rang] == ["halted"]
    composed = relay.sketch.compose("time", SOUTH)
    with pytest.raises(Refused, match="halted"):
        south.core.put(composed.act, (), ())
    assert south.core.link() == []
    south.core.store.close()
    south.start()
    assert south.core.state == "halted", "a restart heals nothing"


@pytest.mark.requirement("R33")
@pytest.mark.parametrize("dies", [False, True])
def test_a_proof_that_the_hosts_log_does_not_keep_convicts_it_and_loses_no_act(
    relay: Relay, south: Bench, dies: bool
) -> None:
    """The host answers with a place in one history and then shows another one; the node may be killed in between."""
    sent = south.core.put(relay.sketch.compose("time", SOUTH).act, (), ())
    (item,) = south.core.link()
    south.core.answered([item], promise(relay, item.leaf))
    if dies:
        south.core.store.close()
        south.start()
    relay.sketch.time(NORTH)
    with pytest.raises(Equivocation) as found:
        south.follow()
    check_evidence(found.value.evidence[2])
    assert south.core.place_of(sent.act) is None, "what is not in the log that we see was never announced"
    assert sent.id in south.core.outbox.items


def copied(relay: Relay, refs: list[PartRef]) -> str:
    """A notice of another member that names parts which are not its own; its id."""
    sketch, id_ = relay.sketch, relay.sketch.parties[HOST].next_id()
    told = sketch.told(sketch.notice_groups([circle(10.0, 10.0, 5_000)]), [HOST, SOUTH])
    composed = sketch.compose(
        "notice", HOST, desk=sketch.parties[HOST].desk, to=[f"{SOUTH}/OPS"], id=id_, keep_until="2026-12-01", told=told
    )
    stolen = Composed(msgspec.structs.replace(composed.act, parts=refs), composed.stored)
    assert sketch.send(HOST, stolen, sketch.released(stolen)).picture.items[id_].party == HOST
    return id_


@pytest.mark.requirement("R2")
def test_nobody_takes_anothers_part_away_by_naming_its_commitment(relay: Relay, south: Bench) -> None:
    """Both notices arrive at once, as after a night without a link; neither may hide behind the other."""
    item, mine = announced(relay), relay.size - 1
    entry = relay.sketch.logged(mine, relay.sketch.leaves[mine]).entry
    assert entry is not None
    bytes_of_others = b64(hashlib.sha256(b"something else").digest())
    copied(relay, [msgspec.structs.replace(ref, sha=bytes_of_others, to=[SOUTH]) for ref in entry.act.parts])
    south.follow()
    south.fetch(relay.sketch.parts | {bytes_of_others: b"something else"})
    assert version_of(south.core.view, item, 1).shapes is not None
    south.core.tick()
    (receipt,) = receipts(south)
    assert receipt.not_opened is not UNSET
    assert [row.index for row in receipt.not_opened] == [mine + 1]


@pytest.mark.requirement("R25", "N12")
def test_a_commitment_that_another_party_repeats_does_not_open_with_ones_own_secret(relay: Relay, south: Bench) -> None:
    """Else the verdicts about it would tell where the hidden volume lies."""
    sketch = relay.sketch
    told = sketch.told(sketch.notice_groups([circle(34.5, 38.3, 5_000)]), ())
    both, hidden = (NORTH, SOUTH), {"volume": ()}
    composed = sketch.compose(
        "notice", SOUTH, desk=f"{SOUTH}/OPS", to=[f"{NORTH}/OPS"], id=south.core.next_id(f"{SOUTH}/OPS"),
        keep_until="2026-12-01", told=[replace(row, audience=hidden.get(row.group.group, both)) for row in told],
    )  # fmt: skip
    south.core.put(composed.act, sketch.released(composed), composed.stored)
    south.send()
    item = copied(relay, [PartRef(commit=ref.commit, enc="none") for ref in composed.act.parts])
    south.follow()
    assert version_of(south.core.view, str(composed.act.id), 1).shapes is not None
    assert version_of(south.core.view, item, 1).shapes is None


def promise(relay: Relay, leaf: bytes) -> bytes:
    """The answer of a host that has logged a leaf next, in a history that it shows to nobody else."""
    other = Tree(map(leaf_hash, [*relay.sketch.leaves, leaf]))
    answer = placed(leaf_hash(leaf), relay.size, other.inclusion_proof(relay.size, other.size))
    note = relay.note(other.size, other.root()).decode()
    return canonical.encode(Answers(checkpoint=note, answers=[answer]))


def test_a_restart_gives_the_same_picture_view_and_duties(relay: Relay, south: Bench) -> None:
    item = announced(relay)
    south.follow()
    south.fetch()
    before = south.core.picture.digest, south.core.view, set(south.core.duties.owings)
    south.core.store.close()
    south.rang.clear()
    south.start()
    assert (south.core.picture.digest, south.core.view, set(south.core.duties.owings)) == before
    assert [alarm.item for alarm in south.core.alarms.listed()] == [item]
    assert south.rang == [], "what rang before the restart is shown, and quiet"


def test_a_changed_byte_in_the_own_store_stops_the_start(relay: Relay, south: Bench) -> None:
    south.core.store.database.write("UPDATE leaves SET leaf = ? WHERE number = 3", (relay.sketch.leaves[4],))
    south.core.store.close()
    with pytest.raises(Unverified):
        south.start()
    south.core.store.close()


def test_a_killed_node_sends_the_very_bytes_that_it_had_stored(relay: Relay, south: Bench, tmp_path: Path) -> None:
    """The files as they lie on the disk when it is killed: stored before sent, so nothing is lost or doubled."""
    announced(relay)
    south.follow()
    south.fetch()
    south.core.tick()
    sent = [item.leaf for item in south.core.link()]
    assert sent
    for suffix in ("", "-wal"):
        shutil.copy(f"{south.path}{suffix}", tmp_path / f"killed.sqlite{suffix}")
    signer = relay.sketch.parties[SOUTH].key("node")
    store = Store.open(tmp_path / "killed.sqlite", box_key=box_key(signer))
    assert [decode_item(row.row).leaf for row in store.outbox()] == sent
    store.close()
    killed = Bench(relay, SOUTH, tmp_path / "killed.sqlite")
    killed.follow()
    killed.clock.advance(3)
    assert [item.leaf for item in killed.core.link()] == sent
    size = relay.size
    for leaf in (*sent, *sent):
        relay.submit(leaf)
    assert relay.size == size + len(sent)
    killed.follow()
    assert killed.core.outbox.items == {}


@pytest.mark.requirement("R25")
def test_openings_lie_encrypted_in_the_store(relay: Relay, south: Bench) -> None:
    announced(relay)
    south.follow()
    south.fetch()
    raw = b"".join(path.read_bytes() for path in south.path.parent.glob("south.sqlite*"))
    assert b'"group":"volume"' not in raw
    assert south.core.store.opening(next(iter(relay.sketch.parts))) is not None


def test_an_id_that_is_only_looked_at_is_not_taken(south: Bench) -> None:
    south.follow()
    desk = f"{SOUTH}/OPS"
    first = south.core.next_id(desk)
    likely = south.core.likely_id(desk)
    assert likely == south.core.likely_id(desk) == south.core.next_id(desk) != first
