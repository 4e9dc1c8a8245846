"""A node's core over a real store, with a sketch for the rest of the channel and a clock that the test moves."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from tests.unit.channel.relay import Relay
from wellclear.apps.node.alarms import Alarm
from wellclear.apps.node.core import NodeCore
from wellclear.apps.node.epochs import NodeKeys
from wellclear.channel.outbox import Item
from wellclear.domain.canonical import unb64
from wellclear.domain.entry import Act, PartRef
from wellclear.edges.keyring import box_key
from wellclear.edges.store import Store

SECOND_US = 1_000_000


@dataclass
class HandClock:
    """UTC and monotonic time, moved by the test; the machine has been up for a day."""

    utc_us: int
    mono_us: int = 86_400 * SECOND_US

    def now_us(self) -> int:
        return self.utc_us

    def monotonic_us(self) -> int:
        return self.mono_us

    def advance(self, seconds: float) -> None:
        self.utc_us += round(seconds * SECOND_US)
        self.mono_us += round(seconds * SECOND_US)


@dataclass
class Bench:
    """One party's core; `follow` brings what the relay has logged, `send` takes the outbox there."""

    relay: Relay
    party: str
    path: Path
    clock: HandClock = field(init=False)
    core: NodeCore = field(init=False)
    rang: list[Alarm] = field(default_factory=list)
    _random: int = 0

    def __post_init__(self) -> None:
        self.clock = HandClock(self.relay.sketch.now_us)
        self.start()

    def start(self) -> None:
        party, channel = self.relay.sketch.parties[self.party], self.relay.sketch.channel
        keys = NodeKeys(party.key("node"), party.sealing, party.key("cosigner"), (), party.key("picture"))
        box = box_key(keys.signer)
        store = (
            Store.open(self.path, box_key=box) if self.path.exists() else Store.create(self.path, channel, box_key=box)
        )
        self.core = NodeCore(self.party, channel, store, keys, self.clock, self.entropy)
        self.core.alarms.on_ring = self.rang.append
        self.core.replay()

    def entropy(self, count: int) -> bytes:
        self._random += 1
        return hashlib.sha256(f"{self.party} {self._random}".encode()).digest()[:count]

    def follow(self) -> None:
        size = self.core.follower.size
        self.core.hear(self.relay.note(), size, self.relay.sketch.leaves[size:])
        while self.core.taking:
            self.core.take()
        self.look()

    def look(self) -> None:
        """As the service does: once nothing is missing, the host is asked how long its log is."""
        if self.core.wants_look:
            self.core.looked(self.relay.note())

    def fetch(self, stored: dict[str, bytes] | None = None) -> None:
        """Bring what is wanted, from the sketch's parts or from others."""
        parts = self.relay.sketch.parts if stored is None else stored
        for row in self.core.parts.due(self.clock.monotonic_us()):
            assert isinstance(row.ref.sha, str)
            self.core.part_came(row, parts.get(row.ref.sha))

    def send(self) -> list[Item]:
        """Everything that is linked goes to the relay, whose proofs come back by the log itself."""
        items = self.core.link()
        for item in items:
            self.keep_parts(item.act, item.parts)
            self.relay.submit(item.leaf)
        self.follow()
        return items

    def keep_parts(self, act: Act, sent: tuple[bytes, ...]) -> None:
        refs = [ref for ref in act.parts if isinstance(ref.sha, str)]
        self.relay.sketch.parts.update({_sha(ref): raw for ref, raw in zip(refs, sent, strict=True)})


def _sha(ref: PartRef) -> str:
    assert isinstance(ref.sha, str)
    unb64(ref.sha, 32)
    return ref.sha
