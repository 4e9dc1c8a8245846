"""The node without its network: what it has stored, folded, opened, computed, rung and still has to send.

Theory of operation. What was heard is stored and folded in `taking`. Everything else follows from there: receipts,
time, findings and links are composed on `tick`. Each change that must survive a crash is stored before anything is
sent. `service` carries bytes in and out; it holds no state that matters.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Final

import msgspec
from msgspec import UNSET

from wellclear.airspace.reference import ENGINE_VERSION
from wellclear.apps.node.epochs import NodeSealer, TrialSealer
from wellclear.apps.node.ids import decode_counters
from wellclear.apps.node.parts import groups_of
from wellclear.apps.node.sending import Sending
from wellclear.channel.carrying import CarriedAct
from wellclear.channel.desk import Pen, check_answer, claim_time, finding, receipt
from wellclear.channel.follower import STALE_AFTER_US
from wellclear.channel.opening import open_leaf
from wellclear.channel.outbox import AFTER_A_HALT, Item
from wellclear.channel.own_rules import check_approved, check_content, check_envelope, check_public
from wellclear.channel.sealing import SealingKey
from wellclear.channel.void_seals import epoch_number
from wellclear.domain.agreement import DAY_US
from wellclear.domain.canonical import b64
from wellclear.domain.entry import SALT_BYTES, Act, Approval, act_hash
from wellclear.domain.kinds import KINDS, Linked
from wellclear.domain.names import proven_item_id
from wellclear.domain.parts import Group
from wellclear.domain.reasons import Reason
from wellclear.errors import InvalidValue, Refused, Unavailable, WellclearError
from wellclear.picture.rows import epoch_id
from wellclear.watch.clock import time_due

BATCH_OF_FINDINGS_US: Final = 250_000
_UNFOLDED: Final = ("waiting", "linked", "logged")
HALTED: Final = (
    "this node has halted, because the host has signed two histories; only safety still goes out, and unproven. "
    "Use the telephone, and change the host"
)
KEYS_UNKNOWN: Final = "this node has halted, and the history that others follow may hold none of its keys"
STANDS_BY: Final = (
    "this node stands by, and nothing that its key links counts before it has taken over. Speak at the node that runs, "
    "or give `wellclear takeover` if that one is dead"
)


class NodeCore(Sending):
    """One party's node at one moment: it hears, and it speaks. Build it, then `replay` what its store holds.

    Arguments as `Holding`.
    """

    @cached_property
    def sealer(self) -> NodeSealer:
        """What this node seals with."""
        return NodeSealer(
            self.epochs, self._entropy, self._wrapping,
            picture=lambda: self.picture, waiting=lambda: [item.act for item in self._unfolded()],
            check=self._check_epoch,
            put=lambda said: self.put(said.act, (), said.stored), may_renew=lambda: self.state == "live",
            now_us=lambda: self.now_us,
        )  # fmt: skip

    # What is said.

    def pen(self, desk: str, trial: TrialSealer | None = None) -> Pen:
        """For a desk of this party, at this moment; with `trial` for what is only looked at, and opens no epoch."""
        sealer = trial or self.sealer
        salt, unknown = lambda: self._entropy(SALT_BYTES), KEYS_UNKNOWN if self.state == "halted" else ""
        return Pen(self.channel, self.party, desk, self.now_us, salt, sealer, unknown)

    def next_id(self, desk: str) -> str:
        """A fresh id for a desk; it is given out again only if no act with it was put, and none can be any more.

        Raises:
            Unavailable: the log has not been followed to its end since the start; an id might have been used.
        """
        found = self._next_id(desk)
        self.store.put_meta("counters", self._counters.encode())
        return found

    @contextmanager
    def unless_refused(self) -> Iterator[None]:
        """Around composing: of what is refused no id stays taken, for its gap would tell of it (R31)."""
        kept = self._counters.encode()
        try:
            yield
        except WellclearError:
            if self._counters.encode() != kept:
                self._counters = decode_counters(kept)
                self.store.put_meta("counters", kept)
            raise

    def likely_id(self, desk: str) -> str:
        """The id that would be given out next, for what is only looked at; it is not taken. Raises as `next_id`."""
        kept = self._counters
        self._counters = decode_counters(kept.encode())
        try:
            return self._next_id(desk)
        finally:
            self._counters = kept

    def _next_id(self, desk: str) -> str:
        if not self._followed and self.state != "halted":  # then it will never be, and safety needs an id
            raise Unavailable("ids", "the log has not been followed to its end yet", retry_after_s=1)
        return self._counters.next_id(self.picture, self.party, desk, self.now_us)

    def check_draft(self, act: Act, groups: Sequence[Group], trial: TrialSealer | None = None) -> None:
        """Raise `Refused` or `InvalidValue` for an act that this node would not sign, whoever approves it.

        What was sealed on `trial` is judged behind the epochs that would go out before it.
        """
        self._check_author(act, "node" if KINDS[act.kind].linked is Linked.NODE else "another")
        check_content(self.picture, act, groups)
        check_answer(self.view, act, groups)
        epochs = [(made, ()) for made in trial.made] if trial is not None else []
        check_public(self.picture, [*self._waiting(), *epochs], act)

    def put(self, act: Act, approvals: Sequence[Approval], stored: Sequence[bytes], use: str = "node") -> Item:
        """Take an approved act: check it as everybody will, store it with all its parts, and queue it.

        `stored` holds a part's bytes for each of the act's parts, also for those that are not sent.

        Raises:
            Refused: the reason that all others would remark, or this node's own.
            InvalidValue: the parts are not those that the act names.
            Unavailable, Misconfigured: as `_storing`; while this node runs, it is not sent.
        """
        known = self.outbox.items.get(b64(act_hash(act)))
        if known is not None and known.state != "refused":
            return known
        self._check_author(act, use)
        check_envelope(act)  # before parts that are sealed into it
        openings = self.epochs.openings(act, stored)
        groups = groups_of(act, openings)
        check_content(self.picture, act, groups)
        check_answer(self.view, act, groups)
        if act.kind not in ("receipt", "time", "finding", "epoch"):
            check_approved(self.picture, self._waiting(), act, approvals, use)
        sent = [raw for raw, ref in zip(stored, act.parts, strict=True) if ref.sha is not UNSET]
        with self.outbox.undone_on_failure():
            item, _ = self.outbox.add(act, approvals, sent, use)
            with self._storing(item.id, known):
                for raw, opening, ref in zip(stored, openings, act.parts, strict=True):
                    self._keep_part(ref, raw, opening)
                self._store_item(item, with_parts=True)
                if act.id is not UNSET and self._counters.sent(proven_item_id(act.id)):
                    self.store.put_meta("counters", self._counters.encode())
        self.alarms.settle(f"outbox/{item.id}", anew=known is not None)
        self.changed = True
        return item

    def carry(self, handed: Sequence[CarriedAct]) -> list[Item]:
        """Take another party's acts, whose persons have named this one to carry them (`via`), as sealed as they came.

        What they say is that party's business, and mostly sealed from this one.

        Raises: as `check_carried`.
        """
        self.check_carried(handed)
        return [self._carry(one) for one in handed]

    def check_carried(self, handed: Sequence[CarriedAct]) -> None:
        """Hold acts of another party to every rule, each behind those before it; nothing is taken.

        Raises: as `put`; `Refused` also where another party, or none, is to carry one.
        """
        waiting = list(self._waiting())
        for one in handed:
            if b64(act_hash(one.act)) not in self.outbox.items:
                self._check_carried(one, waiting)
                waiting.append((one.act, one.approvals))

    def _check_carried(self, one: CarriedAct, waiting: Sequence[tuple[Act, Sequence[Approval]]]) -> None:
        act = one.act
        if act.via != self.party or act.party == self.party:
            why = f"it is not for {self.party} to carry; its persons approve it with via: {self.party}"
            raise Refused(Reason.NOT_YOUR_KEY, why, field="via")
        self._check_linker(act, "node")
        check_envelope(act)
        shas = [ref.sha for ref in act.parts if ref.sha is not UNSET]
        if [b64(hashlib.sha256(raw).digest()) for raw in one.sent()] != shas:
            raise InvalidValue("parts", "they are not those that the act names, in its order")
        if self.real and any(ref.sha is not UNSET and not ref.sealed for ref in act.parts):
            raise Refused(Reason.UNSEALED, Reason.UNSEALED.sentence)
        check_approved(self.picture, waiting, act, one.approvals, "node")

    def _carry(self, one: CarriedAct) -> Item:
        known = self.outbox.items.get(b64(act_hash(one.act)))
        if known is not None and known.state != "refused":
            return known
        with self.outbox.undone_on_failure():
            item, _ = self.outbox.add(one.act, one.approvals, one.sent())
            with self._storing(item.id, known):
                self._store_item(item, with_parts=True)
        self.alarms.settle(f"outbox/{item.id}", anew=known is not None)
        self.changed = True
        return item

    @property
    def stands_by(self) -> bool:
        """Whether this node's key is a stand-by's, which links nothing but the entry by which it takes over.

        So is one that the log does not know yet: a node that reads under the recovery key waits for its own one.
        """
        row = self.picture.keys.get(b64(self.outbox.signers["node"].public_key))
        return row.use == "standby" if row is not None else self.picture.size > 0

    def _check_epoch(self, act: Act) -> None:
        """Raises as `check_public`, and `Unavailable` while the log may hold epochs that this node does not know of."""
        if not self._followed:
            why = "the log has not been followed to its end yet, and may have its number"
            raise Unavailable("epoch", why, retry_after_s=1)
        check_public(self.picture, self._waiting(), act)

    def _check_author(self, act: Act, use: str) -> None:
        if act.party != self.party:
            raise Refused(Reason.NOT_YOUR_KEY, f"this is the node of {self.party}", field="party")
        self._check_linker(act, use)

    def _check_linker(self, act: Act, use: str) -> None:
        if self.state == "left":
            raise Refused(Reason.KEY_NOT_LIVE, f"{self.party} has left this channel with entry {self.left_at}")
        if use == "node" and self.stands_by:
            raise Refused(Reason.WRONG_KEY_USE, STANDS_BY)
        if self.state == "halted" and act.kind not in AFTER_A_HALT:
            raise Refused(Reason.HEAD_DIFFERS, HALTED)

    def _waiting(self) -> Iterable[tuple[Act, Sequence[Approval]]]:
        return [(item.act, item.approvals) for item in self._unfolded()]

    def _unfolded(self) -> list[Item]:
        """What is on its way into the picture, in the order in which it came."""
        return sorted(filter(self._is_unfolded, self.outbox.items.values()), key=lambda item: item.number)

    def _is_unfolded(self, item: Item) -> bool:
        if item.state == "unproven":  # an epoch that went out in a halt keeps its number: the next host logs it
            return (epoch_number(item.act) or 0) > (self.picture.epochs_made.get(self.party) or 0)
        return item.state in _UNFOLDED and not self._folded(item)

    def _folded(self, item: Item) -> bool:
        return item.state == "logged" and item.index < self.picture.size  # in the middle of a run

    # What is sent.

    def tick(self) -> None:
        """What time brings: rings, time, receipts, findings, expired notices."""
        now_us = self.now_us
        self._settle_unstored()
        self.detect()
        mono_us = self.clock.monotonic_us()
        silence_us = min(mono_us - self._started_us, self.follower.silence_us(mono_us) or mono_us)
        stale = self.state == "stale"
        silent = None if stale and silence_us <= STALE_AFTER_US else stale  # just started: not known yet
        differ = self.drift.blocks_lead_time() if self.drift.all() else None
        if self.ringing.tick(self.picture, now_us, silent=silent, clocks_differ=differ, why=self.why_silent):
            self.changed = True
        if silent is not None and not self.taking:  # else proof may be on its way
            for told in self.units.look(self.picture, self.view, now_us):
                self.changed = self.ringing.units(told, now_us) or self.changed
        if self.state == "left":
            self._end_outbox()
        if self.state != "live" or not self.picture.agreement:
            return
        if self._followed:
            self._void_sealed()
        if self.epochs.drop_old(self.picture.now_us - self.picture.terms.approval_age_us - DAY_US, self._sealed_under):
            self.changed = True
        if self.stands_by:
            return
        pen = self.pen("")
        claimed_us = max((item.act.said for item in self._open("time")), default=0)
        if time_due(self.picture, self.party, now_us, self.duties.open_instants, waiting_claim_us=claimed_us):
            self.put(claim_time(pen).act, (), ())
        if not self._open("receipt"):
            due = self.parts.receipt(self.picture, self.clock.monotonic_us())
            if due is not None:
                self.put(receipt(pen, *due).act, (), ())
        if self._followed and now_us - self._findings_at_us >= BATCH_OF_FINDINGS_US and not self._open("finding"):
            self._findings_at_us = now_us
            for draft in self.detection.findings(self.picture, self.view):
                said = finding(pen, [draft.desk], ENGINE_VERSION, self.picture.agreement, draft.rows, draft.more)
                self.put(said.act, (), said.stored)

    def _sealed_under(self) -> set[tuple[str, int]]:
        """The epochs of parts that are still to be opened, sent or released."""
        drafts = [msgspec.json.decode(row)["act"] for row in self.store.drafts().values()]
        own = [item.act for item in self.outbox.items.values()] + [msgspec.convert(act, Act) for act in drafts]
        refs = [(act.party, ref) for act in own for ref in act.parts]
        refs += [(row.act.party, row.ref) for row in self.parts.wanted.values()]
        return {(party, ref.epoch) for party, ref in refs if ref.epoch is not UNSET}

    def sealing_added(self, keys: Sequence[SealingKey]) -> None:
        """The party has further sealing keys: what could not be opened before is tried again."""
        known = {key.public_key for key in self.epochs.sealing}
        self.epochs.sealing += [key for key in keys if key.public_key not in known]
        for party, number in list(self.epochs.unreadable):
            row = self.picture.epochs.get(epoch_id(party, number))
            leaf = self.store.leaves(row.index, row.index + 1) if row is not None else []
            if row is not None and leaf:
                self.epochs.heard(open_leaf(row.index, leaf[0]))
        self.parts.host_is_back(self.clock.monotonic_us())

    def _open(self, kind: str) -> list[Item]:
        return [item for item in self.outbox.items.values() if item.act.kind == kind and item.state in _UNFOLDED]
