"""`statement`: word something together, sentence by sentence, and sign it by the heads of delegation (R38)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from wellclear.apps.cli.acting import Fields, Intent, Workplace, from_desk
from wellclear.apps.cli.agreeing import by_head
from wellclear.apps.cli.asking import agree
from wellclear.apps.cli.options import (
    NODE_HOME,
    WAIT_S,
    AsJson,
    FromDesk,
    Home,
    ItemArgument,
    PassphraseFile,
    PrecedenceName,
    Wait,
    Yes,
)
from wellclear.apps.cli.output import note, show, table, tell, tell_json
from wellclear.apps.cli.records import record_at, records_at
from wellclear.apps.cli.records_own import amendment, checked, day, own_record, withdrawal
from wellclear.apps.cli.records_scope import KeepUntil
from wellclear.apps.cli.speaking import Speaker, drafts
from wellclear.apps.inputs import read_input
from wellclear.domain.names import party_of_desk
from wellclear.domain.reasons import Reason
from wellclear.domain.statements import OUTCOMES, SENTENCES_MAX
from wellclear.errors import InvalidValue, Refused, Unavailable

app = typer.Typer(
    no_args_is_help=True, help="Statements: worded together, signed sentence by sentence, never published."
)

WHAT: Final = "statement"
SentencesFile = Annotated[
    Path | None,
    typer.Argument(
        metavar="[FILE]", show_default=False,
        help='Sentences as "en: Talks were held."; other languages of one on the lines below; a blank line ends it.',
    ),
]  # fmt: skip
Outcome = Annotated[
    str, typer.Option("--outcome", metavar="OUTCOME", help=f"{', '.join(OUTCOMES)}; only a statement has a file.")
]


@app.command()
@drafts(to_desks=PrecedenceName.R)
def propose(speaker: Speaker, file: SentencesFile = None, outcome: Outcome = "statement") -> None:
    """Draft a statement to the desks of all who are to sign it; `release` sends it, and publishes nothing.

    To say nothing together, or neither to confirm nor to deny, are outcomes that are signed like any other.

    \b
    Example:
      wellclear statement propose closing.txt --to SOUTHLAND/OPS --as W1
      wellclear statement propose --outcome no_statement --to SOUTHLAND/OPS --as W1
    """  # noqa: D301  # the backspace keeps the lines of the example as they are
    speaker.keep(speaker.to_desks("statement", statement_group(file, outcome)))


@app.command()
@drafts(desk=False)
def amend(
    item: ItemArgument,
    speaker: Speaker,
    keep_until: KeepUntil,
    file: SentencesFile = None,
    outcome: Outcome = "statement",
) -> None:
    """Draft the next wording of an own statement, whole; what was signed of the version before counts no more."""
    group, last = statement_group(file, outcome), day(keep_until)

    def build(place: Workplace) -> Intent:
        return amendment(speaker, place, own_record(place, item, "statement", WHAT), group, last)

    speaker.keep(build)


@app.command()
@drafts(desk=False)
def withdraw(item: ItemArgument, speaker: Speaker) -> None:
    """Draft the end of an own statement; `release` sends it. What was signed stays in the log."""
    speaker.keep(lambda place: withdrawal(speaker, place, item, "statement", WHAT), f"The withdrawal of {item}")


@app.command()
def sign(
    item: ItemArgument,
    sentences: Annotated[str, typer.Option("--sentences", metavar="NUMBERS", help="1,3 or 1-3, all, or none.")] = "all",
    outcome: Annotated[
        bool, typer.Option("--agree/--refuse", help="Whether you agree to the outcome as a whole.")
    ] = True,
    desk: FromDesk = None,
    passphrase_file: PassphraseFile = None,
    home: Home = NODE_HOME,
    wait_s: Wait = WAIT_S,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Read a statement and sign it as head of delegation: all sentences, or those that you name.

    Your newest word stands, in place of the one before. It is for this version alone, and nothing is published by it.
    """
    place = Workplace.open(home)
    with place.client:
        row = statement_at(place, item)
        numbers = numbers_from(sentences, len(row["said"]["sentences"]))
        for line in row["signing"]["words"]:
            note(line)
        told = ", ".join(map(str, numbers)) or "no sentence"
        agree(f"{'Agree to' if outcome else 'Refuse'} the outcome of {item}, and sign {told} for your party?", yes=yes)
        if int(record_at(place, item)["version"]) != int(row["version"]):
            raise Refused(Reason.OLD_VERSION, "it was worded anew while you read it; read it again, nothing was signed")
        group = {"group": "statement_sign", "agrees": "yes" if outcome else "no", "sentences": numbers}
        desks = [row["desk"], *row["to"]]
        to = sorted({one for one in desks if party_of_desk(one) != place.party})
        own = next((one for one in desks if party_of_desk(one) == place.party), None)
        members: Fields = {
            "to": to, "precedence": row["precedence"], "subject": {"id": item, "version": int(row["version"])},
            **from_desk(desk or own),
        }  # fmt: skip
        intent = Intent("statement_sign", [group], place.readers(to), members)
        by_head(place, intent, passphrase_file, wait_s, "SIGNED", as_json=as_json)


def statement_at(place: Workplace, item: str) -> Fields:
    """A statement that this party is to sign and can read; raises `InvalidValue`."""
    row = record_at(place, item)
    if row["kind"] != "statement":
        raise InvalidValue("ID", f"{item} is no statement: wellclear statement list")
    if "ended" in row:
        raise InvalidValue("ID", f"{item} was called off at {row['ended']}")
    if "said" not in row:
        raise InvalidValue("ID", f"the text of {item} is not open here, so it cannot be signed")
    if place.party not in {party_of_desk(desk) for desk in (row["desk"], *row["to"])}:
        raise InvalidValue("ID", f"{item} was not put to {place.party}, so its signature is not asked for")
    return row


def numbers_from(said: str, count: int) -> list[int]:
    """`1,3`, `1-3`, `all` or `none` as numbers of sentences, in order, each once; raises `InvalidValue`."""
    if said == "none":
        return []
    if said == "all":
        return list(range(1, count + 1))
    found: set[int] = set()
    for part in said.split(","):
        first, dash, last = part.strip().partition("-")
        if not (first.isascii() and first.isdigit() and (not dash or (last.isascii() and last.isdigit()))):
            raise InvalidValue("--sentences", f"{said[:40]!r}: write numbers such as 1,3 or 1-3, all, or none")
        begin, end = int(first), int(last if dash else first)
        if not 1 <= begin <= end <= count:
            raise InvalidValue("--sentences", f"{part.strip()[:20]!r}: there are {count} sentences, from 1")
        found.update(range(begin, end + 1))
    return sorted(found)


# What was written.


def statement_group(file: Path | None, outcome: str) -> Fields:
    """The statement from its file and outcome; raises `InvalidValue` with the line, or `Unavailable`."""
    if outcome not in OUTCOMES:
        raise InvalidValue("--outcome", f"{outcome[:40]!r} is none of {', '.join(OUTCOMES)}")
    if (file is None) == (outcome == "statement"):
        why = "a statement needs the file of its sentences" if file is None else f"{outcome} says nothing"
        raise InvalidValue("FILE", f"{why}; name a file with --outcome statement alone")
    sentences = [] if file is None else sentences_in(file)
    return checked({"group": "statement", "outcome": outcome, "sentences": sentences})


def sentences_in(file: Path) -> list[Fields]:
    """The sentences of a file, each in its languages.

    Raises:
        InvalidValue: a line has no language, or there are too many sentences; names the line.
        Unavailable: the file cannot be read.
    """
    sentences: list[Fields] = []
    words: list[Fields] = []
    try:
        lines = read_input(file).decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise InvalidValue(str(file), "it is not UTF-8; save it as UTF-8 text") from error
    for number, line in enumerate([*lines, ""], 1):
        if not line.strip():
            if words:
                sentences.append({"words": words})
                words = []
            continue
        language, colon, text = line.partition(":")
        code = language.strip()
        if not colon or len(code) != 2 or not (code.isascii() and code.islower()) or not text.strip():
            raise InvalidValue("FILE", f"line {number}: write a language and the words, such as 'en: Talks were held.'")
        if any(one["language"] == code for one in words):
            raise InvalidValue("FILE", f"line {number}: this sentence has {code} already; a blank line begins the next")
        words.append({"language": code, "text": text.strip()})
    if not 0 < len(sentences) <= SENTENCES_MAX:
        raise InvalidValue("FILE", f"it has {len(sentences)} sentences; a statement has 1 to {SENTENCES_MAX}")
    return sentences


# Reading.


@app.command("list")
def list_statements(home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """The statements in the picture, with how each stands and whom it waits for."""
    rows = records_at(home, "statement")
    told = [
        (
            row["id"],
            f"v{row['version']}",
            row["at"],
            row["party"],
            row["signing"]["state"],
            ", ".join(waiting(row)) or "-",
        )
        for row in rows
    ]
    columns = ("id", "v", "at", "proposed by", "state", "waits for")
    show(rows, table(columns, told) if told else "No statements.", as_json=as_json)


def waiting(row: Fields) -> list[str]:
    """The parties that something of a statement still waits for."""
    signing = row["signing"]
    return sorted({party for parties in (*signing["waits_for"], signing["outcome_waits_for"]) for party in parties})


@app.command("show")
def show_statement(item: ItemArgument, home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """One statement, sentence by sentence, with whom each waits for."""
    place = Workplace.open(home)
    with place.client:
        row = record_at(place, item)
    if row["kind"] != "statement":
        raise InvalidValue("ID", f"{item} is no statement")
    if as_json:
        tell_json(row)
        return
    tell(f"{row['id']} v{row['version']}  proposed by {row['desk']} to {', '.join(row['to'])}  {row['at']}")
    tell(*[f"  {line}" for line in row["signing"]["words"]])


@app.command("release")
def release_text(
    item: ItemArgument,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="A new file; ends in .json for programs, else text.")
    ],
    home: Home = NODE_HOME,
) -> None:
    """Write an agreed statement to a new file, for people to publish; refused while a signature is missing.

    The file names the entries of the signatures, so that whoever has a bundle of the log can check them.
    """
    place = Workplace.open(home)
    with place.client:
        row = record_at(place, item)
    if row["kind"] != "statement":
        raise InvalidValue("ID", f"{item} is no statement")
    check_agreed(row)
    try:
        with out.expanduser().open("x", encoding="utf-8") as made:
            made.write(released(row, as_json=out.suffix == ".json"))
    except OSError as error:
        raise Unavailable(str(out), f"cannot be written: {error.strerror}") from error
    tell(f"{item} v{row['version']} is agreed, and its text is in {out}. Nothing has been published.")


def check_agreed(row: Fields) -> None:
    """Raises `InvalidValue` with the first thing that is missing, and of whom."""
    signing = row["signing"]
    if signing["state"] == "agreed":
        return
    for number, parties in enumerate(signing["waits_for"], 1):
        if parties:
            raise InvalidValue("ID", f"not agreed: sentence {number} of {row['id']} waits for {' and '.join(parties)}")
    if signing["outcome_waits_for"]:
        raise InvalidValue(
            "ID", f"not agreed: the outcome of {row['id']} waits for {' and '.join(signing['outcome_waits_for'])}"
        )
    raise InvalidValue("ID", f"not agreed: {row['id']} is {signing['state'].replace('_', ' ')}")


def released(row: Fields, *, as_json: bool) -> str:
    """The agreed text, with the entries of its signatures."""
    said, signing = row["said"], row["signing"]
    signed = {one["party"]: one["index"] for one in signing["signers"]}
    if as_json:
        told: dict[str, Any] = {
            "id": row["id"], "version": row["version"], "entry": row["index"], "outcome": said["outcome"],
            "sentences": [{one["language"]: one["text"] for one in each["words"]} for each in said["sentences"]],
            "signed_in_entries": signed,
        }  # fmt: skip
        return json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    languages = list(dict.fromkeys(one["language"] for each in said["sentences"] for one in each["words"]))
    lines = [f"Outcome: {said['outcome'].replace('_', ' ')}", ""]
    for language in languages:
        lines.append(f"[{language}]")
        lines += [one["text"] for each in said["sentences"] for one in each["words"] if one["language"] == language]
        lines.append("")
    by = "; ".join(f"{party} in entry {index}" for party, index in sorted(signed.items()))
    return "\n".join([*lines, f"{row['id']} version {row['version']} (entry {row['index']}), signed by {by}.", ""])
