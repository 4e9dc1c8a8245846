"""The parsers of `channel`: submissions, answers, requests, decisions, stored items, whole bundles."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Final

import msgspec

from tests.bundles import bundle_of, refusal
from tests.fuzz import seeds
from tests.fuzz.parser import Parser
from tests.fuzz.rows_domain import text
from wellclear.apps.node.ids import decode_counters
from wellclear.channel.admission import examine, why_not
from wellclear.channel.carrying import CarriedAct, HandedOver, read_handed_over
from wellclear.channel.host_change import read_decision
from wellclear.channel.opening import open_leaf, verify_leaf
from wellclear.channel.outbox import Item, decode_item
from wellclear.channel.requests import authorize, check_request
from wellclear.channel.run import decode_bridge
from wellclear.channel.sealing import PartKey, SealingKey, context, unseal
from wellclear.channel.slips import check_slip, hold_to_log, make_slip, read_slip
from wellclear.channel.submission import (
    Answers,
    Frame,
    check_answers,
    decode_frames,
    encode_frames,
    note_of,
    placed,
)  # fmt: skip
from wellclear.channel.verify import verify_bundle
from wellclear.domain import canonical
from wellclear.domain.canonical import b64
from wellclear.domain.entry import Act, PartRef, decode_leaf
from wellclear.domain.keys import check_sealing_key
from wellclear.domain.parts import open_part
from wellclear.edges.wrapping import wrap
from wellclear.log import archive
from wellclear.log.checkpoint import Checkpoint, sign_checkpoint
from wellclear.log.ed25519 import SigningKey
from wellclear.log.merkle import leaf_hash
from wellclear.picture.fold import fold
from wellclear.testing.sketch import START_US

_KEY: Final = SigningKey(bytes(range(32)))
_SENT: Final = leaf_hash(b"one")


def _answer() -> bytes:
    note = sign_checkpoint(Checkpoint("caspia.example/sketch", 1, _SENT), _KEY).decode()
    return canonical.encode(Answers(checkpoint=note, answers=[placed(_SENT, 0, [])]))


def _answers(raw: bytes) -> None:
    note_of(raw)
    check_answers(raw, [_SENT], "caspia.example/sketch", _KEY.public_key, _KEY.public_key)


def _logged(raw: bytes) -> None:
    """Any leaf is opened, folded into a picture and refused in words, whatever it is."""
    logged = open_leaf(seeds.sketch().picture.size, raw)
    fold(seeds.sketch().picture, logged)
    examined = examine(Frame(raw, (raw,)))
    if examined.fault is not None:
        assert why_not(examined, examined.fault).isascii()
    examine(Frame(raw), seeds.sketch().picture.keys)
    verify_leaf(raw)


def _header() -> bytes:
    return authorize(_KEY, seeds.sketch().channel, "GET", "/checkpoint", START_US).encode()


def _request(words: str) -> None:
    check_request(words, seeds.sketch().channel, "GET", "/checkpoint", START_US)


@cache
def _item() -> bytes:
    entry = decode_leaf(seeds.sound_leaves()[0])
    return Item("name", 1, entry.act, entry.approvals, (b"part",), "node").encode()


@cache
def _files() -> dict[str, bytes]:
    """A bundle with a refusal in it."""
    return bundle_of(seeds.sketch(), refusals=[refusal(seeds.sketch())])


def _bundle(raw: bytes) -> None:
    verify_bundle(archive.unpack(raw))


_SEALING: Final = SealingKey(bytes(32), hybrid=True)
_ACT: Final = Act(
    rules=1, party="NORTHLAND", kind="message", to=["SOUTHLAND/OPS"], precedence="R", said=0, parts=[],
    channel=b64(bytes(32)),
)  # fmt: skip


def _sealed(raw: bytes) -> None:
    """Stored bytes whose hash the header names, so that everything behind it is reached."""
    ref = _sealed_ref()
    opening, _ = unseal(raw, _SENT, _ACT, msgspec.structs.replace(ref, sha=b64(hashlib.sha256(raw).digest())))
    open_part(opening, ref)


def _sealed_ref() -> PartRef:
    commit = b64(hashlib.sha256(seeds.parts()[0]).digest())
    return PartRef(commit=commit, enc="aes256gcm", sha=commit, to=["SOUTHLAND"], epoch=1)


def _sealed_part() -> bytes:
    where = context(_ACT, _sealed_ref())
    return PartKey.derive(_SENT, _SENT, where).seal(seeds.parts()[0], _SENT, where)


@cache
def _slip() -> bytes:
    sketch = seeds.sketch()
    item = next(name for name, row in sketch.picture.items.items() if row.kind == "notice")
    checkpoint = Checkpoint(sketch.origin, len(sketch.leaves), sketch.tree.root())
    note = sign_checkpoint(checkpoint, sketch.parties[sketch.host].key("log"))
    return make_slip(sketch.leaves, note, item).encode()


def _checked_slip(raw: bytes) -> bytes:
    sketch = seeds.sketch()
    key, read = sketch.parties[sketch.host].key("log").public_key, read_slip(raw)
    hold_to_log(check_slip(read, sketch.channel, sketch.origin, key), sketch.leaves)
    return raw.strip()


@cache
def _handed_over() -> bytes:
    entry = decode_leaf(seeds.sound_leaves()[0])
    act = msgspec.structs.replace(entry.act, via="SOUTHLAND", parts=[])
    one = CarriedAct(act=act, approvals=list(entry.approvals), parts=[])
    return HandedOver(wellclear_acts=1, acts=[one], entries=[b64(seeds.sound_leaves()[1])]).encode()


def _handed(raw: bytes) -> None:
    held = read_handed_over(raw)
    held.leaves()
    for one in held.acts:
        one.sent()
        one.groups()


CHANNEL = [
    Parser("handed_over", ("channel.carrying",), _handed, lambda: [_handed_over()]),
    Parser("slip", ("channel.slips",), _checked_slip, lambda: [_slip().strip()], lambda _: _slip().strip()),
    Parser("sealed_part", ("channel.sealing",), _sealed, lambda: [_sealed_part()], lambda _: _sealed_part()),
    Parser("wrap", ("channel.sealing",), lambda raw: _SEALING.unwrap(raw, b""),
           lambda: [wrap(_SEALING.public_key, _SENT, b"")]),
    Parser("sealing_key", ("channel.sealing",), check_sealing_key, lambda: [_SEALING.public_key, bytes(31) + b"1"]),
    Parser("submission", ("channel.submission",), decode_frames,
           lambda: [encode_frames([Frame(leaf, (b"part",)) for leaf in seeds.leaves()[:3]]), b"\0\1x\0"],
           encode_frames),
    Parser("answer", ("channel.submission",), _answers, lambda: [_answer()]),
    Parser("logged", ("channel.opening", "channel.admission", "picture"), _logged, seeds.leaves, slow=True),
    Parser("request", ("channel.requests",), text(_request), lambda: [_header()]),
    Parser("decision", ("channel.host_change",), read_decision, lambda: [seeds.decision()],
           lambda found: found.encode()),
    Parser("outbox_item", ("channel.outbox",), decode_item, lambda: [_item()]),
    Parser("bridge", ("channel.run",), decode_bridge, lambda: [b'{"note":"a note","proof":["' + b"A" * 43 + b'="]}']),
    Parser("counters", ("apps.node.ids",), decode_counters, lambda: [b"{}", b'{"NORTHLAND/OPS":[[1001,2]]}']),
    Parser("bundle", ("channel.verify", "channel.verdict", "channel.beside"), _bundle, lambda: [archive.pack(_files())],
           most=512 * 1024, slow=True),
]  # fmt: skip
