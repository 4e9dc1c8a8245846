"""Lengths as people write them: `5km`, `800 m`, `3 NM`; the unit is always said (R20)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from wellclear.domain.quantities import LengthUnit, Rounding, length_mm
from wellclear.errors import InvalidValue

_LENGTH: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]+)", re.ASCII)
_UNITS: Final = {"m": LengthUnit.M, "km": LengthUnit.KM, "nm": LengthUnit.NM, "ft": LengthUnit.FT}


def length(text: str, where: str) -> int:
    """A length in millimetres, rounded up, as a radius is; raises InvalidValue with what to write."""
    match = _LENGTH.fullmatch(text.strip())
    unit = _UNITS.get(match.group(2).lower()) if match else None
    if match is None or unit is None:
        raise InvalidValue(where, f"{text[:40]!r} is no length; write 5km, 800m or 3nm")
    return length_mm(match.group(1), unit, Rounding.UP, where)


def metres(number: str | int | Decimal, where: str) -> int:
    """A radius or half-width said in metres, in millimetres, rounded up.

    Raises:
        InvalidValue: no decimal number, or below zero.
    """
    said_mm = length_mm(number, LengthUnit.M, Rounding.UP, where)
    if said_mm < 0:
        raise InvalidValue(where, f"{number} is below zero; write metres such as 500")
    return said_mm
