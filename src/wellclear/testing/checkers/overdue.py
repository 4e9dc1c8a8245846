"""Public overdue is alike on all nodes, and the book that is kept entry by entry says what the picture says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from wellclear.apps.node.core import NodeCore
from wellclear.testing.checkers.checker import Checker, History, owings_of
from wellclear.testing.checkers.watched import Watched

EVERY: Final = 5
"""A look at everything that is owed costs something: every so many seconds, and whenever a machine has just begun."""


class OverdueAlike(Checker):
    """Each node's book of duties against a fresh look at its picture, and the nodes against one another.

    Excused: nothing. A node whose own clock is wrong has the same public overdue as all others.
    """

    name = "overdue alike"

    def __init__(self, watched: Watched) -> None:
        super().__init__(watched)
        self._ticks = 0
        self._said: dict[bytes, tuple[str, list[str]]] = {}

    def watch(self) -> Iterator[str]:
        self._ticks += 1
        if self._ticks % EVERY == 0:
            yield from self._look()

    def finish(self, history: History) -> Iterator[str]:
        yield from self._look()

    def _look(self) -> Iterator[str]:
        for node, core in self.nodes():
            fresh = {owing.key: owing for owing in owings_of(core.picture)}
            kept = core.duties.owings
            if kept != fresh:
                other = {key for key in kept.keys() | fresh.keys() if kept.get(key) != fresh.get(key)}
                yield f"{node.name}'s book of duties departs from its picture: {sorted(other)[:4]}"
            said, record = self._overdue(core), core.picture.now_us
            if said != sorted(key for key, owing in fresh.items() if owing.overdue(record)):
                yield f"{node.name} says that other things are overdue than the record does"
            name, known = self._said.setdefault(core.picture.digest, (node.name, said))
            if known != said:
                other = set(known) ^ set(said)
                yield f"{name} and {node.name} have one picture, and unlike things overdue: {sorted(other)[:4]}"

    @staticmethod
    def _overdue(core: NodeCore) -> list[str]:
        """What the node itself says is overdue on record, at its own hour."""
        return sorted(duty.owing.key for duty in core.duties.duties(core.picture, core.now_us) if duty.overdue)
