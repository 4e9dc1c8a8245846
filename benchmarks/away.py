"""A node that was away: it follows what it has missed over HTTP, opens what is for it, and later replays its own store.

`python -m benchmarks.away HOME SIZE` is the node, a process of its own; the host is another. The party reads a quarter
of all entries, one part of each, and has said nothing itself.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from subprocess import run

import msgspec
import uvloop

from benchmarks.nodes import make_node_home
from benchmarks.runs import ROOT
from benchmarks.sequencing import host_process
from benchmarks.workload import AGENCIES, PASSPHRASE, Workload
from wellclear.apps.node.epochs import NodeKeys
from wellclear.apps.node.serve import open_node
from wellclear.apps.node.service import NodeService
from wellclear.edges.clock import SystemClock
from wellclear.edges.keyring import Keyring
from wellclear.edges.settings import load_node

PARTY = AGENCIES[-1]
LOOK_S = 1.0
BEAT_S = 0.005


class Times(msgspec.Struct, frozen=True):
    """Seconds until all was verified, stored and folded, until every part was opened, and for the replay afterwards.

    `pause_s` is for how long, at worst, the node did nothing else while it followed.
    """

    followed_s: float
    opened_s: float
    replayed_s: float
    pause_s: float


def times(workload: Workload, directory: Path) -> Times:
    """A node that has nothing yet, beside a host that holds all of the workload's log."""
    size = len(workload.sketch.leaves)
    with tempfile.TemporaryDirectory(dir=directory) as home, host_process(workload, directory, size) as address:
        make_node_home(Path(home), workload.sketch, PARTY, address)
        command = [sys.executable, "-m", "benchmarks.away", home, str(size)]
        told = run(command, cwd=ROOT, check=True, capture_output=True).stdout
    return msgspec.json.decode(told, type=Times)


def _opened(home: Path) -> NodeService:
    keyring = Keyring(home)
    sealing, *further = keyring.unlock_sealing(PASSPHRASE)
    node, cosigner, picture = (keyring.unlock(use, PASSPHRASE) for use in ("node", "cosigner", "picture"))
    keys = NodeKeys(node, sealing, cosigner, tuple(further), picture)
    return open_node(load_node(home), keys, SystemClock(), exercise_key=True)


async def _catch_up(home: Path, size: int) -> tuple[float, float, float]:
    service = _opened(home)
    core, start = service.core, time.perf_counter()
    beats = asyncio.create_task(_beat(pauses := [0.0]))
    service.start()
    try:
        while core.picture.size < size:
            await service.changed(LOOK_S)
        followed_s, pause_s = time.perf_counter() - start, max(pauses)
        beats.cancel()
        while core.parts.wanted:
            await service.changed(LOOK_S)
        return followed_s, time.perf_counter() - start, pause_s
    finally:
        await service.stop()


async def _beat(pauses: list[float]) -> None:
    """How much later than it was due this had its turn, again and again."""
    while True:
        due = time.perf_counter() + BEAT_S
        await asyncio.sleep(BEAT_S)
        pauses.append(time.perf_counter() - due)


async def _replay_s(home: Path, size: int) -> float:
    start = time.perf_counter()
    service = _opened(home)
    taken = time.perf_counter() - start
    assert service.core.picture.size >= size, "its own store holds all of it"
    await service.stop()
    return taken


def main(home: Path, size: int) -> None:
    """Be the node, and tell the times."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        followed_s, opened_s, pause_s = runner.run(_catch_up(home, size))
        told = Times(followed_s, opened_s, runner.run(_replay_s(home, size)), pause_s)
    sys.stdout.buffer.write(msgspec.json.encode(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
