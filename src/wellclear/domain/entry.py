"""The entry: what is signed and logged, and its exact bytes (protocol, "Entry").

    leaf   = header LF seals LF
    header = {"act": {...}, "link": {...}}          what is said; where it stands in its author's chain
    seals  = {"approvals": [...], "sig": "..."}     the persons behind it; the node that sent it

Parts lie beside the log under the SHA-256 of their stored bytes. The types here are the wire itself: decoding is
strict, and a decoded entry encodes to the very bytes it came from.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from wellclear.domain import canonical
from wellclear.domain.canonical import b64
from wellclear.domain.names import parse_item_id
from wellclear.errors import InvalidValue, Malformed

RULES_MAX = 1
"""The newest rules that this software folds (protocol, "Rules")."""

LEAF_BYTES_MAX = 48 * 1024
PART_TEXT_BYTES_MAX = 16 * 1024
SALT_BYTES = 32
SEAL_BYTES = 32 + 32 + 16
"""What sealing adds to salt and text: randomness, the commitment to the key, the tag."""
PART_BYTES_MAX = PART_TEXT_BYTES_MAX + SALT_BYTES + SEAL_BYTES
SUBMISSION_BYTES_MAX = 1024 * 1024
DESKS_MAX = 64
PARTS_MAX = 16
APPROVALS_MAX = 8

ENTRY_TAG = b"wellclear/entry/1\n"
APPROVAL_TAG = b"wellclear/approval/1\n"
SIG_TAIL_BYTES = len('"sig":""}\n') + 88
"""The last bytes of a leaf that `sig` does not sign: its own member, the closing brace and the line feed."""

# Each pattern with the words that an error shows in its place. The last character of unpadded base64 carries spare
# bits, which must be zero: so one value has one spelling, and the pattern alone proves it.
HASH = r"^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=\Z"
SIGNATURE = r"^[A-Za-z0-9+/]{85}[AQgw]==\Z"
SEALING = r"^(?:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=|[A-Za-z0-9+/]{1621}[AQgw]==)\Z"
FURTHER = r"^(?:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=|[A-Za-z0-9+/]{1621}[AQgw]==|[A-Za-z0-9+/]{1749}[AQgw]==)\Z"
WRAP = r"^(?:[A-Za-z0-9+/]{106}[AEIMQUYcgkosw048]=|[A-Za-z0-9+/]{1557}[AQgw]==)\Z"
PARTY = r"^[A-Z]{2,12}\Z"
DESK = r"^[A-Z]{2,12}/[A-Z][A-Z0-9]{0,11}\Z"
PERSON = r"^[A-Z][A-Z0-9]{0,11}\Z"
CODE = r"^[a-z][a-z_]{0,31}\Z"
DAY = r"^2[0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])\Z"
_WORDS = {
    HASH: "32 bytes in padded base64",
    SIGNATURE: "64 bytes in padded base64",
    SEALING: "32 or 1,216 bytes in padded base64",
    FURTHER: "32, 1,216 or 1,312 bytes in padded base64",
    WRAP: "80 or 1,168 bytes in padded base64",
    PARTY: "2 to 12 capital letters",
    DESK: "a desk such as SOUTHLAND/OPS",
    PERSON: "a person's handle such as W1",
    CODE: "a code in small letters",
    DAY: "a day such as 2026-11-22",
}

Hash = Annotated[str, Meta(pattern=HASH)]
Key = Hash
SignatureText = Annotated[str, Meta(pattern=SIGNATURE)]
Party = Annotated[str, Meta(pattern=PARTY)]
Desk = Annotated[str, Meta(pattern=DESK)]
Person = Annotated[str, Meta(pattern=PERSON)]
Code = Annotated[str, Meta(pattern=CODE)]
Day = Annotated[str, Meta(pattern=DAY)]
Count = Annotated[int, Meta(ge=0, le=canonical.INTEGER_MAX)]
Ordinal = Annotated[int, Meta(ge=1, le=canonical.INTEGER_MAX)]
Micros = Annotated[int, Meta(ge=0, le=canonical.INTEGER_MAX)]
"""A moment, in microseconds UTC since 1970."""
YesNo = Literal["yes", "no"]
Precedence = Literal["Z", "O", "P", "R"]
PRECEDENCES: tuple[Precedence, ...] = ("Z", "O", "P", "R")
Role = Literal["drafter", "watch_officer", "release_authority", "head_of_delegation", "administrator"]


class Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Strict wire form: unknown members are errors, absent ones are not written."""


class Subject(Wire, frozen=True):
    """Which item, and which version of it, an act speaks of."""

    id: str
    version: Ordinal


class PartRef(Wire, frozen=True):
    """One field group that lies beside the log: commitment, encoding, and for whom which stored bytes.

    `epoch` is the number of the author's epoch under whose key the stored bytes are sealed, and belongs to
    `aes256gcm` alone.
    """

    commit: Hash
    enc: Literal["none", "aes256gcm"]
    sha: Hash | UnsetType = UNSET
    to: list[Party] | UnsetType = UNSET
    epoch: Ordinal | UnsetType = UNSET

    @property
    def sealed(self) -> bool:
        """Whether its stored bytes are sealed."""
        return self.enc != "none"


class Act(Wire, frozen=True):
    """What is said. Persons approve exactly this; a node may link the same act again."""

    rules: Ordinal
    party: Party
    kind: Code
    to: Annotated[list[Desk], Meta(max_length=DESKS_MAX)]
    precedence: Precedence
    said: Micros
    parts: Annotated[list[PartRef], Meta(max_length=PARTS_MAX)]
    channel: Hash | UnsetType = UNSET
    desk: Desk | UnsetType = UNSET
    code: Code | UnsetType = UNSET
    id: str | UnsetType = UNSET
    subject: Subject | UnsetType = UNSET
    keep_until: Day | UnsetType = UNSET
    public: dict[str, Any] | UnsetType = UNSET
    via: Party | UnsetType = UNSET
    """The party whose node links it, where its own has none; part of what the persons approve."""

    @property
    def linker(self) -> str:
        """The party whose key has to link it."""
        return self.party if self.via is UNSET else self.via


class Head(Wire, frozen=True):
    """The newest checkpoint that the author itself had verified: size and base64 root."""

    size: Ordinal
    root: Hash


class Link(Wire, frozen=True):
    """Where the act stands in the chain of one key. `time` is a claim."""

    key: Key
    seq: Ordinal
    time: Micros
    prev: Hash | UnsetType = UNSET
    head: Head | UnsetType = UNSET


class Header(Wire, frozen=True):
    """The first line of a leaf."""

    act: Act
    link: Link


class Approval(Wire, frozen=True):
    """One person's signature over the act, in the role that the person claims for it."""

    key: Key
    role: Role
    alg: Literal["ed25519"]
    sig: SignatureText


class Seals(Wire, frozen=True):
    """The second line of a leaf."""

    approvals: Annotated[list[Approval], Meta(max_length=APPROVALS_MAX)]
    sig: SignatureText


@dataclass(frozen=True, slots=True)
class Entry:
    """One decoded leaf, with the two hashes by which everything else names it."""

    leaf: bytes
    act: Act
    link: Link
    approvals: tuple[Approval, ...]
    sig: str
    leaf_hash: bytes
    act_hash: bytes


_header = msgspec.json.Decoder(Header)
_seals = msgspec.json.Decoder(Seals)
_Line = TypeVar("_Line", Header, Seals)


def act_hash(act: Act) -> bytes:
    """SHA-256 of the canonical act: what an approval signs and what counts once."""
    return hashlib.sha256(canonical.encode(act)).digest()


def approval_message(of_act: bytes) -> bytes:
    """The bytes that an approval signs, from the hash of the act."""
    return APPROVAL_TAG + of_act


def entry_message(unsigned: bytes) -> bytes:
    """The bytes that `sig` signs, from the leaf up to its own `sig` member."""
    return ENTRY_TAG + unsigned


def unsigned_leaf(act: Act, link: Link, approvals: tuple[Approval, ...]) -> bytes:
    """The leaf up to where its `sig` member begins."""
    header = canonical.encode(Header(act=act, link=link))
    return header + b'\n{"approvals":' + canonical.encode(approvals) + b","


def close_leaf(unsigned: bytes, signature: bytes) -> bytes:
    """The whole leaf, from its unsigned bytes and the 64 bytes of the signature."""
    return unsigned + b'"sig":"' + b64(signature).encode() + b'"}\n'


def claimed_key(leaf: bytes, source: str = "entry") -> str:
    """The linking key as the raw bytes claim it, found without decoding them.

    In canonical bytes a raw `"key":"` is always a member's name (inside a string its quotes are escaped), and the
    header's last one is the link's. So a signature can be checked before anything is decoded.

    Raises:
        Malformed: there is no such place.
    """
    end = leaf.find(b"\n")
    at = leaf.rfind(b'"key":"', 0, end) if end >= 0 else -1
    key = leaf[at + 7 : at + 51]
    if at < 0 or len(key) != 44 or not key.isascii() or leaf[at + 51 : at + 52] != b'"':
        raise Malformed(source, "link.key", "no key found")
    return key.decode("ascii")


def decode_leaf(leaf: bytes, source: str = "entry") -> Entry:
    """Decode strictly: two canonical lines with exactly the members of the protocol.

    Raises:
        Malformed: says which line and which field, and what belongs there.
    """
    if len(leaf) > LEAF_BYTES_MAX:
        raise Malformed(source, "", f"{len(leaf)} bytes; a leaf has at most {LEAF_BYTES_MAX}")
    lines = leaf.split(b"\n")
    if len(lines) != 3 or lines[2]:
        raise Malformed(source, "", "an entry is two lines, each ended by one line feed")
    header = _decode_line(lines[0], _header, source, "header")
    seals = _decode_line(lines[1], _seals, source, "seals")
    return Entry(
        leaf=leaf,
        act=header.act,
        link=header.link,
        approvals=tuple(seals.approvals),
        sig=seals.sig,
        leaf_hash=hashlib.sha256(b"\x00" + leaf).digest(),
        act_hash=act_hash(header.act),
    )


def _decode_line(raw: bytes, decoder: msgspec.json.Decoder[_Line], source: str, line: str) -> _Line:
    try:
        value = decoder.decode(raw)
        if isinstance(value, Header):
            check_header(value)
    except msgspec.ValidationError as error:
        raise Malformed(source, *plainly(error, line)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(source, line, f"not JSON: {error}") from error
    except InvalidValue as error:
        raise Malformed(source, error.field, error.why) from error
    if canonical.encode(value) != raw:
        raise Malformed(source, line, "not canonical: sort the keys, double none, leave no white space")
    return value


def plainly(error: msgspec.ValidationError, line: str) -> tuple[str, str]:
    """The field and the reason of a decoder's complaint, in words instead of patterns."""
    why, _, at = str(error).partition(" - at `$")
    for pattern, words in _WORDS.items():
        why = why.replace(f"`str` matching regex {pattern!r}", words)
    return (line + at.rstrip("`") if at else line), why


def check_header(header: Header) -> None:
    """The rules of the envelope that the types alone cannot hold.

    Raises:
        InvalidValue: with the field and what belongs there.
    """
    act, link = header.act, header.link
    founding = act.kind == "genesis"
    if (act.channel is UNSET) != founding:
        raise InvalidValue("act.channel", "every entry but the genesis names its channel")
    if (link.head is UNSET) != founding:
        raise InvalidValue("link.head", "every entry but the genesis names the log that its author has verified")
    if (link.prev is UNSET) != (link.seq == 1):
        raise InvalidValue("link.prev", "every entry of a key but its first names the one before it")
    if act.desk is not UNSET and act.desk.partition("/")[0] != act.party:
        raise InvalidValue("act.desk", f"{act.desk} is no desk of {act.party}")
    if act.via == act.party:
        raise InvalidValue("act.via", f"{act.via} needs nobody to carry its own act")
    if len(set(act.to)) != len(act.to):
        raise InvalidValue("act.to", "a desk is named twice")
    if act.id is not UNSET:
        parse_item_id(act.id, field="act.id")
    if act.subject is not UNSET:
        parse_item_id(act.subject.id, field="act.subject.id")
    for index, part in enumerate(act.parts):
        if (part.sha is UNSET) != (part.to is UNSET) or part.to == []:
            raise InvalidValue(f"act.parts[{index}]", "stored bytes (sha) and their audience (to) go together")
        if part.sealed != (part.epoch is not UNSET) or (part.sealed and part.sha is UNSET):
            raise InvalidValue(f"act.parts[{index}]", "sealed bytes (aes256gcm) and the epoch of their key go together")
    if act.public is not UNSET:
        canonical.check_value(act.public, "act.public", depth=3)
