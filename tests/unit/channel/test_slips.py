"""Slips: what a driver shows, checked by the host's key alone, or held to a whole log."""

from __future__ import annotations

import hashlib

import msgspec
import pytest

from wellclear.channel.slips import Slip, check_slip, hold_to_log, make_slip, read_slip
from wellclear.domain.canonical import b64, unb64
from wellclear.errors import InvalidValue, Malformed, Unverified
from wellclear.log.checkpoint import Checkpoint, sign_checkpoint
from wellclear.testing.sketch import Sketch, circle

NORTH, SOUTH, GUEST = "NORTHLAND", "SOUTHLAND", "RELIEF"
AREA = [circle(34.55, 38.30, 5_000)]


def note(sketch: Sketch) -> bytes:
    size = len(sketch.leaves)
    return sign_checkpoint(Checkpoint(sketch.origin, size, sketch.tree.root()), sketch.parties["CASPIA"].key("log"))


@pytest.fixture
def sketch() -> Sketch:
    """A guest whose convoy NORTHLAND's node has announced for it, acknowledged and passed on by SOUTHLAND."""
    made = Sketch.founded(seed=72)
    guest = made.party(GUEST, "agency")
    guest.guest = True
    made.joint({"do": "admit", "base": made.picture.agreement, "admit": msgspec.to_builtins(guest.card())})
    made.enrol(GUEST)
    return made


def announced(sketch: Sketch) -> str:
    item = sketch.parties[GUEST].next_id()
    composed = sketch.compose(
        "notice", GUEST, desk=f"{GUEST}/OPS", to=[f"{SOUTH}/OPS"], id=item, keep_until="2026-12-01", via=NORTH,
        told=sketch.told(sketch.notice_groups(AREA), [SOUTH]),
    )  # fmt: skip
    assert sketch.send(NORTH, composed, sketch.released(composed)).stands
    return item


def checked(sketch: Sketch, slip: Slip):  # type: ignore[no-untyped-def]  # whatever it gives is looked at below
    return check_slip(slip, sketch.channel, sketch.origin, sketch.parties["CASPIA"].key("log").public_key)


@pytest.mark.requirement("R28", "R33")
def test_a_slip_shows_the_notice_who_carried_it_and_how_far_it_came(sketch: Sketch) -> None:
    item = announced(sketch)
    sketch.ack(SOUTH, item)
    sketch.answer(SOUTH, "passed_to_units", item)
    slip = read_slip(make_slip(sketch.leaves, note(sketch), item).encode())
    found = checked(sketch, slip)
    act = found.announced.entry.act
    assert (act.party, act.via, found.version, found.ended) == (GUEST, NORTH, 1, "")
    assert found.announced.entry.act_hash == hashlib.sha256(msgspec.json.encode(act, order="sorted")).digest()
    assert list(found.answered("ack")) == list(found.answered("passed_to_units")) == [f"{SOUTH}/OPS"]
    assert hold_to_log(found, sketch.leaves) == (found, ())


@pytest.mark.requirement("R28", "R33")
def test_a_slip_from_before_is_told_what_came_since_and_what_it_left_out(sketch: Sketch) -> None:
    item = announced(sketch)
    sketch.ack(SOUTH, item)
    slip = make_slip(sketch.leaves, note(sketch), item)
    sketch.answer(SOUTH, "passed_to_units", item)
    short = msgspec.structs.replace(slip, rows=slip.rows[:1])
    _, more = hold_to_log(checked(sketch, short), sketch.leaves)
    assert [line.split(" of version")[0] for line in more] == [
        "left out of the slip: ack",
        "since then: passed_to_units",
    ]


@pytest.mark.requirement("R33")
def test_a_slip_that_was_changed_does_not_hold(sketch: Sketch) -> None:
    item = announced(sketch)
    sketch.ack(SOUTH, item)
    slip = make_slip(sketch.leaves, note(sketch), item)
    first = slip.rows[0]
    leaf = bytearray(unb64(first.leaf))
    leaf[40] ^= 1
    swapped = [msgspec.structs.replace(slip.rows[0], index=slip.rows[1].index), slip.rows[1]]
    for wrong in (
        msgspec.structs.replace(slip, rows=[msgspec.structs.replace(first, leaf=b64(bytes(leaf)))]),
        msgspec.structs.replace(slip, rows=swapped),
        msgspec.structs.replace(slip, rows=slip.rows[1:]),
        msgspec.structs.replace(slip, rows=[*slip.rows, slip.rows[0]]),
        msgspec.structs.replace(slip, item=sketch.parties[GUEST].next_id()),
        msgspec.structs.replace(slip, channel=b64(bytes(32))),
        msgspec.structs.replace(slip, note=b64(sign_checkpoint(
            Checkpoint(sketch.origin, len(sketch.leaves), bytes(32)), sketch.parties["CASPIA"].key("log")
        ))),
        msgspec.structs.replace(slip, note=b64(sign_checkpoint(
            Checkpoint(sketch.origin, len(sketch.leaves), sketch.tree.root()), sketch.parties[NORTH].key("node")
        ))),
    ):  # fmt: skip
        with pytest.raises(Unverified):
            checked(sketch, wrong)


@pytest.mark.requirement("R33")
def test_a_slip_of_another_history_is_told_as_such(sketch: Sketch) -> None:
    item = announced(sketch)
    slip = checked(sketch, make_slip(sketch.leaves, note(sketch), item))
    with pytest.raises(Unverified, match=r"this log has \d+"):
        hold_to_log(slip, sketch.leaves[:-1])
    with pytest.raises(Unverified, match="another history"):
        hold_to_log(slip, [*sketch.leaves[:-1], sketch.leaves[0]])


def test_what_is_no_slip_is_said_so(sketch: Sketch) -> None:
    for raw in (b"", b"{}", b'{"wellclear_slip":2}', b"\xff", b"[" * 5000):
        with pytest.raises(Malformed):
            read_slip(raw)
    with pytest.raises(InvalidValue, match="no notice"):
        make_slip(sketch.leaves, note(sketch), "NORTHLAND-1001-9")
