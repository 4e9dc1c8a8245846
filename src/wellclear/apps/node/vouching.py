"""The node towards other witnesses: it posts what it cosigns, and exchanges the host's notes with other nodes."""

from __future__ import annotations

import asyncio
import logging
from abc import abstractmethod
from collections.abc import Awaitable
from contextlib import suppress
from typing import Final

from wellclear.apps.node.core import NodeCore
from wellclear.apps.node.silent_peers import SilentPeers
from wellclear.apps.node.telling import Telling
from wellclear.edges.client import HostClient
from wellclear.edges.peers import Peers
from wellclear.errors import Equivocation, Malformed, Misconfigured, Unavailable, Unverified, WellclearError
from wellclear.log.witness import Answer, parse_request

LOG: Final = logging.getLogger("wellclear.node")
TICK_S: Final = 0.25
BACKOFF_S: Final = (0.1, 0.5, 1.0, 2.0, 5.0)
PAUSE_S: Final = 0.05
"""From one cosignature to the next, so that a log under load is not synced to the own disk twice as often as before."""
FIRST_S: Final = 0.02
"""So long at most does what is fetched wait for a cosignature that is on its way: all parties wait for that one."""
EXCHANGE_S: Final = 10.0
"""So often notes are exchanged with other nodes, if there is no reason to do it at once."""


class Vouching(Telling):
    """The half of the service that faces other witnesses; arguments as `NodeService`."""

    def __init__(self, core: NodeCore, client: HostClient, peers: Peers | None) -> None:
        super().__init__()
        self.core, self.client, self.peers = core, client, peers
        self._wake_witness, self._vouched = asyncio.Event(), asyncio.Event()
        self._vouched.set()
        self._showing_nothing, self._stating_nothing = SilentPeers(), SilentPeers()

    @abstractmethod
    def _halt(self, found: Equivocation) -> None:
        """The host is convicted."""

    @abstractmethod
    def _not_stored(self, error: WellclearError) -> None:
        """The store would not take it."""

    @abstractmethod
    def _after(self) -> None:
        """Wake whoever has something to do now."""

    @abstractmethod
    async def _exchanged(self) -> None:
        """Notes were exchanged with other nodes; what else is to be asked of them goes now."""

    # Cosigning.

    async def _witness(self) -> None:
        """Store and post the own cosignature of what was followed; nothing waits for it, here or anywhere."""
        tries, loop = 0, asyncio.get_running_loop()
        while self.core.witnessing.able and self.core.state != "left":
            await woken(self._wake_witness, TICK_S)
            began_s = loop.time()
            try:
                note = self._cosigned()
                if note is None:
                    continue
                await self._post(note)
                tries = 0
                await asyncio.sleep(PAUSE_S - (loop.time() - began_s))
            except WellclearError as error:  # of a full disk as well: it is tried again later, and not at once
                LOG.warning("our cosignature is not with the host: %s", error)
                await asyncio.sleep(BACKOFF_S[min(tries, len(BACKOFF_S) - 1)])
                tries += 1

    async def _post(self, note: bytes) -> None:
        self._vouched.clear()
        try:
            await self.client.cosigned(note)
        finally:
            self._vouched.set()
        self.core.witnessing.posted(note)

    async def _vouching(self) -> None:
        """Come back once no cosignature is on its way to the host, or soon: a host that is slow delays little else."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FIRST_S):
                await self._vouched.wait()

    def _cosigned(self) -> bytes | None:
        """The note to post now, if there is one; raises `Unavailable` or `Misconfigured` where it was not stored."""
        try:
            return self.core.to_cosign()
        except Equivocation as found:
            self._halt(found)
            self._after()
            return None
        except (Unavailable, Misconfigured) as error:
            self._not_stored(error)
            self._after()
            raise

    # Other nodes, past the host.

    async def _exchange(self) -> None:
        """Show our newest note to every node that we can reach, and hear theirs: at once when heads differ."""
        loop, due_s = asyncio.get_running_loop(), 0.0
        while self.peers is not None:
            await asyncio.sleep(TICK_S)
            if not self.core.wants_exchange and loop.time() < due_s:
                continue
            self.core.wants_exchange, due_s = False, loop.time() + EXCHANGE_S
            word = self.core.witnessing.word(self.core.follower)
            for url in self.peers.urls if word is not None else ():
                assert word is not None, "there is something to show"
                await self._exchange_with(self.peers, url, word)
            await self._exchanged()

    async def _exchange_with(self, peers: Peers, url: str, word: bytes) -> None:
        try:
            theirs = await peers.exchange(url, word)
            if theirs:
                self.hear_peer(theirs)
        except WellclearError as error:  # it is tried again as often: this is how a host is convicted
            if self._showing_nothing.failed(url, self.core.clock.monotonic_us()):
                LOG.warning("no note was exchanged with %s: %s", url, error)
        else:
            if self._showing_nothing.answered(url):
                self._stating_nothing.answered(url)  # it was not there at all: now it is asked at once
                LOG.warning("notes are exchanged with %s again", url)

    def hear_peer(self, word: bytes) -> None:
        """What another node hands over. It halts this one by two notes under the host's key, and by nothing else.

        Raises:
            Malformed, Unverified: it is neither a note of the host nor evidence against it.
        """
        try:
            self.core.hear_peer(word)
        except Equivocation as found:
            self._halt(found)
        except (Unavailable, Misconfigured) as error:
            self._not_stored(error)
        self._after()

    def exchanged(self, word: bytes) -> bytes:
        """Hear another node's word, and give ours; raises as `hear_peer`."""
        if word:
            self.hear_peer(word)
        return self.core.witnessing.word(self.core.follower) or b""

    def add_checkpoint(self, body: bytes) -> tuple[Answer, bytes]:
        """The answer to C2SP's add-checkpoint, and its body; raises `Unavailable` where the store would not keep it."""
        try:
            request = parse_request(body)
        except Malformed as error:
            return Answer.MALFORMED, str(error).encode()
        with suppress(Malformed, Unverified):
            self.hear_peer(request.note)
        try:
            if self.core.state != "halted":
                return self.core.witnessing.add_checkpoint(request, self.core.follower, self.core.now_us)
        except Equivocation as found:
            self._halt(found)
        return Answer.NOT_SIGNED, b"this log is not believed here: its key has signed two histories"


async def woken(event: asyncio.Event, seconds: float) -> None:
    """Until the event is set, or so long; it is clear afterwards."""
    waiting: Awaitable[object] = event.wait()
    try:
        async with asyncio.timeout(seconds):
            await waiting
    except TimeoutError:
        return
    finally:
        event.clear()
