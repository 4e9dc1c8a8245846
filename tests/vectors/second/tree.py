"""RFC 6962 trees, signed notes, checkpoints (protocol, "Tree, notes, tiles")."""

from __future__ import annotations

import re

from tests.vectors.second.curve import verify
from tests.vectors.second.wire import Refused, sha, unb64

NOTE, COSIGNATURE = b"\x01", b"\x04"


def leaf_hash(leaf: bytes) -> bytes:
    return sha(b"\0", leaf)


def root(hashes: list[bytes]) -> bytes:
    if len(hashes) < 2:
        return hashes[0] if hashes else sha()
    left = 1 << (len(hashes) - 1).bit_length() - 1
    return sha(b"\1", root(hashes[:left]), root(hashes[left:]))


def inclusion(index: int, size: int, leaf: bytes, proof: list[bytes]) -> bytes:
    """The root that the proof leads to (RFC 9162, 2.1.3.2)."""
    at, last, value = index, size - 1, leaf
    if index >= size:
        raise Refused("index")
    for step in proof:
        if last == 0:
            raise Refused("a proof too long")
        if at & 1 or at == last:
            value = sha(b"\1", step, value)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            value = sha(b"\1", value, step)
        at, last = at >> 1, last >> 1
    if last:
        raise Refused("a proof too short")
    return value


def consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: list[bytes]) -> bool:
    """RFC 9162, 2.1.4.2."""
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof
    steps = list(proof)
    if old & old - 1 == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = sha(b"\1", step, first), sha(b"\1", step, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = sha(b"\1", second, step)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


def note(raw: bytes, name: str, key: bytes) -> bytes:
    """The text of a signed note whose line by this key holds."""
    text, blank, lines = raw.rpartition(b"\n\n")
    if not blank or not lines.endswith(b"\n"):
        raise Refused("no note")
    text += b"\n"
    for line in lines[:-1].decode().split("\n"):
        said_name, said = _line(line)
        if said_name == name and said[:4] == key_id(name, NOTE, key) and len(said) == 68:
            if not verify(key, text, said[4:]):
                raise Refused("signature")
            return text
    raise Refused("not signed by this key")


def cosigned_at(line: str, name: str, key: bytes, text: bytes) -> int:
    """The moment, in seconds, at which this key has cosigned a note's text."""
    said_name, said = _line(line.removesuffix("\n"))
    if said_name != name or said[:4] != key_id(name, COSIGNATURE, key) or len(said) != 76:
        raise Refused("not this key's line")
    seconds = int.from_bytes(said[4:12], "big")
    if not verify(key, f"cosignature/v1\ntime {seconds}\n".encode() + text, said[12:]):
        raise Refused("signature")
    return seconds


def key_id(name: str, kind: bytes, key: bytes) -> bytes:
    return sha(name.encode(), b"\n", kind, key)[:4]


def _line(line: str) -> tuple[str, bytes]:
    read = re.fullmatch("— ([^ +\n]+) ([^ \n]+)", line)
    if read is None:
        raise Refused("line")
    return read[1], unb64(read[2])


def checkpoint(raw: bytes, origin: str, key: bytes) -> tuple[int, bytes]:
    """Size and root of a checkpoint under the log's key."""
    read = re.fullmatch("([^\n]+)\n(0|[1-9][0-9]{0,18})\n([^\n]+)\n", note(raw, origin, key).decode())
    if read is None or read[1] != origin:
        raise Refused("checkpoint")
    return int(read[2]), unb64(read[3], 32)
