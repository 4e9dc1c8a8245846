"""Figures in words: moments, durations, lengths, heights with their datum, volumes, and what changed between two.

Everything is said as it was said: no conversion between datums, positions with all their places. Any decoded value of a
part may come in; what cannot be read is said to be so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from wellclear.domain.quantities import Position, format_time
from wellclear.domain.volume import AltitudeBand, Point, Polygon, Polygons, Route, Volume
from wellclear.domain.volume_fields import volume_from
from wellclear.errors import InvalidValue

POINTS_SHOWN = 6
_FLIGHT_LEVEL_MM = 30_480
_FIVE_FEET_MM = 1_524
_HALF_MILE_MM = 926_000
PRECEDENCE_WORDS = {"Z": "FLASH", "O": "IMMEDIATE", "P": "PRIORITY", "R": "ROUTINE"}
"""The four words of ACP 121, fastest first."""
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


def nautical_miles(mm: int) -> str:
    """A length in nautical miles where it is a whole number of halves, as minima are said; else empty."""
    halves, rest = divmod(mm, _HALF_MILE_MM)
    return f"{_exact(halves * 5, 10)} NM" if halves and not rest else ""


def length(mm: int) -> str:
    """A length in metres, or in kilometres from 10 km on, exactly."""
    return f"{_exact(mm, 1_000_000)} km" if abs(mm) >= 10_000_000 else f"{_exact(mm, 1_000)} m"


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


def band(of: AltitudeBand) -> str:
    """A band of heights; an absent face is unbounded."""
    datum = of.datum.value
    lower = "unbounded below" if of.lower_mm is None else f"from {height(of.lower_mm, datum)}"
    upper = "unbounded above" if of.upper_mm is None else f"to {height(of.upper_mm, datum)}"
    return f"{lower} {upper}" if of.lower_mm is not None and of.upper_mm is not None else f"{lower}, {upper}"


def place(lat_e7: int, lon_e7: int) -> str:
    """A position for people, all seven places."""
    return str(Position(lat_e7, lon_e7))


def shape(volume: Volume) -> str:
    """The footprint of a volume."""
    match volume.skeleton:
        case Point(position):
            return f"a circle of {length(volume.radius_mm)} around {position}"
        case Route(vertices, _):
            return f"a corridor of {length(volume.radius_mm)} to either side of {_points(vertices, ' - ')}"
        case Polygon(rings):
            holes = f", with {len(rings) - 1} holes" if len(rings) > 1 else ""
            return f"an area of {len(rings[0])} corners, {_points(rings[0], ', ')}{holes}"
        case Polygons(parts):
            first = _points(parts[0].rings[0], ", ")
            return f"{len(parts)} areas, the first with the corners {first}"


def window(volume: Volume) -> str:
    """The window of time of a volume."""
    return f"{moment(volume.window.start_us)} to {moment(volume.window.end_us)}"


def volume_lines(volumes: Sequence[Mapping[str, Any]]) -> list[str]:
    """One line a volume: where, how high, when. What cannot be computed is said with the reason."""
    lines = []
    for number, fields in enumerate(volumes, start=1):
        name = f"Volume {number}: " if len(volumes) > 1 else "Where and when: "
        try:
            volume = volume_from(fields)
            lines.append(f"{name}{shape(volume)}; {band(volume.band)}; {window(volume)}.")
        except InvalidValue as error:
            lines.append(f"{name}it cannot be computed ({error}); it stands in the log as its author said it.")
    return lines


def starts_and_end(volumes: Sequence[Mapping[str, Any]]) -> tuple[int, int] | None:
    """The first start and the last end of the volumes that can be read."""
    found = []
    for fields in volumes:
        try:
            found.append(volume_from(fields).window)
        except InvalidValue:
            continue
    return (min(one.start_us for one in found), max(one.end_us for one in found)) if found else None


def volume_differences(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> list[str]:
    """What an amendment changed, volume by volume and by its field."""
    lines = []
    for number in range(max(len(old), len(new))):
        name = f"Volume {number + 1}"
        if number >= len(old):
            lines += [f"{name} is new. {line}" for line in volume_lines([new[number]])]
        elif number >= len(new):
            lines.append(f"{name} is gone.")
        elif old[number] != new[number]:
            lines += [f"{name}: {line}" for line in _volume_difference(old[number], new[number])]
    return lines


def _volume_difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    try:
        was, now = volume_from(old), volume_from(new)
    except InvalidValue as error:
        return [f"changed, and cannot be compared ({error})."]
    pairs = (
        ("place", shape(was), shape(now)),
        ("height", band(was.band), band(now.band)),
        ("time", window(was), window(now)),
    )
    said = [f"{name} was {before}, is {after}." for name, before, after in pairs if before != after]
    return said or ["changed in a point that is not shown here; see the parts."]


def flat_differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What changed between two flat groups, member by member."""
    return [
        f"{words(name)} was {old.get(name, 'not stated')}, is {new.get(name, 'not stated')}."
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]


def words(code: str) -> str:
    """A code of the protocol as words."""
    return code.replace("_", " ")


def listed(names: Sequence[str]) -> str:
    """`A, B and C`."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def _points(points: Sequence[Position], between: str) -> str:
    shown = between.join(str(point) for point in points[:POINTS_SHOWN])
    left = len(points) - POINTS_SHOWN
    return f"{shown} and {left} more points" if left > 0 else shown


def _zeros(number: int) -> int:
    """How round a number is: the zeros at its end."""
    return len(str(number)) - len(str(number).rstrip("0")) if number else 0


def _exact(mm: int, unit_mm: int) -> str:
    sign, whole, rest = "-" if mm < 0 else "", abs(mm) // unit_mm, abs(mm) % unit_mm
    places = len(str(unit_mm)) - 1
    return f"{sign}{whole:,}" + (f".{rest:0{places}d}".rstrip("0") if rest else "")
