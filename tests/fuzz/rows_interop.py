"""The parsers of `interop`: files that people drew with other programs, recordings, and what they type."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from tests.fuzz.parser import Parser
from tests.fuzz.rows_domain import said, text
from tests.house.sources import ROOT
from tests.properties.interop_cases import DEFAULTS, SOUND
from wellclear.errors import InvalidValue
from wellclear.interop import heights, lengths, moments, positions
from wellclear.interop.events.form import parse_form
from wellclear.interop.events.known import UCDP_GED, known_form
from wellclear.interop.events.table import read_events
from wellclear.interop.files import read
from wellclear.interop.fixes import fix_of
from wellclear.interop.geojson import shapes_of
from wellclear.interop.planned import Skipped
from wellclear.interop.recordings import read_recordings
from wellclear.interop.reports.origins import one_origin, traced
from wellclear.interop.reports.read import read_reports

_TRACKS: Final = ROOT / "tests/vectors/tracks"
_EVENTS: Final = ROOT / "tests/vectors/events/ucdp_ged_excerpt.csv"
_CASE: Final = ROOT / "src/wellclear/apps/outside/assets/palmyra-reports.csv"
_FORMATS: Final = {
    "geojson": ("geojson", "jsonstream", "features", "said", "shapes", "straightness", "antimeridian", "planned"),
    "csv": ("table", "streams"),
    "kml": ("kml", "xmlstream"),
    "kmz": ("kml",),
    "gpx": ("gpx", "xmlstream"),
}


def _reads(fmt: str) -> Callable[[bytes], Any]:
    def all_of(raw: bytes) -> None:
        for item in read("plan", io.BytesIO(raw), DEFAULTS, fmt):
            assert not isinstance(item, Skipped) or (item.reason and item.do)
            str(item).encode()

    return all_of


def _seeds(fmt: str) -> Callable[[], list[bytes]]:
    return lambda: [content for name, content in SOUND if name == fmt]


def _recordings() -> list[bytes]:
    plain = [path.read_bytes() for path in sorted(_TRACKS.glob("*.json"))]
    table = b"icao24,timestamp,latitude,longitude,altitude\nabc123,2026-11-23T10:00:00Z,34.5,38.3,30000\n"
    rows = b'{"now":1795000000,"aircraft":[{"hex":"abc123","lat":34.5,"lon":38.3,"alt_baro":30000,"seen_pos":1.5}]}'
    trace = b'{"icao":"abc123","timestamp":1795000000,"trace":[[0,34.5,38.3,30000,400,90,0,0,null]]}'
    return [*plain, table, rows, trace, gzip.compress(rows, mtime=0)]


def _events() -> list[bytes]:
    plain = b"".join(_EVENTS.read_bytes().splitlines(keepends=True)[:12])
    return [plain, gzip.compress(plain, mtime=0), plain.replace(b",", b";"), plain.decode().encode("utf-16")]


def _told(raw: bytes) -> None:
    for told in read_events(io.BytesIO(raw), "events", known_form("ucdp-ged")).faults:
        assert told.why
        str(told).encode()


def _reports(raw: bytes) -> None:
    found = read_reports(io.BytesIO(raw), "reports")
    for wrong in found.wrong:
        str(wrong).encode()
    one_origin(traced(found.reports.values()))


def _typed(words: str) -> None:
    readers: list[Callable[[str, str], Any]] = [
        heights.height, heights.datum, lengths.length, moments.moment, positions.position, positions.positions,
        lambda words, where: positions.position_and_note(words, where, decimal_comma=True),
    ]  # fmt: skip
    for reader in readers:
        try:
            reader(words, "at")
        except InvalidValue as error:
            str(error).encode()


def _exact(raw: bytes) -> Any:
    """JSON with its fractions kept exact, as the readers of files decode it; `None` for what is none."""
    try:
        return json.loads(raw, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        return None


def _shapes(raw: bytes) -> None:
    shapes_of(_exact(raw))


def _fix(raw: bytes) -> None:
    row = _exact(raw)
    fix_of(row if isinstance(row, dict) else {}, 1)


INTEROP = [
    *(Parser(fmt, tuple(f"interop.{name}" for name in names), _reads(fmt), _seeds(fmt), slow=True)
      for fmt, names in _FORMATS.items()),
    Parser("plan", ("interop.files",), lambda raw: list(read("plan", io.BytesIO(raw), DEFAULTS)),
           lambda: [content for name, content in SOUND if name != "csv"], slow=True),
    Parser("recordings", ("interop.recordings", "interop.fixes"),
           lambda raw: read_recordings(io.BytesIO(raw), "track"), _recordings, slow=True),
    Parser("events", ("interop.events.table", "interop.events.cells", "interop.events.event", "interop.packed"), _told,
           _events, slow=True),
    Parser("reports", ("interop.reports.read", "interop.reports.report", "interop.reports.origins"), _reports,
           lambda: [_CASE.read_bytes(), b'[{"id":"1","fact":"f","claim":"c","outlet":"o","printed":"2025-04-10"}]'],
           slow=True),
    Parser("events_form", ("interop.events.form",), lambda raw: parse_form(raw, "mapping"), said(UCDP_GED)),
    Parser("shapes", ("interop.geojson", "interop.shapes"), _shapes,
           said('{"type":"Polygon","coordinates":[[[170,1],[180,1],[180,2.5],[170,1]]]}'), slow=True),
    Parser("fix", ("interop.fixes",), _fix, said('{"latitude":34.5,"longitude":38.3,"timestamp":1795000000}')),
    Parser("typed", ("interop.heights", "interop.lengths", "interop.moments", "interop.positions"), text(_typed),
           said("FL100", "5000ft AMSL", "5km", "2026-11-23T10:00:00Z", "34°33'36\"N 38°16'12\"E", "37SCV0640024900",
                "343336N 0381612E; 34.5 38.2")),
]  # fmt: skip
