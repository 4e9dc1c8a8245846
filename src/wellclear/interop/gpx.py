"""GPX 1.0 and 1.1: tracks, routes and waypoints, as receivers and route planners write them.

A track's segment is a route with a time for each point, and a gap between segments is never bridged; a route is one
without times, a waypoint a circle. The format has no words for party, window or heights: they come from the caller,
or from the feature's `extensions`, in the words of `said`. Elevations make no band: they are told as not used.
"""

from __future__ import annotations

from typing import BinaryIO, Final

from wellclear.domain.agreement import CATEGORIES
from wellclear.errors import InvalidValue
from wellclear.interop.moments import EXAMPLE, moment
from wellclear.interop.planned import Defaults, Place, Read
from wellclear.interop.said import WORDS, Names, planned_volumes, skipped, too_large
from wellclear.interop.shapes import Shape, circle, corridor, vertex_from
from wellclear.interop.straightness import Vertex
from wellclear.interop.xmlstream import Element, Wanted, elements

_NOUNS: Final = {"wpt": "waypoint", "rte": "route", "trk": "track"}
_WANTED: Final = Wanted(
    "gpx",
    frozenset(_NOUNS),
    frozenset(),
    frozenset({
        "link", "url", "urlname", "sym", "sat", "hdop", "vdop", "pdop", "course", "speed", "magvar", "geoidheight",
        "fix", "ageofdgpsdata", "dgpsid", "desc", "cmt", "src", "trkpt/extensions", "rtept/extensions",
    }),
)  # fmt: skip
_HEIGHT_NOTE: Final = "its elevations were not used, because they are no band; say one with lower and upper"


def read_gpx(source: BinaryIO, file: str, defaults: Defaults) -> Read:
    """Every track, route and waypoint, in the order of the file.

    Raises:
        Malformed: no GPX, or it cannot be read any further.
    """
    names = Names(file)
    counts = dict.fromkeys(_NOUNS, 0)
    for element in elements(source, file, _WANTED):
        counts[element.name] += 1
        place = Place(file, counts[element.name], element.line, _NOUNS[element.name])
        if element.is_too_large:
            yield too_large(place)
        else:
            yield from _feature(element, place, defaults, names)


def _feature(element: Element, place: Place, defaults: Defaults, names: Names) -> Read:
    values: dict[str, object] = {}
    try:
        values |= _values(element)
        shapes = [shape.with_notes(_HEIGHT_NOTE) if not number and _has_heights(element) else shape
                  for number, shape in enumerate(_shapes(element))]  # fmt: skip
        yield from planned_volumes(values, shapes, defaults, place, names.fallback(element.said("name"), place))
    except InvalidValue as error:
        yield skipped(place, values if values.get("id") else {**values, "id": element.said("name")[:100]}, error)


def _values(element: Element) -> dict[str, object]:
    values: dict[str, object] = {}
    kind = element.said("type").lower()
    if kind in CATEGORIES:
        values["category"] = kind
    for extensions in element.all("extensions"):
        values |= {child.name: child.text.strip() for child in extensions.all(*WORDS) if child.text.strip()}
    return values


def _shapes(element: Element) -> list[Shape]:
    if element.name == "wpt":
        return [circle(_vertex(element, "wpt"))]
    if element.name == "rte":
        return _line(list(element.all("rtept")), "rtept")
    shapes: list[Shape] = []
    alone = 0
    for segment in element.all("trkseg"):
        points = list(segment.all("trkpt"))
        if len({(point.attributes.get("lat"), point.attributes.get("lon")) for point in points}) < 2:
            alone += bool(points)
        else:
            shapes += _line(points, "trkpt")
    if not shapes:
        raise InvalidValue("trkseg", "has no segment of two different points or more; make it a waypoint")
    if alone:
        left_out = (
            "a segment that stays in one place was" if alone == 1 else f"{alone} segments that stay in one place were"
        )
        shapes[0] = shapes[0].with_notes(f"{left_out} left out")
    return shapes


def _line(points: list[Element], where: str) -> list[Shape]:
    vertices = [_vertex(point, f"{where} {number}") for number, point in enumerate(points, start=1)]
    said = [point.said("time") for point in points]
    if not any(said):
        return corridor(vertices, (), where)
    if not all(said):
        raise InvalidValue(f"{where} {said.index('') + 1}", f"has no time, and others have; {EXAMPLE}")
    times = [moment(time, f"{where} {number}") for number, time in enumerate(said, start=1)]
    return corridor(vertices, times, where)


def _vertex(point: Element, where: str) -> Vertex:
    lat, lon = point.attributes.get("lat"), point.attributes.get("lon")
    if lat is None or lon is None:
        raise InvalidValue(where, 'has no position; write lat="34.56" lon="38.27"')
    return vertex_from(lat.strip(), lon.strip(), where)


def _has_heights(element: Element) -> bool:
    points = [element, *element.all("rtept"), *(p for segment in element.all("trkseg") for p in segment.all("trkpt"))]
    return any(point.child("ele") is not None for point in points)
