"""Picture statements pass the host by their own signature alone, and what anybody states or asks for is bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from tests.unit.apps.host.world import HandClock, Writer, served, service_of, store_sketch, submit
from tests.unit.channel.stating import Stater
from wellclear.apps.host.events import asked_event, stated_event
from wellclear.apps.host.service import HostService
from wellclear.apps.host.statements import AT_ONCE, KEPT_MAX
from wellclear.channel.pictures import STATEMENT_BYTES_MAX, Digests
from wellclear.edges.client import HostClient
from wellclear.errors import InvalidValue, Malformed, Refused, Unavailable, Unverified
from wellclear.log.ed25519 import SigningKey
from wellclear.testing.sketch import Sketch

SIZE = 140
Do = Callable[[HostService, httpx.AsyncClient, HostClient, HostClient], Awaitable[None]]


@pytest.fixture(scope="module")
def sketch() -> Sketch:
    sketch = Sketch.founded(seed=11)
    while len(sketch.leaves) < SIZE:
        sketch.time("NORTHLAND")
    return sketch


def stater(sketch: Sketch, party: str) -> Stater:
    digests = Digests()
    for step in sketch.steps:
        digests.append(step.picture.digest)
    return Stater(sketch, party, digests)


def at_host(sketch: Sketch, home: Path, do: Do) -> None:
    async def run() -> None:
        service, clock = service_of(sketch, store_sketch(sketch, home)), HandClock(sketch.now_us)
        async with served(service) as http:
            north, south = (
                HostClient(str(http.base_url), sketch.channel, sketch.parties[party].key("node"), clock)
                for party in ("NORTHLAND", "SOUTHLAND")
            )
            async with north, south:
                await do(service, http, north, south)

    asyncio.run(run())


async def first_stated(client: HostClient) -> bytes:
    """The first statement on a stream that begins now."""
    async for event in client.events(SIZE):
        if event.statement:
            return event.statement
    raise AssertionError("the stream ended")


@pytest.mark.requirement("R33")
def test_what_a_party_states_is_told_to_all_and_to_who_comes_later(sketch: Sketch, tmp_path: Path) -> None:
    note = stater(sketch, "SOUTHLAND").note(128)

    async def do(service: HostService, http: httpx.AsyncClient, north: HostClient, south: HostClient) -> None:
        await south.state(note)
        assert await first_stated(north) == note
        assert (await http.post("/statement", content=note)).json() == {"size": 128, "news": "no"}
        assert await north.statement("SOUTHLAND", 128) == note
        await south.state(stater(sketch, "SOUTHLAND").note(64))
        assert await first_stated(north) == note, "the newest is kept"

    at_host(sketch, tmp_path, do)


@pytest.mark.requirement("R33")
def test_a_size_that_is_wanted_is_asked_of_that_partys_nodes_alone(sketch: Sketch, tmp_path: Path) -> None:
    said = stater(sketch, "SOUTHLAND")

    async def do(service: HostService, http: httpx.AsyncClient, north: HostClient, south: HostClient) -> None:
        with pytest.raises(Unverified, match="nobody has asked"):
            await south.state(said.note(77))
        theirs, others = service.followers.add("SOUTHLAND"), service.followers.add("NORTHLAND")
        assert await north.statement("SOUTHLAND", 77) == b""
        assert await anext(theirs.events()) == asked_event(77)
        await south.state(said.note(77))
        assert await anext(others.events()) == stated_event(said.note(77)), "and nothing before it"
        assert await north.statement("SOUTHLAND", 77) == said.note(77)
        service.statements.on_connect("SOUTHLAND")
        assert await north.statement("SOUTHLAND", 77) == b"", "its node may be another program now, and is asked again"

    at_host(sketch, tmp_path, do)


@pytest.mark.requirement("R33")
def test_what_no_party_has_signed_of_this_log_is_refused(sketch: Sketch, tmp_path: Path) -> None:
    said = stater(sketch, "SOUTHLAND")

    async def do(service: HostService, http: httpx.AsyncClient, north: HostClient, south: HostClient) -> None:
        for note, error in (
            (b"", Malformed), (b"x" * (STATEMENT_BYTES_MAX + 1), Malformed), (said.note(64)[:-1], Malformed),
            (said.note(64, signer=SigningKey(b"x" * 32)), Unverified),
            (said.note(64, origin="caspia.example/other"), Unverified), (said.note(192, bytes(32)), Refused),
        ):  # fmt: skip
            with pytest.raises(error):
                await south.state(note)
        for party, size, fault in (
            ("SOUTHLAND", 0, Malformed), ("SOUTHLAND", SIZE + 1, Refused), ("ELSEWHERE", 64, Refused),
            ("south", 64, InvalidValue),
        ):  # fmt: skip
            with pytest.raises(fault):
                await north.statement(party, size)
        assert (await http.get("/statement/SOUTHLAND/64")).status_code == 403, "who asks shows a member's key"

    at_host(sketch, tmp_path, do)


@pytest.mark.requirement("R33")
def test_who_asks_or_states_too_much_waits(sketch: Sketch, tmp_path: Path) -> None:
    said = stater(sketch, "SOUTHLAND")

    async def do(service: HostService, http: httpx.AsyncClient, north: HostClient, south: HostClient) -> None:
        for size in range(1, AT_ONCE + 1):
            assert await north.statement("SOUTHLAND", size) == b""
        with pytest.raises(Unavailable):
            await north.statement("SOUTHLAND", AT_ONCE + 1)
        assert await south.statement("NORTHLAND", 64) == b"", "others still may"
        for size in range(1, KEPT_MAX + 1):
            await south.state(said.note(size))
        with pytest.raises(Unavailable):
            await south.state(said.note(128))
        await submit(http, sketch, Writer(sketch, "NORTHLAND").time())

    at_host(sketch, tmp_path, do)
