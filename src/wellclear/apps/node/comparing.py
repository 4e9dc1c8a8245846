"""The node that compares pictures: it posts what it states, and asks others for what a search still lacks.

Everything goes by the host, so that nodes that can only call out compare as well; and at once past it, where the other
nodes can be reached. Whoever brings a statement, its signature shows whose it is.
"""

from __future__ import annotations

import asyncio
from typing import Final

from wellclear.apps.node.core import NodeCore
from wellclear.apps.node.vouching import BACKOFF_S, LOG, TICK_S, Vouching, woken
from wellclear.channel.pictures import agreed_size
from wellclear.edges.client import Event, HostClient
from wellclear.edges.peers import Peers
from wellclear.errors import Malformed, Misconfigured, Refused, Unavailable, Unverified, WellclearError

_FINAL: Final = (Malformed, Unverified, Refused)


class Comparing(Vouching):
    """The part of the service that carries picture statements; arguments as `NodeService`."""

    def __init__(self, core: NodeCore, client: HostClient, peers: Peers | None) -> None:
        super().__init__(core, client, peers)
        self._wake_comparer = asyncio.Event()

    async def _compare(self) -> None:
        tries = 0
        while self.core.state != "left":
            await woken(self._wake_comparer, TICK_S)
            try:
                await self._state_once()
                await self._ask_once()
                tries = 0
            except WellclearError as error:
                LOG.warning("pictures are not compared: %s", error)
                await asyncio.sleep(BACKOFF_S[min(tries, len(BACKOFF_S) - 1)])
                tries += 1

    async def _state_once(self) -> None:
        """Post everything that is to be stated; what the host will never take is not posted again."""
        stating = self.core.stating
        while self.core.state != "halted" and (note := stating.next(self.core.picture)) is not None:
            try:
                await self.client.state(note)
            except _FINAL as error:
                LOG.warning("the host does not take our picture statement: %s", error)
            stating.posted(note)

    async def _ask_once(self) -> None:
        """Ask for the statements that searches lack now; what is not answered at once may come on the stream."""
        while self.core.state != "halted" and (due := self.core.stating.due(self.core.clock.monotonic_us())):
            for party, size in due:
                self._hear_statement(await self._asked_of_host(party, size))
                await self._ask_peers(size)

    async def _asked_of_host(self, party: str, size: int) -> bytes:
        try:
            return await self.client.statement(party, size)
        except _FINAL as error:
            LOG.warning("the host has no statement of %s over %d entries: %s", party, size, error)
            return b""

    async def _ask_peers(self, size: int) -> None:
        """What the nodes that we can reach state of a size, whoever they are; while a search goes on, all of them."""
        for url in self.peers.urls if self.peers is not None and size else ():
            if self.core.stating.searching or self._stating_nothing.due(url, self.core.clock.monotonic_us()):
                await self._ask_peer(url, size)

    async def _ask_peer(self, url: str, size: int) -> None:
        try:
            assert self.peers is not None, "its addresses were read"
            note = await self.peers.statement(url, size)
        except WellclearError as error:
            if self._stating_nothing.failed(url, self.core.clock.monotonic_us()):
                LOG.warning("no statement came from %s: %s. It is asked less often until one comes", url, error)
            return
        if self._stating_nothing.answered(url):
            LOG.warning("%s states its picture again", url)
        self._hear_statement(note)

    async def _exchanged(self) -> None:
        await self._ask_peers(agreed_size(self.core.stating.digests.size))

    def _told(self, event: Event) -> None:
        """An event of the host's stream that is about pictures."""
        if event.asked:
            self.core.stating.asked(self.core.picture, event.asked, self.core.clock.monotonic_us())
        self._hear_statement(event.statement)
        self._wake_comparer.set()

    def _hear_statement(self, note: bytes) -> None:
        if not note:
            return
        try:
            self.core.hear_statement(note)
        except (Malformed, Unverified) as error:
            LOG.warning("a picture statement was thrown away: %s", error)
        except (Unavailable, Misconfigured) as error:
            self._not_stored(error)
        self._after()

    def stated(self, size: int) -> bytes | None:
        """Our statement of a size for who asks directly; None where there is none now."""
        if self.core.state in ("halted", "left"):
            return None
        return self.core.stating.answer(self.core.picture, size, self.core.clock.monotonic_us())
