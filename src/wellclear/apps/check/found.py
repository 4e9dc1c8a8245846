"""The conflicts of a plan, counted once and read as often as wanted: kept while they are few, else swept anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from wellclear.airspace.conflict import Conflict

KEPT_MAX: Final = 200_000
"""Some two hundred megabytes; a sweep costs less than the memory for more."""


class Conflicts:
    """What a sweep finds, in the engine's order.

    Args:
        sweep: finds them all, one after the other; always the same.
        kept_max: how many may be held.
    """

    def __init__(self, sweep: Callable[[], Iterator[Conflict]], kept_max: int = KEPT_MAX) -> None:
        self._sweep, self._kept_max = sweep, kept_max
        self._kept: list[Conflict] | None = None
        self._counts: tuple[int, int] | None = None

    def __iter__(self) -> Iterator[Conflict]:
        return iter(self._kept) if self._kept is not None else self._swept()

    def __len__(self) -> int:
        return sum(self.counts())

    def counts(self) -> tuple[int, int]:
        """How many conflicts, and how many possible ones; sweeps if nobody has yet."""
        if self._counts is None:
            for _ in self._swept():
                pass
        assert self._counts is not None, "a sweep to its end has counted"
        return self._counts

    def _swept(self) -> Iterator[Conflict]:
        kept: list[Conflict] | None = []
        certain = total = 0
        for conflict in self._sweep():
            total += 1
            certain += conflict.verdict == "conflict"
            if kept is not None:
                kept.append(conflict)
                kept = kept if total <= self._kept_max else None
            yield conflict
        self._kept, self._counts = kept, (certain, total - certain)
