"""What an engine is asked and what it answers; every engine stands behind the same `Engine`.

conflict <=> distance of skeletons <= radius + radius + lateral, and gap of bands <= vertical, and gap of windows <=
time. All intervals are closed (decision 0011) and `TOLERANCE_MM` is in favour of conflict. Volumes of one party never
conflict with each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from wellclear.domain.quantities import Position
from wellclear.domain.volume import SeparationMinima, Volume

TOLERANCE_MM: Final = 1

Verdict = Literal["conflict", "possible"]
MinimaOf = Callable[[str, str], SeparationMinima]
"""The minima for a pair of categories; always asked with the two in alphabetical order."""
Progress = Callable[[int, int], None]
"""Told from time to time how many notices are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Announced:
    """One version of a notice, as far as an engine must know it.

    `coarse` says that the volumes are a disclosed cell and slot and not what is planned: all its conflicts are
    `possible`. `stand_ins` are the indexes of volumes that stand in for geometry that could not be computed; so are
    theirs, and only theirs, lest one nonsense volume soften the rest.
    """

    id: str
    version: int
    party: str
    category: str
    volumes: tuple[Volume, ...]
    coarse: bool = False
    stand_ins: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Conflict:
    """A pair of notices in conflict, with its worst pair of volumes; `a` is the lower id.

    Whole numbers throughout, so that two people can read them to each other. A separation is 0 where the volumes
    meet; a margin is how much more it is than the agreed minimum (negative: how much is missing), and the lateral
    one goes on below the minimum into the overlap of radii. Where datums differ `vertical_mm` is the least gap
    that the conversion leaves possible and `vertical_most_mm` the most. `start_us` to `end_us` is the time that the
    windows share; if they share none (`time_us` > 0), the gap between them. A volume is named by its index
    in the notice and, for a route with times, its leg (else 0). `conflicts` and `possibles` count the pairs of
    volumes behind this one.
    """

    a: str
    a_version: int
    b: str
    b_version: int
    verdict: Verdict
    lateral_mm: int
    lateral_margin_mm: int
    vertical_mm: int
    vertical_most_mm: int
    vertical_margin_mm: int
    time_us: int
    time_margin_us: int
    a_nearest: Position
    b_nearest: Position
    start_us: int
    end_us: int
    minima: SeparationMinima
    a_volume: int
    a_leg: int
    b_volume: int
    b_leg: int
    conflicts: int
    possibles: int
    engine: str


class Engine(Protocol):
    """Holds announced notices and finds conflicts; the answers depend on what it holds, not on how it came there.

    Lists are in the order of (a, b). Unknown and doubled ids raise InvalidValue.
    """

    def add(self, item: Announced) -> None:
        """Hold a notice."""
        ...

    def remove(self, item_id: str) -> None:
        """Forget a notice, as if it had never been added."""
        ...

    def replace(self, item: Announced) -> None:
        """Hold another version in place of the one with the same id."""
        ...

    def check(self, item: Announced) -> list[Conflict]:
        """Conflicts of one notice, held or not, with all held ones of other ids."""
        ...

    def check_many(self, items: Sequence[Announced]) -> list[list[Conflict]]:
        """The same for several, each against what is held, not against each other."""
        ...

    def sweep(self, progress: Progress | None = None) -> list[Conflict]:
        """Conflicts of all pairs that are held."""
        ...

    def swept(self, progress: Progress | None = None) -> Iterator[Conflict]:
        """The same, one after the other, for answers too long to hold; what is held must not change in between."""
        ...


def of_one_pair(found: Iterable[Conflict]) -> Conflict:
    """The worst of the conflicts between the volumes of one pair of notices, carrying the counts of all.

    Worst is `conflict` before `possible`, then the least lateral margin, vertical and time separation; indexes decide
    between equals, so that everybody names the same volumes.
    """
    return min(
        found,
        key=lambda c: (
            c.verdict,  # "conflict" sorts before "possible"
            c.lateral_margin_mm,
            c.vertical_mm,
            c.vertical_most_mm,
            c.time_us,
            c.a_volume,
            c.a_leg,
            c.b_volume,
            c.b_leg,
        ),
    )
