"""The one spelling of everything that is signed or hashed: canonical JSON and padded base64.

The subset of RFC 8785 without floats, null and booleans (protocol, "Canonical JSON"): strings, integers
|n| < 2^53, lists, and objects whose ASCII keys are sorted. In that subset the sorted output of `msgspec` equals
RFC 8785; `tests/properties/domain/test_canonical.py` holds it to a second encoder.

Decoding is strict by construction: decode, check, encode again, compare. Doubled keys, spare white space, other
number forms and other escapes all fail the comparison.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping, Sequence

import msgspec

from wellclear.errors import InvalidValue, Malformed

INTEGER_MAX = 2**53 - 1
DEPTH_MAX = 8
"""Nested containers in one line; the outermost object is depth 1."""


Json = str | int | list["Json"] | dict[str, "Json"]

_encoder = msgspec.json.Encoder(order="sorted")

# Control characters, line and paragraph separators, and every character that turns the direction of text:
# U+0000-1F, 7F-9F, 061C, 200E-F, 2028-2E, 2066-69 (R23: no bidi control characters in input).
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def encode(value: object) -> bytes:
    """The canonical bytes of a value or of a wire `Struct`; the caller vouches that it is in the subset."""
    return _encoder.encode(value)


def b64(raw: bytes) -> str:
    """Padded standard base64 (RFC 4648 section 4)."""
    return binascii.b2a_base64(raw, newline=False).decode("ascii")


def unb64(text: str, length: int | None = None, *, field: str = "base64") -> bytes:
    """The bytes of one canonical base64 spelling.

    Raises:
        InvalidValue: not base64, another spelling of it (unused bits set, missing padding), or another length.
    """
    try:
        raw = binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise InvalidValue(field, "not padded base64") from error
    if b64(raw) != text:
        raise InvalidValue(field, "not the canonical spelling of base64")
    if length is not None and len(raw) != length:
        raise InvalidValue(field, f"{len(raw)} bytes where {length} belong")
    return raw


def forbidden_character(text: str) -> str | None:
    """Name (`U+202E`) the first character that may not stand in an entry, if there is one."""
    found = _FORBIDDEN.search(text)
    if found is not None:
        return f"U+{ord(found.group()):04X}"
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        return "a lone surrogate"
    return None


def check_value(value: object, field: str = "", depth: int = 1) -> None:
    """Hold a decoded value to the subset.

    Raises:
        InvalidValue: names the field, with indices, and what is wrong there.
    """
    kind = type(value)
    if kind is str:
        bad = forbidden_character(value)  # type: ignore[arg-type]  # kind is str
        if bad is not None:
            raise InvalidValue(field or "text", f"contains {bad}, which may not stand in an entry")
    elif kind is int:
        if not -INTEGER_MAX <= value <= INTEGER_MAX:  # type: ignore[operator]  # kind is int
            raise InvalidValue(field or "number", "beyond 2^53 - 1")
    elif isinstance(value, Mapping):
        _check_depth(field, depth)
        for key, inner in value.items():
            if not isinstance(key, str) or not key.isascii() or _FORBIDDEN.search(key):
                raise InvalidValue(field or "object", "a key is not plain ASCII")
            check_value(inner, f"{field}.{key}" if field else key, depth + 1)
    elif isinstance(value, Sequence) and kind in (list, tuple):
        _check_depth(field, depth)
        for index, inner in enumerate(value):
            check_value(inner, f"{field}[{index}]", depth + 1)
    else:
        raise InvalidValue(
            field or "value", f"only strings, whole numbers, lists and objects may stand here, not {_name_of(value)}"
        )


def _check_depth(field: str, depth: int) -> None:
    if depth > DEPTH_MAX:
        raise InvalidValue(field or "object", f"nested deeper than {DEPTH_MAX}")


def _name_of(value: object) -> str:
    if value is None:
        return "null (leave the key out)"
    if isinstance(value, bool):
        return 'true or false (write "yes" or "no")'
    if isinstance(value, float):
        return "a fraction (use whole units)"
    return type(value).__name__


def decode(raw: bytes, source: str) -> dict[str, Json]:
    """One canonical object from its bytes.

    Raises:
        Malformed: not JSON, not in the subset, or not spelled canonically; says where.
    """
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(source, "", f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise Malformed(source, "", "an object belongs here")
    try:
        check_value(value)
    except InvalidValue as error:
        raise Malformed(source, error.field, error.why) from error
    if _encoder.encode(value) != raw:
        raise Malformed(source, "", "not canonical: sort the keys, double none, leave no white space")
    return value
