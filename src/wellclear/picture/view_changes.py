"""What is different between two versions of a notice, field by field, and how vague one is (R5, R8, R9)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import msgspec

from wellclear.domain.agreement import HOUR_US
from wellclear.domain.rings import Vector, angle, cross, dot, minus, unit_vector
from wellclear.domain.volume import Point, Polygon, Polygons, Route, Volume
from wellclear.picture.view_items import Version

_DEPTH_MAX = 8
_R_KM = 6_371.0


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One value that changed, by its path (`volume.volumes[0].radius_mm`); None where it was not said or not shown."""

    path: str
    before: str | None
    after: str | None


def changes_between(older: Version, newer: Version) -> tuple[FieldChange, ...]:
    """Every field that differs, sorted by path; the envelope's addressees and precedence among them."""
    before, after = dict(_fields(older)), dict(_fields(newer))
    return tuple(
        FieldChange(path, before.get(path), after.get(path))
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path)
    )


def _fields(version: Version) -> Iterator[tuple[str, str]]:
    yield "precedence", version.precedence
    yield "to", " ".join(version.to)
    for group in (version.cell, version.said, version.nature, version.rest, version.safety):
        if group is not None:
            yield from _flat(group.group, msgspec.to_builtins(group), 0)


def _flat(path: str, value: object, depth: int) -> Iterator[tuple[str, str]]:
    """Path and text of every leaf; a position is one leaf."""
    if isinstance(value, dict) and value and depth < _DEPTH_MAX:
        for name, inner in value.items():
            if name != "group" or depth:
                yield from _flat(f"{path}.{name}", inner, depth + 1)
    elif isinstance(value, list) and any(isinstance(inner, list | dict) for inner in value) and depth < _DEPTH_MAX:
        for number, inner in enumerate(value):
            yield from _flat(f"{path}[{number}]", inner, depth + 1)
    else:
        yield path, value if isinstance(value, str) else repr(value)


Vague = Literal["AREA", "HEIGHT", "WINDOW", "NOT_COMPUTABLE"]

AREA_KM2_MAX: Final[dict[str, int]] = {
    "air": 20_000, "drone": 2_500, "ground": 2_500, "sea": 20_000, "firing": 5_000, "exercise": 100_000,
    "deployment": 1_000, "survey": 10_000, "aid_movement": 2_500, "protected_site": 10, "search_rescue": 50_000,
    "closure": 200_000,
}  # fmt: skip
"""The largest footprint of one volume, in km2, that still says where something is. Ours, and deliberately simple: a
circle of 20 statute miles (3,250 km2) was too vague to be of use on the ground."""
WINDOW_H_MAX: Final[dict[str, int]] = {
    "air": 24, "drone": 24, "ground": 48, "sea": 120, "firing": 120, "exercise": 336, "deployment": 2_160,
    "survey": 48, "aid_movement": 72, "protected_site": 2_160, "search_rescue": 168, "closure": 720,
}  # fmt: skip
"""The longest window of one volume, in hours."""
_AIRBORNE: Final = frozenset({"air", "drone", "firing", "survey"})


def vague(version: Version) -> tuple[Vague, ...]:
    """Why a version says too little about where and when for its category (R8); empty when it does, or is not open."""
    if version.shapes is None or version.nature is None:
        return ()
    category, found = version.nature.category, set[Vague]()
    for shape in version.shapes:
        volume = shape.volume
        if shape.fault is not None:
            found.add("NOT_COMPUTABLE")
        if area_km2(volume) > AREA_KM2_MAX[category]:
            found.add("AREA")
        if volume.window.end_us - volume.window.start_us > WINDOW_H_MAX[category] * HOUR_US:
            found.add("WINDOW")
        if category in _AIRBORNE and (volume.band.lower_mm is None or volume.band.upper_mm is None):
            found.add("HEIGHT")
    return tuple(sorted(found))


def area_km2(volume: Volume) -> float:
    """The footprint's area on a sphere of 6,371 km: within 1 % of the ellipsoid's; a corridor's bends count twice."""
    radius_km = volume.radius_mm / 1e6
    match volume.skeleton:
        case Point():
            return _cap_km2(radius_km)
        case Route(vertices):
            drawn = [unit_vector(vertex) for vertex in vertices]
            return 2 * radius_km * _R_KM * math.fsum(angle(a, b) for a, b in pairwise(drawn)) + _cap_km2(radius_km)
        case Polygon() as polygon:
            return _polygon_km2(polygon)
        case Polygons(parts):
            return math.fsum(_polygon_km2(part) for part in parts)


def _cap_km2(radius_km: float) -> float:
    return 2 * math.pi * _R_KM**2 * (1 - math.cos(min(math.pi, radius_km / _R_KM)))


def _polygon_km2(polygon: Polygon) -> float:
    outer, *holes = ([unit_vector(vertex) for vertex in ring] for ring in polygon.rings)
    return max(0.0, _ring_km2(outer) - math.fsum(_ring_km2(hole) for hole in holes))


def _ring_km2(ring: list[Vector]) -> float:
    """Twice-signed triangles from the first corner, each by its spherical excess (Eriksson's formula)."""
    excess = 0.0
    a = ring[0]
    for b, c in pairwise(ring[1:]):
        excess += 2 * math.atan2(dot(a, cross(minus(b, a), minus(c, a))), 1 + dot(a, b) + dot(b, c) + dot(c, a))
    return abs(excess) * _R_KM**2
