"""`redline`: declare what one's party holds to be a line, in its own words; receipt of it is not acceptance (R31)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from wellclear.airspace.triggers import trigger_from
from wellclear.apps.cli.acting import Fields, Intent, Workplace
from wellclear.apps.cli.notice_form import read_json
from wellclear.apps.cli.options import NODE_HOME, AsJson, Home, ItemArgument, PrecedenceName
from wellclear.apps.cli.output import show, table, tell, tell_json
from wellclear.apps.cli.records import record_at, records_at
from wellclear.apps.cli.records_own import amendment, checked, day, language_code, own_record, withdrawal
from wellclear.apps.cli.records_scope import KeepUntil
from wellclear.apps.cli.speaking import Speaker, drafts
from wellclear.apps.cli.treaty_lines import UNREAD, consent_lines, recipients_table, standing_of
from wellclear.errors import InvalidValue, Malformed

app = typer.Typer(
    no_args_is_help=True,
    help="Red lines: what a party declares in its own words. Receipt of one is not its acceptance.",
)

WHAT: Final = "red line"
TEXT_HELP: Final = "The declarer's own words; they go as they are."
LANGUAGE_HELP: Final = "The language of the text, two letters."
Trigger = Annotated[
    Path | None,
    typer.Option(
        "--trigger",
        metavar="FILE",
        help="A JSON object: what a draft must be to touch the line (docs/red-lines.md). It is compiled here and now.",
    ),
]


@app.command()
@drafts(to_desks=PrecedenceName.P)
def declare(
    speaker: Speaker,
    text: Annotated[str, typer.Option(metavar="TEXT", help=TEXT_HELP)],
    language: Annotated[str, typer.Option(metavar="CODE", help=LANGUAGE_HELP)],
    keep_until: KeepUntil,
    trigger: Trigger = None,
) -> None:
    """Draft a red line to desks; `release` sends it. Whoever receives it has not accepted it.

    A trigger lets software see that a draft touches the line: the planner's own node judges it and tells the planner
    alone. A trigger that does not compile, has a field that is none or would run too long is refused here.
    """
    group: Fields = {"group": "red_line", "language": language_code(language), "text": text}
    if trigger is not None:
        group["trigger"] = trigger_in(trigger)
    speaker.keep(speaker.to_desks("red_line", checked(group), keep_until=day(keep_until)))


@app.command()
@drafts(desk=False)
def amend(
    item: ItemArgument,
    speaker: Speaker,
    keep_until: KeepUntil,
    text: Annotated[str | None, typer.Option(metavar="TEXT", help=TEXT_HELP)] = None,
    language: Annotated[str | None, typer.Option(metavar="CODE", help=LANGUAGE_HELP)] = None,
    trigger: Trigger = None,
    no_trigger: Annotated[bool, typer.Option("--no-trigger", help="The next version has none.")] = False,
) -> None:
    """Draft the next version of an own red line, to the same desks; what is not named stays. `release` sends it."""
    if trigger is not None and no_trigger:
        raise InvalidValue("--no-trigger", "cannot stand beside --trigger")
    new: Fields = {"text": text} if text is not None else {}
    if language is not None:
        new["language"] = language_code(language)
    last = day(keep_until)
    if trigger is not None:
        new["trigger"] = trigger_in(trigger)

    def build(place: Workplace) -> Intent:
        current = own_record(place, item, "red_line", WHAT)
        group = {**current["said"], **new}
        if no_trigger:
            group.pop("trigger", None)
        return amendment(speaker, place, current, checked(group), last)

    speaker.keep(build)


@app.command()
@drafts(desk=False)
def withdraw(item: ItemArgument, speaker: Speaker) -> None:
    """Draft the end of an own red line; `release` sends it. What was declared stays in the log."""
    speaker.keep(lambda place: withdrawal(speaker, place, item, "red_line", WHAT), f"The withdrawal of {item}")


def trigger_in(path: Path) -> Fields:
    """The trigger in a file, as said, once it compiles here.

    Raises:
        Malformed: no JSON object, or no trigger: with the file and the place of the fault in it.
        InvalidValue, Unavailable: the file cannot be read.
    """
    said = read_json(path)
    try:
        trigger_from(said)
    except InvalidValue as error:
        raise Malformed(str(path), error.field, f"{error.why}; see docs/red-lines.md") from error
    return said


@app.command("list")
def list_lines(home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """The red lines in the picture, one's own and the others'."""
    rows = records_at(home, "red_line")
    told = [
        (row["id"], f"v{row['version']}", row["at"], row["desk"], *_in_short(row), standing_of(row)) for row in rows
    ]
    columns = ("id", "v", "at", "declared by", "language", "in its own words", "trigger judged here", "state")
    show(rows, table(columns, told) if told else "No red lines.", as_json=as_json)


def _in_short(row: Fields) -> tuple[str, str, str]:
    said = row.get("said")
    if said is None:
        return "-", UNREAD, "-"
    return said["language"], said["text"], row["trigger"]["judged"] if "trigger" in said else "has none"


@app.command("show")
def show_line(item: ItemArgument, home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """One red line: who declared it when, its words, whether its trigger can be judged here, who has received it."""
    place = Workplace.open(home)
    with place.client:
        row = record_at(place, item)
    if row["kind"] != "red_line":
        raise InvalidValue("ID", f"{item} is no red line")
    if as_json:
        tell_json(row)
        return
    tell(f"{row['id']} v{row['version']}  declared by {row['desk']}  {row['at']}  {standing_of(row)}")
    tell(*[f"  {line}" for line in row["words"] or [UNREAD]])
    tell(*[f"  {line}" for line in (row.get("trigger", {}).get("words"), row["receipt"]) if line])
    tell(*consent_lines(row), recipients_table(row))
