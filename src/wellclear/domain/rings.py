"""The rules of a polygon's rings, judged with plain arithmetic on unit vectors.

What an edge *is* (a geodesic) and how far things are apart is the business of `airspace`. Whether a ring may stand at
all must be decidable here, with the standard library: a ring is judged with its edges drawn as great circles of the
sphere of geodetic latitude and longitude. The two curves share their ends and leave each other by at most 7 mm over
10 km, 66 cm over 100 km and 66 m over 1,000 km, so the rule can differ from the geodesics only where a ring all but
touches itself; the engine counts turns and copes with either.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from wellclear.domain.quantities import E7, LATITUDE_E7_MAX, Position
from wellclear.errors import InvalidValue

Vector = tuple[float, float, float]
Ring = tuple[Position, ...]
Cap = tuple[Vector, float]
"""A centre and an angular radius in radians."""

CAP_DEGREES_MAX: Final = 60.0
"""Angular radius of the largest cap that may bound a ring or a route."""

_SPIKE_SINE: Final = 1e-9  # two edges this close to each other's direction fold back on themselves
_CAP_ROUNDS: Final = 200


def unit_vector(position: Position) -> Vector:
    """The direction of a position on the sphere of geodetic latitude and longitude."""
    lat, lon = math.radians(position.lat_e7 / E7), math.radians(position.lon_e7 / E7)
    return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)


def place(position: Position) -> tuple[int, int]:
    """The same value for the same point of the earth: at a pole every longitude is."""
    at_pole = abs(position.lat_e7) == LATITUDE_E7_MAX
    return position.lat_e7, 0 if at_pole else position.lon_e7


def minus(a: Vector, b: Vector) -> Vector:
    """The vector from `b` to `a`."""
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]


def dot(a: Vector, b: Vector) -> float:
    """The scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Vector, b: Vector) -> Vector:
    """The vector product."""
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def angle(a: Vector, b: Vector) -> float:
    """The angle between two unit vectors in radians, exact for small ones too."""
    return math.atan2(math.hypot(*cross(a, b)), dot(a, b))


def bounding_cap_of(vertices: Sequence[Vector]) -> Cap:
    """A cap around some directions; near the least one when that matters.

    The mean direction is within a factor of two of the best; a cap above the limit is improved by steps towards the
    farthest vertex (Badoiu and Clarkson) before anybody is refused for it.
    """
    centre = _normalised((sum(v[0] for v in vertices), sum(v[1] for v in vertices), sum(v[2] for v in vertices)))
    best = (centre, max(angle(centre, v) for v in vertices))
    limit = math.radians(CAP_DEGREES_MAX)
    if not limit < best[1] <= 2 * limit + 0.01:
        return best
    for step in range(1, _CAP_ROUNDS):
        farthest = max(vertices, key=lambda v: -dot(centre, v))
        toward = minus(farthest, centre)
        share = 1 / (step + 1)
        centre = _normalised(
            (centre[0] + share * toward[0], centre[1] + share * toward[1], centre[2] + share * toward[2])
        )
        best = min(best, (centre, max(angle(centre, v) for v in vertices)), key=lambda cap: cap[1])
    return best


def check_cap(vertices: Sequence[Vector], where: str) -> Cap:
    """The bounding cap; raises InvalidValue if the vertices do not fit one of 60 degrees."""
    cap = bounding_cap_of(vertices)
    if cap[1] > math.radians(CAP_DEGREES_MAX):
        raise InvalidValue(where, f"spans more than a cap of {CAP_DEGREES_MAX:.0f} degrees")
    return cap


def check_rings(rings: Sequence[Ring], where: str) -> None:
    """One polygon: the outer ring first, then its holes.

    Raises:
        InvalidValue: (`where[i]` or `where[i][j]`) too few vertices, a repeated vertex, a ring that crosses or
            touches itself or another ring, a hole outside the outer ring or inside another hole, too large.
    """
    if not rings:
        raise InvalidValue(where, "needs an outer ring")
    drawn, caps = [], []
    for index, ring in enumerate(rings):
        _check_vertices(ring, f"{where}[{index}]")
        drawn.append([unit_vector(vertex) for vertex in ring])
        caps.append(check_cap(drawn[index], f"{where}[{index}]"))
    _check_crossings(drawn, where)
    for index, hole in enumerate(drawn[1:], start=1):
        if not encloses(drawn[0], caps[0], hole[0]):
            raise InvalidValue(f"{where}[{index}]", "is a hole outside the outer ring")
        if any(encloses(drawn[other], caps[other], hole[0]) for other in range(1, len(drawn)) if other != index):
            raise InvalidValue(f"{where}[{index}]", "is a hole inside another hole")


def encloses(ring: Sequence[Vector], cap: Cap, point: Vector) -> bool:
    """Whether a ring within a cap of less than a hemisphere turns around a direction, whatever its winding."""
    if dot(cap[0], point) < math.cos(cap[1]) - 1e-12:  # seen from the far side of the earth it turns as well
        return False
    east = _normalised(cross((0.0, 0.0, 1.0) if abs(point[2]) < 0.9 else (1.0, 0.0, 0.0), point))
    north = cross(point, east)
    bearings = [math.atan2(dot(vertex, east), dot(vertex, north)) for vertex in ring]
    turns = sum(
        math.remainder(after - before, math.tau)
        for before, after in zip(bearings, bearings[1:] + bearings[:1], strict=True)
    )
    return abs(turns) > math.pi


def _check_vertices(ring: Ring, where: str) -> None:
    if len(ring) < 3:
        raise InvalidValue(where, "needs three vertices or more")
    seen: set[tuple[int, int]] = set()
    for index, vertex in enumerate(ring):
        if place(vertex) in seen:
            raise InvalidValue(f"{where}[{index}]", "repeats a vertex; a ring is not closed by repeating its first")
        seen.add(place(vertex))


class _Edge(NamedTuple):
    """An edge, which one it is, and the box in space that it cannot leave."""

    low: Vector
    high: Vector
    ring: int
    place: int
    start: Vector
    end: Vector


def _edge(ring: int, place: int, start: Vector, end: Vector) -> _Edge:
    bulge = 1 - math.cos(angle(start, end) / 2)  # an arc leaves its chord by no more than this
    low = min(start[0], end[0]) - bulge, min(start[1], end[1]) - bulge, min(start[2], end[2]) - bulge
    high = max(start[0], end[0]) + bulge, max(start[1], end[1]) + bulge, max(start[2], end[2]) + bulge
    return _Edge(low, high, ring, place, start, end)


def _check_crossings(rings: Sequence[Sequence[Vector]], where: str) -> None:
    """Edges sorted along the axis and compared while their boxes meet: near n log n for real rings."""
    edges = [
        _edge(number, index, start, ring[(index + 1) % len(ring)])
        for number, ring in enumerate(rings)
        for index, start in enumerate(ring)
    ]
    edges.sort(key=lambda edge: edge.low[2])
    for position, edge in enumerate(edges):
        (low_x, low_y, _), (high_x, high_y, high_z) = edge.low, edge.high
        for other in itertools.islice(edges, position + 1, None):
            if other.low[2] > high_z:
                break
            if other.low[0] > high_x or other.high[0] < low_x or other.low[1] > high_y or other.high[1] < low_y:
                continue
            if _forbidden(edge, other, len(rings[edge.ring])):
                kind = "itself" if edge.ring == other.ring else f"ring {other.ring}"
                at = f"{where}[{edge.ring}][{edge.place}]"
                raise InvalidValue(at, f"the edge from here crosses or touches {kind}")


def _forbidden(one: _Edge, other: _Edge, size: int) -> bool:
    if one.ring == other.ring and (one.place + 1) % size == other.place:
        return _folds(one.start, one.end, other.end)
    if one.ring == other.ring and (other.place + 1) % size == one.place:
        return _folds(other.start, other.end, one.end)
    return _meet(one.start, one.end, other.start, other.end)


def _side(start: Vector, end: Vector, point: Vector) -> float:
    """Which side of an edge a point is on; differences first, so that centimetres survive double precision."""
    return dot(start, cross(minus(end, start), minus(point, start)))


def _meet(start_a: Vector, end_a: Vector, start_b: Vector, end_b: Vector) -> bool:
    """Whether two edges within one hemisphere cross or touch."""
    across_a = _side(start_a, end_a, start_b), _side(start_a, end_a, end_b)
    if across_a == (0.0, 0.0):  # on one great circle: do they overlap?
        reach = angle(start_a, end_a) + angle(start_b, end_b)
        return max(angle(p, q) for p in (start_a, end_a) for q in (start_b, end_b)) <= reach
    across_b = _side(start_b, end_b, start_a), _side(start_b, end_b, end_a)
    return across_a[0] * across_a[1] <= 0 and across_b[0] * across_b[1] <= 0


def _folds(before: Vector, corner: Vector, after: Vector) -> bool:
    back, onward = cross(corner, minus(before, corner)), cross(corner, minus(after, corner))
    sine = math.hypot(*cross(back, onward))
    return dot(back, onward) > 0 and sine <= _SPIKE_SINE * math.hypot(*back) * math.hypot(*onward)


def _normalised(vector: Vector) -> Vector:
    length = math.hypot(*vector)
    return (vector[0] / length, vector[1] / length, vector[2] / length) if length > 1e-9 else (1.0, 0.0, 0.0)
