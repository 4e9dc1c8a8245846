"""Equal size, equal public digest: on every machine, at every moment, and as a fresh fold of the log gives it."""

from __future__ import annotations

from collections.abc import Iterator

from wellclear.testing.checkers.checker import Checker, History


class OnePicture(Checker):
    """What machines held at some size, second by second, and what the log itself says."""

    name = "one picture"

    def finish(self, history: History) -> Iterator[str]:
        ledger = self.world.ledger
        if "history" in ledger.guilty:
            return
        said: set[tuple[str, int]] = set()
        for sample in ledger.samples:
            if 0 < sample.size <= len(history.steps) and (sample.name, sample.size) not in said:
                said.add((sample.name, sample.size))
                if history.steps[sample.size - 1].picture.digest != sample.digest:
                    yield f"{sample.name} had another picture of {sample.size} entries, {sample.at_us / 1e6:.0f} s"
