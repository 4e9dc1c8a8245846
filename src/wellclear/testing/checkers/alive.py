"""No process dies of itself, no task of it ends, and when nothing goes wrong any more everything comes to rest."""

from __future__ import annotations

from collections.abc import Iterator

from wellclear.testing.checkers.checker import Checker, History


class Alive(Checker):
    """What ended that should not have, and what is still on its way at the end.

    Excused: a channel in which a node holds evidence stands still until its heads change the host, and a host that
    finds its own promise broken does not start. Nothing excuses an end.
    """

    name = "alive"

    def watch(self) -> Iterator[str]:
        yield from self.watched.found
        for machine in self.watched.machines:
            yield from (f"{machine.name} ended by itself: {end}" for end in machine.ends)

    def finish(self, history: History) -> Iterator[str]:
        yield from self.watch()
        unrest = self.watched.unrest()
        if unrest and not self._split():
            yield f"it did not come to rest: {unrest}"

    def _split(self) -> bool:
        """Whether two histories were signed: then the channel stands still until its heads change the host."""
        halted = any(core.state == "halted" for _, core in self.nodes())
        return halted or "two histories" in self.watched.hosts[0].why_down
