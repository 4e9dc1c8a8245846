"""What a node takes: proven runs of the log, stored, and folded into all that it holds.

Theory of operation. A run that is proven is stored in one transaction with what it changes in the outbox, then folded
into picture, view, duties and conflicts, entry by entry. So is each piece of a long run (`channel.run`): `take` does
bounded work, and while there is more (`taking`) whoever runs the node gives everything else its turn. An entry that was
missed, or that waited while the node was at work, tells nothing of its author's clock; only a fresh one does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from msgspec import UNSET

from wellclear.apps.node.detection import Change
from wellclear.apps.node.holding import Holding
from wellclear.apps.node.in_vain import in_vain
from wellclear.apps.node.units import items_of
from wellclear.channel.outbox import Item
from wellclear.channel.run import Proven
from wellclear.domain.logged import Logged
from wellclear.errors import Unavailable, WellclearError
from wellclear.log.merkle import leaf_hash
from wellclear.picture.picture import Step
from wellclear.picture.view import fold_view

BUSY_US: Final = 1_000_000
"""Work that takes longer than this may have kept an entry waiting so long that its age tells nothing of a clock."""
TURNS_AT_ONCE: Final = 2


class Taking(Holding):
    """The part of a node that grows with the log, by what the follower has proven; `Hearing` brings the bytes."""

    _had_own_log = False
    _followed = False
    """The log was followed to its end at least once since the start."""
    _fresh_from: int | None = None
    """Entries from this one on come fresh; None while something may wait in a queue."""

    @property
    def taking(self) -> bool:
        """Whether more is proven than was taken; `take` goes on, a piece at a time."""
        return self._more and self.state != "halted"

    def take(self) -> None:
        """Store and fold what is proven by now, or about as much of it as a piece has."""
        if self.state != "live" or self._more:
            self._fresh_from = None
        arrived_us, self._more = self.now_us, False
        with self.working():
            self._more = self._take_proven(arrived_us)
        if not self._more and self.state == "live" and self.follower.wants() is None:
            self._followed = True

    def _take_proven(self, arrived_us: int) -> bool:
        """True where it stopped because it was enough for now."""
        most = self.follower.size + self.follower.piece
        while self.follower.size < most:
            proven = self.follower.proven()
            if proven is None:
                return False
            self._store_run(proven)
            self.follower.commit(proven)
            for logged, step in zip(proven.logged, proven.steps, strict=True):
                fresh = self._fresh_from is not None and logged.index >= self._fresh_from
                self._fold(logged, step, live=True, fresh_us=arrived_us if fresh else None)
            for remark in proven.differing:
                self.ringing.head_differs(remark, self.now_us)
                self.wants_exchange = True
            self._forget_logged()
            self.witnesses.reached(self.picture, self.follower.tree, self.now_us)
            self.wants_exchange = self.stating.reached(self.picture, self.now_us) or self.wants_exchange
            self.detect()
            self.changed = True
        return True

    def _store_run(self, proven: Proven) -> None:
        """One transaction: the run, and what it decides in the outbox."""
        adopted, changed = len(self.outbox.adopted), list[Item]()
        with self.outbox.undone_on_failure():
            try:
                with self.store.transaction():
                    self._append(proven)
                    changed += [item for logged in proven.logged for item in self.outbox.saw(logged)]
                    for item in changed:
                        self._store_item(item)
                    if len(self.outbox.adopted) > adopted and self._had_own_log:
                        self._counters.forget()
                        self.store.put_meta("counters", self._counters.encode())
            except Unavailable:  # a commit that reports an error may have taken effect
                stands = self.store.checkpoint() == proven.note if proven.whole else True
                if self.store.held() != proven.start + len(proven.leaves) or not stands:
                    raise
        for item in changed:
            self._ended(item)

    def _append(self, proven: Proven) -> None:
        def seal(hashes: list[bytes]) -> bytes:
            if hashes != [logged.leaf_hash for logged in proven.logged]:
                raise Unavailable("own store", "gave back other bytes than were written; check disk and memory")
            return proven.note

        if proven.whole:
            self.store.append(proven.start, proven.leaves, {}, seal)
        else:
            self.store.append_before(proven.start, proven.leaves, proven.bridge(), seal)

    def _fold(self, logged: Logged, step: Step, *, live: bool, fresh_us: int | None = None) -> None:
        """Fold one entry; `fresh_us` is when it arrived, if its claim of the time says something of its clock."""
        entry = logged.entry
        if entry is not None and entry.act.kind == "epoch" and step.stands:
            self.epochs.heard(logged)
        self.epochs.folded(step)
        self.stating.digests.append(step.picture.digest)
        doubts = self.doubted.take(logged, step)
        known = self.parts.open_known(entry.act, self.opening) if entry is not None else {}
        self.view, remarks = fold_view(self.view, logged, step, known)
        self.duties.apply(step, entry)
        self.parts.want(logged, known, self.clock.monotonic_us())
        self.detection.touch(change.id for change in step.changes if change.table == "item")
        if entry is not None and entry.act.kind == "disclose" and entry.act.subject is not UNSET:
            self.detection.touch([entry.act.subject.id])  # what the other side was shown is another
            self.units.touch([entry.act.subject.id])
        self.units.touch(items_of(step, self.view))
        if any(change.table == "party" and change.id == self.party for change in step.changes):
            row = step.picture.parties.get(self.party)
            self.left_at = logged.index if row is not None and row.state != "member" else None
        author = entry.act.party if entry is not None else ""
        own = in_vain(self.epochs, self.store.part, logged, step)
        for remark in (*step.remarks, *own, *remarks):
            self.remarks.append((logged.index, author, remark))
        if not live:
            self.ringing.told_before(step, logged, own)
        else:
            if fresh_us is not None and entry is not None and step.stands:  # a host may log anything as anybody's
                self.drift.take(author, entry.link.time, fresh_us)
            filed = self.view.filed.get(logged.index)
            self.ringing.arrived(step, logged, (*own, *remarks), self.now_us, filed.item if filed is not None else "")
            self.ringing.doubtful(logged.index, doubts, self.now_us)
        self.ringing.settled(step, self.picture)

    # The outbox, as far as the log changes it.

    def _forget_logged(self) -> None:
        """What stands in the own verified log needs the outbox no more; remember where.

        Raises:
            Equivocation: the host proved a place to us in a history that it does not show; the act is kept.
        """
        for item in list(self.outbox.items.values()):
            if item.state != "logged" or item.index >= self.follower.covered:
                continue  # of a run that was not taken to its end, the heads may still cut some away
            if self.follower.tree.nodes(0, item.index, item.index + 1) != [leaf_hash(item.leaf)]:
                self.follower.hear(item.note, self.clock.monotonic_us(), self.now_us)
            else:
                self.logged_at[item.id] = item.index
                self.store.drop_outbox(item.id)
                del self.outbox.items[item.id]

    # Conflicts, as far as what was taken may make some.

    @property
    def detecting(self) -> bool:
        """Whether conflicts, or touched red lines, are still being looked for; `detect` goes on, a turn at a time."""
        return self._detecting is not None or self.touching.waiting

    def detect(self, turns: int = TURNS_AT_ONCE) -> None:
        """Look for conflicts in what has changed, for so many turns; hostile shapes can take seconds."""
        if self._detecting is None:
            if self.picture.agreement:  # without one nothing is looked at, and all that has changed waits
                self.touching.touch(self.detection.changed)
            self._detecting = self.detection.running(self.picture, self.view, self.now_us)
        for _ in range(turns):
            try:
                next(self._detecting)
            except StopIteration as end:
                self._detecting = None
                self._detected(end.value)
                self._look_for_touches()
                return
            except WellclearError:
                self._detecting = None
                raise

    def _detected(self, changes: Sequence[Change]) -> None:
        for change in changes:
            self.ringing.conflict(change, self.picture, self.now_us)
            self.changed = True

    def _look_for_touches(self) -> None:
        """For the own officer alone, after conflicts; nothing that is said depends on it."""
        for told in self.touching.look(self.picture, self.view, self.now_us):
            self.changed = self.ringing.touches(told, self.now_us) or self.changed

    # Whose clock may be judged: what was missed, or waited in a queue while this node was at work, is late by that.

    @contextmanager
    def working(self) -> Iterator[None]:
        """What is done inside may take long; then whatever came meanwhile was queued, and is not fresh."""
        began_us = self.clock.monotonic_us()
        try:
            yield
        finally:
            if self.clock.monotonic_us() - began_us > BUSY_US:
                self._fresh_from = None

    @property
    def wants_look(self) -> bool:
        """Nothing is known to be missing, but something may be queued: ask the host now how long its log is."""
        idle = self._fresh_from is None and not self._more and self.state == "live"
        return idle and self.follower.wants() is None

    def looked(self, note: bytes) -> None:
        """The host's newest note, asked for when `wants_look` was so: what is not in it yet will come fresh.

        Raises:
            Malformed, Unverified: not the host's word; nothing has changed.
        """
        size = self.follower.size_of(note)
        if self.wants_look:
            self._fresh_from = size
