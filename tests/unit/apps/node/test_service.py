"""The tasks of a node at work, between its core and its client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.apps.node import service as service_module
from wellclear.apps.node.api_desk import DeskBody, outbox_item
from wellclear.apps.node.following import FILL_LEAVES
from wellclear.apps.node.parts import AGAIN_AFTER_US
from wellclear.apps.node.service import NodeService
from wellclear.apps.node.sessions import Session
from wellclear.channel.desk import safety
from wellclear.channel.submission import Answers, Refusal, sign_refusal
from wellclear.domain import canonical
from wellclear.domain.canonical import b64, unb64
from wellclear.edges.client import HostClient
from wellclear.edges.keyring import write_private
from wellclear.errors import Unavailable
from wellclear.log.merkle import leaf_hash
from wellclear.log.tiles import encode_bundle
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
    relay = Relay(Sketch.founded(seed=71, epochs=True))
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
    relay = Relay(Sketch.founded(seed=71, epochs=True))
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


def test_the_file_of_the_evidence_is_tried_again_at_each_tick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(Relay(Sketch.founded(seed=71, epochs=True)), "SOUTHLAND", tmp_path / "south.sqlite")
    bench.follow()
    full = [Unavailable("evidence", "cannot be written: No space left on device")] * 2

    def write(path: Path, raw: bytes) -> None:
        if full:
            raise full.pop()
        write_private(path, raw)

    monkeypatch.setattr(service_module, "write_private", write)

    async def halting() -> None:
        service = service_of(bench, tmp_path, lambda request: httpx.Response(503))
        service._hear(bench.relay.note(root=bytes(32)))
        assert not (tmp_path / bench.core.evidence_file).exists()
        assert "disk" in [alarm.kind for alarm in bench.core.alarms.listed()]
        for _ in range(2):
            service._tick_core()
        await service.client.close()

    asyncio.run(halting())
    assert (tmp_path / bench.core.evidence_file).read_bytes() == bench.core.evidence


def test_a_witness_whose_disk_is_full_leaves_the_node_time_for_everything_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It rang, which woke it, so that it asked the disk again, for ever and at once."""
    bench = Bench(Relay(Sketch.founded(seed=71)), "SOUTHLAND", tmp_path / "south.sqlite")
    bench.follow()
    tries: list[int] = []

    def full(*asked: object) -> bool:
        tries.append(1)
        assert len(tries) < LOOKS_MAX, "it spins"
        raise Unavailable("own store", "the disk is full")

    monkeypatch.setattr(bench.core.store, "keep_cosigned", full)

    async def witnessing() -> None:
        service = service_of(bench, tmp_path, lambda request: httpx.Response(503))
        service._wake_witness.set()
        work = asyncio.create_task(service._witness())
        for _ in range(LOOKS_MAX):
            await asyncio.sleep(0)
        assert not work.done()
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        await service.client.close()

    asyncio.run(witnessing())
    assert 0 < len(tries) < 100
    assert "disk" in [alarm.kind for alarm in bench.core.alarms.listed()]


@pytest.mark.parametrize(("more", "asked_for"), [(2**60, 0), (100 * FILL_LEAVES, FILL_LEAVES // 256)])
def test_a_halted_node_looks_for_its_own_entries_a_piece_at_a_time_and_not_in_what_cannot_be(
    tmp_path: Path, more: int, asked_for: int
) -> None:
    """The host that convicted itself signs a log of any size, and says that our chain ends elsewhere in it."""
    relay = Relay(Sketch.founded(seed=71, epochs=True))
    bench = Bench(relay, "SOUTHLAND", tmp_path / "south.sqlite")
    bench.follow()
    core, sketch, asked = bench.core, relay.sketch, list[str]()
    size = (core.follower.size + more) // FILL_LEAVES * FILL_LEAVES
    pen = core.pen("SOUTHLAND/OPS")
    composed = safety(pen, core.next_id(pen.desk), ["NORTHLAND/OPS"], "cease", {"who": "a convoy"})

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            asked.append(request.url.path)
            return httpx.Response(200, content=Body(encode_bundle([b"junk"] * 256)))
        (item,) = core.outbox.to_send()
        refusal = Refusal(
            hash=b64(leaf_hash(item.leaf)), reason="NOT_NEXT", detail="", size=relay.size, time=bench.clock.now_us()
        )
        told = sign_refusal(refusal, sketch.parties[sketch.host].key("sequencer"))
        note = relay.note(size, root=bytes(32)).decode()
        return httpx.Response(200, content=Body(canonical.encode(Answers(checkpoint=note, answers=[told]))))

    async def sending() -> None:
        service = service_of(bench, tmp_path, answer)
        service._hear(relay.note(root=bytes(32)))
        core.put(composed.act, sketch.watched(composed), composed.stored)
        for turn in range(1, 4):
            assert await service._send_once(), "safety is tried again after each piece"
            assert len(asked) == turn * asked_for
            bench.clock.advance(1)
        await service.client.close()

    asyncio.run(sending())
    assert len(set(asked)) == len(asked), "it goes on where it was"


def service_of(bench: Bench, home: Path, answer: Callable[[httpx.Request], httpx.Response]) -> NodeService:
    signer, channel = bench.core.outbox.signers["node"], bench.relay.sketch.channel
    client = HostClient("http://host", channel, signer, bench.clock, transport=httpx.MockTransport(answer))
    return NodeService(bench.core, client, home)


def test_an_officer_who_sends_an_act_again_may_wait_for_its_place(tmp_path: Path) -> None:
    relay = Relay(Sketch.founded(seed=71))
    bench = Bench(relay, "SOUTHLAND", tmp_path / "south.sqlite")
    bench.follow()
    core = bench.core
    pen = core.pen("SOUTHLAND/OPS")
    composed = safety(pen, core.next_id(pen.desk), ["NORTHLAND/OPS"], "cease", {"who": "a convoy"})
    item = core.put(composed.act, relay.sketch.watched(composed), composed.stored)
    core.restored()

    class Watch:
        def of(self, token: str) -> Session:
            return Session(token, "W1", relay.sketch.parties["SOUTHLAND"].key("W1"), 0)

    async def deciding() -> None:
        service = service_of(bench, tmp_path, lambda request: httpx.Response(503))
        body = DeskBody(session="s", code="again")
        asked = outbox_item.fn(service, Watch(), unb64(item.id).hex(), body, 60.0)
        task = asyncio.ensure_future(asked)
        for _ in range(10):
            await asyncio.sleep(0)
        assert not task.done() and core.outbox.items[item.id].state == "waiting"
        bench.send()
        service._after()
        await task
        await service.client.close()

    asyncio.run(deciding())
    assert item.id in core.logged_at
