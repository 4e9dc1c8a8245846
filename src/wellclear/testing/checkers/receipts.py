"""A receipt says nothing that is not so: what it receives was there, and every part of it open."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from wellclear.domain.entry import Entry
from wellclear.domain.kinds import Receipt, public_of
from wellclear.picture.picture import Picture, Step
from wellclear.picture.rows import AnswerRow
from wellclear.testing.checkers.checker import Checker, History


class TrueReceipts(Checker):
    """Each receipt in the log against what its node can open.

    Excused: a node whose own disk forgot parts, and a party in whose name strange hands have sent receipts.
    """

    name = "true receipts"

    def watch(self) -> Iterator[str]:
        for node, core in self.nodes():
            if self.cursed(node.name):
                continue
            for row in core.parts.wanted.values():
                owed = core.picture.owed.get(f"{row.index}/{node.party}")
                claimed = owed is not None and owed.received_us is not UNSET
                if claimed and not self._acked(core.picture, row.index):
                    yield f"{node.name} has a receipt for entry {row.index}, and is still waiting for a part of it"

    @staticmethod
    def _acked(picture: Picture, index: int) -> bool:
        """Whether a person has answered it: an acknowledgement is a receipt, too."""
        return any(row.index == index and row.acked_us is not UNSET for row in picture.answers.values())

    def finish(self, history: History) -> Iterator[str]:
        for node, core in self.nodes():
            if self.cursed(node.name) or f"liar {node.party}" in self.watched.ledger.guilty:
                continue
            store = core.store
            claimed: set[int] = set()
            answered: set[int] = set()
            for one, step in zip(history.logged, history.steps, strict=True):
                entry = one.entry
                answered |= self._answered(step, node.party)
                if (
                    entry is not None
                    and entry.act.party == node.party
                    and entry.act.kind == "receipt"
                    and not step.remarks
                ):
                    claimed |= self._received(entry) - answered
            owed = {index for index in claimed if f"{index}/{node.party}" in history.picture.owed}
            for index in sorted(owed):
                shut = [ref for ref in self._meant(history, index, node.party) if store.opening(ref) is None]
                if shut:
                    yield f"{node.name} has a receipt for entry {index}, and {len(shut)} of its parts are not open"

    @staticmethod
    def _answered(step: Step, party: str) -> set[int]:
        """What a person of the party acknowledges with this entry: no later receipt says anything of that."""
        rows = [change.row for change in step.changes if change.table == "answer"]
        return {
            row.index for row in rows if isinstance(row, AnswerRow) and row.party == party and row.acked_us is not UNSET
        }

    @staticmethod
    def _received(entry: Entry) -> set[int]:
        body = public_of(entry.act)
        assert isinstance(body, Receipt), "its kind says so"
        shut = {row.index for row in body.not_opened} if body.not_opened is not UNSET else set()
        return set(range(body.through + 1)) - shut

    @staticmethod
    def _meant(history: History, index: int, party: str) -> list[str]:
        entry = history.logged[index].entry if index < len(history.logged) else None
        if entry is None or entry.act.party == party:
            return []
        ours = [ref for ref in entry.act.parts if ref.to is not UNSET and party in ref.to]
        addressed = any(desk.startswith(f"{party}/") for desk in entry.act.to)
        return [ref.commit for ref in ours] if addressed else []
