"""A part that holds another text than its author committed to, and the file that convicts the author.

The author's signature over the header covers the commitment and the hash of the stored bytes; the stored bytes hold the
hash of the part's key (protocol, "Sealed parts"). So under an honest author's header there is one key that opens them,
and one text, which fits. Where a text comes out that does not fit, only the author can have made it so, and whoever
reads it can show it: the leaf, the stored bytes and the key of this one part, which opens no other. Nobody who shows a
file has to be believed.

    wellclear/false-part/1
    the sentence that it proves
    part <its number in the header, from 0>
    key <base64: the key of the part>            } not of a part in clear
    stored <base64>
    leaf
    ... the header ...
    ... the seals ...
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from msgspec import UNSET

from wellclear.channel.opening import verify_leaf
from wellclear.channel.sealing import PartKey, check_sha, context
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import LEAF_BYTES_MAX, PART_BYTES_MAX, PARTS_MAX, SALT_BYTES, Entry, PartRef, decode_leaf
from wellclear.domain.parts import commitment
from wellclear.errors import InvalidValue, Malformed, Unverified
from wellclear.log.checkpoint import ascii_lines

FALSE_PART_BYTES_MAX = LEAF_BYTES_MAX + 2 * PART_BYTES_MAX + 4096

FIRST_LINE = "wellclear/false-part/1"
_SOURCE = "false part"


@dataclass(frozen=True, slots=True)
class FalsePart:
    """What such a file shows; `check_false_part` is what proves it. `key` is None of a part in clear."""

    sentence: str
    number: int
    key: bytes | None
    stored: bytes
    leaf: bytes

    def encode(self) -> bytes:
        """The bytes of the file."""
        lines = [FIRST_LINE, self.sentence, f"part {self.number}"]
        if self.key is not None:
            lines.append(f"key {b64(self.key)}")
        lines += [f"stored {b64(self.stored)}", "leaf"]
        return "".join(line + "\n" for line in lines).encode() + self.leaf


@dataclass(frozen=True, slots=True)
class Convicted:
    """Whom a file convicts: a party's name, and the key under which it spoke. The channel's log says whose that is."""

    party: str
    key: str
    channel: str
    leaf_hash: bytes
    sentence: str


def fits(opening: bytes, ref: PartRef) -> bool:
    """Whether salt and text are what the header commits to."""
    return commitment(opening[:SALT_BYTES], opening[SALT_BYTES:]) == unb64(ref.commit)


def false_part(leaf: bytes, number: int, key: PartKey | None, stored: bytes) -> bytes | None:
    """The file that convicts the author of a part; None where it convicts nobody, for whatever reason."""
    try:
        sentence = _judge(leaf, number, key.key if key is not None else None, stored).sentence
    except (Malformed, Unverified):
        return None
    return FalsePart(sentence, number, key.key if key is not None else None, stored, leaf).encode()


def check_false_part(file: bytes) -> Convicted:
    """Whom a file convicts, and of what.

    Raises:
        Malformed: not such a file, or not in its one spelling.
        Unverified: it proves nothing, or not its sentence.
    """
    shown = decode_false_part(file)
    found = _judge(shown.leaf, shown.number, shown.key, shown.stored)
    if found.sentence != shown.sentence:
        raise Unverified(_SOURCE, f"it proves another sentence: {found.sentence}")
    return found


def decode_false_part(file: bytes) -> FalsePart:
    """The members of such a file; nothing is verified.

    Raises:
        Malformed: not such a file, or not in its one spelling.
    """
    if len(file) > FALSE_PART_BYTES_MAX:
        raise Malformed(_SOURCE, "", f"longer than {FALSE_PART_BYTES_MAX} bytes")
    head, found, leaf = file.partition(b"\nleaf\n")
    lines = ascii_lines(head, _SOURCE)
    names = [line.partition(" ")[0] for line in lines[2:]]
    if not found or lines[0] != FIRST_LINE or names not in (["part", "key", "stored"], ["part", "stored"]):
        raise Malformed(_SOURCE, "", "its sentence, `part`, `key` of a sealed one, `stored` and `leaf` expected")
    said = dict(line.split(" ", 1) for line in lines[2:] if " " in line)
    numbers = {str(n): n for n in range(PARTS_MAX)}
    try:
        key = unb64(said["key"], 32, field="key") if "key" in said else None
        shown = FalsePart(lines[1], numbers[said["part"]], key, unb64(said["stored"], field="stored"), leaf)
    except InvalidValue as error:
        raise Malformed(_SOURCE, error.field, error.why) from error
    except KeyError as error:
        raise Malformed(_SOURCE, "part", "its number in the header belongs here") from error
    if shown.encode() != file:
        raise Malformed(_SOURCE, "", "not in its one spelling")
    return shown


def _judge(leaf: bytes, number: int, key: bytes | None, stored: bytes) -> Convicted:
    """What a leaf, the bytes of one of its parts and a key prove; raises `Malformed` or `Unverified` if nothing."""
    if len(leaf) > LEAF_BYTES_MAX:
        raise Malformed(_SOURCE, "leaf", f"longer than {LEAF_BYTES_MAX} bytes")
    verify_leaf(leaf, _SOURCE)
    entry = decode_leaf(leaf)
    if number >= len(entry.act.parts):
        raise Unverified(_SOURCE, f"its entry has no part {number}")
    ref = entry.act.parts[number]
    check_sha(stored, ref)
    if fits(_opening(entry, ref, key, stored), ref):
        raise Unverified(_SOURCE, "the text is the one that was committed to")
    act, channel = entry.act, entry.act.channel if entry.act.channel is not UNSET else ""
    leaf_hash = hashlib.sha256(b"\x00" + leaf).digest()
    sentence = (
        f"{act.party}, under the key {entry.link.key}, has sent another text than it committed to in part {number} of "
        f"the {act.kind} {b64(leaf_hash)}"
    )
    return Convicted(act.party, entry.link.key, channel, leaf_hash, sentence)


def _opening(entry: Entry, ref: PartRef, key: bytes | None, stored: bytes) -> bytes:
    if not ref.sealed:
        if key is not None:
            raise Unverified(_SOURCE, "the part is in clear, and has no key")
        return stored
    if key is None or ref.epoch is UNSET or ref.to is UNSET or entry.act.channel is UNSET:
        raise Unverified(_SOURCE, "a sealed part of a channel and its key belong here")
    return PartKey(key).open(stored, context(entry.act, ref))
