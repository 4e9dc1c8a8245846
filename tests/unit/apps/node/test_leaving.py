"""A party that has left: its node says so, keeps the record, and does not ring as if the link were broken."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import msgspec
import pytest

from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.apps.host.events import log_event
from wellclear.apps.node.board import board
from wellclear.apps.node.service import NodeService
from wellclear.channel.composing import Composed
from wellclear.channel.desk import message
from wellclear.edges.client import HostClient
from wellclear.errors import Refused
from wellclear.testing.sketch import Sketch

NORTH, SOUTH = "NORTHLAND", "SOUTHLAND"


class Body(httpx.AsyncByteStream):
    def __init__(self, content: bytes) -> None:
        self.content = content

    async def __aiter__(self):  # type: ignore[no-untyped-def]  # as httpx wants it
        yield self.content


@pytest.fixture
def south(tmp_path: Path) -> Bench:
    bench = Bench(Relay(Sketch.founded(seed=79, epochs=True)), SOUTH, tmp_path / "south.sqlite")
    bench.follow()
    return bench


def said(south: Bench) -> Composed:
    pen = south.core.pen(f"{SOUTH}/OPS")
    return message(pen, south.core.next_id(pen.desk), [f"{NORTH}/OPS"], {"text": "late", "language": "en"}, "R")


def put(south: Bench, composed: Composed) -> None:
    south.core.put(composed.act, south.relay.sketch.watched(composed), composed.stored)


def test_a_node_that_has_seen_its_party_leave_says_so_and_is_not_stale(south: Bench) -> None:
    late, never = said(south), said(south)
    put(south, late)
    south.relay.sketch.send(SOUTH, *south.relay.sketch.by_head(SOUTH, "withdraw"))
    at = south.relay.size - 1
    south.follow()
    for _ in range(3):
        south.clock.advance(60)
        south.core.tick()
    now = board(south.core, "")["link"]
    assert (south.core.state, now["state"]) == ("left", "left")
    assert f"SOUTHLAND has left this channel with entry {at}" in now["words"] and "is kept" in now["words"]
    assert [alarm.kind for alarm in south.rang] == ["refused"], "what an officer had said is not silently gone"
    assert [(item.state, item.reason) for item in south.core.outbox.items.values()] == [("refused", "KEY_NOT_LIVE")]
    with pytest.raises(Refused, match=f"has left this channel with entry {at}"):
        put(south, never)
    assert south.core.link() == []
    digest = south.core.picture.digest
    south.core.store.close()
    south.start()
    assert (south.core.state, south.core.picture.digest) == ("left", digest)
    assert south.core.store.size() == at + 1


def test_the_word_of_the_host_alone_silences_nothing(south: Bench, tmp_path: Path) -> None:
    """It may lie: without the entry the node is stale, and rings with what the host says."""
    told = {"error": {"code": "KEY_NOT_LIVE", "message": "SOUTHLAND has left this channel with entry 41"}}
    core = south.core

    async def following() -> None:
        transport = httpx.MockTransport(lambda request: httpx.Response(409, stream=Body(msgspec.json.encode(told))))
        signer = core.outbox.signers["node"]
        client = HostClient("http://host", core.channel, signer, south.clock, transport=transport)
        task = asyncio.create_task(NodeService(core, client, tmp_path)._follow())
        for _ in range(2_000):
            await asyncio.sleep(0)
        assert core.turned_away
        task.cancel()
        await client.close()

    core.tick()
    south.clock.advance(60)
    core.tick()
    assert [alarm.words for alarm in core.alarms.listed()] == ["no word from the host"]
    asyncio.run(following())
    core.tick()
    (alarm,) = core.alarms.listed()
    assert core.state == "stale" and alarm.kind == "stale"
    assert "SOUTHLAND has left this channel with entry 41. Nothing here proves it" in alarm.words


def test_a_running_node_stops_asking_when_its_party_has_left(south: Bench, tmp_path: Path) -> None:
    south.relay.sketch.send(SOUTH, *south.relay.sketch.by_head(SOUTH, "withdraw"))
    south.follow()

    async def working() -> None:
        client = HostClient(
            "http://host", south.core.channel, south.core.outbox.signers["node"], south.clock,
            transport=httpx.MockTransport(lambda request: pytest.fail("it asked")),
        )  # fmt: skip
        service = NodeService(south.core, client, tmp_path)
        await service._follow()
        await service._fetch()
        await client.close()

    asyncio.run(working())


@pytest.mark.requirement("R33")
def test_a_party_that_has_left_with_another_history_is_shown_the_true_one_from_its_beginning(
    south: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found by the simulator: `make sim SEED=3068 STEPS=26` at 317ed02; the stream alone was left to it, and it asked
    for the rest piece by piece, which the host refuses to a party that has left."""
    true = Relay(Sketch.founded(seed=79, epochs=True))
    for _ in range(2):
        south.relay.sketch.time(NORTH)  # shown to it alone
    south.follow()
    for _ in range(4):
        true.sketch.time(SOUTH)
    true.sketch.send(SOUTH, *true.sketch.by_head(SOUTH, "withdraw"))
    assert true.size > south.core.follower.size
    told = {"error": {"code": "KEY_NOT_LIVE", "message": "SOUTHLAND has left this channel"}}
    asked: list[int] = []

    def host(request: httpx.Request) -> httpx.Response:
        start = int(request.url.params.get("from", true.size))
        if request.url.path != "/events" or start >= true.size:
            return httpx.Response(409, stream=Body(msgspec.json.encode(told)))
        asked.append(start)
        return httpx.Response(200, stream=Body(log_event(start, true.sketch.leaves[start:], true.note())))

    async def following() -> None:
        signer = south.core.outbox.signers["node"]
        client = HostClient("http://host", south.core.channel, signer, south.clock, transport=httpx.MockTransport(host))
        task = asyncio.create_task(NodeService(south.core, client, tmp_path)._follow())
        for _ in range(2_000):
            await asyncio.sleep(0)
        task.cancel()
        await client.close()

    monkeypatch.setattr("wellclear.apps.node.following.BACKOFF_S", (0.0,))
    asyncio.run(following())
    assert south.core.state == "halted", asked
    assert 0 in asked
