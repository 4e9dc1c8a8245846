"""Bugs planted into the product, one function each, and which checker must find them in which kind of world."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from wellclear.apps.host.service import HostService
from wellclear.apps.node import ringing, service
from wellclear.apps.node.alarms import AlarmBook
from wellclear.apps.node.core import NodeCore
from wellclear.apps.node.parts import Parts
from wellclear.apps.node.service import NodeService
from wellclear.channel import follower, run, sequencer
from wellclear.channel.outbox import Outbox
from wellclear.channel.sequencer import Batch
from wellclear.domain.logged import Remark
from wellclear.domain.reasons import Reason
from wellclear.log.checkpoint import Checkpoint, sign_checkpoint
from wellclear.picture import answers, fold, items
from wellclear.testing.world.loop import life_now
from wellclear.testing.world.vices import vices
from wellclear.watch import duties
from wellclear.watch.duties import DutyBook

Patch = Callable[[pytest.MonkeyPatch], None]


STEPS = 40
FORGETFUL = frozenset({"two histories", "lost write", "bit flip", "backup restored", "clock jump", "clock drift"}) | {
    "node dead", "host lost", "crowded hour", "flood of findings",
}  # fmt: skip
"""Vices that excuse much, or leave room for little else; a planted bug must be found without them, unless it is
about one of them."""


@dataclass(frozen=True)
class Planted:
    """`vices` are those without which nobody could notice; where they are `alone`, nothing else goes wrong."""

    name: str
    finder: str
    vices: frozenset[str]
    plant: Patch
    steps: int = STEPS
    alone: bool = False

    @property
    def without(self) -> frozenset[str]:
        """What does not go wrong in its worlds."""
        return (frozenset(vices()) if self.alone else FORGETFUL) - self.vices


def on(place: Any, name: str, make: Callable[[Any], Any]) -> Patch:
    """Replace one function by what `make` makes of the true one."""

    def plant(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(place, name, make(getattr(place, name)))

    return plant


def _answers_before_it_stores(true: Any) -> Any:
    """A batch is sealed, and so answered; it is stored when the next one comes."""

    def put_on_disk(self: HostService, batch: Batch) -> None:
        batch.seal([logged.leaf_hash for logged in batch.logged])
        waiting = vars(self).setdefault("later", [])
        while waiting:
            true(self, waiting.pop())
        waiting.append(batch)

    return put_on_disk


def _logs_what_is_not_next(true: Any) -> Any:
    return lambda picture, logged: None if str(true(picture, logged)) == "NOT_NEXT" else true(picture, logged)


def _asks_only_that_seq_grows(true: Any) -> Any:
    """What an author said before it, and the host refused, is passed over."""

    def fault(picture: Any, logged: Any) -> Any:
        found = true(picture, logged)
        if found is not Reason.NOT_NEXT:
            return found
        link = logged.entry.link
        last: tuple[int, str] = picture.chains.get(link.key) or (0, "")
        return None if link.seq > last[0] else found

    return fault


def _forgets_links(true: Any) -> Any:
    def refused(self: Outbox, name: str, *more: Any) -> Any:
        changed = true(self, name, *more)
        self.items.pop(name, None)
        return changed

    return refused


def _folds_by_ones_own_name(true: Any) -> Any:
    def moved(draft: Any, entry: Any) -> None:
        true(draft, entry)
        life = life_now()
        if life is not None and life.name == "NORTHLAND" and draft.index == 40:
            draft.now_us += 1

    return moved


def _signs_another_root(true: Any) -> Any:
    def checkpoint(self: HostService) -> bytes:
        note: bytes = true(self)
        if self.sequencer.size % 20 != 19:
            return note
        card = self.sequencer.picture.host
        assert card is not None
        other = Checkpoint(card.origin, self.sequencer.size, hashlib.sha256(note).digest())
        return sign_checkpoint(other, self.sequencer._log)

    return checkpoint


def _claims_everything(true: Any) -> Any:
    def receipt(self: Parts, picture: Any, now_us: int) -> Any:
        kept, self.wanted = self.wanted, {}
        try:
            return true(self, picture, now_us)
        finally:
            self.wanted = kept

    return receipt


def _rings_every_time(true: Any) -> Any:
    def first_time(self: AlarmBook, name: str, at_us: int) -> bool:
        true(self, name, at_us)
        return True

    return first_time


def _without_items(true: Any) -> Any:
    def apply(self: DutyBook, step: Any, entry: Any = None) -> None:
        changes = tuple(change for change in step.changes if change.table != "item")
        true(self, type(step)(step.picture, changes, step.remarks), entry)

    return apply


def _never_the_next_name(true: Any) -> Any:
    return lambda *asked: [ring for ring in true(*asked) if ring.rung != "next_name"]


def _wakes_itself(true: Any) -> Any:
    async def fetch_outside(self: NodeService) -> None:
        await true(self)
        self._after()

    return fetch_outside


def _dies_of_an_answer(true: Any) -> Any:
    def answered(self: NodeCore, sent: Any, body: bytes) -> None:
        if len(self.logged_at) > 3:
            raise KeyError("nobody thought of this")
        true(self, sent, body)

    return answered


def _believes_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("check_pair", "check_pair_in"):
        monkeypatch.setattr(follower, name, lambda *asked: None)


# What shows only in worlds where something else is excused.


def _twin_folds_otherwise(true: Any) -> Any:
    def moved(draft: Any, entry: Any) -> None:
        true(draft, entry)
        life = life_now()
        if life is not None and life.name == "TWIN" and draft.index > 30:
            draft.now_us += 1

    return moved


def _folds_otherwise_when_started_again(true: Any) -> Any:
    def moved(draft: Any, entry: Any) -> None:
        true(draft, entry)
        life = life_now()
        if life is not None and life.name != "HOST" and life.number > 1 and draft.index > 30:
            draft.now_us += 1

    return moved


def _twin_signs_an_old_root_anew(true: Any) -> Any:
    def checkpoint(self: HostService) -> bytes:
        note: bytes = true(self)
        life, card = life_now(), self.sequencer.picture.host
        if life is None or life.name != "TWIN":
            return note
        assert card is not None
        other = Checkpoint(card.origin, self.sequencer.size // 2, hashlib.sha256(note).digest())
        return sign_checkpoint(other, self.sequencer._log)

    return checkpoint


def _now_is_the_greatest_claim(true: Any) -> Any:
    def moved(draft: Any, entry: Any) -> None:
        true(draft, entry)
        known = [claim for party in draft.before.clocks if (claim := draft.read("claims").get(party)) is not None]
        draft.now_us = max([draft.now_us, *known])

    return moved


def _overdue_by_its_own_clock(true: Any) -> Any:
    def at(picture: Any, own_us: int, owings: Any) -> Any:
        return [replace(duty, overdue=duty.overdue_here) for duty in true(picture, own_us, owings)]

    return at


def _passes_over_jumps(true: Any) -> Any:
    last: dict[int, int] = {}

    def take_passed(self: DutyBook, moment_us: int) -> Any:
        passed = true(self, moment_us)
        jumped = moment_us - last.get(id(self), moment_us) > 10_000_000
        last[id(self)] = moment_us
        return [] if jumped else passed

    return take_passed


def _forgets_what_passed_meanwhile(true: Any) -> Any:
    def after_replay(self: ringing.Ringing, picture: Any, view: Any, own_us: int) -> None:
        true(self, picture, view, own_us)
        self._duties.take_passed(max(picture.now_us, own_us))

    return after_replay


def _takes_another_with_it(true: Any) -> Any:
    def saw(self: Outbox, logged: Any) -> Any:
        changed = true(self, logged)
        waiting = [name for name, item in self.items.items() if item.state == "waiting" and item.act.desk]
        if changed and waiting:
            del self.items[waiting[-1]]
        return changed

    return saw


def _live_by_any_note(monkeypatch: pytest.MonkeyPatch) -> None:
    true = follower.Follower.hear

    def hear(self: follower.Follower, note: bytes, now_us: int, *clock: Any, **how: Any) -> None:
        true(self, note, now_us, *clock, **how)
        self._heard_us = now_us

    monkeypatch.setattr(follower.Follower, "hear", hear)
    monkeypatch.setattr(follower.Follower, "wants", lambda self: None)


def _clocks_start_at(start_us: Callable[[Any, Any], int]) -> Patch:
    def plant(monkeypatch: pytest.MonkeyPatch) -> None:
        for place in (items, answers):
            monkeypatch.setattr(place, "clock_start_us", start_us)

    return plant


def _writes_half_of_it(true: Any) -> Any:
    return lambda path, content, **more: true(path, content[: len(content) // 2], **more)


def _head_of_another_size(true: Any) -> Any:
    def head_fault(before: Any, logged: Any, tree: Any) -> Any:
        found = true(before, logged, tree)
        late = logged.entry is not None and logged.index % 25 == 24
        return Remark(logged.index, Reason.HEAD_DIFFERS, "") if late else found

    return head_fault


def _forgets_its_rings(true: Any) -> Any:
    def after_replay(self: ringing.Ringing, picture: Any, view: Any, own_us: int) -> None:
        for key in self._duties.owings:
            self.alarms._store.forget_rings(key)
        true(self, picture, view, own_us)

    return after_replay


NONE: frozenset[str] = frozenset()
PLANTED = [
    Planted("the host answers before it has stored", "acknowledged once", frozenset({"crash"}),
            on(HostService, "_put_on_disk", _answers_before_it_stores), steps=20),
    Planted("the host logs what is not next", "acknowledged once", frozenset({"doubling", "no way back"}),
            on(sequencer, "envelope_fault", _logs_what_is_not_next)),
    Planted("the host asks only that an author's numbers grow", "acknowledged once",
            frozenset({"node in strange hands"}), on(sequencer, "envelope_fault", _asks_only_that_seq_grows), steps=80),
    Planted("the outbox forgets what was refused for now", "acknowledged once", frozenset({"flood", "loss"}),
            on(Outbox, "refused", _forgets_links), alone=True),
    Planted("the picture depends on who folds it", "one picture", NONE,
            on(fold, "move_clocks", _folds_by_ones_own_name)),
    Planted("the host signs another root now and then", "one root", NONE,
            on(HostService, "checkpoint", _signs_another_root)),
    Planted("two histories are not compared", "evidence", frozenset({"two histories"}),
            _believes_everything),
    Planted("silence is not noticed", "evidence", frozenset({"partition", "host freezes"}),
            on(follower.Follower, "state", lambda true: lambda self, now_us: "live" if self.note else "stale")),
    Planted("the book of duties forgets that items end", "overdue alike", NONE,
            on(DutyBook, "apply", _without_items)),
    Planted("the next name is never called", "rung", NONE, on(ringing, "rings_now", _never_the_next_name)),
    Planted("what rang rings again after a restart", "rung", frozenset({"crash"}),
            on(AlarmBook, "_first_time", _rings_every_time)),
    Planted("the node looks at its duties every ten seconds", "rung", NONE,
            lambda monkeypatch: monkeypatch.setattr(service, "TICK_S", 10.0)),
    Planted("a clock starts at the entry's moment", "honest clocks", frozenset({"partition", "no way out"}),
            _clocks_start_at(lambda draft, link: int(draft.now_us))),
    Planted("a node starts without its outbox", "continues", frozenset({"crash", "no way out"}),
            on(Outbox, "load", lambda true: lambda self, items: None)),
    Planted("a receipt claims what has not come", "true receipts", frozenset({"loss", "delay"}),
            on(Parts, "receipt", _claims_everything), alone=True),
    Planted("a part whose keeping failed is forgotten", "true receipts", frozenset({"disk error"}),
            on(Parts, "again", lambda true: lambda self, rows: None), steps=260, alone=True),
    Planted("the fetching task wakes itself for ever", "alive", frozenset({"loss"}),
            on(NodeService, "_fetch_outside", _wakes_itself), alone=True),
    Planted("an answer kills the sending task", "alive", NONE, on(NodeCore, "answered", _dies_of_an_answer)),
    Planted("of two histories, one has two pictures", "one picture", frozenset({"two histories"}),
            on(fold, "move_clocks", _twin_folds_otherwise)),
    Planted("a node that starts again folds otherwise, and a disk forgets", "one picture",
            frozenset({"crash", "lost write"}), on(fold, "move_clocks", _folds_otherwise_when_started_again)),
    Planted("a second signer signs what all had seen otherwise", "one root", frozenset({"two histories"}),
            on(HostService, "checkpoint", _twin_signs_an_old_root_anew), steps=80),
    Planted("evidence is about what all had seen", "evidence", frozenset({"two histories"}),
            on(HostService, "checkpoint", _twin_signs_an_old_root_anew)),
    Planted("half of the evidence is written", "evidence", frozenset({"two histories"}),
            on(service, "write_private", _writes_half_of_it)),
    Planted("an old note keeps a node live", "evidence", frozenset({"host freezes"}),
            on(follower.Follower, "_says_more", lambda true: lambda self, note, utc_us: True)),
    Planted("a note without its entries keeps a node live", "evidence", frozenset({"loss", "cutting"}),
            _live_by_any_note),
    Planted("heads differ where nobody lied, beside one who lies", "evidence", frozenset({"node in strange hands"}),
            on(run, "head_fault", _head_of_another_size)),
    Planted("one fast clock is now", "honest clocks", frozenset({"clock jump"}),
            on(fold, "move_clocks", _now_is_the_greatest_claim)),
    Planted("a clock starts when its entry was signed, in a flood", "honest clocks",
            frozenset({"flood", "partition", "no way out"}), _clocks_start_at(lambda draft, link: int(link.time))),
    Planted("a node says overdue by its own clock", "overdue alike", frozenset({"clock jump"}),
            on(duties, "_at", _overdue_by_its_own_clock)),
    Planted("the node looks at its duties every second", "rung", NONE,
            lambda monkeypatch: monkeypatch.setattr(service, "TICK_S", 1.2)),
    Planted("a node rings two seconds early", "rung", NONE,
            on(ringing, "rings_now", lambda true: lambda book, picture, party, own_us: true(
                book, picture, party, own_us + 2_000_000))),
    Planted("a rung that a clock jumped over is not rung", "rung", frozenset({"clock jump"}),
            on(DutyBook, "take_passed", _passes_over_jumps)),
    Planted("what passed while a node was down is not rung", "rung", frozenset({"crash", "bit flip"}),
            on(ringing.Ringing, "after_replay", _forgets_what_passed_meanwhile)),
    Planted("what is logged takes another act with it, and a disk rots", "acknowledged once",
            frozenset({"delay", "bit flip"}), on(Outbox, "saw", _takes_another_with_it)),
    Planted("rings are forgotten at a restart, and another disk forgets", "continues",
            frozenset({"crash", "lost write"}), on(ringing.Ringing, "after_replay", _forgets_its_rings)),
]  # fmt: skip
