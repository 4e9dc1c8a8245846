"""The node at work: it carries bytes between the host and `core`, and wakes whoever waits for a change.

Eight tasks on one event loop: follow the host's stream, take what is proven of it, send what is linked, fetch parts,
cosign, compare pictures, exchange notes with other nodes, and tick. Everything that decides anything happens in `core`
between two awaits, so no task sees another one's half-done work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from wellclear.apps.node.batches import submissions
from wellclear.apps.node.core import NodeCore
from wellclear.apps.node.following import FILL_LEAVES, Following
from wellclear.apps.node.parts import Wanted
from wellclear.apps.node.vouching import BACKOFF_S, LOG, TICK_S, woken
from wellclear.channel.carrying import CarriedAct, check_passed_on
from wellclear.channel.outbox import Item
from wellclear.channel.submission import Frame, Proven, check_answers, note_of
from wellclear.domain.canonical import unb64
from wellclear.domain.entry import Act, Approval
from wellclear.domain.logged import Remark
from wellclear.edges.client import HostClient
from wellclear.edges.keyring import make_private_directory, write_private
from wellclear.edges.peers import Peers
from wellclear.errors import Equivocation, Misconfigured, Unavailable, WellclearError
from wellclear.log.checkpoint import parse_checkpoint
from wellclear.log.ed25519 import Signer
from wellclear.log.note import parse_note

FETCHES_MAX: Final = 16
"""Parts that are asked for at once; an entry has at most so many."""
SEARCH_LEAVES_MAX: Final = 1 << 20


class NodeService(Following):
    """Build it over a replayed core; run it between `start` and `stop`.

    Args:
        core: the node's state.
        client: the way to its host.
        home: where evidence is written, as `evidence/<hash>.txt`.
        peers: other nodes' witness addresses, with which notes are exchanged.
    """

    def __init__(self, core: NodeCore, client: HostClient, home: Path, peers: Peers | None = None) -> None:
        super().__init__(core, client, peers)
        self.home = home
        self.on_fatal: Callable[[], None] = lambda: None
        self.fault: Misconfigured | None = None
        """Why it had to stop, where only a person can help."""
        self._wake_sender, self._wake_fetcher = asyncio.Event(), asyncio.Event()
        self.lending = asyncio.Lock()
        """Held while a key that is not the node's own links one entry; there is one of each use."""
        core.alarms.on_ring = self._on_ring
        self._tasks: list[asyncio.Task[None]] = []
        self._kept: set[str] = set()
        self._search_end: int | None = None

    # Life.

    def start(self) -> None:
        """Begin to follow, send, fetch and tick."""
        self._keep_evidence()
        facing = (self._follow(), self._send(), self._fetch(), self._witness(), self._compare(), self._exchange())
        for work in (*facing, self._go_on(), self._tick()):
            task = asyncio.create_task(work)
            task.add_done_callback(self._on_end)
            self._tasks.append(task)

    async def stop(self) -> None:
        """End all tasks and give the connections and the store back."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.client.close()
        if self.peers is not None:
            await self.peers.close()
        self.core.store.close()
        self._ring_bell()

    def _on_end(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            if isinstance(error, Misconfigured):
                self.fault = error
                LOG.critical("the node stops: %s", error)
            else:
                LOG.critical("a part of the node died, so it stops", exc_info=error)
            self.on_fatal()

    # What went wrong.

    def _halt(self, found: Equivocation) -> None:
        LOG.critical("halted: %s", found.why)
        self.core.halt(found)
        self._keep_evidence()

    def _not_stored(self, error: WellclearError) -> None:
        """The store would not take it: full, read-only, damaged. An officer is rung; the same bytes come again."""
        self.core.ringing.disk(str(error), self.core.now_us)
        self.core.changed = True
        LOG.error("not stored: %s", error)

    def _keep_evidence(self) -> None:
        """What convicts the host or an author, as files to publish; tried at each tick until they lie there whole."""
        for name, evidence in self.core.evidence_files.items():
            if name in self._kept:
                continue
            path = self.home / name
            try:
                make_private_directory(path.parent)
                if not path.exists():
                    write_private(path, evidence)
                self._kept.add(name)
            except (Unavailable, Misconfigured) as error:
                self._not_stored(error)

    # Sending.

    async def _send(self) -> None:
        tries = 0
        while True:
            await woken(self._wake_sender, TICK_S)
            try:
                sent = await self._send_once()
                tries = 0
            except WellclearError as error:
                self.link_words = str(error)
                LOG.warning("not sent: %s", error)
                await asyncio.sleep(BACKOFF_S[min(tries, len(BACKOFF_S) - 1)])
                tries, sent = tries + 1, False
            if sent:
                self._wake_sender.set()

    async def _send_once(self) -> bool:
        items = self.core.link()
        for batch, frames in submissions(items):
            body = await self.client.submit(frames)
            self.core.answered(batch, body)
            self._hear_answer(body)
            if self.core.chain_lost:
                await self._find_chain(body)
        return bool(items)

    async def _find_chain(self, body: bytes) -> None:
        """The host that convicted itself may show a history where our entries end elsewhere: look backwards for it.

        It may sign any size. So one piece is looked at after each answer, and safety is tried again in between; what is
        longer than the own log by more than `SEARCH_LEAVES_MAX` is no history that anybody could have made.
        """
        size = parse_checkpoint(parse_note(note_of(body)).text).size
        if size > self.core.follower.size + SEARCH_LEAVES_MAX:
            self.link_words = f"the host signs a log of {size} entries, in which nobody can look for our own"
            LOG.warning("not looked for the own chain: %s", self.link_words)
            return
        end = size if self._search_end is None else min(self._search_end, size)
        start = max(0, end - FILL_LEAVES)
        found = self.core.find_chain(await self.client.leaves(start, end, size), first=start == 0)
        self._search_end = None if found else start

    def _hear_answer(self, body: bytes) -> None:
        """The answer's checkpoint is the host's word like any other; its leaves come on the stream."""
        self._hear(note_of(body))

    # Fetching parts.

    async def _fetch(self) -> None:
        while self.core.state != "left":
            await woken(self._wake_fetcher, TICK_S)
            await self._vouching()
            rows = self.core.parts.due(self.core.clock.monotonic_us())
            for start in range(0, len(rows), FETCHES_MAX):
                chunk = rows[start : start + FETCHES_MAX]
                came = await asyncio.gather(*map(self._fetch_one, chunk))
                self._take_parts(chunk, came)
            if rows:
                self._tick_core()
            await self._fetch_outside()

    async def _fetch_outside(self) -> None:
        outside, mono_us = self.core.outside, self.core.clock.monotonic_us
        for row in outside.due(mono_us()):
            outside.came(row, await self._fetch_one(row), mono_us())
            self.core.changed = True
            self._after()  # only now: it wakes this very task, which would never wait again

    async def _fetch_one(self, row: Wanted) -> bytes | None:
        sha = row.ref.sha
        assert isinstance(sha, str), "only sent parts are wanted"
        try:
            return await self.client.part(sha)
        except WellclearError as error:
            LOG.warning("a part of entry %d did not come: %s", row.index, error)
            return None

    def _take_parts(self, rows: Sequence[Wanted], came: Sequence[bytes | None]) -> None:
        try:
            self.core.parts_came(rows, came)
        except (Unavailable, Misconfigured) as error:
            self._not_stored(error)
        self._after()

    # Ticking.

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self._tick_core()
            while self.core.detecting:
                await asyncio.sleep(0)  # everything else takes its turn
                with self.core.working():
                    self.core.detect(1)
                self._after()

    def _tick_core(self) -> None:
        try:
            with self.core.working():
                self.core.tick()
        except (Unavailable, Misconfigured) as error:
            self._not_stored(error)
        except WellclearError as error:
            LOG.error("the node's own entry was refused by its own rules: %s", error)
        self._keep_evidence()
        self._after()

    def _after(self) -> None:
        """Wake whoever has something to do now; the witness goes before who fetches (`_vouching`)."""
        if self.core.outbox.under_way:
            self._wake_sender.set()
        if self.core.changed:
            self.core.changed = False
            self._wake_witness.set()
            self._wake_comparer.set()
            self._ring_bell()
        if self.core.parts.wanted:
            self._wake_fetcher.set()
        if self.core.taking:
            self._wake_taker.set()

    # For the desk.

    def put(self, act: Act, approvals: Sequence[Approval], stored: Sequence[bytes], use: str = "node") -> Item:
        """Take an approved act and send it at once; raises as `NodeCore.put`."""
        item = self.core.put(act, approvals, stored, use)
        self._after()
        return item

    def carry(self, handed: Sequence[CarriedAct]) -> list[Item]:
        """Take another party's approved acts and send them at once; raises as `NodeCore.carry`."""
        items = self.core.carry(handed)
        self._after()
        return items

    async def pass_on(self, leaves: Sequence[bytes]) -> list[Proven]:
        """Hand the host whole entries that another party's recovery key has linked, and tell where they stand.

        They lie in no outbox: who has handed them over holds them, and may hand them over again.

        Raises:
            Refused, Unverified: as `check_passed_on`, before anything is sent.
            Unavailable, Malformed, Unverified: the host does not answer, or not so.
        """
        passed = check_passed_on(self.core.picture, leaves, self.core.party)
        host = self.core.picture.host
        if not passed or host is None:
            return []
        body = await self.client.submit([Frame(leaf) for leaf in leaves])
        hashes = [one.leaf_hash for one in passed]
        _, proven = check_answers(body, hashes, host.origin, unb64(host.log), unb64(host.sequencer))
        self._hear_answer(body)
        return proven

    async def put_lent(
        self, act: Act, approvals: Sequence[Approval], stored: Sequence[bytes], use: str, signer: Signer, seconds: float
    ) -> Item:
        """Put an act that another key of the party links, lent for so long or until it is logged.

        What the log does not have by then is not sent by itself any more, and rings; raises as `put`.
        """
        async with self.lending:
            self.core.outbox.signers[use] = signer
            try:
                item = self.put(act, approvals, stored, use)
                await self.wait_for(act, item.id, seconds)
            finally:
                del self.core.outbox.signers[use]
                self._lock_again()
        return item

    def _lock_again(self) -> None:
        try:
            self.core.locked_again()
        except (Unavailable, Misconfigured) as error:  # it is not sent all the same, and a restart finds it so
            self._not_stored(error)
        self._after()

    def see_alarm(self, key: str, person: str) -> None:
        """An officer, by her handle, has seen an alarm; raises `InvalidValue` where there is none."""
        self.core.alarms.see(key, person, self.core.now_us)
        self.core.changed = True
        self._after()

    def decide(self, name_hex: str, *, again: bool) -> None:
        """An officer's word on a held or refused act; raises `InvalidValue` where there is none."""
        self.core.decide(name_hex, again=again)
        self._after()

    async def wait_for(self, act: Act, name: str, seconds: float) -> tuple[int, list[Remark]] | None:
        """Index and remarks of an act once it is in the verified log; None when that takes longer.

        Raises:
            Refused: the host refused it, or it waits for an officer's word.
        """
        loop = asyncio.get_running_loop()
        ends = loop.time() + seconds
        while True:
            index = self.core.place_of(act)
            if index is not None and index < self.core.picture.size:
                return index, [remark for at, _, remark in self.core.remarks if at == index]
            item = self.core.outbox.items.get(name)
            if item is not None and item.state in ("refused", "held", "unproven"):
                return None
            left = ends - loop.time()
            if left <= 0:
                return None
            await self.changed(left)
