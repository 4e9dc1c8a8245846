"""The homes of a channel that real processes serve: keys, settings and the founding log of a sketch."""

from __future__ import annotations

import datetime
import socket
import time
from pathlib import Path
from typing import Final

import msgspec

from wellclear.apps.host.starting import HostFiles
from wellclear.domain.agreement import SECOND_US, Deadlines, Periods, Settings, default_settings
from wellclear.edges.keyring import KDF_BY_NAME, Keyring, create_key
from wellclear.edges.promise import Promise
from wellclear.edges.settings import HostSettings, NodeSettings, load_host, load_node, write_host, write_node
from wellclear.edges.store import Store
from wellclear.log.checkpoint import Checkpoint, sign_checkpoint
from wellclear.log.merkle import Frontier
from wellclear.testing.sketch import Sketch

PASSPHRASE: Final = "an exercise"  # noqa: S105  # of keys that are made from a seed
PARTIES: Final = ("NORTHLAND", "SOUTHLAND", "EASTLAND")
"""The principals, each with a node of its own."""
OUTSIDER: Final = "MIDLAND"
"""An observer without a node: it speaks to the host itself, so what it is told is seen unfiltered."""
OFFICERS: Final = ("W1", "W2")
"""Whose keys lie on each node, so that they can take the watch at its page."""
KEEP_DAYS: Final = 20


def found(seed: int) -> Sketch:
    """A channel of three principals, an observer and a host, agreed and enrolled at this moment."""
    sketch = Sketch(seed=seed, settings=short_settings(), now_us=time.time_ns() // 1000)
    sketch.party("CASPIA", "host")
    for name in PARTIES:
        sketch.party(name, "principal")
    sketch.party(OUTSIDER, "observer")
    sketch.genesis()
    sketch.agree()
    for name in (*PARTIES, OUTSIDER):
        sketch.enrol(name)
    return sketch


def short_settings() -> Settings:
    """The shortest deadlines that an agreement may have, or little more: a run of half a minute passes all rungs."""
    deadlines = Deadlines(
        receipt=_seconds(5, 5, 5, 8), ack=_seconds(5, 6, 6, 9), next_name=_seconds(6, 8, 8, 12),
        other_desk=_seconds(7, 10, 10, 15), host=_seconds(8, 12, 12, 18),
    )  # fmt: skip
    return msgspec.structs.replace(
        default_settings(), deadlines=deadlines, approval_age_us=90 * SECOND_US, ring_again_us=20 * SECOND_US,
        entries_per_minute=20_000,
    )  # fmt: skip


def _seconds(z: int, o: int, p: int, r: int) -> Periods:
    return Periods(Z=z * SECOND_US, O=o * SECOND_US, P=p * SECOND_US, R=r * SECOND_US)


def keep_until() -> str:
    """A day after everything that is announced in a run."""
    return (datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=KEEP_DAYS)).isoformat()


def host_home(sketch: Sketch, home: Path) -> HostSettings:
    """The home of the sketch's host, with keys and log as its founding leaves them."""
    home.mkdir(mode=0o700)
    write_host(
        HostSettings(
            home=home, party=sketch.host, origin=sketch.origin, channel=sketch.channel, listen_port=_free_port(),
            kdf="minimum",
        )
    )  # fmt: skip
    _keys(sketch, sketch.host, home, "log", "sequencer", "cosigner")
    files, log = HostFiles(home), sketch.parties[sketch.host].key("log")

    def seal(hashes: list[bytes]) -> bytes:
        root = Frontier.empty().extend(hashes).root()
        return sign_checkpoint(Checkpoint(sketch.origin, len(hashes), root), log)

    store = Store.create(files.store, sketch.channel)
    store.append(0, sketch.leaves, sketch.parts, seal)
    store.close()
    Promise.create(files.promise, len(sketch.leaves)).close()
    return load_host(home)


def node_home(sketch: Sketch, party: str, home: Path, host_url: str) -> NodeSettings:
    """The home of a node that has joined and has heard nothing yet."""
    home.mkdir(mode=0o700)
    write_node(
        NodeSettings(home, party, host_url=host_url, channel=sketch.channel, listen_port=_free_port(), kdf="minimum")
    )
    _keys(sketch, party, home, "node", "sealing", "cosigner")
    for person in OFFICERS:
        path, seed = Keyring(home).officer_path(person), sketch.parties[party].seed_of(person)
        create_key(path, "person", f"{party}/{person}", PASSPHRASE, seed, exercise=True, kdf=KDF_BY_NAME["minimum"])
    return load_node(home)


def _keys(sketch: Sketch, party: str, home: Path, *uses: str) -> None:
    ring = Keyring(home)
    for use in uses:
        seed = sketch.parties[party].seed_of(use)
        create_key(ring.path(use), use, party, PASSPHRASE, seed, exercise=True, kdf=KDF_BY_NAME["minimum"])


def _free_port() -> int:
    """A port of loopback that is free now; the processes take the same one again after each kill."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
