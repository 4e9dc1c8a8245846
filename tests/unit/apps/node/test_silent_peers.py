"""A node without a picture key answers no question for statements: it is told once, and asked ever less often."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import httpx
import pytest

from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.apps.node.service import NodeService
from wellclear.apps.node.silent_peers import ASK_AGAIN_US, SilentPeers
from wellclear.edges.client import HostClient
from wellclear.edges.peers import Peers
from wellclear.testing.sketch import Sketch

URL = "http://south"


class Other:
    """Another node: it takes notes while it is up, and states nothing; what it is asked for is counted."""

    def __init__(self) -> None:
        self.up, self.notes, self.statements = True, 0, 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        if not self.up:
            raise httpx.ConnectError("nobody listens", request=request)
        stated = request.url.path.startswith("/statement/")
        self.statements += stated
        self.notes += not stated
        return httpx.Response(404 if stated else 200, stream=httpx.ByteStream(b""))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    sketch = Sketch.founded(seed=71, epochs=True)
    while len(sketch.leaves) < 70:
        sketch.time("NORTHLAND")
    bench = Bench(Relay(sketch), "NORTHLAND", tmp_path / "north.sqlite")
    bench.follow()
    return bench


def exchange(bench: Bench, home: Path, other: Other, plan: list[bool]) -> None:
    """One exchange every ten seconds, with the other node up or not."""

    async def run() -> None:
        peers = Peers([URL], transport=httpx.MockTransport(other.answer))
        signer = bench.core.outbox.signers["node"]
        service = NodeService(
            bench.core, HostClient("http://host", bench.core.channel, signer, bench.clock), home, peers
        )
        for up in plan:
            other.up = up
            await service._exchange_with(peers, URL, b"")
            await service._exchanged()
            bench.clock.advance(10)
        await peers.close()
        await service.client.close()

    asyncio.run(run())


@pytest.mark.requirement("R33")
def test_a_node_that_states_nothing_is_told_once_and_asked_less_often(
    bench: Bench, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other = Other()
    with caplog.at_level(logging.INFO, logger="wellclear"):
        exchange(bench, tmp_path, other, [True] * 360)
    assert other.notes == 360, "notes convict hosts; they go as often as ever"
    assert other.statements == 9, "in an hour, at 0, 20, 80, 260 s, and then every ten minutes"
    (told,) = [record.getMessage() for record in caplog.records]
    assert told.startswith(f"no statement came from {URL}") and "less often" in told


@pytest.mark.requirement("R33")
def test_a_node_that_comes_back_is_asked_at_once(
    bench: Bench, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other = Other()
    with caplog.at_level(logging.INFO, logger="wellclear"):
        exchange(bench, tmp_path, other, [False] * 60 + [True])
    assert other.statements == 1
    told = [record.getMessage().partition(URL)[0] for record in caplog.records]
    assert told == ["no note was exchanged with ", "no statement came from ", "notes are exchanged with ", told[1]]


def test_who_answers_is_never_silent() -> None:
    silent = SilentPeers()
    assert silent.due(URL, 0) and not silent.answered(URL)
    assert [silent.failed(URL, 0) for _ in range(6)] == [True, *[False] * 5]
    assert not silent.due(URL, ASK_AGAIN_US[-1] - 1) and silent.due(URL, ASK_AGAIN_US[-1])
    assert silent.due("http://other", 0)
    assert silent.answered(URL) and silent.due(URL, 0) and silent.failed(URL, 0)
