"""A node that restarts continues where it was: log, outbox, rings and evidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wellclear.apps.node.core import NodeCore
from wellclear.testing.checkers.checker import OF_A_NODE, Checker, is_logged
from wellclear.testing.checkers.watched import Watched, WatchedNode


@dataclass(frozen=True, slots=True)
class _Kept:
    life: int
    size: int
    outbox: frozenset[str]
    rings: frozenset[str]
    halted: bool
    decisions: int
    cuts: int


class Continues(Checker):
    """What a node held in its last second before it lost its power, against its first one after.

    Excused: a node whose own disk forgot; what rang while a disk would not
    take it; between two lives, what the heads cut away when they changed the host, also
    where a node follows their decision later.
    """

    name = "continues"

    def __init__(self, watched: Watched) -> None:
        super().__init__(watched)
        self._kept: dict[str, _Kept] = {}

    def watch(self) -> Iterator[str]:
        for node, core in self.nodes():
            now, before = self._look(node, core), self._kept.get(node.name)
            self._kept[node.name] = now
            if before is not None and before.life != now.life and not self.cursed(node.name):
                yield from self._compare(node, core, before, now)

    def _look(self, node: WatchedNode, core: NodeCore) -> _Kept:
        items = frozenset(item.id for item in core.outbox.items.values() if item.act.kind not in OF_A_NODE)
        rung = self.watched.ledger.rung_at.get(node.party, ())
        rings = frozenset(name for name in rung if name.startswith(("ack/", "receipt/")))
        halted, ledger = core.state == "halted", self.watched.ledger
        cuts = sum(party == node.party for party, _, _ in ledger.cuts)
        return _Kept(node.lives, core.follower.size, items, rings, halted, len(ledger.decisions), cuts)

    def _compare(self, node: WatchedNode, core: NodeCore, before: _Kept, now: _Kept) -> Iterator[str]:
        changed_host = now.decisions > before.decisions  # then it may have been cut back, and its evidence has served
        own = [size for party, _, size in self.watched.ledger.cuts if party == node.party][before.cuts :]
        kept_size = min([before.size, *own])  # one whose evidence was lost follows the decision again, later
        if now.size < kept_size and not changed_host:
            yield f"{node.name} held {kept_size} entries, and {now.size} after its restart"
        lost = before.outbox - now.outbox - self.watched.ledger.dropped
        stands = {one for one in lost if is_logged(core, one)}
        for name in sorted(lost - stands):
            yield f"{node.name} has lost {name[:8]} from its outbox"
        if before.halted and not now.halted and not changed_host:
            yield f"{node.name} had halted, and has forgotten it"
        kept = sorted(core.store.rings())
        asked = (before.rings & now.rings) - self.watched.ledger.unkept.get(node.party, set())
        missing = [name for name in asked if not any(one.startswith(name) for one in kept)]
        if missing:
            yield f"{node.name} has forgotten that it rang {sorted(missing)[:3]}"
