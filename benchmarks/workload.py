"""Entries to measure with: a founded channel of many parties, and ordinary traffic between them, all of real bytes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec import UNSET

from wellclear.apps.host.starting import HostFiles
from wellclear.channel.opening import open_leaf
from wellclear.channel.submission import Frame
from wellclear.domain.agreement import default_settings
from wellclear.domain.entry import Entry
from wellclear.edges.keyring import KDF_BY_NAME, Keyring, create_key
from wellclear.edges.promise import Promise
from wellclear.edges.settings import HostSettings, write_host
from wellclear.edges.store import Store
from wellclear.log.checkpoint import Checkpoint, sign_checkpoint
from wellclear.testing.sketch import Sketch, circle

PASSPHRASE = "exercise"  # noqa: S105  # it protects nothing but this measurement
CHUNK = 4096
AGENCIES = tuple(f"AGENCY{letter}" for letter in "ABCDEFGHIJKLMN")


@dataclass(frozen=True, slots=True)
class Workload:
    """A founded channel, and entries that go on from there, in an order that a host takes."""

    sketch: Sketch
    founded: int
    frames: list[Frame]
    entries: list[Entry]

    @property
    def signatures(self) -> int:
        """Every signature that a host, node or verifier has to check."""
        return sum(1 + len(entry.approvals) for entry in self.entries)

    def of_party(self, party: str) -> list[Frame]:
        """One author's frames, in its own order."""
        return [frame for frame, entry in zip(self.frames, self.entries, strict=True) if entry.act.party == party]


def founded() -> Sketch:
    """Sixteen parties that may write as much as the format allows."""
    settings = msgspec.structs.replace(default_settings(), entries_per_minute=1_000_000)
    sketch = Sketch(seed=1, settings=settings, now_us=time.time_ns() // 1000)
    sketch.party("CASPIA", "host")
    sketch.party("NORTHLAND", "principal")
    sketch.party("SOUTHLAND", "principal")
    for name in AGENCIES:
        sketch.party(name, "agency")
    sketch.genesis()
    sketch.agree()
    for name in sketch.parties:
        sketch.enrol(name)
    return sketch


def ordinary(rounds: int, speakers: Sequence[str] = AGENCIES, hears: str = "NORTHLAND") -> Workload:
    """Rounds of a notice, its acknowledgement with read-back and confirmation, and a message of the next speaker."""
    sketch = founded()
    start = sketch.head = len(sketch.leaves)
    for number in range(rounds):
        volume = circle(33 + number % 70 / 20, 36 + number // 70 % 100 / 20, 5_000, start_us=sketch.now_us)
        notice, _ = sketch.announce("NORTHLAND", ["SOUTHLAND/OPS"], [volume])
        sketch.ack("SOUTHLAND", notice)
        sketch.answer("NORTHLAND", "confirm", notice, public={"desk": "SOUTHLAND/OPS"})
        sketch.message(speakers[number % len(speakers)], [f"{hears}/OPS"], "a convoy of four lorries is on its way")
        sketch.advance(0.01)
        assert not any(step.remarks for step in sketch.steps), "ordinary traffic is without remarks"
        del sketch.steps[:-1]  # a picture for each entry would fill the memory
    frames, entries = [], []
    for index, leaf in enumerate(sketch.leaves[start:], start):
        entry = open_leaf(index, leaf).entry
        assert entry is not None, "the sketch makes whole entries"
        parts = tuple(sketch.parts[ref.sha] for ref in entry.act.parts if ref.sha is not UNSET)
        frames.append(Frame(leaf, parts))
        entries.append(entry)
    return Workload(sketch, start, frames, entries)


def make_host_home(home: Path, workload: Workload, size: int | None = None) -> HostSettings:
    """A host's home directory that holds the founded channel, or with `size` so much of the log with all its parts."""
    sketch, host = workload.sketch, workload.sketch.parties["CASPIA"]
    keyring = Keyring(home)
    for use in ("log", "sequencer", "cosigner"):
        path = keyring.path(use)
        create_key(path, use, "CASPIA", PASSPHRASE, seed=host.seed_of(use), exercise=True, kdf=KDF_BY_NAME["minimum"])
    settings = HostSettings(
        home=home, party="CASPIA", origin=sketch.origin, channel=sketch.channel, listen_host="127.0.0.1",
        listen_port=0, tls_cert=None, tls_key=None, kdf="minimum",
    )  # fmt: skip
    write_host(settings)
    files = HostFiles(home)
    store = Store.create(files.store, sketch.channel)
    end = workload.founded if size is None else size

    def seal(hashes: list[bytes]) -> bytes:
        return signed_note(sketch, start + len(hashes))

    for start in range(0, end, CHUNK):
        store.append(start, sketch.leaves[start : min(start + CHUNK, end)], {}, seal)
    with store.transaction():
        for sha, stored in sketch.parts.items() if size is not None else ():
            store.put_part(sha, stored)
    store.close()
    Promise.create(files.promise, end).close()
    return settings


def signed_note(sketch: Sketch, size: int) -> bytes:
    """The host's note over the first entries of a sketch."""
    checkpoint = Checkpoint(sketch.origin, size, sketch.tree.root(size))
    return sign_checkpoint(checkpoint, sketch.parties[sketch.host].key("log"))
