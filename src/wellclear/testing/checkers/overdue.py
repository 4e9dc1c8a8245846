"""Public overdue is alike on all nodes, and the book that is kept entry by entry says what the picture says."""

from __future__ import annotations

from collections.abc import Iterator

from wellclear.testing.checkers.checker import Checker, History
from wellclear.watch.duties import duties


class OverdueAlike(Checker):
    """Each node's book of duties against a fresh look at its picture, and the nodes against one another."""

    name = "overdue alike"
    _ticks = 0

    def watch(self) -> Iterator[str]:
        self._ticks += 1
        if self._ticks % 7 == 0:
            yield from self._look()

    def finish(self, history: History) -> Iterator[str]:
        yield from self._look()

    def _look(self) -> Iterator[str]:
        late: dict[bytes, tuple[str, list[str]]] = {}
        for node in self.nodes():
            assert node.service is not None, "it runs"
            core = node.service.core
            kept, fresh = core.duties.duties(core.picture), duties(core.picture)
            if kept != fresh:
                other = [one.owing.key for one in kept if one not in fresh] + [
                    one.owing.key for one in fresh if one not in kept
                ]
                yield f"{node.name}'s book of duties departs from its picture: {sorted(set(other))[:4]}"
            keys = sorted(duty.owing.key for duty in kept if duty.overdue)
            name, known = late.setdefault(core.picture.digest, (node.name, keys))
            if known != keys:
                yield f"{name} and {node.name} have one picture, and unlike things overdue"
