"""`notice given`, `notice mark`: who was given an own notice, and whose copy a mark is; for its announcer (R29)."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

import typer

from wellclear.apps.cli.acting import Fields, Workplace
from wellclear.apps.cli.options import NODE_HOME, AsJson, Home, ItemArgument
from wellclear.apps.cli.output import EXIT_FINDING, moment, show, table
from wellclear.apps.levels import groups_at, level_words
from wellclear.domain.copy_marks import parse_mark
from wellclear.domain.names import parse_item_id

_COLUMNS = ("v", "party", "is shown", "given", "received", "acknowledged", "mark")


def given(item: ItemArgument, home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """Who was given an own notice: each version, at which level, when, and what came back.

    It is for the announcer alone. What was shown later by `disclose` is in it; what was given cannot be taken back.
    """
    parse_item_id(item, field="ID")
    place = Workplace.open(home)
    with place.client:
        told: Fields = place.client.get(f"notices/{item}/given")
    rows = [cells(row) for row in told["given"]]
    shown = table(_COLUMNS, rows) if rows else f"{item} was given to nobody."
    show(told, shown, told["words"], as_json=as_json)


MarkArgument = Annotated[
    list[str], typer.Argument(metavar="MARK", help="As it stands on the copy: two groups of four characters.")
]


def mark(mark: MarkArgument, home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """Whose copy of an own notice it is, by the mark that stands on it.

    Each recipient of a site, a movement, a deployment or a survey has a copy of its own, and its node shows the mark
    with it wherever it shows it. A mark says whose copy it was, and not who passed it on; who types the words anew
    leaves it out. `notice given ID` lists the marks of all who were given a notice.

    \b
    Examples:
      wellclear notice mark 7K2M 0Q9D

    Ends with 1 if no copy has this mark.
    """  # noqa: D301  # the backspace keeps the lines of the examples as they are
    wanted = parse_mark(" ".join(mark))
    place = Workplace.open(home)
    with place.client:
        told: Fields = place.client.get(f"copies/{quote(wanted)}")
    show(told, *mark_lines(told), as_json=as_json)
    if not told["copies"]:
        raise typer.Exit(EXIT_FINDING)


def mark_lines(told: Fields) -> list[str]:
    """What a mark says, for people."""
    lines = [
        f"{told['mark']} is {row['party']}'s copy of {row['id']} version {row['version']}"
        f"{'' if row['newest'] == 'yes' else ', which an amendment has replaced'}: {', '.join(row['groups'])}, "
        f"given at {moment(row['at_us'])} to {', '.join(row['desks']) or row['party']}."
        for row in told["copies"]
    ]
    if not lines:
        lines = [f"None of the {told['looked']} copies that were given of own notices has the mark {told['mark']}."]
    if told["not_held"]:
        lines.append(f"{told['not_held']} copies could not be looked at: their text is not held here any more.")
    return [*lines, told["words"]]


def cells(row: Fields) -> tuple[str, ...]:
    """One recipient's row for people."""
    acked = ", ".join(f"{one['desk']} {moment(one['at_us'])}" for one in row["acked"])
    whole = tuple(row["groups"]) == groups_at(row["level"])
    level = level_words(row["level"]) if whole else ", ".join(row["groups"])
    return (
        str(row["version"]), row["party"], level, moment(row["given_us"]),
        moment(row["received_us"]) if "received_us" in row else "not yet", acked or "-", row.get("mark", "-"),
    )  # fmt: skip
