"""A text that was not committed to convicts its author, and nothing else convicts anybody."""

from __future__ import annotations

import dataclasses
import hashlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellclear.channel.composing import Composed
from wellclear.channel.false_part import FALSE_PART_BYTES_MAX, FalsePart, check_false_part, false_part
from wellclear.channel.sealing import PartKey, context, random_of, unseal
from wellclear.domain.canonical import b64
from wellclear.domain.entry import decode_leaf
from wellclear.domain.parts import Message, opening_of
from wellclear.errors import Malformed, Unverified, WellclearError
from wellclear.testing.sketch import Sketch

WORDS = Message(group="message", language="en", text="north of the river")
LIE = Message(group="message", language="en", text="south of the river")


def honest(sketch: Sketch, text: Message = WORDS) -> Composed:
    return sketch.compose(
        "message", "NORTHLAND", desk="NORTHLAND/OPS", to=["SOUTHLAND/OPS"], id=sketch.parties["NORTHLAND"].next_id(),
        told=sketch.told([text], ["SOUTHLAND"]),
    )  # fmt: skip


def shown(sketch: Sketch, *, false: bool) -> tuple[bytes, PartKey, bytes]:
    """A logged message of NORTHLAND: its leaf, the key of its part, the stored bytes."""
    composed = honest(sketch)
    (ref,) = composed.act.parts
    epoch = sketch.epoch_key("NORTHLAND", int(ref.epoch or 0))
    opening, key = unseal(composed.sent[0], epoch, composed.act, ref)
    stored = composed.sent[0]
    if false:
        stored = key.seal(opening_of(LIE, opening[:32]), random_of(stored), context(composed.act, ref))
        ref = msgspec.structs.replace(ref, sha=b64(hashlib.sha256(stored).digest()))
        composed = dataclasses.replace(
            composed, act=msgspec.structs.replace(composed.act, parts=[ref]), stored=(stored,)
        )
    sketch.send("NORTHLAND", composed, sketch.watched(composed))
    return sketch.leaves[-1], key, stored


@pytest.fixture(scope="module")
def sketch() -> Sketch:
    made = Sketch.founded(seed=3, epochs=True)
    made.sealed = True
    return made


@pytest.mark.requirement("R33", "N9")
def test_a_false_part_convicts_its_author_before_anybody(sketch: Sketch) -> None:
    leaf, key, stored = shown(sketch, false=True)
    file = false_part(leaf, 0, key, stored)
    assert file is not None and len(file) < FALSE_PART_BYTES_MAX
    found = check_false_part(file)
    assert (found.party, found.key, found.channel) == (
        "NORTHLAND",
        sketch.parties["NORTHLAND"].public("node"),
        sketch.channel,
    )
    assert "NORTHLAND" in found.sentence and sketch.picture.keys[found.key].party == "NORTHLAND"


@pytest.mark.requirement("R33")
def test_a_false_part_in_clear_convicts_without_a_key() -> None:
    sketch = Sketch.founded(seed=3)
    composed = honest(sketch)
    stored = opening_of(LIE, composed.sent[0][:32])
    (ref,) = composed.act.parts
    ref = msgspec.structs.replace(ref, sha=b64(hashlib.sha256(stored).digest()))
    composed = dataclasses.replace(composed, act=msgspec.structs.replace(composed.act, parts=[ref]), stored=(stored,))
    sketch.send("NORTHLAND", composed, sketch.watched(composed))
    file = false_part(sketch.leaves[-1], 0, None, stored)
    assert file is not None and check_false_part(file).party == "NORTHLAND"
    assert false_part(sketch.leaves[-1], 0, PartKey(bytes(32)), stored) is None


@pytest.mark.requirement("R33", "N9")
def test_an_honest_author_is_not_convicted_by_its_own_part(sketch: Sketch) -> None:
    leaf, key, stored = shown(sketch, false=False)
    assert false_part(leaf, 0, key, stored) is None
    for number, other in ((1, key), (0, None)):
        assert false_part(leaf, number, other, stored) is None
    with pytest.raises(Unverified, match="the one that was committed to"):
        check_false_part(FalsePart("NORTHLAND lies", 0, key.key, stored, leaf).encode())


@pytest.mark.requirement("R33", "N9")
@given(data=st.data())
def test_nobody_can_frame_an_author(data: st.DataObject) -> None:
    """Whatever a reader makes up: another key, other bytes under the true key, another leaf; alone or together."""
    (leaf, key, stored), (other_leaf, other_key, other_stored) = _SHOWN
    where = context(decode_leaf(leaf).act, decode_leaf(leaf).act.parts[0])
    forged = key.seal(opening_of(LIE, data.draw(st.binary(min_size=32, max_size=32))), random_of(stored), where)
    keys = st.one_of(st.sampled_from([key.key, other_key.key]), st.binary(min_size=32, max_size=32))
    bytes_ = st.one_of(st.sampled_from([stored, other_stored, forged]), st.binary(max_size=200), _spoiled(stored))
    leaves = st.one_of(st.sampled_from([leaf, other_leaf, _SKETCH.leaves[0]]), _spoiled(leaf))
    file = FalsePart(
        "NORTHLAND lies", data.draw(st.integers(0, 2)), data.draw(keys), data.draw(bytes_), data.draw(leaves)
    )
    assert false_part(file.leaf, file.number, PartKey(file.key or b""), file.stored) is None
    with pytest.raises(WellclearError):
        check_false_part(file.encode())


@pytest.mark.requirement("R33", "N9")
def test_bytes_that_the_header_does_not_name_convict_nobody(sketch: Sketch) -> None:
    """A reader holds the part's true key, and can seal a lie under it."""
    leaf, key, stored = shown(sketch, false=False)
    act = decode_leaf(leaf).act
    lie = key.seal(opening_of(LIE, bytes(32)), random_of(stored), context(act, act.parts[0]))
    assert false_part(leaf, 0, key, lie) is None
    with pytest.raises(Unverified, match="not those that the header names"):
        check_false_part(FalsePart("NORTHLAND lies", 0, key.key, lie, leaf).encode())


@pytest.mark.requirement("R33", "N9")
def test_a_header_that_nobody_has_signed_convicts_nobody(sketch: Sketch) -> None:
    leaf, key, stored = shown(sketch, false=True)
    entry = decode_leaf(leaf)
    assert false_part(leaf, 0, key, stored) is not None
    at = leaf.rindex(entry.sig.encode()) + 4
    forged = leaf[:at] + (b"A" if leaf[at : at + 1] != b"A" else b"B") + leaf[at + 1 :]
    assert false_part(forged, 0, key, stored) is None
    with pytest.raises(Unverified, match="signature"):
        check_false_part(FalsePart("NORTHLAND lies", 0, key.key, stored, forged).encode())


@pytest.mark.requirement("R33")
def test_a_file_that_says_something_else_than_it_proves_is_refused() -> None:
    with pytest.raises(Unverified, match="it proves another sentence: NORTHLAND, under the key"):
        check_false_part(_FILE.replace(b"has sent another text", b"has always sent another text"))


def test_a_reader_cannot_sign_the_header_that_would_frame(sketch: Sketch) -> None:
    """The same act under a forger's own key convicts that key, and the log says that it is not the author's."""
    leaf, key, stored = shown(sketch, false=False)
    act = decode_leaf(leaf).act
    (ref,) = act.parts
    lie = key.seal(opening_of(LIE, bytes(32)), random_of(stored), context(act, ref))
    ref = msgspec.structs.replace(ref, sha=b64(hashlib.sha256(lie).digest()))
    forged = Composed(msgspec.structs.replace(act, parts=[ref]), (lie,), (b"",))
    sketch.send("SOUTHLAND", forged)
    file = false_part(sketch.leaves[-1], 0, key, lie)
    assert file is not None
    found = check_false_part(file)
    assert sketch.picture.keys[found.key].party == "SOUTHLAND" != found.party


@pytest.mark.requirement("R33")
@given(part=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255))
def test_every_changed_byte_of_such_a_file_is_refused(part: float, change: int) -> None:
    spoiled = bytearray(_FILE)
    spoiled[int(part * len(spoiled))] ^= change
    with pytest.raises(WellclearError):
        check_false_part(bytes(spoiled))
    for wrong in (_FILE[: int(part * len(_FILE))], _FILE + b"\n"):
        with pytest.raises(WellclearError):
            check_false_part(wrong)


def test_what_is_no_such_file_is_refused_without_being_read() -> None:
    for wrong in (
        b"",
        b"wellclear/false-part/1\n",
        bytes(FALSE_PART_BYTES_MAX + 1),
        _FILE.replace(b"part 0", b"part 00"),
    ):
        with pytest.raises(Malformed):
            check_false_part(wrong)


def _spoiled(raw: bytes) -> st.SearchStrategy[bytes]:
    """The bytes with one of them changed."""
    return st.builds(
        lambda at, flip: raw[:at] + bytes([raw[at] ^ flip]) + raw[at + 1 :],
        st.integers(0, len(raw) - 1),
        st.integers(1, 255),
    )


_SKETCH = Sketch.founded(seed=4, epochs=True)
_SKETCH.sealed = True
_SHOWN = [shown(_SKETCH, false=False) for _ in range(2)]
_LEAF, _KEY, _STORED = shown(_SKETCH, false=True)
_FILE = false_part(_LEAF, 0, _KEY, _STORED) or b""
