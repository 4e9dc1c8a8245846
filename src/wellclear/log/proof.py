"""Proofs of inclusion as files (C2SP tlog-proof): one entry's place in a log, verifiable without a network.

    c2sp.org/tlog-proof@v1
    extra <base64>                 } optional, vouched for by nobody
    index <number>
    <base64 hash>                  } the audit path, from the leaf's sibling upward
    (blank line)
    the checkpoint's note, verbatim

Times are not looked at: how fresh the checkpoint is, its cosignatures tell (`checkpoint.cosignatures`).
"""

from __future__ import annotations

from dataclasses import dataclass

from wellclear.domain.canonical import b64, unb64
from wellclear.errors import InvalidValue, Malformed
from wellclear.log.checkpoint import Checkpoint, open_checkpoint, parse_number
from wellclear.log.merkle import HASH_BYTES, leaf_hash, verify_inclusion
from wellclear.log.note import NOTE_BYTES_MAX

PROOF_HASHES_MAX = 63

_FIRST_LINE = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class Proof:
    """What a proof file says, unverified: the entry's index, its audit path, the note, and opaque bytes beside it."""

    index: int
    hashes: tuple[bytes, ...]
    note: bytes
    extra: bytes | None = None

    def encode(self) -> bytes:
        """The bytes of the file."""
        lines = [_FIRST_LINE]
        if self.extra is not None:
            lines.append(f"extra {b64(self.extra)}")
        lines.append(f"index {self.index}")
        lines += [b64(one) for one in self.hashes]
        return "".join(line + "\n" for line in lines).encode() + b"\n" + self.note


def decode_proof(file: bytes, source: str = "proof") -> Proof:
    """The parts of a proof file, unverified.

    Raises:
        Malformed: not a proof file; names the line.
    """
    if len(file) > 2 * NOTE_BYTES_MAX:
        raise Malformed(source, "", f"longer than {2 * NOTE_BYTES_MAX} bytes")
    head, gap, note = file.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise Malformed(source, f"byte {error.start}", "not ASCII") from error
    if not gap or lines[0] != _FIRST_LINE:
        raise Malformed(source, "line 1", f"{_FIRST_LINE} expected, and a blank line before the checkpoint")
    extra, at = None, 1
    try:
        if len(lines) > 1 and lines[1].startswith("extra "):
            extra, at = unb64(lines[1].removeprefix("extra "), field="extra"), 2
        if len(lines) <= at or not lines[at].startswith("index "):
            raise Malformed(source, f"line {at + 1}", "`index` expected")
        index = parse_number(lines[at].removeprefix("index "), source, f"line {at + 1}")
        if len(lines) - at - 1 > PROOF_HASHES_MAX:
            raise Malformed(source, "", f"more than {PROOF_HASHES_MAX} hashes")
        hashes = tuple(unb64(line, HASH_BYTES, field="hash") for line in lines[at + 1 :])
    except InvalidValue as error:
        raise Malformed(source, error.field, error.why) from error
    return Proof(index, hashes, note, extra)


def check_proof(file: bytes, leaf: bytes, origin: str, log_key: bytes) -> Checkpoint:
    """The log's signed checkpoint under which a proof file shows the leaf; its cosignatures are the caller's to judge.

    Raises:
        Malformed: not a proof file, or its checkpoint does not parse.
        Unverified: the log's key did not sign the checkpoint, or the leaf is not under it at that index.
    """
    proof = decode_proof(file)
    checkpoint = open_checkpoint(proof.note, origin, log_key)
    verify_inclusion(proof.index, checkpoint.size, leaf_hash(leaf), proof.hashes, checkpoint.root)
    return checkpoint
