"""Signed notes (C2SP signed-note): a text, a blank line, and signature lines by named keys.

    text ... LF LF (em dash, space, name, space, base64(key id || signature), LF)+

A key is known by its name and a four-byte id, SHA-256(name || LF || type || public key)[:4]. Lines of unknown keys are
passed over; a line of a *known* key that does not verify condemns the whole note, and at least one must be known.

Never use a note's bytes, or their hash, to identify what it says: its signature lines can be reordered, dropped and
added without any key. Parsing is strict where readers are known to differ: lines end at LF only (`splitlines` also ends
them at U+0085 and U+2028), and base64 has one spelling.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from wellclear.domain.canonical import b64, unb64
from wellclear.errors import InvalidValue, Malformed, Unverified
from wellclear.log import mldsa
from wellclear.log.ed25519 import PUBLIC_KEY_BYTES, SIGNATURE_BYTES, Signer, check_public_key, verify

ED25519 = 0x01
"""Key type: an Ed25519 signature over the text."""

COSIGNATURE_V1 = 0x04
"""Key type: a time, and an Ed25519 signature over the time and a checkpoint (C2SP tlog-cosignature)."""

ML_DSA_44 = 0x06
"""Key type: a time, and an ML-DSA-44 signature over the time, the cosigner's name and a tree (the same page)."""

NOTE_BYTES_MAX = 1 << 20
SIGNATURES_MAX = 100
TIME_MAX_S = 2**63 - 1

_KEY_ID_BYTES = 4
_TIME_BYTES = 8
_KEY_BYTES = {ED25519: PUBLIC_KEY_BYTES, COSIGNATURE_V1: PUBLIC_KEY_BYTES, ML_DSA_44: mldsa.PUBLIC_KEY_BYTES}
_DASH = "— "
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")  # every control character below U+0020 but LF
_NOT_IN_NAME = re.compile("[\x00-\x1f+\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key under a name and for one use; what a reader is configured with.

    Raises:
        InvalidValue: the name is empty or holds white space or `+`, the type is unknown, the key is of another length.
    """

    name: str
    key_type: int
    public_key: bytes

    def __post_init__(self) -> None:
        _check_name(self.name)
        length = _KEY_BYTES.get(self.key_type)
        if length is None:
            raise InvalidValue("key type", f"0x{self.key_type:02x} is not a type that we verify")
        if len(self.public_key) != length:
            raise InvalidValue("public key", f"{len(self.public_key)} bytes, not {length}")

    @property
    def key_id(self) -> bytes:
        """The four bytes that name this key in a signature line; an identifier, not a commitment."""
        return sha256(self.name.encode() + b"\n" + bytes((self.key_type,)) + self.public_key).digest()[:_KEY_ID_BYTES]

    def vkey(self) -> str:
        """The key as text: `name+hex(key id)+base64(type || public key)`."""
        return f"{self.name}+{self.key_id.hex()}+{b64(bytes((self.key_type,)) + self.public_key)}"

    def verify(self, text: bytes, signature: bytes) -> None:
        """Return if `signature`, a line's bytes after the key id, is this key's over the note's text.

        Raises:
            Unverified: it is not.
        """
        try:
            if self.key_type == ED25519:
                verify(self.public_key, text, signature)
            elif self.key_type == COSIGNATURE_V1:
                time_s = cosigned_at(signature)
                verify(self.public_key, cosigned_message(text, time_s), signature[_TIME_BYTES:])
            else:
                time_s = cosigned_at(signature)
                mldsa.verify(self.public_key, cosigned_tree(text, self.name, time_s), signature[_TIME_BYTES:])
        except Unverified as error:
            raise Unverified(f"note signed by {self.name}", error.why) from error


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One signature line: who says to have signed, and the bytes after the key id. Nothing is verified yet."""

    name: str
    key_id: bytes
    signature: bytes

    def encode(self) -> bytes:
        """The line, its LF included."""
        return f"{_DASH}{self.name} {b64(self.key_id + self.signature)}\n".encode()


@dataclass(frozen=True, slots=True)
class Note:
    """A note as parsed, nothing verified: the text with its final LF, and the lines in their order."""

    text: bytes
    signatures: tuple[SignatureLine, ...]

    def encode(self) -> bytes:
        """The bytes of the note; the very bytes that it was parsed from."""
        return self.text + b"\n" + b"".join(line.encode() for line in self.signatures)


@dataclass(frozen=True, slots=True)
class VerifiedNote:
    """A note's text and the known keys that signed it, in the order of their lines."""

    text: bytes
    by: tuple[Verifier, ...]


def parse_vkey(text: str) -> Verifier:
    """The key that a vkey spells, held to the rule at registration.

    Raises:
        Malformed: not a vkey, of an unknown type, or its id is not that of its name and key.
        Unverified: the key must not be registered (`ed25519.check_public_key`).
    """
    parts = text.split("+", 2)  # base64 may hold `+` itself
    if len(parts) != 3:
        raise Malformed("vkey", "", "name+id+key expected")
    try:
        material = unb64(parts[2], field="key")
        key = Verifier(parts[0], material[0] if material else 0, material[1:])
    except InvalidValue as error:
        raise Malformed("vkey", error.field, error.why) from error
    if parts[1] != key.key_id.hex():
        raise Malformed("vkey", "id", f"{key.key_id.hex()} expected for this name and key")
    if key.key_type != ML_DSA_44:
        check_public_key(key.public_key)
    return key


def sign_line(text: bytes, name: str, signer: Signer) -> bytes:
    """The signature line, LF included, of an Ed25519 key (type 0x01) over a note's text."""
    key = Verifier(name, ED25519, signer.public_key)
    return SignatureLine(name, key.key_id, signer.sign(text)).encode()


def sign_note(text: bytes, name: str, signer: Signer) -> bytes:
    """A note with one signature of an Ed25519 key (type 0x01).

    Raises:
        InvalidValue: the text is empty, does not end in LF, is not UTF-8 or holds control characters; or a bad name.
    """
    try:
        _check_text(text)
    except Malformed as error:
        raise InvalidValue("note text", error.why) from error
    return text + b"\n" + sign_line(text, name, signer)


@lru_cache(
    maxsize=8
)  # the log's signature and the cosignatures are looked for one after the other; one note comes again
def parse_note(note: bytes, source: str = "note") -> Note:
    """The parts of a note, unverified.

    Raises:
        Malformed: not a note; says on which line of the signatures, if there.
    """
    if len(note) > NOTE_BYTES_MAX:
        raise Malformed(source, "", f"longer than {NOTE_BYTES_MAX} bytes")
    _check_text(note, source)
    gap = note.rfind(b"\n\n")
    if gap < 0:
        raise Malformed(source, "", "no blank line before the signatures")
    text, block = note[: gap + 1], note[gap + 2 :]
    lines = block.split(b"\n")[:-1]  # the note ends in LF
    if not 1 <= len(lines) <= SIGNATURES_MAX:
        raise Malformed(source, "", f"{len(lines)} signatures, not 1 to {SIGNATURES_MAX}")
    return Note(text, tuple(_parse_line(line, source, f"signature {n}") for n, line in enumerate(lines, 1)))


def parse_signature_line(line: bytes, source: str = "signature line") -> SignatureLine:
    """One signature line, its LF included, unverified.

    Raises:
        Malformed: not a signature line.
    """
    _check_text(line, source)
    return _parse_line(line[:-1], source, "")


def verify_note(note: bytes, verifiers: Iterable[Verifier], source: str = "note") -> VerifiedNote:
    """The text of a note that at least one of the known keys signed.

    Raises:
        Malformed: not a note.
        Unverified: no known key signed it, or a line of a known key does not verify.
    """
    parsed = parse_note(note, source)
    by = tuple(dict.fromkeys(key for key, _ in known_lines(parsed, verifiers)))
    if not by:
        raise Unverified(source, "no known key signed it")
    return VerifiedNote(parsed.text, by)


def known_lines(note: Note, verifiers: Iterable[Verifier]) -> list[tuple[Verifier, SignatureLine]]:
    """The lines of known keys in their order, each verified; lines of other keys are passed over.

    Raises:
        Unverified: a line of a known key does not verify.
        InvalidValue: two of the known keys share name and id, so that a line would not say whose it is.
    """
    known = _by_name_and_id(verifiers)
    found: list[tuple[Verifier, SignatureLine]] = []
    for line in note.signatures:
        key = known.get((line.name, line.key_id))
        if key is not None:
            key.verify(note.text, line.signature)
            found.append((key, line))
    return found


def cosigned_message(text: bytes, time_s: int) -> bytes:
    """What a cosignature/v1 signs: two lines of its own before the whole text of the checkpoint."""
    return b"cosignature/v1\ntime %d\n" % time_s + text


def cosigned_tree(text: bytes, name: str, time_s: int) -> bytes:
    """What an ML-DSA-44 cosignature signs: its own name, the time, and the tree of a checkpoint's text, in binary.

    Raises:
        Unverified: the text has no three lines of a checkpoint, or a name does not fit.
    """
    try:
        origin, size, root = text.split(b"\n")[:3]
        end, digest = int(size.decode("ascii")).to_bytes(8, "big"), unb64(root.decode("ascii"), 32)
        cosigner, log = (bytes((len(one),)) + one for one in (name.encode(), origin))
    except (ValueError, OverflowError, InvalidValue) as error:
        raise Unverified("cosignature", "it is over no checkpoint") from error
    return b"subtree/v1\n\0" + cosigner + time_s.to_bytes(8, "big") + log + bytes(8) + end + digest


def cosigned_at(signature: bytes) -> int:
    """The time in a cosignature's bytes (big-endian, before the signature), in seconds since 1970. Not verified here.

    Raises:
        Unverified: of another length, or a time beyond 2^63 - 1.
    """
    if len(signature) - _TIME_BYTES not in (SIGNATURE_BYTES, mldsa.SIGNATURE_BYTES):
        raise Unverified("cosignature", f"{len(signature)} bytes are no cosignature")
    time_s = int.from_bytes(signature[:_TIME_BYTES], "big")
    if time_s > TIME_MAX_S:
        raise Unverified("cosignature", "a time beyond 2^63 - 1")
    return time_s


def _by_name_and_id(verifiers: Iterable[Verifier]) -> dict[tuple[str, bytes], Verifier]:
    known: dict[tuple[str, bytes], Verifier] = {}
    for key in verifiers:
        other = known.setdefault((key.name, key.key_id), key)
        if other != key:
            raise InvalidValue("verifiers", f"two keys called {key.name} share the id {key.key_id.hex()}")
    return known


def _parse_line(line: bytes, source: str, where: str) -> SignatureLine:
    words: Sequence[str] = line.decode().removeprefix(_DASH).split(" ")  # UTF-8 was checked with the whole note
    if not line.startswith(_DASH.encode()) or len(words) != 2:
        raise Malformed(source, where, "em dash, name and base64 expected, one space between")
    try:
        _check_name(words[0])
        payload = unb64(words[1], field="signature")
    except InvalidValue as error:
        raise Malformed(source, where, f"{error.field}: {error.why}") from error
    if len(payload) <= _KEY_ID_BYTES:
        raise Malformed(source, where, "no signature after the key id")
    return SignatureLine(words[0], payload[:_KEY_ID_BYTES], payload[_KEY_ID_BYTES:])


def _check_text(raw: bytes, source: str = "note") -> None:
    if not raw.endswith(b"\n"):
        raise Malformed(source, "", "does not end in LF")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise Malformed(source, f"byte {error.start}", "not UTF-8") from error
    control = _CONTROL.search(text)
    if control is not None:
        raise Malformed(source, f"character {control.start()}", f"control character U+{ord(control.group()):04X}")


def _check_name(name: str) -> None:
    if not name or _NOT_IN_NAME.search(name) or name.split() != [name]:
        raise InvalidValue("name", "empty, or holds white space, `+` or control characters")
