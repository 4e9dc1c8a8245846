"""What a measurement is: one figure with a name, a unit, what it is set beside, and what we aim at.

`benchmarks/registry.py` lists them all. A group is what belongs together, ours and its peers; within a round the
members of a group follow each other closely, and each round another one goes first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from benchmarks.stand import Stand

Unit = Literal["entries", "entries/s", "signatures/s", "ms", "s", "µs", "bytes", "pairs", "pairs/s", "share"]
Take = Callable[[Stand], float]


@dataclass(frozen=True, slots=True)
class Aim:
    """What a median should be: of the figure itself or (`ratio`) of its ratio to the first thing it is set beside."""

    bound: float
    better: Literal["more", "less"]
    source: str
    ratio: bool = False

    def met(self, median: float) -> bool:
        """Whether a median reaches it."""
        return median >= self.bound if self.better == "more" else median <= self.bound


@dataclass(frozen=True, slots=True)
class Measurement:
    """One figure.

    `beside` names the measurements, of the same group, that it is shown as a ratio to: a peer, or the raw operation
    that bounds it. `once` is for what no machine changes, such as bytes and wrong answers, and for what a run does only
    once.
    """

    name: str
    what: str
    unit: Unit
    take: Take
    beside: tuple[str, ...] = ()
    aim: Aim | None = None
    once: bool = False

    @property
    def group(self) -> str:
        """The first word of the name."""
        return self.name.partition(".")[0]


class Unknown(ValueError):
    """No group or measurement of this name is there."""


def chosen(everything: Sequence[Measurement], only: Iterable[str], on_demand: Iterable[str]) -> list[Measurement]:
    """What to take: groups or single figures by name, with all that these are set beside.

    Without names, all groups but those that are taken on demand only.

    Raises:
        Unknown: a name that nothing has.
    """
    wanted = set(only)
    if not wanted:
        wanted = {one.group for one in everything} - set(on_demand)
    names = {one.name for one in everything}
    strange = wanted - names - {one.group for one in everything}
    if strange:
        raise Unknown(f"no measurement is called {', '.join(sorted(strange))}")
    taken = {one.name for one in everything if one.name in wanted or one.group in wanted}
    taken |= {beside for one in everything if one.name in taken for beside in one.beside}
    return [one for one in everything if one.name in taken]


def groups(measurements: Iterable[Measurement]) -> list[list[Measurement]]:
    """The measurements by their groups, each in the order of the registry."""
    found: dict[str, list[Measurement]] = {}
    for one in measurements:
        found.setdefault(one.group, []).append(one)
    return list(found.values())
