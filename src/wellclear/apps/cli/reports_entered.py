"""`reports enter` and `reports entered`: what an outlet printed, put before the other side as a record."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from wellclear.apps.cli.acting import Fields
from wellclear.apps.cli.incidents import LanguageOption, check_language
from wellclear.apps.cli.options import NODE_HOME, AsJson, Home, PrecedenceName
from wellclear.apps.cli.output import show, table
from wellclear.apps.cli.outside_options import day
from wellclear.apps.cli.records import records_at
from wellclear.apps.cli.speaking import Speaker, drafts
from wellclear.domain.members import SHORT_TEXT_MAX
from wellclear.errors import InvalidValue

CLAIMS_MAX: Final = 32
_RECORD: Final = {"on": "yes", "off": "no", "unsaid": "not stated"}


@drafts(to_desks=PrecedenceName.R)
def enter(
    speaker: Speaker,
    outlet: Annotated[str, typer.Option(metavar="WORDS", help="Who printed it.")],
    claim: Annotated[list[str], typer.Option(metavar="WORDS", help="One claim, as it was printed; give it for each.")],
    language: LanguageOption,
    record: Annotated[str, typer.Option(metavar="HOW", help="Is the speaker named: on, off or unsaid.")] = "unsaid",
    printed: Annotated[str | None, typer.Option(metavar="DAY", help="When it was printed: 2026-11-23.")] = None,
    said: Annotated[str | None, typer.Option(metavar="DAY", help="When it was said.")] = None,
    agency: Annotated[str | None, typer.Option(metavar="WORDS", help="Whose wire the outlet took it from.")] = None,
    speaker_: Annotated[
        str | None, typer.Option("--speaker", metavar="WORDS", help="Who is quoted, by office and as printed.")
    ] = None,
    keep_until: Annotated[str | None, typer.Option(metavar="DAY", help="The last day in the picture (UTC).")] = None,
) -> None:
    """Draft what an outlet printed as a record that other desks see too; `release` sends it. It is nobody's account.

    Say whose wire it came from, and who is quoted: claims of one origin count once, however many print them
    (`wellclear reports show` traces those that are kept here).

    \b
    Example:
      wellclear reports enter --outlet 'The Daily' --agency 'A wire' --language en \\
          --claim 'Talks will continue.' --speaker 'a source' --record off --to SOUTHLAND/OPS --as W1
    """  # noqa: D301  # the backspace keeps the lines of the example as they are
    words = {"outlet": outlet, "language": language, "record": record, "printed": printed, "said": said,
             "agency": agency, "speaker": speaker_}  # fmt: skip
    speaker.keep(speaker.to_desks("report", report_group(words, claim), keep_until=keep_until))


def report_group(words: dict[str, str | None], claims: list[str]) -> Fields:
    """A report from what was typed; raises `InvalidValue` with the option."""
    if words["record"] not in _RECORD:
        raise InvalidValue("--record", f"{str(words['record'])[:40]!r} is none of {', '.join(_RECORD)}")
    check_language(str(words["language"]))
    if words["record"] != "unsaid" and not words["speaker"]:
        raise InvalidValue(
            "--speaker", f"who is quoted {words['record']} the record? Name the office as it was printed"
        )
    if len(claims) > CLAIMS_MAX:
        raise InvalidValue("--claim", f"given {len(claims)} times; at most {CLAIMS_MAX}")
    group: Fields = {
        "group": "report", "outlet": _short(words["outlet"], "--outlet"), "language": words["language"],
        "claims": [_short(one, "--claim") for one in claims], "on_record": _RECORD[str(words["record"])],
    }  # fmt: skip
    days = {name: day(words[name], f"--{name}") for name in ("printed", "said")}
    group |= {name: value.isoformat() for name, value in days.items() if value is not None}
    if days["printed"] is not None and days["said"] is not None and days["said"] > days["printed"]:
        raise InvalidValue("--said", f"{days['said']} is after it was printed, {days['printed']}")
    return group | {name: _short(words[name], f"--{name}") for name in ("agency", "speaker") if words[name] is not None}


def _short(text: str | None, option: str) -> str:
    said = (text or "").strip()
    if not 1 <= len(said) <= SHORT_TEXT_MAX:
        raise InvalidValue(option, f"has {len(said)} characters; 1 to {SHORT_TEXT_MAX} belong there")
    return said


def entered(home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """The reports that parties have entered in the channel, each with who entered it and to whom."""
    rows = records_at(home, "report")
    told = [
        (row["id"], row["at"], row["desk"], ", ".join(row["to"]), "; ".join(row["words"]) or "not open here")
        for row in rows
    ]
    show(rows, table(("id", "at", "from", "to", "report"), told) if told else "No reports.", as_json=as_json)
