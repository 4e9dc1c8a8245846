"""Golden logs of sealing: epochs, what ends them, what is sealed and disclosed. `flips.txt` lists what they hold."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from tests.golden.foolish import (
    CLEAR,
    HOST,
    NORTH,
    RELEASE,
    SOUTH,
    THREE,
    ZEROS,
    admit,
    clocks,
    enrol,
    founded,
    named,
    new,
    propose,
    say,
    sign,
)
from wellclear.channel.composing import Told, subject
from wellclear.channel.sealing import SealingKey
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import Act, Head, Link, PartRef, close_leaf, entry_message, unsigned_leaf
from wellclear.domain.keys import HYBRID_BYTES
from wellclear.domain.names import ItemId
from wellclear.domain.parts import Message, ReadbackRow, store_in_clear
from wellclear.testing.sketch import START_US, Sketch, SketchParty, circle

GUEST = "TRANSIA"
P = 2**255 - 19
Y8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
"""y of a point of order 8 of the curve."""
AREA = [circle(34.55, 38.30, 5_000)]
DESK = ["SOUTHLAND/OPS"]


def filler(size: int, *label: object) -> bytes:
    """Bytes that nobody opens: the fold looks at a wrap's length alone."""
    return hashlib.shake_256(repr(label).encode()).digest(size)


def name_of(key: bytes) -> str:
    """How a wrap names the sealing key that it is for."""
    return b64(hashlib.sha256(key).digest())


def wraps(sketch: Sketch, *readers: str, keys: dict[str, bytes] | None = None, **sizes: int) -> list[dict[str, str]]:
    """A wrap for each, in this order, for the key that it came with or another; of the length that fits, or another."""
    made = []
    for reader in readers:
        key = (keys or {}).get(reader) or sketch.parties[reader].sealing.public_key
        size = sizes.get(reader, 80 if len(key) == 32 else 1168)
        wrap = b64(filler(size, reader, len(sketch.leaves)))
        made.append({"party": reader, "key": name_of(key), "wrap": wrap})
    return made


def seal(sketch: Sketch, party: str, audience: Sequence[str], number: int | None = None, **changed: Any) -> None:
    """An epoch of a party, by default its next one; any member may be another."""
    use, by = changed.pop("use", "node"), changed.pop("by", None)
    number = (sketch.picture.epochs_made.get(party) or 0) + 1 if number is None else number
    commit = b64(filler(32, "commit", party, number))
    public = {"number": number, "audience": list(audience), "commit": commit}
    public |= {"wraps": changed.pop("wraps", None) or wraps(sketch, *sorted({party, *audience}))}
    say(sketch, party, "epoch", (), by, use=use, public={**public, **changed})


def sealed(number: int, /, *readers: str, **changed: Any) -> PartRef:
    """A part that says it is sealed."""
    commit, sha = (b64(filler(32, label, number, readers)) for label in ("commit", "sha"))
    members: dict[str, Any] = {"commit": commit, "enc": "aes256gcm", "sha": sha, "to": list(readers), "epoch": number}
    return PartRef(**{**members, **changed})


def _next_day(sketch: Sketch, day: int) -> None:
    clocks(sketch, NORTHLAND=86_400 * day, CASPIA=86_400 * day)
    sketch.now_us = START_US + 86_400 * day * 10**6


def sends(sketch: Sketch, party: str, to: Sequence[str], *parts: PartRef) -> None:
    new(sketch, party, "message", to, parts=list(parts))


def epochs() -> Sketch:
    """Epochs before there is an agreement, foolish ones, renewed ones; what is owed for what is sealed under them."""
    sketch = named(17, THREE, exercise=False, keep_days=2)
    seal(sketch, NORTH, [SOUTH])
    seal(sketch, NORTH, [SOUTH])  # renewed before there is a `keep_days`: the first leaves after today
    seal(sketch, HOST, [NORTH, SOUTH])
    sketch.agree()
    for party in THREE:
        enrol(sketch, party, ("W1", "W2", "R1"))
    sends(sketch, NORTH, DESK, sealed(1, SOUTH))
    _next_day(sketch, 1)
    sends(sketch, NORTH, DESK, sealed(1, SOUTH))
    _foolish(sketch)
    _sealed(sketch)
    return sketch


def _foolish(sketch: Sketch) -> None:
    for number in (2, 4):
        seal(sketch, NORTH, [SOUTH, HOST], number)
    both = [HOST, SOUTH]
    seal(sketch, NORTH, both[::-1])
    for audience in ([SOUTH, SOUTH], [NORTH, SOUTH]):
        seal(sketch, NORTH, audience)
        seal(sketch, NORTH, audience, wraps=wraps(sketch, *sorted([NORTH, *audience])))
    seal(sketch, NORTH, [NORTH])
    nobody = {"party": GUEST, "key": ZEROS, "wrap": b64(bytes(80))}
    seal(sketch, NORTH, [GUEST], wraps=[*wraps(sketch, NORTH), nobody])
    whole = wraps(sketch, HOST, NORTH, SOUTH)
    for some in (whole[:2], whole[1:], [*whole, whole[2]], [whole[1], whole[0], whole[2]], [whole[0], whole[2]]):
        seal(sketch, NORTH, both, wraps=some)
    for key in (bytes(32), unb64(sketch.parties[SOUTH].public("node")), sketch.parties[HOST].sealing.public_key):
        seal(sketch, NORTH, both, wraps=wraps(sketch, HOST, NORTH, SOUTH, keys={SOUTH: key}))
    seal(sketch, NORTH, both, wraps=wraps(sketch, HOST, NORTH, SOUTH, SOUTHLAND=1168))
    unknown = {SOUTH: bytes(32)}
    seal(sketch, NORTH, both, wraps=wraps(sketch, HOST, NORTH, SOUTH, keys=unknown, CASPIA=1168))
    for audience in ([], [f"A{chr(65 + letter)}" for letter in range(17)]):
        seal(sketch, NORTH, audience, wraps=whole)
    seal(sketch, NORTH, both, 0)
    seal(sketch, NORTH, both, wraps=[{**whole[0], "wrap": b64(bytes(81))}, *whole[1:]])
    seal(sketch, NORTH, both, use="recovery")
    seal(sketch, NORTH, both)  # what did not stand has taken no number
    seal(sketch, NORTH, [HOST])


def _sealed(sketch: Sketch) -> None:
    """NORTHLAND's second epoch is for SOUTHLAND, the third for CASPIA and SOUTHLAND, the fourth for CASPIA."""
    both, desks = sealed(3, HOST, SOUTH), ["CASPIA/OPS", "SOUTHLAND/OPS"]
    sends(sketch, NORTH, desks, both)
    sends(sketch, NORTH, desks, sealed(2, SOUTH))
    sends(sketch, NORTH, desks, sealed(2, SOUTH), sealed(9, HOST))
    sends(sketch, NORTH, desks, sealed(2, SOUTH), sealed(4, HOST))
    sends(sketch, NORTH, desks, sealed(3, SOUTH, HOST), sealed(3, SOUTH), sealed(2, SOUTH, SOUTH), sealed(2, HOST))
    sends(sketch, SOUTH, ["NORTHLAND/OPS"], sealed(3, HOST, SOUTH))  # of another party
    sends(sketch, NORTH, ["SOUTHLAND/NONE", "SOUTHLAND/OPS"], sealed(7, SOUTH))
    bare = PartRef(commit=ZEROS, enc="none")
    sends(sketch, NORTH, DESK, bare)
    sends(sketch, NORTH, DESK, bare, CLEAR)
    sends(sketch, NORTH, DESK, bare, sealed(2, SOUTH))
    seal(sketch, NORTH, [SOUTH])  # the fifth
    sends(sketch, NORTH, DESK, sealed(2, SOUTH))
    sends(sketch, NORTH, DESK, sealed(5, SOUTH))
    one = new(sketch, NORTH, "notice", DESK, parts=[sealed(5, SOUTH)] * 4)
    say(sketch, SOUTH, "ack", ["NORTHLAND/OPS"], subject=subject(one, 1), parts=[sealed(8, NORTH)])
    for odd in (
        sealed(5, SOUTH, enc="none"), sealed(5, SOUTH, epoch=msgspec.UNSET),
        PartRef(commit=ZEROS, enc="aes256gcm", epoch=5),
    ):  # fmt: skip
        sketch.log(_by_hand(sketch, odd))


def _by_hand(sketch: Sketch, part: PartRef) -> bytes:
    """A leaf that no envelope may hold, signed by NORTHLAND's node."""
    author = sketch.parties[NORTH]
    chain, signer = author.chains["node"], author.key("node")
    assert chain.prev is not None
    act = Act(
        rules=1, party=NORTH, kind="time", to=[], precedence="P", said=sketch.now_us, parts=[part],
        channel=sketch.channel,
    )  # fmt: skip
    head = Head(size=len(sketch.leaves), root=b64(sketch.tree.root(len(sketch.leaves))))
    key = b64(signer.public_key)
    link = Link(key=key, seq=chain.seq + 1, time=sketch.now_us, prev=b64(chain.prev), head=head)
    unsigned = unsigned_leaf(act, link, ())
    return close_leaf(unsigned, signer.sign(entry_message(unsigned)))


def epochs_end() -> Sketch:
    """Who leaves, or has another sealing key, ends what it can open and what it seals; which keys these may be."""
    sketch = founded(18, HOST, NORTH, SOUTH, keep_days=2)
    guest = admit(sketch, GUEST, "principal")
    enrol(sketch, GUEST, ("W1", "R1"))
    seal(sketch, NORTH, [SOUTH, GUEST])
    seal(sketch, NORTH, [SOUTH, GUEST])
    seal(sketch, NORTH, [SOUTH])
    seal(sketch, GUEST, [NORTH])
    seal(sketch, HOST, [GUEST])
    _next_day(sketch, 1)
    picture = {"key": sketch.parties[NORTH].public("picture2"), "use": "picture"}
    say(sketch, NORTH, "add_key", use="recovery", public=picture)
    first = {GUEST: guest.sealing.public_key}
    _other_key(sketch, guest)
    sends(sketch, NORTH, DESK, sealed(1, SOUTH, GUEST))
    sends(sketch, NORTH, DESK, sealed(2, SOUTH, GUEST))
    sends(sketch, NORTH, DESK, sealed(3, SOUTH))
    _of_the_other_key(sketch, first)
    sends(sketch, NORTH, DESK, sealed(1, SOUTH, GUEST))  # a newer one for the same readers mends nothing
    say(sketch, GUEST, "revoke", use="recovery", public={"key": b64(first[GUEST]), "since": 0})
    _bad_keys(sketch)
    seal(sketch, NORTH, [GUEST], wraps=_hybrid(sketch, NORTH, GUEST))
    seal(sketch, NORTH, [HOST])
    proposal = propose(sketch, NORTH, "remove", remove=GUEST)
    sign(sketch, proposal, NORTH, SOUTH)
    seal(sketch, NORTH, [GUEST], wraps=_hybrid(sketch, NORTH, GUEST))
    say(
        sketch,
        SOUTH,
        "revoke",
        use="recovery",
        public={"key": b64(sketch.parties[SOUTH].sealing.public_key), "since": 0},
    )
    seal(sketch, SOUTH, [NORTH])
    for day in (2, 3, 4):
        _next_day(sketch, day)
    sends(sketch, NORTH, DESK, sealed(1, SOUTH, GUEST))
    _closed(sketch)
    return sketch


def _hybrid(sketch: Sketch, *readers: str, **sizes: int) -> list[dict[str, str]]:
    """Wraps of which the guest's is for its second key."""
    return wraps(sketch, *readers, keys={GUEST: _second(sketch.parties[GUEST]).public_key}, **sizes)


def _second(party: SketchParty) -> SealingKey:
    return SealingKey(party.seed_of("sealing 2"), hybrid=True)


def _other_key(sketch: Sketch, guest: SketchParty) -> None:
    """Its second key is a hybrid one."""
    second = {"key": b64(_second(guest).public_key), "use": "sealing"}
    say(sketch, GUEST, "add_key", use="recovery", public={**second, "use": "standby"})
    say(sketch, GUEST, "add_key", use="recovery", public=second)


def _of_the_other_key(sketch: Sketch, first: dict[str, bytes]) -> None:
    both = sorted([SOUTH, GUEST])
    three = sorted([NORTH, *both])
    seal(sketch, NORTH, both, wraps=wraps(sketch, *three, keys=first))
    seal(sketch, NORTH, both, wraps=_hybrid(sketch, *three, TRANSIA=80))
    seal(sketch, NORTH, both, wraps=_hybrid(sketch, *three))


def _bad_keys(sketch: Sketch) -> None:
    """Not registered: not canonical, of small order, of another length, taken. Registered: on no Edwards curve."""
    u8 = [(1 + y) * pow(1 - y, -1, P) % P for y in (Y8, P - Y8)]
    numbers = [0, 1, P - 1, *u8, P, P + 1, 9 + P, 9 + 2**255, 2**256 - 1]
    hybrid = _second(sketch.parties[SOUTH]).public_key
    keys = [number.to_bytes(32, "little") for number in numbers]
    keys += [hybrid[:-32] + bytes(32), b"\xff" * 3 + hybrid[3:]]
    keys += [bytes([0x01, 0x0D, 0x00]) + hybrid[3:], hybrid[:1149] + bytes([0, 0x10, 0xD0]) + hybrid[1152:]]
    keys += [unb64(sketch.parties[SOUTH].public("node"))]
    assert {len(key) for key in keys} == {32, HYBRID_BYTES}
    for key in keys:
        say(sketch, SOUTH, "add_key", use="recovery", public={"key": b64(key), "use": "sealing"})
    for number, use in ((2, "standby"), (2, "sealing")):  # u = 2 is no y of the other curve
        added = {"key": b64(number.to_bytes(32, "little")), "use": use}
        say(sketch, SOUTH, "add_key", use="recovery", public=added)
    last = bytes([0x00, 0x0D, 0x00]) + hybrid[3:1149] + bytes([0, 0, 0xD0]) + hybrid[1152:]
    say(sketch, SOUTH, "add_key", use="recovery", public={"key": b64(last), "use": "sealing"})


def _closed(sketch: Sketch) -> None:
    """In a closed channel what is needed for safety goes on."""
    say(sketch, SOUTH, "withdraw")
    seal(sketch, NORTH, [HOST])
    number = sketch.picture.epochs_made[NORTH]
    new(sketch, NORTH, "safety", ["CASPIA/OPS"], code="cease", parts=[sealed(number, HOST)])
    sends(sketch, NORTH, ["CASPIA/OPS"], sealed(number, HOST))


def disclosures() -> Sketch:
    """What is opened further: whose, of which version, to whom; what is owed for it, and how long."""
    sketch = founded(19, HOST, NORTH, SOUTH, keep_days=2)
    said = Message(group="message", language="en", text="what is opened")
    part, stored = store_in_clear(said, bytes(32), (HOST,))
    desks = ["CASPIA/OPS"]
    one = new(sketch, NORTH, "notice", DESK, keep_until="2026-11-20")
    two = new(sketch, NORTH, "safety", DESK, code="cease")

    def open_(party: str, item: str, version: int, by: Any = RELEASE, **members: Any) -> None:
        sketch.advance(1)
        to = members.pop("to", desks)
        members.setdefault("parts", [part])
        say(sketch, party, "disclose", to, by, subject=subject(item, version), **members)

    open_(NORTH, one, 1)
    open_(SOUTH, one, 1)
    open_(NORTH, one, 2)
    open_(NORTH, two, 1)
    open_(NORTH, str(ItemId(NORTH, 1009)), 1)
    open_(NORTH, one, 1, RELEASE[:1])
    open_(NORTH, one, 1, parts=[])
    open_(NORTH, one, 1, to=["CASPIA/OPS", "SOUTHLAND/OPS", "CASPIA/NONE"])
    open_(NORTH, one, 1, to=[])
    open_(NORTH, one, 1, id=one)
    open_(NORTH, one, 1, code="cease")
    open_(NORTH, one, 1, keep_until="2026-02-30")
    open_(NORTH, one, 1, parts=[sealed(1, HOST)])
    say(sketch, NORTH, "amend", DESK, subject=subject(one, 2), keep_until="2026-11-20")
    open_(NORTH, one, 1)
    say(sketch, HOST, "receipt", public={"through": len(sketch.leaves) - 1})
    open_(NORTH, one, 2)
    say(sketch, NORTH, "cancel", DESK, subject=subject(one, 2))
    open_(NORTH, one, 2)
    for day in (1, 2, 3):
        _next_day(sketch, day)
    open_(NORTH, one, 2)
    sketch.parts[str(part.sha)] = stored
    return sketch


def sealed_day() -> Sketch:
    """A real channel in which everything is sealed, and two parts more are disclosed to the host."""
    sketch = named(20, THREE, exercise=False)
    sketch.agree()
    for party in THREE:
        enrol(sketch, party, ("W1", "W2", "R1"))
    sketch.sealed = True
    told = sketch.told(sketch.notice_groups(AREA), [NORTH, SOUTH])
    one = sketch.parties[NORTH].next_id()
    members: dict[str, Any] = {"desk": "NORTHLAND/OPS", "precedence": "P"}
    notice = sketch.compose("notice", NORTH, to=DESK, id=one, keep_until="2026-12-01", told=told, **members)
    sketch.send(NORTH, notice, sketch.released(notice))
    row = ReadbackRow(lat_e7=345_500_000, lon_e7=383_000_000, lower_mm=0, upper_mm=10_000_000, start_us=START_US)
    sketch.ack(SOUTH, one, rows=[row])
    sketch.answer(NORTH, "confirm", one, public={"desk": "SOUTHLAND/OPS"})
    more = [Told(row.group, (HOST,), row.salt) for row in told[1:3]]
    disclosed = sketch.compose("disclose", NORTH, to=["CASPIA/OPS"], subject=subject(one, 1), told=more, **members)
    sketch.send(NORTH, disclosed, sketch.released(disclosed))
    sketch.safety(SOUTH, ["CASPIA/OPS", "NORTHLAND/OPS"])
    said = Message(group="message", language="en", text="sealed, é")
    talk = sketch.compose(
        "message", NORTH, to=DESK, id=sketch.parties[NORTH].next_id(), told=sketch.told([said], [SOUTH]), **members
    )
    sketch.send(NORTH, talk, sketch.watched(talk))
    return sketch


CORNERS = {"epochs": epochs, "epochs_end": epochs_end, "disclosures": disclosures, "sealed": sealed_day}
