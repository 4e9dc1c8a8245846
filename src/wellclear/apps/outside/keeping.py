"""Series and reports into the file that keeps them, and out of it again as what they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from wellclear.edges.outside import Held, Outside, Taken
from wellclear.errors import InvalidValue
from wellclear.interop.events.event import Event
from wellclear.interop.events.form import Definition
from wellclear.interop.events.spelling import definition_of, event_of
from wellclear.interop.events.spelling import spelt as event_spelt
from wellclear.interop.events.table import Table
from wellclear.interop.reports.report import Report
from wellclear.interop.reports.spelling import report_of
from wellclear.interop.reports.spelling import spelt as report_spelt

T = TypeVar("T")
U = TypeVar("U")


def take_table(store: Outside, table: Table, file: str, at_us: int, *, whole: bool = False) -> Taken:
    """Take in what was read of a table; raises as `Outside.take_series`."""
    said = {id_: event_spelt(event) for id_, event in table.events.items()}
    form = table.form
    return store.take_series(form.series, form.definition.as_words(), said, file, at_us, whole=whole)


def take_reports(store: Outside, reports: Iterable[Report]) -> Taken:
    """Take in reports; raises as `Outside.take_reports`."""
    return store.take_reports({report.id: report_spelt(report) for report in reports})


def definition(store: Outside, held: Held) -> Definition:
    """What a series counts; raises Misconfigured where the file is damaged."""
    return _kept(store, definition_of, held.definition)


def events(store: Outside, series: str, edition: int | None = None) -> Iterator[Event]:
    """The events of a series, now or in an edition; raises Misconfigured where the file is damaged."""
    return (_kept(store, event_of, text) for text in store.events(series, edition))


def reports(store: Outside) -> list[Report]:
    """All reports; raises Misconfigured where the file is damaged."""
    return [_kept(store, report_of, text) for text in store.reports()]


def _kept(store: Outside, read: Callable[[U], T], what: U) -> T:
    try:
        return read(what)
    except InvalidValue as error:
        raise store.damaged() from error
