"""What `series list`, `show` and `plot` do: counts beside each other with their definitions, never added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import RenderableType

from wellclear.apps.check.words import counted
from wellclear.apps.cli.output import moment, plain, show, table
from wellclear.apps.cli.outside_options import day, store_path, write_file
from wellclear.apps.outside import keeping
from wellclear.apps.outside.lanes import NEVER_ADDED, Scene, best_step, scene_of
from wellclear.apps.outside.page import page_of
from wellclear.apps.outside.plot import plot_png
from wellclear.domain.quantities import e7_from_degrees, format_time
from wellclear.edges.outside import Held, Outside, opened
from wellclear.errors import InvalidValue
from wellclear.interop.events.counts import CELL_E7, Asked, Counts, Step, Tally, cell_words, count
from wellclear.interop.events.event import Event
from wellclear.interop.events.form import Definition

_CELLS: Final = "cell"
_TYPES: Final = "type"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What `show` and `plot` were asked for, as it was typed; no series named means all."""

    series: Sequence[str]
    home: Path
    store: Path | None
    start: str | None
    end: str | None
    types: Sequence[str]
    between: str
    edition: int | None = None
    cell: str | None = None

    @property
    def asked(self) -> Asked:
        """The events that are wanted; raises InvalidValue naming the option."""
        return Asked(day(self.start, "--start"), day(self.end, "--end"), frozenset(self.types), self.between)

    @property
    def words(self) -> str:
        """What was left out on purpose, for whoever sees only the picture."""
        parts = [f"only {', '.join(self.types)}"] if self.types else []
        parts += [f"only events whose sides name {self.between!r}"] if self.between else []
        parts += [f"edition {self.edition}"] if self.edition is not None else []
        return f"Shown: {'; '.join(parts)}." if parts else ""


def list_series(home: Path, store: Path | None, *, as_json: bool) -> None:
    """Every series that is kept, with its definition and its editions."""
    with opened(store_path(home, store)) as kept:
        held = [(one, keeping.definition(kept, one)) for one in kept.series()]
    told = [
        {"series": one.name, "events": one.events, "definition": said.as_words(),
         "editions": [{"number": each.number, "file": each.file, "at": format_time(each.at_us), "added": each.added,
                       "changed": each.changed, "withdrawn": each.withdrawn} for each in one.editions]}
        for one, said in held
    ]  # fmt: skip
    rows = [
        (one.name, f"{one.events:,}", said.unit, said.party or "-", said.by, one.editions[-1].number,
         moment(one.editions[-1].at_us), one.editions[-1].file)
        for one, said in held
    ]  # fmt: skip
    lines: list[RenderableType] = ["No series is kept here: wellclear series import"]
    if rows:
        lines = [table(("series", "events", "unit", "party", "counted by", "edition", "at", "file"), rows)]
    show(told, *lines, as_json=as_json)


def show_series(wanted: Wanted, by: str, *, as_json: bool) -> None:
    """Counts by time, cell or type, a column for each series.

    Raises:
        InvalidValue: an option is wrong, or a series is not kept.
        Unavailable, Misconfigured: the file that keeps them cannot be used.
    """
    counts = loaded(wanted).counts(Step(by) if by in tuple(Step) else Step.MONTH)
    rows = [(key, [_bins(one, by).get(key) for one in counts]) for key in _keys(counts, by)]
    told = {
        "by": by, "never_added": NEVER_ADDED,
        "series": [{"series": one.series, "definition": one.definition.as_words(), "whole": one.whole.as_words(),
                    "apart": {why: tally.as_words() for why, tally in _apart(one, by).items()}} for one in counts],
        "rows": [{by: _key_words(key, by, counts), "counts": {
            one.series: tally.as_words() for one, tally in zip(counts, tallies, strict=True) if tally is not None}}
            for key, tallies in rows],
    }  # fmt: skip
    columns = (by, *(f"{one.series}: {heading}" for one in counts for heading in ("events", one.definition.unit)))
    cells = [
        (_key_words(key, by, counts), *(cell for tally in tallies for cell in _cells(tally))) for key, tallies in rows
    ]
    lines: list[RenderableType] = [plain(line) for one in counts for line in _definition_lines(one, by)]
    show(told, *lines, table(columns, cells), NEVER_ADDED, as_json=as_json)


def plot_series(wanted: Wanted, by: str | None, picture: Path | None, page: Path | None, *, as_json: bool) -> None:
    """Write a picture, a page, or both; raises as `show_series`, and Unavailable where they cannot be written."""
    if picture is None and page is None:
        raise InvalidValue("--png", "say where a picture goes, or a page with --page, or both")
    for option, path, ending in (("--png", picture, ".png"), ("--page", page, ".html")):
        if path is not None and (path.suffix.lower() != ending or not path.expanduser().parent.is_dir()):
            raise InvalidValue(option, f"{path} must be a file that ends in {ending}, in a directory that is there")
    found = loaded(wanted)
    first, last = found.asked.first, found.asked.last
    whole = scene_of(found.counts(Step.MONTH), first, last, wanted.words)
    step = best_step(whole.first, whole.last) if by is None else Step(by)
    drawn: dict[Step, Scene] = {}
    for each in Step if page is not None else (step,):
        drawn[each] = scene_of(found.counts(each), first, last, wanted.words)
    if picture is not None:
        write_file(picture, plot_png(drawn[step]))
    if page is not None:
        write_file(page, page_of(drawn, step).encode())
    files = {name: str(path) for name, path in (("png", picture), ("page", page)) if path is not None}
    scene = drawn[step]
    told = {"by": str(step), "first": str(scene.first), "last": str(scene.last), **files,
            "series": [lane.series for lane in scene.lanes]}  # fmt: skip
    show(told, scene.headline, *(f"{name}: {path}" for name, path in files.items()), as_json=as_json)


@dataclass(frozen=True, slots=True)
class Loaded:
    """Series out of the file that keeps them, each by itself, in the order in which they were named."""

    series: Sequence[tuple[str, Definition, Sequence[Event]]]
    asked: Asked
    cell_e7: int

    def counts(self, step: Step) -> list[Counts]:
        """Each of them counted, in bins of this length."""
        return [
            count(name, definition, events, step=step, asked=self.asked, cell_e7=self.cell_e7)
            for name, definition, events in self.series
        ]


def loaded(wanted: Wanted) -> Loaded:
    """What is wanted; raises as `show_series`."""
    asked, cell_e7 = wanted.asked, CELL_E7 if wanted.cell is None else e7_from_degrees(wanted.cell, "--cell")
    with opened(store_path(wanted.home, wanted.store)) as kept:
        held = [kept.chosen(name) for name in dict.fromkeys(wanted.series)] or kept.series()
        if not held:
            raise InvalidValue("series", "none is kept here yet: wellclear series import")
        rows = [(one.name, keeping.definition(kept, one), _events(kept, one, wanted.edition)) for one in held]
    return Loaded(rows, asked, cell_e7)


def _events(kept: Outside, held: Held, edition: int | None) -> list[Event]:
    if edition is not None and edition > held.editions[-1].number:
        raise InvalidValue(
            "--edition", f"{edition} is not there; {held.name} has {counted(len(held.editions), 'edition')}"
        )
    return list(keeping.events(kept, held.name, edition))


def _bins(one: Counts, by: str) -> dict[Any, Tally]:
    return one.by_cell if by == _CELLS else one.by_type if by == _TYPES else one.by_time


def _apart(one: Counts, by: str) -> dict[str, Tally]:
    return one.apart_cell if by == _CELLS else {} if by == _TYPES else one.apart_time


def _keys(counts: Sequence[Counts], by: str) -> list[Any]:
    return sorted({key for one in counts for key in _bins(one, by)})


def _key_words(key: Any, by: str, counts: Sequence[Counts]) -> str:
    if by == _CELLS:
        return cell_words(key, counts[0].cell_e7)
    return f"{key:%Y-%m}" if by == Step.MONTH else str(key)


def _cells(tally: Tally | None) -> tuple[str, str]:
    """Events, and the figure with its range: `12 (10 to 15)`, `at least 5`; a dash where the series has none."""
    return ("-", "-") if tally is None else (f"{tally.events:,}", figure_words(tally))


def figure_words(tally: Tally) -> str:
    """What events say together: the best with low and high, or the least where some say no best."""
    low, shown, high = tally.bar
    span = f" ({low:,} to {high:,})" if (low, high) != (shown, shown) else ""
    return f"{'at least ' if tally.unsaid else ''}{shown:,}{span}"


def _definition_lines(one: Counts, by: str) -> list[str]:
    said: Definition = one.definition
    whose = f"{said.party}'s own count" if said.party else f"counted by {said.by}"
    credit = "; ".join(part for part in (said.cite, said.licence) if part)
    lines = [
        f"{one.series}: {whose}",
        f"  counts {said.counts}; an event: {said.event}; unit: {said.unit}{f' [{credit}]' if credit else ''}",
        f"  {one.whole.events:,} events, {figure_words(one.whole)} {said.unit}",
    ]
    apart = _apart(one, by)
    if apart:
        reasons = ", ".join(f"{tally.events:,} {why}" for why, tally in apart.items())
        lines.append(f"  in no {'cell' if by == _CELLS else by} of the table: {reasons}")
    return lines
