"""Submit until durable, and until all have cosigned: host and three nodes are processes of their own, over loopback.

The clock starts when a signed and sealed notice leaves for the host. It is durable once the host answers with its
proof; it is cosigned by all once this stream of the host has brought a line of each of the three parties over a log
that holds it. Between lie the push, each node's verification, fold and own store, its cosignature, which is stored
before it is said, and the host's check of it. The next notice goes out a while after this one's receipts, never in step
with any of the clocks of host and nodes.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.nodes import make_node_home, node_processes
from benchmarks.sequencing import Line, host_process
from benchmarks.workload import Workload, founded
from wellclear.channel.policy import cosigners_of
from wellclear.channel.submission import Frame, encode_frames
from wellclear.edges.client import HostClient
from wellclear.edges.clock import SystemClock
from wellclear.errors import Unavailable
from wellclear.log.checkpoint import parse_checkpoint
from wellclear.log.note import Verifier, known_lines, parse_note
from wellclear.testing.sketch import Sketch, circle

AUTHOR = "AGENCYA"
"""It has no node, so that nothing but this measurement links entries under its key."""
WITNESSES = ("AGENCYB", "NORTHLAND", "SOUTHLAND")
WITHIN_S = 30.0
PAUSE_S = (0.3, 0.6)


@dataclass(slots=True)
class Seen:
    """How long a log each of the witnesses is known to have cosigned."""

    keys: dict[str, list[Verifier]]
    sizes: dict[str, int] = field(default_factory=dict)
    grown: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self, client: HostClient) -> None:
        """Hear the host's stream for ever, and verify every line that counts."""
        async for event in client.events(0):
            if event.note:
                self.hear(event.note)
        raise Unavailable("host", "its stream has ended")

    def hear(self, note: bytes) -> None:
        """Take the lines of a note that are news."""
        parsed = parse_note(note)
        size = parse_checkpoint(parsed.text).size
        for party, keys in self.keys.items():
            if size > self.sizes.get(party, 0) and known_lines(parsed, keys):
                self.sizes[party] = size
                self.grown.set()

    async def all_over(self, size: int) -> None:
        """Until each of them has cosigned a log of at least that size."""
        async with asyncio.timeout(WITHIN_S):
            while min(self.sizes.get(party, 0) for party in self.keys) < size:
                self.grown.clear()
                await self.grown.wait()


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds from each submission until its entry was durable, and until all had cosigned it."""

    durable_ms: list[float]
    cosigned_ms: list[float]


def times(directory: Path, count: int) -> Times:
    """Of so many notices, one after the other."""
    sketch = founded()
    sketch.sealed = True
    sketch.open_epoch(AUTHOR, WITNESSES)
    sketch.head = len(sketch.leaves)
    workload = Workload(sketch, len(sketch.leaves), [], [])
    with ExitStack() as stack:
        address = stack.enter_context(host_process(workload, directory))
        homes = [Path(stack.enter_context(tempfile.TemporaryDirectory(dir=directory))) for _ in WITNESSES]
        for home, party in zip(homes, WITNESSES, strict=True):
            make_node_home(home, sketch, party, address)
        stack.enter_context(node_processes(homes))
        return asyncio.run(_times(sketch, address, count))


async def _times(sketch: Sketch, address: str, count: int) -> Times:
    seen = Seen({party: cosigners_of(sketch.picture, party) for party in WITNESSES})
    draw, durable_ms, cosigned_ms = random.Random(0), list[float](), list[float]()
    signer = sketch.parties[AUTHOR].key("node")
    async with HostClient(address, sketch.channel, signer, SystemClock()) as client, Line(address) as line:
        listening = asyncio.create_task(seen.listen(client))
        try:
            await seen.all_over(sketch.head or 0)
            for number in range(count):
                body = encode_frames([_notice(sketch, number)])
                await asyncio.sleep(draw.uniform(*PAUSE_S))
                start = time.perf_counter()
                (index,) = await line.submit(body)
                durable_ms.append((time.perf_counter() - start) * 1000)
                await seen.all_over(index + 1)
                cosigned_ms.append((time.perf_counter() - start) * 1000)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
    return Times(durable_ms, cosigned_ms)


def _notice(sketch: Sketch, number: int) -> Frame:
    sketch.now_us = time.time_ns() // 1000
    volume = circle(33 + number % 70 / 20, 36 + number // 70 % 100 / 20, 5_000, start_us=sketch.now_us)
    known = len(sketch.parts)
    sketch.announce(AUTHOR, [f"{party}/OPS" for party in WITNESSES], [volume])
    return Frame(sketch.leaves[-1], tuple(sketch.parts.values())[known:])
