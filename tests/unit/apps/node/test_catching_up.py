"""A node that was away takes what it has missed in pieces: whole at each of them, alive in between, not live yet."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.apps.node.bench import Bench
from tests.unit.apps.node.test_changing import decide_at, decided, note_of, take_over
from tests.unit.channel.relay import Relay
from wellclear.apps.node import board as boards
from wellclear.apps.node.service import NodeService
from wellclear.channel.desk import safety
from wellclear.channel.outbox import Item
from wellclear.edges.client import HostClient
from wellclear.errors import Equivocation, Unverified
from wellclear.testing.sketch import Sketch, circle

NORTH, SOUTH = "NORTHLAND", "SOUTHLAND"
MANY = 2_000


def busy(seed: int = 71) -> Relay:
    """A log in which much concerns SOUTHLAND, and some is its own, said by a node that is not this one."""
    sketch = Sketch.founded(seed=seed, epochs=True)
    own, _ = sketch.announce(SOUTH, [f"{NORTH}/OPS"], [circle(34.5, 38.3, 5_000)])
    for number in range(6):
        item, _ = sketch.announce(NORTH, [f"{SOUTH}/OPS"], [circle(34.5 + number / 50, 38.3, 5_000)])
        sketch.message(NORTH, [f"{SOUTH}/OPS"], f"number {number}")
        if number % 2:
            sketch.advance(60)
            sketch.ack(SOUTH, item)
    sketch.ack(NORTH, own)
    sketch.safety(NORTH, [f"{SOUTH}/OPS"])
    return Relay(sketch)


def short(bench: Bench, piece: int) -> Bench:
    bench.core.follower.piece = piece
    return bench


def hears(bench: Bench) -> None:
    """The whole of what it has missed arrives, and a first piece of it is taken."""
    size = bench.core.follower.size
    bench.core.hear(bench.relay.note(), size, bench.relay.sketch.leaves[size:])


def cries(bench: Bench) -> Item:
    """An officer calls for help; it waits in the outbox."""
    core, pen = bench.core, bench.core.pen(f"{SOUTH}/OPS")
    composed = safety(pen, core.next_id(pen.desk), [f"{NORTH}/OPS"], "cease", {"who": "a convoy"})
    return core.put(composed.act, bench.relay.sketch.watched(composed), composed.stored)


def finishes(bench: Bench) -> None:
    while bench.core.taking:
        bench.core.take()


def standing(bench: Bench) -> dict[str, Any]:
    """Everything that an officer could tell one node from another by."""
    core = bench.core
    core.tick()
    while core.detecting:
        core.detect()
    board = boards.board(core, "")
    del board["alarms"]  # after a restart they do not tell whom to call
    return {
        "digest": core.picture.digest, "view": core.view, "outbox": sorted(core.outbox.items),
        "alarms": sorted(core.alarms.alarms), "conflicts": core.detection.conflicts, "board": board,
        "size": (core.follower.size, core.store.size(), core.store.held(), core.store.bridge()),
    }  # fmt: skip


_LOG = busy()


@given(piece=st.integers(1, 40), stop=st.integers(0, 12))
@settings(max_examples=12)
def test_pieces_of_any_size_and_a_restart_between_them_come_to_the_same(
    tmp_path_factory: pytest.TempPathFactory, piece: int, stop: int
) -> None:
    home = tmp_path_factory.mktemp("pieces")
    at_once, in_pieces = Bench(_LOG, SOUTH, home / "one.sqlite"), Bench(_LOG, SOUTH, home / "other.sqlite")
    hears(short(at_once, 1_000))
    assert not at_once.core.taking
    hears(short(in_pieces, piece))
    for _ in range(stop):
        in_pieces.core.take()
    before, rang = in_pieces.core.follower.size, sorted(alarm.key for alarm in at_once.rang)
    in_pieces.core.store.close()
    in_pieces.start()
    assert in_pieces.core.follower.size == before
    hears(short(in_pieces, piece))
    finishes(in_pieces)
    assert sorted(alarm.key for alarm in in_pieces.rang) == rang, "each rings once"
    hears(at_once)  # the restart has heard the note once more
    assert standing(in_pieces) == standing(at_once)
    for bench in (at_once, in_pieces):
        bench.core.store.close()


def test_without_a_restart_even_what_rang_when_is_the_same(tmp_path: Path) -> None:
    at_once, in_pieces = Bench(_LOG, SOUTH, tmp_path / "one.sqlite"), Bench(_LOG, SOUTH, tmp_path / "other.sqlite")
    hears(short(at_once, 1_000))
    hears(short(in_pieces, 3))
    finishes(in_pieces)
    assert in_pieces.rang == at_once.rang
    assert in_pieces.core.alarms.alarms == at_once.core.alarms.alarms
    assert in_pieces.core.outbox.adopted == at_once.core.outbox.adopted


@pytest.mark.requirement("R33")
def test_a_long_gap_is_whole_at_each_piece_and_not_live_before_the_last(tmp_path: Path) -> None:
    relay = Relay(Sketch.founded(seed=71))
    south = Bench(relay, SOUTH, tmp_path / "south.sqlite")
    south.follow()
    covered = relay.size
    for _ in range(MANY):
        relay.sketch.advance(1)
        relay.sketch.time(NORTH)
    south.clock.advance(MANY)
    hears(south)
    core, seen = south.core, list[int]()
    while core.taking:
        seen.append(core.follower.size)
        assert core.picture.digest == relay.sketch.steps[core.follower.size - 1].picture.digest
        assert core.follower.tree.root() == relay.sketch.tree.root(core.follower.size)
        assert (core.store.held(), core.store.size()) == (core.follower.size, covered)
        assert core.store.fsck().size == covered
        assert core.state == "stale"
        assert core.to_cosign() is None
        words = f"stale: following: {core.follower.size:,} of {relay.size:,} entries; what is shown is old"
        assert boards.link(core, "")["words"] == words
        core.take()
    assert seen == [covered + 128 * count for count in range(1, MANY // 128 + 1)]
    assert (core.state, core.store.size(), core.store.bridge()) == ("live", relay.size, None)
    assert core.store.checkpoint() == core.follower.note


@pytest.mark.requirement("R2")
def test_what_an_officer_says_in_between_is_kept_and_goes_out_after_the_last_piece(tmp_path: Path) -> None:
    relay = busy()
    south = Bench(relay, SOUTH, tmp_path / "south.sqlite")
    south.follow()
    for number in range(20):
        relay.sketch.message(NORTH, [f"{SOUTH}/OPS"], f"again {number}")
    hears(short(south, 6))
    core, item = south.core, cries(south)
    core.tick()
    assert core.taking
    assert core.link() == []
    finishes(south)
    assert item.id in [linked.id for linked in core.link()]


def test_a_note_that_breaks_the_rest_of_the_run_halts_between_two_pieces(tmp_path: Path) -> None:
    south = Bench(_LOG, SOUTH, tmp_path / "south.sqlite")
    hears(short(south, 5))
    core, size = south.core, south.core.follower.size
    with pytest.raises(Equivocation) as found:
        core.hear(_LOG.note(size + 3, bytes(32)))
    core.halt(found.value)
    core.take()
    assert (core.taking, core.state, core.follower.size) == (False, "halted", size)
    south.core.store.close()
    south.start()
    assert (south.core.state, south.core.follower.size) == ("halted", size)


@pytest.mark.requirement("R33")
def test_pieces_that_their_note_does_not_cover_stop_the_start(tmp_path: Path) -> None:
    south = Bench(_LOG, SOUTH, tmp_path / "south.sqlite")
    hears(short(south, 5))
    bridge = south.core.store.bridge()
    assert bridge is not None
    south.core.store.put_meta("bridge", bridge.replace(b'"proof":["', b'"proof":["AAAA'))
    south.core.store.close()
    with pytest.raises(Unverified):
        south.start()


def test_own_entries_that_are_folded_already_are_no_longer_waited_for(tmp_path: Path) -> None:
    """A check of what comes next folds what waits behind the picture; what is in it already would count twice."""
    relay = busy()
    south = Bench(relay, SOUTH, tmp_path / "south.sqlite")
    south.follow()
    core, says = south.core, cries(south)
    for item in core.link():
        south.keep_parts(item.act, item.parts)
        assert isinstance(relay.submit(item.leaf), int)
    for number in range(20):
        relay.sketch.message(NORTH, [f"{SOUTH}/OPS"], f"again {number}")
    hears(short(south, 8))
    assert core.taking
    own = [item for item in core.outbox.items.values() if item.state == "logged"]
    assert says.id in [item.id for item in own], "kept until a note covers it"
    assert not {item.id for item in own} & {item.id for item in core._unfolded()}
    finishes(south)
    assert not [item for item in core.outbox.items.values() if item.state == "logged"]
    assert all(core.place_of(item.act) == item.index for item in own)


@pytest.mark.requirement("R33")
def test_a_piece_goes_on_until_the_host_that_has_signed_the_note_is_in_force(tmp_path: Path) -> None:
    """A store that ended before the change of host could not tell whose note covers it."""
    relay = Relay(Sketch.founded(seed=71, epochs=True))
    size = relay.size
    take_over(relay, decided(relay.sketch, size), size)
    for _ in range(9):
        relay.sketch.advance(60)
        relay.sketch.time(SOUTH)
    south = short(Bench(relay, SOUTH, tmp_path / "south.sqlite"), 3)
    south.core.hear(note_of(relay), 0, relay.sketch.leaves)
    assert south.core.follower.size == size + 1
    south.core.store.close()
    south.start()
    short(south, 3).core.hear(note_of(relay), size + 1, relay.sketch.leaves[size + 1 :])
    assert south.core.follower.size == size + 4
    finishes(south)
    assert (south.core.picture.digest, south.core.store.size()) == (relay.sketch.picture.digest, relay.size)


@pytest.mark.parametrize("followed", [False, True])
def test_what_the_heads_decide_about_the_host_cuts_pieces_away(tmp_path: Path, followed: bool) -> None:
    """The note that covers them may be void now; what stays is what an earlier note covers."""
    relay = Relay(Sketch.founded(seed=71, epochs=True))
    south = Bench(relay, SOUTH, tmp_path / "south.sqlite")
    if followed:
        south.follow()
    size = relay.size
    for number in range(10):
        relay.sketch.message(NORTH, [f"{SOUTH}/OPS"], f"number {number}")
    hears(short(south, 4))
    core, decision = south.core, decided(relay.sketch, size)
    assert core.store.held() > core.store.size()
    decide_at(south, decision)
    store = south.core.store
    assert (store.held(), store.bridge()) == (store.size(), None)
    note = take_over(relay, decision, size)
    south.core.hear(note, store.size(), relay.sketch.leaves[store.size() :])
    assert south.core.picture.digest == relay.sketch.picture.digest


def test_everything_else_has_its_turn_between_two_pieces(tmp_path: Path) -> None:
    south = short(Bench(_LOG, SOUTH, tmp_path / "south.sqlite"), 4)
    seen: set[int] = set()

    async def living() -> None:
        signer, channel = south.core.outbox.signers["node"], _LOG.sketch.channel
        transport = httpx.MockTransport(lambda request: httpx.Response(503))
        client = HostClient("http://host", channel, signer, south.clock, transport=transport)
        service = NodeService(south.core, client, tmp_path)
        taker = asyncio.create_task(service._go_on())
        service._hear(_LOG.note(), 0, _LOG.sketch.leaves)
        while south.core.taking:
            seen.add(south.core.follower.size)
            await asyncio.sleep(0)
        taker.cancel()
        await asyncio.gather(taker, return_exceptions=True)
        await client.close()

    asyncio.run(living())
    assert len(seen) == (_LOG.size - 1) // 4
    assert south.core.follower.size == _LOG.size
