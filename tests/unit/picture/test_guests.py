"""Guests in the public fold: who may carry whose word, and what that never becomes."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import UNSET

from wellclear.channel.composing import Composed, approve
from wellclear.channel.epochs import open_epoch
from wellclear.domain.parts import Message
from wellclear.domain.reasons import Reason
from wellclear.picture.picture import Step
from wellclear.testing.sketch import SECOND_US, Sketch
from wellclear.testing.wrapping import wrap

NORTH, SOUTH, GUEST = "NORTHLAND", "SOUTHLAND", "RELIEF"


@pytest.fixture
def sketch() -> Sketch:
    """Both principals and the host, and an agency without a node, admitted later, on whose roster its desk stands."""
    made = Sketch.founded(seed=71)
    guest = made.party(GUEST, "agency")
    guest.guest = True
    made.joint({"do": "admit", "base": made.picture.agreement, "admit": msgspec.to_builtins(guest.card())})
    made.enrol(GUEST)
    return made


def message(sketch: Sketch, via: Any = NORTH, text: str = "The convoy has left.") -> Composed:
    group = Message(group="message", language="en", text=text)
    return sketch.compose(
        "message", GUEST, desk=f"{GUEST}/OPS", to=[f"{SOUTH}/OPS"], id=sketch.parties[GUEST].next_id(), via=via,
        told=sketch.told([group], [SOUTH]),
    )  # fmt: skip


def reasons(step: Step) -> list[Reason]:
    return [remark.reason for remark in step.remarks]


@pytest.mark.requirement("R33")
def test_a_guest_has_no_key_of_a_node_and_speaks_by_the_party_that_it_names(sketch: Sketch) -> None:
    uses = {row.use for row in sketch.picture.keys.values() if row.party == GUEST}
    assert uses == {"recovery", "head_of_delegation", "sealing", "person"}
    composed = message(sketch)
    step = sketch.send(NORTH, composed, sketch.watched(composed))
    assert reasons(step) == []
    assert (f"{len(sketch.leaves) - 1}/{SOUTH}") in step.picture.owed


@pytest.mark.requirement("R33")
@pytest.mark.parametrize(("via", "sender"), [(NORTH, SOUTH), (UNSET, NORTH), ("NOBODY", NORTH), (SOUTH, NORTH)])
def test_nobody_carries_who_was_not_named(sketch: Sketch, via: Any, sender: str) -> None:
    composed = message(sketch, via)
    assert reasons(sketch.send(sender, composed, sketch.watched(composed))) == [Reason.NOT_YOUR_KEY]


@pytest.mark.requirement("R33")
def test_who_carries_can_neither_change_nor_invent_a_word(sketch: Sketch) -> None:
    composed = message(sketch)
    said = sketch.watched(composed)
    other = message(sketch, text="The convoy stays.")
    assert reasons(sketch.send(NORTH, other, said)) == [Reason.BAD_APPROVAL]
    assert reasons(sketch.send(NORTH, other)) == [Reason.MISSING_APPROVAL]
    own = [approve(other.act, sketch.parties[NORTH].key("W1"), "watch_officer")]
    assert reasons(sketch.send(NORTH, other, own)) == [Reason.NOT_ON_ROSTER]
    assert reasons(sketch.send(NORTH, composed, said)) == []
    assert reasons(sketch.send(NORTH, composed, said)) == [Reason.DOUBLED]


@pytest.mark.requirement("N3")
@pytest.mark.parametrize(("kind", "public"), [("receipt", {"through": 3}), ("time", UNSET)])
def test_a_machines_word_is_never_carried(sketch: Sketch, kind: str, public: Any) -> None:
    sound = sketch.compose(kind, GUEST, public=public)
    composed = Composed(msgspec.structs.replace(sound.act, via=NORTH), ())
    assert reasons(sketch.send(NORTH, composed, sketch.watched(composed))) == [Reason.BAD_FIELDS]


@pytest.mark.requirement("R33")
def test_the_hour_of_what_is_carried_is_that_of_who_carries_it(sketch: Sketch) -> None:
    before = sketch.picture.claims
    composed = message(sketch)
    later_us = sketch.now_us + 7 * SECOND_US
    claims = sketch.send(NORTH, composed, sketch.watched(composed), time_us=later_us).picture.claims
    assert claims.get(NORTH) == later_us and claims.get(GUEST) == before.get(GUEST) is None


@pytest.mark.requirement("R33")
def test_after_the_guest_has_left_nothing_is_carried_for_it(sketch: Sketch) -> None:
    sketch.joint({"do": "remove", "base": sketch.picture.agreement, "remove": GUEST})
    composed = message(sketch)
    assert reasons(sketch.send(NORTH, composed, sketch.watched(composed))) == [Reason.UNKNOWN_PARTY]


@pytest.mark.requirement("R33")
@pytest.mark.parametrize("roles", [("principal",), ("agency", "principal")])
def test_a_principal_needs_a_node(sketch: Sketch, roles: tuple[Any, ...]) -> None:
    third = sketch.party("EASTLAND", *roles)
    third.guest = True
    card = msgspec.to_builtins(third.card())
    step = sketch.send(
        NORTH, *sketch.by_head(NORTH, "propose", {"do": "admit", "base": sketch.picture.agreement, "admit": card})
    )
    assert reasons(step) == [Reason.BAD_FIELDS]


@pytest.mark.requirement("R33")
def test_a_key_for_readers_is_carried_only_with_a_person_behind_it(sketch: Sketch) -> None:
    made = open_epoch(
        sketch.picture, GUEST, [SOUTH], 1, bytes(32), sketch.now_us,
        lambda public, secret, info: wrap(public, secret, info, b"guest" + public),
    )  # fmt: skip
    composed = Composed(msgspec.structs.replace(made.act, via=NORTH), ())
    assert reasons(sketch.send(NORTH, composed)) == [Reason.MISSING_APPROVAL]
    assert (GUEST, (SOUTH,)) not in sketch.picture.epoch_of
    assert reasons(sketch.send(NORTH, composed, sketch.watched(composed))) == []
    assert (GUEST, (SOUTH,)) in sketch.picture.epoch_of
