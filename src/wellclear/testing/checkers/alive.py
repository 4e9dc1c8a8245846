"""No process dies of itself, no task of it ends, and when nothing goes wrong any more everything comes to rest."""

from __future__ import annotations

from collections.abc import Iterator

from wellclear.testing.checkers.checker import Checker, History


class Alive(Checker):
    """What ended that should not have, and what is still on its way at the end.

    Excused: nothing. Where nobody is left who could change a convicted host, the world itself says that it rests.
    """

    name = "alive"

    def watch(self) -> Iterator[str]:
        yield from self.watched.found
        for machine in self.watched.machines:
            yield from (f"{machine.name} ended by itself: {end}" for end in machine.ends)

    def finish(self, history: History) -> Iterator[str]:
        yield from self.watch()
        unrest = self.watched.unrest()
        if unrest:
            yield f"it did not come to rest: {unrest}"
