"""`scope` and `intent`: for whom a desk speaks (R12), and declarations by code; two persons say each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from wellclear.apps.cli.acting import Fields, Intent, Workplace
from wellclear.apps.cli.options import NODE_HOME, AsJson, Home, ItemArgument, PrecedenceName
from wellclear.apps.cli.output import EXIT_FINDING, note, show, table
from wellclear.apps.cli.records import record_at, records_at
from wellclear.apps.cli.records_own import withdrawal
from wellclear.apps.cli.speaking import Speaker, drafts
from wellclear.domain.names import parse_item_id
from wellclear.domain.records import INTENTS, UNIT_SORTS, UNITS_MAX
from wellclear.errors import InvalidValue

app = typer.Typer(no_args_is_help=True, help="For whom each desk speaks, and for whom nobody does.")
intent_app = typer.Typer(no_args_is_help=True, help="Declare something of one's own activity, by a code.")

NOBODY: Final = "no desk speaks for this"
_UNIT_WORDS: Final = "NAME:SORT:CAN-STOP"
Units = Annotated[
    list[str],
    typer.Option(
        "--unit",
        metavar=_UNIT_WORDS,
        help=f"'river militia:proxy:no'; sorts: {', '.join(UNIT_SORTS)}; can the desk stop it, yes or no.",
    ),
]
KeepUntil = Annotated[str, typer.Option(metavar="DAY", help="The last day in the picture (UTC), such as 2026-12-31.")]
OptionalDay = Annotated[str | None, typer.Option(metavar="DAY", help="The last day in the picture (UTC).")]


@app.command()
@drafts(to_desks=PrecedenceName.R)
def declare(speaker: Speaker, unit: Units, keep_until: KeepUntil) -> None:
    """Draft for whom your desk speaks, and whom it can stop; `release` sends it. For others it does not speak (R12)."""
    speaker.keep(speaker.to_desks("authority_scope", scope_group(unit), keep_until=keep_until))


@app.command()
@drafts(desk=False)
def amend(item: ItemArgument, speaker: Speaker, unit: Units, keep_until: KeepUntil) -> None:
    """Draft the next version of an own scope: all units anew, to the same desks; `release` sends it."""
    group = scope_group(unit)

    def build(place: Workplace) -> Intent:
        current = record_at(place, item)
        if current["kind"] != "authority_scope" or current["mine"] != "yes":
            raise InvalidValue("ID", f"{item} is no authority scope of {place.party}")
        return speaker.act(
            place, "amend", [group], to=list(current["to"]), precedence=current["precedence"], keep_until=keep_until,
            desk=current["desk"], subject={"id": item, "version": int(current["version"]) + 1},
        )  # fmt: skip

    speaker.keep(build)


@app.command()
@drafts(desk=False)
def withdraw(item: ItemArgument, speaker: Speaker) -> None:
    """Draft the end of an own scope: your desk speaks for nobody on it any more. `release` sends it."""
    speaker.keep(
        lambda place: withdrawal(speaker, place, item, "authority_scope", "authority scope"),
        f"The withdrawal of {item}",
    )


def scope_group(units: list[str]) -> Fields:
    """The units from what was typed; raises `InvalidValue`."""
    if len(units) > UNITS_MAX:
        raise InvalidValue("--unit", f"given {len(units)} times; a desk names at most {UNITS_MAX}")
    return {"group": "authority_scope", "units": [unit_from(words) for words in units]}


def unit_from(words: str) -> Fields:
    """`river militia:proxy:no` as a unit; raises `InvalidValue` with what to write."""
    parts = [part.strip() for part in words.rsplit(":", 2)]
    if len(parts) != 3 or not parts[0]:
        raise InvalidValue("--unit", f"{words[:40]!r}: write {_UNIT_WORDS}, such as 'river militia:proxy:no'")
    name, sort, stops = parts
    if sort not in UNIT_SORTS:
        raise InvalidValue("--unit", f"{sort[:20]!r} is none of {', '.join(UNIT_SORTS)}")
    if stops not in ("yes", "no"):
        raise InvalidValue("--unit", f"{stops[:20]!r}: whether the desk can stop it is yes or no")
    return {"unit": name, "sort": sort, "can_stop": stops}


@app.command("list")
def list_scopes(home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """Who speaks for whom, party by party; gaps stand there as gaps."""
    told = speaking_at(home)
    rows = [row for party in told["parties"] for row in rows_of_party(party)]
    last = f"Host nation: {', '.join(told['host_nation']) or told['gap']}."
    show(told, table(("party", "desk", "speaks for", "sort", "can stop", "id"), rows), last, as_json=as_json)


def rows_of_party(party: Fields) -> list[tuple[str, ...]]:
    """A row a unit; one that says so where a party has told nothing."""
    rows: list[tuple[str, ...]] = [
        (party["party"], desk["desk"], unit["unit"], unit["sort"], unit["can_stop"], desk["scope"])
        for desk in party["desks"]
        for unit in desk.get("units", ())
    ]
    return rows or [(party["party"], "-", party["gap"] or "nobody", "-", "-", "-")]


@app.command()
def find(
    unit: Annotated[str, typer.Argument(metavar="UNIT", help="Words of its name.")],
    home: Home = NODE_HOME,
    as_json: AsJson = False,
) -> None:
    """Which desk speaks for a unit; exit code 1 where no desk does."""
    if not unit.strip():
        raise InvalidValue("UNIT", "is empty; write words of the unit's name")
    told = speaking_at(home)
    found = found_in(told, unit)
    unread = [desk["desk"] for party in told["parties"] for desk in party["desks"] if unread_scope(desk)]
    if unread:
        note(f"what {', '.join(unread)} said of whom it speaks for is not open here")
    value = {"unit": unit, "found": found, "gap": "" if found else NOBODY}
    rows = [(row["desk"], row["unit"], row["sort"], row["can_stop"], row["scope"]) for row in found]
    shown = table(("desk", "speaks for", "sort", "can stop", "id"), rows) if found else f"{unit}: {NOBODY}."
    show(value, shown, as_json=as_json)
    if not found:
        raise typer.Exit(EXIT_FINDING)


def found_in(told: Fields, words: str) -> list[Fields]:
    """The units whose name contains the words, with the desk that speaks for each; letters large or small."""
    wanted = " ".join(words.split()).casefold()
    return [
        {"desk": desk["desk"], "scope": desk["scope"], **unit}
        for party in told["parties"]
        for desk in party["desks"]
        for unit in desk.get("units", ())
        if wanted in unit["unit"].casefold()
    ]


def unread_scope(desk: Fields) -> bool:
    """Whether a desk has said for whom it speaks, but not to us."""
    return "scope" in desk and "units" not in desk


def speaking_at(home: Path) -> Fields:
    """Who speaks for whom, as the node tells it."""
    place = Workplace.open(home)
    with place.client:
        told: Fields = place.client.get("records")["speaking"]
    return told


@intent_app.command("declare")
@drafts(to_desks=PrecedenceName.P)
def declare_intent(
    code: Annotated[str, typer.Argument(metavar="CODE", help=f"{', '.join(INTENTS)}.")],
    speaker: Speaker,
    about: Annotated[str | None, typer.Option(metavar="ID", help="The item of either side that it is about.")] = None,
    keep_until: OptionalDay = None,
) -> None:
    """Draft a declaration about your own activity, by its code and never in free text; `release` sends it."""
    if code not in INTENTS:
        raise InvalidValue("CODE", f"{code[:40]} is none of {', '.join(INTENTS)}")
    if about is not None:
        parse_item_id(about, field="--about")
    group: Fields = {"group": "intent", "intent": code} | ({"about": about} if about else {})
    speaker.keep(speaker.to_desks("intent", group, keep_until=keep_until or None))


@intent_app.command("list")
def list_intents(home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """The declarations in the picture, one's own and the others'."""
    rows = records_at(home, "intent")
    told = [(row["id"], row["at"], row["desk"], "; ".join(row["words"]) or "not open here") for row in rows]
    show(rows, table(("id", "at", "from", "declares that"), told) if told else "No declarations.", as_json=as_json)
