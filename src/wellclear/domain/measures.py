"""Measures in words, each with its unit: moments, durations, lengths, heights with their datum, positions.

Everything is said as it was said: no conversion between datums, positions with all their places. What is computed from
floats (a distance) is rounded, what was said never is.
"""

from __future__ import annotations

from itertools import pairwise

from wellclear.domain.quantities import Position, format_time
from wellclear.errors import InvalidValue

_FLIGHT_LEVEL_MM = 30_480
_FIVE_FEET_MM = 1_524
_HALF_MILE_MM = 926_000
_DATUMS = {"AMSL": "AMSL", "W84": "above the WGS-84 ellipsoid (HAE)", "STD": "on 1013.25 hPa"}


def moment(moment_us: int) -> str:
    """The day and the second, which a date-time group lacks: `2026-11-22 14:30:05Z`."""
    try:
        said = format_time(moment_us)
        return f"{said[:10]} {said[11:19]}Z"
    except InvalidValue:
        return f"{moment_us} µs after 1970"


def took(duration_us: int) -> str:
    """A duration in its two greatest units, seconds cut: `1 min 32 s`."""
    sign, seconds = ("-", -duration_us // 1_000_000) if duration_us < 0 else ("", duration_us // 1_000_000)
    units = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
    for (size, name), (lesser, lesser_name) in pairwise(units):
        if seconds >= size:
            rest = seconds % size // lesser
            return f"{sign}{seconds // size} {name}" + (f" {rest} {lesser_name}" if rest else "")
    return f"{sign}{seconds} s"


def duration(duration_us: int) -> str:
    """A duration with all its units, nothing cut: `1 d 6 h`, `3 min`, `5.000001 s`."""
    left_us, said = abs(duration_us), []
    for size, name in ((86_400, "d"), (3_600, "h"), (60, "min")):
        count, left_us = divmod(left_us, size * 1_000_000)
        said += [f"{count} {name}"] if count else []
    if left_us or not said:
        said.append(f"{_exact(left_us, 1_000_000)} s")
    return f"{'-' if duration_us < 0 else ''}{' '.join(said)}"


def length(mm: int) -> str:
    """A length in metres, or in kilometres from 10 km on, exactly."""
    return f"{_exact(mm, 1_000_000)} km" if abs(mm) >= 10_000_000 else f"{_exact(mm, 1_000)} m"


def nautical_miles(mm: int) -> str:
    """A length in nautical miles where it is a whole number of halves, as minima are said; else empty."""
    halves, rest = divmod(mm, _HALF_MILE_MM)
    return f"{_exact(halves * 5, 10)} NM" if halves and not rest else ""


def bare_height(mm: int) -> str:
    """A height without its datum, exactly, in the unit in which it is the rounder number: `5,000 ft`, not `1,524 m`.

    The wire has millimetres only, and nobody says 1,524 m. Where both are as round it is metres.
    """
    if mm % _FIVE_FEET_MM == 0:
        feet = mm // _FIVE_FEET_MM * 5
        if mm % 1_000 or _zeros(feet) > _zeros(mm // 1_000):
            return f"{feet:,} ft"
    return f"{_exact(mm, 1_000)} m"


def height(mm: int, datum: str) -> str:
    """A height with its datum; a flight level where the pressure height is a whole one."""
    if datum == "STD" and mm % _FLIGHT_LEVEL_MM == 0 and mm >= 0:
        return f"FL{mm // _FLIGHT_LEVEL_MM:03d}"
    return f"{bare_height(mm)} {_DATUMS.get(datum, datum)}"


def place(lat_e7: int, lon_e7: int) -> str:
    """A position for people, all seven places."""
    return str(Position(lat_e7, lon_e7))


def exact_moment(moment_us: int) -> str:
    """As `moment`, with the fraction of the second if there is one."""
    try:
        said = format_time(moment_us)
        return f"{said[:10]} {said[11:]}"
    except InvalidValue:
        return moment(moment_us)


def distance(mm: int) -> str:
    """A computed distance, rounded as people say one: `850 m`, `1.2 km`, `111 km`."""
    if mm < 1_000:
        return f"{mm} mm"
    if mm < 999_500:
        return f"{round(mm / 1_000)} m"
    return f"{mm / 1_000_000:.1f} km" if mm < 99_950_000 else f"{round(mm / 1_000_000):,} km"


def _zeros(number: int) -> int:
    """How round a number is: the zeros at its end."""
    return len(str(number)) - len(str(number).rstrip("0")) if number else 0


def _exact(mm: int, unit_mm: int) -> str:
    sign, whole, rest = "-" if mm < 0 else "", abs(mm) // unit_mm, abs(mm) % unit_mm
    places = len(str(unit_mm)) - 1
    return f"{sign}{whole:,}" + (f".{rest:0{places}d}".rstrip("0") if rest else "")
