"""A node that carries what another party's persons have approved: as it came, or not at all."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.channel.carrying import CarriedAct, HandedOver, check_passed_on, read_handed_over
from wellclear.channel.composing import Composed
from wellclear.channel.epochs import open_epoch
from wellclear.domain.canonical import b64
from wellclear.domain.entry import Approval
from wellclear.edges.wrapping import wrap
from wellclear.errors import InvalidValue, Malformed, Refused, Unverified
from wellclear.testing.sketch import Sketch, circle

NORTH, SOUTH, GUEST = "NORTHLAND", "SOUTHLAND", "RELIEF"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """NORTHLAND's node, in a channel with a guest."""
    sketch = Sketch.founded(seed=73)
    guest = sketch.party(GUEST, "agency")
    guest.guest = True
    sketch.joint({"do": "admit", "base": sketch.picture.agreement, "admit": msgspec.to_builtins(guest.card())})
    sketch.enrol(GUEST)
    made = Bench(Relay(sketch), NORTH, tmp_path / "node.sqlite")
    made.follow()
    return made


def notice(bench: Bench, via: str = NORTH) -> Composed:
    sketch = bench.relay.sketch
    groups = sketch.notice_groups([circle(34.55, 38.30, 5_000)])
    return sketch.compose(
        "notice", GUEST, desk=f"{GUEST}/OPS", to=[f"{SOUTH}/OPS"], id=sketch.parties[GUEST].next_id(),
        keep_until="2026-12-01", via=via, told=sketch.told(groups, [SOUTH]),
    )  # fmt: skip


def carried(composed: Composed, approvals: list[Approval]) -> CarriedAct:
    return CarriedAct(act=composed.act, approvals=approvals, parts=[b64(raw) for raw in composed.sent])


@pytest.mark.requirement("R33")
def test_a_guests_notice_goes_out_as_it_came(bench: Bench) -> None:
    sketch, composed = bench.relay.sketch, notice(bench)
    one = carried(composed, sketch.released(composed))
    [item] = bench.core.carry([one])
    assert bench.core.carry([one]) == [item]
    bench.send()
    assert composed.act.id in bench.core.picture.items
    assert item.id not in bench.core.outbox.items
    assert bench.core.picture.items[str(composed.act.id)].party == GUEST


@pytest.mark.requirement("R33")
def test_what_is_not_for_this_node_to_carry_or_not_whole_is_refused(bench: Bench) -> None:
    sketch, composed, other = bench.relay.sketch, notice(bench), notice(bench, via=SOUTH)
    sound, released = carried(composed, sketch.released(composed)), sketch.released(other)
    with pytest.raises(Refused, match="NOT_YOUR_KEY"):
        bench.core.carry([sound, carried(other, released)])  # and nothing of it is taken
    with pytest.raises(Refused, match="MISSING_APPROVAL"):
        bench.core.carry([carried(composed, [])])
    with pytest.raises(Refused, match="BAD_APPROVAL"):
        bench.core.carry([carried(composed, released)])
    with pytest.raises(InvalidValue, match="parts"):
        bench.core.carry([msgspec.structs.replace(sound, parts=sound.parts[1:])])
    with pytest.raises(Refused, match="NOT_YOUR_KEY"):
        bench.core.put(composed.act, sketch.released(composed), composed.stored)
    assert not bench.core.outbox.items


@pytest.mark.requirement("R33")
def test_only_what_anothers_recovery_key_has_linked_is_passed_on(bench: Bench) -> None:
    sketch = bench.relay.sketch
    roster = sketch.compose("roster", GUEST, public=msgspec.to_builtins(sketch.parties[GUEST].roster()))
    before = sketch.picture
    assert sketch.send(GUEST, roster, use="recovery").stands
    leaf = sketch.leaves[-1]
    assert [one.leaf_hash for one in check_passed_on(before, [leaf], NORTH)]
    with pytest.raises(Refused, match="NOT_YOUR_KEY"):
        check_passed_on(before, [leaf], GUEST)
    with pytest.raises(Unverified, match="signature"):
        check_passed_on(before, [leaf.replace(b"OPS", b"OPT")], NORTH)
    with pytest.raises(Refused, match="NOT_NEXT"):
        check_passed_on(sketch.picture, [leaf], NORTH)
    assert not sketch.receipt(SOUTH).remarks
    with pytest.raises(Refused, match="NOT_YOUR_KEY"):
        check_passed_on(sketch.picture, [sketch.leaves[-1]], NORTH)  # a node's own word


@pytest.mark.requirement("R33")
def test_of_two_keys_under_one_number_the_later_is_refused_with_what_it_seals(bench: Bench) -> None:
    """Else what is sealed under it would stand in the log, and nobody could read it."""
    sketch = bench.relay.sketch
    sketch.sealed = True
    mine = carried_epoch(sketch, NORTH)
    theirs = carried_epoch(sketch, SOUTH, salt=1)
    assert sketch.send(SOUTH, Composed(theirs.act, ()), theirs.approvals).stands
    bench.follow()
    with pytest.raises(Refused, match="EPOCH_NOT_NEXT"):
        bench.core.carry([mine, carried(notice(bench), [])])
    assert not bench.core.outbox.items


def carried_epoch(sketch: Sketch, via: str, salt: int = 0) -> CarriedAct:
    """The guest's first key for SOUTHLAND, each with another content."""
    made = open_epoch(sketch.picture, GUEST, [SOUTH], 1, bytes([salt]) * 32, sketch.now_us, wrap)
    said = Composed(msgspec.structs.replace(made.act, via=via), ())
    return CarriedAct(act=said.act, approvals=sketch.watched(said), parts=[])


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        (b"[]", "Expected `object`"),
        (b'{"wellclear_acts":1}', "nothing in it"),
        (b'{"wellclear_acts":1,"entries":[],"targets":[]}', "targets"),
        (b"{", "no acts"),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_place(raw: bytes, where: str) -> None:
    with pytest.raises(Malformed, match=where):
        read_handed_over(raw, "convoy.acts")


def test_an_act_that_names_no_carrier_is_not_handed_over(bench: Bench) -> None:
    one = carried(bench.relay.sketch.compose("time", SOUTH), [])
    with pytest.raises(Malformed, match="names nobody who is to carry it"):
        read_handed_over(HandedOver(wellclear_acts=1, acts=[one]).encode())
