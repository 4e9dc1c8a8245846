"""What really moved between two runs: medians whose rounds do not meet those of the other run.

A ratio is compared where there is one, because it feels the machine's mood less; else the figure itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.measurement import Measurement, Unit
from benchmarks.runs import Run
from benchmarks.statistics import Spread

ALONE = 0.1
"""One value has no spread: a tenth to either side is taken for it."""


@dataclass(frozen=True, slots=True)
class Move:
    """One figure, or (`unit` is None) one ratio, then and now."""

    what: str
    unit: Unit | None
    then: Spread
    now: Spread


def moves(now: Run, then: Run, measurements: Sequence[Measurement]) -> list[Move]:
    """All that moved, in the order of the registry."""
    return [
        Move(what, unit, Spread.of(old), Spread.of(new))
        for what, unit, old, new in _pairs(now, then, measurements)
        if old and new and not _widened(old).meets(_widened(new))
    ]


def _pairs(
    now: Run, then: Run, measurements: Sequence[Measurement]
) -> Iterator[tuple[str, Unit | None, list[float], list[float]]]:
    peers = {name for one in measurements for name in one.beside}
    named = {one.name: one for one in measurements}
    for one in measurements:
        for beside in one.beside:
            what = f"{one.what}, beside {named[beside].what}"
            yield what, None, then.ratios(one.name, beside), now.ratios(one.name, beside)
        if not one.beside and one.name not in peers:
            yield one.what, one.unit, then.values(one.name), now.values(one.name)


def _widened(values: Sequence[float]) -> Spread:
    spread = Spread.of(values)
    if len(values) > 1:
        return spread
    return Spread(spread.median, spread.low * (1 - ALONE), spread.high * (1 + ALONE))
