"""Checkpoints (C2SP tlog-checkpoint) and cosignatures (C2SP tlog-cosignature): what a log, and its witnesses, sign.

    origin LF size LF base64(root) LF

Exactly these three lines. The specification allows further ones, but readers differ on what they then cosign, so ours
refuse them. The origin is also the name of the log's key. A checkpoint carries no time; the times in `cosignature/v1`
lines are what freshness rests on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from wellclear.domain.canonical import b64, unb64
from wellclear.errors import InvalidValue, Malformed, Unverified
from wellclear.log.ed25519 import Signer
from wellclear.log.merkle import HASH_BYTES, SIZE_MAX
from wellclear.log.note import (
    COSIGNATURE_V1,
    ED25519,
    ML_DSA_44,
    SIGNATURES_MAX,
    TIME_MAX_S,
    Note,
    SignatureLine,
    Verifier,
    cosigned_at,
    cosigned_message,
    cosigned_tree,
    known_lines,
    parse_note,
    parse_signature_line,
    sign_note,
    verify_note,
)

ORIGIN_BYTES_MAX = 255

_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_ORIGIN = re.compile(rf"[!-*,-~]{{1,{ORIGIN_BYTES_MAX}}}")  # printable ASCII without space and `+`


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's statement of its size and its root.

    Raises:
        InvalidValue: the origin is not 1 to 255 printable ASCII characters without space and `+`, the size is not in
            0 to 2^63 - 1, or the root is not 32 bytes long.
    """

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if _ORIGIN.fullmatch(self.origin) is None:
            raise InvalidValue("origin", f"1 to {ORIGIN_BYTES_MAX} printable ASCII characters without space and `+`")
        if not 0 <= self.size <= SIZE_MAX:
            raise InvalidValue("size", f"{self.size} is out of range")
        if len(self.root) != HASH_BYTES:
            raise InvalidValue("root", f"{len(self.root)} bytes, not {HASH_BYTES}")

    def text(self) -> bytes:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{b64(self.root)}\n".encode("ascii")


def ascii_lines(text: bytes, source: str) -> list[str]:
    """What stands between line feeds, and between nothing else; raises `Malformed` for what is no ASCII."""
    try:
        return text.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise Malformed(source, f"byte {error.start}", "not ASCII") from error


def parse_number(text: str, source: str, where: str) -> int:
    """A number in its one spelling, from 0 to 2^63 - 1. `int` alone takes `+5`, ` 7`, `1_0` and Arabic digits.

    Raises:
        Malformed: another spelling, or too great.
    """
    if _NUMBER.fullmatch(text) is None or int(text) > SIZE_MAX:
        raise Malformed(source, where, "a decimal number from 0 to 2^63 - 1 expected, without leading zeros")
    return int(text)


def parse_checkpoint(text: bytes, source: str = "checkpoint") -> Checkpoint:
    """The checkpoint that a note's text spells.

    Raises:
        Malformed: not exactly the three lines, each in its one spelling.
    """
    lines = ascii_lines(text, source)
    if len(lines) != 4 or lines[3]:
        raise Malformed(source, "", "exactly three lines expected: origin, size, root")
    size = parse_number(lines[1], source, "size")
    try:
        return Checkpoint(lines[0], size, unb64(lines[2], HASH_BYTES, field="root"))
    except InvalidValue as error:
        raise Malformed(source, error.field, error.why) from error


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer) -> bytes:
    """The note of a checkpoint, signed by the log's key, whose name is the origin."""
    return sign_note(checkpoint.text(), checkpoint.origin, signer)


def open_checkpoint(note: bytes, origin: str, log_key: bytes) -> Checkpoint:
    """The checkpoint of a note that the log `origin` signed with its Ed25519 key `log_key`.

    Raises:
        Malformed: not a note, or its text is not a checkpoint.
        Unverified: the log's key did not sign it, or it speaks of another log.
    """
    verified = verify_note(note, (Verifier(origin, ED25519, log_key),), "checkpoint")
    checkpoint = parse_checkpoint(verified.text)
    if checkpoint.origin != origin:
        raise Unverified("checkpoint", f"speaks of {checkpoint.origin}, signed for {origin}")
    return checkpoint


def cosign(note: bytes, name: str, signer: Signer, time_s: int) -> bytes:
    """The Ed25519 (`cosignature/v1`) line, LF included, of the cosigner `name` over a checkpoint's note.

    The line says that at `time_s` (seconds since 1970) this was the largest consistent tree that the cosigner had
    seen. Whoever calls has verified that, and has stored the note.

    Raises:
        InvalidValue: the time is not in 0 to 2^63 - 1.
        Malformed: not a note of a checkpoint.
    """
    if not 0 <= time_s <= TIME_MAX_S:
        raise InvalidValue("time_s", f"{time_s} is out of range")
    text = parse_note(note, "checkpoint").text
    parse_checkpoint(text)
    key = Verifier(name, COSIGNATURE_V1, signer.public_key)
    signature = time_s.to_bytes(8, "big") + signer.sign(cosigned_message(text, time_s))
    return SignatureLine(name, key.key_id, signature).encode()


def cosign_mldsa(note: bytes, name: str, signer: Signer, time_s: int) -> bytes:
    """The same statement as `cosign` makes, as an ML-DSA-44 line by an `MlDsaKey`; raises alike."""
    if not 0 <= time_s <= TIME_MAX_S:
        raise InvalidValue("time_s", f"{time_s} is out of range")
    text = parse_note(note, "checkpoint").text
    parse_checkpoint(text)
    key = Verifier(name, ML_DSA_44, signer.public_key)
    signature = time_s.to_bytes(8, "big") + signer.sign(cosigned_tree(text, name, time_s))
    return SignatureLine(name, key.key_id, signature).encode()


def cosignatures(note: bytes, verifiers: Iterable[Verifier]) -> list[tuple[str, int]]:
    """Who of the known cosigners cosigned a checkpoint's note, and when: (name, seconds since 1970), line by line.

    Raises:
        Malformed: not a note of a checkpoint.
        Unverified: a line of a known cosigner does not verify.
    """
    parsed = parse_note(note, "checkpoint")
    parse_checkpoint(parsed.text)
    cosigners = [key for key in verifiers if key.key_type in (COSIGNATURE_V1, ML_DSA_44)]
    return [(line.name, cosigned_at(line.signature)) for _, line in known_lines(parsed, cosigners)]


def merge_signatures(note: bytes, lines: Iterable[bytes]) -> bytes:
    """The note with further signature lines, at most one for each name and key id. Verify the lines first.

    Of two lines by one key the first stands, unless both are shaped as cosignatures: then the later time stands, so
    that an idle log's note does not grow with every renewal.

    Raises:
        Malformed: the note or a line does not parse, or there would be too many lines.
    """
    parsed = parse_note(note)
    merged: dict[tuple[str, bytes], SignatureLine] = {}
    for line in (*parsed.signatures, *map(parse_signature_line, lines)):
        present = merged.get((line.name, line.key_id))
        if present is None or _renews(line, present):
            merged[line.name, line.key_id] = line
    if len(merged) > SIGNATURES_MAX:
        raise Malformed("note", "", f"{len(merged)} signatures, more than {SIGNATURES_MAX}")
    return Note(parsed.text, tuple(merged.values())).encode()


def _renews(line: SignatureLine, present: SignatureLine) -> bool:
    try:
        return cosigned_at(line.signature) > cosigned_at(present.signature)
    except Unverified:  # at least one is no cosignature
        return False
