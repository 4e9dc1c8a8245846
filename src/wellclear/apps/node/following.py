"""The node that follows its host: it reads the stream, asks for what the stream lacks, and takes a long run in pieces.

Whatever comes is handed to `core`, which believes nothing for its coming from there. A node that has missed much takes
it a piece at a time, with turns for everything else between: it rings and answers while it catches up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from wellclear.apps.node.comparing import Comparing
from wellclear.apps.node.core import NodeCore
from wellclear.apps.node.vouching import BACKOFF_S, LOG
from wellclear.domain.reasons import Reason
from wellclear.edges.client import Event, HostClient
from wellclear.edges.peers import Peers
from wellclear.errors import Equivocation, Malformed, Misconfigured, Refused, Unavailable, Unverified, WellclearError

FILL_LEAVES: Final = 2_048
"""So many leaves are asked for at once."""
TURNS_BETWEEN: Final = 16
"""So often does everything else take its turn before the next piece of a long run: an answer takes several."""
OUTSIDE_BACK: Final = 1_024
"""After a halt, so many leaves before the last known ones are looked at again, for what was said in another history."""


class Following(Comparing):
    """The part of the service that follows the host's log; arguments as `NodeService`."""

    def __init__(self, core: NodeCore, client: HostClient, peers: Peers | None) -> None:
        super().__init__(core, client, peers)
        self.link_words = "not yet connected"
        self._wake_taker = asyncio.Event()
        self._shown_to = 0

    # The stream.

    async def _follow(self) -> None:
        tries = 0
        while self.core.state != "left":  # there is nothing more to come
            try:
                halted, back = self.core.state == "halted", False
                self.core.unread.connected(self.core.clock.monotonic_us())
                async for event in self.client.events(self._next_leaf()):
                    tries = 0
                    self.link_words = "the host's stream is open"
                    if not back:
                        back = True
                        self.core.parts.host_is_back(self.core.clock.monotonic_us())
                        self.core.stating.host_is_back()
                    self.core.turned_away = ""
                    self.core.unread.reads(self.core.clock.monotonic_us())
                    await self._take(event)
                    self.core.unread.has_taken(self.core.clock.monotonic_us())
                    if self.core.state == "left":
                        break
                    if not halted and self.core.state == "halted":
                        break  # and again from earlier on: another history may have said something there
                    self.core.check_key()
            except WellclearError as error:
                self.core.check_key()  # there is no use in trying again
                self.link_words = str(error)
                gone = isinstance(error, Refused) and error.reason == Reason.KEY_NOT_LIVE
                self.core.turned_away = (
                    error.why[:200] if isinstance(error, Refused) and gone else self.core.turned_away
                )
                LOG.warning("the host's stream ended: %s", error)
            self._after()
            await asyncio.sleep(BACKOFF_S[min(tries, len(BACKOFF_S) - 1)])
            tries += 1

    def _next_leaf(self) -> int:
        """From where on the host is to show its log. After a halt some leaves are seen twice, rather than missed.

        A history that leaves ours is to be seen whole, from the stream as well: to a party that has left, the host
        shows nothing else, and no longer piece by piece.
        """
        size = self.core.follower.size
        if self.core.state == "halted":
            return max(0, max(size, self._shown_to) - OUTSIDE_BACK)
        gap = self.core.follower.wants()
        return size if gap is None else min(size, gap[0])

    async def _take(self, event: Event) -> None:
        if not event.note:
            self._told(event)
            return
        self._shown_to = event.start + len(event.leaves) if event.leaves else self._shown_to
        self._hear(event.note, event.start, event.leaves)
        gap = self.core.follower.wants()
        if gap is not None:
            await self._fill(*gap)
        if self.core.wants_look:
            await self._look()

    async def _look(self) -> None:
        """Ask how long the log is by now, for what comes after that is fresh. The answer is the host's word as any."""
        try:
            note = await self.client.checkpoint()
            self.core.looked(note)
        except WellclearError as error:
            LOG.warning("the host does not tell how long its log is: %s", error)
        else:
            self._hear(note)

    def _hear(self, note: bytes, start: int = 0, leaves: Sequence[bytes] = ()) -> None:
        try:
            self.core.hear(note, start, leaves)
        except Equivocation as found:
            self._halt(found)
        except (Malformed, Unverified) as error:
            self.link_words = f"what the host sent does not verify: {error}"
            LOG.warning("thrown away: %s", error)
        except (Unavailable, Misconfigured) as error:
            self._not_stored(error)
        self._after()

    # What the stream did not bring, or brought all at once.

    async def _fill(self, start: int, end: int) -> None:
        """Ask for leaves that the stream did not bring, or that did not fit."""
        try:
            for first in range(start, end, FILL_LEAVES):
                last = min(first + FILL_LEAVES, end)
                self.core.follower.give(first, await self.client.leaves(first, last, end))
            if not self.core.taking:
                self.core.take()
        except Equivocation as found:
            self._halt(found)
        self._after()

    async def _go_on(self) -> None:
        """Take the rest of a long run, a piece at a time; a node that catches up stays alive."""
        while True:
            await self._wake_taker.wait()
            self._wake_taker.clear()
            while self.core.taking:
                for _ in range(TURNS_BETWEEN):
                    await asyncio.sleep(0)
                try:
                    self.core.take()
                except Equivocation as found:
                    self._halt(found)
                except (Unavailable, Misconfigured) as error:
                    self._not_stored(error)
                self._after()
