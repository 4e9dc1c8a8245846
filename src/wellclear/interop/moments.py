"""Moments as people write them: RFC 3339 with a zone, seconds or not, or a date-time group (R20)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from wellclear.domain.quantities import WHOLE_MAX, parse_dtg, parse_time
from wellclear.errors import InvalidValue

EXAMPLE: Final = "write it such as 2026-11-23T10:00:00Z, where Z is UTC"

_STAMP: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2})(:\d{2}(?:\.\d{1,32})?)?((?:[Zz]|[+-]\d{2}:?\d{2}| ?(?:UTC|GMT))?)", re.ASCII
)
_DTG: Final = re.compile(r"\d{6}Z[A-Z]{3}\d{2}", re.ASCII)


@lru_cache(maxsize=1024)  # a file says the same few moments again and again
def moment(text: str, where: str) -> int:
    """`2026-11-23T10:00Z`, seconds or not, any zone, or a date-time group such as `231000ZNOV26`; microseconds UTC.

    A zone is `Z`, `UTC`, `GMT` or an offset, `+03:00` or `+0300`.

    Raises:
        InvalidValue: another form, no zone, no such day or hour, finer than a microsecond, centuries away.
    """
    moment_us = _moment_us(text, where)
    if abs(moment_us) > WHOLE_MAX:
        raise InvalidValue(where, "is not between the years 1685 and 2255; write a moment in between")
    return moment_us


def _moment_us(text: str, where: str) -> int:
    said = text.strip()
    if _DTG.fullmatch(said.upper()):
        return parse_dtg(said.upper(), where)
    match = _STAMP.fullmatch(said)
    if match is None:
        raise InvalidValue(where, f"{said[:40]!r} is no date and time; {EXAMPLE}")
    day, minute, seconds, zone = match.groups()
    if not zone:
        raise InvalidValue(where, f"has no time zone; {EXAMPLE}, or with an offset such as +03:00")
    zone = "Z" if zone.strip() in ("UTC", "GMT") else zone
    if len(zone) == len("+0300"):
        zone = f"{zone[:3]}:{zone[3:]}"
    return parse_time(f"{day}T{minute}{seconds or ':00'}{zone}", where)
