"""Recordings of tracks: what receivers and their libraries write, read as the fixes of each aircraft in them.

Three families, told apart by their content and never by their names: tables (JSON rows, JSON columns as pandas writes
them, CSV); readsb's `aircraft.json`, one or a series of it; tar1090's `trace_full`. Any of them may be packed by gzip.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, BinaryIO, Final

from wellclear.errors import InvalidValue, Malformed
from wellclear.interop.fixes import ADDRESSES, CALLSIGNS, LATITUDES, LONGITUDES, Fix, Row, fix_of, said
from wellclear.interop.packed import Unpacked
from wellclear.interop.streams import decoded, lines_of

BYTES_MAX: Final = 256 * 1024 * 1024
_PIECE: Final = 1024 * 1024
_GEOMETRIC: Final = 8  # bit: its altitude is geometric
_SEPARATORS: Final = (",", ";", "\t")


@dataclass(slots=True)
class Recording:
    """What a file says of one aircraft: `fixes` in the order of the file, `dropped` rows by why, `rows` of all."""

    address: str
    callsigns: Counter[str] = field(default_factory=Counter)
    fixes: list[Fix] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    first_dropped: dict[str, int] = field(default_factory=dict)
    rows: int = 0

    @property
    def callsign(self) -> str:
        """The one that was heard most."""
        return self.callsigns.most_common(1)[0][0] if self.callsigns else ""

    def drop(self, why: str, row: int) -> None:
        """Count a row that gives no fix."""
        self.dropped[why] += 1
        self.first_dropped.setdefault(why, row)

    def __str__(self) -> str:
        """For people: `4baac6 (THY9BP), 8681 rows`."""
        named = f" ({self.callsign})" if self.callsign else ""
        return f"{self.address or 'without an address'}{named}, {row_count(self.rows)}"


def row_count(count: int) -> str:
    """`1 row`, `2 rows`."""
    return f"{count} row{'' if count == 1 else 's'}"


class _Bytes:
    """Bytes as a source that is read in pieces."""

    def __init__(self, content: bytes) -> None:
        self._left = memoryview(content)

    def read(self, size: int, /) -> bytes:
        """The next piece."""
        piece, self._left = bytes(self._left[:size]), self._left[size:]
        return piece


def read_recordings(source: BinaryIO, file: str) -> tuple[str, dict[str, Recording]]:
    """What a file is, for people, and the aircraft in it by their addresses.

    Raises:
        Malformed: the file is none of what is read here, too large, or breaks off; names the place.
    """
    try:
        return _read(source, file)
    except MemoryError as error:
        raise Malformed(file, "its end", "it is larger than this machine's memory; cut it in time first") from error


def _read(source: BinaryIO, file: str) -> tuple[str, dict[str, Recording]]:
    text = "".join(decoded(_Bytes(_unpacked(source, file)), file))
    if not text.strip():
        raise Malformed(file, "its beginning", "the file is empty")
    form, rows = _rows_of_json(text, file) if text.lstrip()[0] in "[{" else ("CSV table", _rows_of_csv(text, file))
    found: dict[str, Recording] = {}
    for number, row in enumerate(rows, start=1):
        _take(found, row, number)
    if not found:
        raise Malformed(file, "its beginning", "there is no row in it")
    return form, found


def _take(found: dict[str, Recording], row: Row, number: int) -> None:
    address = str(said(row, ADDRESSES) or "").lower()
    recording = found.setdefault(address, Recording(address))
    recording.rows += 1
    callsign = said(row, CALLSIGNS)
    if callsign is not None:
        recording.callsigns[str(callsign).strip().upper()] += 1
    try:
        recording.fixes.append(fix_of(row, number))
    except InvalidValue as error:
        recording.drop(error.why, number)


def _unpacked(source: BinaryIO, file: str) -> bytes:
    """All of a source, unpacked if it is packed."""
    content = bytearray()
    unpacked = Unpacked(source, file, BYTES_MAX, "cut it in time first")
    while piece := unpacked.read(_PIECE):
        content += piece
    return bytes(content)


def _rows_of_json(text: str, file: str) -> tuple[str, Iterator[Row]]:
    values = _values(text, file)
    first = values[0]
    if isinstance(first, dict) and isinstance(first.get("aircraft"), list):
        return "readsb aircraft.json", _rows_of_snapshots(values)
    if isinstance(first, dict) and isinstance(first.get("trace"), list):
        return "tar1090 trace", _rows_of_traces(values, file)
    if isinstance(first, dict) and len(values) == 1 and _is_columns(first):
        return "JSON table by columns", _rows_of_columns(first)
    rows = [value for value in values if isinstance(value, dict)]
    if not rows or not _places(rows[0]):
        why = "neither rows or columns with latitude and longitude, nor readsb's aircraft, nor a trace"
        raise Malformed(file, "its beginning", why)
    return "JSON table by rows", _lowered(rows)


def _values(text: str, file: str) -> list[Any]:
    """The elements of one array, or one value, or the values of JSON lines."""
    try:
        whole = _json(text)
    except json.JSONDecodeError as error:
        if error.msg != "Extra data":
            raise Malformed(file, f"line {error.lineno}", f"the JSON breaks off: {error.msg}") from error
        return _values_of_lines(text, file)
    except (RecursionError, ValueError) as error:
        raise Malformed(file, "its beginning", "the JSON is nested too deeply or holds an absurd number") from error
    values = whole if isinstance(whole, list) else [whole]
    if not values:
        raise Malformed(file, "its beginning", "there is no row in it")
    return values


def _values_of_lines(text: str, file: str) -> list[Any]:
    values = []
    for number, line in enumerate(lines_of(text), start=1):
        if line.strip():
            try:
                values.append(_json(line))
            except (RecursionError, ValueError) as error:
                raise Malformed(file, f"line {number}", "is no JSON value of its own") from error
    return values


def _json(text: str) -> Any:
    return json.loads(text, parse_float=Decimal, parse_constant=lambda _: None)


def _places(row: dict[str, Any]) -> bool:
    names = {str(name).strip().lower() for name in row}
    return not names.isdisjoint(LATITUDES) and not names.isdisjoint(LONGITUDES)


def _is_columns(value: dict[str, Any]) -> bool:
    return _places(value) and all(isinstance(column, dict | list) for column in value.values())


def _lowered(rows: Iterable[dict[str, Any]]) -> Iterator[Row]:
    return ({str(name).strip().lower(): value for name, value in row.items()} for row in rows)


def _rows_of_columns(table: dict[str, Any]) -> Iterator[Row]:
    """As pandas writes it, {column: {index: value}}; a column may also be a list."""
    columns = {
        name: column if isinstance(column, dict) else dict(enumerate(column))
        for name, column in ((str(name).strip().lower(), column) for name, column in table.items())
    }
    for index in dict.fromkeys(index for column in columns.values() for index in column):
        yield {name: column.get(index) for name, column in columns.items()}


def _rows_of_snapshots(snapshots: Iterable[Any]) -> Iterator[Row]:
    """A position was heard `seen_pos` seconds before `now`."""
    for snapshot in snapshots:
        listed = snapshot.get("aircraft") if isinstance(snapshot, dict) else None
        now = snapshot.get("now") if isinstance(snapshot, dict) else None
        for aircraft in listed if isinstance(listed, list) else ():
            if isinstance(aircraft, dict):
                age = aircraft.get("seen_pos")
                known = all(type(value) is int or isinstance(value, Decimal) for value in (now, age))
                at = Decimal(now) - Decimal(age) if known and now is not None and age is not None else now
                yield {**aircraft, "time": at}


def _rows_of_traces(traces: Iterable[Any], file: str) -> Iterator[Row]:
    """Each entry: seconds after `timestamp`, lat, lon, altitude in feet or `ground`, ..., flags [6], alt_geom [10]."""
    for trace in traces:
        start = trace.get("timestamp") if isinstance(trace, dict) else None
        entries = trace.get("trace") if isinstance(trace, dict) else None
        if not isinstance(entries, list) or not (type(start) is int or isinstance(start, Decimal)):
            raise Malformed(file, "timestamp", "a trace without its `timestamp` in seconds cannot be placed in time")
        for entry in entries:
            if isinstance(entry, list) and len(entry) > 3:
                yield _row_of_entry(entry, Decimal(start), trace)


def _row_of_entry(entry: list[Any], start: Decimal, trace: dict[str, Any]) -> Row:
    after, lat, lon, altitude = entry[:4]
    flags = entry[6] if len(entry) > 6 and isinstance(entry[6], int) else 0
    known = type(after) is int or isinstance(after, Decimal)
    row = {
        "time": start + Decimal(after) if known else None,
        "lat": lat,
        "lon": lon,
        "hex": trace.get("icao"),
        "flight": entry[8].get("flight") if len(entry) > 8 and isinstance(entry[8], dict) else None,
        "alt_geom": entry[10] if len(entry) > 10 else None,
    }
    return {**row, "alt_geom" if flags & _GEOMETRIC and altitude != "ground" else "alt_baro": altitude}


def _rows_of_csv(text: str, file: str) -> Iterator[Row]:
    lines = lines_of(text)
    head = next(line for line in lines if line.strip()).rstrip("\r\n")
    separator = max(_SEPARATORS, key=head.count)
    reader = csv.reader(lines, delimiter=separator)
    names: list[str] = []
    try:
        for cells in reader:
            if not names:
                names = [cell.strip().lower() for cell in cells]
                if names and not _places(dict.fromkeys(names)):
                    why = f"the first line names no columns latitude and longitude, but {head[:60]!r}"
                    if head.lstrip().startswith("<"):
                        why = "this is XML and no recording; KML and GPX are read by `wellclear check` as they are"
                    raise Malformed(file, "line 1", why)
            elif any(cell.strip() for cell in cells):
                yield dict(zip(names, cells, strict=False))
    except csv.Error as error:
        raise Malformed(file, f"line {reader.line_num}", f"the table cannot be read: {error}") from error
