"""Picture statements: a node's signed word on the digest of the public picture at one size of the log.

    wellclear/picture/v1 LF origin LF size LF base64(digest) LF

A note of its own under a key of its own, so that no cosigner's key ever signs two kinds of statement. Two such notes by
one key, of one size but with different digests, prove that its node is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from wellclear.domain.canonical import b64, unb64
from wellclear.errors import InvalidValue, Malformed, Unverified
from wellclear.log.checkpoint import Checkpoint, ascii_lines, parse_number
from wellclear.log.ed25519 import Signer
from wellclear.log.merkle import HASH_BYTES
from wellclear.log.note import ED25519, Verifier, parse_note, sign_note

_FIRST_LINE = "wellclear/picture/v1"


@dataclass(frozen=True, slots=True)
class PictureStatement:
    """Which digest the picture has after `size` entries of the log `origin`.

    Raises:
        InvalidValue: as for a `Checkpoint`; the digest is not 32 bytes long.
    """

    origin: str
    size: int
    digest: bytes

    def __post_init__(self) -> None:
        if len(self.digest) != HASH_BYTES:
            raise InvalidValue("digest", f"{len(self.digest)} bytes, not {HASH_BYTES}")
        Checkpoint(self.origin, self.size, self.digest)  # the same rules for origin and size

    def text(self) -> bytes:
        """The four lines that are signed."""
        return f"{_FIRST_LINE}\n{self.origin}\n{self.size}\n{b64(self.digest)}\n".encode("ascii")


def parse_statement(text: bytes, source: str = "picture statement") -> PictureStatement:
    """The statement that a note's text spells.

    Raises:
        Malformed: not exactly the four lines, each in its one spelling.
    """
    lines = ascii_lines(text, source)
    if len(lines) != 5 or lines[4] or lines[0] != _FIRST_LINE:
        raise Malformed(source, "", f"four lines expected: {_FIRST_LINE}, origin, size, digest")
    size = parse_number(lines[2], source, "size")
    try:
        return PictureStatement(lines[1], size, unb64(lines[3], HASH_BYTES, field="digest"))
    except InvalidValue as error:
        raise Malformed(source, error.field, error.why) from error


def sign_statement(statement: PictureStatement, name: str, signer: Signer) -> bytes:
    """The note of a statement, signed by the picture key called `name`."""
    return sign_note(statement.text(), name, signer)


def open_statement(note: bytes, keys: Iterable[bytes], source: str = "picture statement") -> PictureStatement:
    """The statement of a note that one of the picture keys signed, under whatever name.

    Raises:
        Malformed: not a note, or its text is no statement.
        Unverified: none of the keys signed it, or a line that carries the id of one does not verify.
    """
    parsed = parse_note(note, source)
    statement = parse_statement(parsed.text, source)
    known = list(keys)
    signed = False
    for line in parsed.signatures:
        for key in known:
            verifier = Verifier(line.name, ED25519, key)
            if verifier.key_id == line.key_id:
                verifier.verify(parsed.text, line.signature)
                signed = True
    if not signed:
        raise Unverified(source, "no known picture key signed it")
    return statement
