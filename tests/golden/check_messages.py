"""Every sentence that `check` says of bad input, in one text that a person can read aloud.

Each case stands with what was typed. A sentence says where, which field, why, and what to write instead; if it makes no
sense when spoken, it is wrong.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from tests.golden.logs import HERE
from wellclear.apps.cli.main import main

GOLDEN = HERE / "check_messages.txt"

POINT = {"type": "Point", "coordinates": [38.3, 34.5]}
LINE = {"type": "LineString", "coordinates": [[38.0, 34.5], [38.5, 34.5]]}
GOOD = {
    "party": "NORTHLAND", "category": "air", "radius_m": 1000, "start": "2026-11-23T10:00:00Z",
    "end": "2026-11-23T11:00:00Z",
}  # fmt: skip
HEADER = "id,party,category,shape,positions,radius_m,half_width_m,lower,upper,start,end\n"


def ring(*corners: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[*map(list, corners), list(corners[0])]]}


def height(value: object, unit: object, datum: object) -> dict[str, object]:
    return {"value": value, "unit": unit, "datum": datum}


WORDS: tuple[dict[str, Any], ...] = (
    {"party": None},
    {"party": ["NORTHLAND"]},
    {"category": "bombing"},
    {"start": None},
    {"start": "2026-11-23T10:00:00"},
    {"start": "tomorrow"},
    {"end": "2026-02-30T10:00:00Z"},
    {"end": "2026-11-23T09:00:00Z"},
    {"start": 1795431600},
    {"id": ["A"]},
    {"id": "a\u202eb"},
    {"radius_m": None},
    {"radius_m": -5},
    {"radius_m": "5 km"},
    {"radius_m": True},
)
HEIGHTS: tuple[dict[str, Any], ...] = (
    {"lower": 5000},
    {"lower": "5000 ft"},
    {"lower": "1200 ft AGL"},
    {"lower": "GND"},
    {"upper": "high"},
    {"upper": "FL100 AMSL"},
    {"lower": height(5000, "FT", None)},
    {"lower": height(5000, "YD", "AMSL")},
    {"lower": height(5000, "M", "EGM")},
    {"lower": height(100, "FL", "AMSL")},
    {"lower": "5000 ft AMSL", "upper": "4000 ft AMSL"},
    {"lower": "5000 ft AMSL", "upper": "FL100"},
    {"lower": {"value": 5000, "unit": "FT", "datum": "AMSL", "plus": 5}},
)
SHAPES: tuple[Any, ...] = (
    None,
    {"type": "Circle", "coordinates": [38, 34]},
    {"type": "Point"},
    {"type": "Point", "coordinates": []},
    {"type": "Point", "coordinates": ["38.3", "34.5"]},
    {"type": "Point", "coordinates": [34.5, 138.3]},
    {"type": "LineString", "coordinates": [[38, 34]]},
    {"type": "LineString", "coordinates": [[38, 34], [38, 34]]},
    LINE,
    ring((38, 34), (39, 35), (39, 34), (38, 35)),
    ring((38, 34), (39, 34)),
    ring((-100, -20), (20, -20), (20, 60), (-100, 60)),
    {"type": "GeometryCollection", "geometries": []},
)
TIMES: tuple[dict[str, Any], ...] = (
    {"times": ["2026-11-23T10:10:00Z"]},
    {"times": ["2026-11-23T10:20:00Z", "2026-11-23T10:10:00Z"]},
    {"times": "2026-11-23T10:10:00Z"},
    {"times": ["2026-11-23T09:10:00Z", "2026-11-23T10:10:00Z"]},
)


def collection(features: list[tuple[Any, Mapping[str, Any]]]) -> str:
    """A FeatureCollection; properties over good ones, null takes one away."""
    rows = []
    for number, (geometry, changed) in enumerate(features, 1):
        properties = {"id": f"A-{number}", **GOOD, **changed}
        said = {name: value for name, value in properties.items() if value is not None}
        rows.append({"type": "Feature", "geometry": geometry, "properties": said})
    return json.dumps({"type": "FeatureCollection", "features": rows}, ensure_ascii=True)


def row(**changed: str) -> str:
    said = {
        "id": "A-1", "party": "NORTHLAND", "category": "air", "shape": "circle", "positions": "34.5 38.3",
        "radius_m": "1000", "half_width_m": "", "lower": "", "upper": "", "start": "2026-11-23T10:00Z",
        "end": "2026-11-23T11:00Z", **changed,
    }  # fmt: skip
    return ",".join(said.values()) + "\n"


ROWS = HEADER + "".join(
    (
        row(party=""),
        row(id="A-2", positions="34.5"),
        row(id="A-3", positions="134.5 38.3"),
        row(id="A-4", shape="ellipse"),
        row(id="A-5", shape="corridor"),
        row(id="A-6", shape="polygon", positions="34 38; 35 38"),
        row(id="A-7", radius_m="wide"),
        row(id="A-8", start="23/11/2026 10:00"),
        row(id="A-9", upper="400 ft"),
        row(id="A-10").rstrip() + ",one,two\n",
    )
)
TWO = collection([(POINT, {}), (POINT, {"party": "SOUTHLAND", "id": "B-1"})])
SAME = collection(
    [
        (POINT, {"id": "A"}),
        (POINT, {"id": "A", "party": "SOUTHLAND"}),
        (POINT, {"id": "B", "notice": "N"}),
        (POINT, {"id": "C", "notice": "N", "party": "SOUTHLAND"}),
        (POINT, {"id": "D", "notice": "N", "category": "sea"}),
    ]
)

KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>
  <Placemark><name>A-1</name><Point><coordinates>38.3,34.5</coordinates></Point></Placemark>
  <Placemark><name>A-2</name><Point><coordinates>north</coordinates></Point></Placemark>
  <Placemark><name>A-3</name></Placemark>
</Document></kml>
"""
GPX = """<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="a test" xmlns="http://www.topografix.com/GPX/1/1">
  <trk><name>A-1</name><trkseg><trkpt lat="34.5" lon="38.3"/><trkpt lat="34.6" lon="38.3"/></trkseg></trk>
  <trk><name>A-2</name><trkseg><trkpt lat="95" lon="38.3"/><trkpt lat="34.6" lon="38.3"/></trkseg></trk>
</gpx>
"""
UNREAD = (
    "id,party,strat,end,uper,lat,lon,radius,remarks\n"
    "A-1,NORTHLAND,2026-11-23T10:00Z,2026-11-23T11:00Z,2000 ft AMSL,34.5,38.3,5 km,x\n"
)
LONG = HEADER + "".join(f"A-{number},NORTHLAND,,circle,34.5 38.3,,,,,," + "\n" for number in range(1, 3001))
RINGS = """<kml><Document>
<Placemark><name>Ring</name>
<LineString><coordinates>38,34 38.1,34 38.1,34.1 38,34</coordinates></LineString></Placemark>
</Document></kml>
"""
WHEN = "--start 2026-11-23T10:00Z --end 2026-11-23T11:00Z --half-width 500"
CASES: tuple[tuple[str, dict[str, str | bytes], str], ...] = (
    ("Words of a feature", {"words.geojson": collection([(POINT, one) for one in WORDS])}, "words.geojson"),
    ("Heights", {"heights.geojson": collection([(POINT, one) for one in HEIGHTS])}, "heights.geojson"),
    ("Shapes", {"shapes.geojson": collection([(one, {}) for one in SHAPES])}, "shapes.geojson"),
    (
        "Times of a route",
        {"times.geojson": collection([(LINE, {**one, "radius_m": None, "half_width_m": 500}) for one in TIMES])},
        "times.geojson",
    ),
    ("Rows of a table", {"rows.csv": ROWS}, "rows.csv"),
    ("Ids and notices that do not fit together", {"same.geojson": SAME}, "same.geojson"),
    ("Some are good", {"some.geojson": collection([(POINT, {}), (POINT, {"start": None})])}, "some.geojson"),
    ("Some are good, and --strict", {"a.geojson": collection([(POINT, {}), (None, {})])}, "a.geojson --strict"),
    ("One party alone", {"a.geojson": collection([(POINT, {}), (POINT, {"id": "A-9"})])}, "a.geojson"),
    ("No features", {"a.geojson": '{"type": "FeatureCollection", "features": []}'}, "a.geojson"),
    ("No JSON", {"a.geojson": "type: FeatureCollection"}, "a.geojson"),
    ("Cut short", {"a.geojson": TWO[:300]}, "a.geojson"),
    ("Other coordinates", {"a.geojson": TWO[:-1] + ', "crs": {"properties": {"name": "EPSG:3857"}}}'}, "a.geojson"),
    ("Empty", {"a.geojson": "", "b.csv": ""}, "a.geojson"),
    ("An empty table", {"b.csv": ""}, "b.csv"),
    ("A table without columns", {"b.csv": "a,b,c\n1,2,3\n"}, "b.csv"),
    ("A drawing that says nothing but where", {"a.kml": KML}, "a.kml"),
    ("No XML", {"a.kml": "a drawing"}, "a.kml"),
    ("A drawing cut short", {"a.kml": KML[:250]}, "a.kml"),
    ("A track without width or times", {"a.gpx": GPX}, "a.gpx --party NORTHLAND"),
    ("No archive", {"a.kmz": "x"}, "a.kmz"),
    ("Names that are not read", {"b.csv": UNREAD}, "b.csv"),
    ("The same fault many times", {"b.csv": LONG}, "b.csv"),
    ("Two parties for one file", {"a.geojson": TWO}, "a.geojson --party NORTHLAND --party SOUTHLAND"),
    ("The same ids in two files", {"a.kml": RINGS, "b.kml": RINGS}, f"a.kml b.kml --party N --party S {WHEN}"),
    ("A map that is no page", {"a.geojson": TWO}, "a.geojson --map map.png"),
    ("A picture that is none", {"a.geojson": TWO}, "a.geojson --png map.jpg"),
    ("An output of another form", {"a.geojson": TWO}, "a.geojson -o answer.pdf"),
    ("No text", {"b.csv": b"\xff\xfe\x00\xd8\xff"}, "b.csv"),
    ("No UTF-8", {"b.csv": HEADER.encode() + b"Stra\xdfe\n"}, "b.csv"),
    ("An unknown ending", {"plan.docx": "x"}, "plan.docx"),
    ("A file that is not there", {}, "nowhere.csv"),
    ("A directory", {"sub/x": ""}, "sub"),
    ("A file twice", {"a.geojson": TWO}, "a.geojson a.geojson"),
    ("No file", {}, ""),
    ("Minima that are none", {"a.geojson": TWO}, "a.geojson --lateral far"),
    ("Minima below zero", {"a.geojson": TWO}, "a.geojson --lateral -5"),
    ("A duration below zero", {"a.geojson": TWO}, "a.geojson --time=-5"),
    ("A duration that is none", {"a.geojson": TWO}, "a.geojson --time 5m"),
    ("Minima from two sources", {"a.geojson": TWO, "t.json": "{}"}, "a.geojson --agreement t.json --time 5"),
    ("An agreement that is none", {"a.geojson": TWO, "t.json": '{"minima": 5}'}, "a.geojson --agreement t.json"),
    ("An agreement that is no JSON", {"a.geojson": TWO, "t.json": "minima"}, "a.geojson --agreement t.json"),
    ("A start without a zone", {"a.geojson": TWO}, "a.geojson --start 2026-11-23T10:00"),
    ("An end before the start", {"a.geojson": TWO}, "a.geojson --start 231000ZNOV26 --end 230900ZNOV26"),
    ("A category that is none", {"a.geojson": TWO}, "a.geojson --category bombing"),
    ("A height that is none", {"a.geojson": TWO}, "a.geojson --lower high"),
    ("A radius that is none", {"a.geojson": TWO}, "a.geojson --radius wide"),
    ("Two forms at once", {"a.geojson": TWO}, "a.geojson --json --csv"),
    ("An output that cannot be written", {"a.geojson": TWO}, "a.geojson -o no/such/place.json"),
    ("Against nothing", {"a.geojson": TWO}, "a.geojson --against nowhere"),
    ("Against a channel with other minima", {"a.geojson": TWO}, "a.geojson --against . --lateral 5"),
    ("Against what is no bundle", {"a.geojson": TWO, "b.tar": "x"}, "a.geojson --against b.tar"),
)


def told() -> str:
    """All cases, one after the other."""
    return "\n".join(_told_case(*case) for case in CASES)


def _told_case(title: str, files: Mapping[str, str | bytes], arguments: str) -> str:
    with _among(files):
        out = io.StringIO()
        with redirect_stdout(out), redirect_stderr(out):
            code = main(["check", *arguments.split()])
    lines = [f"  {line}".rstrip() for line in out.getvalue().splitlines()]
    return "\n".join([f"{title}", f"$ wellclear check {arguments}".rstrip(), *lines, f"exit {code}", ""])


@contextmanager
def _among(files: Mapping[str, str | bytes]) -> Iterator[None]:
    """In a directory that holds just these files."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as base:
        for name, content in files.items():
            path = Path(base, name)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        os.chdir(base)
        try:
            yield
        finally:
            os.chdir(before)
