"""What a lost key may have said in other hands, as board, page and command line show it: beside, never instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from msgspec import UNSET

from wellclear.apps.node.said import Row, stamp
from wellclear.domain.entry import Act
from wellclear.domain.logged import Logged
from wellclear.picture.doubt import Doubt, DoubtBook
from wellclear.picture.picture import Step

SHOWN_MAX: Final = 200
_MACHINES: Final = frozenset({"time", "receipt", "epoch", "finding"})
"""Counted with the rest; no officer could ask anybody about one of them."""


class Doubted:
    """The rows of one node's log. `act_at` reads the act that stands at an index of it, None where none does."""

    def __init__(self, act_at: Callable[[int], Act | None]) -> None:
        self.book = DoubtBook()
        self._act_at = act_at
        self._rows: dict[int, Row] = {}
        self._of_item: dict[str, list[Row]] = {}

    def take(self, logged: Logged, step: Step) -> tuple[Doubt, ...]:
        """One entry, in the order of the log; returns what has become doubtful by it."""
        found = self.book.take(logged, step)
        for index in sorted({doubt.index for doubt in found}):
            row = self._rows[index] = self.row(index, self.book.marks[index])
            if row["item"]:
                before = [one for one in self._of_item.get(row["item"], []) if one["index"] != index]
                self._of_item[row["item"]] = [*before, row]
        return found

    def of_item(self, item: str) -> Sequence[Row]:
        """What is doubtful of one item: the entries that made, changed or answered it."""
        return self._of_item.get(item, ())

    def told(self) -> Row:
        """The newest rows of persons' acts, and how many entries are doubtful in all, machines' among them."""
        rows = [row for _, row in sorted(self._rows.items(), reverse=True) if row["kind"] not in _MACHINES]
        return {"count": len(self._rows), "rows": rows[:SHOWN_MAX]}

    def would(self, key: str, since: int) -> Row:
        """The same of what a revocation now would make doubtful."""
        marks: dict[int, list[Doubt]] = {}
        for doubt in self.book.would(key, since):
            marks.setdefault(doubt.index, []).append(doubt)
        rows = [self.row(index, doubts) for index, doubts in sorted(marks.items(), reverse=True)]
        return {"count": len(rows), "rows": [row for row in rows if row["kind"] not in _MACHINES]}

    def row(self, index: int, doubts: Iterable[Doubt]) -> Row:
        """One doubtful entry: what it is about, and why."""
        act = self._act_at(index)
        told: Row = {"index": index, "kind": "", "party": "", "desk": "", "item": "", "version": 0}
        told["why"] = [doubt.words for doubt in doubts]
        if act is None:
            return told
        told |= {"kind": act.kind, "party": act.party, "desk": act.desk if act.desk is not UNSET else ""}
        if act.subject is not UNSET:
            told |= {"item": act.subject.id, "version": act.subject.version}
        if act.id is not UNSET:  # a request is an item of its own
            told |= {"item": act.id, "version": 1}
        return told | {"said_us": act.said, "said": stamp(act.said)}


def ring_words(doubts: Sequence[Doubt]) -> str:
    """What rings when a lost key has been revoked."""
    first = doubts[0]
    indices = sorted({doubt.index for doubt in doubts})
    whose = f"{first.holder}'s key" if "/" in first.holder else f"{first.holder}'s {first.use} key"
    count = f"{len(indices)} entr{'y' if len(indices) == 1 else 'ies'}"
    return f"{whose} was lost, and is revoked: {count} from {indices[0]} on are doubtful. Ask by voice what still holds"
