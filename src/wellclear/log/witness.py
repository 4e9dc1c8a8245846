"""Witnessing a log: what to cosign, and what to refuse (C2SP tlog-witness, `add-checkpoint`).

    old <size> LF  base64(hash) LF ...  LF  checkpoint             the request; hashes prove the way from the old size

A witness remembers one note of the log, the newest that it has cosigned, and cosigns only what is proven to grow from
it. So two histories of one length can never both carry its line. The *whole note* is stored before its line is handed
out, by compare-and-swap on the size; on a second request the stored line is handed out again.

What is decided here is a value; storing, signing and answering are for whoever asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from wellclear.domain.canonical import b64, unb64
from wellclear.errors import InvalidValue, Malformed, Unverified
from wellclear.log.checkpoint import Checkpoint, ascii_lines, parse_checkpoint, parse_number
from wellclear.log.merkle import EMPTY_ROOT, HASH_BYTES, verify_consistency
from wellclear.log.note import ED25519, NOTE_BYTES_MAX, Verifier, parse_note, verify_note

PROOF_MAX: Final = 63
REQUEST_BYTES_MAX: Final = NOTE_BYTES_MAX
SIZE_TYPE: Final = "text/x.tlog.size"


class Answer(Enum):
    """What a witness says to a checkpoint, by the HTTP status that the specification gives it."""

    COSIGN = 200
    MALFORMED = 400
    NOT_SIGNED = 403
    UNKNOWN_LOG = 404
    OTHER_SIZE = 409
    INCONSISTENT = 422


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A request to cosign: from which size on, with which proof, which checkpoint."""

    old_size: int
    proof: tuple[bytes, ...]
    note: bytes

    def encode(self) -> bytes:
        """The body of the request."""
        lines = [f"old {self.old_size}", *map(b64, self.proof), ""]
        return "".join(line + "\n" for line in lines).encode("ascii") + self.note


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest checkpoint that this witness has cosigned; `NOTHING_SEEN` before the first."""

    size: int
    root: bytes


NOTHING_SEEN: Final = Seen(0, EMPTY_ROOT)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What to answer and why; the checkpoint wherever the log has signed one.

    A checkpoint with an answer other than COSIGN, OTHER_SIZE included, may be evidence against the log: keep its note.
    """

    answer: Answer
    why: str
    checkpoint: Checkpoint | None = None


def parse_request(body: bytes) -> AddCheckpoint:
    """The request that a body spells, nothing verified.

    Raises:
        Malformed: too long, or not these lines, each in its one spelling.
    """
    source = "add-checkpoint"
    if len(body) > REQUEST_BYTES_MAX:
        raise Malformed(source, "", f"longer than {REQUEST_BYTES_MAX} bytes")
    head, gap, note = body.partition(b"\n\n")
    lines = ascii_lines(head, source)
    if not gap or not lines[0].startswith("old "):
        raise Malformed(source, "line 1", "`old` and a size expected, then the proof, then an empty line")
    if len(lines) - 1 > PROOF_MAX:
        raise Malformed(source, "", f"{len(lines) - 1} hashes; a proof has at most {PROOF_MAX}")
    old_size = parse_number(lines[0].removeprefix("old "), source, "line 1")
    try:
        proof = tuple(unb64(line, HASH_BYTES, field=f"line {at}") for at, line in enumerate(lines[1:], 2))
    except InvalidValue as error:
        raise Malformed(source, error.field, error.why) from error
    return AddCheckpoint(old_size, proof, note)


def judge(request: AddCheckpoint, seen: Seen, origin: str, log_keys: Sequence[bytes]) -> Judgement:
    """Whether a checkpoint may be cosigned by a witness that has cosigned `seen` last. Never raises.

    Args:
        request: what was asked.
        seen: what this witness has stored.
        origin: the log that it watches.
        log_keys: the Ed25519 keys that may sign for it.
    """
    try:
        text = parse_note(request.note, "checkpoint").text
        if text.partition(b"\n")[0] != origin.encode():  # others' checkpoints may have lines that ours never have
            return Judgement(Answer.UNKNOWN_LOG, "this log is not watched here")
        checkpoint = parse_checkpoint(text)
    except Malformed as error:
        return Judgement(Answer.MALFORMED, str(error))
    try:
        verify_note(request.note, [Verifier(origin, ED25519, key) for key in log_keys], "checkpoint")
    except Unverified as error:
        return Judgement(Answer.NOT_SIGNED, str(error))
    if request.old_size > checkpoint.size:
        return Judgement(Answer.MALFORMED, f"from {request.old_size} back to {checkpoint.size}", checkpoint)
    if request.old_size != seen.size:
        return Judgement(Answer.OTHER_SIZE, f"size {seen.size} was cosigned last", checkpoint)
    try:
        verify_consistency(seen.size, seen.root, checkpoint.size, checkpoint.root, request.proof)
    except Unverified as error:
        return Judgement(Answer.INCONSISTENT, str(error), checkpoint)
    return Judgement(Answer.COSIGN, "", checkpoint)
