"""What a node hears: the words of its host and of other nodes, and the parts that it may open.

Theory of operation. Nobody is believed for bringing a word: the follower proves what it says, and what is proven is
taken (`taking`). After a halt nothing is folded any more; what is still heard is `outside` the record. Nothing here
decides what the node says; `core` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from typing import Final

from wellclear.apps.node.holding import evidence_name
from wellclear.apps.node.parts import FALSE, Wanted
from wellclear.apps.node.taking import Taking
from wellclear.channel.false_part import false_part
from wellclear.channel.outbox import decode_item
from wellclear.channel.run import decode_bridge
from wellclear.domain.entry import Entry
from wellclear.errors import Equivocation, Malformed, Misconfigured, Unavailable, Unverified
from wellclear.log.equivocation import check_evidence
from wellclear.picture.standing import spent_fault
from wellclear.picture.view import open_later
from wellclear.picture.view_items import Unopened

EVIDENCE: Final = b"wellclear/evidence/"
"""How evidence begins, and no note does."""
_CHUNK: Final = 512

Progress = Callable[[int, int], None]


class Hearing(Taking):
    """The listening half of a node. Build it, then `replay` what its store holds."""

    # The beginning.

    def replay(self, progress: Progress | None = None) -> None:
        """Verify and fold everything that the store holds, signatures and all.

        Raises:
            Unverified, Malformed: the store is not what the host signed; restore a backup.
        """
        total, note = self.store.size(), self.store.checkpoint()
        rows, mono_us = self.store.outbox(), self.clock.monotonic_us()
        self.outbox.load(replace(decode_item(row.row), parts=row.parts, linked_us=mono_us) for row in rows)
        held, bridge = self.store.held(), self.store.bridge()
        again = [self.follower.replay(self._stored(0, total), note)] if total and note is not None else []
        again += [self.follower.replay_on(self._stored(total, held), *decode_bridge(bridge))] if bridge else []
        for logged, step in chain.from_iterable(again):
            self._fold(logged, step, live=False)
            if progress is not None and (self.follower.size % _CHUNK == 0 or self.follower.size == held):
                progress(self.follower.size, held)
        self._had_own_log = self.follower.size > 0
        self.alarms.load()
        self.stating.load(self.picture, self.now_us)
        self.outbox.hold_locked()  # no key is lent at the start
        for item in self.outbox.items.values():
            self._ended(item)  # what waits for an officer's word is shown again
        evidence = self.store.get_meta("evidence")
        if evidence is not None:
            self.follower.evidence = Equivocation("log", check_evidence(evidence), (b"", b"", evidence))
            self.ringing.halted(evidence, self.now_us)
            self.outbox.halt()
        self.ringing.after_replay(self.picture, self.view, self.now_us)
        try:
            self._forget_logged()
        except Equivocation as found:  # it was killed between the proof and the log that breaks it
            self.halt(found)
        while True:
            self.detect()
            if not self.detecting:
                break

    def _stored(self, first: int, end: int) -> Iterator[bytes]:
        for start in range(first, end, _CHUNK):
            yield from self.store.leaves(start, min(start + _CHUNK, end))

    def restored(self) -> None:
        """This home was restored from a backup: take fresh ids, and ask before linking what its outbox held."""
        with self.store.transaction():
            self._counters.forget()
            self.store.put_meta("counters", self._counters.encode())
            for item in self.outbox.hold_all():
                self._store_item(item)
        for item in self.outbox.items.values():
            self.ringing.outbox_changed(item, self.now_us)

    def halt(self, found: Equivocation) -> bytes:
        """Keep the evidence, so that a restart changes nothing; stop all but safety. Returns the file to publish.

        A store that does not take it is asked again at each tick, and the node rings meanwhile.
        """
        file = found.evidence[2]
        if self.follower.evidence is None:  # a witness may see it before whoever follows does
            self.follower.evidence = found
        self.ringing.halted(file, self.now_us)
        self.changed = True
        self.outbox.halt()
        self.unstored.owe("evidence", lambda: self._keep_halt(file))
        self._settle_unstored()
        self.hear_outside(self.follower.unproven())
        return file

    def _keep_halt(self, file: bytes) -> None:
        self.store.put_meta("evidence", file)
        for item in self.outbox.items.values():
            self._store_item(item)

    def hear_outside(self, leaves: Sequence[bytes]) -> None:
        """What a host that is not believed still brings: safety for this party rings, and nothing is folded."""
        own_us, mono_us = self.now_us, self.clock.monotonic_us()
        for leaf in leaves:
            heard, gone = self.outside.take(self.picture, leaf, self._in_record, own_us, mono_us)
            for name in gone:
                self.ringing.outside_gone(name)
            if heard is not None:
                self.ringing.outside(heard.name, heard.entry.act, own_us)
                self.changed = True

    def _in_record(self, entry: Entry) -> bool:
        """Whether this very act stands in the own verified log, or is too old to: if it rang, it did when folded."""
        if self.store.find(entry.leaf_hash) is not None:  # also what has left the picture, or was remarked
            return True
        now_us, acts = self.picture.now_us, self.picture.acts  # under another link; the fold does not count it again
        if self.picture.agreement and spent_fault(entry, self.picture.terms, now_us, acts) is not None:
            return True
        id_ = entry.act.id
        row = self.picture.items.get(id_) if isinstance(id_, str) else None
        return row is not None and self._act_at(row.index) == entry.act_hash

    # Bytes from the host.

    def hear(self, note: bytes, start: int = 0, leaves: Sequence[bytes] = ()) -> None:
        """A note and leaves, from the stream, an answer or a bundle. After a halt only safety in the leaves is heard.

        Raises:
            Malformed, Unverified: not the host's word; nothing has changed.
            Equivocation: the host contradicts itself; this node has halted.
            Unavailable: the store would not take them; the same bytes will do later.
        """
        if self.state == "halted":
            self.hear_outside(leaves)
            return
        if leaves:
            self.follower.give(start, leaves)
        self.follower.hear(note, self.clock.monotonic_us() - self.unread.late_us, self.now_us)
        if not self.taking:  # else there would be a piece for each event that has come meanwhile, with no turn between
            self.take()
        self._hear_witnesses(note)

    def _hear_witnesses(self, note: bytes) -> None:
        """Whose line stands under a note that the host has signed. What does not verify vouches for nothing."""
        if self.follower.picture.host is None or self.state == "halted":
            return
        with suppress(Malformed, Unverified):
            mono_us = self.clock.monotonic_us()
            if self.witnesses.hear(self.picture, self.follower.tree, note, self.now_us, mono_us):
                self.changed = True

    def hear_peer(self, word: bytes) -> None:
        """What another node hands over: a note under the host's key, or evidence against the host.

        Nobody is believed for handing it over: only two notes under the host's own key halt this node.

        Raises:
            Malformed, Unverified: neither; nothing has changed.
            Equivocation: the host contradicts itself; this node has halted.
            Unavailable: as `hear`.
        """
        if self.state == "halted":
            return
        if word.startswith(EVIDENCE):
            self.follower.convict(word)
        self.follower.hear(word, self.clock.monotonic_us(), of_now=False)
        if not self.taking:
            self.take()
        self._hear_witnesses(word)

    def hear_statement(self, note: bytes) -> None:
        """What a party states of its picture, whoever brings it: it may ring, and it halts nobody.

        Raises:
            Malformed, Unverified: no party of this channel has stated that; nothing has changed.
        """
        if self.follower.picture.host is None or self.state == "halted":
            return
        if self.stating.hear(self.picture, note, self.now_us):
            self.wants_exchange = True  # it may be another log that was folded
        self.changed = True

    def to_cosign(self) -> bytes | None:
        """The note with this party's line that the host is to have now; None while there is none. It is stored.

        Raises:
            Equivocation: what was cosigned before and what the host shows now cannot both be true; this node halts.
            Unavailable, Misconfigured: the store would not keep it.
        """
        return self.witnessing.next(self.follower, self.now_us, live=self.state == "live")

    # Parts.

    def part_came(self, row: Wanted, stored: bytes | None) -> None:
        """A part was fetched, or the host had none."""
        group = self.parts.came(row, stored, self.clock.monotonic_us(), self._keep_part, self.epochs.opening)
        if stored is not None and isinstance(group, Unopened) and group.why == FALSE:
            self._convict(row, stored)
        self.view, remarks = open_later(self.view, row.index, {row.ref.commit: group})
        for remark in remarks:
            self.remarks.append((row.index, self.author_of(row.index), remark))
        filed = self.view.filed.get(row.index)
        self.ringing.opened(remarks, self.now_us, filed.item if filed is not None else "")
        if filed is not None and filed.item:
            self.detection.touch([filed.item])
            self.units.touch([filed.item])
        self.changed = True

    def _convict(self, row: Wanted, stored: bytes) -> None:
        """The author has sent another text than it committed to: its own bytes prove it, and a person is called.

        Only memory holds the file until it lies in the home: after a restart the same bytes are asked for again.
        """
        leaf, number = self.store.leaves(row.index, row.index + 1), row.act.parts.index(row.ref)
        file = false_part(leaf[0], number, self.epochs.part_key(row.act, row.ref, stored), stored) if leaf else None
        if file is not None:
            name = evidence_name(file)
            self.false_parts[name] = file
            self.ringing.false_part(row.index, row.act.party, name, self.now_us)

    def parts_came(self, rows: Sequence[Wanted], came: Sequence[bytes | None]) -> None:
        """What was asked for together is kept together, so that nobody sees volumes without their category.

        Raises:
            Unavailable, Misconfigured: the store would not; all of them are still wanted, and no receipt claims them.
        """
        try:
            with self.working(), self.store.transaction():
                for row, stored in zip(rows, came, strict=True):
                    self.part_came(row, stored)
        except (Unavailable, Misconfigured):
            self.parts.again(rows)
            raise
