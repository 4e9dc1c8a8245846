"""How inputs are spoilt behind their first check: hashes, lengths and signatures are made to fit again.

Each function takes an input and a source of choices, and gives another input of the same form.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from random import Random
from typing import Any, Final

import msgspec

from tests.fuzz import seeds
from wellclear.apps.cli.keeping import LIST

Turn = Callable[[bytes, Random], bytes]
ODD: Final[tuple[Any, ...]] = (
    None, True, 0, 1, -1, 255, 2**31, 2**53, 2**63, -(2**63), 10**40, 1.5, "", "0", "A" * 44, "é\u2028\u202e", "../x",
    "yes", [], {}, [[]], {"": {}}, "9" * 400,
)  # fmt: skip


def json_turned(raw: bytes, choose: Random) -> bytes:
    """One value in a JSON text replaced, doubled, moved or taken out; what is no JSON stays as it is."""
    try:
        value = msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        return raw
    return json.dumps(_turned(value, choose), separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")


def _turned(value: Any, choose: Random) -> Any:
    if isinstance(value, dict) and value and choose.random() < 0.85:
        name = choose.choice(sorted(value))
        rest = {key: one for key, one in value.items() if key != name}
        match choose.randrange(6):
            case 0:
                return rest
            case 1:
                return rest | {choose.choice(sorted(value)): value[name]}
            case 2:
                return value | {"x": choose.choice(ODD)}
        return value | {name: _turned(value[name], choose)}
    if isinstance(value, list) and value and choose.random() < 0.85:
        at = choose.randrange(len(value))
        match choose.randrange(5):
            case 0:
                return value[:at] + value[at + 1 :]
            case 1:
                return value[:at] + [value[at]] * choose.choice((2, 3, 70)) + value[at + 1 :]
            case 2:
                return choose.sample(value, len(value))
        return [*value[:at], _turned(value[at], choose), *value[at + 1 :]]
    if isinstance(value, str) and value and choose.random() < 0.4:
        at = choose.randrange(len(value))
        return value[:at] + choose.choice(("", "0", "Z", "=", "/", "\n", value[at] * 2)) + value[at + 1 :]
    if isinstance(value, int) and choose.random() < 0.5:
        return value + choose.choice((-1, 1, 60_000_000, -value))
    return choose.choice(ODD)


def leaves_in(raw: bytes) -> list[bytes]:
    """The leaves of a bundle of entries, as far as their lengths lead."""
    found, at = [], 0
    while at + 2 <= len(raw):
        end = at + 2 + int.from_bytes(raw[at : at + 2], "big")
        found.append(raw[at + 2 : end])
        at = end
    return found


def leaves_turned(raw: bytes, choose: Random) -> bytes:
    """Entries dropped, doubled, swapped, exchanged for sound ones of other logs, or changed within their lines."""
    leaves = leaves_in(raw)
    if not leaves:
        return raw
    at = choose.randrange(len(leaves))
    match choose.randrange(6):
        case 0:
            del leaves[at]
        case 1:
            leaves.insert(at, leaves[choose.randrange(len(leaves))])
        case 2:
            other = choose.randrange(len(leaves))
            leaves[at], leaves[other] = leaves[other], leaves[at]
        case 3:
            leaves[at] = choose.choice(seeds.leaves())
        case _:
            head, line, rest = leaves[at].partition(b"\n")
            leaves[at] = json_turned(head, choose) + line + rest
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves if len(leaf) < 65_536)


def backup_turned(raw: bytes, choose: Random) -> bytes:
    """A file of a backup changed, renamed, left out or added, or its list; the list names the new hashes."""
    try:
        with tarfile.open(fileobj=io.BytesIO(raw), mode="r:") as tar:
            files = {one.name: opened.read() for one in tar.getmembers() if (opened := tar.extractfile(one))}
        head = msgspec.json.decode(files.pop(LIST))
    except (tarfile.TarError, ValueError, KeyError, OSError, EOFError, LookupError, MemoryError, RecursionError):
        return raw
    name = choose.choice(sorted(files)) if files else "settings.toml"
    match choose.randrange(6):
        case 0:
            files.pop(name, None)
        case 1:
            odd = ("keys/node.json", "keys/officers/W1.json", ".", "keys", "node.sqlite", "x" * 90, "a/b/c", "é")
            files[choose.choice(odd)] = files.get(name, b"")
        case 2:
            content = bytearray(files.get(name, b"") or b"x")
            for _ in range(choose.choice((1, 4, 40))):
                content[choose.randrange(min(len(content), choose.choice((200, 1 << 20))))] = choose.randrange(256)
            files[name] = bytes(content)
        case 3:
            files[name] = files.get(name, b"")[: choose.randrange(5000)]
    if isinstance(head, dict):
        head["files"] = {one: hashlib.sha256(content).hexdigest() for one, content in files.items()}
        head = _turned(head, choose) if choose.random() < 0.5 else head
    return tar_of({LIST: json.dumps(head).encode(), **files}, choose.choice((tarfile.PAX_FORMAT, tarfile.GNU_FORMAT)))


def tar_of(files: dict[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar of these files."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=form) as tar:
        for name, raw in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(raw)
            tar.addfile(entry, io.BytesIO(raw))
    return made.getvalue()


def events_turned(raw: bytes, choose: Random) -> bytes:
    """One line of a stream of events moved, doubled or dropped, or the JSON in it turned."""
    lines = raw.split(b"\n")
    at = choose.randrange(len(lines))
    match choose.randrange(5):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, choose.choice(lines))
        case _:
            name, colon, data = lines[at].partition(b": ")
            lines[at] = name + colon + json_turned(data, choose)
    return b"\n".join(lines)
