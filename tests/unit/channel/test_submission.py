"""The frames of a submission, and answers that a host cannot deny."""

from __future__ import annotations

from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellclear.channel.submission import (
    Answers,
    Frame,
    Refusal,
    check_answers,
    decode_frames,
    encode_frames,
    placed,
    sign_refusal,
)
from wellclear.domain.canonical import b64, encode
from wellclear.domain.entry import SUBMISSION_BYTES_MAX
from wellclear.errors import InvalidValue, Malformed, Unverified
from wellclear.log.checkpoint import Checkpoint, sign_checkpoint
from wellclear.log.ed25519 import SigningKey
from wellclear.log.merkle import Tree, leaf_hash

LOG, SEQUENCER, OTHER = SigningKey(b"l" * 32), SigningKey(b"s" * 32), SigningKey(b"o" * 32)
frames = st.builds(Frame, st.binary(max_size=300), st.lists(st.binary(max_size=300), max_size=4).map(tuple))


@given(st.lists(frames, min_size=1, max_size=6))
def test_frames_come_back_as_they_were(sent: list[Frame]) -> None:
    assert decode_frames(encode_frames(sent)) == sent


@given(st.binary(max_size=400))
def test_any_bytes_are_frames_in_one_spelling_or_malformed(body: bytes) -> None:
    with suppress(Malformed):
        assert encode_frames(decode_frames(body)) == body


@given(st.lists(frames, min_size=1, max_size=3), st.data())
def test_a_cut_body_is_malformed_or_shorter(sent: list[Frame], data: st.DataObject) -> None:
    body = encode_frames(sent)
    cut = data.draw(st.integers(0, len(body) - 1))
    with suppress(Malformed):
        assert len(decode_frames(body[:cut])) < len(sent)


def test_limits_of_a_submission() -> None:
    with pytest.raises(InvalidValue, match="more than 65535"):
        encode_frames([Frame(bytes(65_536))])
    with pytest.raises(InvalidValue, match="more than 255"):
        encode_frames([Frame(b"", (b"",) * 256)])
    with pytest.raises(InvalidValue, match=f"more than {SUBMISSION_BYTES_MAX}"):
        encode_frames([Frame(bytes(60_000))] * 18)
    with pytest.raises(Malformed, match="longer"):
        decode_frames(bytes(SUBMISSION_BYTES_MAX + 1))
    with pytest.raises(Malformed, match="at least one"):
        decode_frames(b"")


def answered() -> tuple[Answers, list[bytes]]:
    """Three entries in the log and one refused, under one checkpoint of five leaves."""
    hashes = [leaf_hash(bytes([number])) for number in range(5)]
    tree = Tree(hashes)
    note = sign_checkpoint(Checkpoint("o/l", 5, tree.root()), LOG).decode()
    refused = leaf_hash(b"refused")
    refusal = Refusal(hash=b64(refused), reason="NOT_NEXT", detail="follow the log", size=5, time=7)
    answers = [placed(hashes[at], at, tree.inclusion_proof(at, 5)) for at in (1, 2, 4)]
    return Answers(checkpoint=note, answers=[*answers, sign_refusal(refusal, SEQUENCER)]), [
        hashes[1], hashes[2], hashes[4], refused,
    ]  # fmt: skip


def check(answers: Answers, sent: list[bytes]) -> None:
    check_answers(encode(answers), sent, "o/l", LOG.public_key, SEQUENCER.public_key)


def test_an_answer_is_proven_entry_by_entry() -> None:
    answers, sent = answered()
    checkpoint, proven = check_answers(encode(answers), sent, "o/l", LOG.public_key, SEQUENCER.public_key)
    assert checkpoint.size == 5
    assert [one.index for one in proven] == [1, 2, 4, None]
    assert [one.leaf_hash for one in proven] == sent
    assert proven[3].refusal is not None
    assert proven[3].refusal.reason == "NOT_NEXT"


def test_a_false_answer_is_noticed() -> None:
    answers, sent = answered()
    rows = answers.answers
    refused = rows[3].refused
    assert isinstance(refused, Refusal)
    unsigned = msgspec.structs.replace(rows[3], refused=msgspec.structs.replace(refused, size=6))
    other_size = msgspec.structs.replace(rows[0], index=3)
    for false, error in (
        ([other_size, *rows[1:]], Unverified),
        ([*rows[:3], unsigned], Unverified),
        ([*rows[:3], sign_refusal(refused, OTHER)], Unverified),
        ([*rows[:3], msgspec.structs.replace(rows[3], index=1)], Malformed),
        ([msgspec.structs.replace(rows[0], proof=msgspec.UNSET), *rows[1:]], Malformed),
        ([*rows[:3], sign_refusal(msgspec.structs.replace(refused, reason="BECAUSE"), SEQUENCER)], Malformed),
        ([rows[1], rows[0], *rows[2:]], Malformed),
        (rows[:3], Malformed),
    ):
        with pytest.raises(error):
            check(msgspec.structs.replace(answers, answers=false), sent)
    elsewhere = sign_refusal(msgspec.structs.replace(refused, hash=b64(sent[0])), SEQUENCER)
    with pytest.raises(Unverified, match="another entry"):
        check(
            msgspec.structs.replace(
                answers, answers=[*rows[:3], msgspec.structs.replace(elsewhere, hash=rows[3].hash)]
            ),
            sent,
        )


@given(st.binary(max_size=200))
def test_any_bytes_as_an_answer_are_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        check_answers(body, [], "o/l", LOG.public_key, SEQUENCER.public_key)
