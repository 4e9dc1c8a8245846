"""Each bad entry of the list of faults: the host refuses it by name, and where a host logs it, nothing moves."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from msgspec import UNSET

from tests.unit.apps.host.world import Writer
from tests.unit.channel.test_sequencer import Bench
from wellclear.channel.composing import Composed
from wellclear.channel.opening import open_leaf
from wellclear.channel.submission import Answer, Frame
from wellclear.domain.canonical import b64
from wellclear.domain.entry import LEAF_BYTES_MAX, SIG_TAIL_BYTES, close_leaf, entry_message, unsigned_leaf
from wellclear.domain.reasons import Reason
from wellclear.log.ed25519 import Signer
from wellclear.picture.fold import fold
from wellclear.picture.picture import Step
from wellclear.testing.sketch import Sketch, circle

NORTH, SOUTH = "NORTHLAND", "SOUTHLAND"


def signed(unsigned: bytes, signer: Signer) -> bytes:
    """Any bytes up to the signature, under a true signature of that key: only their form can be wrong."""
    return close_leaf(unsigned, signer.sign(entry_message(unsigned)))


def rewritten(bench: Bench, change: Callable[[bytes], bytes]) -> Frame:
    """A good message of NORTHLAND whose bytes were changed before the node signed them."""
    frame = bench.north.message(SOUTH)
    unsigned = change(frame.leaf[:-SIG_TAIL_BYTES])
    assert unsigned != frame.leaf[:-SIG_TAIL_BYTES], "nothing was changed"
    return Frame(signed(unsigned, bench.north.signer), frame.parts)


def malformed(bench: Bench) -> Frame:
    return rewritten(bench, lambda raw: raw.replace(b'"said":', b'"said":x', 1))


def oversized(bench: Bench) -> Frame:
    return rewritten(bench, lambda raw: raw.replace(b'"kind":"', b'"kind":"' + b"A" * LEAF_BYTES_MAX, 1))


def too_deep(bench: Bench) -> Frame:
    deep = b'"public":{"a":' + b"[" * 9 + b"]" * 9 + b'},"rules":'
    return rewritten(bench, lambda raw: raw.replace(b'"rules":', deep, 1))


def much_too_deep(bench: Bench) -> Frame:
    deep = b'"public":{"a":' + b"[" * 20_000 + b"]" * 20_000 + b'},"rules":'
    return rewritten(bench, lambda raw: raw.replace(b'"rules":', deep, 1))


def duplicate_key(bench: Bench) -> Frame:
    return rewritten(bench, lambda raw: raw.replace(b'"rules":1', b'"rules":1,"rules":1', 1))


def non_canonical(bench: Bench) -> Frame:
    return rewritten(bench, lambda raw: raw.replace(b'"rules":1', b'"rules": 1', 1))


def a_float(bench: Bench) -> Frame:
    return rewritten(bench, lambda raw: raw.replace(b'"rules":1', b'"rules":1.0', 1))


def turning_text(bench: Bench) -> Frame:
    deceitful = '"public":{"a":"pass\u202eecrof"},"rules":'.encode()
    return rewritten(bench, lambda raw: raw.replace(b'"rules":', deceitful, 1))


def strange_member(bench: Bench) -> Frame:
    return rewritten(bench, lambda raw: raw.replace(b'"rules":1', b'"rules":1,"said_by":1', 1))


FORMS: list[tuple[Callable[[Bench], Frame], Reason, str]] = [
    (malformed, Reason.BAD_ENVELOPE, "header: not JSON"),
    (oversized, Reason.TOO_LARGE, "larger than"),
    (too_deep, Reason.BAD_ENVELOPE, "act.public.a"),
    (much_too_deep, Reason.BAD_ENVELOPE, "header: not JSON"),
    (duplicate_key, Reason.BAD_ENVELOPE, "header: not canonical"),
    (non_canonical, Reason.BAD_ENVELOPE, "header: not canonical"),
    (a_float, Reason.BAD_ENVELOPE, "header.act.rules"),
    (turning_text, Reason.BAD_ENVELOPE, "act.public.a: contains U+202E"),
    (strange_member, Reason.BAD_ENVELOPE, "header.act: Object contains unknown field"),
]


def of_another_key(bench: Bench) -> Frame:
    frame = bench.north.message(SOUTH)
    return Frame(signed(frame.leaf[:-SIG_TAIL_BYTES], bench.south.signer), frame.parts)


def replayed(bench: Bench) -> Frame:
    """The bytes of an old entry with one byte of its time changed: a replay of the very bytes only finds its place."""
    old = next(leaf for leaf in bench.sketch.leaves if b'"kind":"propose"' in leaf and b'"party":"NORTHLAND"' in leaf)
    raw = old[:-SIG_TAIL_BYTES]
    return Frame(signed(raw.replace(b'"time":1', b'"time":2', 1), bench.north.signer))


def other_channel(bench: Bench) -> Frame:
    return Writer(Sketch.founded(seed=77), NORTH).time()


def unknown_party(bench: Bench) -> Frame:
    bench.sketch.party("EASTLAND", "principal")
    return Writer(bench.sketch, "EASTLAND").time()


def another_partys_name(bench: Bench) -> Frame:
    frame = bench.north.time()
    raw = frame.leaf[:-SIG_TAIL_BYTES].replace(b'"party":"NORTHLAND"', b'"party":"SOUTHLAND"', 1)
    return Frame(signed(raw, bench.north.signer))


def stripped_approval(bench: Bench) -> Frame:
    """Taken out on the way: the node's signature covers the approvals."""
    frame = bench.north.message(SOUTH)
    header, seals, _ = frame.leaf.split(b"\n")
    told = json.loads(seals) | {"approvals": []}
    bare = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
    return Frame(header + b"\n" + bare + b"\n", frame.parts)


PROOFS: list[tuple[Callable[[Bench], Frame], Reason]] = [
    (of_another_key, Reason.BAD_SIGNATURE),
    (replayed, Reason.NOT_NEXT),
    (other_channel, Reason.OTHER_CHANNEL),
    (unknown_party, Reason.UNKNOWN_KEY),
    (another_partys_name, Reason.NOT_YOUR_KEY),
    (stripped_approval, Reason.BAD_SIGNATURE),
]


@pytest.fixture
def bench() -> Bench:
    return Bench(Sketch.founded(seed=41))


def moved(step: Step) -> set[str]:
    """The tables in which an entry that cannot stand changed a row."""
    return {change.table for change in step.changes}


def logged_all_the_same(bench: Bench, frame: Frame) -> Step:
    return fold(bench.sketch.picture, open_leaf(bench.sketch.picture.size, frame.leaf))


@pytest.mark.requirement("R33")
@pytest.mark.parametrize(("make", "reason", "detail"), FORMS, ids=[make.__name__ for make, _, _ in FORMS])
def test_a_form_that_is_none_is_refused_with_its_field_and_moves_nothing(
    bench: Bench, make: Callable[[Bench], Frame], reason: Reason, detail: str
) -> None:
    frame = make(bench)
    step = logged_all_the_same(bench, frame)
    assert ([remark.reason for remark in step.remarks], moved(step)) == ([reason], set())
    answer = bench.admit(frame)
    assert isinstance(answer, Answer)
    assert answer.refused is not UNSET
    assert answer.refused.reason == reason
    assert detail in answer.refused.detail
    assert answer.refused.detail.isascii(), "it is signed, and those bytes were anybody's"


@pytest.mark.requirement("R33")
@pytest.mark.parametrize(("make", "reason"), PROOFS, ids=[make.__name__ for make, _ in PROOFS])
def test_an_entry_that_proves_nothing_is_refused_and_moves_nothing(
    bench: Bench, make: Callable[[Bench], Frame], reason: Reason
) -> None:
    frame = make(bench)
    assert bench.refused(frame) == reason
    step = logged_all_the_same(bench, frame)
    assert ([remark.reason for remark in step.remarks], moved(step)) == ([reason], set())


def test_bytes_that_were_logged_find_their_place_and_count_once(bench: Bench) -> None:
    """A replay of the very bytes: the host proves the old place; a host that logs them twice changes nothing."""
    frame = Frame(bench.sketch.leaves[-1])
    assert bench.admit(frame) == len(bench.sketch.leaves) - 1
    step = logged_all_the_same(bench, frame)
    assert ([remark.reason for remark in step.remarks], moved(step)) == ([Reason.NOT_NEXT], set())


def released(bench: Bench, *by: tuple[str, str]) -> Frame:
    sketch = bench.sketch
    composed: Composed = sketch.compose(
        "notice", NORTH, desk=f"{NORTH}/OPS", to=[f"{SOUTH}/OPS"], id=sketch.parties[NORTH].next_id(),
        keep_until="2026-12-01", told=sketch.told(sketch.notice_groups([circle(34.5, 38.3, 5_000)]), [SOUTH]),
    )  # fmt: skip
    return bench.north.frame(composed, sketch.approved(composed, *by))


@pytest.mark.requirement("R21")
@pytest.mark.parametrize(
    ("by", "reason"),
    [
        ([("R1", "drafter"), ("R1", "release_authority")], Reason.SAME_PERSON),
        ([("R1", "release_authority")], Reason.MISSING_APPROVAL),
        ([("W1", "drafter")], Reason.MISSING_APPROVAL),
        ([], Reason.MISSING_APPROVAL),
        ([("W1", "drafter"), ("W2", "release_authority")], Reason.NOT_YOUR_ROLE),
    ],
)
def test_an_own_release_is_logged_as_a_remark_and_announces_nothing(
    bench: Bench, by: list[tuple[str, str]], reason: Reason
) -> None:
    """The host takes it (it looks at envelopes alone); every fold says why it does not stand."""
    frame = released(bench, *by)
    assert isinstance(bench.admit(frame), int)
    step = logged_all_the_same(bench, frame)
    assert [remark.reason for remark in step.remarks] == [reason]
    assert not moved(step) & {"item", "owed", "answer"}


@pytest.mark.requirement("R21")
def test_an_approval_that_its_own_node_strips_before_signing_is_missed_by_everybody(bench: Bench) -> None:
    frame = released(bench, ("W1", "drafter"), ("R1", "release_authority"))
    entry = open_leaf(0, frame.leaf).entry
    assert entry is not None
    bare = Frame(signed(unsigned_leaf(entry.act, entry.link, entry.approvals[1:]), bench.north.signer), frame.parts)
    step = logged_all_the_same(bench, bare)
    assert [remark.reason for remark in step.remarks] == [Reason.MISSING_APPROVAL]
    assert b64(entry.act_hash) not in str(step.changes), "and what nobody released may be released later"
    assert "item" not in moved(step)
