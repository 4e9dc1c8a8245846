"""Mappings that come with the program, as texts in the form that a person would write; the first is a good start."""

from __future__ import annotations

from functools import cache
from typing import Final

from wellclear.errors import InvalidValue
from wellclear.interop.events.form import Form, parse_form

UCDP_GED: Final = """\
# How to read a table of events. Save it, change it, and give it with --mapping. Texts stand in quotation marks.

series = "UCDP-GED"     # its name here: capitals, digits, hyphens
# Its definition goes wherever its figures go. Another definition is another series, and takes another name.
by = "Uppsala Conflict Data Program (UCDP), Georeferenced Event Dataset"
counts = "deaths that the source attributes to organised violence, by its own reading of news and other reports"
event = "one use of armed force by an organised actor, against another one or civilians, with a death at least"
unit = "deaths"         # what low, best and high count; "air attacks" in another table
licence = "CC BY 4.0"
cite = "Sundberg and Melander 2013"
# party = "NORTHLAND"   # only in a party's own count
dates = "iso"           # iso 2026-11-23, day-first 23/11/2026, month-first 11/23/2026, spreadsheet 46349

[columns]               # field = the column's name; id, start and type must be said, the rest may be left out
id = "id"
start = "date_start"
end = "date_end"
date_precision = "date_prec"
place = "where_coordinates"
lat = "latitude"
lon = "longitude"
place_precision = "where_prec"
type = "type_of_violence"
between = "dyad_name"
low = "low"
best = "best"
high = "high"

[fixed]                 # what holds for every row, such as: type = "air attack"

[date_precision]        # the source's codes: day, days (two to six), week, month, year (anything worse)
1 = "day"
2 = "days"
3 = "week"
4 = "month"
5 = "year"

[place_precision]       # exact, near (some 25 km), district, province, region, country, sea, unsaid
1 = "exact"
2 = "near"
3 = "district"
4 = "province"
5 = "region"
6 = "country"
7 = "sea"

[types]                 # the source's codes; without this table its words stay as they are
1 = "state-based conflict"
2 = "non-state conflict"
3 = "one-sided violence"
"""
KNOWN: Final = {"ucdp-ged": UCDP_GED}


@cache
def known_form(name: str) -> Form:
    """The built-in mapping of a name; raises InvalidValue with those that there are."""
    if name not in KNOWN:
        raise InvalidValue("mapping", f"{name[:40]!r} comes not with the program; there are {', '.join(KNOWN)}")
    return parse_form(KNOWN[name].encode(), name)
