"""One event of a series, as its source says it; and how well the source knows when and where.

There is no field for names of people, and none for what was aimed at or why (N4). Low, best and high are the source's
own; where its best lies outside its own range, that is kept as it was said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from wellclear.domain.quantities import E7, HALF_TURN_E7, LATITUDE_E7_MAX
from wellclear.errors import InvalidValue

ID_CHARS_MAX: Final = 100
TEXT_CHARS_MAX: Final = 300
COUNT_MAX: Final = 10_000_000


class Dated(StrEnum):
    """How well a source knows the day, from best to worst."""

    DAY = "day"
    DAYS = "days"  # within two to six days
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"  # anything worse than a month


class Placed(StrEnum):
    """How well a source knows the place, from best to worst."""

    EXACT = "exact"
    NEAR = "near"  # within some 25 km of the position
    DISTRICT = "district"
    PROVINCE = "province"
    REGION = "region"  # a line or an area such as a border, a river, a desert
    COUNTRY = "country"
    SEA = "sea"  # international waters or air space
    UNSAID = "unsaid"


MAPPED: Final = frozenset({Placed.EXACT, Placed.NEAR, Placed.UNSAID})
"""Good enough for a cell of the map; the position of a worse one stands for a whole district or more."""


@dataclass(frozen=True, slots=True)
class Event:
    """A row of a series. `first` and `last` are whole days, both included; positions are degrees x 10^7.

    `between` names the sides as the source does; `low`, `best` and `high` count what the series' definition says.

    Raises:
        InvalidValue: it ends before it begins, half a position, or one that is nowhere.
    """

    id: str
    first: date
    last: date
    dated: Dated
    place: str
    lat_e7: int | None
    lon_e7: int | None
    placed: Placed
    type: str
    between: str
    low: int | None
    best: int | None
    high: int | None

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise InvalidValue("end", f"{self.last} is before the start, {self.first}; exchange the two")
        if (self.lat_e7 is None) is not (self.lon_e7 is None):
            missing = "lat" if self.lat_e7 is None else "lon"
            raise InvalidValue(missing, "is missing while the other of the two is there; write both or neither")
        if self.lat_e7 is not None and self.lon_e7 is not None:
            for field, value, most in (("lat", self.lat_e7, LATITUDE_E7_MAX), ("lon", self.lon_e7, HALF_TURN_E7)):
                if not -most <= value <= most:
                    raise InvalidValue(field, f"{value / E7:g} is beyond {most // E7} degrees")

    @property
    def odd(self) -> str:
        """What does not go together in the source's own figures; empty where all does."""
        low, best, high = self.low, self.best, self.high
        if low is not None and high is not None and low > high:
            return f"low {low} is above high {high}"
        if best is not None and low is not None and best < low:
            return f"best {best} is below low {low}"
        if best is not None and high is not None and best > high:
            return f"best {best} is above high {high}"
        return ""
