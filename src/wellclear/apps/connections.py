"""What one connection may take of a server before it has asked for anything: uvicorn itself sets no such limits."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES_MAX: Final = 32 * 1024
"""Request line and headers; ours have less than one KiB."""
REQUEST_S: Final = 60.0
"""From a connection, or the first byte of a request on it, to the request's last byte (1 MiB at 140 kbit/s)."""


class BoundedProtocol(HttpToolsProtocol):
    """HTTP/1.1 that closes a connection whose request comes too slowly, or whose head will not end."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._head_bytes = 0
        self._head_open = True
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """The time for the first request begins."""
        super().connection_made(transport)
        self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._end()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Hand the bytes on, as long as the head is not too long."""
        if self._head_open:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._head_open and self._head_bytes > HEAD_BYTES_MAX and not self.transport.is_closing():
            self.send_400_response("The head of this request is too long.")

    def on_message_begin(self) -> None:
        """A request has begun to come."""
        super().on_message_begin()
        self._begin()

    def on_headers_complete(self) -> None:
        """Its head is whole."""
        self._head_open, self._head_bytes = False, 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """All of it is there; the answer may take as long as it takes."""
        self._end()
        self._head_open = True
        super().on_message_complete()

    def _begin(self) -> None:
        self._end()
        self._deadline = self.loop.call_later(REQUEST_S, self._give_up)

    def _end(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self.transport.abort()
