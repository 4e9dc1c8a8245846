"""A member without a node: it sends to the host and reads from it itself, so what it is told nobody has filtered.

It alone links with its key, and sends the same bytes until they are answered. So every refusal of a link is a fault.
"""

from __future__ import annotations

import asyncio
import random
import threading
from typing import Final

import httpx

from wellclear.channel.composing import Chain, link
from wellclear.channel.submission import Frame, check_answers, encode_frames
from wellclear.domain.canonical import b64
from wellclear.domain.parts import Message
from wellclear.edges.client import HostClient
from wellclear.edges.clock import SystemClock
from wellclear.errors import Malformed, Unavailable, Unverified, WellclearError
from wellclear.log.checkpoint import Checkpoint
from wellclear.log.merkle import leaf_hash
from wellclear.testing.processes.founding import OUTSIDER, PARTIES
from wellclear.testing.processes.record import Record, now_us
from wellclear.testing.sketch import Sketch
from wellclear.testing.world.ledger import Proof

AGAIN_S: Final = 0.1
FRAMES_MAX: Final = 6
OCTETS: Final = {"Content-Type": "application/octet-stream"}


class Outsider(threading.Thread):
    """Its author and its reader, on one thread; `leaves` is the log as it was shown, `found` what may not be so."""

    def __init__(self, sketch: Sketch, url: str, record: Record, ending: threading.Event, dice: random.Random) -> None:
        super().__init__(name="outsider", daemon=True)
        self.sketch, self.url, self.record, self.ending, self.dice = sketch, url, record, ending, dice
        self.party = sketch.parties[OUTSIDER]
        self.leaves = list(sketch.leaves)
        self.found: list[str] = []
        self.fault: BaseException | None = None
        self.quiet = threading.Event()
        """Set when it should begin nothing more."""
        self._chain = self.party.chains.get("node", Chain(0, None))
        self._head = len(sketch.leaves), sketch.tree.root(len(sketch.leaves))

    def run(self) -> None:
        """Until the run ends; what should not happen is kept in `fault`."""
        try:
            asyncio.run(self._live())
        except BaseException as error:
            self.fault = error
            raise

    async def _live(self) -> None:
        reading = asyncio.create_task(self._read())
        await self._write()
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)

    # Writing.

    async def _write(self) -> None:
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as http:
            while not self.ending.is_set() and not self.found:
                if self.quiet.is_set():
                    await asyncio.sleep(AGAIN_S)
                    continue
                frames = [self._frame() for _ in range(self.dice.randint(1, FRAMES_MAX))]
                with self.record.in_flight(OUTSIDER):
                    await self._send(http, frames)
                await asyncio.sleep(self.dice.uniform(0.05, 0.4))

    async def _send(self, http: httpx.AsyncClient, frames: list[Frame]) -> None:
        """The same bytes, until they are answered or the run ends."""
        while not await self._sent(http, frames):
            if self.ending.is_set():
                return
            await asyncio.sleep(AGAIN_S)

    def _frame(self) -> Frame:
        to = self.dice.choice(PARTIES)
        text = f"from outside {self._chain.seq}"
        self.sketch.now_us = now_us()
        group = Message(group="message", language="en", text=text)
        composed = self.sketch.compose(
            "message", OUTSIDER, desk=self.party.desk, to=[f"{to}/OPS"], id=self.party.next_id(),
            told=self.sketch.told([group], [to]),
        )  # fmt: skip
        by = self.sketch.watched(composed)
        leaf = link(composed.act, by, self.party.key("node"), self._chain, self._head, self.sketch.now_us)
        self._chain = self._chain.next(leaf_hash(leaf))
        return Frame(leaf, composed.sent)

    async def _sent(self, http: httpx.AsyncClient, frames: list[Frame]) -> bool:
        """Whether the host has answered for all of them."""
        try:
            answer = await http.post("/submit", content=encode_frames(frames), headers=OCTETS)
        except httpx.HTTPError:
            return False
        if answer.status_code != 200:
            self.record.count(f"told by the host: status {answer.status_code}")
            return False
        host = self.sketch.parties[self.sketch.host]
        hashes = [leaf_hash(frame.leaf) for frame in frames]
        try:
            checkpoint, fates = check_answers(
                answer.content, hashes, self.sketch.origin, host.key("log").public_key, host.key("sequencer").public_key
            )
        except (Malformed, Unverified) as error:
            self.found.append(f"the host's answer does not hold: {error}")
            return True
        for fate in fates:
            if fate.refusal is not None:
                self.found.append(f"the host refused what is next of its key: {fate.refusal.reason}")
            elif fate.index is not None:
                self.record.proved(self._proof(fate.leaf_hash, fate.index, checkpoint))
        return True

    @staticmethod
    def _proof(leaf: bytes, index: int, checkpoint: Checkpoint) -> Proof:
        size, root = checkpoint.size, b64(checkpoint.root)
        return Proof(OUTSIDER, b64(leaf), index, size, root, now_us(), checkpoint.origin)

    # Reading.

    async def _read(self) -> None:
        client = HostClient(self.url, self.sketch.channel, self.party.key("node"), SystemClock())
        async with client:
            while True:
                try:
                    async for event in client.events(len(self.leaves)):
                        if not event.note:
                            continue  # about pictures, which it has none of
                        self.record.notes.append(event.note)
                        self._take(event.start, event.leaves)
                except Unavailable:
                    self.record.count("streams of the host cut off")
                except WellclearError as error:
                    self.record.count(f"told by the host: {type(error).__name__}")
                await asyncio.sleep(AGAIN_S)

    def _take(self, start: int, leaves: tuple[bytes, ...]) -> None:
        for index, leaf in enumerate(leaves, start):
            if index == len(self.leaves):
                self.leaves.append(leaf)
            elif index > len(self.leaves):
                self.found.append(f"the host's stream goes from {len(self.leaves)} on to {index}")
            elif self.leaves[index] != leaf:
                self.found.append(f"the host shows another entry {index} than before")
