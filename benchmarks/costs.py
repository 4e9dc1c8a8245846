"""What protection costs: the whole way of entries, from composing to the last cosignature, with and without each part.

In one process and on one core at a time, without HTTP: an author composes, seals, approves and links sixteen entries,
half of them notices with their four parts and half messages; the host verifies, folds and commits them at once; three
nodes verify, store and fold them, open every part, cosign the log, and hear each other's cosignatures by way of the
host. Left out is one thing at a time:

    sealing       the same parts travel in clear
    approvals     the same bytes stand there, but nobody makes the persons' signatures and nobody looks at them
    ML-DSA-44     the second line of each cosignature, which its party makes, and the host and every node verify
    witnessing    no party cosigns, the host included
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from benchmarks.workload import Workload, founded, make_host_home
from wellclear.apps.host.service import HostService
from wellclear.apps.host.starting import HostFiles, HostKeys, open_host
from wellclear.apps.node.core import NodeCore
from wellclear.apps.node.epochs import NodeKeys
from wellclear.channel import opening
from wellclear.channel.composing import Chain, Composed, Told, approve, compose, link
from wellclear.channel.sealing import RANDOM_BYTES
from wellclear.channel.submission import Frame, encode_frames
from wellclear.domain.canonical import b64
from wellclear.domain.entry import SALT_BYTES, Approval, Role
from wellclear.domain.parts import Group, Message
from wellclear.edges.clock import SystemClock
from wellclear.edges.keyring import box_key
from wellclear.edges.store import Store
from wellclear.log.merkle import leaf_hash
from wellclear.log.note import parse_note
from wellclear.testing.sketch import Sketch, circle

AUTHOR = "AGENCYA"
NODES = ("AGENCYB", "NORTHLAND", "SOUTHLAND")
AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Ways:
    """What is done on the way, and what is left out."""

    sealed: bool = True
    approved: bool = True
    second_line: bool = True
    witnessed: bool = True


@dataclass(frozen=True, slots=True)
class Rate:
    """Entries for each second that passed, and for each second of this process's CPU time, where disks cost nothing."""

    per_s: float
    per_cpu_s: float


@dataclass(frozen=True, slots=True)
class Epoch:
    """The author's one epoch, as a sealer: all that it says is for the same readers."""

    number: int
    key: bytes

    def epoch_for(self, audience: tuple[str, ...]) -> tuple[int, bytes]:
        assert audience == NODES, "an epoch is for exactly its audience"
        return self.number, self.key

    def random(self) -> bytes:
        return os.urandom(RANDOM_BYTES)


@dataclass(slots=True)
class Author:
    """A party that speaks: what it composes is sealed and approved, or not."""

    sketch: Sketch
    ways: Ways
    chain: Chain
    head: tuple[int, bytes]
    epoch: Epoch
    said: int = 0

    def frames(self) -> list[Frame]:
        """The next entries, linked and ready to be sent."""
        return [self._notice() if number % 2 else self._message() for number in range(AT_ONCE)]

    def _notice(self) -> Frame:
        self.said += 1
        volume = circle(33 + self.said % 70 / 20, 36 + self.said // 70 % 100 / 20, 5_000, start_us=self.sketch.now_us)
        released: tuple[tuple[str, Role], ...] = (("W1", "drafter"), ("R1", "release_authority"))
        said = self._compose("notice", self.sketch.notice_groups([volume]), keep_until="2026-12-01")
        return self._linked(said, released)

    def _message(self) -> Frame:
        text = "a convoy of four lorries is on its way"
        said = self._compose("message", [Message(group="message", language="en", text=text)])
        return self._linked(said, (("W1", "watch_officer"),))

    def _compose(self, kind: str, groups: Sequence[Group], **members: Any) -> Composed:
        party = self.sketch.parties[AUTHOR]
        return compose(
            kind, channel=self.sketch.channel, party=AUTHOR, said_us=time.time_ns() // 1000, desk=party.desk,
            to=[f"{name}/OPS" for name in NODES], id=party.next_id(),
            told=[Told(group, NODES, os.urandom(SALT_BYTES)) for group in groups],
            sealer=self.epoch if self.ways.sealed else None, **members,
        )  # fmt: skip

    def _linked(self, said: Composed, persons: Sequence[tuple[str, Role]]) -> Frame:
        approvals = [self._approval(said, person, role) for person, role in persons]
        signer = self.sketch.parties[AUTHOR].key("node")
        leaf = link(said.act, approvals, signer, self.chain, self.head, time.time_ns() // 1000)
        self.chain = self.chain.next(leaf_hash(leaf))
        return Frame(leaf, said.sent)

    def _approval(self, said: Composed, person: str, role: Role) -> Approval:
        signer = self.sketch.parties[AUTHOR].key(person)
        if self.ways.approved:
            return approve(said.act, signer, role)
        return Approval(key=b64(signer.public_key), role=role, alg="ed25519", sig=b64(bytes(64)))


@dataclass(slots=True)
class Channel:
    """The host and the nodes in this process."""

    ways: Ways
    host: HostService
    nodes: list[NodeCore]

    async def take(self, frames: Sequence[Frame]) -> None:
        """Bring some entries all the way."""
        start = self.nodes[0].picture.size
        await self.host.submit(encode_frames(frames))
        size = self.host.sequencer.size  # the host's own word of the time may have come between
        assert size >= start + len(frames), "all of it was logged"
        parts = {b64(hashlib.sha256(part).digest()): part for frame in frames for part in frame.parts}
        note, leaves = self.host.checkpoint(), self.host.store.leaves(start, size)
        for node in self.nodes:
            _follow(node, note, start, leaves)
            rows = node.parts.due(node.clock.monotonic_us())
            node.parts_came(rows, [parts[str(row.ref.sha)] for row in rows])
        for node in self.nodes if self.ways.witnessed else ():
            self._cosign(node)

    def _cosign(self, node: NodeCore) -> None:
        line = node.to_cosign()
        assert line is not None, "the log has grown"
        self.host.take_cosignature(line)
        node.witnessing.posted(line)
        told = self.host.checkpoint()
        for each in self.nodes:
            each.hear(told)


def _follow(node: NodeCore, note: bytes, start: int, leaves: Sequence[bytes]) -> None:
    node.hear(note, start, leaves)
    while node.taking:
        node.take()


def _taken(of_act: bytes, approval: Approval) -> bool:
    """In place of looking at a person's signature."""
    return True


def rate(directory: Path, count: int, ways: Ways) -> Rate:
    """How fast about so many entries go the whole way."""
    sketch = founded()
    sketch.open_epoch(AUTHOR, NODES)
    for party in NODES if ways.second_line else ():
        _add_second_key(sketch, party)
    size = sketch.head = len(sketch.leaves)
    with ExitStack() as stack:
        if not ways.approved:
            stack.enter_context(mock.patch.object(opening, "approval_holds", _taken))
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=directory)))
        make_host_home(home / "host", Workload(sketch, size, [], []))
        nodes = [_node(home / f"{party}.sqlite", sketch, party, ways) for party in NODES]
        for node in nodes:
            stack.callback(node.store.close)
        epoch = Epoch(1, sketch.epoch_key(AUTHOR, 1))
        chain = sketch.parties[AUTHOR].chains["node"]
        author = Author(sketch, ways, chain, (size, sketch.tree.root(size)), epoch)
        return asyncio.run(_rate(HostFiles(home / "host"), author, nodes, max(1, count // AT_ONCE)))


def _add_second_key(sketch: Sketch, party: str) -> None:
    key = b64(sketch.parties[party].mldsa.public_key)
    said = sketch.compose("add_key", party, public={"use": "cosigner_mldsa44", "key": key})
    assert not sketch.send(party, said, use="recovery").remarks, "the recovery key may"


def _node(path: Path, sketch: Sketch, party: str, ways: Ways) -> NodeCore:
    owner = sketch.parties[party]
    cosigner = owner.key("cosigner") if ways.witnessed else None
    second = owner.mldsa if ways.second_line else None
    keys = NodeKeys(owner.key("node"), owner.sealing, cosigner, cosigner_mldsa44=second)
    store = Store.create(path, sketch.channel, box_key=box_key(keys.signer))
    return NodeCore(party, sketch.channel, store, keys, SystemClock(), os.urandom)


async def _rate(files: HostFiles, author: Author, nodes: list[NodeCore], turns: int) -> Rate:
    owner, ways = author.sketch.parties[author.sketch.host], author.ways
    cosigner = owner.key("cosigner") if ways.witnessed else None
    host = open_host(files, HostKeys(owner.key("log"), owner.key("sequencer"), cosigner), SystemClock())
    channel = Channel(ways, host, nodes)
    host.start()
    try:
        for node in nodes:
            _follow(node, host.checkpoint(), 0, author.sketch.leaves)
        await channel.take(author.frames())  # everything is warm
        start, cpu = time.perf_counter(), time.process_time()
        for _ in range(turns):
            await channel.take(author.frames())
        taken, worked = time.perf_counter() - start, time.process_time() - cpu
        note = host.sequencer.note
    finally:
        await host.stop()
    assert all(len(node.view.items) == (turns + 1) * AT_ONCE // 2 for node in nodes), "every notice is there"
    assert not any(node.parts.wanted or node.remarks for node in nodes), "every part was opened"
    lines = {len(parse_note(node.store.cosigned(author.sketch.origin) or note).signatures) for node in nodes}
    assert lines == {1 + ways.witnessed * (1 + ways.second_line)}, "the host's line, and ours"
    return Rate(turns * AT_ONCE / taken, turns * AT_ONCE / worked)
