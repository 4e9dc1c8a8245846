"""A check's answer as GeoJSON (RFC 7946): each clash as a line between the nearest positions, and the volumes in it.

Volumes are written in the words that `check` reads, so a file of them can be read again; edges are geodesics here as
there. What crosses the antimeridian stays in one piece, with longitudes beyond 180 degrees.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from wellclear.airspace.conflict import Conflict
from wellclear.apps.check import words
from wellclear.apps.check.answers import Row, conflict_row, json_answer, moment_text
from wellclear.apps.check.plan import Checked
from wellclear.domain.quantities import E7, HALF_TURN_E7, Position
from wellclear.domain.rings import Ring
from wellclear.domain.volume import AltitudeBand, Point, Polygon, Polygons, Route, Volume
from wellclear.interop.planned import Planned

_TURN_E7: Final = 2 * HALF_TURN_E7


def geojson_answer(checked: Checked) -> Row:
    """The conflicts, then every volume that is in one; what was compared stands in foreign members beside them."""
    told = json_answer(checked)
    members = {name: told[name] for name in ("answer", "against", "compared", "skipped", "notes", "minima", "engine")}
    features = [_clash(checked, conflict) for conflict in checked.conflicts]
    features += [volume_feature(planned, notice) for notice, planned in _concerned(checked)]
    return {"type": "FeatureCollection", "features": features, **members}


def volume_feature(planned: Planned, notice: str) -> Row:
    """One volume as a feature that `check` can read."""
    volume = planned.volume
    properties: Row = {
        "kind": "volume", "id": planned.id, "party": planned.party, "category": planned.category,
        "start": moment_text(volume.window.start_us), "end": moment_text(volume.window.end_us), **_faces(volume.band),
    }  # fmt: skip
    if notice != planned.id:
        properties["notice"] = notice
    if isinstance(volume.skeleton, Point):
        properties["radius_m"] = _metres(volume.radius_mm)
    if isinstance(volume.skeleton, Route):
        properties["half_width_m"] = _metres(volume.radius_mm)
        if volume.skeleton.times_us:
            properties["times"] = [moment_text(moment_us) for moment_us in volume.skeleton.times_us]
    return {"type": "Feature", "geometry": _geometry(volume), "properties": properties}


def _clash(checked: Checked, conflict: Conflict) -> Row:
    a, b = _unrolled((conflict.a_nearest, conflict.b_nearest))
    geometry: Row = {"type": "Point", "coordinates": a} if a == b else {"type": "LineString", "coordinates": [a, b]}
    properties = {"kind": "conflict", "title": words.where(conflict), **conflict_row(checked, conflict)}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _concerned(checked: Checked) -> Iterator[tuple[str, Planned]]:
    """Every volume of every notice that is in a conflict, once."""
    for id_ in dict.fromkeys(id_ for conflict in checked.conflicts for id_ in (conflict.a, conflict.b)):
        yield from ((id_, planned) for planned in checked.plan.notices[id_].planned)


def _geometry(volume: Volume) -> Row:
    match volume.skeleton:
        case Point(position):
            return {"type": "Point", "coordinates": _pair(position.lat_e7, position.lon_e7)}
        case Route(vertices, _):
            return {"type": "LineString", "coordinates": _unrolled(vertices)}
        case Polygon(rings):
            return {"type": "Polygon", "coordinates": _rings(rings)}
        case Polygons(parts):
            return {"type": "MultiPolygon", "coordinates": [_rings(part.rings) for part in parts]}


def _rings(rings: Iterable[Ring]) -> list[Any]:
    """Closed, the outer ring counter-clockwise and holes clockwise on the map, as RFC 7946 section 3.1.6 asks."""
    told = []
    for number, ring in enumerate(rings):
        drawn = _unrolled(ring)
        if (_area(drawn) < 0) == (number == 0):
            drawn = _unrolled(ring[::-1])
        told.append([*drawn, drawn[0]])
    return told


def _area(drawn: list[list[float]]) -> float:
    """Twice the signed area on the map; positive is counter-clockwise."""
    turned = [*drawn[1:], drawn[0]]
    return sum(x * y_next - x_next * y for (x, y), (x_next, y_next) in zip(drawn, turned, strict=True))


def _unrolled(positions: Iterable[Position]) -> list[list[float]]:
    """Longitude and latitude in degrees, each longitude less than half a turn from the one before it."""
    drawn: list[list[float]] = []
    before: int | None = None
    for position in positions:
        lon_e7 = position.lon_e7
        if before is not None:
            lon_e7 += round((before - lon_e7) / _TURN_E7) * _TURN_E7
        before = lon_e7
        drawn.append(_pair(position.lat_e7, lon_e7))
    return drawn


def _pair(lat_e7: int, lon_e7: int) -> list[float]:
    return [lon_e7 / E7, lat_e7 / E7]


def _faces(band: AltitudeBand) -> Row:
    faces = {"lower": band.lower_mm, "upper": band.upper_mm}
    return {
        name: {"value": _metres(face), "unit": "M", "datum": band.datum.value}
        for name, face in faces.items()
        if face is not None
    }


def _metres(mm: int) -> int | float:
    return mm // 1000 if mm % 1000 == 0 else mm / 1000
