"""What `series import` does: read a table by its mapping, tell what cannot be used, and keep the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from wellclear.apps.check.words import counted
from wellclear.apps.cli.output import note, plain, show
from wellclear.apps.cli.outside_options import reading, store_path
from wellclear.apps.inputs import read_input
from wellclear.apps.outside.keeping import take_table
from wellclear.edges.clock import SystemClock
from wellclear.edges.outside import Taken, opened
from wellclear.errors import InvalidValue
from wellclear.interop.events.form import FORM_BYTES_MAX, Form, parse_form
from wellclear.interop.events.known import KNOWN, known_form
from wellclear.interop.events.table import Table, Told, read_events

EXIT_PARTIAL: Final = 3
_TOLD_MAX: Final = 20


def import_series(
    file: str, mapping: str, home: Path, store: Path | None, *, strict: bool, whole: bool, as_json: bool
) -> int:
    """Take a table in and tell what became of it; the exit code.

    Raises:
        InvalidValue: nothing can be used, or with `strict` not all; another definition is kept under this name; no
        such file. Malformed: the mapping or the table cannot be read.
        Unavailable, Misconfigured: the file that keeps it cannot be used.
    """
    form, path = form_from(mapping), store_path(home, store)
    with reading(file) as (source, shown, told):
        table = read_events(source, shown, form)
        if not table.events or (strict and table.faults_count):
            raise _refused(table, shown, strict=strict)
        if whole and table.faults_count:
            why = f"cannot be said of a table of which {counted(table.faults_count, 'row')} cannot be used"
            raise InvalidValue("--whole", "\n  ".join([f"{why}; nothing was taken in:", *_lines(table.faults)]))
        told(f"keeping {form.series}", 0, 0)
        with opened(path, writing=True) as kept:
            taken = take_table(kept, table, shown, SystemClock().now_us(), whole=whole)
    if not as_json:
        for line in (*_lines(table.faults, table.faults_count), *_lines(table.remarks, table.remarks_count)):
            note(plain(line).plain)
    show(_report(table, taken, shown), *_words(table, taken, shown), as_json=as_json)
    return EXIT_PARTIAL if table.faults_count else 0


def form_from(mapping: str) -> Form:
    """A built-in mapping by its name, or a file.

    Raises:
        InvalidValue: neither.
        Malformed: the file is no mapping.
    """
    if mapping in KNOWN:
        return known_form(mapping)
    path = Path(mapping)
    if not path.expanduser().exists():
        raise InvalidValue(
            "--mapping", f"{mapping[:80]!r} is no file, and of the built-in ones there are {', '.join(KNOWN)}"
        )
    return parse_form(read_input(path, FORM_BYTES_MAX + 1), str(path))


def _refused(table: Table, shown: str, *, strict: bool) -> InvalidValue:
    rows = f"{counted(table.faults_count, 'row')} of {table.rows:,} cannot be used, so nothing was taken in:"
    field = "--strict" if strict and table.events else shown
    return InvalidValue(field, "\n  ".join([rows, *_lines(table.faults, table.faults_count)]))


def _lines(told: list[Told], count: int = 0) -> list[str]:
    """The first of what is to be said, and how much more there is."""
    lines = [str(one) for one in told[:_TOLD_MAX]]
    left = max(count, len(told)) - len(lines)
    return [*lines, f"... and {left:,} more like these: --json lists up to a thousand"] if left else lines


def _words(table: Table, taken: Taken, shown: str) -> list[str]:
    series, unit = table.form.series, table.form.definition.unit
    rows = f"{shown}: {table.rows:,} rows, {len(table.events):,} events of {series} ({unit})"
    if taken.nothing:
        lines = [f"{rows}; all of them are kept already, so nothing changed."]
    else:
        did = f"{taken.added:,} new, {taken.changed:,} changed, {taken.same:,} as before, {taken.withdrawn:,} withdrawn"
        lines = [f"{rows}; edition {taken.edition} of the series: {did}."]
    if table.doubled:
        lines.append(f"{counted(table.doubled, 'row')} stood there twice under one id of the source.")
    if table.faults_count:
        lines.append(f"{counted(table.faults_count, 'row')} could not be used; each is told with its line and column.")
    if table.remarks_count:
        lines.append(f"{counted(table.remarks_count, 'remark')}: what was odd was kept as the source says it.")
    if taken.absent:
        lines.append(f"{counted(taken.absent, 'event')} of earlier imports are not in this file and stay; "
                     "if the file is the whole series, --whole withdraws them.")  # fmt: skip
    return lines


def _report(table: Table, taken: Taken, shown: str) -> dict[str, Any]:
    def told(ones: list[Told]) -> list[dict[str, Any]]:
        return [{"line": one.line, "column": one.column, "why": one.why} for one in ones]

    return {
        "file": shown, "series": table.form.series, "definition": table.form.definition.as_words(), "rows": table.rows,
        "events": len(table.events), "added": taken.added, "changed": taken.changed, "same": taken.same,
        "withdrawn": taken.withdrawn, "absent": taken.absent, "edition": taken.edition, "doubled": table.doubled,
        "faults_count": table.faults_count, "faults": told(table.faults), "remarks_count": table.remarks_count,
        "remarks": told(table.remarks),
    }  # fmt: skip
