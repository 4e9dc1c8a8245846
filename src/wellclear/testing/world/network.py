"""The links of the world: they carry HTTP requests between the programs, and lose, delay, double and cut them.

A node's own client hands its requests to `SimTransport`; the host's own application answers them as it would behind
uvicorn. What goes wrong does so by named numbers of the link, from the one seed:

    delay_s      each message takes between these two; messages of one answer keep their order
    loss         a request, an answer or a piece of a stream is lost; whoever waits learns it by waiting
    doubled      a request arrives twice; a piece of a stream comes twice
    reordered    two pieces of a stream change places; two requests do so by their delays
    cut          the connection ends in the middle
    up, down     whether anything gets through to the host, and back
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx

from wellclear.testing.world.loop import Life, SimLoop

STALL_S = 3600.0


@dataclass(slots=True)
class Link:
    """The way between a node and its host; probabilities for each message."""

    delay_s: tuple[float, float] = (0.005, 0.05)
    loss: float = 0.0
    doubled: float = 0.0
    reordered: float = 0.0
    cut: float = 0.0
    up: bool = True
    down: bool = True


class Server(Protocol):
    """A process that answers requests."""

    life: Life | None

    def app_for(self, reader: str) -> Any:
        """Its ASGI application, as this reader sees it; None while it does not listen."""


Tap = Callable[[str, str, str, bytes, bytes], None]
"""Told of each whole answer that arrived: reader, method, path, request body, answer body."""
Ear = Callable[[str, str, bytes], None]
"""Told of bytes at a node's own end, whatever becomes of them: reader, path, body."""


@dataclass(slots=True)
class Network:
    """All links, by the reader at the one end; the server at the other end is asked for at each request."""

    loop: SimLoop
    dice: random.Random
    struck: Callable[[str], None]
    links: dict[str, Link] = field(default_factory=dict)
    servers: dict[str, Server] = field(default_factory=dict)
    taps: list[Tap] = field(default_factory=list)
    said: Ear = lambda reader, path, body: None
    """What a node sends, when it sends it."""
    heard: Ear = lambda reader, path, body: None
    """Each piece of an answer, when the node's program takes it up."""
    open: list[_Exchange] = field(default_factory=list)
    news_us: dict[str, int] = field(default_factory=dict)
    """When anything of the host last reached a reader."""

    muted: set[str] = field(default_factory=set)
    """Readers to whom whatever comes is no news, after the first of it (`told`)."""
    told: set[str] = field(default_factory=set)
    """Who has heard that first; a program that starts again remembers no moment, and takes it for news once more."""
    rerouted: dict[str, Server] = field(default_factory=dict)
    """Readers who reach another server than the host that they think they reach."""
    peers: dict[str, Server] = field(default_factory=dict)
    """Nodes that others reach past the host, by name; what they say is no news of it."""

    def cut_reader(self, reader: str) -> None:
        """All connections of a reader end."""
        for exchange in [one for one in self.open if one.reader == reader]:
            exchange.break_off()

    def link(self, reader: str) -> Link:
        """The link of a reader."""
        return self.links.setdefault(reader, Link())

    def hits(self, reader: str, vice: str) -> bool:
        """Whether a vice of the link strikes this message."""
        if self.dice.random() >= getattr(self.link(reader), vice):
            return False
        self.struck(f"link {vice}")
        return True

    def delay_s(self, reader: str) -> float:
        """How long the next message takes."""
        low, high = self.link(reader).delay_s
        return self.dice.uniform(low, high)

    def cut_all(self, server: Server) -> None:
        """The server lost its power: its connections end."""
        for exchange in [one for one in self.open if one.server is server]:
            exchange.break_off()


class _Exchange:
    """One request and its answer under way."""

    def __init__(self, net: Network, reader: str, server: Server, *, of_host: bool) -> None:
        self.net, self.reader, self.server, self.of_host = net, reader, server, of_host
        self.arrived: deque[dict[str, Any] | None] = deque()
        """ASGI messages as they come in at the client; None is the end of the connection."""
        self.wake = asyncio.Event()
        self.left = asyncio.Event()
        """The client is gone."""
        self._last_s = 0.0
        self._lost = False
        self._held: dict[str, Any] | None = None
        net.open.append(self)

    def deliver(self, message: dict[str, Any]) -> None:
        """A message of the answer leaves the server."""
        net = self.net
        if self._lost:
            return
        if not net.link(self.reader).down or net.hits(self.reader, "loss"):
            self._lost = message["type"] == "http.response.start" or not message.get("more_body")
            self._lost |= not net.link(self.reader).down
            return
        if net.hits(self.reader, "cut"):
            self.break_off()
            return
        piece = message["type"] == "http.response.body" and message.get("more_body")
        if piece and self._held is None and net.hits(self.reader, "reordered"):
            self._held = message
            return
        held, self._held = self._held, None
        for one in [
            message,
            *([held] if held else []),
            *([message] if piece and net.hits(self.reader, "doubled") else []),
        ]:
            self._arrive_later(one)

    def _arrive_later(self, message: dict[str, Any] | None) -> None:
        loop = self.net.loop
        self._last_s = max(self._last_s + 1e-6, loop.time() + self.net.delay_s(self.reader))
        loop.call_outside(self._arrive, message, after_s=self._last_s - loop.time())

    def _arrive(self, message: dict[str, Any] | None) -> None:
        self.arrived.append(message)
        muted = self.reader in self.net.muted and self.reader not in self.net.rerouted
        known = muted and self.reader in self.net.told
        if self.of_host and message is not None and message.get("body") and not known:
            self.net.news_us[self.reader] = self.net.loop.now_us
            self.net.told.update([self.reader] if muted else [])
        self.wake.set()

    def break_off(self) -> None:
        """The connection ends; both ends learn it."""
        if not self._lost:
            self._lost = True
            if self.net.link(self.reader).down:
                self._arrive_later(None)
        self.left.set()

    def close(self) -> None:
        """The client lets go."""
        self._lost = True
        self.net.loop.call_outside(self.left.set, after_s=self.net.delay_s(self.reader))
        if self in self.net.open:
            self.net.open.remove(self)


class SimTransport(httpx.AsyncBaseTransport):
    """What a node's client sends its requests by."""

    def __init__(self, net: Network, reader: str) -> None:
        self._net, self._reader = net, reader

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request to the server that its address names, and wait for the head of the answer."""
        net, reader = self._net, self._reader
        body = await request.aread()
        net.said(reader, request.url.path, body)  # also what nobody will hear
        peer = net.peers.get(request.url.host)
        server = peer or net.rerouted.get(reader) or net.servers.get(request.url.host)
        timeout = request.extensions.get("timeout", {})
        if server is None or not net.link(reader).up or net.hits(reader, "loss"):
            await asyncio.sleep(timeout.get("connect") or STALL_S)
            raise httpx.ConnectTimeout("no answer", request=request)
        exchange = _Exchange(net, reader, server, of_host=peer is None)
        for _ in range(2 if request.method == "POST" and net.hits(reader, "doubled") else 1):
            net.loop.call_outside(_serve, exchange, request, body, after_s=net.delay_s(reader))
        stream = _Stream(exchange, request, timeout.get("read") or STALL_S, body)
        try:
            start = await stream.next()
        except BaseException:
            exchange.close()
            raise
        assert start is not None and start["type"] == "http.response.start", "the head comes first"
        return httpx.Response(start["status"], headers=start["headers"], stream=stream)


def _serve(exchange: _Exchange, request: httpx.Request, body: bytes) -> None:
    """The request arrives at the server."""
    app, life = exchange.server.app_for(exchange.reader), exchange.server.life
    if app is None or life is None or not life.alive:
        exchange.break_off()
        return
    life.spawn(_answer(app, exchange, request, body))


async def _answer(app: Any, exchange: _Exchange, request: httpx.Request, body: bytes) -> None:
    place = request.url.raw_path.partition(b"?")
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "scheme": "http",
        "method": request.method, "path": place[0].decode("ascii"), "raw_path": place[0], "query_string": place[2],
        "root_path": "", "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("192.0.2.1", 1), "server": (request.url.host, 80), "state": {},
    }  # fmt: skip
    unread = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if unread:
            return unread.pop()
        await exchange.left.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        exchange.deliver(message)

    await app(scope, receive, send)


class _Stream(httpx.AsyncByteStream):
    """The body of an answer, as it comes in."""

    def __init__(self, exchange: _Exchange, request: httpx.Request, read_s: float, sent: bytes) -> None:
        self._exchange, self._request, self._read_s, self._sent = exchange, request, read_s, sent
        self._heard: list[bytes] = []

    async def next(self) -> dict[str, Any] | None:
        """The next message; raises as a socket would."""
        exchange = self._exchange
        while not exchange.arrived:
            exchange.wake.clear()
            try:
                async with asyncio.timeout(self._read_s):
                    await exchange.wake.wait()
            except TimeoutError as error:
                raise httpx.ReadTimeout("nothing came", request=self._request) from error
        message = exchange.arrived.popleft()
        if message is None:
            raise httpx.RemoteProtocolError("the connection was cut", request=self._request)
        return message

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            message = await self.next()
            if message is None or message["type"] != "http.response.body":
                continue
            if body := message.get("body", b""):
                self._exchange.net.heard(self._exchange.reader, self._request.url.path, body)
                yield body
                self._heard.append(body)
            if not message.get("more_body"):
                break
        told = self._exchange.net.taps
        for tap in told:
            path = self._request.url.raw_path.decode("ascii")
            path = path if self._exchange.of_host else f"{self._request.url.host}{path}"
            tap(self._exchange.reader, self._request.method, path, self._sent, b"".join(self._heard))

    async def aclose(self) -> None:
        self._exchange.close()
