"""reports: what outlets print of others' words, kept locally, and traced to the origins that they go back to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Annotated, Any, Final

import typer
from rich.console import RenderableType

from wellclear.apps.check.words import counted
from wellclear.apps.cli.options import NODE_HOME, AsJson, Home
from wellclear.apps.cli.output import note, plain, show
from wellclear.apps.cli.outside_options import StoreFile, Strict, reading, store_path
from wellclear.apps.cli.reports_entered import enter, entered
from wellclear.apps.outside import keeping
from wellclear.domain.marks import EXERCISE
from wellclear.edges.outside import opened
from wellclear.errors import InvalidValue
from wellclear.interop.reports.origins import Kind, OneOrigin, Traced, Voice, one_origin, traced
from wellclear.interop.reports.read import read_reports
from wellclear.interop.reports.report import Record, Report

EXIT_PARTIAL: Final = 3
EXAMPLES: Final = {"palmyra": "palmyra-reports.csv"}
_RECORDS: Final = {Record.ON: "on the record", Record.OFF: "off the record", Record.UNSAID: "record not said"}

app = typer.Typer(no_args_is_help=True, help="Outside reports: who printed what, and whom it goes back to.")

File = Annotated[str, typer.Argument(metavar="FILE", help="CSV or JSON, also packed by gzip; - is standard input.")]


@app.callback()
def reporting() -> None:
    """Outside reports: who printed what, and whom it goes back to. Nothing is sent but what you `enter` for desks."""


@app.command("import")
def import_(
    file: File, strict: Strict = False, home: Home = NODE_HOME, store: StoreFile = None, as_json: AsJson = False
) -> None:
    """Import reports: a row is one claim as one outlet printed it.

    The columns are id, fact, claim, outlet, agency, speaker, record (on, off), said, printed and cites (ids of other
    reports of the same fact, with semicolons between). `fact` is your own short key, alike for all reports of one
    thing. Speakers are named as they were printed, by office. The same file again changes nothing.

    \b
    Example:
      wellclear reports import reports.csv --store outside.sqlite

    Ends with 0: every report was used. 3: not all of them. 2: bad input, or with --strict not all; nothing was taken
    in.
    """  # noqa: D301  # the backspace keeps the lines of the examples as they are
    path = store_path(home, store)
    with reading(file) as (source, shown, _):
        found = read_reports(source, shown)
    wrong = [str(one) for one in sorted(found.wrong)]
    if not found.reports or (strict and wrong):
        rows = f"{counted(len(wrong), 'report')} cannot be used, so nothing was taken in:"
        raise InvalidValue("--strict" if strict and found.reports else shown, "\n  ".join([rows, *wrong[:40]]))
    with opened(path, writing=True) as kept:
        traced({**{one.id: one for one in keeping.reports(kept)}, **found.reports}.values())  # refuses a circle
        taken = keeping.take_reports(kept, found.reports.values())
    if not as_json:
        for line in wrong:
            note(plain(line).plain)
    told = {"file": shown, "reports": len(found.reports), "added": taken.added, "changed": taken.changed,
            "same": taken.same, "wrong": wrong}  # fmt: skip
    words = f"{shown}: {taken.added:,} reports new, {taken.changed:,} changed, {taken.same:,} as before"
    show(told, f"{words}, {len(wrong):,} not used.", as_json=as_json)
    if wrong:
        raise typer.Exit(EXIT_PARTIAL)


@app.command("show")
def show_(
    example: Annotated[
        str, typer.Option("--example", metavar="NAME", help="A case that comes with the program instead: palmyra.")
    ] = "",
    home: Home = NODE_HOME,
    store: StoreFile = None,
    as_json: AsJson = False,
) -> None:
    """Show for each fact who printed it, whom it goes back to, and how often it counts.

    A claim counts as often as there are ways from an outlet to an origin that share no outlet, agency or speaker: what
    two outlets took from one agency counts once, and so does one speaker whom two agencies quote.

    \b
    Example:
      wellclear reports show --example palmyra
    """  # noqa: D301  # the backspace keeps the lines of the examples as they are
    if example and example not in EXAMPLES:
        raise InvalidValue("--example", f"{example[:40]!r} comes not with the program; there are {', '.join(EXAMPLES)}")
    facts = traced(example_reports(EXAMPLES[example]) if example else _kept(store_path(home, store)))
    same = one_origin(facts)
    lines = [*([EXERCISE] if example else []), *_lines(facts, same)]
    told: dict[str, Any] = {"facts": [_fact(fact) for fact in facts], "one_origin": [_group(one) for one in same],
                            "voices": {name: list(of) for name, of in voices(facts).items()}}  # fmt: skip
    show({"exercise": "yes", **told} if example else told, *lines, as_json=as_json)


def _kept(path: Any) -> list[Report]:
    with opened(path) as kept:
        found = keeping.reports(kept)
    if not found:
        raise InvalidValue("reports", "none is kept here yet: wellclear reports import")
    return found


def example_reports(name: str) -> list[Report]:
    """The reports of a case that comes with the program, by its file."""
    with files("wellclear.apps.outside").joinpath("assets", name).open("rb") as source:
        return list(read_reports(source, name).reports.values())


def voices(facts: Sequence[Traced]) -> Mapping[str, tuple[str, ...]]:
    """Each origin with the facts that go back to it, those with the most facts first."""
    found: dict[str, list[str]] = {}
    for fact in facts:
        for voice in fact.origins:
            found.setdefault(voice.name, []).append(fact.fact)
    return {name: tuple(of) for name, of in sorted(found.items(), key=lambda one: (-len(one[1]), one[0]))}


def _lines(facts: Sequence[Traced], same: Sequence[OneOrigin]) -> list[RenderableType]:
    lines = []
    for fact in facts:
        lines += [fact.fact, f"  printed by {', '.join(fact.outlets)}"]
        lines.append(f"  goes back to {', '.join(_voice_words(fact, voice) for voice in fact.origins)}")
        through = f", all of it through {_names(fact.through)}" if fact.through else ""
        lines.append(f"  counts {_times(fact.count)}{through}")
        for claim in dict.fromkeys(report.claim for report in fact.reports):
            by = dict.fromkeys(report.outlet for report in fact.reports if report.claim == claim)
            lines.append(f"  {', '.join(by)}: {claim}")
    lines.append("")
    for one in same:
        many = (
            f"{' and '.join(one.outlets)} are one origin"
            if len(one.outlets) == 2
            else f"{', '.join(one.outlets)} are one origin"
        )
        lines.append(f"{many}: what they share, {counted(one.facts, 'fact')}, came through {_names(one.through)}.")
    lines.append(f"{counted(len(facts), 'fact')} go back to:")
    lines += [f"  {name}: {counted(len(of), 'fact')}" for name, of in voices(facts).items()]
    return [plain(line) for line in lines]


def _voice_words(fact: Traced, voice: Voice) -> str:
    if voice.kind is not Kind.SPEAKER:
        return f"{voice.name} ({voice.kind}, which names nobody)"
    return f"{voice.name} ({', '.join(_RECORDS[one] for one in fact.records[voice.name])})"


def _names(through: Sequence[Voice]) -> str:
    return " and ".join(voice.name for voice in through)


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _fact(fact: Traced) -> dict[str, Any]:
    return {
        "fact": fact.fact, "count": fact.count, "outlets": list(fact.outlets),
        "origins": [{"kind": voice.kind, "name": voice.name, "record": list(fact.records.get(voice.name, ()))}
                    for voice in fact.origins],
        "through": [{"kind": voice.kind, "name": voice.name} for voice in fact.through],
        "reports": [{"id": one.id, "outlet": one.outlet, "agency": one.agency, "speaker": one.speaker,
                     "record": one.record, "said": one.said, "printed": one.printed, "claim": one.claim,
                     "cites": list(one.cites)} for one in fact.reports],
    }  # fmt: skip


def _group(one: OneOrigin) -> dict[str, Any]:
    return {"outlets": list(one.outlets), "facts": one.facts, "through": [voice.name for voice in one.through]}


app.command("enter")(enter)
app.command("entered")(entered)
