"""Bytes: canonical JSON, base64, names, commitments (protocol, "Words", "Canonical JSON", "Parts")."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any, NoReturn

BAD = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
TOP = 2**53
DEPTH = 8
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TEXT_SIZES = (1024, 2048, 4096, 8192, 16384)


class Refused(Exception):
    """These bytes are not what they should be."""


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def canonical(value: Any) -> bytes:
    return _spelled(value, 1).encode()


def _spelled(value: Any, level: int) -> str:
    if type(value) is str:
        return _string(value)
    if type(value) is int:
        if abs(value) >= TOP:
            raise Refused("number")
        return str(value)
    if level > DEPTH:
        raise Refused("depth")
    if type(value) is list:
        return "[" + ",".join(_spelled(one, level + 1) for one in value) + "]"
    if type(value) is dict:
        if not all(type(key) is str and key.isascii() for key in value):
            raise Refused("key")
        return "{" + ",".join(_string(key) + ":" + _spelled(value[key], level + 1) for key in sorted(value)) + "}"
    raise Refused("type")


def _string(text: str) -> str:
    if BAD.search(text):
        raise Refused("character")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def read(raw: bytes) -> Any:
    """The value that these bytes spell; Refused unless they are its one spelling."""
    try:
        value = json.loads(
            raw.decode(), object_pairs_hook=_once_each, parse_float=_no_number, parse_constant=_no_number
        )
        if canonical(value) != raw:
            raise Refused("spelling")
    except (ValueError, RecursionError) as error:
        raise Refused(str(error)) from error
    return value


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read_so_far = dict(pairs)
    if len(read_so_far) != len(pairs):
        raise Refused("a key twice")
    return read_so_far


def _no_number(text: str) -> NoReturn:
    raise Refused(f"number {text}")


def unb64(text: Any, size: int | None = None) -> bytes:
    if type(text) is not str or not text.isascii():
        raise Refused("base64")
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Refused("base64") from error
    if b64(raw) != text or (size is not None and len(raw) != size):
        raise Refused("base64")
    return raw


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def check_character(text: str) -> str:
    """ISO 7064 MOD 37,36."""
    product = 36
    for character in text:
        product = ((product + ALPHABET.index(character)) % 36 or 36) * 2 % 37
    return ALPHABET[(37 - product) % 36]


def padded(text: bytes) -> bytes:
    """A part's text with LF and zeros up to one of the sizes."""
    line = text + b"\n"
    size = next((size for size in TEXT_SIZES if len(line) <= size), None)
    if size is None:
        raise Refused("too large")
    return line + bytes(size - len(line))


def commitment(salt: bytes, text: bytes) -> str:
    return b64(sha(salt, padded(text)))
