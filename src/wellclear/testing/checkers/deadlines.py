"""Every deadline was met, answered or rung: once per rung and node, and no later than the node's own clock says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from wellclear.testing.checkers.checker import Checker, History
from wellclear.testing.world.machines import NodeMachine
from wellclear.testing.world.world import World
from wellclear.watch.duties import duties

PATIENCE_US: Final = 2_500_000
"""How long after a rung was passed, by whichever clock, its ring may take."""
DUTY_ALARMS: Final = frozenset({"answer_owed", "no_answer", "escalated"})


class Rung(Checker):
    """Rungs that are open and passed, by the node's own picture and clock, against what rang there."""

    name = "rung"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._passed_us: dict[tuple[str, int, str], int] = {}

    def watch(self) -> Iterator[str]:
        for node in self.nodes():
            yield from self._look(node)

    def _look(self, node: NodeMachine) -> Iterator[str]:
        assert node.service is not None, "it runs"
        core, now_us = node.service.core, self.world.loop.now_us
        rung = self.world.ledger.rung_at.get(node.party, set())
        here_us = max(core.picture.now_us, core.now_us)
        seen = set[tuple[str, int, str]]()
        for duty in duties(core.picture, core.now_us):
            owing = duty.owing
            if not owing.open or here_us <= owing.due_us or not self._concerns(node, owing.index, owing.party):
                continue
            for step in owing.rungs:
                name = f"{owing.key}/{step.name}"
                if here_us <= step.at_us or name in rung or self._stands(node, owing.key, name):
                    continue
                key = (node.name, node.lives, name)
                seen.add(key)
                since_us = self._passed_us.setdefault(key, now_us)
                if now_us - since_us > PATIENCE_US:
                    self._passed_us[key] = now_us + 10**12
                    yield f"{node.name} has not rung {name}, {(now_us - since_us) / 1e6:.1f} s after it was passed"
        for key in [key for key in self._passed_us if key[0] == node.name and key not in seen]:
            del self._passed_us[key]

    @staticmethod
    def _stands(node: NodeMachine, key: str, name: str) -> bool:
        """Whether the power went between the ring's write and its sound, and the alarm stands at the desk unseen."""
        assert node.service is not None, "it runs"
        core = node.service.core
        return key in core.alarms.alarms and any(one.startswith(name) for one in core.store.rings())

    def _concerns(self, node: NodeMachine, index: int, owing: str) -> bool:
        assert node.service is not None, "it runs"
        return owing == node.party or node.service.core.author_of(index) == node.party

    def finish(self, history: History) -> Iterator[str]:
        times = Counter[tuple[str, str, str]]()
        for rang in self.world.ledger.rang:
            if rang.kind in DUTY_ALARMS and rang.rung:
                times[rang.party, rang.key, rang.rung] += 1
            if rang.early_us > 0:
                yield f"{rang.party} rang {rang.key}/{rang.rung} {rang.early_us / 1e6:.3f} s before it was passed"
        for (party, key, rung), count in times.items():
            if count > 1 and not self.cursed(party):
                yield f"{party} rang {key}/{rung} {count} times"
