"""A node that restarts continues where it was: log, outbox, rings and evidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wellclear.testing.checkers.checker import Checker, is_logged
from wellclear.testing.world.machines import NodeMachine
from wellclear.testing.world.world import World


@dataclass(frozen=True, slots=True)
class _Kept:
    life: int
    size: int
    outbox: frozenset[str]
    rings: frozenset[str]
    halted: bool


class Continues(Checker):
    """What a node held in its last second before it lost its power, against its first one after."""

    name = "continues"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._kept: dict[str, _Kept] = {}

    def watch(self) -> Iterator[str]:
        for node in self.nodes():
            assert node.service is not None, "it runs"
            now, before = self._look(node), self._kept.get(node.name)
            self._kept[node.name] = now
            if before is not None and before.life != now.life and not self.cursed(node.name):
                yield from self._compare(node, before, now)

    def _look(self, node: NodeMachine) -> _Kept:
        assert node.service is not None, "it runs"
        core = node.service.core
        items = frozenset(item.id for item in core.outbox.items.values() if item.act.kind not in ("receipt", "time"))
        rung = self.world.ledger.rung_at.get(node.party, ())
        rings = frozenset(name for name in rung if name.startswith(("ack/", "receipt/")))
        return _Kept(node.lives, core.follower.size, items, rings, core.state == "halted")

    def _compare(self, node: NodeMachine, before: _Kept, now: _Kept) -> Iterator[str]:
        assert node.service is not None, "it runs"
        core = node.service.core
        if now.size < before.size:
            yield f"{node.name} held {before.size} entries, and {now.size} after its restart"
        lost = before.outbox - now.outbox - self.world.ledger.dropped
        stands = {one for one in lost if is_logged(node, one)}
        for name in sorted(lost - stands):
            yield f"{node.name} has lost {name[:8]} from its outbox"
        if before.halted and not now.halted and "history" not in self.world.ledger.guilty:
            yield f"{node.name} had halted, and has forgotten it"
        kept = sorted(core.store.rings())
        missing = [name for name in before.rings if not any(one.startswith(name) for one in kept)]
        if missing:
            yield f"{node.name} has forgotten that it rang {sorted(missing)[:3]}"
