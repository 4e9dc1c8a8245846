"""The parsers of `domain`: the one spelling of what is signed, and what people type and say."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import msgspec

from tests.fuzz import seeds
from tests.fuzz.parser import Parser
from wellclear.domain import canonical, names, quantities
from wellclear.domain.agreement import default_settings, settings_from
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import Entry, PartRef, claimed_key, close_leaf, decode_leaf, unsigned_leaf
from wellclear.domain.grid_reference import position_from_mgrs
from wellclear.domain.keys import check_public_key
from wellclear.domain.kinds import KINDS, public_of
from wellclear.domain.parts import group_from, open_part, pad
from wellclear.domain.spoken import check_spoken, parse_spoken, spoken
from wellclear.domain.volume_fields import bounding_cap, volume_fields, volume_from, volume_or_cap
from wellclear.errors import InvalidValue


def text(read: Callable[[str], Any]) -> Callable[[bytes], Any]:
    """A reader of text as one of bytes; what is no UTF-8 becomes U+FFFD, as at our own doors."""
    return lambda raw: read(raw.decode("utf-8", "replace"))


def said(*examples: str) -> Callable[[], list[bytes]]:
    """Seeds that people would type."""
    return lambda: [example.encode() for example in examples]


def loose(raw: bytes) -> Any:
    """What plain JSON holds, floats included, decoded as at our doors; `None` for what is no JSON at all."""
    try:
        return msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        return None


def _entry(entry: Entry) -> bytes:
    return close_leaf(unsigned_leaf(entry.act, entry.link, entry.approvals), unb64(entry.sig, 64))


def _public(raw: bytes) -> None:
    act = decode_leaf(raw).act
    if act.kind in KINDS:  # what is no kind is remarked before anybody asks what it may hold
        public_of(act)


def _part(raw: bytes) -> bytes:
    """Opened under its own commitment, so that mutations get past the hash; written again."""
    commit = b64(hashlib.sha256(raw).digest())
    group = open_part(raw, PartRef(commit=commit, enc="none", sha=commit, to=["NORTHLAND"]))
    return raw[:32] + pad(canonical.encode(group))


def _volume(raw: bytes) -> Any:
    fields = loose(raw)
    bounding_cap(fields)
    volume_or_cap(fields)
    return volume_from(fields)


def _reads_back(volume: Any) -> bytes:
    """A volume is written and read as itself; its first bytes were one of several spellings."""
    assert volume_from(json.loads(json.dumps(volume_fields(volume)))) == volume
    return b""


def _volume_row(raw: bytes) -> None:
    _reads_back(_volume(raw))


def _spoken(words: str) -> str:
    check_spoken(spoken(b"x"), b"x", "fingerprint")
    return parse_spoken(words)


def _quantities(words: str) -> None:
    for read in (quantities.decimal_from, quantities.e7_from_degrees, quantities.parse_time, quantities.parse_dtg):
        _ours(read, words)


def _names(words: str) -> None:
    for read in (names.parse_item_id, names.check_origin, names.check_party, names.check_person, names.party_of_desk):
        _ours(read, words)


def _ours(read: Callable[[str], Any], words: str) -> None:
    """Each of several readers on the same text: the first refusal must not hide the next one's fault."""
    try:
        read(words)
    except InvalidValue as error:
        str(error).encode()


DOMAIN = [
    Parser("canonical", ("domain.canonical",), lambda raw: canonical.decode(raw, "fuzz"),
           lambda: [*seeds.groups(), b'{"B":[],"a":"x","b":1}'], canonical.encode),
    Parser("base64", ("domain.canonical",), text(unb64), said("AAAA", b64(bytes(32)), b64(bytes(64))),
           lambda raw: b64(raw).encode()),
    Parser("leaf", ("domain.entry",), decode_leaf, lambda: seeds.leaves() + seeds.sound_leaves(), _entry),
    Parser("claimed_key", ("domain.entry",), claimed_key, seeds.sound_leaves),
    Parser("public", ("domain.kinds",), _public, seeds.sound_leaves),
    Parser("group", ("domain.parts",), lambda raw: group_from(canonical.decode(raw, "fuzz"), "fuzz"), seeds.groups,
           canonical.encode),
    Parser("part", ("domain.parts",), _part, seeds.parts, lambda raw: raw),
    Parser("volume", ("domain.volume_fields", "domain.volume", "domain.rings", "domain.cells"), _volume_row,
           seeds.volumes, slow=True),
    Parser("settings", ("domain.agreement",), lambda raw: settings_from(loose(raw)),
           lambda: [canonical.encode(default_settings())]),
    Parser("names", ("domain.names",), text(_names),
           said("NORTHLAND-1001-9", "caspia.example/sketch", "NORTHLAND", "W1", "NORTHLAND/OPS")),
    Parser("spoken", ("domain.spoken",), text(_spoken), lambda: [spoken(b"x").encode(), b"7k2m oq9d"]),
    Parser("quantities", ("domain.quantities",), text(_quantities),
           said("34.5", "-0.0000001", "2026-11-23T10:00:00Z", "231000ZNOV26", "1e5")),
    Parser("mgrs", ("domain.grid_reference",), text(position_from_mgrs), said("37SCV 06400 24900", "4QFJ1234567890")),
    Parser("key", ("domain.keys",), check_public_key, lambda: [bytes(32), bytes([1, *[0] * 31]), b"\xff" * 32]),
]  # fmt: skip
