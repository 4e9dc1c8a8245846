"""No process dies of itself, no task of it ends, and when nothing goes wrong any more everything comes to rest."""

from __future__ import annotations

from collections.abc import Iterator

from wellclear.testing.checkers.checker import Checker, History


class Alive(Checker):
    """What ended that should not have, and what is still on its way at the end."""

    name = "alive"

    def watch(self) -> Iterator[str]:
        while self.world.found:
            yield self.world.found.pop()
        for machine in self.world.everything():
            while machine.died:
                yield f"{machine.name} ended by itself: {machine.died.pop()}"
            for error in machine.life.faults if machine.life is not None else ():
                yield f"a task of {machine.name} ended: {error!r}"

    def finish(self, history: History) -> Iterator[str]:
        yield from self.watch()
        if not self.world.at_rest() and not self._split():
            yield f"it did not come to rest: {self.world.unrest()}"

    def _split(self) -> bool:
        """Whether two histories were signed: then the channel stands still until its heads change the host."""
        halted = any(node.service is not None and node.service.core.state == "halted" for node in self.nodes())
        return halted or "two histories" in self.world.host.why_down
