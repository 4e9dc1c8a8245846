"""How those who watch a node hear of changes: the bell, the stream of boards, and each alarm as it rings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from wellclear.apps.node.alarms import Alarm

BOARD_S: Final = 2.0
COALESCE_S: Final = 0.02
SEND_FIRST_S: Final = 0.004
"""What is to be sent goes before what is to be shown."""
RINGS_WAITING_MAX: Final = 256


class Telling:
    """The half of the service that faces the desk; build it where an event loop is, or will be."""

    def __init__(self) -> None:
        self._bell = asyncio.Event()
        self._changes = 0
        self._listeners: set[asyncio.Queue[Alarm | None]] = set()
        self._closing = False

    def end_streams(self) -> None:
        """Let everybody who watches go."""
        self._closing = True
        for listener in self._listeners:
            if not listener.full():
                listener.put_nowait(None)
        self._ring_bell()

    async def changed(self, seconds: float) -> bool:
        """Wait until something has changed, at most so long; True when it has."""
        bell = self._bell
        try:
            async with asyncio.timeout(seconds):
                await bell.wait()
        except TimeoutError:
            return False
        return True

    async def boards(self, board: Callable[[], Any]) -> AsyncIterator[Any]:
        """The board now, soon when something changes, at most every 20 ms, and at least every 2 s."""
        loop = asyncio.get_running_loop()
        while not self._closing:
            seen, told = self._changes, loop.time()
            yield board()
            if seen == self._changes:
                await self.changed(BOARD_S)
            await asyncio.sleep(max(SEND_FIRST_S, COALESCE_S - (loop.time() - told)))

    async def rings(self) -> AsyncIterator[Alarm | None]:
        """Each alarm at the moment when it rings: a desk with a thousand notices must not wait for its board.

        None at least every 2 s, so that both ends notice when the other one is gone.
        """
        rung: asyncio.Queue[Alarm | None] = asyncio.Queue(RINGS_WAITING_MAX)
        self._listeners.add(rung)
        try:
            while not self._closing:
                try:
                    yield await asyncio.wait_for(rung.get(), BOARD_S)
                except TimeoutError:
                    yield None
        finally:
            self._listeners.discard(rung)

    def _on_ring(self, alarm: Alarm) -> None:
        for listener in self._listeners:
            if not listener.full():  # who does not listen sees it on the board
                listener.put_nowait(alarm)

    def _ring_bell(self) -> None:
        self._changes += 1
        bell, self._bell = self._bell, asyncio.Event()
        bell.set()
