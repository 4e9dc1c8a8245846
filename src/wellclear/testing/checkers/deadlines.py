"""Every deadline was met, answered or rung: once per rung and node, and no later than the node's own clock says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from wellclear.apps.node.core import NodeCore
from wellclear.testing.checkers.checker import Checker, History, owings_of
from wellclear.testing.checkers.watched import Watched, WatchedNode
from wellclear.testing.world.ledger import Rang

PROMISED_US: Final = 500_000
"""How long after a rung was passed by the node's own clock its ring may take: a quarter of a second between two looks
of the node, a clock that is a fifth fast, and a store that is slow."""
JUMP_US: Final = 300_000
"""A clock that has gone this much further than a second's drift could has been set, nobody knows when."""
DUTY_ALARMS: Final = frozenset({"answer_owed", "no_answer", "escalated"})

Step = tuple[int, str, str]
"""One rung that concerns a node and is open: its moment, the key of what is owed, and key and rung together."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What the watcher saw of a node at one moment."""

    life: int
    at_us: int
    own_us: int
    here_us: int
    digest: bytes
    steps: tuple[Step, ...]
    open: dict[str, int] = field(default_factory=dict)


class Rung(Checker):
    """Rungs that are open and passed, by the node's own picture and clock, against what rang there and when.

    Excused: a ring in the second in which the node was started, its clock was set, or the duty became known to it, is
    not timed (that it rings within half a second from then on is still asked); a node whose own disk forgot may ring
    twice, and one may ring again about an index that the heads gave to another entry when they changed the host,
    or where its disk would not keep that it had rung. A wrong clock excuses nothing else: it is the clock that the
    node rings by.
    """

    name = "rung"

    def __init__(self, watched: Watched) -> None:
        super().__init__(watched)
        self._last: dict[str, _Look] = {}
        self._passed_us: dict[tuple[str, int, str], int] = {}
        self._authors: dict[tuple[str, int, int], str] = {}
        self._heard = 0

    def watch(self) -> Iterator[str]:
        rang = self.watched.ledger.rang
        for one in rang[self._heard :]:
            yield from self._timed(one)
        self._heard = len(rang)
        for node, core in self.nodes():
            yield from self._look(node, core)

    def _timed(self, rang: Rang) -> Iterator[str]:
        """A ring against the moment of its rung, where the node's clock went evenly since the look before."""
        last = self._last.get(self.watched.nodes[rang.party].name)
        if last is None or last.life != rang.life or rang.kind not in DUTY_ALARMS:
            return
        due_us = last.open.get(f"{rang.key}/{rang.rung}")
        even = abs((rang.own_us - last.own_us) - (rang.at_us - last.at_us)) < JUMP_US
        if due_us is not None and even and due_us >= last.here_us and rang.own_us - due_us > PROMISED_US:
            late_s = (rang.own_us - due_us) / 1e6
            yield f"{rang.party} rang {rang.key}/{rang.rung} {late_s:.2f} s late by its own clock"

    def _look(self, node: WatchedNode, core: NodeCore) -> Iterator[str]:
        picture, now_us, own_us = core.picture, self.watched.now_us, core.now_us
        here_us, last = max(picture.now_us, own_us), self._last.get(node.name)
        if last is not None and (last.life, last.digest) == (node.lives, picture.digest):
            steps, waiting = last.steps, last.open
        else:
            steps = tuple(sorted(self._steps(node, core)))
            waiting = {name: at_us for at_us, _, name in steps}
        self._last[node.name] = _Look(node.lives, now_us, own_us, here_us, picture.digest, steps, waiting)
        passed = self._unrung(node, core, steps, here_us)
        for name, at_us in passed.items():
            since_us = self._passed_us.setdefault(
                (node.name, node.lives, name), self._since_us(node, name, at_us, last)
            )
            if now_us - since_us > PROMISED_US:
                self._passed_us[node.name, node.lives, name] = now_us + 10**12
                yield f"{node.name} has not rung {name}, {(now_us - since_us) / 1e6:.1f} s after it was passed"
        for key in [key for key in self._passed_us if key[0] == node.name and key[2] not in passed]:
            del self._passed_us[key]

    def _unrung(self, node: WatchedNode, core: NodeCore, steps: tuple[Step, ...], here_us: int) -> dict[str, int]:
        rung = self.watched.ledger.rung_at.get(node.party, set())
        found = dict[str, int]()
        for at_us, key, name in steps:
            if at_us >= here_us:
                break
            if name not in rung and not self._stands(core, key, name):
                found[name] = at_us
        return found

    def _since_us(self, node: WatchedNode, name: str, at_us: int, last: _Look | None) -> int:
        """When it was passed, by the watcher's clock: now, where the node may only just have learned of it."""
        now, before = self._last[node.name], last
        if before is None or before.life != now.life or before.open.get(name) != at_us:
            return now.at_us
        if abs((now.here_us - before.here_us) - (now.at_us - before.at_us)) >= JUMP_US:
            return now.at_us
        return max(before.at_us, now.at_us - (now.here_us - at_us))

    def _steps(self, node: WatchedNode, core: NodeCore) -> Iterator[Step]:
        for owing in owings_of(core.picture):
            if owing.open and (owing.party == node.party or self._author(node, core, owing.index) == node.party):
                for rung in owing.rungs:
                    yield rung.at_us, owing.key, f"{owing.key}/{rung.name}"

    def _author(self, node: WatchedNode, core: NodeCore, index: int) -> str:
        key = (node.name, node.lives, index)
        if key not in self._authors:
            self._authors[key] = core.author_of(index)
        return self._authors[key]

    @staticmethod
    def _stands(core: NodeCore, key: str, name: str) -> bool:
        """Whether the power went between the ring's write and its sound, and the alarm stands at the desk unseen."""
        return key in core.alarms.alarms and any(one.startswith(name) for one in core.store.rings())

    def finish(self, history: History) -> Iterator[str]:
        yield from self.watch()
        times, ledger = Counter[tuple[str, str, str]](), self.watched.ledger
        for rang in ledger.rang:
            kept = f"{rang.key}/{rang.rung}" not in ledger.unkept.get(rang.party, ())
            voided = ledger.voided(rang.index, rang.at_us, rang.party)
            if kept and rang.kind in DUTY_ALARMS and rang.rung and not voided:
                times[rang.party, rang.key, rang.rung] += 1
            if rang.early_us > 0:
                yield f"{rang.party} rang {rang.key}/{rang.rung} {rang.early_us / 1e6:.3f} s before it was passed"
        for (party, key, rung), count in times.items():
            if count > 1 and not self.cursed(party):
                yield f"{party} rang {key}/{rung} {count} times"
