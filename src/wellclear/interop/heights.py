"""Heights as people write them, made into a band of whole millimetres of one datum.

`5000ft AMSL`, `300 m W84`, `FL250`, `UNL`, or `{"value": 5000, "unit": "FT", "datum": "AMSL"}`. What is missing is
asked for, never guessed: heights above ground are refused, because nobody here knows the ground (R32).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from wellclear.domain.quantities import Datum, LengthUnit, Rounding, decimal_from, length_mm
from wellclear.domain.volume import AltitudeBand
from wellclear.errors import InvalidValue

EXAMPLES: Final = "write 5000 ft AMSL, 1500 m W84, FL250 or unlimited"

_LEVEL: Final = re.compile(r"FL\s*([0-9]{1,3})(?:\s+(\S.*))?", re.ASCII | re.IGNORECASE)
_BARE: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?", re.ASCII)
_HEIGHT: Final = re.compile(
    r"([+-]?[0-9]+(?:\.[0-9]+)?)\s*(m|ft|metres|meters|feet)(?:\s+(\S.*))?", re.ASCII | re.IGNORECASE
)
_UNITS: Final = {"M": LengthUnit.M, "FT": LengthUnit.FT, "FL": LengthUnit.FL}
_SPELT: Final = {"m": "M", "metres": "M", "meters": "M", "ft": "FT", "feet": "FT"}
_DATUMS: Final = {
    "AMSL": Datum.AMSL, "MSL": Datum.AMSL, "W84": Datum.W84, "WGS84": Datum.W84, "WGS-84": Datum.W84,
    "HAE": Datum.W84, "STD": Datum.STD,
}  # fmt: skip
_UNLIMITED: Final = frozenset({"unlimited", "unl", "unbounded", "-"})
_GROUND: Final = frozenset({"gnd", "sfc", "ground", "surface", "agl", "asfc"})
_GROUND_SAID: Final = (
    "means the ground, whose height is not known here; leave it out for a band without that face, "
    "or write a height above sea level such as 1200 ft AMSL"
)


@dataclass(frozen=True, slots=True)
class Height:
    """One face of a band as it was said; `datum` is None where it was not said beside it."""

    value: str | Decimal | int
    unit: LengthUnit
    datum: Datum | None = None

    def __str__(self) -> str:
        """As people say it: `5000 ft AMSL`, `FL250`."""
        if self.unit is LengthUnit.FL:
            return f"FL{self.value}"
        return f"{self.value} {self.unit.name.lower()}" + (f" {self.datum.value}" if self.datum else "")

    def mm(self, rounding: Rounding, where: str) -> int:
        """Whole millimetres; outward is `DOWN` for a lower face and `UP` for an upper one."""
        return length_mm(self.value, self.unit, rounding, where)


@lru_cache(maxsize=1024)  # a file says the same few heights again and again
def height(text: str, where: str) -> Height | None:
    """A height from text; None is `unlimited`, no face at all.

    Raises:
        InvalidValue: no height, a height above ground, or a datum that we do not have.
    """
    said = " ".join(text.split())
    if said.lower() in _UNLIMITED:
        return None
    if said.lower() in _GROUND:
        raise InvalidValue(where, f"{said} {_GROUND_SAID}")
    level = _LEVEL.fullmatch(said)
    if level:
        return _checked(Height(level.group(1), LengthUnit.FL, datum(level.group(2) or "STD", where)), where)
    match = _HEIGHT.fullmatch(said)
    if match is None:
        what = "has no unit, and says not what it is measured from" if _BARE.fullmatch(said) else "is no height"
        raise InvalidValue(where, f"{said[:40]!r} {what}; {EXAMPLES}")
    measured_from = datum(match.group(3), where) if match.group(3) else None
    unit = _UNITS[_SPELT[match.group(2).lower()]]
    return _checked(Height(match.group(1), unit, measured_from), where)


def height_from(said: object, where: str) -> Height | None:
    """A height from decoded JSON: text as `height` reads it, or an object of `value`, `unit` and `datum`.

    Raises:
        InvalidValue: anything else; the field is the path to the fault, such as `lower.unit`.
    """
    if isinstance(said, str):
        return height(said, where)
    if not isinstance(said, dict):
        raise InvalidValue(where, 'has no unit; write {"value": 5000, "unit": "FT", "datum": "AMSL"} or "FL250"')
    for name in ("value", "unit", "datum"):
        if said.get(name) is None and not (name == "datum" and said.get("unit") == "FL"):
            raise InvalidValue(f"{where}.{name}", 'is missing; write {"value": 5000, "unit": "FT", "datum": "AMSL"}')
    for name in said:
        if name not in ("value", "unit", "datum"):
            field = f"{where}.{ascii(name)[1:-1][:40]}"
            raise InvalidValue(field, "is not a field here; write value, unit and datum alone")
    unit = _UNITS.get(said["unit"].upper()) if isinstance(said["unit"], str) else None
    if unit is None:
        raise InvalidValue(f"{where}.unit", "is none of M, FT, FL")
    value = said["value"]
    if type(value) is not int and not isinstance(value, Decimal | str):
        raise InvalidValue(f"{where}.value", "must be a number, such as 5000")
    measured_from = said.get("datum", "STD")
    if not isinstance(measured_from, str):
        raise InvalidValue(f"{where}.datum", "is none of AMSL, W84, STD")
    return _checked(Height(value, unit, datum(measured_from, f"{where}.datum")), where)


def datum(text: str, where: str) -> Datum:
    """What a height is measured from; raises InvalidValue for ground and for whatever we do not have."""
    said = " ".join(text.split())
    if said.lower() in _GROUND:
        raise InvalidValue(where, f"{said} {_GROUND_SAID}")
    known = _DATUMS.get(said.upper())
    if known is None:
        raise InvalidValue(where, f"{said[:20]!r} is none of AMSL, W84, STD")
    return known


def band(
    lower: Height | None, upper: Height | None, measured_from: Datum | None, names: tuple[str, str, str]
) -> AltitudeBand:
    """The band between two faces, both of one datum; `measured_from` is that of faces that do not say theirs.

    `names` are what the lower face, the upper face and the datum are called where they stand. A band without faces
    is AMSL, which then means nothing.

    Raises:
        InvalidValue: no datum, two datums, flight levels against another datum, or upside down.
    """
    datums = {face.datum or measured_from for face in (lower, upper) if face is not None}
    if None in datums:
        raise InvalidValue(names[2], "say what heights are measured from: AMSL, W84 or STD (flight levels)")
    if measured_from is not None and datums - {measured_from}:
        other = "flight levels are measured from STD" if Datum.STD in datums else "the height beside it says another"
        said = f"{other}, not {measured_from.value}; say both faces in feet or metres from one datum"
        raise InvalidValue(names[2], said)
    if len(datums) > 1:
        raise InvalidValue(names[1], f"{upper} and {lower} are measured from two datums; say both from one")
    lower_mm = lower.mm(Rounding.DOWN, names[0]) if lower else None
    upper_mm = upper.mm(Rounding.UP, names[1]) if upper else None
    if lower_mm is not None and upper_mm is not None and lower_mm > upper_mm:
        raise InvalidValue(names[0], f"{lower} lies above {upper}; exchange the two")
    return AltitudeBand(next(iter(datums), None) or measured_from or Datum.AMSL, lower_mm, upper_mm)


def _checked(face: Height, where: str) -> Height:
    if face.unit is LengthUnit.FL and face.datum is not Datum.STD:
        raise InvalidValue(where, "is a flight level, which is measured from STD; write it in feet or metres instead")
    decimal_from(face.value, where)
    face.mm(Rounding.UP, where)
    return face
