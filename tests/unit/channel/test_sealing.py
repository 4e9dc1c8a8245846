"""Sealed parts: they open under their own header and key, and under no other; no byte of them can be changed."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from tests.vectors.second.sealing import unseal as unseal_again
from tests.vectors.second.wire import read
from wellclear.channel.composing import Composed, Told, compose, subject
from wellclear.channel.sealing import X25519_SUITE, PartKey, SealingKey, context, epoch_info, unseal
from wellclear.domain import canonical
from wellclear.domain.canonical import b64
from wellclear.domain.entry import PART_BYTES_MAX, SEAL_BYTES, Act, PartRef
from wellclear.domain.parts import Message, open_part, opening_of
from wellclear.domain.reasons import Reason
from wellclear.edges.wrapping import wrap
from wellclear.errors import InvalidValue, Refused, Unverified
from wellclear.testing.wrapping import wrap as wrap_alike
from wellclear.testing.wrapping import wrap_under

CHANNEL = b64(bytes(32))
KEY, OTHER = bytes([7]) * 32, bytes([8]) * 32
TOLD = Told(Message(group="message", language="en", text="north of the river"), ("SOUTHLAND",), bytes([1]) * 32)
VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "hpke" / "hpke.json").read_text(encoding="ascii"))


class OneEpoch:
    """A sealer with one epoch for anybody."""

    def __init__(self, number: int = 3, key: bytes = KEY) -> None:
        self.number, self.key = number, key
        self.audiences: list[tuple[str, ...]] = []

    def epoch_for(self, audience: tuple[str, ...]) -> tuple[int, bytes]:
        self.audiences.append(audience)
        return self.number, self.key

    def random(self) -> bytes:
        return hashlib.sha256(b"random %d" % len(self.audiences)).digest()


def message(told: Told = TOLD, sealer: Any = None, **members: Any) -> Composed:
    members = {"id": "NORTHLAND-1001-9", "desk": "NORTHLAND/OPS", "to": ["SOUTHLAND/OPS"]} | members
    return compose(
        "message", channel=CHANNEL, party="NORTHLAND", said_us=1, told=[told], sealer=sealer or OneEpoch(), **members
    )


@pytest.fixture
def sealed() -> tuple[Act, PartRef, bytes]:
    composed = message()
    return composed.act, composed.act.parts[0], composed.stored[0]


@pytest.mark.requirement("R39")
def test_a_part_opens_under_its_key_and_header(sealed: tuple[Act, PartRef, bytes]) -> None:
    act, ref, stored = sealed
    opening, key = unseal(stored, KEY, act, ref)
    assert open_part(opening, ref) == TOLD.group
    assert len(stored) == len(opening) + SEAL_BYTES <= PART_BYTES_MAX
    assert key.open(stored, context(act, ref)) == opening  # what is shown as proof opens this part
    plain = read(canonical.encode(act))
    assert unseal_again(KEY, stored, plain, plain["parts"][0]) == opening
    assert b"river" not in stored and TOLD.salt not in stored


@pytest.mark.requirement("R39")
def test_under_another_epoch_key_nothing_opens(sealed: tuple[Act, PartRef, bytes]) -> None:
    act, ref, stored = sealed
    with pytest.raises(Unverified, match="another key"):
        unseal(stored, OTHER, act, ref)
    with pytest.raises(Unverified, match="another key"):
        PartKey(bytes(32)).open(stored, context(act, ref))


def _headers(act: Act, ref: PartRef) -> list[tuple[Act, PartRef]]:
    """The same stored bytes under headers that differ in one thing each."""
    acts = [
        msgspec.structs.replace(act, channel=b64(bytes([1]) * 32)),
        msgspec.structs.replace(act, party="CASPIA"),
        msgspec.structs.replace(act, kind="safety"),
        msgspec.structs.replace(act, id="NORTHLAND-1002-7"),
        msgspec.structs.replace(act, id=msgspec.UNSET),
        msgspec.structs.replace(act, subject=subject("NORTHLAND-1001-9", 1)),
    ]
    refs = [
        msgspec.structs.replace(ref, epoch=4),
        msgspec.structs.replace(ref, to=["CASPIA"]),
        msgspec.structs.replace(ref, to=["SOUTHLAND", "CASPIA"]),
        msgspec.structs.replace(ref, commit=b64(bytes(32))),
    ]
    return [(other, ref) for other in acts] + [(act, other) for other in refs]


@pytest.mark.requirement("R39", "R33")
def test_stored_bytes_do_not_open_under_another_header(sealed: tuple[Act, PartRef, bytes]) -> None:
    """Also not for one who has the part's key and passes it off under a header of its own."""
    act, ref, stored = sealed
    _, key = unseal(stored, KEY, act, ref)
    for other_act, other_ref in _headers(act, ref):
        with pytest.raises(Unverified):
            unseal(stored, KEY, other_act, other_ref)
        with pytest.raises(Unverified, match="does not open"):
            key.open(stored, context(other_act, other_ref))


@pytest.mark.requirement("R33", "R39")
@given(st.data())
def test_no_byte_can_be_changed_or_lost(data: st.DataObject) -> None:
    """In the randomness, in the hash of the key, in the text and in the tag; also where the header goes along."""
    composed = message()
    act, ref, stored = composed.act, composed.act.parts[0], composed.stored[0]
    place = data.draw(st.sampled_from([range(32), range(32, 64), range(64, len(stored) - 16), range(-16, 0)]))
    at, flip = data.draw(st.sampled_from(place)), data.draw(st.integers(1, 255))
    spoiled = bytearray(stored)
    spoiled[at] ^= flip
    cut = stored[: data.draw(st.integers(0, len(stored) - 1))]
    for wrong in (bytes(spoiled), cut, stored + b"\0"):
        with pytest.raises(Unverified, match="not those that the header names"):
            unseal(wrong, KEY, act, ref)
        named = msgspec.structs.replace(ref, sha=b64(hashlib.sha256(wrong).digest()))
        with pytest.raises(Unverified):
            unseal(wrong, KEY, act, named)


@pytest.mark.requirement("R33", "R39")
def test_a_text_that_was_not_committed_to_is_proven_by_the_key_of_its_part_alone() -> None:
    """A hostile author seals another text; the reader shows the part's key, and everybody sees the lie."""
    honest = message()
    act, ref = honest.act, honest.act.parts[0]
    where, random = context(act, ref), bytes(32)
    key = PartKey.derive(KEY, random, where)
    false = opening_of(Message(group="message", language="en", text="south of the river"), TOLD.salt)
    stored = key.seal(false, random, where)
    ref = msgspec.structs.replace(ref, sha=b64(hashlib.sha256(stored).digest()))
    opening, shown = unseal(stored, KEY, act, ref)
    assert shown == key and shown.open(stored, where) == opening
    with pytest.raises(Unverified, match="commitment"):
        open_part(opening, ref)


@pytest.mark.requirement("R39")
def test_one_key_seals_one_text_whatever_the_randomness() -> None:
    """Zero is the nonce: the same randomness twice gives two keys where the texts are two."""
    same = bytes(32)
    composed = [message(dataclasses.replace(TOLD, salt=bytes([n]) * 32)) for n in (1, 2)]
    keys = {PartKey.derive(KEY, same, context(c.act, c.act.parts[0])).key for c in composed}
    assert len(keys) == 2


def test_a_key_of_another_length_derives_nothing() -> None:
    for key, random in ((b"", bytes(32)), (KEY, b"short")):
        with pytest.raises(InvalidValue):
            PartKey.derive(key, random, b"")
    with pytest.raises(InvalidValue):
        SealingKey(b"short")


def test_the_author_is_in_no_audience_and_what_is_for_it_alone_is_not_sent() -> None:
    sealer = OneEpoch()
    both = message(dataclasses.replace(TOLD, audience=("SOUTHLAND", "NORTHLAND", "CASPIA")), sealer)
    assert both.act.parts[0].to == ["CASPIA", "SOUTHLAND"] and sealer.audiences == [("CASPIA", "SOUTHLAND")]
    alone = message(dataclasses.replace(TOLD, audience=("NORTHLAND",)), sealer)
    (ref,) = alone.act.parts
    assert (ref.enc, ref.sha, ref.to, ref.epoch) == ("none", msgspec.UNSET, msgspec.UNSET, msgspec.UNSET)
    assert alone.sent == () and open_part(alone.openings[0], ref) == TOLD.group


def test_a_part_is_for_at_most_sixteen_parties() -> None:
    many = tuple(f"A{chr(65 + n)}" for n in range(17))
    assert message(dataclasses.replace(TOLD, audience=many[1:])).act.parts[0].epoch == 3
    with pytest.raises(InvalidValue, match="at most 16"):
        message(dataclasses.replace(TOLD, audience=many))


def test_without_an_epoch_nothing_is_composed() -> None:
    class NoEpoch(OneEpoch):
        def epoch_for(self, audience: tuple[str, ...]) -> tuple[int, bytes]:
            raise Refused(Reason.UNKNOWN_EPOCH, "none yet", field="audience")

    with pytest.raises(Refused):
        message(sealer=NoEpoch())


@pytest.mark.requirement("R39")
@pytest.mark.parametrize("hybrid", [False, True])
def test_an_epoch_key_is_unwrapped_by_its_reader_alone(hybrid: bool) -> None:
    reader, stranger = (SealingKey(bytes([n]) * 32, hybrid=hybrid) for n in (1, 2))
    info = epoch_info(CHANNEL, "NORTHLAND", 1)
    made = wrap(reader.public_key, KEY, info)
    assert len(made) == (1168 if hybrid else 80) and made != wrap(reader.public_key, KEY, info)
    assert reader.unwrap(made, info) == KEY
    for key, wrong, other in (
        (stranger, made, info),
        (reader, made, epoch_info(CHANNEL, "NORTHLAND", 2)),
        (reader, made[:-1] + bytes([made[-1] ^ 1]), info),
        (reader, bytes([made[0] ^ 1]) + made[1:], info),
        (reader, bytes(32) + made[32:], info),
        (reader, made[:40], info),
        (reader, b"", info),
    ):
        with pytest.raises(Unverified, match="does not open"):
            key.unwrap(wrong, other)


@pytest.mark.parametrize("key", [bytes(32), b"\xff" * 32, b"short"])
def test_nothing_is_wrapped_for_a_key_that_hides_nothing(key: bytes) -> None:
    with pytest.raises(InvalidValue):
        wrap(key, KEY, b"")


def test_the_wraps_of_tests_are_hpke() -> None:
    """The library opens them, and under the ephemeral key of strangers they are the strangers' own."""
    reader, info = SealingKey(bytes([1]) * 32), epoch_info(CHANNEL, "NORTHLAND", 1)
    made = wrap_alike(reader.public_key, KEY, info, b"seed")
    assert made == wrap_alike(reader.public_key, KEY, info, b"seed") and reader.unwrap(made, info) == KEY
    row = next(row for row in VECTORS["vectors"] if row["kem"].startswith("DHKEM"))
    private, ephemeral, public, info, pt, key, nonce = (
        bytes.fromhex(row[name]) for name in ("skRm", "skEm", "pkRm", "info", "pt", "key", "base_nonce")
    )
    whole = bytes.fromhex(row["enc"]) + AESGCM(key).encrypt(nonce, pt, b"")
    assert wrap_under(X25519PrivateKey.from_private_bytes(ephemeral), public, pt, info) == whole
    assert X25519_SUITE.decrypt(whole, X25519PrivateKey.from_private_bytes(private), info) == pt
