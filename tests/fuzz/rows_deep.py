"""Parsers that stand behind hashes and signatures: what reads them makes those fit first, with the keys of the test."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
import json
import tempfile
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx
import msgspec

from tests.bundles import bundle_of, refusal, signed_again
from tests.fuzz import seeds
from tests.fuzz.parser import Parser
from tests.fuzz.turning import backup_turned, json_turned, leaves_in, leaves_turned, tar_of
from tests.unit.apps.host.world import store_sketch
from wellclear.apps.cli.keeping import FORM, LIST, restore
from wellclear.channel.bundle import REFUSAL_TAG
from wellclear.channel.follower import Follower
from wellclear.channel.verify import verify_bundle
from wellclear.domain.canonical import b64
from wellclear.edges.client import HostClient
from wellclear.errors import InvalidValue, Unavailable, WellclearError
from wellclear.log.bundle import CHECKPOINT, PICTURE, log_files, tree_of
from wellclear.log.checkpoint import Checkpoint, cosign, merge_signatures, sign_checkpoint
from wellclear.log.merkle import leaf_hash
from wellclear.log.note import sign_note
from wellclear.testing.sketch import START_US

# A bundle with other bytes in one file: as they are, or under good signatures of everybody.

SIGNED: Final = 0x80
"""In the first byte: tree, checkpoint, signature and manifest are made to fit the bytes that follow."""


@cache
def _files() -> dict[str, bytes]:
    """A bundle with a refusal in it."""
    return bundle_of(seeds.sketch(), refusals=[refusal(seeds.sketch())])


@cache
def _places() -> list[str]:
    """One path of each kind of file in a bundle."""
    return sorted({path.partition("/")[0] + str(path.count("/")): path for path in sorted(_files())}.values())


def _place(raw: bytes) -> str:
    return _places()[(raw[0] & ~SIGNED) % len(_places()) if raw else 0]


def _bundle_file(raw: bytes) -> None:
    place, content = _place(raw), raw[1:]
    files = {**_files(), place: content}
    if raw and raw[0] & SIGNED:
        with contextlib.suppress(InvalidValue):  # what cannot be signed stands there as it is
            files |= _signed(place, content)
        files = signed_again(files, seeds.sketch())
    verify_bundle(files)


def _signed(place: str, content: bytes) -> dict[str, bytes]:
    sketch = seeds.sketch()
    host, party = sketch.parties[sketch.host], sketch.parties["SOUTHLAND"]
    if place.startswith("tile/entries"):
        leaves = leaves_in(content)
        tree = tree_of(leaves)
        note = sign_checkpoint(Checkpoint(sketch.origin, len(leaves), tree.root()), host.key("log"))
        return log_files(leaves, tree, note)
    if place.startswith("refusals"):
        refused = content.partition(b'"refused":')[2].rpartition(b',"sig"')[0]
        signature = b64(host.key("sequencer").sign(REFUSAL_TAG + refused))
        return {place: b'{"refused":%s,"sig":"%s"}' % (refused, signature.encode())}
    text = content.rpartition(b"\n\n")[0] + b"\n"
    if place == CHECKPOINT or place.startswith("notes/"):
        return {place: sign_note(text, sketch.origin, host.key("log"))}
    return {place: sign_note(text, "SOUTHLAND", party.key("picture"))} if place == PICTURE else {}


def _bundle_file_turned(raw: bytes, choose: Random) -> bytes:
    place, content = _place(raw), raw[1:]
    if place.startswith("tile/entries"):
        content = leaves_turned(content, choose)
    elif content.startswith(b"{"):
        content = json_turned(content, choose)
    else:
        lines = content.split(b"\n")
        at = choose.randrange(len(lines))
        lines[at : at + 1] = choose.choice(([], [lines[at]] * 2, [choose.choice(lines)], [lines[at] + b"0"], [b"-1"]))
        content = b"\n".join(lines)
    return bytes([_places().index(place) | choose.choice((0, SIGNED, SIGNED))]) + content


def _each_file() -> list[bytes]:
    return [bytes([number | sign]) + _files()[place] for number, place in enumerate(_places()) for sign in (0, SIGNED)]


# A host's stream under its own good key, as a node's client and follower hear it. Each byte pair is one step of it.


class _Clock:
    def now_us(self) -> int:
        return START_US

    def monotonic_us(self) -> int:
        return START_US


class _Host:
    """Signs what the steps make it say; `lied` once two of its roots cannot both be true."""

    def __init__(self) -> None:
        self.sketch = seeds.sketch()
        self.leaves = list(self.sketch.leaves)
        self.sent, self.lied, self.text = 0, False, bytearray()
        self._party = self.sketch.parties[self.sketch.host]

    def note(self, size: int, *, flip: bool = False) -> str:
        root = bytearray(tree_of(self.leaves[:size]).root())
        root[0] ^= flip
        self.lied |= flip
        return sign_checkpoint(Checkpoint(self.sketch.origin, size, bytes(root)), self._party.key("log")).decode()

    def event(self, name: str, data: Any) -> None:
        self.text += b"event: %s\ndata: %s\n\n" % (name.encode(), msgspec.json.encode(data))

    def step(self, what: int, size: int) -> None:
        start, size = self.sent, min(size, len(self.leaves))
        match what % 8:
            case 0 | 1:
                self.sent = min(len(self.leaves), start + size)
                told = [b64(leaf) for leaf in self.leaves[start : self.sent]]
                self.event("log", {"start": start, "leaves": told, "checkpoint": self.note(self.sent)})
            case 2:
                told = [b64(leaf) for leaf in self.leaves[size:]]
                self.event("log", {"start": size, "leaves": told, "checkpoint": self.note(len(self.leaves))})
            case 3:
                self.event("alive", {"checkpoint": self.note(size, flip=True)})
            case 4:
                self.leaves.insert(size, seeds.leaves()[size % len(seeds.leaves())])
                self.lied = True  # of whatever was signed before
            case 5:
                self.sent = size
            case 6:
                note = self.note(size).encode()
                line = cosign(note, f"{self.sketch.host}", self._party.key("cosigner"), START_US // 10**6 + what)
                self.event("alive", {"checkpoint": merge_signatures(note, [line]).decode()})
            case 7:
                self.event("log", {"start": size, "leaves": [b64(b"junk")], "checkpoint": self.note(size)})


def _stream(raw: bytes) -> None:
    host = _Host()
    for at in range(0, min(len(raw), 40) - 1, 2):
        host.step(raw[at], raw[at + 1])
    follower = Follower(host.sketch.channel)
    asyncio.run(_follow(bytes(host.text), follower))
    assert follower.evidence is None or host.lied, "evidence against a host that never lied"
    told = [leaf_hash(leaf) for leaf in host.leaves]
    if not host.lied:
        assert [leaf_hash(leaf) for leaf in host.sketch.leaves[: follower.size]] == told[: follower.size]


async def _follow(text: bytes, follower: Follower) -> None:
    """As a node does: what came is given, heard, and made part of the own log where it is proven."""

    async def pieces() -> AsyncIterator[bytes]:
        yield text

    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=pieces()))
    signer = seeds.sketch().parties["SOUTHLAND"].key("node")
    async with HostClient("http://198.51.100.7", follower.channel, signer, _Clock(), transport=transport) as client:
        with contextlib.suppress(Unavailable):  # the stream has ended
            async for event in client.events(0):
                with contextlib.suppress(WellclearError):
                    follower.give(event.start, event.leaves)
                    follower.hear(event.note, START_US)
                    while (proven := follower.proven()) is not None:
                        follower.commit(proven)


# A backup that becomes a home: list, files, and the log's own database.


@cache
def _home_files() -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        store_sketch(seeds.sketch(), Path(folder))
        return {"host.sqlite": Path(folder, "host.sqlite").read_bytes()}


def _backups() -> list[bytes]:
    settings = {"settings.toml": b"form = 1\n", "keys/node.json": b"{}"}
    size = len(seeds.sketch().leaves)
    return [_backup_of(settings, {}), _backup_of(settings | _home_files(), {"host.sqlite": size})]


def _backup_of(files: dict[str, bytes], entries: dict[str, int]) -> bytes:
    hashes = {name: hashlib.sha256(raw).hexdigest() for name, raw in files.items()}
    head = {"wellclear_backup": FORM, "made": "2026-11-23", "entries": entries, "files": hashes}
    return tar_of({LIST: json.dumps(head).encode(), **files})


def _restored(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        path = Path(folder, "backup.tar")
        path.write_bytes(raw)
        restore(path, home=Path(folder, "home"), as_json=True)


DEEP = [
    Parser("bundle_file", ("channel.verify", "channel.verdict", "channel.beside"), _bundle_file, _each_file, slow=True,
           turn=_bundle_file_turned),
    Parser("host_stream", ("edges.client", "channel.follower", "channel.host_cards"), _stream,
           lambda: [b"\0\xff", b"\0\5\0\5\0\5", b"\0\5\6\5\2\0\6\xff", b"\0\5\3\5\0\5", b"\2\2\5\0\0\x08\7\x08"],
           slow=True),
    Parser("backup_restored", ("apps.cli.keeping", "edges.store"), _restored, _backups, most=256 * 1024, slow=True,
           turn=backup_turned),
]  # fmt: skip
