"""A party that leaves hears the entry by which it left, with a proof, and nothing after it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from tests.unit.apps.host.world import HandClock, Writer, host_keys, read, served, service_of, store_sketch, submit
from wellclear.apps.host.departures import Departures
from wellclear.channel.submission import Frame
from wellclear.edges.client import HostClient
from wellclear.errors import Refused, Unavailable
from wellclear.log.checkpoint import open_checkpoint
from wellclear.testing.sketch import Sketch

SOUTH = "SOUTHLAND"


def withdrawal(sketch: Sketch, writer: Writer) -> Frame:
    return writer.frame(*sketch.by_head(SOUTH, "withdraw"))


async def heard(client: HostClient, start: int) -> tuple[list[bytes], list[bytes]]:
    """The leaves and notes of a stream from there on, until it ends."""
    leaves, notes = list[bytes](), list[bytes]()
    with suppress(Unavailable):  # it ended
        async for event in client.events(start):
            leaves += event.leaves
            notes.append(event.note)
    return leaves, notes


def test_a_party_that_leaves_is_shown_the_entry_by_which_it_left_and_nothing_after_it(tmp_path: Path) -> None:
    sketch = Sketch.founded(seed=17)
    files, size = store_sketch(sketch, tmp_path), len(sketch.leaves)
    north, south = Writer(sketch, "NORTHLAND"), Writer(sketch, SOUTH)
    last, after = withdrawal(sketch, south), north.time()

    def check(found: tuple[list[bytes], list[bytes]], start: int) -> None:
        leaves, notes = found
        assert leaves == [*sketch.leaves[start:], last.leaf]
        checkpoint = open_checkpoint(notes[-1], sketch.origin, host_keys(sketch).log.public_key)
        assert checkpoint.size == size + 1, "a note over exactly what it may read"

    async def run() -> None:
        service = service_of(sketch, files)
        async with served(service) as http:
            own = HostClient(str(http.base_url), sketch.channel, south.signer, HandClock(sketch.now_us))
            async with own:
                following = asyncio.create_task(heard(own, size))
                while not len(service.followers):
                    await own.status()
                await submit(http, sketch, last, after)
                check(await following, size)
                check(await heard(own, 3), 3)
                with pytest.raises(Refused, match=f"SOUTHLAND has left this channel with entry {size}"):
                    await heard(own, size + 1)
            assert (await read(http, sketch, "/checkpoint", SOUTH)).status_code == 409, "nor anything else"
        async with served(service_of(sketch, files)) as http:
            own = HostClient(str(http.base_url), sketch.channel, south.signer, HandClock(sketch.now_us))
            async with own:
                check(await heard(own, 3), 3)

    asyncio.run(run())


def test_only_the_keys_that_the_party_had_when_it_left_read_up_to_there() -> None:
    sketch, departures = Sketch.founded(seed=17), Departures()
    south = sketch.parties[SOUTH]
    sketch.send(
        SOUTH, sketch.compose("revoke", SOUTH, public={"key": south.public("node"), "since": 1}), use="recovery"
    )
    sketch.send(SOUTH, *sketch.by_head(SOUTH, "withdraw"), use="recovery")
    for index, step in enumerate(sketch.steps):
        departures.take(sketch.logged(index, sketch.leaves[index]), step)
    assert departures.of(south.public("node")) is None, "it was revoked before"
    gone = sketch.picture.parties[SOUTH].state != "member"
    assert departures.of(south.public("recovery")) == ((SOUTH, len(sketch.leaves)) if gone else None)
    assert departures.of(south.public("head_of_delegation")) is None, "it reads nothing"
    assert departures.of("") is None
