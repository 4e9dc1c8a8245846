"""Volumes for the engine's properties: drawn around places where longitude and latitude misbehave, from one seed."""

from __future__ import annotations

import math
import random
from itertools import pairwise

from pyproj import Geod

from wellclear.domain.quantities import E7, Datum, Position
from wellclear.domain.volume import AltitudeBand, Point, Polygon, Polygons, Route, Skeleton, TimeWindow, Volume

GEOD = Geod(ellps="WGS84")
CENTRES = {
    "desert": (34.56, 38.27),
    "equator": (0.0, 0.0),
    "antimeridian": (10.0, 180.0),
    "southern antimeridian": (-17.0, 179.99),
    "north pole": (90.0, 0.0),
    "south pole": (-90.0, 12.0),
    "beside the pole": (89.95, 50.0),
    "bering sea": (62.0, -179.0),
}
"""Latitude and longitude in degrees."""

METRES = (30.0, 400_000.0)


def offset(centre: Position, azimuth: float, distance_m: float) -> Position:
    """The position at a distance and azimuth (degrees) from another."""
    lon, lat, _ = GEOD.fwd(centre.lon_e7 / E7, centre.lat_e7 / E7, azimuth, distance_m)
    return Position(round(lat * E7), round(lon * E7))


def centre_of(name: str) -> Position:
    """A place by its name."""
    lat, lon = CENTRES[name]
    return Position(round(lat * E7), round(lon * E7))


def skeleton(draw: random.Random, middle: Position, size_m: float) -> Skeleton:
    """A point, route, polygon, polygon with a hole, or two polygons of about a size."""
    kind = draw.choice(("point", "route", "polygon", "hole", "two"))
    if kind == "point":
        return Point(middle)
    if kind == "route":
        azimuths = [draw.uniform(0, 360) for _ in range(draw.randint(2, 5))]
        return Route(tuple(offset(middle, azimuth, draw.uniform(0.1, 1) * size_m) for azimuth in azimuths))
    outer = _star(draw, middle, size_m)
    if kind == "polygon":
        return Polygon((outer,))
    if kind == "hole":
        return Polygon((outer, tuple(offset(middle, 10 + 90 * i, 0.2 * size_m) for i in range(4))))
    return Polygons(
        (Polygon((outer,)), Polygon((_star(draw, offset(middle, draw.uniform(0, 360), 3 * size_m), size_m),)))
    )


def _star(draw: random.Random, middle: Position, size_m: float) -> tuple[Position, ...]:
    count, first, winding = draw.randint(5, 9), draw.uniform(0, 360), draw.choice((1, -1))
    return tuple(
        offset(middle, first + winding * 360 * (i + draw.uniform(-0.2, 0.2)) / count, draw.uniform(0.5, 1) * size_m)
        for i in range(count)
    )


def skeleton_pair(draw: random.Random, place: str) -> tuple[Skeleton, Skeleton]:
    """Two skeletons near each other, of like or unlike size, from some metres to some hundred kilometres."""
    size_m = math.exp(draw.uniform(math.log(METRES[0]), math.log(METRES[1])))
    other_m = size_m * 10 ** draw.uniform(-1.5, 0)
    centre = centre_of(place)
    first = offset(centre, draw.uniform(0, 360), draw.uniform(0, 1.5) * size_m)
    second = offset(centre, draw.uniform(0, 360), draw.uniform(0, 1.5) * size_m)
    return skeleton(draw, first, size_m), skeleton(draw, second, other_m)


def grazing_pair(draw: random.Random, place: str) -> tuple[Skeleton, Skeleton]:
    """A skeleton, and another with a vertex some centimetres or metres beside an edge of the first."""
    size_m = math.exp(draw.uniform(math.log(METRES[0]), math.log(METRES[1])))
    first = skeleton(draw, offset(centre_of(place), draw.uniform(0, 360), draw.uniform(0, 1.5) * size_m), size_m)
    start, end = draw.choice(edges(first))
    azimuth, _, length = GEOD.inv(start.lon_e7 / E7, start.lat_e7 / E7, end.lon_e7 / E7, end.lat_e7 / E7)
    out = azimuth + draw.choice((90, -90))
    beside = offset(offset(start, azimuth, draw.uniform(0, 1) * length), out, 10 ** draw.uniform(-1.3, 1))
    reach_m = size_m * 10 ** draw.uniform(-1.5, 0)
    left, right = (offset(beside, out + draw.uniform(5, 80) * side, reach_m) for side in (1, -1))
    shapes: tuple[Skeleton, ...] = Point(beside), Route((left, beside, right)), Polygon(((beside, left, right),))
    return first, draw.choice(shapes)


def edges(drawn: Skeleton) -> list[tuple[Position, Position]]:
    """The ends of each edge; a point has one edge to itself."""
    match drawn:
        case Point(position):
            return [(position, position)]
        case Route(vertices, _):
            return list(pairwise(vertices))
        case Polygon(rings):
            return [edge for ring in rings for edge in pairwise((*ring, ring[0]))]
        case Polygons(parts):
            return [edge for part in parts for edge in edges(part)]


def any_radius_mm(draw: random.Random, drawn: Skeleton) -> int:
    """A radius that the skeleton may have; often none."""
    return draw.choice((0, draw.randint(0, 5_000_000))) if isinstance(drawn, Point | Route) else 0


def volume(draw: random.Random, place: str) -> Volume:
    """A volume of a few kilometres, so that several near one place often meet, but not always."""
    middle = offset(centre_of(place), draw.uniform(0, 360), draw.uniform(0, 30_000))
    footprint = skeleton(draw, middle, draw.uniform(500, 15_000))
    radius_mm = draw.randint(0, 5_000_000) if isinstance(footprint, Point | Route) else 0
    lower_mm, start_us = draw.randint(0, 5_000_000), draw.randint(0, 100)
    band = AltitudeBand(
        draw.choice(list(Datum)),
        draw.choice((None, lower_mm)),
        draw.choice((None, lower_mm + draw.randint(0, 2_000_000))),
    )
    return Volume(footprint, radius_mm, band, TimeWindow(start_us, start_us + draw.randint(0, 60)))
