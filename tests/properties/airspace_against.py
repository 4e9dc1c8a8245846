"""Close pairs, decided by the oracle, put to an engine: how many, and which were answered wrongly.

Every pair gets minima of its own, near its distance: half within 5 m, a quarter within 10 cm, the rest within 1 km.
What the oracle finds within 1 cm of the threshold is counted neither way, and neither is what no choice of minima
brings within 1 km of it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from tests.properties.airspace_cases import any_radius_mm, centre_of, grazing_pair, offset, skeleton, skeleton_pair
from tests.properties.airspace_oracle import distances_m
from wellclear.airspace.conflict import Announced
from wellclear.airspace.reference import ReferenceEngine
from wellclear.domain.quantities import Datum
from wellclear.domain.volume import AltitudeBand, SeparationMinima, Skeleton, TimeWindow, Volume

UNDECIDED_MM = 10
CLOSE_MM = 1_000_000
CROWD = 16

Margins = dict[tuple[str, str], int]
"""What an engine finds: the lateral margin of each pair in conflict (mm)."""
Ask = Callable[[Sequence[Announced], "Minima"], Margins]


@dataclass(frozen=True)
class Case:
    """Two volumes, their lateral minimum, and by how much they keep it according to the oracle (mm)."""

    a: Volume
    b: Volume
    lateral_mm: int
    margin_mm: int


Scene = tuple[list[Announced], dict[tuple[str, str], Case]]
"""What is held at once, and the pairs that are looked at."""


@dataclass(frozen=True)
class Minima:
    """The minima of pairs of categories; every notice here is a category of its own."""

    lateral_mm: dict[tuple[str, str], int]

    def __call__(self, a: str, b: str) -> SeparationMinima:
        return SeparationMinima(self.lateral_mm.get((a, b), 0), 0, 0)


@dataclass
class Tally:
    """How many pairs were decided, and those that were answered wrongly."""

    decided: int = 0
    wrong: list[Case] = field(default_factory=list)

    def __iadd__(self, other: Tally) -> Tally:
        self.decided += other.decided
        self.wrong += other.wrong
        return self


def reference(tail: int) -> Ask:
    """Our engine; with a tail of 0 all candidates come from the tree."""

    def ask(items: Sequence[Announced], minima: Minima) -> Margins:
        engine = ReferenceEngine(minima, tail)
        for item in items:
            engine.add(item)
        return {(c.a, c.b): c.lateral_margin_mm for c in engine.sweep()}

    return ask


def put(ask: Ask, cases: Sequence[Scene], *, margins: bool = True) -> Tally:
    """Ask for each scene at once, and compare; without `margins` only yes and no."""
    tally = Tally()
    for items, pairs in cases:
        found = ask(items, Minima({pair: case.lateral_mm for pair, case in pairs.items()}))
        for pair, case in pairs.items():
            if UNDECIDED_MM <= abs(case.margin_mm) <= CLOSE_MM:
                tally.decided += 1
                said = found.get(pair)
                right = (said is not None) is (case.margin_mm < 0)
                if not right or (margins and said is not None and abs(said - case.margin_mm) > 1):
                    tally.wrong.append(case)
    return tally


def scenes(place: str, count: int, seed: int) -> list[Scene]:
    """About so many pairs at a place: a third random, a third grazing each other, a third out of crowds."""
    draw = random.Random(seed)
    skeletons: list[tuple[Skeleton, ...]] = [skeleton_pair(draw, place) for _ in range(count // 3)]
    skeletons += [grazing_pair(draw, place) for _ in range(count // 3)]
    skeletons += [crowd(draw, place) for _ in range(count // 3 * 2 // (CROWD * (CROWD - 1)))]
    pairs = [pair for scene in skeletons for pair in combinations(scene, 2)]
    distance_m = iter(distances_m(pairs).tolist())
    return [_scene(draw, scene, distance_m) for scene in skeletons]


def crowd(draw: random.Random, place: str) -> tuple[Skeleton, ...]:
    """Skeletons in each other's way."""
    size_m = 10 ** draw.uniform(2, 4.5)
    middles = [offset(centre_of(place), draw.uniform(0, 360), draw.uniform(0, 6) * size_m) for _ in range(CROWD)]
    return tuple(skeleton(draw, middle, draw.uniform(0.1, 2) * size_m) for middle in middles)


def _scene(draw: random.Random, skeletons: Sequence[Skeleton], distance_m: Iterator[float]) -> Scene:
    everywhere, always = AltitudeBand(Datum.W84, None, None), TimeWindow(0, 1)
    volumes = [Volume(drawn, any_radius_mm(draw, drawn), everywhere, always) for drawn in skeletons]
    names = [f"N{number:02}" for number in range(len(volumes))]
    items = [Announced(name, 1, name, name, (volume,)) for name, volume in zip(names, volumes, strict=True)]
    cases = {}
    for (a, name_a), (b, name_b) in combinations(zip(volumes, names, strict=True), 2):
        apart_mm = round(next(distance_m) * 1000) - a.radius_mm - b.radius_mm
        reach_mm = draw.choice((5_000, 5_000, 100, CLOSE_MM))
        lateral_mm = max(0, apart_mm + draw.randint(-reach_mm, reach_mm))
        cases[name_a, name_b] = Case(a, b, lateral_mm, apart_mm - lateral_mm)
    return items, cases
