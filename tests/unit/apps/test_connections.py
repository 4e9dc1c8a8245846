"""Connections that ask for nothing, or without end, are closed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from wellclear.apps import connections
from wellclear.apps.connections import HEAD_BYTES_MAX, BoundedProtocol

OK = b"HTTP/1.1 200"


async def app(scope: Any, receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    config = uvicorn.Config(app, log_config=None, lifespan="off")
    state = ServerState()
    server = await asyncio.get_running_loop().create_server(
        lambda: BoundedProtocol(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
    try:
        yield reader, writer
    finally:
        writer.close()
        server.close()


def said_to(*sent: bytes) -> bytes:
    """Everything that the server says to these bytes until it closes the connection."""

    async def run() -> bytes:
        async with connected() as (reader, writer):
            for piece in sent:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
            return await until_closed(reader)

    return asyncio.run(run())


async def until_closed(reader: asyncio.StreamReader) -> bytes:
    try:
        async with asyncio.timeout(10):
            return await reader.read()
    except ConnectionError:
        return b""


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nX: ", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc"])
def test_a_request_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    monkeypatch.setattr(connections, "REQUEST_S", 0.05)
    assert said_to(sent) == b""


@pytest.mark.parametrize("start", [b"GET /", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nX: "])
def test_a_head_without_end_is_refused(start: bytes) -> None:
    line = b"" if start.endswith((b"/", b" ")) else b"A: b\r\n"
    more = line * (HEAD_BYTES_MAX // len(line) + 1) if line else b"x" * HEAD_BYTES_MAX
    assert OK not in said_to(start, more, b"x"), "the connection is closed, with 400 where that still arrives"


def test_requests_on_one_connection_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    body = b"x" * 200_000
    post = b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    last = b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"
    assert said_to(post, post, last).count(OK) == 3
