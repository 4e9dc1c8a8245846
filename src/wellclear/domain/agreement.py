"""The agreement: what the principals sign, in whole units, public to all who may read the log.

The articles (text, open points) are for the principals alone and travel as a part; only these settings decide
anything in the picture.
"""

from __future__ import annotations

from typing import Annotated, Literal, get_args

import msgspec
from msgspec import UNSET, Meta, UnsetType

from wellclear.domain import canonical
from wellclear.domain.entry import Party, Precedence, Wire, YesNo, plainly
from wellclear.domain.volume import SeparationMinima
from wellclear.errors import InvalidValue

Category = Literal[
    "air", "drone", "ground", "sea", "firing", "exercise", "deployment", "survey",
    "aid_movement", "protected_site", "search_rescue", "closure",
]  # fmt: skip
CATEGORIES: tuple[Category, ...] = get_args(Category)
"""The closed list (N4): what is done, never against whom."""
EXPOSED: frozenset[Category] = frozenset({"deployment", "survey", "protected_site"})
"""Categories whose very place can do harm: by default nobody is shown more than the cell and the slot (N13)."""
LEVEL_MAX = 4
EXPOSED_LEVEL = 1

DEADLINE_US_MIN = 5_000_000
SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US

PASSED_BEFORE_US = HOUR_US
"""So long before its start a desk's units are to know of a notice, where the agreement does not say otherwise (R28)."""

Period = Annotated[int, Meta(ge=DEADLINE_US_MIN, le=366 * DAY_US)]
Millimetres = Annotated[int, Meta(ge=0, le=10**12)]
Duration = Annotated[int, Meta(ge=0, le=366 * DAY_US)]


class Periods(Wire, frozen=True):
    """One period in microseconds for each precedence."""

    Z: Period
    O: Period  # noqa: E741  # the precedence letter of ACP 121
    P: Period
    R: Period

    def of(self, precedence: Precedence) -> int:
        period: int = getattr(self, precedence)
        return period


class Minima(Wire, frozen=True):
    """Separation minima for one pair of categories; `a` is not after `b` in the alphabet."""

    a: Category
    b: Category
    lateral_mm: Millimetres
    vertical_mm: Millimetres
    time_us: Duration


class DefaultMinima(Wire, frozen=True):
    """Separation minima for every pair that has no row of its own."""

    lateral_mm: Millimetres
    vertical_mm: Millimetres
    time_us: Duration


class Deadlines(Wire, frozen=True):
    """When a receipt and a person's acknowledgement are due, and when each rung of the ladder rings (R2).

    Rungs count from the start of the acknowledgement's clock: the next name of the desk, the other desk, the host.
    """

    receipt: Periods
    ack: Periods
    next_name: Periods
    other_desk: Periods
    host: Periods


class LeadTime(Wire, frozen=True):
    """Least lead time of one category, in microseconds (R7)."""

    category: Category
    least_us: Duration


class Disclosure(Wire, frozen=True):
    """The level at which a recipient is shown a category, unless an officer says otherwise (R25)."""

    category: Category
    level: Annotated[int, Meta(ge=0, le=LEVEL_MAX)]


class Tolerances(Wire, frozen=True):
    """How far a read-back may depart from what was said (R5)."""

    position_mm: Millimetres
    height_mm: Millimetres
    time_us: Duration


class Settings(Wire, frozen=True):
    """Everything that the agreement sets; the founding proposal opens the genesis' commitment to it.

    `passed_before_us` may be absent, and is then `PASSED_BEFORE_US`: so the bytes of those who never set it are alike.
    """

    deadlines: Deadlines
    default_minima: DefaultMinima
    minima: Annotated[list[Minima], Meta(max_length=78)]
    lead_times: Annotated[list[LeadTime], Meta(max_length=12)]
    short_us: Duration
    no_reaction_us: Duration
    tolerances: Tolerances
    four_eyes: YesNo
    approval_age_us: Period
    clocks: Annotated[list[Party], Meta(max_length=8)]
    keep_days: Annotated[int, Meta(ge=1, le=3660)]
    ring_again_us: Period
    entries_per_minute: Annotated[int, Meta(ge=60, le=1_000_000)]
    raise_rules_us: Period
    disclosure: Annotated[list[Disclosure], Meta(max_length=12)]
    passed_before_us: Period | UnsetType = UNSET

    @property
    def units_before_us(self) -> int:
        """How long before the start of a notice each desk is to prove that its units know (R28)."""
        return PASSED_BEFORE_US if self.passed_before_us is UNSET else self.passed_before_us

    def minima_of(self, one: str, other: str) -> SeparationMinima:
        """The minima for a pair of categories, in either order."""
        a, b = sorted((one, other))
        for row in self.minima:
            if row.a == a and row.b == b:
                return SeparationMinima(row.lateral_mm, row.vertical_mm, row.time_us)
        default = self.default_minima
        return SeparationMinima(default.lateral_mm, default.vertical_mm, default.time_us)

    def lead_time_us(self, category: str) -> int:
        """The least lead time of a category; nothing when the agreement names none."""
        return next((row.least_us for row in self.lead_times if row.category == category), 0)

    def level_of(self, category: str) -> int:
        """The level at which a category is shown by default; where the agreement names none, everything of it.

        Of the exposed categories, the cell and the slot alone.
        """
        least = EXPOSED_LEVEL if category in EXPOSED else LEVEL_MAX
        return next((row.level for row in self.disclosure if row.category == category), least)


def settings_from(fields: object, field: str = "settings") -> Settings:
    """Read settings from a decoded object and hold them to their rules.

    Raises:
        InvalidValue: names the field; the ladder must rise, a pair or category may stand once.
    """
    try:
        settings = msgspec.convert(fields, Settings, strict=True)
    except msgspec.ValidationError as error:
        raise InvalidValue(*plainly(error, field)) from error
    canonical.check_value(fields, field)
    deadlines = settings.deadlines
    for precedence in ("Z", "O", "P", "R"):
        rungs = [
            periods.of(precedence)
            for periods in (deadlines.ack, deadlines.next_name, deadlines.other_desk, deadlines.host)
        ]
        if sorted(set(rungs)) != rungs:
            raise InvalidValue(
                f"{field}.deadlines", f"the rungs of {precedence} must rise: ack, next name, other desk, host"
            )
    pairs = [(row.a, row.b) for row in settings.minima]
    if len(set(pairs)) != len(pairs) or any(a > b for a, b in pairs):
        raise InvalidValue(f"{field}.minima", "each pair of categories once, its two names in alphabetical order")
    categories = [row.category for row in settings.lead_times]
    if len(set(categories)) != len(categories):
        raise InvalidValue(f"{field}.lead_times", "each category once")
    levels = [row.category for row in settings.disclosure]
    if len(set(levels)) != len(levels):
        raise InvalidValue(f"{field}.disclosure", "each category once")
    shown = [row.category for row in settings.disclosure if row.category in EXPOSED and row.level > EXPOSED_LEVEL]
    if shown:
        raise InvalidValue(f"{field}.disclosure", f"{shown[0]} is shown at level {EXPOSED_LEVEL} at most (N13)")
    if settings.no_reaction_us > settings.short_us:
        raise InvalidValue(f"{field}.no_reaction_us", "longer than short_us")
    return settings


def _minutes(z: int, o: int, p: int, r: int) -> Periods:
    return Periods(Z=z * MINUTE_US, O=o * MINUTE_US, P=p * MINUTE_US, R=r * MINUTE_US)


def default_settings() -> Settings:
    """The defaults that the parties start from; every one is theirs to change (requirements, section 2.5)."""
    hours = {"air": 24, "ground": 12, "aid_movement": 48, "firing": 72, "sea": 72, "closure": 168, "exercise": 336}
    return Settings(
        deadlines=Deadlines(
            receipt=Periods(Z=30 * SECOND_US, O=60 * SECOND_US, P=5 * MINUTE_US, R=15 * MINUTE_US),
            ack=_minutes(3, 15, 120, 720),
            next_name=_minutes(5, 30, 180, 1440),
            other_desk=_minutes(7, 45, 240, 1800),
            host=_minutes(10, 60, 300, 2160),
        ),
        default_minima=DefaultMinima(lateral_mm=9_260_000, vertical_mm=304_800, time_us=10 * MINUTE_US),
        minima=[
            Minima(a="ground", b="ground", lateral_mm=1_000_000, vertical_mm=0, time_us=30 * MINUTE_US),
            Minima(a="aid_movement", b="firing", lateral_mm=10_000_000, vertical_mm=0, time_us=60 * MINUTE_US),
        ],
        lead_times=[LeadTime(category=name, least_us=value * HOUR_US) for name, value in hours.items()],  # type: ignore[arg-type]  # names of the list above
        short_us=60 * MINUTE_US,
        no_reaction_us=10 * MINUTE_US,
        tolerances=Tolerances(position_mm=1_000_000, height_mm=60_000, time_us=MINUTE_US),
        four_eyes="yes",
        approval_age_us=HOUR_US,
        clocks=[],
        keep_days=7,
        ring_again_us=10 * MINUTE_US,
        entries_per_minute=600,
        raise_rules_us=7 * DAY_US,
        disclosure=[Disclosure(category=name, level=EXPOSED_LEVEL) for name in sorted(EXPOSED)],
    )
