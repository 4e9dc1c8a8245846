"""Positions as people write them: decimal degrees, degrees with minutes and seconds, or MGRS; latitude first.

    34.56,38.27   34.56N 38.27E   N34.56 E38.27   34,56N 38,27E
    34°33'36"N 38°16'12"E   34 33 36 N 38 16 12 E   34°33.6'N 38°16.2'E   343336N 0381612E
    37S DU 33031 24492

Degrees become whole units by exact arithmetic and one rounding, so every spelling of a place gives the same integers.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from wellclear.domain.grid_reference import position_from_mgrs
from wellclear.domain.quantities import E7, Position, position_from_degrees
from wellclear.errors import InvalidValue

EXAMPLES: Final = "write latitude,longitude such as 34.56,38.27, or 34°33'36\"N 38°16'12\"E, or 37S DU 33031 24492"

_CHARS_MAX: Final = 120
_BOTH_SIGNED: Final = re.compile(r"([+-]?[0-9]+(?:\.[0-9]+)?)°?\s*[,\s]\s*([+-]?[0-9]+(?:\.[0-9]+)?)°?", re.ASCII)
_BOTH_COMMAS: Final = re.compile(r"([+-]?[0-9]+,[0-9]+)°?\s+([+-]?[0-9]+,[0-9]+)°?", re.ASCII)
_HALVES: Final = re.compile(r"(.*?[0-9].*?[NS]|[NS].+?)\s*[,;/]?\s*(.*?[0-9].*[EW]|[EW].+)")
_GRID: Final = re.compile(r"\s*[0-9]{1,2}\s*[C-X]\s*[A-Z]\s*[A-Z][\s0-9]*", re.ASCII | re.IGNORECASE)
_NUMBERS: Final = re.compile(
    r"([0-9]+(?:\.[0-9]+)?)(?:[°\s-]\s*)?(?:([0-9]+(?:\.[0-9]+)?)(?:['\s-]\s*)?(?:([0-9]+(?:\.[0-9]+)?)\"?)?)?",
    re.ASCII,
)
_PACKED: Final = re.compile(r"([0-9]{4,7})(\.[0-9]+)?", re.ASCII)
_SIGNS: Final = str.maketrans(
    {"º": "°", "˚": "°", "′": "'", "’": "'", "‘": "'", "´": "'", "″": '"', "”": '"', "“": '"'}
)
_BETWEEN: Final = re.compile(r"\s*[;\n]\s*|\s+(?=[+-]?[0-9.]+,)")
_BARE_PAIRS: Final = re.compile(r"[0-9.,;+\s-]*", re.ASCII)
_LINES: Final = re.compile(r"\s*[;\n]\s*")


def position(text: str, where: str) -> Position:
    """One position, said to a metre or finer.

    Raises:
        InvalidValue: no position, no place on the earth, or a grid reference of a larger square.
    """
    found, note = position_and_note(text, where)
    if note:
        raise InvalidValue(where, f"{note}; write all ten digits")
    return found


def position_and_note(text: str, where: str, *, decimal_comma: bool = False) -> tuple[Position, str]:
    """One position, and what the caller should know of it: a coarse grid reference is read as the middle of its square.

    `decimal_comma` says that a comma between digits is a decimal point, as in spreadsheets with semicolons.

    Raises:
        InvalidValue: no position, or no place on the earth.
    """
    said = " ".join(text[: _CHARS_MAX + 1].translate(_SIGNS).replace("''", '"').split())
    if len(said) <= _CHARS_MAX:
        if _GRID.fullmatch(said):
            found, side_m = position_from_mgrs(said, where)
            return found, f"{said} names a square of {side_m} m, whose middle is meant" if side_m > 1 else ""
        pair = _BOTH_SIGNED.fullmatch(said)
        if decimal_comma and "." not in said:  # `34,56` is one number then, and not two
            pair = _BOTH_COMMAS.fullmatch(said) or (pair if " " in said else None)
        if pair is not None:
            return _from_degrees(pair.group(1).replace(",", "."), pair.group(2).replace(",", "."), text, where), ""
        halves = _HALVES.fullmatch(said.upper())
        if halves is not None:
            return _from_halves(halves.group(1), halves.group(2), text, where), ""
    raise InvalidValue(where, f"{text[:60]!r} is no position; {EXAMPLES}")


def positions(text: str, where: str) -> tuple[Position, ...]:
    """Positions with a semicolon or white space between them: `34.5,38.2; 34.6,38.3; ...`."""
    return tuple(position(part, f"{where}, position {number}") for number, part in enumerate(parts_of(text), 1))


def parts_of(text: str, *, decimal_comma: bool = False) -> list[str]:
    """The positions of a text, each still as it was written; white space parts only pairs of numbers with a comma."""
    spaced = not decimal_comma and _BARE_PAIRS.fullmatch(text) is not None
    return [part for part in (_BETWEEN if spaced else _LINES).split(text.strip()) if part]


def _from_degrees(lat: str, lon: str, text: str, where: str) -> Position:
    try:
        return position_from_degrees(lat, lon)
    except InvalidValue as error:
        raise _nowhere(text, where) from error


def _from_halves(north: str, east: str, text: str, where: str) -> Position:
    lat, lon = _angle_e7(north, "NS", 2), _angle_e7(east, "EW", 3)
    if lat is None or lon is None:
        raise InvalidValue(where, f"{text[:60]!r} is no position; {EXAMPLES}")
    try:
        return Position(lat, lon)
    except InvalidValue as error:
        raise _nowhere(text, where) from error


def _nowhere(text: str, where: str) -> InvalidValue:
    return InvalidValue(
        where,
        f"{text[:60]!r} is no place on the Earth; latitude comes first, to 90 degrees, then longitude, to 180",
    )


def _angle_e7(half: str, letters: str, degree_digits: int) -> int | None:
    """One angle with its letter in front or behind; None if it is none."""
    half = half.strip(" ,")
    letter = half[0] if half[0] in letters else half[-1]
    number = (half[1:] if half[0] in letters else half[:-1]).strip()
    if letter not in letters or len(number) > _CHARS_MAX:
        return None
    if re.fullmatch(r"[0-9]+,[0-9]+°?", number, re.ASCII):
        number = number.replace(",", ".")
    packed = _PACKED.fullmatch(number)
    if packed is not None:
        whole, fraction = packed.group(1), packed.group(2) or ""
        if len(whole) not in (degree_digits + 2, degree_digits + 4):
            return None
        pieces = [whole[:degree_digits], whole[degree_digits : degree_digits + 2], whole[degree_digits + 2 :]]
        parts = [piece for piece in pieces if piece]
        parts[-1] += fraction
    else:
        match = _NUMBERS.fullmatch(number.removesuffix("°"))
        if match is None:
            return None
        parts = [part for part in match.groups() if part is not None]
    return _e7(parts, negative=letter in "SW")


def _e7(parts: list[str], *, negative: bool) -> int | None:
    """Degrees, minutes and seconds, of which only the last may have a fraction; nearest, half to even."""
    numbers = [Fraction(part) for part in parts]
    if any("." in part for part in parts[:-1]) or any(number >= 60 for number in numbers[1:]) or numbers[0] > 360:
        return None
    degrees = sum((number / 60**place for place, number in enumerate(numbers)), Fraction(0))
    value = round(degrees * E7)
    return -value if negative else value
