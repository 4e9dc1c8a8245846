"""`incident`: record that something has happened, tell of it in one's own words, and read all accounts side by side."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from wellclear.apps.cli import typed
from wellclear.apps.cli.acting import Fields, Intent, Workplace
from wellclear.apps.cli.incident_pack import pack_
from wellclear.apps.cli.options import NODE_HOME, AsJson, Home, ItemArgument, PrecedenceName
from wellclear.apps.cli.output import show, table, tell, tell_json
from wellclear.apps.cli.records import record_at, records_at
from wellclear.apps.cli.speaking import Speaker, drafts
from wellclear.domain.incidents import INCIDENT_SORTS, PLACE_PRECISIONS, TIME_PRECISIONS
from wellclear.domain.members import SHORT_TEXT_MAX, TEXT_MAX
from wellclear.domain.names import parse_item_id, party_of_desk
from wellclear.errors import InvalidValue, Unavailable

app = typer.Typer(no_args_is_help=True, help="What has happened: each side's account beside the other's, never merged.")

ROWS_MAX: Final = 32
ABOUT_MAX: Final = 16
_RANGE: Final = re.compile(r"(\d{1,15})(?:\.\.(\d{1,15}))?", re.ASCII)
_LANGUAGE: Final = re.compile(r"[a-z]{2}", re.ASCII)
KeepUntil = Annotated[str | None, typer.Option(metavar="DAY", help="The last day in the picture (UTC).")]
LanguageOption = Annotated[
    str, typer.Option("--language", metavar="XX", help="The language of your words, two letters: en, ar, he, ru, tr.")
]


@app.command()
@drafts(to_desks=PrecedenceName.P)
def record(
    speaker: Speaker,
    sort: Annotated[str, typer.Argument(metavar="SORT", help=f"{', '.join(INCIDENT_SORTS)}.")],
    at: Annotated[str, typer.Option("--at", metavar="LAT,LON", help="Where, as well as it is known.")],
    place: Annotated[str, typer.Option("--place", metavar="PRECISION", help=f"{', '.join(PLACE_PRECISIONS)}.")],
    time: Annotated[str, typer.Option("--time", metavar="TIME", help="When, with the zone: 2026-11-23T10:00Z.")],
    hour: Annotated[str, typer.Option("--known-to", metavar="PRECISION", help=f"{', '.join(TIME_PRECISIONS)}.")],
    about: Annotated[list[str] | None, typer.Option(metavar="ID", help="An item that it may concern.")] = None,
    keep_until: KeepUntil = None,
) -> None:
    """Draft a record that something has happened, so that all who are told of it can tell their own account.

    Roughly what, where and when; nothing of why, and nothing of whose fault. `release` sends it. What you have to tell
    of it is an account like the others': `incident account`.

    \b
    Example:
      wellclear incident record shots --at 34.56,38.27 --place near --time 2026-11-23T10:00Z --known-to hour \\
          --about NORTHLAND-1001-9 --to SOUTHLAND/OPS --as W1
    """  # noqa: D301  # the backspace keeps the lines of the example as they are
    words = {"sort": sort, "at": at, "place": place, "time": time, "hour": hour}
    speaker.keep(speaker.to_desks("incident", incident_group(words, about or []), keep_until=keep_until))


def incident_group(words: dict[str, str], about: Sequence[str]) -> Fields:
    """What happened, from what was typed; raises `InvalidValue` with the option."""
    for name, option, known in (
        ("sort", "SORT", INCIDENT_SORTS), ("place", "--place", PLACE_PRECISIONS),
        ("hour", "--known-to", TIME_PRECISIONS),
    ):  # fmt: skip
        if words[name] not in known:
            raise InvalidValue(option, f"{words[name][:40]!r} is none of {', '.join(known)}")
    if len(about) > ABOUT_MAX:
        raise InvalidValue("--about", f"given {len(about)} times; at most {ABOUT_MAX}")
    for item in about:
        parse_item_id(item, field="--about")
    place = typed.position(words["at"], "--at")
    return {
        "group": "incident", "sort": words["sort"], "lat_e7": place.lat_e7, "lon_e7": place.lon_e7,
        "place_precision": words["place"], "at_us": typed.moment(words["time"], "--time"),
        "time_precision": words["hour"], "about": list(about),
    }  # fmt: skip


@app.command()
@drafts()
def account(
    item: ItemArgument,
    speaker: Speaker,
    language: LanguageOption,
    text: Annotated[str | None, typer.Option("--text", metavar="WORDS", help="Your own words.")] = None,
    text_file: Annotated[
        Path | None, typer.Option("--text-file", metavar="FILE", help="A file of your own words instead.")
    ] = None,
    number: Annotated[
        list[str] | None,
        typer.Option("--number", metavar="WHAT=MIN..MAX", help="'persons hurt=2..4'; one number where it is known."),
    ] = None,
    evidence: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="What you hold: only its SHA-256 and its name are sent, never the file."),
    ] = None,
) -> None:
    """Draft your own account of an incident; `release` sends it to everybody who was told of that incident.

    It stands in your column beside the others'. Nobody else can change it, and you do not change theirs: a later
    account of yours stands below your first. A first one is asked for within two days, a full one within seven.

    \b
    Example:
      wellclear incident account SOUTHLAND-1001-9 --language en --text 'Two shots were heard from the east.' \\
          --number 'persons hurt=0..1' --evidence recording.wav --as W1
    """  # noqa: D301  # the backspace keeps the lines of the example as they are
    group = account_group(language, own_words(text, text_file), number or [], evidence or [])

    def build(place: Workplace) -> Intent:
        told = record_at(place, item)
        to = desks_told(told, place.party)
        return speaker.act(
            place, "account", [group], to=to, precedence=told["precedence"], desk=speaker.desk or own_desk(told, place),
            subject={"id": item, "version": told["version"]},
        )  # fmt: skip

    speaker.keep(build, f"Your account of {item}")


def desks_told(told: Fields, party: str) -> list[str]:
    """Whom an account goes to: the desks of all other parties that were told of the incident; raises `InvalidValue`."""
    if told["kind"] != "incident":
        raise InvalidValue("ID", f"{told['id']} is no incident: wellclear incident list")
    desks = [told["desk"], *told["to"]]
    if party not in {party_of_desk(desk) for desk in desks}:
        raise InvalidValue("ID", f"{told['id']} was not told to {party}, so {party} has no column in it")
    return sorted({desk for desk in desks if party_of_desk(desk) != party})


def own_desk(told: Fields, place: Workplace) -> str | None:
    """The own desk that was told of it, or that told of it."""
    return next((desk for desk in (told["desk"], *told["to"]) if party_of_desk(desk) == place.party), None)


def own_words(text: str | None, file: Path | None, option: str = "--text") -> str:
    """The words of `option`, or of the file of `option`-file; raises `InvalidValue`, or `Unavailable` for the file."""
    if (text is None) == (file is None):
        raise InvalidValue(option, f"write your words, or name a file of them with {option}-file; one of the two")
    if file is not None:
        try:
            text = file.read_bytes()[: 8 * TEXT_MAX].decode("utf-8")
        except OSError as error:
            raise Unavailable(str(file), error.strerror or "cannot be read") from error
        except UnicodeDecodeError as error:
            raise InvalidValue(f"{option}-file", f"{file} is no text in UTF-8") from error
    said = (text or "").strip()
    if not said or len(said) > TEXT_MAX:
        raise InvalidValue(option, f"has {len(said)} characters; 1 to {TEXT_MAX:,} belong there")
    return said


def account_group(language: str, text: str, numbers: Sequence[str], evidence: Sequence[Path]) -> Fields:
    """An account from what was typed; files are read and hashed here, and stay here. Raises `InvalidValue`."""
    check_language(language)
    for option, rows in (("--number", numbers), ("--evidence", evidence)):
        if len(rows) > ROWS_MAX:
            raise InvalidValue(option, f"given {len(rows)} times; at most {ROWS_MAX}")
    return {
        "group": "account", "language": language, "text": text, "tallies": [tally_from(one) for one in numbers],
        "evidence": [evidence_of(file) for file in evidence],
    }  # fmt: skip


def check_language(language: str) -> None:
    """Raises `InvalidValue` for what is no two letters of ISO 639."""
    if not _LANGUAGE.fullmatch(language):
        raise InvalidValue("--language", f"{language[:20]!r}: two small letters of ISO 639, such as en")


def tally_from(words: str) -> Fields:
    """`persons hurt=2..4`, or `persons hurt=3`, as a range; raises `InvalidValue` with what to write."""
    what, equals, figures = words.rpartition("=")
    match = _RANGE.fullmatch(figures.strip())
    if not equals or not what.strip() or match is None:
        raise InvalidValue("--number", f"{words[:60]!r}: write WHAT=MIN..MAX, such as 'persons hurt=2..4'")
    at_least = int(match.group(1))
    at_most = int(match.group(2)) if match.group(2) is not None else at_least
    if at_most < at_least:
        raise InvalidValue("--number", f"{words[:60]!r}: {at_least} is above {at_most}; write the least first")
    if len(what.strip()) > SHORT_TEXT_MAX:
        raise InvalidValue("--number", f"says what it counts in at most {SHORT_TEXT_MAX} characters")
    return {"what": what.strip(), "at_least": at_least, "at_most": at_most}


def evidence_of(file: Path) -> Fields:
    """A file that the teller holds, by the SHA-256 of its bytes and its name; raises `Unavailable`."""
    try:
        with file.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256").hexdigest()
    except OSError as error:
        raise Unavailable(str(file), error.strerror or "cannot be read") from error
    return {"sha256": digest, "what": file.name[:SHORT_TEXT_MAX]}


# Reading.


@app.command("list")
def list_incidents(home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """The incidents in the picture, and who has told of each."""
    rows = records_at(home, "incident")
    told = [
        (row["id"], row["at"], row["desk"], "; ".join(row["words"]) or "not open here", tellers(row)) for row in rows
    ]
    lines = table(("id", "at", "from", "incident", "accounts"), told) if told else "No incidents."
    show(rows, lines, as_json=as_json)


def tellers(row: Fields) -> str:
    """How many accounts each party has given, in the order of the names."""
    return ", ".join(f"{one['party']}: {len(one['accounts']) or 'nothing yet'}" for one in row["columns"])


@app.command("show")
def show_incident(item: ItemArgument, home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """One incident: all accounts side by side, as each party has told them, and who has told nothing yet."""
    place = Workplace.open(home)
    with place.client:
        row = record_at(place, item)
    if row["kind"] != "incident":
        raise InvalidValue("ID", f"{item} is no incident: wellclear incident list")
    if as_json:
        tell_json(row)
        return
    tell(f"{row['id']}  {row['desk']}  {row['at']}", *[f"  {line}" for line in row["words"] or ("not open here",)])
    columns = row["columns"]
    heads = ["\n".join(one["words"]) for one in columns]
    cells = [side_of(row, one) for one in columns]
    most = max(len(of) for of in cells)
    versions = [[of[at] if at < len(of) else "" for of in cells] for at in range(most)]
    tell(table([one["party"] for one in columns], [heads, *versions]))
    tell("Each account is its teller's own. They are never merged, and nothing here says which is right.")


def side_of(row: Fields, column: Fields) -> list[str]:
    """The accounts of one teller, oldest first, each as it was said."""
    replies = {reply["index"]: reply for reply in row["replies"]}
    return [
        "\n".join(
            [f"{replies[index]['at']} (entry {index})", *(replies[index]["words"] or ("its text was not shown to us",))]
        )
        for index in column["accounts"]
    ]


app.command("pack")(pack_)
