"""What a plot of series shows: a lane for each, with its own scale and its definition, in bins of one length (R36, N8).

A party's own count stands above those of others, and only where one is kept. Nothing is added over lanes, and no lane
shares a scale with another: unlike definitions make heights that cannot be compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from wellclear.apps.check.map.scene import visible
from wellclear.apps.check.words import counted
from wellclear.errors import InvalidValue
from wellclear.interop.events.counts import Counts, Step, Tally

LANES_MAX: Final = 8
NEVER_ADDED: Final = "Each lane counts by its own definition and has its own scale. Lanes are never added together."
NO_OWN: Final = "No own count of a party is kept here."
_DAYS_MAX, _WEEKS_MAX = 366, 1_650


@dataclass(frozen=True, slots=True)
class Lane:
    """One series. `by` is who counts, `bars` the bins with anything in them, `apart` what stands in none, and why."""

    series: str
    party: str
    unit: str
    by: str
    counts: str
    event: str
    credit: str
    whole: Tally
    bars: dict[date, Tally]
    apart: dict[str, Tally]

    @property
    def top(self) -> int:
        """The highest figure of any bar."""
        return max((max(tally.bar) for tally in self.bars.values()), default=0)

    @property
    def apart_words(self) -> str:
        """What stands in no bar, in one sentence; empty where everything does."""
        if not self.apart:
            return ""
        events = sum(tally.events for tally in self.apart.values())
        reasons = ", ".join(f"{tally.events:,} {why}" for why, tally in self.apart.items())
        stands = "stands" if events == 1 else "stand"
        return f"{counted(events, 'event')} of {self.whole.events:,} {stands} in no bar: {reasons}."


@dataclass(frozen=True, slots=True)
class Scene:
    """All lanes, over the same days: from the first to the last one, both included, in bins of `step`."""

    lanes: tuple[Lane, ...]
    step: Step
    first: date
    last: date
    asked: str

    @property
    def headline(self) -> str:
        """What stands above everything."""
        return f"{counted(len(self.lanes), 'series', 'series')}, by {self.step}: {self.first} to {self.last}"

    @property
    def own(self) -> str:
        """Which parties' own counts are here, or that there is none."""
        parties = sorted({lane.party for lane in self.lanes if lane.party})
        return f"Own counts here: {', '.join(parties)}." if parties else NO_OWN


def is_least(tally: Tally) -> bool:
    """Whether some event of a bar says no best, so that the bar is the least that it may be."""
    return tally.unsaid > 0


def best_step(first: date, last: date) -> Step:
    """Days while there are not more than a sheet can show, then weeks, then months."""
    days = (last - first).days + 1
    return Step.DAY if days <= _DAYS_MAX else Step.WEEK if days <= _WEEKS_MAX else Step.MONTH


def scene_of(counts: Sequence[Counts], first: date | None, last: date | None, asked: str = "") -> Scene:
    """The scene of series that were counted in bins of the same length; own counts of parties first.

    Raises:
        InvalidValue: too many series, or none of them has an event to show.
    """
    if len(counts) > LANES_MAX:
        raise InvalidValue("series", f"{len(counts)} are more than a plot holds; name {LANES_MAX} at most")
    shown = [one for one in counts if one.whole.events]
    firsts, lasts = _days(one.first for one in shown), _days(one.last for one in shown)
    if not firsts or not lasts:
        raise InvalidValue("series", "there is no event to show; ask for other days, types or sides")
    lanes = sorted((_lane(one) for one in counts), key=lambda lane: (not lane.party, lane.party, lane.series))
    return Scene(tuple(lanes), counts[0].step, first or min(firsts), last or max(lasts), asked)


def _days(days: Iterable[date | None]) -> list[date]:
    return [day for day in days if day is not None]


def _lane(counts: Counts) -> Lane:
    said = counts.definition
    credit = ", ".join(part for part in (said.cite, said.licence) if part)
    return Lane(
        counts.series, said.party, visible(said.unit), visible(said.by), visible(said.counts), visible(said.event),
        visible(credit), counts.whole, counts.by_time, counts.apart_time,
    )  # fmt: skip
