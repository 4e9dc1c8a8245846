"""Sound files of every format, and ways to spoil them."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from hypothesis import strategies as st

from wellclear.interop.heights import height
from wellclear.interop.planned import Defaults
from wellclear.interop.table import template

DEFAULTS = Defaults("SOUTHLAND", "air", 0, 9 * 10**15, height("FL100", ""), height("FL200", ""), "500", "700")
WHEN = "<TimeSpan><begin>2026-11-23T10:00:00Z</begin><end>2026-11-23T12:00:00Z</end></TimeSpan>"
_WORDS = {"id": "A", "party": "N", "start": "2026-11-23T10:00:00Z", "end": "2026-11-23T12:00:00Z", "lower": "FL100"}
_RING = [[170, 1], [180, 1], [180, 2.5], [170, 2], [170, 1]]
_GEOMETRIES: list[dict[str, Any]] = [
    {"type": "Point", "coordinates": [38.27, 34.56, 7]},
    {"type": "LineString", "coordinates": [[179, 1], [-179, 1], [-179, 1], [-178, 1e1]]},
    {"type": "Polygon", "coordinates": [_RING, [[172, 1.2], [172, 1.4], [173, 1.4]]]},
    {"type": "MultiPolygon", "coordinates": [[_RING], [[[-180, 1], [-170, 1], [-170, 2], [-180, 2.5], [-180, 1]]]]},
    {"type": "GeometryCollection", "geometries": [{"type": "MultiPoint", "coordinates": [[1, 2], [2, 3]]}]},
]
_FEATURES = [{"type": "Feature", "geometry": geometry, "properties": _WORDS} for geometry in _GEOMETRIES]
_KML = f"""<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>NORTHLAND</name>
<Placemark><name>A &amp; B</name>{WHEN}<Point><coordinates>38.27,34.56,0</coordinates></Point></Placemark>
<Placemark>{WHEN}<ExtendedData><Data name="lower"><value>FL100</value></Data></ExtendedData><MultiGeometry>
<Polygon><outerBoundaryIs><LinearRing><coordinates>0,0 1,0 1,1 0,0</coordinates></LinearRing></outerBoundaryIs>
</Polygon><LineString><coordinates>0,0,9 1,1,9</coordinates></LineString></MultiGeometry></Placemark></Folder>
<Placemark><gx:Track><when>2026-11-23T10:00:00Z</when><when>2026-11-23T10:10:00Z</when><gx:coord>38 34 9</gx:coord>
<gx:coord>38 34.1 9</gx:coord></gx:Track></Placemark></Document></kml>"""
_GPX = """<?xml version="1.0"?><gpx version="1.1"><wpt lat="1.5" lon="2"><name>W</name></wpt>
<rte><rtept lat="1" lon="2"/><rtept lat="1.5" lon="2"/></rte><trk><name>T</name><trkseg>
<trkpt lat="1" lon="2"><ele>7</ele><time>2026-11-23T10:00:00Z</time></trkpt>
<trkpt lat="1.1" lon="2"><time>2026-11-23T10:00:09.5Z</time></trkpt></trkseg></trk></gpx>"""


def _packed() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("doc.kml"), _KML)
    return made.getvalue()


SOUND: list[tuple[str, bytes]] = [
    ("geojson", json.dumps({"type": "FeatureCollection", "features": _FEATURES}).encode()),
    ("geojson", "\n".join(json.dumps(feature) for feature in _FEATURES).encode()),
    ("geojson", "".join(f"\x1e{json.dumps(feature, indent=1)}\n" for feature in _FEATURES).encode()),
    ("csv", template().encode()),
    ("csv", template().replace(",", ";").encode("utf-16")),
    ("kml", _KML.encode()),
    ("kmz", _packed()),
    ("gpx", _GPX.encode()),
]
"""Format and content."""

_BITS = [
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b";",
    b"\n",
    b"<",
    b">",
    b"&",
    b"\x00",
    b"\xff",
    b"9" * 40,
    b"1e999",
    b"-",
    b"NaN",
]


@st.composite
def spoilt(draw: st.DrawFn) -> tuple[str, bytes]:
    """A sound file with some bytes cut out, doubled, or replaced."""
    fmt, content = draw(st.sampled_from(SOUND))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        end = draw(st.integers(start, min(len(content), start + draw(st.sampled_from([0, 1, 8, 400])))))
        kept = draw(st.sampled_from([b"", content[start:end] * 2, content[:start][-60:]]))
        put = draw(st.one_of(st.sampled_from(_BITS), st.binary(max_size=4), st.just(kept)))
        content = content[:start] + put + content[end:]
    return fmt, content


class Dribble:
    """A source that gives few bytes at a time, as a slow pipe does."""

    def __init__(self, content: bytes, sizes: list[int]) -> None:
        self._rest = io.BytesIO(content)
        self._sizes = sizes
        self._count = 0

    def read(self, size: int = -1, /) -> bytes:
        self._count += 1
        return self._rest.read(min(size, self._sizes[self._count % len(self._sizes)]))
