"""What a series counts, by day, week or month, by cell of the map, and by type: each series for itself (R36, N8).

An event stands in a bin only if the source knows that it belongs there: all its days lie in it and the source dates no
worse; and in a cell only where its place is known to some 25 km at worst. The others are told *apart*, with the reason,
and never spread over bins. Figures are sums of the source's own low, best and high. No function here takes two series
and gives one number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from wellclear.domain.quantities import E7
from wellclear.errors import InvalidValue
from wellclear.interop.events.event import MAPPED, Dated, Event
from wellclear.interop.events.form import Definition

CELL_E7: Final = E7 // 2
CELL_E7_MIN, CELL_E7_MAX = E7 // 100, 10 * E7
Cell = tuple[int, int]
"""The south-west corner of a cell, degrees x 10^7."""


class Step(StrEnum):
    """How long a bin of time is. Weeks begin on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    def start(self, of: date) -> date:
        """The first day of the bin that a day lies in."""
        if self is Step.DAY:
            return of
        return of - timedelta(days=of.weekday()) if self is Step.WEEK else of.replace(day=1)

    def after(self, start: date) -> date:
        """The first day of the next bin."""
        if self is Step.MONTH:
            return date(start.year + start.month // 12, start.month % 12 + 1, 1)
        return start + timedelta(days=1 if self is Step.DAY else 7)


_KNOWN_TO: Final = {
    Step.DAY: frozenset({Dated.DAY}),
    Step.WEEK: frozenset({Dated.DAY, Dated.DAYS, Dated.WEEK}),
    Step.MONTH: frozenset({Dated.DAY, Dated.DAYS, Dated.WEEK, Dated.MONTH}),
}


@dataclass(slots=True)
class Tally:
    """Events, and the sums of those low, best and high that they say, None where none does; `unsaid` say no best.

    `bar` is what a drawing needs, low, best and high where each event's low stands for a best that it does not say,
    and its best for a low or a high.
    """

    events: int = 0
    low: int | None = None
    best: int | None = None
    high: int | None = None
    unsaid: int = 0
    bar: tuple[int, int, int] = field(default=(0, 0, 0), compare=False)

    def add(self, event: Event) -> None:
        """One event more."""
        self.events += 1
        if event.low is not None:
            self.low = (self.low or 0) + event.low
        if event.high is not None:
            self.high = (self.high or 0) + event.high
        if event.best is not None:
            self.best = (self.best or 0) + event.best
        else:
            self.unsaid += 1
        best = next((one for one in (event.best, event.low, event.high) if one is not None), 0)
        low = best if event.low is None else event.low
        high = best if event.high is None else event.high
        self.bar = (self.bar[0] + low, self.bar[1] + best, self.bar[2] + high)

    def as_words(self) -> dict[str, int | None]:
        """For JSON."""
        return {"events": self.events, "low": self.low, "best": self.best, "high": self.high, "unsaid": self.unsaid}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which events of a series: from the first day to the last one, of these types, with this text among the sides."""

    first: date | None = None
    last: date | None = None
    types: frozenset[str] = frozenset()
    between: str = ""

    def __post_init__(self) -> None:
        if self.first is not None and self.last is not None and self.last < self.first:
            raise InvalidValue("end", f"{self.last} is before the start, {self.first}; exchange the two")

    def wants(self, event: Event) -> bool:
        """Whether an event is asked for: any of its days lies in the time."""
        return (
            (self.first is None or event.last >= self.first)
            and (self.last is None or event.first <= self.last)
            and (not self.types or event.type in self.types)
            and self.between.casefold() in event.between.casefold()
        )


@dataclass(slots=True)
class Counts:
    """One series, counted. `apart_*` are the events that stand in no bin or no cell, by the reason."""

    series: str
    definition: Definition
    step: Step
    cell_e7: int
    whole: Tally = field(default_factory=Tally)
    by_time: dict[date, Tally] = field(default_factory=dict)
    by_cell: dict[Cell, Tally] = field(default_factory=dict)
    by_type: dict[str, Tally] = field(default_factory=dict)
    apart_time: dict[str, Tally] = field(default_factory=dict)
    apart_cell: dict[str, Tally] = field(default_factory=dict)
    first: date | None = None
    last: date | None = None


def count(
    series: str, definition: Definition, events: Iterable[Event], *, step: Step = Step.DAY,
    asked: Asked | None = None, cell_e7: int = CELL_E7,
) -> Counts:  # fmt: skip
    """Count what was asked for of one series; the order of its events is of no account.

    Raises:
        InvalidValue: a cell of no sensible size.
    """
    if not CELL_E7_MIN <= cell_e7 <= CELL_E7_MAX:
        raise InvalidValue("cell", "is from 0.01 to 10 degrees; write it such as 0.5")
    found = Counts(series, definition, step, cell_e7)
    asking = asked or Asked()
    for event in events:
        if asking.wants(event):
            _take(found, event)
    for kept in ("by_time", "by_cell", "by_type", "apart_time", "apart_cell"):
        setattr(found, kept, dict(sorted(getattr(found, kept).items())))
    return found


def _take(found: Counts, event: Event) -> None:
    found.whole.add(event)
    found.by_type.setdefault(event.type, Tally()).add(event)
    found.first = event.first if found.first is None else min(found.first, event.first)
    found.last = event.last if found.last is None else max(found.last, event.last)
    start = bin_of(event, found.step)
    if start is None:
        found.apart_time.setdefault(dated_words(event), Tally()).add(event)
    else:
        found.by_time.setdefault(start, Tally()).add(event)
    cell = cell_of(event, found.cell_e7)
    if cell is None:
        found.apart_cell.setdefault(placed_words(event), Tally()).add(event)
    else:
        found.by_cell.setdefault(cell, Tally()).add(event)


def bin_of(event: Event, step: Step) -> date | None:
    """The first day of the bin that holds all of an event, or None where the source does not know of one."""
    start = step.start(event.first)
    known = event.dated in _KNOWN_TO[step] and step.start(event.last) == start
    return start if known else None


def cell_of(event: Event, cell_e7: int) -> Cell | None:
    """The cell that an event lies in, or None where the source does not know the place well enough."""
    if event.lat_e7 is None or event.lon_e7 is None or event.placed not in MAPPED:
        return None
    return event.lat_e7 // cell_e7 * cell_e7, event.lon_e7 // cell_e7 * cell_e7


_DATED: Final[Mapping[Dated, str]] = {
    Dated.DAY: "lies in two of them",
    Dated.DAYS: "dated within two to six days",
    Dated.WEEK: "dated to a week",
    Dated.MONTH: "dated to a month",
    Dated.YEAR: "dated to no better than a year",
}


def dated_words(event: Event) -> str:
    """Why an event stands in no bin."""
    return _DATED[event.dated]


def placed_words(event: Event) -> str:
    """Why an event stands in no cell."""
    if event.placed in MAPPED:
        return "no position said"
    return f"place known to no better than {'the open sea' if event.placed == 'sea' else f'a {event.placed}'}"


def cell_words(cell: Cell, cell_e7: int) -> str:
    """A cell for people, by its south-west corner and its size: `34.5N 038.0E + 0.5`."""
    places = next(digits for digits in range(8) if not cell_e7 % 10 ** (7 - digits))
    lat, lon = (f"{abs(value) / E7:0{width + (places and places + 1)}.{places}f}"
                for value, width in zip(cell, (2, 3), strict=True))  # fmt: skip
    return f"{lat}{'S' if cell[0] < 0 else 'N'} {lon}{'W' if cell[1] < 0 else 'E'} + {cell_e7 / E7:g}"
