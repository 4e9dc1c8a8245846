"""What of a recording one aircraft can have flown: gaps, jumps, and fixes that do not go with the others.

Theory of operation. Fixes in order of time are cut into *runs*: at a *gap*, where nothing was heard for longer than
`gap_us`, and at a *jump*, which no aircraft of `speed_m_s` can have flown (a kilometre is given for the receivers'
clocks, and in height 150 m/s and 300 m). Of all runs those are kept that can follow one another in this sense and hold
the most fixes together. The rest is left out and listed.

That is all that can be known from a track alone. Satellite navigation that is spoofed makes such runs, and so do a
receiver's faults; a spoofed position that could have been flown is not seen; and where the false run is the longer one,
the true one is left out. So nothing is called spoofed here, and nothing is bridged: a track is cut at every gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from wellclear.interop.fixes import Fix
from wellclear.interop.thinning import apart_m

CLOCKS_M: Final = 1_000.0
CLIMB_M_S: Final = 150.0
CLIMB_M: Final = 300.0
_RUNS_BACK: Final = 100  # how many runs before its own a run may follow; more in a row that do not fit are no track
_US: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What still counts as flown: the longest silence, and the fastest that an aircraft of this kind can be."""

    gap_us: int = 60 * _US
    speed_m_s: int = 350
    geometric: bool = False


@dataclass(frozen=True, slots=True)
class Break:
    """Where a track is not continuous: from one fix to the next, and how far apart and how fast that would be."""

    kind: Literal["gap", "jump"]
    before: Fix
    after: Fix
    apart_m: float
    climb_m: float

    @property
    def seconds(self) -> float:
        """From one to the other."""
        return (self.after.moment_us - self.before.moment_us) / _US

    @property
    def speed_m_s(self) -> float:
        """What would have to be flown."""
        return self.apart_m / self.seconds


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Fixes in a row that do not go with the rest: no aircraft within the limits was at these and at the others.

    `entered` and `left` are what it would take from the last kept fix before them, and to the next kept one after.
    """

    fixes: tuple[Fix, ...]
    entered: Break | None
    left: Break | None


@dataclass(frozen=True, slots=True)
class Sifted:
    """`segments` of fixes without gap or jump; `gaps` between them; the `jumps` of the recording; what was left out.

    `repeated` counts fixes of a moment that had been said already.
    """

    segments: tuple[tuple[Fix, ...], ...]
    gaps: tuple[Break, ...]
    jumps: tuple[Break, ...]
    left_out: tuple[LeftOut, ...]
    repeated: int
    limits: Limits


def sifted(fixes: Sequence[Fix], limits: Limits) -> Sifted:
    """Sift the fixes of one aircraft, in any order."""
    rising: list[Fix] = []
    for fix in sorted(fixes, key=lambda fix: (fix.moment_us, fix.row)):
        if not rising or fix.moment_us > rising[-1].moment_us:
            rising.append(fix)
    runs, jumps = _runs(rising, limits)
    kept = _together(runs, limits)
    segments: list[list[Fix]] = []
    gaps: list[Break] = []
    left_out: list[LeftOut] = []
    aside: list[Fix] = []
    for number, run in enumerate(runs):
        if number not in kept:
            aside += run
            continue
        before = segments[-1][-1] if segments else None
        if aside:
            left_out.append(_left_out(aside, before, run[0], limits))
            aside = []
        step = None if before is None else _step(before, run[0], limits)
        if before is not None and step is None:
            segments[-1] += run
            continue
        gaps += [] if step is None else [step]
        segments.append(list(run))
    if aside:
        left_out.append(_left_out(aside, segments[-1][-1] if segments else None, None, limits))
    told = tuple(tuple(segment) for segment in segments)
    return Sifted(told, tuple(gaps), tuple(jumps), tuple(left_out), len(fixes) - len(rising), limits)


def _runs(fixes: Sequence[Fix], limits: Limits) -> tuple[list[list[Fix]], list[Break]]:
    runs: list[list[Fix]] = []
    jumps: list[Break] = []
    for fix in fixes:
        step = _step(runs[-1][-1], fix, limits) if runs else None
        if runs and step is None:
            runs[-1].append(fix)
            continue
        runs.append([fix])
        if step is not None and step.kind == "jump":
            jumps.append(step)
    return runs, jumps


def _step(before: Fix, after: Fix, limits: Limits) -> Break | None:
    """The break between two fixes, if there is one."""
    step = _between(before, after, limits)
    return step if step.kind == "jump" or after.moment_us - before.moment_us > limits.gap_us else None


def _between(before: Fix, after: Fix, limits: Limits) -> Break:
    """What it would take from one fix to another, whether it is long or not."""
    distance_m, climb_m = apart_m(before, after), _climb_m(before, after, limits)
    seconds = (after.moment_us - before.moment_us) / _US
    too_far = distance_m > limits.speed_m_s * seconds + CLOCKS_M or climb_m > CLIMB_M_S * seconds + CLIMB_M
    return Break("jump" if too_far else "gap", before, after, distance_m, climb_m)


def _climb_m(before: Fix, after: Fix, limits: Limits) -> float:
    one_mm, other_mm = (fix.height_mm(geometric=limits.geometric) for fix in (before, after))
    return 0.0 if one_mm is None or other_mm is None else abs(other_mm - one_mm) / 1000


def _follows(before: Fix, after: Fix, limits: Limits) -> bool:
    return _between(before, after, limits).kind == "gap"


def _together(runs: Sequence[Sequence[Fix]], limits: Limits) -> set[int]:
    """The runs that can follow one another and hold the most fixes; the earlier of equals."""
    most: list[int] = []
    highest: list[int] = []  # of the runs so far
    coming: list[int | None] = []
    for number, run in enumerate(runs):
        best, before = 0, None
        for earlier in range(number - 1, max(-1, number - 1 - _RUNS_BACK), -1):
            if highest[earlier] <= best:
                break
            if most[earlier] > best and _follows(runs[earlier][-1], run[0], limits):
                best, before = most[earlier], earlier
        most.append(best + len(run))
        highest.append(max(most[-1], highest[-1] if highest else 0))
        coming.append(before)
    kept: set[int] = set()
    at = max(range(len(runs)), key=most.__getitem__, default=None)
    while at is not None:
        kept.add(at)
        at = coming[at]
    return kept


def _left_out(aside: Sequence[Fix], before: Fix | None, after: Fix | None, limits: Limits) -> LeftOut:
    entered = None if before is None else _between(before, aside[0], limits)
    left = None if after is None else _between(aside[-1], after, limits)
    return LeftOut(tuple(aside), entered, left)
