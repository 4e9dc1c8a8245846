"""Disclosure levels in words: what a recipient is shown at each, and what a hostile one could do with it (R25, N13)."""

from __future__ import annotations

import math
from typing import Final

from wellclear.domain.measures import moment, took
from wellclear.domain.parts import LEVEL_OF_GROUP, NOTICE_GROUPS, Cell
from wellclear.domain.quantities import E7, HALF_TURN_E7

LEVEL_WORDS: Final = {
    0: "nothing; it is not sent",
    1: "the cell and the time slot",
    2: "volume and time",
    3: "volume, time, category and contact",
    4: "everything",
}
_KM_PER_DEGREE: Final = 111.32


def level_words(level: int) -> str:
    """`level 1: the cell and the time slot`."""
    return f"level {level}: {LEVEL_WORDS[level]}"


def groups_at(level: int) -> tuple[str, ...]:
    """The field groups that a level reaches, in their order."""
    return tuple(name for name in NOTICE_GROUPS if LEVEL_OF_GROUP[name] <= level)


def cell_words(cell: Cell) -> str:
    """The cell drawn in words: `34° N to 35° N, 38° E to 39° E (about 111 km × 92 km), 231000ZNOV26 to ... (2 h)`."""
    south, north = cell.south_e7 / E7, cell.north_e7 / E7
    width_e7 = (cell.east_e7 - cell.west_e7) % (2 * HALF_TURN_E7)
    if not width_e7 and cell.east_e7 != cell.west_e7:
        width_e7 = 2 * HALF_TURN_E7
    # The widest parallel of the cell: told smaller, it would promise a reader less than it hides.
    widest = 0.0 if south < 0 < north else min(abs(south), abs(north))
    wide_km = width_e7 / E7 * _KM_PER_DEGREE * math.cos(math.radians(widest))
    place = (
        f"{_degrees(cell.south_e7, 'NS')} to {_degrees(cell.north_e7, 'NS')}, "
        f"{_degrees(cell.west_e7, 'EW')} to {_degrees(cell.east_e7, 'EW')}"
    )
    size = f"about {(north - south) * _KM_PER_DEGREE:,.0f} km × {wide_km:,.0f} km"
    slot = f"{moment(cell.start_us)} to {moment(cell.end_us)} ({took(cell.end_us - cell.start_us)})"
    return f"{place} ({size}), {slot}"


def _degrees(value_e7: int, letters: str) -> str:
    return f"{abs(value_e7) / E7:g}° {letters[value_e7 < 0]}"


def hostile_words(level: int, cell: Cell) -> list[str]:
    """What a reader at a level could do with it that means harm, in plain sentences; each level adds to those below."""
    if level == 0:
        return ["Nothing is sent to it. It learns from the log that something was announced to others, and when."]
    if level == 1:
        return [
            f"That something lies within this cell and slot: {cell_words(cell)}. Where in it, and when, it can search."
        ]
    said = ["Where and when exactly: it can be aimed at."]
    if level >= 3:
        said.append("What is there, and whom to call: it can choose between this and others, and mislead the contact.")
    if level >= 4:
        said.append(
            "By which means, what it carries and emits, under which call sign and frequency: "
            "it can be recognised, found by that, listened to and imitated."
        )
    return said
