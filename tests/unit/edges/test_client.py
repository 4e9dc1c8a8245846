"""The way to the host, with a host at the other end that sends whatever it likes."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from wellclear.channel.submission import Frame
from wellclear.domain.canonical import b64
from wellclear.edges import client as clients
from wellclear.edges.client import HostClient
from wellclear.edges.clock import SystemClock
from wellclear.errors import Equivocation, Malformed, Unavailable, Unverified
from wellclear.log.ed25519 import SigningKey

CHANNEL = b64(bytes(32))
SHA = b64(b"\x01" * 32)


@asynccontextmanager
async def host_that_says(said: bytes, *, then_waits: bool = False) -> AsyncIterator[HostClient]:
    """A client of a host that answers every request with these bytes, and closes the connection or sits on it."""
    done = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        try:
            await writer.drain()
            if then_waits:
                await done.wait()
        except ConnectionError:
            return
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = HostClient(f"http://127.0.0.1:{port}", CHANNEL, SigningKey(bytes(32)), SystemClock())
    try:
        yield client
    finally:
        done.set()
        await client.close()
        server.close()
        await server.wait_closed()


def response(body: bytes, *, status: int = 200, headers: str = "") -> bytes:
    return f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


def asked(said: bytes, ask: Callable[[HostClient], Awaitable[object]], *, then_waits: bool = False) -> object:
    async def run() -> object:
        async with host_that_says(said, then_waits=then_waits) as client:
            return await ask(client)

    return asyncio.run(run())


async def first_event(client: HostClient) -> object:
    async for event in client.events(0):
        return event
    return None


ASKED: list[Callable[[HostClient], Awaitable[object]]] = [
    lambda client: client.part(SHA),
    lambda client: client.checkpoint(),
    lambda client: client.leaves(0, 1, 1),
    lambda client: client.submit([Frame(b"{}")]),
    first_event,
]


@pytest.mark.parametrize("ask", ASKED)
def test_an_answer_is_not_read_beyond_its_limit(
    monkeypatch: pytest.MonkeyPatch, ask: Callable[[HostClient], Awaitable[object]]
) -> None:
    monkeypatch.setattr(clients, "ANSWER_BYTES_MAX", 1000)
    endless = b"HTTP/1.1 200 X\r\nContent-Type: text/event-stream\r\n\r\ndata: " + b"x" * 2000
    with pytest.raises(Malformed, match="more than 1000 bytes"):
        asked(endless, ask, then_waits=True)


def test_an_event_that_never_ends_is_not_gathered_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "ANSWER_BYTES_MAX", 1000)
    with pytest.raises(Malformed, match="more than 1000 bytes"):
        asked(b"HTTP/1.1 200 X\r\n\r\n" + b"data: xx\n" * 200, first_event, then_waits=True)


def test_a_log_as_large_as_the_host_says_costs_nothing() -> None:
    """A host can sign any size; of its tiles only those are thought of that were asked for."""
    bundle = b"".join(b"\0\1x" for _ in range(256))
    ask = lambda client: client.leaves(3, 5, 2**63 - 1)  # noqa: E731  # one name for each way to ask
    assert asked(response(bundle), ask) == [b"x", b"x"]


def test_a_word_of_the_host_is_no_longer_than_people_read(monkeypatch: pytest.MonkeyPatch) -> None:
    told = b'{"error": {"code": "unavailable", "message": "%s"}}' % (b"x" * clients.ERROR_BYTES_MAX)
    with pytest.raises(Malformed, match="more than"):
        asked(response(told, status=503), lambda client: client.checkpoint())


def test_nothing_is_unpacked() -> None:
    bomb = gzip.compress(bytes(1 << 20))
    assert asked(response(bomb, headers="Content-Encoding: gzip\r\n"), lambda client: client.part(SHA)) == bomb


@pytest.mark.parametrize("ask", ASKED[:4])
def test_an_answer_that_never_ends_is_given_up(
    monkeypatch: pytest.MonkeyPatch, ask: Callable[[HostClient], Awaitable[object]]
) -> None:
    monkeypatch.setattr(clients, "WHOLE_S", 0.05)
    with pytest.raises(Unavailable):
        asked(b"HTTP/1.1 200 X\r\nContent-Length: 10\r\n\r\nx", ask, then_waits=True)


@pytest.mark.parametrize("ask", ASKED)
def test_a_host_cannot_halt_a_node_by_saying_so(ask: Callable[[HostClient], Awaitable[object]]) -> None:
    """Only evidence that this node has verified itself halts it."""
    said = b'{"error": {"code": "equivocation", "message": "believe me", "where": "log"}}'
    with pytest.raises(Unverified) as found:
        asked(response(said, status=409), ask)
    assert not isinstance(found.value, Equivocation)


@pytest.mark.parametrize(
    "line", [b"\xff\xfe", b"[]", b"{", b'{"checkpoint": 1}', b"[" * 100_000, b'{"checkpoint": "\\ud800"}']
)
def test_an_event_that_is_not_what_it_should_be_is_malformed(line: bytes) -> None:
    with pytest.raises(Malformed):
        asked(b"HTTP/1.1 200 X\r\n\r\nevent: alive\ndata: " + line + b"\n\n", first_event)


@pytest.mark.parametrize("start", [b"Infinity", b"1e999", b"NaN", b'"x"', b"null", b"9" * 5000])
def test_a_place_in_the_log_that_is_no_number_is_malformed(start: bytes) -> None:
    said = b'event: log\ndata: {"checkpoint": "x", "start": %s, "leaves": []}\n\n' % start
    with pytest.raises(Malformed):
        asked(b"HTTP/1.1 200 X\r\n\r\n" + said, first_event)


def test_a_line_ends_at_lf_and_nowhere_else() -> None:
    said = 'HTTP/1.1 200 X\r\n\r\nevent: alive\r\ndata: {"checkpoint": "a\u2028\u0085b"}\r\n\r\n'
    event = asked(said.encode(), first_event)
    assert getattr(event, "note", None) == "a\u2028\u0085b".encode()


@pytest.mark.requirement("R19")
@pytest.mark.parametrize("ask", [lambda client: client.checkpoint(), lambda client: anext(client.events(0))])
def test_a_host_that_is_killed_while_it_is_called_is_away_and_no_fault_of_the_node(
    ask: Callable[[HostClient], Awaitable[object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """anyio asks a socket that is gone for its peer's name; a node died of it for good."""

    async def gone(*_: object) -> object:
        socket: object = None
        return socket.getpeername()  # type: ignore[attr-defined]  # what anyio does

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", gone)

    async def story() -> None:
        async with HostClient("http://127.0.0.1:1", CHANNEL, SigningKey(bytes(32)), SystemClock()) as client:
            with pytest.raises(Unavailable, match="gone as soon as it was made"):
                await ask(client)

    asyncio.run(story())
