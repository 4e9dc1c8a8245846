"""A receipt says nothing that is not so: what it receives was there, and every part of it open."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from wellclear.apps.node.core import NodeCore
from wellclear.channel.opening import open_leaf
from wellclear.domain.canonical import b64
from wellclear.domain.entry import Entry
from wellclear.domain.kinds import Receipt, public_of
from wellclear.picture.picture import Picture, Step
from wellclear.picture.rows import AnswerRow
from wellclear.testing.checkers.checker import Checker, History


class TrueReceipts(Checker):
    """Each receipt in the log against what its node can open.

    Excused: a node whose own disk forgot parts, and what strange hands have claimed with a node's key before the node
    itself did: then nothing is left for it to say.
    """

    name = "true receipts"

    def watch(self) -> Iterator[str]:
        for node, core in self.nodes():
            if self.cursed(node.name):
                continue
            for row in core.parts.wanted.values():
                owed = core.picture.owed.get(f"{row.index}/{node.party}")
                claimed = owed is not None and owed.received_us is not UNSET
                if claimed and not self._acked(core.picture, row.index) and not self._by_strange_hands(core, row.index):
                    yield f"{node.name} has a receipt for entry {row.index}, and is still waiting for a part of it"

    def _by_strange_hands(self, core: NodeCore, index: int) -> bool:
        """Whether the first receipt of the party that claims an entry is none of its node's."""
        if not self.watched.ledger.strange:
            return False
        for at, leaf in core.store.each_leaf():
            entry = open_leaf(at, leaf).entry if at > index else None
            ours = entry is not None and entry.act.party == core.party and entry.act.kind == "receipt"
            if ours and entry is not None and index in self._received(entry):
                return b64(entry.leaf_hash) in self.watched.ledger.strange
        return False

    @staticmethod
    def _acked(picture: Picture, index: int) -> bool:
        """Whether a person has answered it: an acknowledgement is a receipt, too."""
        return any(row.index == index and row.acked_us is not UNSET for row in picture.answers.values())

    def finish(self, history: History) -> Iterator[str]:
        for node, core in self.nodes():
            if self.cursed(node.name):
                continue
            store = core.store
            claimed: set[int] = set()
            answered: set[int] = set()
            for one, step in zip(history.logged, history.steps, strict=True):
                entry = one.entry
                answered |= self._answered(step, node.party)
                if entry is not None and entry.act.party == node.party and entry.act.kind == "receipt" and step.stands:
                    fresh = self._received(entry) - answered
                    if b64(one.leaf_hash) in self.watched.ledger.strange:
                        answered |= fresh - claimed
                    else:
                        claimed |= fresh
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
