"""Skeletons from vertices as files write them, with notes of what was changed or should be known.

Rings that repeat their first vertex are opened, vertices repeated in a row are written once, polygons cut at the
antimeridian are joined, and routes that are too long for one volume become several that share their turning vertices.
None of it changes the area.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Final

from wellclear.domain.quantities import LATITUDE_E7_MAX, Position, e7_from_degrees
from wellclear.domain.rings import CAP_DEGREES_MAX, bounding_cap_of, place, unit_vector
from wellclear.domain.volume import VERTICES_MAX, Point, Polygon, Polygons, Route, Skeleton
from wellclear.errors import InvalidValue
from wellclear.interop.antimeridian import Line, joined
from wellclear.interop.straightness import Vertex, edge_notes

_AT: Final = re.compile(r"(?:route|times_us|rings(?:\[(\d+)\])?)(?:\[(\d+)\])?")
_CAP_RADIANS_MAX: Final = math.radians(CAP_DEGREES_MAX)
_DO: Final = (
    ("crosses or touches", "draw it without crossings, or as several polygons of one notice"),
    ("vertices; at most", "leave out vertices, or cut it into several volumes of one notice"),
    ("spans more than", "cut it into smaller volumes of one notice"),
    ("edges of more than", "cut it into smaller volumes of one notice"),
    ("three vertices", "write three different positions or more, or a circle instead"),
    ("two vertices", "write two different positions or more, or a circle instead"),
    ("is a hole", "move the hole inside, or leave it out"),
    ("repeats a vertex", "write each vertex once, and draw an area that touches itself as several polygons"),
    ("before the time of", "write the times in the order of the vertices"),
    ("times for", "write one time for each vertex"),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """A skeleton as it was drawn.

    `span_us` is the first and last moment of a route with times, waiting at its ends included. What was said of the
    whole window's start and end belongs to the first and last part of a route (`opens`, `closes`).
    """

    skeleton: Skeleton
    notes: tuple[str, ...] = ()
    span_us: tuple[int, int] | None = None
    opens: bool = True
    closes: bool = True

    def with_notes(self, *notes: str) -> Shape:
        """The same with more to tell."""
        return replace(self, notes=self.notes + notes)


def vertex_from(lat: str | int | Decimal, lon: str | int | Decimal, where: str, order: str = "") -> Vertex:
    """Degrees x 10^7 from decimal degrees; `order` is what to say of latitude and longitude in this format.

    Raises:
        InvalidValue: no numbers, or no place on the earth.
    """
    lat_e7, lon_e7 = e7_from_degrees(lat, where), e7_from_degrees(lon, where)
    if abs(lat_e7) > LATITUDE_E7_MAX:
        do = order or "write latitudes from -90 to 90"
        raise InvalidValue(where, f"a latitude of {Decimal(lat):f} is beyond the pole; {do}")
    return lat_e7, lon_e7


def circle(vertex: Vertex) -> Shape:
    """The skeleton of a circle."""
    return Shape(Point(Position(*vertex)))


def corridor(vertices: Sequence[Vertex], times_us: Sequence[int], where: str) -> list[Shape]:
    """A route in one shape, or in several if it is too long for one.

    Raises:
        InvalidValue: fewer than two different vertices, times that do not fit, or too large.
    """
    if times_us and len(times_us) != len(vertices):
        times = "is 1 time" if len(times_us) == 1 else f"are {len(times_us)} times"
        said = f"there {times} for {len(vertices)} vertices; write one time for each vertex"
        raise InvalidValue("times", said)
    kept = [0] if vertices else []
    for index in range(1, len(vertices)):
        if place(Position(*vertices[index])) != place(Position(*vertices[kept[-1]])):
            kept.append(index)
    line = [vertices[index] for index in kept]
    moments = [times_us[index] for index in kept] if times_us else []
    notes = edge_notes([("", line)])
    if len(kept) < len(vertices):
        notes += (_left_out(len(vertices) - len(kept)),)
    if not times_us and len(line) > 3 and place(Position(*line[0])) == place(Position(*line[-1])):
        notes += ("its line is closed, and the area inside it was not taken; if that is meant, draw a polygon",)
    parts = _halved(line, moments)
    if len(parts) > 1:
        notes += (f"it is long, and was cut into {len(parts)} volumes that share their turning vertices",)
    return [
        _part(_route(*part, where), times_us, notes if not number else (), not number, number == len(parts) - 1)
        for number, part in enumerate(parts)
    ]


def _part(route: Route, times_us: Sequence[int], notes: tuple[str, ...], opens: bool, closes: bool) -> Shape:
    if not times_us:
        return Shape(route, notes)
    first_us = times_us[0] if opens else route.times_us[0]
    last_us = times_us[-1] if closes else route.times_us[-1]
    return Shape(route, notes, (first_us, last_us), opens, closes)


def area(polygons: list[list[Line]], where: str) -> Shape:
    """One polygon or several as one area; each is an outer ring and its holes, closed or not.

    Raises:
        InvalidValue: whatever makes no area.
    """
    count = sum(len(ring) for rings in polygons for ring in rings)
    if count > 4 * VERTICES_MAX:
        raise InvalidValue(where, f"has {count} vertices, at most {VERTICES_MAX} are taken; {_DO[1][1]}")
    written = [[_opened(ring, _as_written) for ring in rings] for rings in polygons]
    parts, were_cut = joined(written)
    whole = [[_opened(ring, _same_place) for ring in rings] for rings in parts]
    doubled = sum(_repeats(ring) for rings in polygons for ring in rings)
    notes = edge_notes(_named(whole), crossings=not were_cut)
    if were_cut:
        notes += ("parts that were cut at the antimeridian were joined",)
    if doubled:
        notes += (_left_out(doubled),)
    made = tuple(_polygon(rings, where, number if len(whole) > 1 else 0) for number, rings in enumerate(whole, 1))
    try:
        return Shape(made[0] if len(made) == 1 else Polygons(made), notes)
    except InvalidValue as error:
        raise _told(error, where) from error


def _opened(ring: Line, key: Callable[[Vertex], Vertex]) -> Line:
    """A ring without its closing vertex and without repetitions in a row."""
    kept: Line = []
    for vertex in ring:
        if not kept or key(vertex) != key(kept[-1]):
            kept.append(vertex)
    if len(kept) > 1 and key(kept[0]) == key(kept[-1]):
        kept.pop()
    return kept


def _as_written(vertex: Vertex) -> Vertex:
    return vertex


def _same_place(vertex: Vertex) -> Vertex:
    return place(Position(*vertex))


def _repeats(ring: Line) -> int:
    return sum(before == after for before, after in pairwise(ring))


def _left_out(count: int) -> str:
    if count == 1:
        return "a vertex that repeats the one before was left out"
    return f"{count} vertices that repeat the one before were left out"


def _named(polygons: list[list[Line]]) -> list[tuple[str, Line]]:
    return [
        (
            (f"polygon {number}, " if len(polygons) > 1 else "") + (f"ring {which}, " if len(rings) > 1 else ""),
            ring + ring[:1],
        )
        for number, rings in enumerate(polygons, 1)
        for which, ring in enumerate(rings, 1)
    ]


def _halved(line: list[Vertex], moments: list[int]) -> list[tuple[list[Vertex], list[int]]]:
    """The line in parts of which each fits a volume; neighbours share a vertex."""
    fits = len(line) <= VERTICES_MAX and (len(line) < 3 or _cap(line) <= _CAP_RADIANS_MAX)
    if fits:
        return [(line, moments)]
    middle = len(line) // 2
    return _halved(line[: middle + 1], moments[: middle + 1]) + _halved(line[middle:], moments[middle:])


def _cap(line: list[Vertex]) -> float:
    return bounding_cap_of([unit_vector(Position(*vertex)) for vertex in line])[1]


def _route(line: list[Vertex], moments: list[int], where: str) -> Route:
    try:
        return Route(tuple(Position(*vertex) for vertex in line), tuple(moments))
    except InvalidValue as error:
        raise _told(error, where) from error


def _polygon(rings: list[Line], where: str, number: int) -> Polygon:
    try:
        return Polygon(tuple(tuple(Position(*vertex) for vertex in ring) for ring in rings))
    except InvalidValue as error:
        raise _told(error, where, f"polygon {number}, " if number else "") from error


def _told(error: InvalidValue, where: str, prefix: str = "") -> InvalidValue:
    """A fault of the domain, counted from 1 as people do, with what to draw instead."""
    match = _AT.fullmatch(error.field)
    at = prefix
    if match is not None and match.group(1) is not None:
        at += f"ring {int(match.group(1)) + 1}, "
    if match is not None and match.group(2) is not None:
        at += f"vertex {int(match.group(2)) + 1}"
    do = next((do for said, do in _DO if said in error.why), "draw it anew")
    field = "times" if error.field.startswith("times_us") else where
    why = error.why.replace("; at most", ", at most").partition("; ")[0]
    return InvalidValue(field, f"{at.rstrip(', ')}: {why}; {do}" if at else f"{why}; {do}")
