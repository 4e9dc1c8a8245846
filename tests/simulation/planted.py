"""Bugs planted into the product, one function each, and which checker must find them in which kind of world."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from wellclear.apps.host.service import HostService
from wellclear.apps.node import ringing, service
from wellclear.apps.node.alarms import AlarmBook
from wellclear.apps.node.core import NodeCore
from wellclear.apps.node.parts import Parts
from wellclear.apps.node.service import NodeService
from wellclear.channel import follower, sequencer
from wellclear.channel.outbox import Outbox
from wellclear.channel.sequencer import Batch
from wellclear.log.checkpoint import Checkpoint, sign_checkpoint
from wellclear.picture import fold, items
from wellclear.testing.world.loop import life_now
from wellclear.watch.duties import DutyBook

Patch = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Planted:
    """`vices` are those without which nobody could notice."""

    name: str
    finder: str
    vices: frozenset[str]
    plant: Patch


def _on(place: Any, name: str, make: Callable[[Any], Any]) -> Patch:
    """Replace one function by what `make` makes of the true one."""

    def plant(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(place, name, make(getattr(place, name)))

    return plant


def _answers_before_it_stores(true: Any) -> Any:
    def put_on_disk(self: HostService, batch: Batch) -> None:
        batch.seal([logged.leaf_hash for logged in batch.logged])

    return put_on_disk


def _logs_what_is_not_next(true: Any) -> Any:
    return lambda picture, logged: None if str(true(picture, logged)) == "NOT_NEXT" else true(picture, logged)


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


NONE: frozenset[str] = frozenset()
PLANTED = [
    Planted("the host answers before it has stored", "acknowledged once", frozenset({"crash"}),
            _on(HostService, "_put_on_disk", _answers_before_it_stores)),
    Planted("the host logs what is not next", "acknowledged once", frozenset({"doubling", "no way back"}),
            _on(sequencer, "envelope_fault", _logs_what_is_not_next)),
    Planted("the outbox forgets what was refused for now", "acknowledged once", frozenset({"flood", "loss"}),
            _on(Outbox, "refused", _forgets_links)),
    Planted("the picture depends on who folds it", "one picture", NONE,
            _on(fold, "move_clocks", _folds_by_ones_own_name)),
    Planted("the host signs another root now and then", "one root", NONE,
            _on(HostService, "checkpoint", _signs_another_root)),
    Planted("two histories are not compared", "evidence", frozenset({"two histories"}),
            _believes_everything),
    Planted("silence is not noticed", "evidence", frozenset({"partition", "host freezes"}),
            _on(follower.Follower, "state", lambda true: lambda self, now_us: "live" if self.note else "stale")),
    Planted("the book of duties forgets that items end", "overdue alike", NONE,
            _on(DutyBook, "apply", _without_items)),
    Planted("the next name is never called", "rung", NONE, _on(ringing, "rings_now", _never_the_next_name)),
    Planted("what rang rings again after a restart", "rung", frozenset({"crash"}),
            _on(AlarmBook, "_first_time", _rings_every_time)),
    Planted("the node looks at its duties every ten seconds", "rung", NONE,
            lambda monkeypatch: monkeypatch.setattr(service, "TICK_S", 10.0)),
    Planted("a clock starts at the entry's moment", "honest clocks", NONE,
            _on(items, "clock_start_us", lambda true: lambda draft, link: draft.now_us)),
    Planted("a node starts without its outbox", "continues", frozenset({"crash", "no way out"}),
            _on(Outbox, "load", lambda true: lambda self, items: None)),
    Planted("a receipt claims what has not come", "true receipts", frozenset({"loss", "partition"}),
            _on(Parts, "receipt", _claims_everything)),
    Planted("a part whose keeping failed is forgotten", "true receipts", frozenset({"disk error", "fsync error"}),
            _on(Parts, "again", lambda true: lambda self, rows: None)),
    Planted("the fetching task wakes itself for ever", "alive", frozenset({"no way back"}),
            _on(NodeService, "_fetch_outside", _wakes_itself)),
    Planted("an answer kills the sending task", "alive", NONE, _on(NodeCore, "answered", _dies_of_an_answer)),
]  # fmt: skip
