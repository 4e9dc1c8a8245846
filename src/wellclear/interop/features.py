"""Planned volumes as GeoJSON features in the words that `geojson` reads; they read back as the same volumes.

Rings are closed, the outer one counter-clockwise (RFC 7946 section 3.1.6). What crosses the antimeridian stays in one
piece, with longitudes that go on beyond 180 degrees, because edges are geodesics and a cut would bend them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from wellclear.domain.quantities import E7, HALF_TURN_E7, Datum, Position, format_time
from wellclear.domain.rings import Ring
from wellclear.domain.volume import AltitudeBand, Point, Polygon, Polygons, Route, Volume
from wellclear.interop.planned import Planned
from wellclear.interop.straightness import Vertex

Json = dict[str, Any]

_TURN_E7: Final = 2 * HALF_TURN_E7
_FLIGHT_LEVEL_MM: Final = 30_480
_EXACT_MM: Final = 10**15
"""Below, the shortest text of `mm / 1000` as a float is the exact decimal: it has 15 digits or fewer."""


def feature_of(planned: Planned) -> Json:
    """One volume as a feature, ready for `json.dumps`."""
    volume = planned.volume
    properties: Json = {"id": planned.id, "party": planned.party}
    if planned.notice != planned.id:
        properties["notice"] = planned.notice
    if planned.category:
        properties["category"] = planned.category
    properties |= {"start": format_time(volume.window.start_us), "end": format_time(volume.window.end_us)}
    properties |= {**_faces(volume.band), **dict(planned.states)}
    if isinstance(volume.skeleton, Point):
        properties["radius_m"] = metres(volume.radius_mm)
    if isinstance(volume.skeleton, Route):
        properties["half_width_m"] = metres(volume.radius_mm)
        if volume.skeleton.times_us:
            properties["times"] = [format_time(moment_us) for moment_us in volume.skeleton.times_us]
    return {"type": "Feature", "geometry": geometry_of(volume), "properties": properties}


def geometry_of(volume: Volume) -> Json:
    """The skeleton of a volume as a geometry."""
    match volume.skeleton:
        case Point(position):
            return {"type": "Point", "coordinates": _pair((position.lat_e7, position.lon_e7))}
        case Route(vertices, _):
            return {"type": "LineString", "coordinates": line_of(vertices)}
        case Polygon(rings):
            return {"type": "Polygon", "coordinates": _rings(rings)}
        case Polygons(parts):
            return {"type": "MultiPolygon", "coordinates": [_rings(part.rings) for part in parts]}


def line_of(positions: Sequence[Position]) -> list[list[float]]:
    """Longitude and latitude in degrees, each less than half a turn from the one before wherever that can be."""
    return [_pair(vertex) for vertex in _unrolled(positions)]


def metres(mm: int) -> int | float | str:
    """Millimetres in metres, exactly: a whole number, else a fraction; as text where no float holds it."""
    if mm % 1000 == 0:
        return mm // 1000
    return mm / 1000 if abs(mm) < _EXACT_MM else f"{'-' if mm < 0 else ''}{abs(mm) // 1000}.{abs(mm) % 1000:03d}"


def _faces(band: AltitudeBand) -> Json:
    faces: Json = {}
    for name, face_mm in (("lower", band.lower_mm), ("upper", band.upper_mm)):
        if face_mm is None:
            continue
        if band.datum is Datum.STD and face_mm % _FLIGHT_LEVEL_MM == 0:
            faces[name] = {"value": face_mm // _FLIGHT_LEVEL_MM, "unit": "FL", "datum": "STD"}
        else:
            faces[name] = {"value": metres(face_mm), "unit": "M", "datum": band.datum.value}
    return faces


def _rings(rings: Sequence[Ring]) -> list[list[list[float]]]:
    told = []
    for number, ring in enumerate(rings):
        drawn = _unrolled(ring)
        if (_area(drawn) < 0) == (number == 0):
            drawn = _unrolled(ring[:1] + ring[:0:-1])
        told.append([_pair(vertex) for vertex in (*drawn, drawn[0])])
    return told


def _area(drawn: Sequence[Vertex]) -> int:
    """Twice the signed area on the map; positive is counter-clockwise."""
    turned = [*drawn[1:], drawn[0]]
    return sum(a[1] * b[0] - b[1] * a[0] for a, b in zip(drawn, turned, strict=True))


def _unrolled(positions: Sequence[Position]) -> list[Vertex]:
    """Vertices without jumps at the antimeridian; with them, where the line goes around the earth more than once."""
    drawn: list[Vertex] = []
    for position in positions:
        lon_e7 = position.lon_e7
        if drawn:
            lon_e7 += round((drawn[-1][1] - lon_e7) / _TURN_E7) * _TURN_E7
        drawn.append((position.lat_e7, lon_e7))
    least, most = min(lon for _, lon in drawn), max(lon for _, lon in drawn)
    shift = _TURN_E7 if least < -_TURN_E7 else -_TURN_E7 if most > _TURN_E7 else 0
    if not -_TURN_E7 <= least + shift <= most + shift <= _TURN_E7:
        return [(position.lat_e7, position.lon_e7) for position in positions]
    return [(lat, lon + shift) for lat, lon in drawn]


def _pair(vertex: Vertex) -> list[float]:
    return [vertex[1] / E7, vertex[0] / E7]
