"""Steps of a band: where to cut a climb so that few bands claim little of the sky.

The legs of a segment are one run at first. The cut is made that saves most of height times time, over all runs, until
there are as many as are wanted or a cut saves little of what the runs would claim without any.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_WORTH: Final = 50  # a cut must save one part in so many


@dataclass(frozen=True, slots=True)
class Flown:
    """For each fix its moment (us) and between which heights (mm) it was; None where no height was said at all."""

    moments: Sequence[int]
    lows: Sequence[int | None]
    highs: Sequence[int | None]

    def extremes(self, first: int, last: int) -> tuple[int, int] | None:
        """The lowest and the highest of some fixes, both ends included; None where nothing was said."""
        lows = [low for low in self.lows[first : last + 1] if low is not None]
        highs = [high for high in self.highs[first : last + 1] if high is not None]
        return (min(lows), max(highs)) if lows and highs else None


Legs = Sequence[tuple[int, int]]
"""Of each leg its first and its last fix."""


def steps_of(flown: Flown, legs: Legs, most: int) -> list[range]:
    """Runs of legs, at most so many, that each get a band of their own."""
    bands = [flown.extremes(first, last) for first, last in legs]
    if None in bands:
        return [range(len(legs))]
    spans = [band for band in bands if band is not None]
    lasts = [flown.moments[last] - flown.moments[first] for first, last in legs]
    runs = [range(len(legs))]
    best = [_best(spans, lasts, runs[0])]
    worth = _claimed(spans, lasts, runs[0]) // _WORTH
    while len(runs) < most:
        at = max(range(len(runs)), key=lambda number: best[number][0])
        saved, cut = best[at]
        if saved <= worth:
            break
        run = runs[at]
        parts = [range(run.start, cut), range(cut, run.stop)]
        runs[at : at + 1] = parts
        best[at : at + 1] = [_best(spans, lasts, part) for part in parts]
    return runs


def _claimed(spans: Sequence[tuple[int, int]], lasts: Sequence[int], run: range) -> int:
    low = min(spans[index][0] for index in run)
    high = max(spans[index][1] for index in run)
    return (high - low) * sum(lasts[index] for index in run)


def _best(spans: Sequence[tuple[int, int]], lasts: Sequence[int], run: range) -> tuple[int, int]:
    """What the best cut of a run saves, and before which leg it is."""
    ahead = _running(spans, lasts, run)
    behind = _running(spans, lasts, run[::-1])[::-1]
    whole = ahead[-1]
    cuts = ((whole - ahead[at - 1] - behind[at], run.start + at) for at in range(1, len(run)))
    return max(cuts, default=(0, run.start))


def _running(spans: Sequence[tuple[int, int]], lasts: Sequence[int], order: range) -> list[int]:
    """What the legs so far would claim in one band, leg by leg."""
    low, high, taken, claimed = spans[order[0]][0], spans[order[0]][1], 0, []
    for index in order:
        low, high, taken = min(low, spans[index][0]), max(high, spans[index][1]), taken + lasts[index]
        claimed.append((high - low) * taken)
    return claimed
