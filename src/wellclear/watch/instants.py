"""Moments that something is waiting for, so that a watch over 100,000 open items looks only at those that matter.

A map from minutes to what lies in them: adding and removing cost one look-up, and a range costs the minutes that it
spans and that hold anything.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Hashable, Iterable, Iterator
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
_MINUTE_US = 60_000_000


class Instants(Generic[Key]):
    """Keys, each at one moment in microseconds of UTC."""

    __slots__ = ("_at", "_filled", "_minutes")

    def __init__(self, items: Iterable[tuple[Key, int]] = ()) -> None:
        self._at: dict[Key, int] = {}
        self._minutes: dict[int, set[Key]] = {}
        self._filled: list[int] = []
        for key, at_us in items:
            self.put(key, at_us)

    def __len__(self) -> int:
        return len(self._at)

    def put(self, key: Key, at_us: int) -> None:
        """Wait for a moment; a key that was waiting for another one moves."""
        self.drop(key)
        self._at[key] = at_us
        minute = at_us // _MINUTE_US
        if minute not in self._minutes:
            self._minutes[minute] = set()
            insort(self._filled, minute)
        self._minutes[minute].add(key)

    def drop(self, key: Key) -> None:
        """Wait no more; it may not have been waiting."""
        at_us = self._at.pop(key, None)
        if at_us is None:
            return
        minute = at_us // _MINUTE_US
        keys = self._minutes[minute]
        keys.discard(key)
        if not keys:
            del self._minutes[minute]
            del self._filled[bisect_left(self._filled, minute)]

    def any_between(self, first_us: int, before_us: int) -> bool:
        """Whether anything waits for a moment from `first_us` on and before `before_us`."""
        return next(self._within(first_us, before_us), None) is not None

    def passed(self, moment_us: int) -> list[tuple[int, Key]]:
        """What waits for a moment strictly before this one, in the order of the moments."""
        first_us = self._filled[0] * _MINUTE_US if self._filled else moment_us
        return sorted(self._within(first_us, moment_us), key=lambda found: (found[0], str(found[1])))

    def _within(self, first_us: int, before_us: int) -> Iterator[tuple[int, Key]]:
        start = bisect_left(self._filled, first_us // _MINUTE_US)
        for place in range(start, len(self._filled)):
            minute = self._filled[place]
            if minute * _MINUTE_US >= before_us:
                return
            for key in self._minutes[minute]:
                if first_us <= self._at[key] < before_us:
                    yield self._at[key], key
