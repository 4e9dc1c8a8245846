"""The tasks of a node at work, between its core and its client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.apps.node.parts import AGAIN_AFTER_US
from wellclear.apps.node.service import NodeService
from wellclear.edges.client import HostClient
from wellclear.testing.sketch import Sketch, circle

LOOKS_MAX = 2_000


class CountingClock:
    """Every look at it takes a millisecond, and is counted."""

    def __init__(self, now_us: int) -> None:
        self.start_us, self.looks = now_us, 0

    def now_us(self) -> int:
        return self.start_us

    def monotonic_us(self) -> int:
        self.looks += 1
        assert self.looks < LOOKS_MAX, "it looks at nothing but the clock"
        return 86_400_000_000 + self.looks * 1_000


class Body(httpx.AsyncByteStream):
    """A body of some chunks, or of none."""

    def __init__(self, *chunks: bytes) -> None:
        self.chunks = chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            yield chunk


@pytest.mark.requirement("R2")
def test_a_missing_part_does_not_keep_the_node_from_everything_else(tmp_path: Path) -> None:
    """Until it was asked for again, the task that fetches parts woke itself and let no other task run."""
    relay = Relay(Sketch.founded(seed=71))
    bench = Bench(relay, "SOUTHLAND", tmp_path / "south.sqlite")
    bench.core.clock = clock = CountingClock(relay.sketch.now_us)
    relay.sketch.announce("NORTHLAND", ["SOUTHLAND/OPS"], [circle(34.5, 38.3, 5_000)])
    bench.follow()
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(404, content=Body())

    async def fetching() -> None:
        signer, channel = bench.core.outbox.signers["node"], relay.sketch.channel
        client = HostClient("http://host", channel, signer, clock, transport=httpx.MockTransport(answer))
        service = NodeService(bench.core, client, tmp_path)
        service._after()
        task = asyncio.create_task(service._fetch())
        for _ in range(2_000):
            await asyncio.sleep(0)
        assert not task.done()
        task.cancel()
        await client.close()

    asyncio.run(fetching())
    assert len(asked) == 4
    assert clock.looks < AGAIN_AFTER_US[0] // 1_000


@pytest.mark.requirement("R33")
def test_a_host_that_tells_another_log_when_it_is_asked_is_convicted(tmp_path: Path) -> None:
    """The note that says how long the log is was looked at for its size alone, and thrown away."""
    relay = Relay(Sketch.founded(seed=71))
    bench = Bench(relay, "SOUTHLAND", tmp_path / "south.sqlite")
    bench.core.hear(relay.note(), 0, relay.sketch.leaves)
    assert bench.core.wants_look

    async def looking() -> None:
        signer, channel = bench.core.outbox.signers["node"], relay.sketch.channel
        note = relay.note(root=bytes(32))
        transport = httpx.MockTransport(lambda request: httpx.Response(200, content=Body(note)))
        client = HostClient("http://host", channel, signer, bench.clock, transport=transport)
        await NodeService(bench.core, client, tmp_path)._look()
        await client.close()

    asyncio.run(looking())
    assert bench.core.state == "halted"
