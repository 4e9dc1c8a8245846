"""What a node sends to its host, and what the host answers (protocol, "Submission").

    body   = (uint16 length, leaf, uint8 number of parts, (uint16 length, part)*)+      big-endian, at most 1 MiB
    answer = {"checkpoint": note, "answers": [...]}                                     one answer a leaf, in its order

An answer is either the place of the entry, with its inclusion proof to the checkpoint beside it, or a refusal that the
sequencer key signs over `wellclear/refusal/1` LF and the canonical refusal. So a host cannot deny either of them later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from wellclear.domain import canonical
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import SUBMISSION_BYTES_MAX, Count, Hash, Micros, SignatureText, Wire
from wellclear.domain.reasons import Reason
from wellclear.errors import InvalidValue, Malformed, Unverified
from wellclear.log.checkpoint import Checkpoint, open_checkpoint
from wellclear.log.ed25519 import Signer, verify
from wellclear.log.merkle import verify_inclusion

REFUSAL_TAG = b"wellclear/refusal/1\n"
_LENGTH_MAX = 0xFFFF
_PARTS_MAX = 0xFF
_ANSWER = "answer of the host"


@dataclass(frozen=True, slots=True)
class Frame:
    """One leaf with the stored bytes of the parts that go with it; nothing is checked yet."""

    leaf: bytes
    parts: tuple[bytes, ...] = ()


class Refusal(Wire, frozen=True):
    """Why the host did not log an entry: its leaf hash, a reason code, the log's size and the host's time then."""

    hash: Hash
    reason: str
    detail: str
    size: Count
    time: Micros


class Answer(Wire, frozen=True):
    """The fate of one leaf: `index` and `proof`, or `refused` and `sig`."""

    hash: Hash
    index: Count | UnsetType = UNSET
    proof: Annotated[list[Hash], Meta(max_length=63)] | UnsetType = UNSET
    refused: Refusal | UnsetType = UNSET
    sig: SignatureText | UnsetType = UNSET


class Answers(Wire, frozen=True):
    """The body of the host's answer; every proof leads to this checkpoint."""

    checkpoint: str
    answers: list[Answer]


@dataclass(frozen=True, slots=True)
class Proven:
    """An answer that was checked: where the entry stands, or the refusal that the host signed."""

    leaf_hash: bytes
    index: int | None
    refusal: Refusal | None


_decoder = msgspec.json.Decoder(Answers)


def encode_frames(frames: Iterable[Frame]) -> bytes:
    """The body of a submission.

    Raises:
        InvalidValue: a leaf or part too long for its length, too many parts, or more than 1 MiB in all.
    """
    pieces: list[bytes] = []
    for frame in frames:
        if len(frame.parts) > _PARTS_MAX:
            raise InvalidValue("parts", f"{len(frame.parts)}, more than {_PARTS_MAX}")
        pieces += [_with_length(frame.leaf), bytes((len(frame.parts),)), *map(_with_length, frame.parts)]
    body = b"".join(pieces)
    if len(body) > SUBMISSION_BYTES_MAX:
        raise InvalidValue("submission", f"{len(body)} bytes, more than {SUBMISSION_BYTES_MAX}")
    return body


def decode_frames(body: bytes, source: str = "submission") -> list[Frame]:
    """The frames of a submission, at least one.

    Raises:
        Malformed: too long, empty, or ends inside a frame; names the byte.
    """
    if len(body) > SUBMISSION_BYTES_MAX:
        raise Malformed(source, "", f"longer than {SUBMISSION_BYTES_MAX} bytes")
    if not body:
        raise Malformed(source, "byte 0", "at least one entry belongs here")
    frames: list[Frame] = []
    at = 0
    while at < len(body):
        leaf, at = _take(body, at, source)
        if at >= len(body):
            raise Malformed(source, f"byte {at}", "the number of parts belongs here")
        count, at = body[at], at + 1
        parts: list[bytes] = []
        for _ in range(count):
            part, at = _take(body, at, source)
            parts.append(part)
        frames.append(Frame(leaf, tuple(parts)))
    return frames


def sign_refusal(refusal: Refusal, sequencer: Signer) -> Answer:
    """The signed answer to an entry that was refused."""
    signature = sequencer.sign(REFUSAL_TAG + canonical.encode(refusal))
    return Answer(hash=refusal.hash, refused=refusal, sig=b64(signature))


def placed(leaf_hash: bytes, index: int, proof: Sequence[bytes]) -> Answer:
    """The answer to an entry that is in the log."""
    return Answer(hash=b64(leaf_hash), index=index, proof=[b64(one) for one in proof])


def check_answers(
    body: bytes, sent: Sequence[bytes], origin: str, log_key: bytes, sequencer_key: bytes
) -> tuple[Checkpoint, list[Proven]]:
    """The host's answer to the leaves with the hashes `sent`, with every proof and signature in it checked.

    Raises:
        Malformed: not such an answer, or not one answer for each leaf in its order.
        Unverified: the checkpoint, a proof or a refusal's signature does not hold.
    """
    answers = _answers(body)
    checkpoint = open_checkpoint(answers.checkpoint.encode("utf-8", "replace"), origin, log_key)
    if [answer.hash for answer in answers.answers] != [b64(one) for one in sent]:
        raise Malformed(_ANSWER, "answers", "one answer for each leaf, in its order")
    pairs = zip(answers.answers, sent, strict=True)
    return checkpoint, [_check_answer(answer, leaf, checkpoint, sequencer_key) for answer, leaf in pairs]


def note_of(body: bytes) -> bytes:
    """The checkpoint's note in the host's answer; unverified.

    Raises:
        Malformed: not such an answer.
    """
    return _answers(body).checkpoint.encode("utf-8", "replace")


def _answers(body: bytes) -> Answers:
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(_ANSWER, "", str(error)) from error


def _check_answer(answer: Answer, leaf_hash: bytes, checkpoint: Checkpoint, sequencer_key: bytes) -> Proven:
    if answer.refused is not UNSET and answer.sig is not UNSET and answer.index is UNSET:
        check_refusal(answer.refused, answer.sig, sequencer_key)
        if answer.refused.hash != answer.hash:
            raise Unverified("refusal", "it speaks of another entry")
        return Proven(leaf_hash, None, answer.refused)
    if answer.index is UNSET or answer.proof is UNSET or answer.refused is not UNSET:
        raise Malformed(_ANSWER, "answers", "either index and proof, or refused and sig")
    proof = [unb64(one) for one in answer.proof]
    verify_inclusion(answer.index, checkpoint.size, leaf_hash, proof, checkpoint.root)
    return Proven(leaf_hash, answer.index, None)


def check_refusal(refusal: Refusal, sig: str, sequencer_key: bytes) -> None:
    """Return if the sequencer signed this refusal, for a reason that there is.

    Raises:
        Unverified: it did not.
        Malformed: the reason is none of ours.
    """
    verify(sequencer_key, REFUSAL_TAG + canonical.encode(refusal), unb64(sig))
    if refusal.reason not in Reason.__members__:
        raise Malformed("refusal", "reason", f"{refusal.reason[:40]!r} is no reason")


def _with_length(raw: bytes) -> bytes:
    if len(raw) > _LENGTH_MAX:
        raise InvalidValue("frame", f"{len(raw)} bytes, more than {_LENGTH_MAX}")
    return len(raw).to_bytes(2, "big") + raw


def _take(body: bytes, at: int, source: str) -> tuple[bytes, int]:
    start = at + 2
    end = start + int.from_bytes(body[at:start], "big")
    if start > len(body) or end > len(body):
        raise Malformed(source, f"byte {at}", f"a length and as many bytes expected, {len(body) - at} left")
    return body[start:end], end
