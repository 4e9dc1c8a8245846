"""Answers as text in pieces: a hundred thousand volumes may have a million clashes, too many to hold at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

Row = dict[str, Any]


def object_pieces(before: Row, name: str, rows: Iterable[Row], after: Row) -> Iterator[str]:
    """One JSON object whose member `name` is a long list: a line for each row, in the order of the members."""
    yield "{\n"
    for member, value in before.items():
        yield f'  "{member}": {_json(value)},\n'
    yield f'  "{name}": ['
    between = "\n    "
    for row in rows:
        yield between + _json(row)
        between = ",\n    "
    yield "]" if between == "\n    " else "\n  ]"
    for member, value in after.items():
        yield f',\n  "{member}": {_json(value)}'
    yield "\n}\n"


def csv_pieces(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    """Rows as CSV (RFC 4180). A text that a spreadsheet would take for a formula is given a leading apostrophe."""
    yield _line(columns)
    for row in rows:
        yield _line([_cell(row.get(name, "")) for name in columns])


def _line(cells: Sequence[object]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "@", "\t", "\r") else value


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
