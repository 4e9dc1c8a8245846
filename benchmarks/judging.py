"""Red lines judged for a draft, beside the check of the same draft against what is announced, in this process.

The red lines lie where the crowd does, as a careful declarer would draw them: six of ten are an area with categories,
half of those with a capability; three are an area with a condition; one is a condition without an area, which no tree
can leave out. Half of the areas have no heights, and most are always in force.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from time import perf_counter
from typing import TypeVar

import numpy as np

from benchmarks.crowd import crowd
from benchmarks.stand import Stand
from benchmarks.statistics import percentile
from wellclear.airspace.conflict import Announced
from wellclear.airspace.drafts import Draft
from wellclear.airspace.expressions import Known, expression_from
from wellclear.airspace.red_line_changes import smallest_changes
from wellclear.airspace.red_lines import RedLines
from wellclear.airspace.reference import ReferenceEngine
from wellclear.airspace.triggers import Trigger
from wellclear.domain.agreement import Category
from wellclear.domain.quantities import WHOLE_MAX, Datum
from wellclear.domain.volume import AltitudeBand, Route, SeparationMinima, TimeWindow

T = TypeVar("T")

NOW_US = 1_800_000_000_000_000
"""When the crowd's week begins."""
CONDITIONS = (
    "radar || jamming", "!crewed && lead_s < 24 * 3600", "count > 3 && category in ['air', 'drone']",
    "live_weapons || (category == 'exercise' && end - start > duration('6h'))",
)  # fmt: skip
ANYWHERE = "category == 'survey' || (air_defence && lead_s < 72 * 3600)"
_EVERY_DAY = TimeWindow(-WHOLE_MAX, WHOLE_MAX)


def triggers(count: int) -> list[Trigger]:
    """So many, always the same."""
    draw = np.random.default_rng(3)
    areas = [item.volumes[0] for item in crowd(2 * count, seed=3) if not isinstance(item.volumes[0].skeleton, Route)]
    conditions = [expression_from(text) for text in CONDITIONS]
    anywhere = expression_from(ANYWHERE)
    made = []
    for number, area in zip(range(count), areas, strict=False):
        volume = replace(area, window=area.window if draw.random() < 0.2 else _EVERY_DAY)
        if draw.random() < 0.5:
            volume = replace(volume, band=AltitudeBand(Datum.AMSL, None, None))
        kind = number % 10
        if kind == 9:
            made.append(Trigger(expression=anywhere))
        elif kind >= 6:
            made.append(Trigger(area=volume, expression=conditions[number % len(conditions)]))
        else:
            categories: tuple[Category, ...] = ("air", "deployment", "drone")
            made.append(Trigger(area=volume, categories=categories, capabilities=("radar",) if kind % 2 else ()))
    return made


def lines(stand: Stand) -> RedLines:
    """The red lines of a run, held, their tree planted."""

    def make() -> RedLines:
        held = RedLines()
        for number, trigger in enumerate(triggers(stand.sizes["lines"])):
            held.hold(f"L{number}", trigger)
        held.judged(_drafts(stand)[0], NOW_US)
        return held

    return stand.kept("red lines", make)


def judged_ms(stand: Stand) -> float:
    """The median draft against all red lines."""
    held = lines(stand)
    return _median_ms(_drafts(stand), lambda draft: held.judged(draft, NOW_US))


def checked_ms(stand: Stand) -> float:
    """The median check of the same drafts against what is announced."""

    def make() -> ReferenceEngine:
        engine = ReferenceEngine(lambda a, b: SeparationMinima(0, 0, 0))
        for item in crowd(stand.sizes["volumes"], seed=1):
            engine.add(item)
        engine.check(_asked(stand)[0])
        return engine

    engine = stand.kept("announced", make)
    return _median_ms(_asked(stand), engine.check)


def changed_ms(stand: Stand) -> float:
    """The median search for the smallest changes, of drafts that touch a red line."""
    held = lines(stand)
    touching = stand.kept("touching", lambda: [one for one in _drafts(stand) if held.judged(one, NOW_US)][:20])
    return _median_ms(touching, lambda draft: smallest_changes(held, draft, NOW_US))


def compiled_ms(stand: Stand) -> float:
    """The median reading of a condition, as when a red line is declared."""
    texts = [text for text in (*CONDITIONS, ANYWHERE) for _ in range(20)]
    return _median_ms(texts, expression_from)


def answered_us(stand: Stand) -> float:
    """The median answer of a condition, over facts that are known to the library already."""
    known = Known({"air_defence": False, "category": "air", "lead_s": 86_400})
    return _median_ms([expression_from(ANYWHERE)] * 500, lambda one: one.answer(known)) * 1000


def _asked(stand: Stand) -> list[Announced]:
    def make() -> list[Announced]:
        return [replace(item, id=f"Q{item.id}", party="Q") for item in crowd(stand.sizes["checks"], seed=2)]

    return stand.kept("asked", make)


def _drafts(stand: Stand) -> list[Draft]:
    """The same volumes as drafts that state who is on board and no radar, and leave the rest open."""
    return stand.kept(
        "drafts",
        lambda: [
            Draft(
                item.volumes,
                category="air",
                has=frozenset({"crewed"}),
                lacks=frozenset({"uncrewed", "radar", "air_defence"}),
                count=2,
            )
            for item in _asked(stand)
        ],
    )


def _median_ms(asked: Sequence[T], ask: Callable[[T], object]) -> float:
    taken = []
    for one in asked:
        start = perf_counter()
        ask(one)
        taken.append(perf_counter() - start)
    return percentile(taken, 0.5) * 1000
