"""Golden logs of guests: parties without a node, whose persons' acts another party's node links (`via`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import UNSET

from tests.golden.foolish import (
    ADMINISTRATORS,
    HOST,
    NORTH,
    PART,
    SOUTH,
    THREE,
    WATCH,
    founded,
    propose,
    say,
    sign,
)
from wellclear.channel.composing import Composed, subject
from wellclear.channel.epochs import open_epoch
from wellclear.domain.canonical import b64
from wellclear.domain.entry import Head, Link, close_leaf, entry_message, unsigned_leaf
from wellclear.testing.sketch import SECOND_US, START_US, Sketch, SketchParty
from wellclear.testing.wrapping import wrap

GUEST = "RELIEF"
NORTH_OPS, SOUTH_OPS, GUEST_OPS = f"{NORTH}/OPS", f"{SOUTH}/OPS", f"{GUEST}/OPS"


def carried(sketch: Sketch, kind: str, *to: str, sender: str = NORTH, **members: Any) -> None:
    """What the guest's persons approve to go by NORTHLAND's node, linked by it or by somebody else.

    What its envelope keeps from moving the chain of its key has not moved the sketch's either.
    """
    linker, use = sketch.parties[sender], members.get("use", "node")
    key, before = linker.public(use), linker.chains.get(use)
    was = sketch.picture.chains.get(key)
    say(sketch, members.pop("party", GUEST), kind, to, sender=sender, **{"via": NORTH, **members})
    if sketch.picture.chains.get(key) == was:
        linker.chains.pop(use)
        linker.chains |= {} if before is None else {use: before}


def noticed(sketch: Sketch, **members: Any) -> str:
    """A notice of the guest; its id."""
    name = sketch.parties[GUEST].next_id()
    carried(sketch, "notice", SOUTH_OPS, NORTH_OPS, id=name, keep_until="2026-12-01", **members)
    return name


def without(card: Any, *uses: str, **changed: Any) -> Any:
    """A card as its fields, without some keys."""
    return {name: value for name, value in msgspec.to_builtins(card).items() if name not in uses} | changed


def admitted(sketch: Sketch) -> SketchParty:
    """The guest by joint act; before it, cards that have half a node, or none where one is needed."""
    guest = sketch.party(GUEST, "agency", "observer")
    carried(sketch, "message", SOUTH_OPS, id=guest.next_id(), by=())  # who is that?
    for wrong in (
        without(guest.card(), "node"), without(guest.card(), "cosigner"), without(guest.card(), "node", "picture"),
        without(guest.card(), "node", "cosigner", "picture", roles=["agency", "principal"]),
    ):  # fmt: skip
        propose(sketch, NORTH, "admit", admit=wrong)
    guest.guest = True
    sign(sketch, propose(sketch, NORTH, "admit", admit=msgspec.to_builtins(guest.card())), NORTH, SOUTH)
    return guest


def guests() -> Sketch:
    """A guest is admitted, enrols, announces, answers, hands out a key, and ends; others try to speak for it."""
    sketch = founded(24, HOST, NORTH, SOUTH, clocks=[GUEST])
    guest = admitted(sketch)
    noticed(sketch)  # nobody is on its roster yet
    sketch.enrol(GUEST)  # by its recovery key, which needs nobody
    first = noticed(sketch)
    _by_others(sketch, guest)
    sketch.advance(20)
    say(sketch, SOUTH, "time", time_us=START_US + 20 * SECOND_US)
    say(sketch, NORTH, "time", time_us=START_US + 30 * SECOND_US)
    carried(sketch, "message", SOUTH_OPS, id=guest.next_id(), time_us=START_US + 40 * SECOND_US)  # NORTHLAND's clock
    say(sketch, HOST, "time", use="sequencer", time_us=START_US + 25 * SECOND_US)
    say(sketch, SOUTH, "ack", [GUEST_OPS], subject=subject(first, 1))
    carried(sketch, "confirm", SOUTH_OPS, subject=subject(first, 1), public={"desk": SOUTH_OPS})
    theirs = sketch.parties[SOUTH].next_id()
    say(sketch, SOUTH, "notice", [GUEST_OPS], id=theirs, keep_until="2026-12-01")
    carried(sketch, "receipt", public={"through": 3})  # a machine's word is nobody's
    carried(sketch, "receipt", public={"through": 3}, by=WATCH)
    carried(sketch, "time")
    carried(sketch, "finding", SOUTH_OPS, parts=[PART])
    carried(sketch, "ack", SOUTH_OPS, subject=subject(theirs, 1))
    carried(sketch, "passed_to_units", SOUTH_OPS, subject=subject(theirs, 1))
    _epochs(sketch, guest)
    _keys(sketch, guest)
    sketch.advance(400)
    for party in (HOST, NORTH, SOUTH):
        sketch.time(party)
    carried(sketch, "withdraw", sender=SOUTH, via=SOUTH)
    noticed(sketch, sender=SOUTH, via=SOUTH)
    return sketch


def _by_others(sketch: Sketch, guest: SketchParty) -> None:
    """Whoever the guest's persons have not named, and whatever they have not approved."""
    noticed(sketch, sender=SOUTH)
    noticed(sketch, sender=SOUTH, via=UNSET)
    noticed(sketch, via=UNSET)
    noticed(sketch, via="NOBODY")
    noticed(sketch, by=())
    noticed(sketch, by=WATCH)
    noticed(sketch, sender=HOST, via=HOST, use="sequencer")
    sketch.party("STRANGER", "agency")
    carried(sketch, "message", SOUTH_OPS, id=guest.next_id(), party="STRANGER")
    again = say(sketch, GUEST, "message", [SOUTH_OPS], id=guest.next_id(), sender=NORTH, via=NORTH)
    _by_itself(sketch, NORTH)
    sketch.send(NORTH, Composed(again, ()), sketch.approved(Composed(again, ()), *WATCH))  # twice is once
    theirs = sketch.parties[NORTH]
    for sender in (NORTH, SOUTH):  # a party with a node may be carried too, and then only so
        carried(sketch, "message", SOUTH_OPS, party=NORTH, id=theirs.next_id(), via=SOUTH, sender=sender)


def _by_itself(sketch: Sketch, party: str) -> None:
    """Via oneself, which no node of ours would link."""
    author = sketch.parties[party]
    chain, size = author.chains["node"], len(sketch.leaves)
    act = sketch.compose("time", party).act
    place = Link(
        key=author.public("node"), seq=chain.seq + 1, time=sketch.now_us, prev=b64(chain.prev or b""),
        head=Head(size=size, root=b64(sketch.tree.root(size))),
    )  # fmt: skip
    unsigned = unsigned_leaf(msgspec.structs.replace(act, via=party), place, ())
    sketch.log(close_leaf(unsigned, author.key("node").sign(entry_message(unsigned))))


def _epochs(sketch: Sketch, guest: SketchParty) -> None:
    """A key for SOUTHLAND, which a person has to approve where another party's node hands it out."""

    def made(number: int) -> Any:
        key = sketch.epoch_key(GUEST, number)
        composed = open_epoch(
            sketch.picture, GUEST, [SOUTH], number, key, sketch.now_us,
            lambda public, secret, info: wrap(public, secret, info, b"wrap" + public),
        )  # fmt: skip
        return msgspec.to_builtins(composed.act.public)

    for by in ((), WATCH):
        carried(sketch, "epoch", public=made(1), by=by)
    carried(sketch, "epoch", public=made(2), by=(("R1", "release_authority"),))


def _keys(sketch: Sketch, guest: SketchParty) -> None:
    """Rosters and keys by way of another party's node, whose own end takes none of them along."""
    start = len(sketch.leaves)
    roster = msgspec.to_builtins(guest.roster())
    roster["persons"].append({"person": "W3", "key": guest.public("W3"), "roles": ["watch_officer"]})
    carried(sketch, "roster", public=roster)
    carried(sketch, "roster", public=roster, by=ADMINISTRATORS, use="recovery")
    carried(sketch, "roster", public=roster, by=ADMINISTRATORS)
    standby = {"key": guest.public("standby"), "use": "standby"}
    carried(sketch, "add_key", public=standby, by=ADMINISTRATORS)
    carried(sketch, "takeover", by=ADMINISTRATORS)
    carried(sketch, "revoke", public={"key": guest.public("W3"), "since": 0}, by=ADMINISTRATORS)
    revoked = {"key": sketch.parties[NORTH].public("node"), "since": start}
    say(sketch, NORTH, "revoke", use="recovery", public=revoked)
    carried(sketch, "message", SOUTH_OPS, id=guest.next_id(), by=(("W3", "watch_officer"),))
    carried(sketch, "message", SOUTH_OPS, id=guest.next_id(), via=SOUTH, sender=SOUTH, by=(("W3", "watch_officer"),))
    say(sketch, GUEST, "takeover", use="standby", by=ADMINISTRATORS)  # from now on it has a node
    say(sketch, GUEST, "message", [SOUTH_OPS], id=guest.next_id(), use="standby")


def half_founded() -> Sketch:
    """A genesis with a principal that runs no node, which founds nothing."""
    sketch = Sketch(seed=25)
    for name, its in THREE.items():
        sketch.party(name, *its).guest = name == SOUTH
    sketch.genesis()
    return sketch


def guest_from_the_start() -> Sketch:
    """A guest that the genesis names."""
    sketch = Sketch(seed=26)
    for name, its in {**THREE, GUEST: ("agency",)}.items():
        sketch.party(name, *its).guest = name == GUEST
    sketch.genesis()
    sketch.agree()
    sketch.enrol(GUEST)
    noticed(sketch)
    return sketch


CORNERS: dict[str, Callable[[], Sketch]] = {
    "guests": guests, "half_founded": half_founded, "guest_from_the_start": guest_from_the_start,
}  # fmt: skip
