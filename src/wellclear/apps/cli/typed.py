"""What people type on a command line, made into whole units; the spellings themselves are those of `interop`.

Every quantity names its unit and every moment its zone (R20); what is missing is asked for, never guessed.
"""

from __future__ import annotations

from wellclear.domain.measures import bare_height
from wellclear.domain.quantities import format_time
from wellclear.domain.volume import AltitudeBand
from wellclear.errors import InvalidValue
from wellclear.interop import heights
from wellclear.interop.heights import height
from wellclear.interop.lengths import length
from wellclear.interop.moments import moment
from wellclear.interop.positions import position, positions

__all__ = ["band", "face", "height", "length", "moment", "position", "positions", "stamp"]


def band(lower: str, upper: str, datum: str | None, names: tuple[str, str, str]) -> AltitudeBand:
    """The band between two typed faces; `names` are what `lower`, `upper` and the datum are called where they stand.

    Raises:
        InvalidValue: no height, no datum for feet or metres, flight levels against another datum, or upside down.
    """
    faces = height(lower, names[0]), height(upper, names[1])
    measured_from = heights.datum(datum, names[2]) if datum is not None else None
    if faces == (None, None) and measured_from is None:
        raise InvalidValue(names[2], "say what heights are measured from: AMSL, W84 or STD (flight levels)")
    return heights.band(*faces, measured_from, names)


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
