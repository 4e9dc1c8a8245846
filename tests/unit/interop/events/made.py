"""Small tables of a made-up monitor, for the tests of whoever reads, keeps, counts or draws them."""

from __future__ import annotations

import io

from tests.house.sources import ROOT
from wellclear.interop.events.form import Form, parse_form
from wellclear.interop.events.table import Table, read_events

EXCERPT = ROOT / "tests" / "vectors" / "events" / "ucdp_ged_excerpt.csv"
MONITOR = """\
series = "MONITOR"
by = "a monitor"
counts = "air attacks that its observers told it of"
event = "one attack on one place on one day"
unit = "air attacks"
[columns]
id = "no"
start = "from"
end = "to"
lat = "lat"
lon = "lon"
low = "at least"
best = "count"
[fixed]
type = "air attack"
place_precision = "near"
"""
HEADER = "no,from,to,lat,lon,at least,count\n"
ROWS = (
    "1,2026-11-20,2026-11-20,34.56,38.27,1,1",
    "2,2026-11-20,2026-11-20,34.52,37.63,2,3",
    "3,2026-11-21,2026-11-22,35.12,36.71,1,",
    "4,2026-11-23,,,,4,4",
)
TABLE = HEADER + "\n".join(ROWS) + "\n"


def form(text: str = MONITOR) -> Form:
    return parse_form(text.encode(), "monitor.toml")


def read(content: str | bytes, text: str = MONITOR) -> Table:
    raw = content.encode() if isinstance(content, str) else content
    return read_events(io.BytesIO(raw), "table.csv", form(text))
