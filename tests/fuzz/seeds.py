"""Sound bytes of every form: from the golden logs, and from a scripted channel's bundle."""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from typing import Any

import msgspec

from tests.bundles import frozen_bundle, scripted
from tests.house.sources import ROOT
from wellclear.channel.composing import Composed
from wellclear.channel.false_part import false_part as convict
from wellclear.channel.host_change import decide
from wellclear.domain.canonical import b64
from wellclear.domain.entry import decode_leaf
from wellclear.domain.kinds import HostCard, HostChange
from wellclear.domain.parts import Message
from wellclear.edges.card import CardFile
from wellclear.errors import Equivocation
from wellclear.log.checkpoint import Checkpoint, sign_checkpoint
from wellclear.log.ed25519 import SigningKey
from wellclear.log.equivocation import check_pair
from wellclear.testing.sketch import START_US, Sketch

LOGS = ("ordinary", "membership", "ballots")


@cache
def sketch() -> Sketch:
    """The channel that everything here is about."""
    return scripted()


@cache
def leaves() -> list[bytes]:
    """One leaf of each kind that the golden logs hold, the shortest, sound in form."""
    found: dict[str, bytes] = {}
    for name in LOGS:
        for text in json.loads((ROOT / "tests/golden" / f"{name}.json").read_bytes())["leaves"]:
            leaf = text.encode()
            kind = _kind(leaf)
            if kind and len(leaf) < len(found.get(kind, leaf + b" ")):
                found[kind] = leaf
    return [found[kind] for kind in sorted(found)]


def _kind(leaf: bytes) -> str:
    head, _, rest = leaf.partition(b"\n")
    try:
        return str(json.loads(head)["act"]["kind"]) if rest.endswith(b"\n") else ""
    except (ValueError, KeyError, TypeError):
        return ""


@cache
def sound_leaves() -> list[bytes]:
    """The same of the scripted channel; every one decodes."""
    found = {decode_leaf(leaf).act.kind: leaf for leaf in sketch().leaves}
    return [found[kind] for kind in sorted(found)]


def bundle(*starts: str) -> list[bytes]:
    """The files of the bundle whose path starts with one of these."""
    return [raw for path, raw in sorted(frozen_bundle().items()) if path.startswith(starts)]


@cache
def parts() -> list[bytes]:
    """The stored bytes of one part of each size and group."""
    found: dict[bytes, bytes] = {}
    for raw in sketch().parts.values():
        found.setdefault(raw[32:].partition(b"\n")[0].partition(b'"group":"')[2][:4], raw)
    return list(found.values())


def groups() -> list[bytes]:
    """The text of those parts."""
    return [raw[32:].partition(b"\n")[0] for raw in parts()]


def volumes() -> list[bytes]:
    """Fields of volumes of every kind, as parts hold them."""
    rest: dict[str, Any] = {
        "band": {"datum": "AMSL", "lower_mm": 0, "upper_mm": 10_000_000}, "start_us": START_US,
        "end_us": START_US + 3_600_000_000,
    }  # fmt: skip
    ring = [[345000000, 383000000], [346000000, 383000000], [346000000, 384000000]]
    shapes: list[dict[str, Any]] = [
        {"kind": "circle", "centre": [345000000, 383000000], "radius_mm": 5_000_000},
        {"kind": "corridor", "route": ring, "half_width_mm": 500_000},
        {"kind": "corridor", "route": ring[:2], "half_width_mm": 9, "times_us": [START_US, START_US + 60_000_000]},
        {"kind": "polygon", "rings": [ring]},
        {"kind": "polygons", "polygons": [[ring], [[[1, 1], [1, 20000000], [20000000, 1]]]]},
    ]
    return [json.dumps({**shape, **rest}, sort_keys=True).encode() for shape in shapes]


def note() -> bytes:
    """The host's checkpoint with every cosignature."""
    return frozen_bundle()["checkpoint"]


@cache
def false_part() -> bytes:
    """A file that convicts an author who has sent another text in clear than it committed to."""
    channel = Sketch.founded(seed=3)
    told = channel.told([Message(group="message", language="en", text="north")], ["SOUTHLAND"])
    composed = channel.compose(
        "message", "NORTHLAND", desk="NORTHLAND/OPS", to=["SOUTHLAND/OPS"], id="NORTHLAND-1001-9", told=told
    )
    lie = composed.sent[0][:32] + composed.sent[0][32:].replace(b"north", b"south")
    ref = msgspec.structs.replace(composed.act.parts[0], sha=b64(sha256(lie).digest()))
    act = msgspec.structs.replace(composed.act, parts=[ref])
    channel.send("NORTHLAND", Composed(act, (lie,)))
    file = convict(channel.leaves[-1], 0, None, lie)
    assert file is not None, "another text is proof"
    return file


def evidence() -> bytes:
    """Two notes of one size and two roots."""
    key = SigningKey(bytes(range(32)))
    notes = [sign_checkpoint(Checkpoint("caspia.example/sketch", 7, bytes([n]) * 32), key) for n in (1, 2)]
    try:
        check_pair(notes[0], notes[1], "caspia.example/sketch", key.public_key)
    except Equivocation as found:
        return found.evidence[2]
    raise AssertionError("two roots of one size are evidence")


def decision() -> bytes:
    """A change of host that nobody has approved yet."""
    key = [b64(SigningKey(bytes([n]) * 32).public_key) for n in (1, 2)]
    card = HostCard(party="ADRIA", origin="adria.example/next", log=key[0], sequencer=key[1])
    body = HostChange(size=9, root=b64(bytes(32)), host=card)
    return decide(sketch().channel, body, START_US, "https://198.51.100.7:8644").encode()


def card() -> bytes:
    """A party's card."""
    return CardFile(card=sketch().parties["NORTHLAND"].card(), exercise="yes").encode()
