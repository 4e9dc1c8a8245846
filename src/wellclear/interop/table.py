"""Tables as spreadsheets write them: CSV with a row for each volume, in the words of `said`.

Beside those words: `shape` (circle, corridor, polygon), `positions` (`34.56 38.27; 34.60 38.31; ...` in any spelling of
`positions`, or the columns `lat` and `lon` for a circle) and `times`, a moment for each position of a corridor. Comma,
semicolon and tab are told apart by the header; in a file of semicolons a comma between digits is a decimal point.
Without a column `shape`, rows with `lat` and `lon` are circles. Columns that are not read are told, once.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from typing import BinaryIO, Final

from wellclear.errors import InvalidValue, Malformed
from wellclear.interop.planned import Defaults, Place, Planned, Read, Skipped
from wellclear.interop.positions import parts_of, position_and_note
from wellclear.interop.said import WORDS, planned_volumes, skipped, times_from
from wellclear.interop.shapes import Shape, area, circle, corridor
from wellclear.interop.straightness import Vertex
from wellclear.interop.streams import OneRow, decoded, lines
from wellclear.interop.unread import Unread

COLUMNS: Final = (
    "id", "party", "category", "start", "end", "lower", "upper", "shape", "positions", "radius", "half_width",
    "notice", "times",
)  # fmt: skip
_KNOWN: Final = frozenset({*WORDS, *COLUMNS, "lat", "lon"})
_ALSO: Final = {
    "halfwidth": "half_width", "latitude": "lat", "longitude": "lon", "lng": "lon", "position": "positions",
    "half_width_in_m": "half_width_m", "radius_in_m": "radius_m",
}  # fmt: skip
_SHAPES: Final = {
    "circle": "circle", "point": "circle", "corridor": "corridor", "route": "corridor", "line": "corridor",
    "polygon": "polygon", "area": "polygon",
}  # fmt: skip
_MEASURED: Final = ("lower", "upper", "radius", "radius_m", "half_width", "half_width_m")
_DECIMAL_COMMA: Final = re.compile(r"(?<=[0-9]),(?=[0-9])")
_THOUSANDS: Final = re.compile(r"(?<![0-9,.])[0-9]{1,3},[0-9]{3}(?![0-9])")
_FORMULA: Final = re.compile(r"=.*|#(?:REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!).*", re.DOTALL)
_TOLD_MAX: Final = 12
_HEADER_DO: Final = "the first row names the columns, such as id,party,start,end,lower,upper,shape,positions,radius"

_EXAMPLES: Final = (
    ("N-1", "NORTHLAND", "air", "2026-11-23T10:00Z", "2026-11-23T12:00Z", "5000 ft AMSL", "9000 ft AMSL", "circle",
     "34.5600 38.2700", "5 km", "", "", ""),
    ("N-2", "NORTHLAND", "drone", "2026-11-23T09:30Z", "2026-11-23T10:30Z", "FL120", "FL140", "corridor",
     "34°30'00\"N 38°00'00\"E; 34°33'36\"N 38°16'12\"E; 34°40'00\"N 38°20'00\"E", "", "2 NM", "",
     "2026-11-23T09:40Z; 2026-11-23T10:00Z; 2026-11-23T10:10Z"),
    ("S-1", "SOUTHLAND", "firing", "2026-11-23T11:00Z", "2026-11-23T15:00+03:00", "", "1500 m W84", "polygon",
     "37S DU 30000 20000; 37S DU 40000 20000; 37S DU 40000 30000", "", "", "", ""),
    ("S-2", "SOUTHLAND", "exercise", "231100ZNOV26", "231300ZNOV26", "6000 ft AMSL", "unlimited", "circle",
     "343900N 0381800E", "3 NM", "", "S-EXERCISE", ""),
    ("S-3", "SOUTHLAND", "exercise", "231100ZNOV26", "231300ZNOV26", "6000 ft AMSL", "unlimited", "circle",
     "34.70 38.35", "800 m", "", "S-EXERCISE", ""),
)  # fmt: skip


def template() -> str:
    """A table with examples of every shape and spelling, which reads back without a fault."""
    made = StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_EXAMPLES)
    return made.getvalue()


def read_table(source: BinaryIO, file: str, defaults: Defaults) -> Read:
    """Every volume in a table, and every row that could not be used; empty rows are passed over.

    Raises:
        Malformed: no text, no header, or no columns for a shape; or a row too long to be held.
    """
    rows = lines(decoded(source, file), file)
    number, header = _header(rows, file)
    row = OneRow(rows, file)
    reader = csv.reader(row, delimiter=header.delimiter, strict=True)
    while True:
        place = Place(file, None, number + reader.line_num + 1)
        row.begins(place.line or 0)
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            why = f"cannot be read up to line {number + reader.line_num}: {error}"
            yield Skipped(place, "", "row", why, "close the quotation marks in it, and double those inside a cell")
            continue
        if any(cell.strip() for cell in cells):
            yield from _row(cells, header, place, defaults)


@dataclass(frozen=True, slots=True)
class _Header:
    """The names of the columns, those of them that are not read as they were written, and what stands between them."""

    names: list[str]
    unread: list[str]
    delimiter: str
    telling: Unread = field(default_factory=lambda: Unread("column", _KNOWN))

    @property
    def decimal_comma(self) -> bool:
        return self.delimiter == ";"


def _header(rows: Iterator[str], file: str) -> tuple[int, _Header]:
    """The line that the header ends at, and what it says."""
    number, delimiter = 0, ""
    for row in rows:
        number += 1
        if re.fullmatch(r"sep=[,;\t]\s*", row):  # what one spreadsheet writes for itself
            delimiter = row[4]
        elif row.strip(" \t\r\n,;"):
            break
    else:
        raise Malformed(file, "", f"is empty; {_HEADER_DO}")
    found = [
        (len(_KNOWN.intersection(map(_name, cells))), mark, cells)
        for mark in (delimiter or ",;\t")
        for cells in [_cells(row, mark)]
    ]
    _, mark, cells = max(found, key=lambda one: one[0])
    names = [_name(cell) for cell in cells]
    header = _Header(names, [cell.strip() for cell in cells if _name(cell) not in _KNOWN], mark)
    known = [name for name in names if name in _KNOWN]
    for name in known:
        if known.count(name) > 1:
            raise Malformed(file, f"line {number}", f"has two columns called {name}; give one of them another name")
    pairs = {"lat", "lon"} <= set(known)
    if not (pairs or {"shape", "positions"} <= set(known)):
        missing = "shape" if "shape" not in known else "positions"
        others = header.telling.notes([name for name in header.unread if name][:_TOLD_MAX])
        why = f"has no column called {missing}{''.join(f', and {note}' for note in others)}"
        raise Malformed(file, f"line {number}", f"{why}; {_HEADER_DO}")
    return number, header


def _cells(row: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([row], delimiter=delimiter), [])
    except csv.Error:
        return []


def _name(cell: str) -> str:
    name = "_".join(re.findall(r"[a-z0-9]+", cell.lower()))
    return _ALSO.get(name, name)


def _row(cells: list[str], header: _Header, place: Place, defaults: Defaults) -> Iterator[Planned | Skipped]:
    values: dict[str, object] = {}
    try:
        if any(cell.strip() for cell in cells[len(header.names) :]):
            do = "put quotation marks around a cell that holds a comma or semicolon"
            raise InvalidValue("row", f"has {len(cells)} cells for {len(header.names)} columns; {do}")
        for name, cell in zip(header.names, cells, strict=False):
            if name in _KNOWN and cell.strip():
                values[name] = _cell(name, cell.strip(), decimal_comma=header.decimal_comma)
        if "shape" not in header.names:
            values["shape"] = "circle"
        shapes = _shapes({name: str(value) for name, value in values.items()}, decimal_comma=header.decimal_comma)
        made = planned_volumes(values, shapes, defaults, place, f"{place.file}#{place.line}")
        yield from header.telling.noted(made, header.unread)
    except InvalidValue as error:
        yield header.telling.hinted(skipped(place, values, error), header.unread)


def _cell(name: str, said: str, *, decimal_comma: bool) -> str:
    if _FORMULA.fullmatch(said):
        raise InvalidValue(name, "holds a formula or its error; write the value itself")
    if decimal_comma and name in _MEASURED:
        if _THOUSANDS.search(said):
            raise InvalidValue(name, f"{said[:40]!r} may mean thousands or a fraction; write 1500, 1.5 or 1,50")
        return _DECIMAL_COMMA.sub(".", said)
    return said


def _shapes(values: dict[str, str], *, decimal_comma: bool) -> list[Shape]:
    said = values.get("shape", "")
    shape = _SHAPES.get(said.lower())
    if shape is None:
        why = f"{said[:40]!r} is no shape" if said else "is missing"
        raise InvalidValue("shape", f"{why}; write circle, corridor or polygon")
    vertices, notes = _vertices(values, decimal_comma=decimal_comma)
    times = times_from([part for part in re.split(r"\s*[;\n]\s*", values.get("times", "")) if part])
    if times and shape != "corridor":
        raise InvalidValue("times", f"are for a corridor, and this is a {shape}; leave them out")
    if shape == "corridor":
        made = corridor(vertices, times, "positions")
    elif shape == "polygon":
        made = [area([[vertices]], "positions")]
    elif len(vertices) > 1:
        raise InvalidValue("positions", f"there are {len(vertices)}, but a circle has one centre; write a row for each")
    else:
        made = [circle(vertices[0])]
    return [made[0].with_notes(*notes), *made[1:]]


def _vertices(values: dict[str, str], *, decimal_comma: bool) -> tuple[list[Vertex], list[str]]:
    if "positions" in values:
        parts = parts_of(values["positions"], decimal_comma=decimal_comma)
    elif "lat" in values and "lon" in values:
        parts = [f"{values['lat']} {values['lon']}"]
    else:
        raise InvalidValue("positions", "is missing; write latitude and longitude such as 34.5600 38.2700")
    vertices, notes = [], []
    for number, part in enumerate(parts, start=1):
        where = f"positions, position {number}" if len(parts) > 1 else "positions"
        found, note = position_and_note(part, where, decimal_comma=decimal_comma)
        vertices.append((found.lat_e7, found.lon_e7))
        notes += [note] if note else []
    if not vertices:
        raise InvalidValue("positions", "is empty; write latitude and longitude such as 34.5600 38.2700")
    return vertices, notes
