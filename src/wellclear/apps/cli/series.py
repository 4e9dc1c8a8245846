"""series: tables of events that others keep, or the party itself; kept locally, counted each for itself, never sent.

Here stand the options alone; what they do is in `series_take` and `series_show`. What a party puts before the other
side as its own counts, and how both sides' are shown, is in `series_own`.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from wellclear.apps.cli.options import NODE_HOME, AsJson, Home
from wellclear.apps.cli.outside_options import FromDay, StoreFile, Strict, ToDay
from wellclear.apps.cli.series_own import beside_, declare

app = typer.Typer(no_args_is_help=True, help="Counts: import and show those of others, declare your own.")


class By(StrEnum):
    """What counts are told by."""

    day = "day"
    week = "week"
    month = "month"
    cell = "cell"
    type = "type"


class StepName(StrEnum):
    """How long a bar is."""

    day = "day"
    week = "week"
    month = "month"


File = Annotated[str, typer.Argument(metavar="FILE", help="CSV, also packed by gzip; - is standard input.")]
MappingName = Annotated[
    str,
    typer.Option("--mapping", metavar="FILE", help="Which column is what: a TOML or JSON file, or a built-in name."),
]
Whole = Annotated[
    bool, typer.Option("--whole", help="The file is the whole series: withdraw the events that it does not hold.")
]
Names = Annotated[list[str] | None, typer.Argument(metavar="[SERIES]...", help="The series; else all that are kept.")]
Types = Annotated[list[str] | None, typer.Option("--type", metavar="WORDS", help="Only this type; may be repeated.")]
Between = Annotated[
    str, typer.Option(metavar="WORDS", help="Only events whose sides, as the source names them, say this.")
]
EditionNumber = Annotated[
    int | None, typer.Option("--edition", min=1, metavar="N", help="As it was in this edition; else as it is now.")
]
CellSize = Annotated[str, typer.Option("--cell", metavar="DEGREES", help="How large a cell is.")]


@app.callback()
def series() -> None:
    """Counts: those of others, which you import and which stay here, and your own, which you declare to desks."""


@app.command("import")
def import_(
    file: File,
    mapping: MappingName = "ucdp-ged",
    strict: Strict = False,
    whole: Whole = False,
    home: Home = NODE_HOME,
    store: StoreFile = None,
    as_json: AsJson = False,
) -> None:
    """Import a table of events: a row an event, with the source's own id, days, place, type and figures.

    The same file again changes nothing. A newer edition of the table brings what is new and what says something else,
    and tells how many; what was said before stays with its edition. Rows that cannot be used are told with line and
    column, and the rest is taken in. A series keeps its definition: other words for what is counted are another series.

    \b
    Examples:
      wellclear series import ged.csv.gz --store outside.sqlite
      wellclear series mapping > monitor.toml      # change it until it fits the table
      wellclear series import monitor.csv --mapping monitor.toml --strict --store outside.sqlite

    Ends with 0: every row was used. 3: not all of them. 2: bad input, or with --strict not all; nothing was taken in.
    """  # noqa: D301  # the backspace keeps the lines of the examples as they are
    from wellclear.apps.cli.series_take import import_series

    code = import_series(file, mapping, home, store, strict=strict, whole=whole, as_json=as_json)
    if code:
        raise typer.Exit(code)


@app.command()
def mapping(name: Annotated[str, typer.Argument(metavar="[NAME]", help="A built-in mapping.")] = "ucdp-ged") -> None:
    """Print a mapping to start from: which column of a table is what, and the definition of the series.

    \b
    Example:
      wellclear series mapping > monitor.toml
    """  # noqa: D301  # the backspace keeps the lines of the examples as they are
    from wellclear.apps.cli.output import tell
    from wellclear.interop.events.known import KNOWN, known_form

    known_form(name)
    tell(KNOWN[name].rstrip("\n"))


@app.command("list")
def list_(home: Home = NODE_HOME, store: StoreFile = None, as_json: AsJson = False) -> None:
    """List the series that are kept, who counts what in them, and their last edition."""
    from wellclear.apps.cli.series_show import list_series

    list_series(home, store, as_json=as_json)


@app.command()
def show(
    names: Names = None,
    by: Annotated[By, typer.Option(help="What the rows are.")] = By.month,
    start: FromDay = None,
    end: ToDay = None,
    types: Types = None,
    between: Between = "",
    cell: CellSize = "0.5",
    edition: EditionNumber = None,
    home: Home = NODE_HOME,
    store: StoreFile = None,
    as_json: AsJson = False,
) -> None:
    """Show counts by day, week, month, cell of the map or type: the series beside each other, each with its definition.

    An event stands in a row only if its source knows that it belongs there; the others are told apart, with the reason.
    Series are never added to each other: they count different things by different words.

    \b
    Examples:
      wellclear series show --by type --store outside.sqlite
      wellclear series show UCDP-GED --by day --start 2018-03-01 --end 2018-03-31 --store outside.sqlite
      wellclear series show --by cell --cell 1 --between 'Government of Syria' --store outside.sqlite
    """  # noqa: D301  # the backspace keeps the lines of the examples as they are
    from wellclear.apps.cli.series_show import Wanted, show_series

    wanted = Wanted(names or (), home, store, start, end, types or (), between, edition, cell)
    show_series(wanted, by.value, as_json=as_json)


@app.command()
def plot(
    names: Names = None,
    png: Annotated[Path | None, typer.Option("--png", metavar="FILE", help="A picture for a report.")] = None,
    page: Annotated[Path | None, typer.Option("--page", metavar="FILE", help="One page, for any browser.")] = None,
    by: Annotated[StepName | None, typer.Option(help="How long a bar is; else what fits the sheet.")] = None,
    start: FromDay = None,
    end: ToDay = None,
    types: Types = None,
    between: Between = "",
    edition: EditionNumber = None,
    home: Home = NODE_HOME,
    store: StoreFile = None,
    as_json: AsJson = False,
) -> None:
    """Plot series as a picture and as one interactive page: a lane each, with its definition and its own scale.

    A party's own count (`party` in its mapping) stands above those of others. The page needs nothing but a browser:
    days, weeks or months, a part of the time, the figures below the pointer, and all of it as a table.

    \b
    Examples:
      wellclear series plot --png counts.png --page counts.html --store outside.sqlite
      wellclear series plot UCDP-GED --start 2018-03-01 --end 2018-04-15 --png march.png --store outside.sqlite
    """  # noqa: D301  # the backspace keeps the lines of the examples as they are
    from wellclear.apps.cli.series_show import Wanted, plot_series

    wanted = Wanted(names or (), home, store, start, end, types or (), between, edition)
    plot_series(wanted, None if by is None else by.value, png, page, as_json=as_json)


app.command("declare")(declare)
app.command("beside")(beside_)
