"""Events to followers: pushed right after the commit, dropped when a follower does not keep up.

Server-sent events: `log` carries leaves and the checkpoint over them, `alive` a checkpoint whose cosignature is fresh,
`cosigned` one with the line of a party that has just cosigned it; `stated` carries a party's picture statement, and
`asked`, for the nodes of one party, the size of which somebody wants one.
A dropped follower comes back with `?from=<size>` and loses nothing.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence

import msgspec
from litestar.types import Receive, Scope, Send

from wellclear.domain.canonical import b64
from wellclear.errors import Unavailable

WAITING_BYTES_MAX = 16 * 1024 * 1024
"""What may wait for one follower; the bytes themselves are shared between all of them."""
FOLLOWERS_MAX = 256
FOLLOWERS_OF_PARTY_MAX = 16
SEND_S_MAX = 20
RETRY_MS = 500

_encoder = msgspec.json.Encoder()


def log_event(start: int, leaves: Sequence[bytes], note: bytes) -> bytes:
    """The event for leaves from index `start` on; its id is the size that the follower has then."""
    data = {"start": start, "leaves": [b64(leaf) for leaf in leaves], "checkpoint": note.decode("utf-8")}
    return b"id: %d\nevent: log\ndata: %s\n\n" % (start + len(leaves), _encoder.encode(data))


def alive_event(note: bytes) -> bytes:
    """The event that only says that the link lives."""
    return b"event: alive\ndata: %s\n\n" % _encoder.encode({"checkpoint": note.decode("utf-8")})


def cosigned_event(note: bytes) -> bytes:
    """The event that tells who has cosigned: a checkpoint of this log, not always its newest, and the new lines."""
    return b"event: cosigned\ndata: %s\n\n" % _encoder.encode({"checkpoint": note.decode("utf-8")})


def stated_event(note: bytes) -> bytes:
    """The event that hands on what a party states of its picture."""
    return b"event: stated\ndata: %s\n\n" % _encoder.encode({"statement": note.decode("utf-8")})


def asked_event(size: int) -> bytes:
    """The event for the nodes of one party: somebody wants its statement of that size."""
    return b"event: asked\ndata: %s\n\n" % _encoder.encode({"size": size})


class Follower:
    """One open stream: what waits for it, and whether it is still wanted."""

    def __init__(self, party: str, key: str) -> None:
        self.party, self.key = party, key
        self.closed = self.ending = False
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._wake = asyncio.Event()

    def push(self, event: bytes) -> bool:
        """Queue an event; False, and closed, when too much is waiting."""
        self._waiting.append(event)
        self._bytes += len(event)
        if self._bytes > WAITING_BYTES_MAX:
            self.close()
        self._wake.set()
        return not self.closed

    def close(self) -> None:
        """End the stream; what waits is forgotten."""
        self.closed = True
        self._waiting.clear()
        self._wake.set()

    def end(self) -> None:
        """Send what waits, and then nothing more."""
        self.ending = True
        self._wake.set()

    async def events(self) -> AsyncIterator[bytes]:
        """What is pushed, until it is closed or has ended; events that wait together come as one piece."""
        while not self.closed and (self._waiting or not self.ending):
            await self._wake.wait()
            self._wake.clear()
            if self._waiting:
                piece = b"".join(self._waiting)
                self._waiting.clear()
                self._bytes = 0
                yield piece


class Followers:
    """Everybody who listens."""

    def __init__(self) -> None:
        self._open: dict[Follower, None] = {}  # in the order in which they came

    def __len__(self) -> int:
        return len(self._open)

    def add(self, party: str, key: str = "") -> Follower:
        """A new stream for a party that showed this key, from this moment on.

        Raises:
            Unavailable: this party, or all together, have too many open.
        """
        of_party = sum(follower.party == party for follower in self._open)
        if len(self._open) >= FOLLOWERS_MAX or of_party >= FOLLOWERS_OF_PARTY_MAX:
            raise Unavailable("events", "too many streams are open", retry_after_s=5)
        follower = Follower(party, key)
        self._open[follower] = None
        return follower

    def remove(self, follower: Follower) -> None:
        """A stream that ended."""
        follower.close()
        self._open.pop(follower, None)

    def publish(self, event: bytes) -> None:
        """Push to everybody; who does not keep up is dropped."""
        self._open = {follower: None for follower in self._open if follower.ending or follower.push(event)}

    def tell(self, party: str, event: bytes) -> None:
        """Push to the streams of one party."""
        for follower in [one for one in self._open if one.party == party and not one.ending]:
            if not follower.push(event):
                del self._open[follower]

    def keep_only(self, may_read: Callable[[str], bool], farewell: Callable[[str], bytes]) -> None:
        """End the streams of keys that may read no more, after the last event that is still for them, if any."""
        for follower in [one for one in self._open if one.key and not one.ending and not may_read(one.key)]:
            last = farewell(follower.key)
            if last and follower.push(last):
                follower.end()
            else:
                self.remove(follower)

    def close(self) -> None:
        """End every stream."""
        for follower in list(self._open):
            self.remove(follower)


class EventStream:
    """The HTTP answer: an ASGI application of its own, so that a follower that stalls can be given up."""

    def __init__(self, followers: Followers, follower: Follower, backlog: AsyncIterator[bytes]) -> None:
        self._followers, self._follower, self._backlog = followers, follower, backlog

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what was logged before, then what comes, until either side ends it."""
        watching = asyncio.create_task(self._await_leaving(receive))
        try:
            headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await _send(send, b"retry: %d\n\n" % RETRY_MS)
            for pieces in (self._backlog, self._follower.events()):
                async for piece in pieces:
                    if self._follower.closed:
                        break
                    await _send(send, piece)
            await _send(send, b"", more=False)
        except TimeoutError:
            return  # the server closes a connection whose answer is not complete
        finally:
            self._followers.remove(self._follower)
            watching.cancel()

    async def _await_leaving(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._follower.close()


async def _send(send: Send, piece: bytes, *, more: bool = True) -> None:
    async with asyncio.timeout(SEND_S_MAX):
        await send({"type": "http.response.body", "body": piece, "more_body": more})
