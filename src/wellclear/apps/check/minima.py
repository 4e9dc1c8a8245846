"""Which separation minima a check applies, and how that is said: typed ones, an agreement's, or its defaults."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec

from wellclear.airspace.conflict import MinimaOf
from wellclear.domain.agreement import Settings, default_settings, settings_from
from wellclear.domain.measures import bare_height, duration, length, nautical_miles
from wellclear.domain.volume import SeparationMinima
from wellclear.errors import InvalidValue
from wellclear.interop import lengths

Source = Literal["defaults", "options", "agreement"]

_PLAIN: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?", re.ASCII)
_DURATION: Final = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,12})?)\s*([A-Za-z]*)", re.ASCII)
_UNITS_US: Final = {"": 1_000_000, "s": 1_000_000, "min": 60_000_000, "h": 3_600_000_000}
_MM_MAX: Final = 10**12
_TIME_US_MAX: Final = 366 * 86_400 * 1_000_000


@dataclass(frozen=True, slots=True)
class Minima:
    """The minima of one check: by pair of categories, where they come from, and the general ones.

    `special` are pairs of categories that have minima of their own.
    """

    of: MinimaOf
    source: Source
    general: SeparationMinima
    special: tuple[tuple[str, str, SeparationMinima], ...] = ()

    def lines(self) -> list[str]:
        """For people, the general ones first."""
        whence = {
            "defaults": "the defaults of an agreement; --lateral, --vertical, --time or --agreement set others",
            "options": "for all pairs, as given on the command line; what was not given is the default",
            "agreement": "from the agreement",
        }[self.source]
        told = [f"Minima applied: {minima_words(self.general)} ({whence})."]
        return told + [f"  {a} with {b}: {minima_words(found)}." for a, b, found in self.special]

    def json(self) -> dict[str, Any]:
        """For programs; whole numbers with their units in the names."""
        pairs = [{"a": a, "b": b, **minima_fields(found)} for a, b, found in self.special]
        return {"source": self.source, **minima_fields(self.general), "pairs": pairs, "said": self.lines()[0]}


def default_minima() -> Minima:
    """What an agreement starts from (requirements, section 2.5)."""
    return _of_settings(default_settings(), "defaults")


def typed_minima(lateral: str | None, vertical: str | None, time: str | None) -> Minima:
    """The same minima for all pairs, as they were typed; one that was not typed is the default's general one."""
    general = default_minima().general
    minima = SeparationMinima(
        general.lateral_mm if lateral is None else metres(lateral, "--lateral"),
        general.vertical_mm if vertical is None else metres(vertical, "--vertical"),
        general.time_us if time is None else seconds(time, "--time"),
    )
    return Minima(lambda one, other: minima, "options", minima)


def agreed_minima(fields: dict[str, Any], source: str) -> Minima:
    """From an agreement's settings, as `agreement template` and `agreement show --json` print them.

    What the file leaves out is the default.

    Raises:
        InvalidValue: names the file and the field.
    """
    said = fields.get("settings", fields)
    if not isinstance(said, dict):
        raise InvalidValue(f"{source}: settings", "must be an object, as `wellclear agreement template` prints it")
    whole: dict[str, Any] = msgspec.to_builtins(default_settings()) | said
    try:
        return _of_settings(settings_from(whole), "agreement")
    except InvalidValue as error:
        why = f"{error.why}; see what belongs there with: wellclear agreement template"
        raise InvalidValue(f"{source}: {error.field}", why) from error


def channel_minima(settings: Settings) -> Minima:
    """Those that a channel's agreement has in force."""
    return _of_settings(settings, "agreement")


def metres(text: str, where: str) -> int:
    """`9260`, `5 NM`, `1000ft` in whole millimetres, rounded up; a plain number is metres.

    Raises:
        InvalidValue: no length, or more than a million kilometres.
    """
    said = text.strip()
    if said.startswith("-"):
        raise InvalidValue(where, f"{text[:40]!r} is below zero; write 0 or more, such as 9260 (metres) or 5 NM")
    try:
        found = lengths.length(f"{said}m" if _PLAIN.fullmatch(said) else said, where)
    except InvalidValue as error:
        why = f"{text[:40]!r} is no length; write 9260 (metres), 5 NM, 1000 ft or 9.26 km"
        raise InvalidValue(where, why) from error
    if found > _MM_MAX:
        raise InvalidValue(where, f"{text[:40]!r} is more than a million kilometres; write a smaller one")
    return found


def seconds(text: str, where: str) -> int:
    """`600`, `10 min`, `1h` in microseconds, rounded up; a plain number is seconds.

    Raises:
        InvalidValue: no duration, or more than a year.
    """
    if text.strip().startswith("-"):
        raise InvalidValue(where, f"{text[:40]!r} is below zero; write 0 or more, such as 600 (seconds) or 10 min")
    match = _DURATION.fullmatch(text.strip())
    unit_us = _UNITS_US.get(match.group(2).lower()) if match else None
    if match is None or unit_us is None:
        raise InvalidValue(where, f"{text[:40]!r} is no duration; write 600 (seconds), 10 min or 1 h")
    whole, _, fraction = match.group(1).partition(".")
    places = 10 ** len(fraction)
    found: int = -(-int(whole + fraction) * unit_us // places)
    if found > _TIME_US_MAX:
        raise InvalidValue(where, f"{text[:40]!r} is more than a year; write a shorter one")
    return found


def minima_words(minima: SeparationMinima) -> str:
    """The three for people: `lateral 9,260 m (5 NM), vertical 1,000 ft (304.8 m), time 10 min`."""
    vertical, miles = bare_height(minima.vertical_mm), nautical_miles(minima.lateral_mm)
    metric = f" ({length(minima.vertical_mm)})" if vertical.endswith("ft") else ""
    lateral = length(minima.lateral_mm) + (f" ({miles})" if miles else "")
    return f"lateral {lateral}, vertical {vertical}{metric}, time {duration(minima.time_us)}"


def minima_fields(minima: SeparationMinima) -> dict[str, int]:
    """The three for programs."""
    return {"lateral_mm": minima.lateral_mm, "vertical_mm": minima.vertical_mm, "time_us": minima.time_us}


def _of_settings(settings: Settings, source: Source) -> Minima:
    general = settings.default_minima
    special = tuple(
        (row.a, row.b, SeparationMinima(row.lateral_mm, row.vertical_mm, row.time_us)) for row in settings.minima
    )
    return Minima(
        settings.minima_of,
        source,
        SeparationMinima(general.lateral_mm, general.vertical_mm, general.time_us),
        special,
    )
