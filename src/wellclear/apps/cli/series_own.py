"""`series declare` and `series beside`: a party's own counts in the channel, and both sides' beside each other."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import RenderableType

from wellclear.apps.cli.acting import Fields
from wellclear.apps.cli.incidents import LanguageOption, check_language, own_words
from wellclear.apps.cli.options import NODE_HOME, AsJson, Home, PrecedenceName
from wellclear.apps.cli.output import plain, show, table
from wellclear.apps.cli.outside_options import StoreFile, day, store_path
from wellclear.apps.cli.records import records_at
from wellclear.apps.cli.speaking import Speaker, drafts
from wellclear.apps.outside import keeping
from wellclear.apps.own_counts import Beside, Counted, beside, counts_of_others, own_counts
from wellclear.domain.canonical import INTEGER_MAX
from wellclear.domain.members import SHORT_TEXT_MAX
from wellclear.edges.outside import opened
from wellclear.errors import InvalidValue, Unavailable

ROWS_MAX: Final = 128
TABLE_BYTES_MAX: Final = 1024 * 1024
COLUMNS: Final = ("day", "place", "type", "count")
NOT_ADDED: Final = "Columns are never added: they count by different words. The difference is between the parties' own."


@drafts(to_desks=PrecedenceName.R)
def declare(
    speaker: Speaker,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with the columns day, place, type, count.")],
    name: Annotated[str, typer.Option(metavar="WORDS", help="What the series is called.")],
    language: LanguageOption,
    definition: Annotated[
        str | None, typer.Option(metavar="WORDS", help="What is counted, by which words; no series goes without.")
    ] = None,
    definition_file: Annotated[Path | None, typer.Option(metavar="FILE", help="A file of these words instead.")] = None,
    keep_until: Annotated[str | None, typer.Option(metavar="DAY", help="The last day in the picture (UTC).")] = None,
) -> None:
    """Draft your party's own counts, with the definition of what is counted; `release` sends them to desks.

    At most 128 rows a record. A later record of the same name and definition adds rows; where it says a row again, its
    count stands, and the earlier one is told beside it. Nobody else's counts are changed by yours.

    \b
    Example:
      wellclear series declare march.csv --name 'air attacks' --language en \\
          --definition 'Each attack on one place on one day, seen by a patrol.' --to SOUTHLAND/OPS --as W1
    """  # noqa: D301  # the backspace keeps the lines of the example as they are
    group = series_group(file, name, language, own_words(definition, definition_file, "--definition"))
    speaker.keep(speaker.to_desks("series", group, keep_until=keep_until))


def series_group(file: Path, name: str, language: str, definition: str) -> Fields:
    """A series from a table and what was typed; raises `InvalidValue` with the line, `Unavailable` for the file."""
    check_language(language)
    if not 1 <= len(name.strip()) <= SHORT_TEXT_MAX:
        raise InvalidValue("--name", f"has 1 to {SHORT_TEXT_MAX} characters")
    rows = series_rows(_text(file), str(file))
    return {
        "group": "series", "name": name.strip(), "language": language, "definition": definition, "rows": rows
    }  # fmt: skip


def _text(file: Path) -> str:
    try:
        with file.open("rb") as source:
            raw = source.read(TABLE_BYTES_MAX + 1)
    except OSError as error:
        raise Unavailable(str(file), error.strerror or "cannot be read") from error
    if len(raw) > TABLE_BYTES_MAX:
        raise InvalidValue("FILE", f"{file} is larger than a mebibyte; {ROWS_MAX} rows are the most")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidValue("FILE", f"{file} is no text in UTF-8") from error


def series_rows(text: str, file: str) -> list[Fields]:
    """The rows of a table; raises `InvalidValue` with line and column, and takes nothing then."""
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    rows: list[Fields] = []
    lines: dict[tuple[str, str, str], int] = {}
    try:
        if {*(reader.fieldnames or ())} != {*COLUMNS}:
            raise InvalidValue("FILE", f"{file}, line 1: the columns are {', '.join(COLUMNS)}, and no others")
        for row in reader:
            where = f"{file}, line {reader.line_num}"
            rows.append(_row(row, where))
            key = (rows[-1]["day"], rows[-1]["place"], rows[-1]["type"])
            if key in lines:
                raise InvalidValue("FILE", f"{where}: the same day, place and type as line {lines[key]}; say it once")
            lines[key] = reader.line_num
            if len(rows) > ROWS_MAX:
                raise InvalidValue("FILE", f"{where}: a record has at most {ROWS_MAX} rows; cut the table into several")
    except csv.Error as error:
        raise InvalidValue("FILE", f"{file}, line {reader.line_num}: no CSV: {error}") from error
    if not rows:
        raise InvalidValue("FILE", f"{file} has no rows under its columns")
    return rows


def _row(row: dict[str | Any, Any], where: str) -> Fields:
    cells = {name: row.get(name) for name in COLUMNS}
    if None in row or None in cells.values():
        raise InvalidValue("FILE", f"{where}: it has not as many cells as there are columns")
    told = {name: str(cell).strip() for name, cell in cells.items()}
    day(told["day"], f"{where}, day")
    if len(told["day"]) != len("2026-11-23"):
        raise InvalidValue(f"{where}, day", f"{told['day'][:40]!r} is no day; write it such as 2026-11-23")
    for name in ("place", "type"):
        if not 1 <= len(told[name]) <= SHORT_TEXT_MAX:
            raise InvalidValue(f"{where}, {name}", f"has 1 to {SHORT_TEXT_MAX} characters")
    count = told["count"]
    if not count.isascii() or not count.isdecimal() or len(count) > 16 or int(count) > INTEGER_MAX:
        raise InvalidValue(f"{where}, count", f"{count[:40]!r} is no whole number of 0 or more")
    return {"day": told["day"], "place": told["place"], "type": told["type"], "count": int(count)}


def beside_(home: Home = NODE_HOME, store: StoreFile = None, as_json: AsJson = False) -> None:
    """Both sides' own counts beside each other, and beside what this home has imported, by day, place and type.

    Each column has its definition. Where both sides count the same day, place and type, the difference is told; which
    of them is right is not.

    \b
    Example:
      wellclear series beside
    """  # noqa: D301  # the backspace keeps the lines of the example as they are
    path = store_path(home, store)
    columns = own_counts(records_at(home, "series"))
    if store is not None or path.exists():
        columns += imported(path)
    rows = beside(columns)
    told = {
        "columns": [_column(one) for one in columns], "not_added": NOT_ADDED,
        "rows": [{"day": row.key[0], "place": row.key[1], "type": row.key[2], "counts": list(row.counts),
                  "difference": row.difference} for row in rows],
    }  # fmt: skip
    show(told, *(lines_of(columns, rows) if columns else ["No counts: wellclear series declare"]), as_json=as_json)


def imported(path: Path) -> list[Counted]:
    """A column for each series that the file keeps; raises as `edges.outside.opened`."""
    with opened(path) as kept:
        held = [(one.name, keeping.definition(kept, one)) for one in kept.series()]
        return [
            counts_of_others(
                name, f"{said.party}'s own count, imported here" if said.party else f"counted by {said.by}",
                f"{said.counts}; an event: {said.event}", keeping.events(kept, name),
            )
            for name, said in held
        ]  # fmt: skip


def _column(one: Counted) -> Fields:
    return {
        "name": one.name, "by": one.by, "party": one.party, "definition": one.definition, "entries": one.entries,
        "apart": one.apart,
        "revised": [{"day": key[0], "place": key[1], "type": key[2], "before": before}
                    for key, before in sorted(one.revised.items())],
    }  # fmt: skip


def lines_of(columns: list[Counted], rows: list[Beside]) -> list[RenderableType]:
    """For people: each definition, then the table."""
    lines: list[RenderableType] = []
    for number, one in enumerate(columns, start=1):
        lines.append(plain(f"({number}) {one.name}, {one.by}: {one.definition}"))
        if one.apart:
            reasons = ", ".join(f"{count:,} {why}" for why, count in sorted(one.apart.items()))
            lines.append(plain(f"    in no row: {reasons}"))
    heads = ("day", "place", "type", *(f"({number})" for number in range(1, len(columns) + 1)), "difference")
    cells = [
        (*row.key, *(_cell(column, row, count) for column, count in zip(columns, row.counts, strict=True)),
         "-" if row.difference is None else f"{row.difference:,}")
        for row in rows
    ]  # fmt: skip
    return [*lines, table(heads, cells), NOT_ADDED]


def _cell(column: Counted, row: Beside, count: int | None) -> str:
    before = column.revised.get(row.key)
    was = f" (before: {', '.join(f'{one:,}' for one in before)})" if before else ""
    return "-" if count is None else f"{count:,}{was}"
