"""How the holders of volumes are asked: each loads the same file, answers checks, sweeps, and decides close pairs.

A volume in a file: `shape` is one of point, route, polygon and polygons with corners in degrees x 10^7 as [longitude,
latitude], `radius_mm` widens it, `slab` is start and end in microseconds, lower and upper face in millimetres. The work
in a file is made of whole numbers, so everybody reads the same.
"""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

Item = dict[str, Any]
Pairs = set[tuple[str, str]]
PAGE_BYTES = 4096


class Holder(Protocol):
    """Holds notices of one volume each, and says which are in conflict: which meet in all four dimensions."""

    def hold(self, items: Sequence[Any]) -> None:
        """Hold them all, and be ready for the first question."""
        ...

    def against(self, item: Any) -> int:
        """With how many held notices of other parties one is in conflict."""
        ...

    def pairs(self) -> Pairs:
        """All pairs in conflict, the lower id first."""
        ...


class Holding:
    """The questions about one holder; `made(lateral_mm)` makes one with a minimum, `read` an item of its own."""

    def __init__(self, made: Callable[[int], Holder], read: Callable[[Item], Any]) -> None:
        self._made = made
        self._read = read

    def load(self, file: str) -> dict[str, float]:
        """Take a crowd in: seconds, and by how many bytes the process grew."""
        work = json.loads(Path(file).read_text(encoding="utf-8"))
        items = [self._read(item) for item in work["held"]]
        self._asked = [self._read(item) for item in work["asked"]]
        del work
        self._holder = self._made(0)
        gc.collect()
        before, start = resident(), time.perf_counter()
        self._holder.hold(items)
        taken = time.perf_counter() - start
        gc.collect()
        return {"seconds": taken, "bytes": resident() - before, "held": len(items)}

    def check(self) -> list[float]:
        """Seconds of each check."""
        return [seconds(partial(self._holder.against, item)) for item in self._asked]

    def sweep(self) -> dict[str, Any]:
        """All against all: seconds and the pairs."""
        start = time.perf_counter()
        found = self._holder.pairs()
        return {"seconds": time.perf_counter() - start, "pairs": sorted(found)}

    def meet(self, file: str) -> list[bool]:
        """For each pair of a file, whether it is in conflict: each in a holder of its own, as minima are."""
        said = []
        for pair in json.loads(Path(file).read_text(encoding="utf-8")):
            holder = self._made(pair["lateral_mm"])
            holder.hold([self._read(pair["a"])])
            said.append(holder.against(self._read(pair["b"])) > 0)
        return said


def seconds(action: Callable[[], object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def ordered(one: str, other: str) -> tuple[str, str]:
    """A pair of ids, the lower first."""
    return (one, other) if one < other else (other, one)


def resident() -> int:
    """Bytes of memory that the process takes."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE_BYTES
