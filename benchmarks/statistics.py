"""What is said of a handful of rounds: a median, how far they lay apart, and whether two runs really differ.

With three to seven rounds there is no distribution to speak of, so the spread is the lowest and the highest round, and
two runs differ only where their spreads do not meet.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of some rounds, with the lowest and the highest of them."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Of at least one round."""
        assert values, "something was measured"
        return cls(statistics.median(values), min(values), max(values))

    @classmethod
    def middle(cls, values: Sequence[float]) -> Spread:
        """The same of the middle half: from the first quartile to the third (nearest rank)."""
        return cls(statistics.median(values), percentile(values, 0.25), percentile(values, 0.75))

    @property
    def width(self) -> float:
        """Lowest to highest, as a share of the median."""
        return (self.high - self.low) / self.median if self.median else 0.0

    def meets(self, other: Spread) -> bool:
        """Whether some value lies in both; then the two may be the same thing, measured twice."""
        return self.low <= other.high and other.low <= self.high


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all values does not exceed (nearest rank)."""
    assert values, "something was measured"
    assert 0 < share <= 1, "a share of the values"
    return sorted(values)[math.ceil(share * len(values)) - 1]


def rotated(things: Sequence[T], by: int) -> Iterator[T]:
    """The same things, starting later, so that nobody always goes first."""
    start = by % len(things) if things else 0
    yield from things[start:]
    yield from things[:start]
