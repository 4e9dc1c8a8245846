"""The node without its network: what it has stored, folded, opened, computed, rung and still has to send.

Theory of operation. Verified runs are stored together with what they change in the outbox, then folded into picture,
view, duties and conflicts, entry by entry. Everything else follows from there: receipts, time, findings and links are
composed on `tick`. Each change that must survive a crash is stored before anything is sent. `service` carries bytes in
and out; it holds no state that matters.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final

from msgspec import UNSET

from wellclear.apps.node.alarms import AlarmBook
from wellclear.apps.node.detection import Detection
from wellclear.apps.node.ids import decode_counters
from wellclear.apps.node.parts import Parts, Wanted, groups_of
from wellclear.apps.node.ringing import Ringing
from wellclear.apps.node.said import SaidRows
from wellclear.channel.desk import Pen, check_answer, claim_time, finding, receipt
from wellclear.channel.follower import STALE_AFTER_US, Follower, Proven
from wellclear.channel.opening import open_leaf
from wellclear.channel.outbox import Item, Outbox, decode_item
from wellclear.channel.own_rules import check_approved, check_content, check_public
from wellclear.channel.submission import check_answers, note_of
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import SALT_BYTES, Act, Approval, act_hash
from wellclear.domain.logged import Logged, Remark
from wellclear.domain.parts import Group
from wellclear.domain.reasons import Reason
from wellclear.edges.clock import Clock
from wellclear.edges.store import Store
from wellclear.errors import Equivocation, InvalidValue, Refused, Unavailable
from wellclear.log.ed25519 import Signer
from wellclear.log.equivocation import check_evidence
from wellclear.log.merkle import leaf_hash
from wellclear.picture.picture import Picture, Step
from wellclear.picture.view import fold_view, open_later
from wellclear.picture.view_items import View
from wellclear.watch.clock import time_due
from wellclear.watch.drift import DriftWatch
from wellclear.watch.duties import DutyBook

REMARKS_KEPT: Final = 1_000
BATCH_OF_FINDINGS_US: Final = 250_000
FINDING_ENGINE: Final = "reference/1"
_CHUNK: Final = 512

Progress = Callable[[int, int], None]


class NodeCore:
    """One party's node at one moment. Build it, then `replay` what its store holds.

    Args:
        party: whose node this is.
        channel: the channel's id, as people have read it to each other.
        store: its own store; nobody else writes there.
        signer: the node's key, which links entries.
        clock: the machine's.
        entropy: so many random bytes, for salts.
    """

    def __init__(
        self,
        party: str,
        channel: str,
        store: Store,
        signer: Signer,
        clock: Clock,
        entropy: Callable[[int], bytes],
    ) -> None:
        self.party, self.channel, self.store, self.clock = party, channel, store, clock
        self.follower = Follower(channel)
        self.outbox = Outbox({"node": signer})
        self.view = View()
        self.duties = DutyBook()
        self.drift = DriftWatch()
        self.alarms = AlarmBook(store.ring_once)
        self.ringing = Ringing(party, self.alarms, self.duties)
        self.parts = Parts(party)
        self.detection = Detection(party)
        self.said = SaidRows()
        self.remarks: deque[tuple[int, str, Remark]] = deque(maxlen=REMARKS_KEPT)
        self.logged_at: dict[str, int] = {}
        self.changed = True
        self._entropy = entropy
        self._counters = decode_counters(store.get_meta("counters"))
        self._had_own_log = False
        self._followed = False
        self._started_us = clock.monotonic_us()
        self._findings_at_us = 0

    # The beginning.

    def replay(self, progress: Progress | None = None) -> None:
        """Verify and fold everything that the store holds, signatures and all.

        Raises:
            Unverified, Malformed: the store is not what the host signed; restore a backup.
        """
        total, note = self.store.size(), self.store.checkpoint()
        rows, mono_us = self.store.outbox(), self.clock.monotonic_us()
        self.outbox.load(replace(decode_item(row.row), parts=row.parts, linked_us=mono_us) for row in rows)
        if total and note is not None:
            leaves = (leaf for start in range(0, total, _CHUNK) for leaf in self.store.leaves(start, start + _CHUNK))
            for logged, step in self.follower.replay(leaves, note):
                self._fold(logged, step, live=False)
                if progress is not None and (self.follower.size % _CHUNK == 0 or self.follower.size == total):
                    progress(self.follower.size, total)
        self._had_own_log = total > 0
        evidence = self.store.get_meta("evidence")
        if evidence is not None:
            self.follower.evidence = Equivocation("log", check_evidence(evidence), (b"", b"", evidence))
            self.ringing.halted(self.follower.evidence.why, self.now_us)
        self.ringing.after_replay(self.picture, self.now_us)
        try:
            self._forget_logged()
        except Equivocation as found:  # it was killed between the proof and the log that breaks it
            self.halt(found)
        self._detect()

    def restored(self) -> None:
        """This home was restored from a backup: take fresh ids, and ask before linking what its outbox held."""
        with self.store.transaction():
            self._counters.forget()
            self.store.put_meta("counters", self._counters.encode())
            for item in self.outbox.hold_all():
                self._store_item(item)
        for item in self.outbox.items.values():
            self.ringing.outbox_changed(item, self.now_us)

    @property
    def picture(self) -> Picture:
        """The public picture after everything that was verified and stored."""
        return self.follower.picture

    @property
    def now_us(self) -> int:
        """The node's own clock."""
        return self.clock.now_us()

    @property
    def state(self) -> str:
        """live, stale or halted."""
        return self.follower.state(self.clock.monotonic_us())

    def halt(self, found: Equivocation) -> bytes:
        """Keep the evidence, so that a restart changes nothing; returns the file to publish."""
        file = found.evidence[2]
        self.ringing.halted(found.why, self.now_us)
        self.changed = True
        self.store.put_meta("evidence", file)
        return file

    # Bytes from the host.

    def hear(self, note: bytes, start: int = 0, leaves: Sequence[bytes] = ()) -> None:
        """A note and leaves, from the stream, an answer or a bundle.

        Raises:
            Malformed, Unverified: not the host's word; nothing has changed.
            Equivocation: the host contradicts itself; this node has halted.
            Unavailable: the store would not take them; the same bytes will do later.
        """
        if leaves:
            self.follower.give(start, leaves)
        self.follower.hear(note, self.clock.monotonic_us())
        self.take()

    def take(self) -> None:
        """Store and fold every run that is proven by now."""
        while (proven := self.follower.proven()) is not None:
            self._store_run(proven)
            self.follower.commit(proven, self.clock.monotonic_us())
            for logged, step in zip(proven.logged, proven.steps, strict=True):
                self._fold(logged, step, live=True)
            for remark in proven.differing:
                self.ringing.head_differs(remark, self.now_us)
            self._forget_logged()
            self._detect()
            self.changed = True
        if self.follower.wants() is None and self.state == "live":
            self._followed = True

    def _store_run(self, proven: Proven) -> None:
        """One transaction: the run, and what it decides in the outbox."""

        def seal(hashes: list[bytes]) -> bytes:
            if hashes != [logged.leaf_hash for logged in proven.logged]:
                raise Unavailable("own store", "gave back other bytes than were written; check disk and memory")
            return proven.note

        adopted = len(self.outbox.adopted)
        with self.outbox.undone_on_failure(), self.store.transaction():
            self.store.append(proven.start, proven.leaves, {}, seal)
            changed = [item for logged in proven.logged for item in self.outbox.saw(logged)]
            for item in changed:
                self._store_item(item)
            if len(self.outbox.adopted) > adopted and self._had_own_log:
                self._counters.forget()
                self.store.put_meta("counters", self._counters.encode())
        for item in changed:
            self._ended(item)

    def _fold(self, logged: Logged, step: Step, *, live: bool) -> None:
        entry = logged.entry
        known = self.parts.open_known(entry.act, self.opening) if entry is not None else {}
        self.view, remarks = fold_view(self.view, logged, step, known)
        self.duties.apply(step, entry)
        self.parts.want(logged, known, self.clock.monotonic_us())
        self.detection.touch(change.id for change in step.changes if change.table == "item")
        author = entry.act.party if entry is not None else ""
        for remark in (*step.remarks, *remarks):
            self.remarks.append((logged.index, author, remark))
        if live:
            if entry is not None and logged.fault is None:
                self.drift.take(author, entry.link.time, self.now_us)
            filed = self.view.filed.get(logged.index)
            self.ringing.arrived(step, logged, remarks, self.now_us, filed.item if filed is not None else "")
        self.ringing.settled(step, self.picture)

    # Parts.

    def opening(self, commitment: str) -> bytes | None:
        """The stored bytes behind a commitment, if this node holds them."""
        return self.store.opening(commitment)

    def part_came(self, row: Wanted, stored: bytes | None) -> None:
        """A part was fetched, or the host had none."""
        group = self.parts.came(row, stored, self.clock.monotonic_us(), self.store.put_opening)
        self.view, remarks = open_later(self.view, row.index, {row.ref.commit: group})
        for remark in remarks:
            self.remarks.append((row.index, self.author_of(row.index), remark))
        filed = self.view.filed.get(row.index)
        self.ringing.opened(remarks, self.now_us, filed.item if filed is not None else "")
        if filed is not None and filed.item:
            self.detection.touch([filed.item])
        self.changed = True

    def author_of(self, index: int) -> str:
        """The party that an entry names as its author; empty where it cannot be told."""
        leaf = self.store.leaves(index, index + 1)
        entry = open_leaf(index, leaf[0]).entry if leaf else None
        return entry.act.party if entry is not None else ""

    def _detect(self) -> None:
        for change in self.detection.run(self.picture, self.view, self.now_us):
            self.ringing.conflict(change, self.picture, self.now_us)
            self.changed = True

    # What is said.

    def pen(self, desk: str) -> Pen:
        """For a desk of this party, at this moment."""
        return Pen(self.channel, self.party, desk, self.now_us, lambda: self._entropy(SALT_BYTES))

    def next_id(self, desk: str) -> str:
        """A fresh id for a desk; it is never given out again.

        Raises:
            Unavailable: the log has not been followed to its end since the start; an id might have been used.
        """
        if not self._followed:
            raise Unavailable("ids", "the log has not been followed to its end yet", retry_after_s=1)
        found = self._counters.next_id(self.picture, self.party, desk, self.now_us)
        self.store.put_meta("counters", self._counters.encode())
        return found

    def check_draft(self, act: Act, groups: Sequence[Group]) -> None:
        """Raise `Refused` or `InvalidValue` for an act that this node would not sign, whoever approves it."""
        self._check_author(act)
        check_content(self.picture, act, groups)
        check_answer(self.view, act, groups)
        check_public(self.picture, self._waiting(), act)

    def put(self, act: Act, approvals: Sequence[Approval], stored: Sequence[bytes], use: str = "node") -> Item:
        """Take an approved act: check it as everybody will, store it with all its parts, and queue it.

        `stored` holds a part's bytes for each of the act's parts, also for those that are not sent.

        Raises:
            Refused: the reason that all others would remark, or this node's own.
            InvalidValue: the parts are not those that the act names.
            Unavailable: it could not be stored.
        """
        known = self.outbox.items.get(b64(act_hash(act)))
        if known is not None and known.state != "refused":
            return known
        self._check_author(act)
        groups = groups_of(act, stored)
        check_content(self.picture, act, groups)
        check_answer(self.view, act, groups)
        if act.kind not in ("receipt", "time", "finding"):
            check_approved(self.picture, self._waiting(), act, approvals, use)
        sent = [raw for raw, ref in zip(stored, act.parts, strict=True) if ref.sha is not UNSET]
        item, fresh = self.outbox.add(act, approvals, sent, use)
        if fresh:
            try:
                with self.store.transaction():
                    for raw, ref in zip(stored, act.parts, strict=True):
                        self.store.put_opening(ref.commit, raw)
                    self._store_item(item, with_parts=True)
            except Unavailable:
                self.outbox.drop(item.id)
                raise
        self.changed = True
        return item

    def _check_author(self, act: Act) -> None:
        if act.party != self.party:
            raise Refused(Reason.NOT_YOUR_KEY, f"this is the node of {self.party}", field="party")
        if self.state == "halted":
            raise Refused(
                Reason.HEAD_DIFFERS,
                "this node has halted, because the host has signed two histories; go on by telephone and direct paths",
            )

    def _waiting(self) -> Iterable[tuple[Act, Sequence[Approval]]]:
        return [(item.act, item.approvals) for item in self._unfolded()]

    def _unfolded(self) -> list[Item]:
        """What is on its way into the picture, in the order in which it came."""
        rows = [item for item in self.outbox.items.values() if item.state in ("waiting", "linked", "logged")]
        return sorted(rows, key=lambda item: item.number)

    def _store_item(self, item: Item, *, with_parts: bool = False) -> None:
        row = replace(item, parts=()).encode()
        self.store.put_outbox(item.id, item.state, row, item.parts if with_parts else None)

    # What is sent.

    def tick(self) -> None:
        """What time brings: rings, time, receipts, findings, expired notices."""
        now_us = self.now_us
        self._detect()
        mono_us = self.clock.monotonic_us()
        silence_us = min(mono_us - self._started_us, self.follower.silence_us(mono_us) or mono_us)
        silent = self.state == "stale" and silence_us > STALE_AFTER_US
        if self.ringing.tick(self.picture, now_us, silent=silent, clocks_differ=self.drift.blocks_lead_time()):
            self.changed = True
        if self.state != "live" or not self.picture.agreement:
            return
        pen = self.pen("")
        claimed_us = max((item.act.said for item in self._open("time")), default=0)
        if time_due(self.picture, self.party, now_us, self.duties.open_instants, waiting_claim_us=claimed_us):
            self.put(claim_time(pen).act, (), ())
        if not self._open("receipt"):
            due = self.parts.receipt(self.picture, self.clock.monotonic_us())
            if due is not None:
                self.put(receipt(pen, *due).act, (), ())
        if now_us - self._findings_at_us >= BATCH_OF_FINDINGS_US and not self._open("finding"):
            self._findings_at_us = now_us
            for draft in self.detection.findings(self.picture, self.view):
                said = finding(pen, [draft.desk], FINDING_ENGINE, self.picture.agreement, draft.rows, draft.more)
                self.put(said.act, (), said.stored)

    def _open(self, kind: str) -> list[Item]:
        return [item for item in self._unfolded() if item.act.kind == kind]

    def link(self) -> list[Item]:
        """Link what is next and return everything that is to be sent; all of it is stored before this returns."""
        if self.state != "live" or not self._followed:
            return []
        with self.outbox.undone_on_failure():
            self._link_next()
        return self.outbox.to_send()

    def _link_next(self) -> None:
        mono_us, now_us = self.clock.monotonic_us(), self.now_us
        changed = self.outbox.link_again(mono_us)
        age_us = self.picture.terms.approval_age_us if self.picture.agreement else None
        head = (self.follower.size, self.follower.tree.root())
        changed += self.outbox.link_next(self.picture, head, now_us, mono_us, age_us)
        if changed:
            assert self.follower.note is not None, "a live follower has heard a note"
            with self.store.transaction():
                self.store.keep_note(self.follower.size, self.follower.note)
                for item in changed:
                    self._store_item(self.outbox.items[item.id])
            for item in changed:
                self._ended(item)
            self.changed = True

    def answered(self, sent: Sequence[Item], body: bytes) -> None:
        """The host's answer to a submission; nothing of it is believed before its proofs and signatures hold.

        Raises:
            Malformed, Unverified: not the host's answer.
        """
        host = self.picture.host
        assert host is not None, "only a node that follows sends"
        hashes = [leaf_hash(item.leaf) for item in sent]
        note = note_of(body)
        _, fates = check_answers(body, hashes, host.origin, unb64(host.log), unb64(host.sequencer))
        changed: list[Item] = []
        with self.outbox.undone_on_failure():  # then the same bytes are sent once more, and the answer is the same
            for item, fate in zip(sent, fates, strict=True):
                if fate.index is not None:
                    changed += self.outbox.proved(item.id, item.leaf, fate.index, note)
                elif fate.refusal is not None:
                    refusal, mono_us = fate.refusal, self.clock.monotonic_us()
                    changed += self.outbox.refused(item.id, item.leaf, refusal.reason, refusal.detail, mono_us)
            with self.store.transaction():
                for item in changed:
                    self._store_item(item)
        for item in changed:
            self._ended(item)
        self.changed = True

    def _ended(self, item: Item) -> None:
        """Ring for what cannot go out by itself."""
        self.ringing.outbox_changed(item, self.now_us)

    def _forget_logged(self) -> None:
        """What stands in the own verified log needs the outbox no more; remember where.

        Raises:
            Equivocation: the host proved a place to us in a history that it does not show; the act is kept.
        """
        for item in list(self.outbox.items.values()):
            if item.state != "logged" or item.index >= self.follower.size:
                continue
            if self.follower.tree.nodes(0, item.index, item.index + 1) != [leaf_hash(item.leaf)]:
                self.follower.hear(item.note, self.clock.monotonic_us())
            else:
                self.logged_at[item.id] = item.index
                self.store.drop_outbox(item.id)
                del self.outbox.items[item.id]

    def decide(self, name_hex: str, *, again: bool) -> None:
        """An officer's word on a held or refused act: send it after all, or forget it."""
        try:
            name = b64(bytes.fromhex(name_hex))
        except ValueError as error:
            raise InvalidValue("act_hash", "32 bytes in hex") from error
        if again:
            self._store_item(self.outbox.again(name))
        else:
            self.outbox.drop(name)
            self.store.drop_outbox(name)
        self.alarms.settle(f"outbox/{name}")
        self.changed = True

    def place_of(self, act: Act) -> int | None:
        """Where an act of this node stands in the verified log; None while it is not there."""
        return self.logged_at.get(b64(act_hash(act)))
