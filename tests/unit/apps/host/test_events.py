"""Followers that stall are given up; the others do not notice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.apps.host.world import Writer, running, service_of, store_sketch
from wellclear.apps.host import events
from wellclear.apps.host.events import EventStream, Followers
from wellclear.channel.submission import encode_frames
from wellclear.errors import Unavailable
from wellclear.testing.sketch import Sketch


def test_one_that_does_not_keep_up_is_dropped_and_the_others_get_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "WAITING_BYTES_MAX", 10)

    async def run() -> None:
        followers = Followers()
        slow, quick = followers.add("A"), followers.add("B")
        stream = quick.events()
        for number in range(5):
            followers.publish(b"%d234" % number)
            assert await anext(stream) == b"%d234" % number
        assert (slow.closed, quick.closed, len(followers)) == (True, False, 1)
        assert [piece async for piece in slow.events()] == []

    asyncio.run(run())


def test_streams_of_one_party_are_counted() -> None:
    followers = Followers()
    for _ in range(events.FOLLOWERS_OF_PARTY_MAX):
        followers.add("A")
    with pytest.raises(Unavailable, match="too many"):
        followers.add("A")
    followers.add("B")
    followers.close()
    assert len(followers) == 0


@pytest.mark.parametrize("stalls", [False, True])
def test_a_stream_ends_when_its_reader_leaves_or_stalls(stalls: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if stalls:
        monkeypatch.setattr(events, "SEND_S_MAX", 0)

    async def run() -> None:
        followers = Followers()
        follower, sent = followers.add("A"), list[object]()
        gone = asyncio.Event()

        async def backlog() -> AsyncIterator[bytes]:
            yield b"before"

        async def receive() -> dict[str, Any]:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            if stalls and message["type"] != "http.response.start":
                await asyncio.Event().wait()
            sent.append(message.get("body"))
            if message.get("body") == b"now":
                gone.set()

        followers.publish(b"now")
        await EventStream(followers, follower, backlog())({}, receive, send)  # type: ignore[arg-type]  # no scope needed
        assert len(followers) == 0
        assert sent == ([None] if stalls else [None, b"retry: 500\n\n", b"before", b"now", b""])

    asyncio.run(run())


def test_a_key_that_was_revoked_follows_no_more(tmp_path: Path) -> None:
    sketch = Sketch.founded(seed=13)
    files = store_sketch(sketch, tmp_path)

    async def run() -> None:
        async with running(service_of(sketch, files)) as service:
            north = sketch.parties["NORTHLAND"]
            for use in ("node", "recovery"):
                service.followers.add("NORTHLAND", north.public(use))
            revoke = sketch.compose("revoke", "NORTHLAND", public={"key": north.public("node"), "since": 1})
            await service.submit(encode_frames([Writer(sketch, "NORTHLAND", "recovery").frame(revoke)]))
            assert len(service.followers) == 1

    asyncio.run(run())
