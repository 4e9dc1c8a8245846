"""A table of events, CSV with a header, read row by row into events; what cannot be used is told by line and column.

Comma, semicolon and tab are told apart by the header, a byte-order mark is taken off, gzip is unpacked. The order of
the rows is of no account: of rows that say the same under one id one is taken, of rows that differ under one id none.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Final

from wellclear.errors import InvalidValue, Malformed
from wellclear.interop.events.cells import code, day, degrees_e7, meaning, sound, whole
from wellclear.interop.events.event import ID_CHARS_MAX, Dated, Event, Placed
from wellclear.interop.events.form import COUNTS, Form
from wellclear.interop.packed import Unpacked
from wellclear.interop.streams import OneRow, Source, decoded, lines

BYTES_MAX: Final = 256 * 1024 * 1024
ROWS_MAX: Final = 500_000
LINES_MAX: Final = 2_000_000
FAULTS_MAX: Final = 1_000
_BY_LENGTH: Final = ((1, Dated.DAY), (6, Dated.DAYS), (7, Dated.WEEK), (31, Dated.MONTH))
_CUT: Final = "cut the table in time first, and import the parts one after the other"
_DO: Final = "say in a mapping file which column is which: `wellclear series mapping` prints one to start from"


@dataclass(frozen=True, slots=True, order=True)
class Told:
    """Something to say of one row: its line in the file, the column as the file calls it (empty: the row), and what."""

    line: int
    column: str
    why: str

    def __str__(self) -> str:
        """For people: `line 17, date_start: '2016-02-30': there is no such day`."""
        return f"line {self.line}{f', {self.column}' if self.column else ''}: {self.why}"


@dataclass(slots=True)
class Table:
    """What a file holds: events by their ids, `faults` (rows that could not be used) and `remarks` (used, but odd).

    Faults and remarks are in the order of their lines, the first `FAULTS_MAX` of each; their counts are of all.
    """

    form: Form
    events: dict[str, Event] = field(default_factory=dict)
    faults: list[Told] = field(default_factory=list)
    remarks: list[Told] = field(default_factory=list)
    rows: int = 0
    faults_count: int = 0
    remarks_count: int = 0
    doubled: int = 0


def read_events(source: Source, file: str, form: Form) -> Table:
    """Everything in a table, read to its end.

    Raises:
        Malformed: no table, without the columns that the mapping names, or too large; nothing is told of its rows then.
    """
    found, doubles = Table(form), dict[str, list[tuple[int, Event]]]()
    held: dict[str, int] = {}
    for told in _rows(source, file, form):
        found.rows += 1
        if isinstance(told, Told):
            found.faults_count += 1
            if found.faults_count <= FAULTS_MAX:
                found.faults.append(told)
        else:
            line, event = told
            first = held.setdefault(event.id, line)
            if first == line:
                found.events[event.id] = event
            else:
                doubles.setdefault(event.id, [(first, found.events[event.id])]).append((line, event))
        if found.rows > ROWS_MAX:
            raise Malformed(file, f"line {told.line if isinstance(told, Told) else told[0]}",
                            f"is row {found.rows:,}, and {ROWS_MAX:,} are the most; {_CUT}")  # fmt: skip
    if not found.rows:
        raise Malformed(file, "its end", "there is no row below the header; is it the whole table?")
    _settle(found, doubles, form.columns["id"])
    found.remarks += [Told(held[id_], "", f"{event.odd}; kept as it was said")
                      for id_, event in found.events.items() if event.odd]  # fmt: skip
    for kept in (found.faults, found.remarks):
        kept.sort()
    found.remarks_count = len(found.remarks)
    del found.faults[FAULTS_MAX:], found.remarks[FAULTS_MAX:]
    return found


def _settle(found: Table, doubles: dict[str, list[tuple[int, Event]]], column: str) -> None:
    """Rows under one id: alike, and one of them counts; or unlike, and none does."""
    for id_, rows in doubles.items():
        first, event = rows[0]
        found.doubled += len(rows) - 1
        unlike = sorted({name for _, other in rows for name in _unlike(event, other)})
        if not unlike:
            found.remarks += [
                Told(line, column, f"says again what line {first} says; counted once") for line, _ in rows[1:]
            ]
            continue
        del found.events[id_]
        others = ", ".join(str(line) for line, _ in rows[:6])
        why = (
            f"{id_!r} stands in lines {others}, which differ in {', '.join(unlike)}; none was taken, correct the table"
        )
        found.faults += [Told(line, column, why) for line, _ in rows]
        found.faults_count += len(rows)


def _unlike(one: Event, other: Event) -> Iterator[str]:
    return (each.name for each in fields(Event) if getattr(one, each.name) != getattr(other, each.name))


@dataclass(frozen=True, slots=True)
class _Header:
    """Where each field of the mapping stands, how many columns there are, and what stands between them."""

    places: dict[str, int]
    width: int
    delimiter: str


def _rows(source: Source, file: str, form: Form) -> Iterator[tuple[int, Event] | Told]:
    """Each row that is not empty: its line and event, or why it cannot be used."""
    text = lines(decoded(Unpacked(source, file, BYTES_MAX, _CUT), file), file)
    number, header = _header(text, file, form)
    row = OneRow(text, file)
    reader = csv.reader(row, delimiter=header.delimiter, strict=True)
    making = _Making(form, header)
    while True:
        line = number + reader.line_num + 1
        if line > LINES_MAX:
            raise Malformed(file, f"line {line}", f"is beyond {LINES_MAX:,} lines; {_CUT}")
        row.begins(line)
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            upto = number + reader.line_num
            lost = f" up to line {upto}" if upto > line else ""
            do = "close its quotation marks, and double those inside a cell"
            yield Told(line, "", f"cannot be read{lost}: {error}; {do}")
            continue
        if not any(cells) or not any(cell.strip() for cell in cells):
            continue
        try:
            yield line, making.event(cells)
        except InvalidValue as error:
            yield Told(line, making.column(error.field), error.why)


def _header(rows: Iterator[str], file: str, form: Form) -> tuple[int, _Header]:
    """The line that the header ends at, and where the fields stand."""
    number, delimiter, row = 0, "", ""
    for row in rows:
        number += 1
        if row.strip() in ("sep=,", "sep=;", "sep=\t"):  # what one spreadsheet writes for itself
            delimiter = row[4]
        elif row.strip(" \t\r\n,;"):
            break
        if number > LINES_MAX:
            raise Malformed(file, f"line {number}", f"{LINES_MAX:,} empty lines; is it a table?")
    else:
        raise Malformed(file, "", f"is empty; {_DO}")
    wanted = dict.fromkeys(form.columns.values())
    mark, names = max(
        ((mark, _cells(row, mark)) for mark in (delimiter or ",;\t")),
        key=lambda one: (sum(name in wanted for name in one[1]), len(one[1])),
    )
    missing = [name for name in wanted if name not in names]
    if missing:
        told = ", ".join(repr(name[:40]) + _near(name, names) for name in missing[:8])
        there = ", ".join(repr(name[:40]) for name in names[:20])
        columns = "no column" if len(missing) == 1 else "no columns"
        raise Malformed(file, f"line {number}", f"has {columns} {told}; there are {there}; {_DO}")
    twice = next((name for name in wanted if names.count(name) > 1), None)
    if twice is not None:
        raise Malformed(file, f"line {number}", f"has two columns called {twice[:40]!r}; give one another name")
    return number, _Header({field: names.index(name) for field, name in form.columns.items()}, len(names), mark)


def _cells(row: str, delimiter: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([row], delimiter=delimiter), [])]
    except csv.Error:
        return []


def _near(name: str, names: Sequence[str]) -> str:
    near = next((one for one in names if one.lower() == name.lower()), "")
    near = near or next(iter(get_close_matches(name, [one[:100] for one in names[:200]], 1, 0.8)), "")
    return f" (is {near[:40]!r} meant?)" if near else ""


class _Making:
    """Events out of the cells of one table."""

    def __init__(self, form: Form, header: _Header) -> None:
        self._form, self._width = form, header.width
        self._places = [(name, at) for name, at in header.places.items()]
        self._blank = {**dict.fromkeys(form.columns, ""), **form.fixed}

    def column(self, name: str) -> str:
        """How the file calls a field; what is no field of it keeps its name."""
        return self._form.columns.get(name, "" if name == "row" else name)

    def event(self, cells: list[str]) -> Event:
        """One row; raises InvalidValue with the name of the field."""
        if len(cells) != self._width:
            self._misfit(cells)
        said = self._blank.copy()
        for name, at in self._places:
            said[name] = cells[at].strip()
        get, form = said.get, self._form
        first = day(_filled(said["start"], "start", "2026-11-23"), form.dates, "start")
        end = get("end", "")
        last = day(end, form.dates, "end") if end else first
        lat, lon = get("lat", ""), get("lon", "")
        low, best, high = [whole(text, name) if (text := get(name, "")) else None for name in COUNTS]
        return Event(
            id=sound(code(_filled(said["id"], "id", "417")), "id", ID_CHARS_MAX),
            first=first,
            last=last,
            dated=self._dated(get("date_precision"), (last - first).days + 1),
            place=_plain(get("place", ""), "place"),
            lat_e7=degrees_e7(lat, "lat") if lat else None,
            lon_e7=degrees_e7(lon, "lon") if lon else None,
            placed=self._placed(get("place_precision")),
            type=self._type(said["type"]),
            between=_plain(get("between", ""), "between"),
            low=low,
            best=best,
            high=high,
        )

    def _misfit(self, cells: list[str]) -> None:
        if any(cell.strip() for cell in cells[self._width :]):
            do = "put quotation marks around a cell that holds the separator"
            raise InvalidValue("row", f"has {len(cells)} cells for {self._width} columns; {do}")
        if len(cells) < self._width:
            do = "it is cut short: save the table anew, with every cell"
            raise InvalidValue("row", f"has {len(cells)} cells for {self._width} columns; {do}")

    def _dated(self, said: str | None, days: int) -> Dated:
        """Without a column for it: as well as its own first and last day tell."""
        if said is None:
            return next((dated for most, dated in _BY_LENGTH if days <= most), Dated.YEAR)
        if "date_precision" in self._form.columns:
            return meaning(said, self._form.dated, "date_precision", "date_precision")
        return Dated(said)

    def _placed(self, said: str | None) -> Placed:
        if said is None:
            return Placed.UNSAID
        if "place_precision" in self._form.columns:
            return meaning(said, self._form.placed, "place_precision", "place_precision")
        return Placed(said)

    def _type(self, said: str) -> str:
        if self._form.types and "type" in self._form.columns:
            return meaning(said, self._form.types, "type", "types")
        return _plain(_filled(said, "type", "air attack"), "type")


def _plain(text: str, column: str) -> str:
    """Text in one line."""
    return sound(text if text.isprintable() else " ".join(text.split()), column)


def _filled(text: str, column: str, example: str) -> str:
    """A text that must be there."""
    if not text:
        raise InvalidValue(column, f"is empty; write it, such as {example}")
    return text
