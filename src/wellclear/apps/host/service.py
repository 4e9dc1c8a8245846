"""The host at work: entries in, one durable order out (natural group commit), and what readers ask for.

One committer takes all that is pending as soon as the last commit is done. Signatures of long submissions are verified
on a second thread and commits happen on a third; everything that decides anything happens on the event loop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Container
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Final

from wellclear.apps.host.audiences import Audiences
from wellclear.apps.host.cosignatures import CosignatureAnswer, Cosignatures
from wellclear.apps.host.departures import Departures
from wellclear.apps.host.events import EventStream, Followers, alive_event, cosigned_event, log_event, stated_event
from wellclear.apps.host.statements import Statements
from wellclear.channel.admission import Examined, examine
from wellclear.channel.policy import cosigner_name
from wellclear.channel.requests import reader_of
from wellclear.channel.sequencer import Batch, Sequencer
from wellclear.channel.submission import Answer, Answers, Frame, decode_frames
from wellclear.domain import canonical
from wellclear.domain.canonical import b64
from wellclear.domain.reasons import Reason
from wellclear.edges.clock import Clock
from wellclear.edges.promise import Promise
from wellclear.edges.store import Store
from wellclear.errors import Malformed, Misconfigured, Refused, Unavailable
from wellclear.log.checkpoint import cosign, merge_signatures
from wellclear.log.ed25519 import Signer
from wellclear.log.tiles import Tile, encode_bundle, hash_tile
from wellclear.watch.clock import time_due
from wellclear.watch.duties import DutyBook

LOG: Final = logging.getLogger("wellclear.host")
COSIGN_EVERY_S: Final = 4
INLINE_FRAMES: Final = 4
"""So many signatures are verified at once; for more, a hop to another thread costs less than it holds others up."""
BAD_FRAMES_MAX: Final = 8
"""After so many leaves that do not verify, the rest of a submission is not looked at."""
BACKLOG_LEAVES: Final = 256
RETRY_S: Final = 1.0
TICK_S: Final = 0.5
ALIVE_EVERY_TICKS: Final = 4


class HostService:
    """Build it with `starting.open_host`; run it between `start` and `stop`."""

    def __init__(
        self,
        store: Store,
        promise: Promise,
        sequencer: Sequencer,
        audiences: Audiences,
        departures: Departures,
        *,
        clock: Clock,
        cosigner: Signer | None,
    ) -> None:
        self.store, self.sequencer, self.clock = store, sequencer, clock
        self.followers = Followers()
        self.on_fatal: Callable[[], None] = lambda: None
        self._promise, self._audiences, self._cosigner = promise, audiences, cosigner
        self.departures = departures
        self._duties = DutyBook(sequencer.picture)
        self._wake = asyncio.Event()
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []
        self._failing: Unavailable | None = None
        self._stop_reported = False
        self._cosigned = (b"", b"", 0)
        self._cosignatures = Cosignatures()
        self.statements = Statements(self.followers, sequencer, clock)
        self._disk = ThreadPoolExecutor(1, "disk")
        self._verifier = ThreadPoolExecutor(1, "verifier")
        self._tasks: list[asyncio.Task[None]] = []

    # Life.

    def start(self) -> None:
        """Begin to commit and to keep the followers awake."""
        for work in (self._commit_for_ever(), self._keep_alive()):
            task = asyncio.create_task(work)
            task.add_done_callback(self._on_end)
            self._tasks.append(task)

    async def stop(self) -> None:
        """Finish the commit in flight, send everybody away, and give the files back."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._release(Unavailable("this host", "is stopping", retry_after_s=5))
        self.followers.close()
        self._disk.shutdown()
        self._verifier.shutdown(cancel_futures=True)
        self.close()

    def close(self) -> None:
        """Give the files back; of a host that was never started, all that there is to do."""
        self.store.close()
        self._promise.close()

    def _on_end(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            LOG.critical("a part of the host died, so it stops", exc_info=error)
            self.sequencer.stop(Misconfigured("this host", f"a part of it died: {error!r}"))
            self._release(Unavailable("this host", "is stopping"))
            self.on_fatal()

    # Writing.

    async def submit(self, body: bytes) -> bytes:
        """The JSON answer to a submission, once everything in it that can be logged is on the disk.

        Raises:
            Malformed: no frames, or too many leaves that do not verify.
            Unavailable: not now; what was taken is answered with its proof when it is sent again.
        """
        frames = decode_frames(body)
        keys = self.sequencer.pending_picture.keys
        if len(frames) <= INLINE_FRAMES:
            examined = examine_all(frames, keys)
        else:
            loop = asyncio.get_running_loop()
            examined = await loop.run_in_executor(self._verifier, examine_all, frames, keys)
        if self._failing is not None:
            raise self._failing
        fates = self._admit_all(examined)
        last = max((fate for fate in fates if isinstance(fate, int)), default=-1)
        if last >= self.sequencer.size:
            await self._wait_for(last)
        answers = [
            fate if isinstance(fate, Answer) else self.sequencer.answer(fate, one.leaf_hash)
            for fate, one in zip(fates, examined, strict=True)
        ]
        return canonical.encode(Answers(checkpoint=self.checkpoint().decode("utf-8"), answers=answers))

    def _admit_all(self, examined: list[Examined]) -> list[int | Answer]:
        now_us = self.clock.now_us()
        try:
            return [self.sequencer.admit(one, now_us) for one in examined]
        except Unavailable:
            if self.sequencer.stopped is not None:
                self._report_stop()
            raise
        finally:
            self._wake.set()

    def _wait_for(self, index: int) -> asyncio.Future[None]:
        future = asyncio.get_running_loop().create_future()
        self._waiters.append((index, future))
        return future

    async def _commit_for_ever(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while (batch := self.sequencer.batch()) is not None:
                await self._commit(batch)

    async def _commit(self, batch: Batch) -> None:
        loop = asyncio.get_running_loop()
        storing = loop.run_in_executor(self._disk, self._put_on_disk, batch)
        try:
            await asyncio.shield(storing)
        except asyncio.CancelledError:
            await asyncio.wait([storing])
            raise
        except Misconfigured as error:
            self.sequencer.stop(error)
            self._report_stop()
        except Unavailable as error:
            dropped = self.sequencer.failed(batch)
            LOG.error("a batch of %d at %d is not on the disk: %s", len(batch.leaves), batch.start, error)
            self._failing = None if dropped else error
            self._release(error)
            await asyncio.sleep(RETRY_S)
        else:
            self._on_commit(batch)

    def _put_on_disk(self, batch: Batch) -> None:
        """On the disk's own thread. A commit that reports an error may have taken effect, so look before it counts."""
        if not self._holds(batch):
            try:
                self.store.append(batch.start, batch.leaves, batch.parts, batch.seal)
            except Unavailable:
                if not self._holds(batch):
                    raise
        self._promise.keep(batch.size)

    def _holds(self, batch: Batch) -> bool:
        return batch.note is not None and self.store.size() == batch.size and self.store.checkpoint() == batch.note

    def _on_commit(self, batch: Batch) -> None:
        keys = self.sequencer.picture.keys
        self.sequencer.committed(batch)
        self._failing = None
        for logged, step in zip(batch.logged, batch.steps, strict=True):
            self._audiences.take(logged)
            self.departures.take(logged, step)
            self._duties.apply(step, logged.entry)
        if self.sequencer.picture.keys is not keys:
            self.followers.keep_only(self._may_read, lambda key: self._farewell_in(batch, key))
        waiting, self._waiters = self._waiters, []
        for index, future in waiting:
            if index >= batch.size:
                self._waiters.append((index, future))
            elif not future.done():
                future.set_result(None)
        if len(self.followers):
            self.followers.publish(log_event(batch.start, batch.leaves, self.checkpoint()))
        if self.sequencer.stopped is not None:
            self._report_stop()

    def _release(self, error: Unavailable) -> None:
        waiting, self._waiters = self._waiters, []
        for _, future in waiting:
            if not future.done():
                future.set_exception(error)

    def _report_stop(self) -> None:
        if not self._stop_reported:
            LOG.critical("the log has stopped: %s", self.sequencer.stopped)
        self._stop_reported = True
        self._release(Unavailable("this log", f"has stopped: {self.sequencer.stopped}"))

    # Reading.

    def status(self) -> dict[str, str | int]:
        """What anybody may know who finds the address."""
        picture = self.sequencer.picture
        assert picture.host is not None, "the genesis names the host"
        return {
            "software": f"wellclear {version('wellclear')}",
            "channel": picture.channel,
            "origin": picture.host.origin,
            "size": self.sequencer.size,
            "exercise": "yes" if picture.exercise else "no",
            "state": "stopped" if self.sequencer.stopped is not None else "running",
        }

    def checkpoint(self) -> bytes:
        """The newest note with the host's own cosignature, made anew after four seconds, and those of the parties."""
        note, now_s = self.sequencer.note, self.clock.now_us() // 1_000_000
        picture = self.sequencer.picture
        of_note, cosigned, at_s = self._cosigned
        if of_note != note or not 0 <= now_s - at_s < COSIGN_EVERY_S:
            lines = self._cosignatures.lines(picture, self.sequencer.size)
            if self._cosigner is not None and picture.host is not None:
                lines.append(cosign(note, cosigner_name(picture.host.party), self._cosigner, now_s))
            cosigned = merge_signatures(note, lines)
            self._cosigned = (note, cosigned, now_s)
        return cosigned

    def take_cosignature(self, note: bytes) -> CosignatureAnswer:
        """A party's node has cosigned: keep what is news, and tell all who follow. Raises as `Cosignatures.take`."""
        picture, tree, clock = self.sequencer.picture, self.sequencer.tree, self.clock
        checkpoint, news = self._cosignatures.take(note, picture, tree, clock.now_us(), clock.monotonic_us())
        if news and self.sequencer.stopped is None:
            lines = [one.line for one in news]
            if checkpoint.size == self.sequencer.size:
                now = merge_signatures(self.checkpoint(), lines)
                self._cosigned = (self.sequencer.note, now, self._cosigned[2])
                self.followers.publish(cosigned_event(now))
            else:
                self.followers.publish(cosigned_event(merge_signatures(self.sequencer.note_at(checkpoint.size), lines)))
        return CosignatureAnswer(size=checkpoint.size, news="yes" if news else "no")

    async def tile(self, tile: Tile) -> bytes:
        """The bytes of a tile; raises `InvalidValue` when the log is too small for it."""
        if tile.level is not None:
            return hash_tile(self.sequencer.tree, tile)
        end = tile.start + tile.width
        self.sequencer.tree.nodes(0, tile.start, end)
        return encode_bundle(await asyncio.to_thread(self.store.leaves, tile.start, end))

    def may_read(self, sha_hex: str, party: str) -> bool:
        """Whether the log's headers name the party for this part."""
        return self._audiences.includes(b64(bytes.fromhex(sha_hex)), party)

    async def part(self, sha_hex: str) -> bytes | None:
        """A part's stored bytes; None when it was deleted by retention."""
        return await asyncio.to_thread(self.store.part, b64(bytes.fromhex(sha_hex)))

    async def read(self, path: Path) -> bytes:
        """A file of the home directory.

        Raises:
            Unavailable: it cannot be read.
        """
        try:
            return await asyncio.to_thread(path.read_bytes)
        except OSError as error:
            raise Unavailable(str(path), f"cannot be read: {error.strerror}") from error

    def events(self, party: str, key: str, size: int) -> EventStream:
        """Everything from index `size` on, for a member that has what is before it, as long as its key may read.

        A party that has left is shown what it lacks up to the entry by which it left, under a note over exactly that.

        Raises:
            Unavailable: too many streams, or the member shows that this log is an old copy.
            Refused: its party has left, and it has all that is for it.
        """
        gone = self.departures.of(key)
        if gone is not None:
            return self._farewell(party, key, size, gone[1])
        try:
            self.sequencer.claimed_size(party, size)
        except Unavailable:
            self._report_stop()
            raise
        follower = self.followers.add(party, key)
        backlog = self._backlog(size, self.sequencer.size, self.statements.on_connect(party))
        return EventStream(self.followers, follower, backlog)

    def _farewell(self, party: str, key: str, size: int, end: int) -> EventStream:
        if size >= end:
            raise Refused(Reason.KEY_NOT_LIVE, f"{party} has left this channel with entry {end - 1}")
        note = self.sequencer.note_at(end)
        follower = self.followers.add(party, key)
        follower.end()
        return EventStream(self.followers, follower, self._leaves(size, end, lambda: note))

    def _farewell_in(self, batch: Batch, key: str) -> bytes:
        """The last event for a key whose party leaves in this batch; empty for one that was revoked or replaced."""
        gone = self.departures.of(key)
        if gone is None or gone[1] <= batch.start or self.sequencer.stopped is not None:
            return b""
        return log_event(batch.start, batch.leaves[: gone[1] - batch.start], self.sequencer.note_at(gone[1]))

    def _may_read(self, key: str) -> bool:
        try:
            reader_of(self.sequencer.picture, key)
        except Refused:
            return False
        return True

    async def _backlog(self, start: int, end: int, stated: list[bytes]) -> AsyncIterator[bytes]:
        async for event in self._leaves(start, end, self.checkpoint):
            yield event
        yield alive_event(self.checkpoint())
        for note in stated:
            yield stated_event(note)

    async def _leaves(self, start: int, end: int, note: Callable[[], bytes]) -> AsyncIterator[bytes]:
        while start < end:
            leaves = await asyncio.to_thread(self.store.leaves, start, min(start + BACKLOG_LEAVES, end))
            yield log_event(start, leaves, note())
            start += len(leaves)

    async def _keep_alive(self) -> None:
        while True:
            for _ in range(ALIVE_EVERY_TICKS):
                self.tick()
                await asyncio.sleep(TICK_S)
            self.followers.publish(alive_event(self.checkpoint()))

    def tick(self) -> None:
        """The host's clock duty: say what time it is when an open due instant waits for its clock (R2)."""
        picture, now_us = self.sequencer.pending_picture, self.clock.now_us()
        assert picture.host is not None, "the genesis names the host"
        if self._failing is None and time_due(picture, picture.host.party, now_us, self._duties.open_instants):
            self.sequencer.tell_time(now_us)
            self._wake.set()


def examine_all(frames: list[Frame], keys: Container[str]) -> list[Examined]:
    """Every frame examined, those of unknown keys without a look at their signature.

    Raises:
        Malformed: too many do not verify; who sends those gets no more of our time.
    """
    found: list[Examined] = []
    bad = 0
    for number, frame in enumerate(frames):
        found.append(examine(frame, keys))
        bad += found[-1].fault in (Reason.BAD_SIGNATURE, Reason.BAD_ENVELOPE, Reason.UNKNOWN_KEY)
        if bad > BAD_FRAMES_MAX:
            raise Malformed("submission", f"entry {number}", "too many entries that do not verify; look at your node")
    return found
