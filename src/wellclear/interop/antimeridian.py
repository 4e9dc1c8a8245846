"""Polygons that were cut at the antimeridian, as RFC 7946 section 3.1.9 asks, made whole again.

A cut leaves two edges along the 180th meridian, one on each side, that run in opposite directions when every ring has
its proper winding. They cancel; what remains is traced into rings anew. A ring that goes around a pole is cut in the
same way, down to the pole and back. What does not fit together exactly stays in its parts, which mean the same area.
"""

from __future__ import annotations

from typing import Final

from wellclear.domain.quantities import HALF_TURN_E7, LATITUDE_E7_MAX, Position
from wellclear.domain.rings import bounding_cap_of, encloses, unit_vector
from wellclear.interop.straightness import Vertex

Line = list[Vertex]
Edge = tuple[Vertex, Vertex]

_EAST: Final = HALF_TURN_E7
_WEST: Final = -HALF_TURN_E7


def joined(polygons: list[list[Line]]) -> tuple[list[list[Line]], bool]:
    """The polygons with parts joined that a cut had separated, and whether there were any; rings are not closed."""
    if not any(_has_seam(ring) for rings in polygons for ring in rings):
        return polygons, False
    edges = [_edges(rings) for rings in polygons]
    groups = _cancelled(edges)
    whole: list[list[Line]] = []
    changed = False
    for group, left in groups:
        traced = _traced(left) if left is not None else None
        if traced is None:
            whole += [polygons[part] for part in group]
        else:
            whole.append(traced)
            changed = True
    return whole, changed


def _has_seam(ring: Line) -> bool:
    return any(
        a[1] == b[1] and abs(a[1]) == HALF_TURN_E7 and a[0] != b[0]
        for a, b in zip(ring, ring[1:] + ring[:1], strict=True)
    )


def _edges(rings: list[Line]) -> list[Edge]:
    """Every edge of a polygon, the area on its left: the outer ring counter-clockwise, holes clockwise."""
    found: list[Edge] = []
    for number, ring in enumerate(rings):
        turned = ring if (_area(ring) > 0) == (number == 0) else ring[::-1]
        found += zip(turned, turned[1:] + turned[:1], strict=True)
    return found


def _area(ring: Line) -> int:
    return sum(a[1] * b[0] - b[1] * a[0] for a, b in zip(ring, ring[1:] + ring[:1], strict=True))


def _cancelled(edges: list[list[Edge]]) -> list[tuple[list[int], list[Edge] | None]]:
    """Groups of parts that share a seam, each with the edges that are left; None for parts without one."""
    eastern = {
        (_node(a), _node(b)): (part, index)
        for part, own in enumerate(edges)
        for index, (a, b) in enumerate(own)
        if a[1] == b[1] == _EAST
    }
    gone: set[tuple[int, int]] = set()
    group = list(range(len(edges)))
    for part, own in enumerate(edges):
        for index, (a, b) in enumerate(own):
            other = eastern.pop((_node(b), _node(a)), None) if a[1] == b[1] == _WEST else None
            if other is not None:
                gone |= {other, (part, index)}
                old, new = group[other[0]], group[part]
                group = [new if number == old else number for number in group]
    touched = {group[part] for part, _ in gone}
    found: list[tuple[list[int], list[Edge] | None]] = []
    for number in dict.fromkeys(group):
        parts = [part for part, of in enumerate(group) if of == number]
        left = [edge for part in parts for index, edge in enumerate(edges[part]) if (part, index) not in gone]
        found.append((parts, left if number in touched else None))
    return found


def _traced(edges: list[Edge]) -> list[Line] | None:
    """The rings that some edges make, the outer one first; None if that is not plain."""
    onward: dict[Vertex, Vertex] = {}
    for a, b in edges:
        if _node(a) == _node(b):
            continue
        if _node(a) in onward:
            return None
        onward[_node(a)] = _node(b)
    rings: list[Line] = []
    while onward:
        first = next(iter(onward))
        ring, at = [first], onward.pop(first)
        while at != first:
            if at not in onward:
                return None
            ring.append(at)
            at = onward.pop(at)
        rings.append(ring)
    return _outer_first(rings) if rings and all(len(ring) >= 3 for ring in rings) else None


def _outer_first(rings: list[Line]) -> list[Line] | None:
    if len(rings) == 1:
        return rings
    drawn = [[unit_vector(Position(*vertex)) for vertex in ring] for ring in rings]
    for number, ring in enumerate(drawn):
        cap = bounding_cap_of(ring)
        others = rings[:number] + rings[number + 1 :]
        if all(encloses(ring, cap, other[0]) for other in drawn[:number] + drawn[number + 1 :]):
            return [rings[number], *others]
    return None


def _node(vertex: Vertex) -> Vertex:
    """The same for the same point of the earth."""
    lat, lon = vertex
    if abs(lat) == LATITUDE_E7_MAX:
        return lat, 0
    return lat, _WEST if lon == _EAST else lon
