"""Notices as a spreadsheet has them: a row for each volume, its columns the words of `draft --file` (`notice_form`).

Rows with the same cell under `notice` are one notice; without that column each row is one. What a notice says beside
its volumes stands in its first row, and is left empty or said alike in the others. Where a word is a list, its members
are parted by semicolons. A table with a fault gives nothing: half a plan would be announced as the whole.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from wellclear.apps.cli.drafting import vehicles_from
from wellclear.apps.cli.levelling import level_pairs
from wellclear.apps.cli.notice_form import (
    FILE_BYTES_MAX,
    OF_NOTICE,
    OF_VOLUME,
    Fields,
    Named,
    NoticeForm,
    form_from,
    volume_from_words,
)
from wellclear.apps.inputs import read_input
from wellclear.errors import InvalidValue, Malformed

NUMBER: Final = "notice"
FAULTS_TOLD: Final = 12
_LISTS: Final = ("to", "withhold", "consent")
_LEVELS: Final = ("levels", "disclose")
_NUMBERS: Final = ("count", "uncertainty_mm")
_KNOWN: Final = {NUMBER, *OF_VOLUME, *OF_NOTICE} - {"volumes"}

EXAMPLE: Final = (
    {
        "notice": "1", "to": "NORTHLAND/OPS; SOUTHLAND/OPS", "category": "aid_movement",
        "corridor": "34.7300,36.7200; 34.6500,37.5000; 34.5600,38.2700", "half_width": "100m",
        "times": "2026-11-25T05:00Z; 2026-11-25T07:00Z; 2026-11-25T09:30Z", "start": "2026-11-25T05:00Z",
        "end": "2026-11-25T09:30Z", "datum": "AMSL", "vehicles": "lorry:12; car:2", "armed_escort": "no",
        "contact_on_board": "convoy leader, satellite telephone on channel 2", "contact": "RELIEF duty desk",
        "consent": "NORTHLAND; SOUTHLAND", "disclose": "NORTHLAND=4; SOUTHLAND=4",
    },
    {
        "notice": "2", "to": "NORTHLAND/OPS; SOUTHLAND/OPS", "category": "protected_site", "circle": "34.5600,38.2700",
        "radius": "200m", "start": "2026-11-25T00:00Z", "end": "2026-12-20T00:00Z", "datum": "AMSL", "site": "hospital",
        "last_checked": "2026-11-22", "consent": "NORTHLAND; SOUTHLAND", "disclose": "NORTHLAND=2; SOUTHLAND=2",
    },
)  # fmt: skip
"""Two notices: a convoy, and the hospital where it goes."""


def example_table() -> str:
    """A table to start from, which reads back without a fault."""
    return table_of(EXAMPLE)


def table_of(rows: Sequence[Mapping[str, str]]) -> str:
    """Rows as a table, with a column for each word that any of them has."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    made = io.StringIO()
    writer = csv.DictWriter(made, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return made.getvalue()


def forms_from_table(path: Path) -> list[NoticeForm]:
    """Every notice of a table, in its order.

    Raises:
        InvalidValue: with every line that is wrong, as far as `FAULTS_TOLD`; nothing of the table is taken.
        Malformed: it is no table, or too large a file.
        Unavailable: it cannot be read.
    """
    faults: list[str] = []
    forms: list[NoticeForm] = []
    for rows in _notices(_rows(path), faults):
        try:
            forms.append(_form(rows))
        except (InvalidValue, Malformed) as error:
            faults.append(str(error))
    if faults:
        more = len(faults) - FAULTS_TOLD
        told = [*faults[:FAULTS_TOLD], *([f"and {more} more"] if more > 0 else [])]
        raise InvalidValue(str(path), "nothing of it is taken: " + "; ".join(told))
    if not forms:
        raise InvalidValue(str(path), "there is no row below the header; start from --template")
    return forms


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Each row that says anything, with its line."""
    raw = read_input(path, FILE_BYTES_MAX + 1)
    if len(raw) > FILE_BYTES_MAX:
        raise Malformed(str(path), "", f"larger than {FILE_BYTES_MAX} bytes; cut the table into several")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed(str(path), "", "is no text in UTF-8; spreadsheets call it CSV UTF-8") from error
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [name.strip().lower() for name in reader.fieldnames or ()]
        _check_columns(names, path)
        reader.fieldnames = names
        found: list[tuple[int, dict[str, str]]] = []
        for row in reader:
            if None in row or None in row.values():
                raise Malformed(str(path), f"line {reader.line_num}", "has not as many cells as there are columns")
            told = {name: cell.strip() for name, cell in row.items() if cell.strip()}
            if told:
                found.append((reader.line_num, told))
    except csv.Error as error:
        raise Malformed(str(path), f"line {reader.line_num}", f"no CSV: {error}") from error
    return found


def _check_columns(names: list[str], path: Path) -> None:
    unknown = [name for name in names if name not in _KNOWN]
    if unknown:
        why = f"{unknown[0][:40]!r} is no column; there are {', '.join(sorted(_KNOWN))}"
        raise Malformed(str(path), "line 1", why)
    double = next((name for name in names if names.count(name) > 1), "")
    if double or not names:
        raise Malformed(str(path), "line 1", f"has two columns {double}" if double else "there are no columns")


def _notices(
    rows: Iterable[tuple[int, dict[str, str]]], faults: list[str]
) -> Iterable[list[tuple[int, dict[str, str]]]]:
    """The rows of each notice, by the cell under `notice`; one that comes back later is a fault."""
    held: list[tuple[int, dict[str, str]]] = []
    ended: dict[str, int] = {}
    for line, row in rows:
        number = row.get(NUMBER, "")
        if held and (not number or number != held[0][1].get(NUMBER)):
            yield held
            ended[held[0][1].get(NUMBER, "")] = held[0][0]
            held = []
        if number and number in ended:
            faults.append(
                f"line {line}: notice {number[:40]!r} is the one of line {ended[number]}; put its rows together"
            )
        held.append((line, row))
    if held:
        yield held


def _form(rows: list[tuple[int, dict[str, str]]]) -> NoticeForm:
    first_line, first = rows[0]
    words: Fields = {}
    volumes: list[Fields] = []
    for line, row in rows:
        named = _named(line)
        volumes.append(volume_from_words({name: row[name] for name in row if name in OF_VOLUME}, named))
        for name in row:
            if name in OF_VOLUME or name == NUMBER:
                continue
            if row[name] != first.get(name):
                raise InvalidValue(named(name), f"says otherwise than line {first_line}, which is of the same notice")
            words[name] = _word(name, row[name], named(name))
    return form_from(words, volumes, _named(first_line))


def _named(line: int) -> Named:
    return lambda name: f"line {line}, {name}"


def _word(name: str, cell: str, where: str) -> Any:
    parts = [part.strip() for part in cell.split(";") if part.strip()]
    if name in _LISTS:
        return parts
    if name in _LEVELS:
        return level_pairs(parts, where)
    if name == "vehicles":
        return vehicles_from(parts, where)
    if name in _NUMBERS:
        if not (cell.isascii() and cell.isdecimal() and len(cell) <= 16):
            raise InvalidValue(where, f"{cell[:40]!r} is no whole number")
        return int(cell)
    return cell
