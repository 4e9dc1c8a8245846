"""The outbox after a halt: only safety is linked, no proof is believed, an officer is asked before it goes again."""

from __future__ import annotations

from contextlib import suppress

import pytest

from tests.unit.channel.relay import Relay
from tests.unit.channel.test_outbox import NORTH, link, message, outbox_of, put, seen
from wellclear.channel.composing import Composed
from wellclear.channel.next_host import ASKED_AFTER_A_HALT, carried_over
from wellclear.channel.opening import open_leaf
from wellclear.channel.outbox import LINK_AGAIN_US, Item, Outbox, decode_item
from wellclear.domain.parts import Safety
from wellclear.domain.reasons import Reason
from wellclear.errors import InvalidValue, Unavailable
from wellclear.log.merkle import leaf_hash
from wellclear.testing.sketch import Sketch


@pytest.fixture
def relay() -> Relay:
    return Relay(Sketch.founded(seed=6))


def cease(relay: Relay) -> Composed:
    party = relay.sketch.parties[NORTH]
    return relay.sketch.compose(
        "safety", NORTH, desk=party.desk, to=["SOUTHLAND/OPS"], precedence="Z", id=party.next_id(), code="cease",
        told=relay.sketch.told([Safety(group="safety")], ["SOUTHLAND"]),
    )  # fmt: skip


def states(outbox: Outbox) -> list[str]:
    return [f"{item.act.kind} {item.state}" for item in sorted(outbox.items.values(), key=lambda item: item.number)]


def kept(relay: Relay, size: int) -> list[bytes]:
    return [leaf_hash(leaf) for leaf in relay.sketch.leaves[:size]]


def before_next(relay: Relay, outbox: Outbox, leaf_hashes: list[bytes]) -> Outbox:
    """The outbox once the log goes on with another host, as far as these leaves; read back from where it was stored."""
    stored = [decode_item(item.encode()) for item in outbox.items.values()]
    changed = outbox_of(relay)
    changed.load(carried_over(stored, leaf_hashes, (), halted=outbox.halted))
    return changed


def handed(relay: Relay, outbox: Outbox, item: Item) -> int | Reason:
    """The host's answer to one linked item, as the outbox is told of it."""
    fate = relay.submit(item.leaf)
    if isinstance(fate, Reason):
        outbox.refused(item.id, item.leaf, fate.value, "", 0)
    else:
        outbox.proved(item.id, item.leaf, fate, b"a note")
    return fate


@pytest.mark.requirement("R4", "R33")
def test_only_safety_is_linked_after_a_halt_and_a_proof_makes_it_unproven(relay: Relay) -> None:
    outbox = outbox_of(relay)
    put(relay, outbox, message(relay, "on its way"))
    link(relay, outbox)
    put(relay, outbox, message(relay, "behind it"))
    assert [item.state for item in outbox.halt()] == ["waiting"]
    urgent = put(relay, outbox, cease(relay))
    (item,) = link(relay, outbox)
    assert item.id == urgent.id
    assert isinstance(handed(relay, outbox, item), int)
    assert states(outbox) == ["message waiting", "message waiting", "safety unproven"]
    assert (outbox.items[urgent.id].index, outbox.items[urgent.id].note) == (-1, b"")
    assert outbox.to_send() == [] and link(relay, outbox) == [], "it is handed over once"
    with pytest.raises(InvalidValue, match="taken back"):
        outbox.drop(urgent.id)


def test_a_place_that_was_promised_and_never_seen_is_unproven_or_waits(relay: Relay) -> None:
    outbox = outbox_of(relay)
    put(relay, outbox, cease(relay))
    put(relay, outbox, message(relay, "promised as well"))
    for number, item in enumerate(link(relay, outbox)):
        outbox.proved(item.id, item.leaf, relay.size + number, b"a note")
    outbox.halt()
    assert states(outbox) == ["safety unproven", "message waiting"]


def test_the_next_one_hangs_behind_what_was_handed_over_also_after_a_restart(relay: Relay) -> None:
    outbox = outbox_of(relay)
    outbox.halt()
    for _ in range(2):
        put(relay, outbox, cease(relay))
        (item,) = link(relay, outbox)
        assert isinstance(handed(relay, outbox, item), int)
        rows = [decode_item(one.encode()) for one in outbox.items.values()]
        outbox = outbox_of(relay)
        outbox.load(rows)
        outbox.halt()
    assert states(outbox) == ["safety unproven"] * 2


@pytest.mark.requirement("R4")
def test_a_chain_that_ends_elsewhere_is_taken_from_what_the_host_shows(relay: Relay) -> None:
    """Something was in flight at the halt, and the host had logged it: nobody is refused a call for that."""
    outbox = outbox_of(relay)
    put(relay, outbox, message(relay, "in flight"))
    (flying,) = link(relay, outbox)
    before = relay.sketch.picture
    relay.submit(flying.leaf)
    outbox.halt()
    put(relay, outbox, cease(relay))
    head = (before.size, relay.sketch.tree.root(before.size))
    (item,) = outbox.link_next(before, head, relay.sketch.now_us, 0, None)
    assert handed(relay, outbox, item) is Reason.NOT_NEXT
    assert outbox.lost
    assert outbox.shown(open_leaf(relay.size - 1, relay.sketch.leaves[-1]).entry) == []
    (item,) = outbox.link_next(before, head, relay.sketch.now_us, LINK_AGAIN_US, None)
    assert isinstance(handed(relay, outbox, item), int)
    assert states(outbox)[-1] == "safety unproven"
    put(relay, outbox, cease(relay))
    (item,) = outbox.link_next(before, head, relay.sketch.now_us, LINK_AGAIN_US, None)
    assert isinstance(handed(relay, outbox, item), int), "and the one behind it hangs on that chain"


def test_what_the_host_shows_already_is_not_sent_once_more(relay: Relay) -> None:
    outbox = outbox_of(relay)
    put(relay, outbox, cease(relay))
    (item,) = link(relay, outbox)
    before = relay.sketch.picture
    relay.submit(item.leaf)
    outbox.halt()
    head = (before.size, relay.sketch.tree.root(before.size))
    (again,) = outbox.link_next(before, head, relay.sketch.now_us + 1, 0, None)
    assert handed(relay, outbox, again) is Reason.NOT_NEXT
    (done,) = outbox.shown(open_leaf(relay.size - 1, relay.sketch.leaves[-1]).entry)
    assert (done.state, done.leaf) == ("unproven", item.leaf)


def test_a_history_without_any_own_entry_starts_the_chain_anew(relay: Relay) -> None:
    outbox = outbox_of(relay)
    outbox.halt()
    put(relay, outbox, cease(relay))
    assert outbox.shown(None) == []
    (item,) = link(relay, outbox)
    assert item.seq == 1


def test_what_cannot_be_stored_changes_no_chain(relay: Relay) -> None:
    outbox = outbox_of(relay)
    outbox.halt()
    put(relay, outbox, cease(relay))
    with suppress(Unavailable), outbox.undone_on_failure():
        outbox.shown(None)
        raise Unavailable("disk", "is full")
    (item,) = link(relay, outbox)
    assert item.seq > 1


@pytest.mark.requirement("R33")
def test_after_a_change_of_host_an_officer_is_asked_before_safety_goes_again(relay: Relay) -> None:
    outbox = outbox_of(relay)
    outbox.halt()
    first = put(relay, outbox, cease(relay))
    (item,) = link(relay, outbox)
    handed(relay, outbox, item)
    put(relay, outbox, cease(relay))
    put(relay, outbox, message(relay, "an ordinary word"))
    changed = before_next(relay, outbox, kept(relay, relay.size))
    assert len(changed.items) == len(outbox.items)
    assert states(changed) == ["safety held", "safety held", "message waiting"]
    assert changed.items[first.id].detail == ASKED_AFTER_A_HALT
    assert changed.again(first.id).state == "waiting"
    late_us = relay.sketch.now_us + 3_600_000_000
    stale = changed.link_next(relay.sketch.picture, (1, b"\x00" * 32), late_us, 0, 600_000_000)
    assert [(one.id, one.reason) for one in stale if one.act.kind == "safety"] == [(first.id, Reason.STALE_APPROVAL)]


def test_an_unproven_act_that_the_next_hosts_log_holds_is_logged(relay: Relay) -> None:
    outbox = outbox_of(relay)
    outbox.halt()
    first = put(relay, outbox, cease(relay))
    (item,) = link(relay, outbox)
    start = relay.size
    handed(relay, outbox, item)
    changed = before_next(relay, outbox, kept(relay, start))
    seen(relay, changed, start)
    assert changed.items[first.id].state == "logged"


@pytest.mark.requirement("R33")
def test_a_place_that_another_entry_has_taken_is_no_place(relay: Relay) -> None:
    """Found by the simulator: `make sim SEED=1274 STEPS=40` at 4d6cb36; a node that followed so never started again."""
    outbox = outbox_of(relay)
    name = put(relay, outbox, message(relay, "proved, then cut away")).id
    (item,) = link(relay, outbox)
    start = relay.size
    assert handed(relay, outbox, item) == start
    assert outbox.items[name].state == "logged"
    stands = kept(relay, relay.size)
    outbox = before_next(relay, outbox, stands)
    assert outbox.items[name].state == "logged"
    outbox = before_next(relay, outbox, [*stands[:start], b"of another entry"])
    assert outbox.items[name].state == "waiting"
    outbox = before_next(relay, outbox, [])
    assert outbox.items[name].state == "waiting"
