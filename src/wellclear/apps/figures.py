"""Volumes in words, what changed between two, and the small words of sentences.

Any decoded value of a part may come in; what cannot be read is said to be so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wellclear.domain.measures import height, length, moment
from wellclear.domain.quantities import Position
from wellclear.domain.volume import AltitudeBand, Point, Polygon, Polygons, Route, Volume
from wellclear.domain.volume_fields import volume_from
from wellclear.errors import InvalidValue

POINTS_SHOWN = 6
PRECEDENCE_WORDS = {"Z": "FLASH", "O": "IMMEDIATE", "P": "PRIORITY", "R": "ROUTINE"}
"""The four words of ACP 121, fastest first."""


def band(of: AltitudeBand) -> str:
    """A band of heights; an absent face is unbounded."""
    datum = of.datum.value
    lower = "unbounded below" if of.lower_mm is None else f"from {height(of.lower_mm, datum)}"
    upper = "unbounded above" if of.upper_mm is None else f"to {height(of.upper_mm, datum)}"
    return f"{lower} {upper}" if of.lower_mm is not None and of.upper_mm is not None else f"{lower}, {upper}"


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
