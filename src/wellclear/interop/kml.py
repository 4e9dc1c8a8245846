"""KML and KMZ: placemarks with points, lines, polygons and tracks, as people draw them on a globe.

The words of `said` stand in a placemark's `ExtendedData` (`Data` or `SimpleData`); its `name` is the id, its `TimeSpan`
the window, and a folder whose name is a party's (2 to 12 capital letters) says the party of what it holds. Heights in
coordinates make no band: they are told as not used. Links are not followed, and nothing is unpacked to disk.
"""

from __future__ import annotations

import errno
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, BinaryIO, Final

from wellclear.domain.names import check_party
from wellclear.errors import InvalidValue, Malformed
from wellclear.interop.antimeridian import Line
from wellclear.interop.moments import moment
from wellclear.interop.planned import Defaults, Place, Read
from wellclear.interop.said import WORDS, Names, planned_volumes, skipped, too_large
from wellclear.interop.shapes import Shape, area, circle, corridor, vertex_from
from wellclear.interop.straightness import Vertex
from wellclear.interop.streams import Source
from wellclear.interop.unread import Unread
from wellclear.interop.xmlstream import Element, Wanted, elements

UNPACKED_BYTES_MAX: Final = 2 * 1024**3
_UNPACKED_ALWAYS: Final = 64 * 1024**2
_UNPACKED_RATIO: Final = 200

_DAMAGED: Final = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, ValueError, OverflowError, LookupError,
    OSError,
)  # fmt: skip

_WANTED: Final = Wanted(
    "kml",
    frozenset({"Placemark", "NetworkLink"}),
    frozenset({"Folder", "Document"}),
    frozenset({
        "Style", "StyleMap", "LookAt", "Camera", "Region", "description", "Snippet", "snippet", "Schema", "Link", "Url",
        "GroundOverlay", "ScreenOverlay", "PhotoOverlay", "Icon",
    }),
)  # fmt: skip
_SHAPES: Final = frozenset({"Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Track", "MultiTrack"})
_OTHER: Final = frozenset({"Model", "Tour"})
_ORDER: Final = "KML writes longitude first, so exchange the two"
_HEIGHT_NOTE: Final = "heights in its coordinates were not used, because they are no band; say one with lower and upper"


def read_kml(source: BinaryIO, file: str, defaults: Defaults) -> Read:
    """Every placemark of a KML file.

    Raises:
        Malformed: no KML, or it cannot be read any further.
    """
    return _placemarks(source, file, defaults)


def read_kmz(source: BinaryIO, file: str, defaults: Defaults) -> Read:
    """Every placemark of all KML files in a KMZ archive.

    Raises:
        Malformed: no archive, no KML in it, locked, damaged, or so much larger unpacked that it must be a trap.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            inside = [info for info in archive.infolist() if info.filename.lower().endswith(".kml")]
            if not inside:
                raise Malformed(file, "", "holds no KML")
            packed_bytes = sum(info.compress_size for info in inside)
            budget = _Budget(min(UNPACKED_BYTES_MAX, max(_UNPACKED_ALWAYS, packed_bytes * _UNPACKED_RATIO)))
            for info in inside:
                name = file if len(inside) == 1 else f"{file} ({ascii(info.filename)[1:-1][:100]})"
                with archive.open(info) as packed:
                    yield from _placemarks(_Bounded(packed, name, budget), name, defaults)
    except _DAMAGED as error:
        if isinstance(error, OSError) and error.errno not in (errno.EINVAL, None):
            raise  # the disk's own trouble
        locked = isinstance(error, RuntimeError) and not isinstance(error, NotImplementedError)
        said = "is locked with a password" if locked else "is no KMZ that can be unpacked"
        raise Malformed(file, "", f"{said}; save it again, or give the KML in it") from error


@dataclass(slots=True)
class _Budget:
    """How many bytes an archive may still unpack to, all of its files together."""

    left: int


class _Bounded:
    """A packed file that stops at a size which no map has."""

    def __init__(self, packed: IO[bytes], name: str, budget: _Budget) -> None:
        self._packed = packed
        self._name = name
        self._budget = budget

    def read(self, size: int, /) -> bytes:
        piece = self._packed.read(size)
        self._budget.left -= len(piece)
        if self._budget.left < 0:
            raise Malformed(self._name, "", "is far larger unpacked than packed, as no map is; give the KML in it")
        return piece


def _placemarks(source: Source, file: str, defaults: Defaults) -> Read:
    names = Names(file)
    unread = Unread("data", WORDS)
    for index, element in enumerate(elements(source, file, _WANTED), start=1):
        place = Place(file, index, element.line, "placemark")
        if element.name == "NetworkLink":
            do = "open it on the globe, save what it shows, and give that file"
            fault = InvalidValue("NetworkLink", f"points to another file, which is not read; {do}")
            yield skipped(place, {"id": element.said("name")}, fault)
        elif element.is_too_large:
            yield too_large(place)
        else:
            yield from _placemark(element, place, defaults, names, unread)


def _placemark(element: Element, place: Place, defaults: Defaults, names: Names, unread: Unread) -> Read:
    values: dict[str, object] = {}
    written = _written(element)
    others = [name for name, _ in written if _word(name) not in WORDS]
    try:
        values |= _values(element, written)
        if not defaults.party and "party" not in values:
            values["party"] = _party_of(element.within)
        drawn = [child for child in element.children if child.name in _SHAPES]
        other = next(element.all(*_OTHER), None)
        if other is not None or not drawn:
            what = f"{other.name} is no shape here" if other is not None else "has no shape"
            raise InvalidValue("geometry", f"{what}; draw a point, a line or a polygon, or leave the placemark out")
        coordinates = _Coordinates()
        shapes = [shape for child in drawn for shape in coordinates.shapes(child)]
        if coordinates.had_heights:
            shapes[0] = shapes[0].with_notes(_HEIGHT_NOTE)
        fallback = names.fallback(element.said("name"), place)
        yield from unread.noted(planned_volumes(values, shapes, defaults, place, fallback), others)
    except InvalidValue as error:
        named = values if values.get("id") else {**values, "id": element.said("name")[:100]}
        yield unread.hinted(skipped(place, named, error), others)


def _written(element: Element) -> list[tuple[str, str]]:
    """What a placemark says beside its shape: names and values as they stand there."""
    found: list[tuple[str, str]] = []
    for extended in element.all("ExtendedData"):
        found += [(data.attributes.get("name", ""), data.said("value")) for data in extended.all("Data")]
        for schema in extended.all("SchemaData"):
            found += [(data.attributes.get("name", ""), data.text.strip()) for data in schema.all("SimpleData")]
        found += [(other.name, other.text.strip()) for other in extended.children if not other.children]
    return found


def _word(written: str) -> str:
    return "_".join(re.findall(r"[a-z0-9]+", written.lower()))


def _values(element: Element, written: list[tuple[str, str]]) -> dict[str, object]:
    """The words of `said` that a placemark says."""
    values: dict[str, object] = {}
    for as_written, said in written:
        name = _word(as_written)
        if name not in WORDS or not said:
            continue
        if name in values and values[name] != said:
            raise InvalidValue(name, "is said twice; say it once")
        values[name] = said
    span = element.child("TimeSpan")
    for name, word in (("start", "begin"), ("end", "end")):
        if span is not None and name not in values and span.said(word):
            values[name] = span.said(word)
    return values


def _party_of(within: tuple[str, ...]) -> str:
    """The name of the innermost folder that is the name of a party."""
    for title in reversed(within):
        try:
            check_party(title.strip())
        except InvalidValue:
            continue
        return title.strip()
    return ""


class _Coordinates:
    """Reads shapes, and remembers whether there were heights among their coordinates."""

    def __init__(self) -> None:
        self.had_heights = False

    def shapes(self, element: Element) -> list[Shape]:
        match element.name:
            case "Point":
                line = self._line(element.said("coordinates"))
                if len(line) != 1:
                    raise InvalidValue("coordinates", f"a point has one position, not {len(line)}; write one")
                return [circle(line[0])]
            case "Polygon":
                return [area([self._rings(element)], "coordinates")]
            case "MultiGeometry":
                return self._several(element)
            case "MultiTrack":
                return [shape for track in element.all("Track") for shape in self._track(track)]
            case "Track":
                return self._track(element)
        return corridor(self._line(element.said("coordinates")), (), "coordinates")

    def _several(self, element: Element) -> list[Shape]:
        """Polygons side by side are one area; anything else is a volume of its own."""
        parts = [child for child in element.children if child.name in _SHAPES]
        if not parts:
            raise InvalidValue("MultiGeometry", "is empty; draw a point, a line or a polygon")
        if all(part.name == "Polygon" for part in parts):
            return [area([self._rings(part) for part in parts], "coordinates")]
        return [shape for part in parts for shape in self.shapes(part)]

    def _rings(self, element: Element) -> list[Line]:
        outer = [self._ring(boundary) for boundary in element.all("outerBoundaryIs")]
        if len(outer) != 1:
            raise InvalidValue("outerBoundaryIs", f"a polygon has one, not {len(outer)}; draw the polygon anew")
        inner = [
            self._line(ring.said("coordinates"))
            for boundary in element.all("innerBoundaryIs")
            for ring in boundary.all("LinearRing")
        ]
        return [*outer, *inner]

    def _ring(self, boundary: Element) -> Line:
        ring = boundary.child("LinearRing")
        return self._line(ring.said("coordinates") if ring is not None else "")

    def _track(self, element: Element) -> list[Shape]:
        when = [moment(child.text, f"when {n}") for n, child in enumerate(element.all("when"), start=1)]
        line = [self._vertex(child.text.split()) for child in element.all("coord")]
        return corridor(line, when, "gx:coord")

    def _line(self, text: str) -> Line:
        line = [self._vertex(part.split(",")) for part in text.split()]
        if not line:
            raise InvalidValue("coordinates", "are empty; write longitude,latitude such as 38.27,34.56")
        return line

    def _vertex(self, parts: list[str]) -> Vertex:
        if not 2 <= len(parts) <= 3 or not all(parts[:2]):
            said = ",".join(parts)[:40]
            do = "write longitude,latitude,height without blanks inside, such as 38.27,34.56,0"
            raise InvalidValue("coordinates", f"{said!r} is no position; {do}")
        self.had_heights = self.had_heights or (len(parts) == 3 and parts[2].strip("0.+- ") != "")
        lon, lat = (re.sub(r"^([+-]?)\.", r"\g<1>0.", part) for part in parts[:2])
        return vertex_from(lat, lon, "coordinates", _ORDER)
