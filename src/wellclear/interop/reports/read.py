"""Reports out of a file: CSV with the columns of `FIELDS`, or JSON with a list `reports`; what cannot be used is told.

`cites` is a list in JSON, and ids with semicolons between them in CSV. Errors name the line of a table, and in JSON
the place in the list.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from wellclear.errors import InvalidValue, Malformed
from wellclear.interop.packed import Unpacked
from wellclear.interop.reports.report import FIELDS, Record, Report
from wellclear.interop.streams import Source, decoded, lines_of

BYTES_MAX: Final = 16 * 1024 * 1024
REPORTS_MAX: Final = 20_000
_NEEDED: Final = ("id", "fact", "claim", "outlet", "printed")
_DO: Final = f"the columns are {', '.join(FIELDS)}; {', '.join(_NEEDED)} must be there"


@dataclass(frozen=True, slots=True, order=True)
class Wrong:
    """A report that could not be used: `number` of its line, or of its place in the list, the field, and why."""

    number: int
    place: str
    field: str
    why: str

    def __str__(self) -> str:
        """For people: `line 7, said: '2025-04-31': there is no such day`."""
        return f"{self.place}{f', {self.field}' if self.field else ''}: {self.why}"


@dataclass(slots=True)
class Reports:
    """What a file holds: reports by their ids, and what could not be used."""

    reports: dict[str, Report] = field(default_factory=dict)
    wrong: list[Wrong] = field(default_factory=list)


def read_reports(source: Source, file: str) -> Reports:
    """Every report in a file.

    Raises:
        Malformed: neither a table nor JSON with reports, without the columns that are needed, or too large.
    """
    text = "".join(decoded(Unpacked(source, file, BYTES_MAX, "cut it into several"), file))
    is_json = text.lstrip()[:1] in ("{", "[")
    rows = _rows_of_json(text, file) if is_json else _rows_of_table(text, file)
    found, places = Reports(), dict[str, str]()
    for number, place, row in rows:
        if number > REPORTS_MAX:
            raise Malformed(file, place, f"{REPORTS_MAX:,} reports are the most; cut the file into several")
        try:
            report = _report(row)
        except InvalidValue as error:
            found.wrong.append(Wrong(number, place, error.field, error.why))
            continue
        if report.id in places:
            same = found.reports.get(report.id) == report
            why = "says the same again; take one of them out" if same else "another report; give one another id"
            found.wrong.append(Wrong(number, place, "id", f"{report.id!r} stands in {places[report.id]}: {why}"))
            if not same:
                found.reports.pop(report.id, None)
            continue
        places[report.id] = place
        found.reports[report.id] = report
    if not places and not found.wrong:
        raise Malformed(file, "its end", "there is no report in it")
    return found


def _report(row: dict[str, Any] | str) -> Report:
    if isinstance(row, str):
        raise InvalidValue("", row)
    for name in row:
        if name not in FIELDS:
            raise InvalidValue(name[:40], f"is no field of a report; there are {', '.join(FIELDS)}")
    cites = row.get("cites", [])
    if not isinstance(cites, list) or not all(isinstance(one, str) for one in cites):
        raise InvalidValue("cites", "must be a list of ids")
    texts = {}
    for name in FIELDS[:-1]:
        value = row.get(name, "")
        if not isinstance(value, str):
            raise InvalidValue(name, "must be text")
        texts[name] = " ".join(value.split()) if not value.isprintable() else value.strip()
    record = texts.pop("record") or Record.UNSAID
    if record not in tuple(Record):
        raise InvalidValue("record", f"{record[:40]!r} is none of {', '.join(Record)}")
    return Report(**texts, record=Record(record), cites=tuple(cites))


def _rows_of_json(text: str, file: str) -> Iterator[tuple[int, str, dict[str, Any] | str]]:
    try:
        read = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise Malformed(file, where, f"is no JSON: {str(error)[:200]}") from error
    listed = read.get("reports") if isinstance(read, dict) else read
    if not isinstance(listed, list):
        raise Malformed(file, "reports", 'is no list; write {"reports": [{"id": ..., "fact": ...}]}')
    for number, row in enumerate(listed, start=1):
        yield number, f"report {number}", row if isinstance(row, dict) else "is no object in braces"


def _rows_of_table(text: str, file: str) -> Iterator[tuple[int, str, dict[str, Any] | str]]:
    rows = lines_of(text)
    head = next((row for row in rows if row.strip()), "")
    mark = max(",;\t", key=head.count)
    reader = csv.reader(rows, delimiter=mark, strict=True)
    names: list[str] = []
    number = 0
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            yield line, f"line {line}", f"cannot be read: {error}; close its quotation marks"
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if not names:
            names = _names(cells, file, line)
            continue
        number += 1
        if len(cells) != len(names):
            do = "put quotation marks around a cell that holds the separator"
            yield line, f"line {line}", f"has {len(cells)} cells for {len(names)} columns; {do}"
            continue
        row: dict[str, Any] = dict(zip(names, cells, strict=True))
        row["cites"] = [one.strip() for one in str(row.get("cites", "")).split(";") if one.strip()]
        yield line, f"line {line}", row
    if not names:
        raise Malformed(file, "", f"is empty; {_DO}")


def _names(cells: list[str], file: str, line: int) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    missing = [name for name in _NEEDED if name not in names]
    strange = [name for name in names if name not in FIELDS]
    twice = [name for name in names if names.count(name) > 1]
    for found, why in ((missing, "has no column"), (strange, "has a column that no report has:"), (twice, "has twice")):
        if found:
            raise Malformed(file, f"line {line}", f"{why} {found[0][:40]!r}; {_DO}")
    return names
