"""What stands in one cell of a table, made into a value: days, numbers, codes; exactly, and never guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, TypeVar

from wellclear.domain.canonical import forbidden_character
from wellclear.domain.quantities import e7_from_degrees
from wellclear.errors import InvalidValue
from wellclear.interop.events.event import COUNT_MAX, TEXT_CHARS_MAX
from wellclear.interop.events.form import Dates

T = TypeVar("T")

_ISO: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?Z?)?", re.ASCII
)
_PARTED: Final = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})", re.ASCII)
_SERIAL: Final = re.compile(r"([0-9]{1,6})(?:\.[0-9]+)?", re.ASCII)
_WHOLE: Final = re.compile(r"([0-9]{1,18})(?:\.0+)?", re.ASCII)
_COMMA: Final = re.compile(r"-?[0-9]{1,3},[0-9]+", re.ASCII)
_FORMULA: Final = re.compile(r"=.*|#(?:REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!).*", re.DOTALL)
_DAY_ZERO: Final = date(1899, 12, 30)
_FIRST, _LAST = date(1900, 1, 1), date(2199, 12, 31)


@lru_cache(maxsize=4096)  # a table says the same days again and again
def day(text: str, dates: Dates, column: str) -> date:
    """The day that a cell says.

    Raises:
        InvalidValue: another spelling than the mapping's, no such day, or centuries away; says what to write.
    """
    found = _day(text, dates, column)
    if not _FIRST <= found <= _LAST:
        raise InvalidValue(column, f"{text[:40]!r} is not between {_FIRST.year} and {_LAST.year}")
    return found


def _day(text: str, dates: Dates, column: str) -> date:
    try:
        if dates is Dates.SPREADSHEET and (serial := _SERIAL.fullmatch(text)):
            return _DAY_ZERO + timedelta(days=int(serial.group(1)))
        if dates is Dates.ISO and (iso := _ISO.fullmatch(text)):
            return date.fromisoformat(iso.group(1))
        if dates in (Dates.DAY_FIRST, Dates.MONTH_FIRST) and (parted := _PARTED.fullmatch(text)):
            one, other, year = (int(parted.group(at)) for at in (1, 3, 4))
            return date(year, *((other, one) if dates is Dates.DAY_FIRST else (one, other)))
    except ValueError as error:
        raise InvalidValue(column, f"{text[:40]!r}: there is no such day") from error
    raise InvalidValue(column, f"{text[:40]!r} is no day {_SPELT[dates]}{_perhaps(text)}")


_SPELT: Final = {
    Dates.ISO: "such as 2026-11-23",
    Dates.DAY_FIRST: "such as 23/11/2026",
    Dates.MONTH_FIRST: "such as 11/23/2026",
    Dates.SPREADSHEET: "as a spreadsheet's number, such as 46349",
}


def _perhaps(text: str) -> str:
    """What a day in another spelling asks for."""
    if _PARTED.fullmatch(text):
        return '; say in the mapping whether dates = "day-first" or "month-first", or write it as 2026-11-23'
    serial = _SERIAL.fullmatch(text)
    if serial and 20_000 <= int(serial.group(1)) <= 80_000:
        meant = _DAY_ZERO + timedelta(days=int(serial.group(1)))
        return f'; a spreadsheet may mean {meant} by it: say dates = "spreadsheet" in the mapping, or save days as text'
    if _ISO.fullmatch(text):
        return '; the mapping would have to say dates = "iso"'
    return ""


def whole(text: str, column: str) -> int:
    """A count: a whole number from 0, also written as `4.0`.

    Raises:
        InvalidValue: negative, broken, with a separator of thousands, or absurdly large.
    """
    match = _WHOLE.fullmatch(text)
    if match is None:
        raise InvalidValue(column, f"{text[:40]!r} is no whole number from 0; write it with digits alone, such as 1500")
    found = int(match.group(1))
    if found > COUNT_MAX:
        raise InvalidValue(column, f"{text[:40]} is more than {COUNT_MAX:,}; is it the right column?")
    return found


@lru_cache(maxsize=8192)  # most places come many times
def degrees_e7(text: str, column: str) -> int:
    """A latitude or longitude in decimal degrees, also with a decimal comma; degrees x 10^7, exactly rounded.

    Raises:
        InvalidValue: anything else.
    """
    try:
        return e7_from_degrees(text.replace(",", ".") if _COMMA.fullmatch(text) else text)
    except InvalidValue as error:
        raise InvalidValue(column, f"{text[:40]!r} {error.why}; write decimal degrees such as 34.5600") from error


def code(text: str) -> str:
    """A code or an id without the `.0` that some programs put behind whole numbers."""
    match = _WHOLE.fullmatch(text)
    return match.group(1) if match else text


def meaning(text: str, known: Mapping[str, T], column: str, where: str) -> T:
    """What a code of the source means; raises InvalidValue where the mapping does not say."""
    found = known.get(text)
    if found is None:
        found = known.get(code(text))
    if found is None:
        why = f"{text[:40]!r} is not in [{where}] of the mapping; add it there with what it means"
        raise InvalidValue(column, why if text else f"is empty; write one of {', '.join(list(known)[:12])}")
    return found


def sound(text: str, column: str, most: int = TEXT_CHARS_MAX) -> str:
    """Text that may be kept and shown.

    Raises:
        InvalidValue: too long, a formula, or with characters that turn or hide text (R23).
    """
    if len(text) > most:
        raise InvalidValue(column, f"is longer than {most} characters; shorten it")
    if text[:1] in ("=", "#") and _FORMULA.fullmatch(text):
        raise InvalidValue(column, "holds a formula or its error; write the value itself")
    if not text.isascii() or not text.isprintable():
        found = forbidden_character(text)
        if found is not None:
            raise InvalidValue(column, f"holds {found}, which may turn or hide what stands beside it; take it out")
    return text
