"""A node's way to its host over HTTP; every fault of network and form becomes one of our errors here.

Nothing that comes back is believed here: notes, leaves, proofs and parts are checked by the machines in `channel`.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import msgspec

from wellclear.channel.requests import authorize
from wellclear.channel.submission import Frame, encode_frames
from wellclear.domain.canonical import unb64
from wellclear.edges.clock import Clock
from wellclear.edges.node_client import error_from
from wellclear.errors import (
    Equivocation,
    InvalidValue,
    Malformed,
    Misconfigured,
    Unavailable,
    Unverified,
    WellclearError,
)
from wellclear.log.ed25519 import Signer
from wellclear.log.tiles import WIDTH, Tile, bundles_for, decode_bundle

CONNECT_S = 5.0
ANSWER_S = 10.0
SILENCE_S = 10.0
"""The host sends something at least every 4 s; a longer silence ends the stream, and the node connects again."""
WHOLE_S = 60.0
"""An answer that trickles is given up after so long."""
ANSWER_BYTES_MAX = 64 * 1024 * 1024
"""Of one answer, or of one event of the stream; checked while it comes."""
ERROR_BYTES_MAX = 64 * 1024
"""Of an answer that tells an error: it is shown to people."""


@dataclass(frozen=True, slots=True)
class Event:
    """One word of the host's stream: a note, and the leaves that are new with it, from index `start`.

    Or, without a note, what a party states of its picture, or the size of which the own party's statement is wanted.
    """

    note: bytes
    start: int = 0
    leaves: tuple[bytes, ...] = ()
    statement: bytes = b""
    asked: int = 0


class HostClient:
    """One node's connection to one host.

    Args:
        url: such as `https://198.51.100.7:8644`; nothing of it is believed.
        channel: the channel's id, into which every request is signed.
        signer: a live linking key of the party.
        clock: for the time in each request.
        ca_file: the only certificate, or authority, that the host may show.
        transport: what carries the requests; None is the network.
    """

    def __init__(
        self,
        url: str,
        channel: str,
        signer: Signer,
        clock: Clock,
        ca_file: Path | None = None,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._channel, self._signer, self._clock, self._url = channel, signer, clock, url
        # No proxy and no .netrc of the environment may come between a node and its host.
        self._http = httpx.AsyncClient(
            base_url=url, timeout=httpx.Timeout(ANSWER_S, connect=CONNECT_S), trust_env=False,
            transport=transport or Wire(verify=trust_of(ca_file), trust_env=False),
        )  # fmt: skip

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    async def status(self) -> dict[str, Any]:
        """What the host tells anybody."""
        answer = _json(await self._get("/status"))
        if not isinstance(answer, dict):
            raise Malformed(self._url, "/status", "an object belongs here")
        return answer

    async def checkpoint(self) -> bytes:
        """The newest note."""
        return await self._get("/checkpoint")

    async def founding(self) -> bytes:
        """Settings, salt and articles that the channel was founded on, for its principals to agree to."""
        return await self._get("/founding")

    async def part(self, sha: str) -> bytes:
        """The stored bytes of a part, by the base64 of their SHA-256; unverified."""
        return await self._get(f"/part/{unb64(sha).hex()}")

    async def leaves(self, start: int, end: int, size: int) -> list[bytes]:
        """Leaves from index `start` up to `end` of a log of `size`, from its bundles; unverified."""
        found: list[bytes] = []
        first, past = start // WIDTH * WIDTH, -(-end // WIDTH) * WIDTH
        for tile in bundles_for(
            start, min(size, past)
        ):  # a host may sign any size: nothing is made for what is not asked
            found += await self._bundle(tile)
        return found[start - first : end - first]

    async def submit(self, frames: Sequence[Frame]) -> bytes:
        """Send entries; the host's answer, unverified (`submission.check_answers`)."""
        headers = {"Content-Type": "application/octet-stream"}
        return await self._ask("POST", "/submit", headers, encode_frames(frames))

    async def cosigned(self, note: bytes) -> None:
        """Give the host a note with the own party's cosignature; it shows who may say so by itself."""
        await self._ask("POST", "/cosignature", {"Content-Type": "text/plain"}, note)

    async def state(self, note: bytes) -> None:
        """Give the host what the own party states of its picture; its signature shows who may say so."""
        await self._ask("POST", "/statement", {"Content-Type": "text/plain"}, note)

    async def statement(self, party: str, size: int) -> bytes:
        """A party's statement of a size, unverified; empty while the host asks for it, and then it is an event."""
        return await self._get(f"/statement/{party}/{size}")

    async def events(self, size: int) -> AsyncIterator[Event]:
        """The host's stream from a size on; ends with `Unavailable` when nothing came for 10 s."""
        path = f"/events?from={size}"
        timeout = httpx.Timeout(SILENCE_S, connect=CONNECT_S)
        try:
            async with self._http.stream("GET", path, headers=self._headers(path), timeout=timeout) as response:
                if response.status_code >= 400:
                    raise await self._error_of(response)
                async for name, data in _server_sent(self._lines(response)):
                    event = _event(name, data)
                    if event is not None:
                        yield event
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        raise Unavailable("host", f"{self._url} ended its stream", retry_after_s=1)

    async def _bundle(self, tile: Tile) -> list[bytes]:
        path = tile.path
        return decode_bundle(await self._get("/" + path), tile.width, path)

    async def _get(self, path: str) -> bytes:
        return await self._ask("GET", path, self._headers(path))

    async def _ask(self, method: str, path: str, headers: dict[str, str], content: bytes | None = None) -> bytes:
        try:
            async with (
                asyncio.timeout(WHOLE_S),
                self._http.stream(method, path, headers=headers, content=content) as response,
            ):
                if response.status_code >= 400:
                    raise await self._error_of(response)
                return await self._body_of(response)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        except TimeoutError as error:
            raise Unavailable("host", f"{self._url} has not answered whole in {WHOLE_S} s", retry_after_s=1) from error

    def _headers(self, path: str) -> dict[str, str]:
        return {"Authorization": authorize(self._signer, self._channel, "GET", path, self._clock.now_us())}

    async def _body_of(self, response: httpx.Response, most: int | None = None) -> bytes:
        """The body as it was sent: nothing is unpacked, and no more is kept than an answer may have."""
        pieces, size = list[bytes](), 0
        async for piece in response.aiter_raw():
            size += len(piece)
            self._check_size(size, most)
            pieces.append(piece)
        return b"".join(pieces)

    async def _error_of(self, response: httpx.Response) -> WellclearError:
        """What the host says is wrong. It halts nobody by a word: that takes evidence which this node has verified."""
        told = error_from(response.status_code, await self._body_of(response, ERROR_BYTES_MAX))
        return Unverified("host", f"it says {told}") if isinstance(told, Equivocation) else told

    async def _lines(self, response: httpx.Response) -> AsyncIterator[str]:
        """The lines of a stream, ended by LF alone; U+2028 and its like are text."""
        rest = bytearray()
        async for piece in response.aiter_raw():
            rest += piece
            self._check_size(len(rest))
            if b"\n" in piece:
                *lines, tail = bytes(rest).split(b"\n")
                rest = bytearray(tail)
                for line in lines:
                    yield line.removesuffix(b"\r").decode("utf-8", "replace")

    def _check_size(self, size: int, most: int | None = None) -> None:
        most = ANSWER_BYTES_MAX if most is None else most
        if size > most:
            raise Malformed(self._url, "", f"an answer of more than {most} bytes")

    def _unreachable(self, error: httpx.HTTPError) -> Unavailable:
        why = str(error) or type(error).__name__
        return Unavailable("host", f"{self._url} did not answer: {why}", retry_after_s=1)


class Wire(httpx.AsyncHTTPTransport):
    """The network, whose every failure is one of httpx's own.

    A peer that is gone in the very moment in which its connection was made leaves anyio (4.x) with no socket to ask for
    the peer's name, which is no error of httpx or of the operating system.
    """

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return await super().handle_async_request(request)
        except AttributeError as error:
            if getattr(error, "obj", self) is not None:  # ours, or another library's: not this one
                raise
            raise httpx.ConnectError("the connection was gone as soon as it was made", request=request) from error


def trust_of(ca_file: Path | None) -> ssl.SSLContext | bool:
    """Whom to believe behind https: that file alone, or whom the machine believes; raises `Misconfigured`."""
    if ca_file is None:
        return True
    try:
        return ssl.create_default_context(cafile=str(ca_file))
    except (OSError, ssl.SSLError) as error:
        raise Misconfigured(str(ca_file), f"no certificate: {error}") from error


def _json(raw: bytes) -> Any:
    """What stands in an answer; the strict decoder takes no lone surrogates and no numbers without end."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed("host", "", "an answer that is no JSON") from error


async def _server_sent(lines: AsyncIterator[str]) -> AsyncIterator[tuple[str, str]]:
    """Name and data of each event in a stream of server-sent events (HTML standard, section 9.2)."""
    name, data, size = "", list[str](), 0
    async for line in lines:
        size += len(line) + 1
        if size > ANSWER_BYTES_MAX:  # each line is short enough, and the event never ends
            raise Malformed("host", "events", f"an event of more than {ANSWER_BYTES_MAX} bytes")
        if not line:
            if data:
                yield name, "\n".join(data)
            name, data, size = "", [], 0
        elif line.startswith("event:"):
            name = line.removeprefix("event:").strip()
        elif line.startswith("data:"):
            data.append(line.removeprefix("data:").removeprefix(" "))


_MEMBERS: dict[str, Callable[[Any], Event]] = {
    "log": lambda told: Event(
        note=told["checkpoint"].encode(), start=int(told["start"]), leaves=tuple(map(unb64, told["leaves"]))
    ),
    "alive": lambda told: Event(note=told["checkpoint"].encode()),
    "cosigned": lambda told: Event(note=told["checkpoint"].encode()),
    "stated": lambda told: Event(note=b"", statement=told["statement"].encode()),
    "asked": lambda told: Event(note=b"", asked=int(told["size"])),
}


def _event(name: str, data: str) -> Event | None:
    read = _MEMBERS.get(name)
    if read is None:
        return None
    try:
        return read(_json(data.encode()))
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError, InvalidValue) as error:
        raise Malformed("host", f"event {name}", "not of the form of the protocol") from error
