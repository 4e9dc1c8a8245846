"""What people type on a command line, made into whole units: positions, lengths, heights, moments.

Every quantity names its unit and every moment its zone (R20); what is missing is asked for, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from wellclear.apps.figures import bare_height
from wellclear.domain.quantities import (
    Datum,
    LengthUnit,
    Position,
    Rounding,
    format_time,
    length_mm,
    parse_dtg,
    parse_time,
    position_from_degrees,
)
from wellclear.domain.volume import AltitudeBand
from wellclear.errors import InvalidValue

_LENGTH = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]+)", re.ASCII)
_LEVEL = re.compile(r"FL\s*([0-9]{1,3})", re.ASCII | re.IGNORECASE)
_HEIGHT = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)\s*(m|ft)", re.ASCII | re.IGNORECASE)
_ANGLE = re.compile(r"([+-]?[0-9]+(?:\.[0-9]+)?)\s*([NSEW]?)", re.ASCII | re.IGNORECASE)
_NO_SECONDS = re.compile(r"(\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2})((?:[Zz]|[+-]\d{2}:\d{2})?)", re.ASCII)
_UNITS = {"m": LengthUnit.M, "km": LengthUnit.KM, "nm": LengthUnit.NM, "ft": LengthUnit.FT}
_OPEN = ("unlimited", "-")


def length(text: str, where: str) -> int:
    """`5km`, `800 m`, `3nm` in millimetres, rounded up, as a radius is."""
    match = _LENGTH.fullmatch(text.strip())
    unit = _UNITS.get(match.group(2).lower()) if match else None
    if match is None or unit is None:
        raise InvalidValue(where, f"{text[:40]!r} is no length; write 5km, 800m or 3nm")
    return length_mm(match.group(1), unit, Rounding.UP, where)


def moment(text: str, where: str) -> int:
    """`2026-11-23T10:00Z`, seconds or not, any zone, or a date-time group such as `231000ZNOV26`; microseconds UTC."""
    text = text.strip()
    if text[:2].isdecimal() and text[6:7].upper() == "Z":
        return parse_dtg(text.upper(), where)
    short = _NO_SECONDS.fullmatch(text)
    return parse_time(f"{short.group(1)}:00{short.group(2)}" if short else text, where)


def position(text: str, where: str) -> Position:
    """`34.56,38.27` or `34.56N 38.27E`: latitude first, decimal degrees of WGS-84."""
    halves = [half.strip() for half in (text.split(",") if "," in text else text.split())]
    matches = [_ANGLE.fullmatch(half) for half in halves]
    if len(matches) != 2 or matches[0] is None or matches[1] is None:
        raise InvalidValue(where, f"{text[:60]!r} is no position; write latitude,longitude such as 34.56,38.27")
    try:
        return position_from_degrees(_signed(matches[0], "NS"), _signed(matches[1], "EW"))
    except InvalidValue as error:
        said = f"{text[:60]!r} is no place on the Earth; latitude comes first, to 90 degrees, then longitude, to 180"
        raise InvalidValue(where, said) from error


def positions(text: str, where: str) -> tuple[Position, ...]:
    """Positions with a semicolon or white space between them: `34.5,38.2; 34.6,38.3; ...`."""
    parts = [part for part in re.split(r"\s*;\s*|\s+(?=[+-]?[0-9.]+,)", text.strip()) if part]
    return tuple(position(part, f"{where}, position {number}") for number, part in enumerate(parts, 1))


@dataclass(frozen=True, slots=True)
class Height:
    """One face of a band as it was typed."""

    value: str
    unit: LengthUnit

    def mm(self, rounding: Rounding, where: str) -> int:
        return length_mm(self.value, self.unit, rounding, where)


def height(text: str, where: str) -> Height | None:
    """`5000ft`, `300 m`, `FL250`; `unlimited` is no face at all."""
    said = text.strip()
    if said.lower() in _OPEN:
        return None
    level = _LEVEL.fullmatch(said)
    if level:
        return Height(level.group(1), LengthUnit.FL)
    match = _HEIGHT.fullmatch(said)
    if match is None:
        raise InvalidValue(where, f"{text[:40]!r} is no height; write 5000ft, 300m, FL250 or unlimited")
    return Height(match.group(1), _UNITS[match.group(2).lower()])


def band(lower: str, upper: str, datum: str | None, names: tuple[str, str, str]) -> AltitudeBand:
    """The band between two typed faces; `names` are what `lower`, `upper` and the datum are called where they stand.

    Raises:
        InvalidValue: no height, no datum for feet or metres, flight levels against another datum, or upside down.
    """
    faces = (height(lower, names[0]), height(upper, names[1]))
    said = [face for face in faces if face is not None]
    levels = [face.unit is LengthUnit.FL for face in said]
    if datum is None:
        if not said or not all(levels):
            raise InvalidValue(names[2], "say what heights are measured from: AMSL, W84 or STD (flight levels)")
        datum = "STD"
    known = Datum.__members__.get(datum.upper())
    if known is None:
        raise InvalidValue(names[2], f"{datum[:20]!r} is none of AMSL, W84, STD")
    if any(levels) and known is not Datum.STD:
        raise InvalidValue(
            names[2],
            f"flight levels are measured from STD, not {known.value}; say both faces in feet or metres instead",
        )
    lower_mm = faces[0].mm(Rounding.DOWN, names[0]) if faces[0] else None
    upper_mm = faces[1].mm(Rounding.UP, names[1]) if faces[1] else None
    if lower_mm is not None and upper_mm is not None and lower_mm > upper_mm:
        raise InvalidValue(names[0], f"{lower} lies above {upper}")
    return AltitudeBand(known, lower_mm, upper_mm)


def face(face_mm: int | None, datum: str) -> str:
    """A face of a band for people: a flight level, or feet and metres, first those in which it was most likely said."""
    if face_mm is None:
        return "unlimited"
    feet_tenths = round(face_mm * 10 / 304.8)
    if datum == "STD" and feet_tenths % 1000 == 0 and feet_tenths >= 0:
        return f"FL{feet_tenths // 1000:03d}"
    metres, feet = f"{face_mm / 1000:.3f}".rstrip("0").rstrip(".") + " m", f"{feet_tenths / 10:.0f} ft"
    first, beside = (feet, metres) if bare_height(face_mm).endswith("ft") else (metres, feet)
    return f"{first} ({beside}) {datum}"


def stamp(moment_us: int) -> str:
    """A moment with its seconds: `2026-11-23T10:00:00Z`."""
    return format_time(moment_us)


def _signed(match: re.Match[str], letters: str) -> str:
    number, letter = match.group(1), match.group(2).upper()
    if not letter:
        return number
    if letter not in letters or number[0] in "+-":
        raise InvalidValue("lat" if letters == "NS" else "lon", "has a letter or sign in the wrong place")
    return f"-{number}" if letter == letters[1] else number
