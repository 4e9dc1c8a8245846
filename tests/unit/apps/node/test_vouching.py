"""When a cosignature leaves: at once, before what is fetched, and soon after the one before; all in simulated time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.apps.node.service import NodeService
from wellclear.apps.node.vouching import FIRST_S, PAUSE_S
from wellclear.edges.client import HostClient
from wellclear.log.checkpoint import parse_checkpoint
from wellclear.log.note import parse_note
from wellclear.testing.sketch import Sketch, circle
from wellclear.testing.world.loop import SimLoop

POST = "/cosignature"


class Empty(httpx.AsyncByteStream):
    """A body of nothing."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        nothing: tuple[bytes, ...] = ()
        for chunk in nothing:
            yield chunk


class SlowHost:
    """It answers what is posted after so long, and everything else at once; it remembers when what arrived."""

    def __init__(self, loop: SimLoop, post_s: float) -> None:
        self.loop, self.post_s = loop, post_s
        self.asked: list[tuple[float, str]] = []
        self.sizes: list[tuple[float, int]] = []

    async def answer(self, request: httpx.Request) -> httpx.Response:
        at_s, path = round(self.loop.time(), 6), request.url.path
        self.asked.append((at_s, path.split("/part/")[0] or "/part"))
        if path == POST:
            self.sizes.append((at_s, parse_checkpoint(parse_note(request.content).text).size))
            await asyncio.sleep(self.post_s)
            return httpx.Response(200, stream=Empty())
        return httpx.Response(404, stream=Empty())


def at_work(
    bench: Bench,
    home: Path,
    post_s: float,
    tasks: Callable[[NodeService], list[Coroutine[Any, Any, None]]],
    then: Callable[[NodeService], None],
    then_s: float,
) -> SlowHost:
    """Some tasks of a node for a second of simulated time, from the moment on when it has something to say."""
    loop = SimLoop()
    host = SlowHost(loop, post_s)

    async def run() -> None:
        signer, channel = bench.core.outbox.signers["node"], bench.relay.sketch.channel
        transport = httpx.MockTransport(host.answer)
        service = NodeService(
            bench.core, HostClient("http://host", channel, signer, bench.clock, transport=transport), home
        )
        working = [asyncio.create_task(work) for work in tasks(service)]
        await asyncio.sleep(0)  # all of them wait
        service._after()
        loop.call_later(then_s, then, service)
        await asyncio.sleep(1)
        for work in working:
            work.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        await service.client.close()

    try:
        loop.run_until_complete(run())
    finally:
        loop.close()
    assert not loop.faults
    return host


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(Relay(Sketch.founded(seed=71, epochs=True)), "SOUTHLAND", tmp_path / "south.sqlite")
    bench.relay.sketch.announce("NORTHLAND", ["SOUTHLAND/OPS"], [circle(34.5, 38.3, 5_000)])
    bench.follow()
    return bench


@pytest.mark.requirement("R33")
@pytest.mark.parametrize(("post_s", "fetched_s"), [(FIRST_S / 4, FIRST_S / 4), (0.6, FIRST_S)])
def test_a_cosignature_leaves_at_once_and_before_what_is_fetched(
    bench: Bench, tmp_path: Path, post_s: float, fetched_s: float
) -> None:
    """Parts were asked for beside it, four requests for the host to answer first; a slow host holds them up no more."""

    def both(service: NodeService) -> list[Coroutine[Any, Any, None]]:
        return [service._fetch(), service._witness()]

    host = at_work(bench, tmp_path, post_s, both, lambda service: None, 0.5)
    assert host.asked[:5] == [(0.0, POST), *[(fetched_s, "/part")] * 4]


@pytest.mark.requirement("R33")
@pytest.mark.parametrize(("post_s", "next_s"), [(0.0, PAUSE_S), (PAUSE_S / 2, PAUSE_S), (PAUSE_S * 2, PAUSE_S * 2)])
def test_the_next_cosignature_waits_for_its_turn_and_no_longer(
    bench: Bench, tmp_path: Path, post_s: float, next_s: float
) -> None:
    """It waited for the pause after the answer as well, so that a busy host was told late."""
    size = bench.core.follower.size

    def grow(service: NodeService) -> None:
        bench.relay.sketch.time("NORTHLAND")
        bench.follow()
        service._after()

    host = at_work(bench, tmp_path, post_s, lambda service: [service._witness()], grow, PAUSE_S / 4)
    assert host.sizes == [(0, size), (next_s, size + 1)]
