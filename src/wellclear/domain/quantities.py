"""Whole-number units, and how each of them rounds.

Positions are degrees x 10^7 (about 11 mm on the ground), lengths and heights are millimetres, moments are
microseconds of UTC since 1970. Text becomes a number by exact decimal arithmetic, never by way of a float, so two
implementations that read the same characters hold the same integers. Positions round to the nearest unit (half to
even); radii and the faces of bands round *outward*, so that rounding never makes a volume smaller than was said.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from enum import Enum
from typing import Final

from wellclear.errors import InvalidValue

E7: Final = 10_000_000
LATITUDE_E7_MAX: Final = 90 * E7
HALF_TURN_E7: Final = 180 * E7
WHOLE_MAX: Final = 2**53 - 1
"""The largest integer of canonical JSON, either sign."""

_DECIMAL_CHARS_MAX: Final = 64
_EXPONENT_MAX: Final = 100
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)
_EXACT: Final = Context(prec=400)


class Datum(Enum):
    """What a height is measured from. An unknown datum is refused, never guessed."""

    W84 = "W84"  # metres above the WGS-84 ellipsoid
    AMSL = "AMSL"  # above mean sea level
    STD = "STD"  # pressure height on 1013.25 hPa: flight levels


class LengthUnit(Enum):
    """Units in which lengths and heights are said; the value is exact, in tenths of a millimetre."""

    M = 10_000
    FT = 3_048
    FL = 304_800  # hundreds of feet
    KM = 10_000_000
    NM = 18_520_000


class Rounding(Enum):
    """Which way a length goes that is not a whole number of millimetres."""

    DOWN = ROUND_FLOOR  # outward for a lower face
    UP = ROUND_CEILING  # outward for an upper face, a radius, a half-width
    NEAREST = ROUND_HALF_EVEN


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A point of the WGS-84 ellipsoid in degrees x 10^7, north and east positive.

    The longitude is kept in [-180e7, 180e7); one turn too much is taken off while building.

    Raises:
        InvalidValue: not integers, latitude beyond a pole, longitude beyond one turn.
    """

    lat_e7: int
    lon_e7: int

    def __post_init__(self) -> None:
        for field, value, most in (("lat_e7", self.lat_e7, LATITUDE_E7_MAX), ("lon_e7", self.lon_e7, 2 * HALF_TURN_E7)):
            if type(value) is not int:
                raise InvalidValue(field, "must be an integer")
            if not -most <= value <= most:
                raise InvalidValue(field, f"{value} is beyond {most}")
        wrapped = (self.lon_e7 + HALF_TURN_E7) % (2 * HALF_TURN_E7) - HALF_TURN_E7
        object.__setattr__(self, "lon_e7", wrapped)

    def __str__(self) -> str:
        """For people: `34.5600000N 038.2700000E`."""
        lat, lon = abs(self.lat_e7), abs(self.lon_e7)
        north = "S" if self.lat_e7 < 0 else "N"
        east = "W" if self.lon_e7 < 0 else "E"
        return f"{lat // E7:02d}.{lat % E7:07d}{north} {lon // E7:03d}.{lon % E7:07d}{east}"


def decimal_from(value: str | int | Decimal, field: str = "number") -> Decimal:
    """The exact decimal behind a JSON-style number.

    Raises:
        InvalidValue: not a plain decimal number, longer than 64 characters, or absurdly large or small.
    """
    if isinstance(value, str):
        if len(value) > _DECIMAL_CHARS_MAX or not _NUMBER.fullmatch(value):
            raise InvalidValue(field, "must be a decimal number such as 34.56")
        number = Decimal(value)
    elif type(value) is int:
        if abs(value) > WHOLE_MAX:
            raise InvalidValue(field, "is too large")
        number = Decimal(value)
    elif isinstance(value, Decimal):
        number = value
    else:
        raise InvalidValue(field, "must be a decimal number, not a float or anything else")
    if not number.is_finite():
        raise InvalidValue(field, "must be finite")
    _, digits, exponent = number.as_tuple()
    if len(digits) > _DECIMAL_CHARS_MAX or not isinstance(exponent, int) or abs(exponent) > _EXPONENT_MAX:
        raise InvalidValue(field, "has too many digits")
    return number


def _whole(number: Decimal, rounding: str, field: str) -> int:
    try:
        return int(number.to_integral_value(rounding=rounding, context=_EXACT))
    except InvalidOperation as error:  # unreachable while the digits are bounded above; kept as ours if it happens
        raise InvalidValue(field, "cannot be rounded") from error


def e7_from_degrees(value: str | int | Decimal, field: str = "degrees") -> int:
    """Decimal degrees to degrees x 10^7, nearest, half to even; no float on the way (decision: quantised facts).

    Raises:
        InvalidValue: not a decimal number, or more than one turn.
    """
    degrees = decimal_from(value, field)
    if abs(degrees) > 360:
        raise InvalidValue(field, "is more than one turn")
    return _whole(_EXACT.multiply(degrees, Decimal(E7)), ROUND_HALF_EVEN, field)


def degrees_from_e7(value_e7: int) -> str:
    """Signed decimal degrees with seven places, the inverse of `e7_from_degrees`: `-34.5600000`."""
    return f"{'-' if value_e7 < 0 else ''}{abs(value_e7) // E7}.{abs(value_e7) % E7:07d}"


def position_from_degrees(lat: str | int | Decimal, lon: str | int | Decimal) -> Position:
    """A position from decimal degrees; raises InvalidValue (`lat`, `lon`) as `e7_from_degrees` and `Position` do."""
    return Position(e7_from_degrees(lat, "lat"), e7_from_degrees(lon, "lon"))


def length_mm(value: str | int | Decimal, unit: LengthUnit, rounding: Rounding, field: str = "length") -> int:
    """A length or height in whole millimetres, exactly converted and then rounded once.

    One foot is 304.8 mm, a flight level 100 feet, a nautical mile 1852 m. Outward is `DOWN` for a lower face and
    `UP` for an upper face, a radius or a half-width.

    Raises:
        InvalidValue: not a decimal number, or beyond what canonical JSON can carry.
    """
    exact_mm = _EXACT.multiply(decimal_from(value, field), Decimal(unit.value).scaleb(-1))
    if abs(exact_mm) > WHOLE_MAX:
        raise InvalidValue(field, "is too large")
    return _whole(exact_mm, rounding.value, field)


# Time -------------------------------------------------------------------------------------------------------------

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_MINUTE_US: Final = 60_000_000
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_RFC3339: Final = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,32}))?([Zz]|([+-])(\d{2}):(\d{2}))?", re.ASCII
)
_DTG: Final = re.compile(r"(\d{2})(\d{2})(\d{2})Z([A-Z]{3})(\d{2})", re.ASCII)


def _moment_us(build: Callable[[], datetime], field: str) -> int:
    try:
        return (build() - _EPOCH) // _MICROSECOND
    except (ValueError, OverflowError) as error:
        raise InvalidValue(field, f"no such moment: {error}") from error


def parse_time(text: str, field: str = "time") -> int:
    """RFC 3339 date-time to microseconds of UTC (requirement R20: a time without a zone is refused).

    Fractions finer than a microsecond are refused unless they are zeros; second 60 is refused, because the count
    of microseconds has no place for it.

    Raises:
        InvalidValue: not RFC 3339, no zone, no such day or hour, finer than a microsecond.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise InvalidValue(field, "must be a date and time such as 2026-11-22T14:30:00Z")
    year, month, day, hour, minute, second = (int(part) for part in match.group(1, 2, 3, 4, 5, 6))
    if match.group(8) is None:
        raise InvalidValue(field, "has no time zone; write Z for UTC")
    fraction = match.group(7) or ""
    if fraction[6:].strip("0"):
        raise InvalidValue(field, "is finer than a microsecond")
    microsecond = int(fraction[:6].ljust(6, "0"))
    local_us = _moment_us(lambda: datetime(year, month, day, hour, minute, second, microsecond, tzinfo=UTC), field)
    if match.group(9) is None:
        return local_us
    hours, minutes = int(match.group(10)), int(match.group(11))
    if hours > 23 or minutes > 59:
        raise InvalidValue(field, "has an impossible zone")
    offset_us = (hours * 60 + minutes) * _MINUTE_US
    return local_us - offset_us if match.group(9) == "+" else local_us + offset_us


def format_time(moment_us: int) -> str:
    """Microseconds of UTC as RFC 3339 with Z; the fraction only if there is one.

    Raises:
        InvalidValue: outside the years 1 to 9999.
    """
    moment = _datetime(moment_us)
    stamp = f"{moment.year:04d}-{moment:%m-%dT%H:%M:%S}"
    fraction = f".{moment.microsecond:06d}".rstrip("0").rstrip(".") if moment.microsecond else ""
    return f"{stamp}{fraction}Z"


def dtg(moment_us: int) -> str:
    """The date-time group of the minute that a moment lies in, such as `221430ZNOV26` (two-digit year).

    Raises:
        InvalidValue: outside the years 2000 to 2099, which two digits cannot tell apart.
    """
    moment = _datetime(moment_us)
    if moment.year // 100 != 20:
        raise InvalidValue("dtg", f"the year {moment.year} does not fit two digits")
    return f"{moment:%d%H%M}Z{_MONTHS[moment.month - 1]}{moment.year % 100:02d}"


def parse_dtg(text: str, field: str = "dtg") -> int:
    """A date-time group such as `221430ZNOV26` to microseconds of UTC, second 0 of that minute.

    Raises:
        InvalidValue: not a date-time group in Zulu, or no such minute.
    """
    match = _DTG.fullmatch(text)
    if match is None or match.group(4) not in _MONTHS:
        raise InvalidValue(field, "must be a date-time group in Zulu such as 221430ZNOV26")
    day, hour, minute, year = (int(part) for part in match.group(1, 2, 3, 5))
    month = _MONTHS.index(match.group(4)) + 1
    return _moment_us(lambda: datetime(2000 + year, month, day, hour, minute, tzinfo=UTC), field)


def _datetime(moment_us: int) -> datetime:
    try:
        return _EPOCH + timedelta(microseconds=moment_us)
    except OverflowError as error:
        raise InvalidValue("time", "is outside the years 1 to 9999") from error
