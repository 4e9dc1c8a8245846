"""GeoJSON (RFC 7946) both ways: collections, single features, and features a line (also RFC 8142 text sequences).

The syntax is RFC 7946, but edges are geodesics (decision 0011), and the words in `properties` are those of `said`,
with `times`, a moment for each vertex of a LineString, and `incomplete`, what a recorded track lacks. A MultiPoint,
MultiLineString or GeometryCollection makes several volumes of one notice. Numbers are read as exact decimals, feature
by feature, in bounded memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import BinaryIO, Final

from wellclear.errors import InvalidValue, Malformed
from wellclear.interop.antimeridian import Line
from wellclear.interop.jsonstream import BadJson, Scanner
from wellclear.interop.planned import Defaults, Place, Planned, Read, Skipped
from wellclear.interop.said import WORDS, planned_volumes, skipped, text, times_from
from wellclear.interop.shapes import Shape, area, circle, corridor, vertex_from
from wellclear.interop.straightness import Vertex
from wellclear.interop.unread import MISSING, Unread

Object = Mapping[str, object]

_ORDER: Final = "GeoJSON writes longitude first, so exchange the two"
_WGS84: Final = re.compile(r".*(CRS:?84|[^0-9]4326)", re.IGNORECASE)
_LINE: Final = re.compile(r"[^\n]*\}[ \t\r]*\n\s*\{")
_KEPT: Final = frozenset({"type", "id", "geometry", "properties", "coordinates", "geometries"})
_KINDS: Final = (
    "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection",
)  # fmt: skip
_HEIGHT_NOTE: Final = "heights in its coordinates were not used, because they are no band; say one with lower and upper"


def read_geojson(source: BinaryIO, file: str, defaults: Defaults) -> Read:
    """Every volume in some GeoJSON, and every feature that could not be used.

    Raises:
        Malformed: it is no GeoJSON, cut short, in other coordinates than WGS 84, or cannot be read any further.
    """
    scanner = Scanner(source, file)
    head = scanner.head()
    if not head:
        raise Malformed(file, "", "is empty; save or send it again")
    if head[0] != "{":
        raise scanner.fault("is no GeoJSON, which begins with a brace; export it as GeoJSON")
    features = _Features(file, defaults)
    if scanner.is_sequence or _LINE.match(head):
        for line, value in scanner.pieces("\x1e" if scanner.is_sequence else "\n"):
            yield from features.of(value, line)
        return
    while scanner.peek():
        yield from _document(scanner, features)


def _document(scanner: Scanner, features: _Features) -> Read:
    """One object member by member, so that the features of a collection are never held together."""
    kept: dict[str, object] = {}
    were_streamed = False
    scanner.take("{", "an object")
    while scanner.peek() != "}":
        if kept or were_streamed:
            scanner.take(",", "a comma")
        name = scanner.value()
        if not isinstance(name, str):
            raise scanner.fault("the name of a member belongs here, in quotation marks")
        scanner.take(":", "a colon")
        if name == "features" and scanner.peek() == "[":
            were_streamed = True
            yield from _streamed(scanner, features)
        else:
            value = scanner.value()
            if isinstance(value, BadJson) and name in _KEPT:
                raise scanner.fault(f"{name}: {value.reason}; {value.do}")
            check_coordinates_of(name, value, scanner.file)
            kept[name if name in _KEPT else ""] = value if name in _KEPT else None
    scanner.take("}", "a brace")
    if were_streamed:
        return
    if kept.get("type") != "Feature" and kept.get("type") not in _KINDS:
        raise Malformed(scanner.file, "", "is JSON, but holds no features; export it as GeoJSON")
    yield from features.of(kept, None)


def _streamed(scanner: Scanner, features: _Features) -> Read:
    scanner.take("[", "a list")
    if scanner.peek() == "]":
        scanner.take("]", "the end of the list")
        return
    while True:
        yield from features.of(scanner.value(), None)
        if scanner.peek() == "]":
            scanner.take("]", "the end of the list")
            return
        scanner.take(",", "a comma or the end of the list")


class _Features:
    """Turns decoded values into volumes, and counts them."""

    def __init__(self, file: str, defaults: Defaults) -> None:
        self._file = file
        self._defaults = defaults
        self._count = 0
        self._unread = Unread("property", {*WORDS, "times", "incomplete"})

    def of(self, value: object, line: int | None) -> Read:
        """A feature, a collection of them, or a bare geometry; `line` where features stand in lines."""
        if line is not None and isinstance(value, dict) and isinstance(value.get("features"), list):
            check_coordinates_of("crs", value.get("crs"), self._file)
            for feature in value["features"]:
                yield from self._one(feature, line)
            return
        yield from self._one(value, line)

    def _one(self, value: object, line: int | None) -> Read:
        self._count += 1
        place = Place(self._file, self._count, line)
        if isinstance(value, BadJson):
            yield Skipped(place, "", value.field, value.reason, value.do)
            return
        if not isinstance(value, dict):
            yield Skipped(place, "", "feature", "is no object", 'write {"type": "Feature", …}')
            return
        if value.get("type") in _KINDS:
            value = {"type": "Feature", "geometry": value, "properties": None}
        yield from self._feature(value, place)

    def _feature(self, feature: Object, place: Place) -> Iterator[Planned | Skipped]:
        values: dict[str, object] = {}
        try:
            if feature.get("type") != "Feature":
                raise InvalidValue("type", 'is not Feature; write "type": "Feature", or export it as GeoJSON')
            properties = feature.get("properties")
            if not isinstance(properties, dict | None):
                raise InvalidValue("properties", 'must be an object; write {"id": "N-1", "party": "NORTHLAND", …}')
            values |= properties or {}
            if values.get("id") is None:
                values["id"] = feature.get("id")
            shapes = shapes_of(feature.get("geometry"), values.get("times"))
            if missing := text(values, "incomplete"):
                shapes[0] = shapes[0].with_notes(f"not all of it is here ({missing}): {MISSING}")
            made = planned_volumes(values, shapes, self._defaults, place, f"{self._file}#{self._count}")
            yield from self._unread.noted(made, values)
        except InvalidValue as error:
            yield self._unread.hinted(skipped(place, values, error), values)


def check_coordinates_of(name: str, value: object, file: str) -> None:
    """Refuse a collection that says it is something else than longitude and latitude of WGS 84.

    Raises:
        Malformed: a `crs` of GeoJSON 2008 with another system, or TopoJSON.
    """
    if name == "type" and value == "Topology":
        raise Malformed(file, "", "is TopoJSON; export it as GeoJSON")
    if name != "crs" or value is None:
        return
    properties = value.get("properties") if isinstance(value, dict) else None
    system = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(system, str) or not _WGS84.fullmatch(system):
        raise Malformed(file, "crs", "says that positions are not in WGS 84; export the file in WGS 84 (EPSG:4326)")


def shapes_of(geometry: object, times: object = None, where: str = "geometry") -> list[Shape]:
    """The shapes of a geometry object, each of which becomes a volume; `times` as in `properties`.

    Raises:
        InvalidValue: no geometry that can be a volume.
    """
    if not isinstance(geometry, dict):
        raise InvalidValue(where, "is missing; draw a Point, LineString or Polygon, or leave the feature out")
    kind = geometry.get("type")
    if kind == "GeometryCollection":
        return _collected(geometry.get("geometries"), times, where)
    if not isinstance(kind, str) or kind not in _KINDS:
        shown = ascii(kind)[:40] if isinstance(kind, str) else "the type"
        raise InvalidValue(f"{where}.type", f"{shown} is none of {', '.join(_KINDS)}; write one of them")
    drawn = _Drawn(where)
    shapes = _drawn_shapes(kind, geometry.get("coordinates"), times, drawn)
    if drawn.had_heights:
        shapes[0] = shapes[0].with_notes(_HEIGHT_NOTE)
    return shapes


def _drawn_shapes(kind: str, coordinates: object, times: object, drawn: _Drawn) -> list[Shape]:
    where = drawn.where
    if times is not None and "LineString" not in kind:
        raise InvalidValue("times", "are for a LineString, which this is not; leave them out")
    match kind:
        case "Point":
            return [circle(drawn.vertex(coordinates))]
        case "MultiPoint":
            return [circle(vertex) for vertex in drawn.line(coordinates)]
        case "LineString":
            return corridor(drawn.line(coordinates), times_from(times), where)
        case "MultiLineString":
            lines = drawn.lines(coordinates)
            if not isinstance(times, list | None) or (times is not None and len(times) != len(lines)):
                raise InvalidValue("times", f"must be a list of {len(lines)} lists; write one for each line")
            each = times or [None] * len(lines)
            return [s for line, own in zip(lines, each, strict=True) for s in corridor(line, times_from(own), where)]
        case "Polygon":
            return [area([drawn.lines(coordinates)], where)]
    return [area([drawn.lines(rings) for rings in drawn.items(coordinates)], where)]


def _collected(geometries: object, times: object, where: str) -> list[Shape]:
    if not isinstance(geometries, list) or not geometries:
        raise InvalidValue(f"{where}.geometries", "is no list of geometries; write one, or a single geometry")
    if times is not None:
        raise InvalidValue("times", "are for a LineString, which this is not; write the route as a feature of its own")
    shapes = []
    for number, geometry in enumerate(geometries, start=1):
        if isinstance(geometry, dict) and geometry.get("type") == "GeometryCollection":
            raise InvalidValue(where, "holds a collection inside a collection; write its geometries side by side")
        shapes += shapes_of(geometry, None, f"{where} {number}")
    return shapes


class _Drawn:
    """Reads coordinates, and remembers whether there were heights among them."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.had_heights = False

    def items(self, said: object) -> list[object]:
        if not isinstance(said, list) or not said:
            raise InvalidValue(
                f"{self.where}.coordinates", "must be a list that is not empty; write it as RFC 7946 does"
            )
        return said

    def lines(self, said: object) -> list[Line]:
        return [self.line(item) for item in self.items(said)]

    def line(self, said: object) -> Line:
        return [self.vertex(item) for item in self.items(said)]

    def vertex(self, said: object) -> Vertex:
        if not isinstance(said, list) or len(said) < 2:
            raise InvalidValue(
                f"{self.where}.coordinates",
                "a position is two numbers; write [longitude, latitude] such as [38.27, 34.56]",
            )
        lon, lat = said[0], said[1]
        if not (type(lon) is int or isinstance(lon, Decimal)) or not (type(lat) is int or isinstance(lat, Decimal)):
            raise InvalidValue(
                f"{self.where}.coordinates", "holds what is no number; write [38.27, 34.56] without quotes"
            )
        self.had_heights = self.had_heights or (len(said) > 2 and said[2] not in (0, None))
        return vertex_from(lat, lon, f"{self.where}.coordinates", _ORDER)
