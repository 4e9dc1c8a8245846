"""All commands of `wellclear`, in the order in which help lists them, and how their errors are told."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from typer._click.exceptions import ClickException

from wellclear import __version__
from wellclear.apps.cli import (
    agreeing,
    alarms,
    answers,
    changing,
    check,
    comparing,
    convicting,
    disclosing,
    drafting,
    epochs,
    giving,
    guests,
    hosting,
    importing,
    incidents,
    joining,
    keeping,
    keys,
    notices,
    outbox,
    people,
    playing,
    protecting,
    quickstart,
    recording,
    records,
    records_consent,
    records_lines,
    records_scope,
    records_zones,
    reporting,
    series,
    statements,
    talking,
    watching,
)
from wellclear.apps.cli.output import EXIT_UNREAD, holding_notes
from wellclear.apps.problems import EXIT_CODES, body_of, exit_code, refusal_words
from wellclear.domain.marks import EXERCISE
from wellclear.errors import InvalidValue, Refused, WellclearError

EPILOGUE = "Exit codes: " + "; ".join(f"{code} {meaning}" for code, meaning in EXIT_CODES.items()) + "."

app = typer.Typer(
    name="wellclear",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    epilog=EPILOGUE,
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
)

GROUPS = (
    ("quickstart", quickstart.app),
    ("host", hosting.app),
    ("node", joining.app),
    ("agreement", agreeing.app),
    ("party", agreeing.party_app),
    ("officer", people.app),
    ("key", keys.app),
    ("epoch", epochs.app),
    ("notice", notices.app),
    ("track", records.app),
    ("guest", guests.app),
    ("scope", records_scope.app),
    ("intent", records_scope.intent_app),
    ("redline", records_lines.app),
    ("zone", records_zones.app),
    ("consent", records_consent.app),
    ("incident", incidents.app),
    ("statement", statements.app),
    ("alarm", alarms.app),
    ("outbox", outbox.app),
    ("evidence", convicting.app),
    ("import", importing.app),
    ("series", series.app),
    ("reports", reporting.app),
)
COMMANDS = (
    ("demo", playing.demo),
    ("check", check.check),
    ("draft", drafting.draft),
    ("site", protecting.site),
    ("movement", protecting.movement),
    ("deployment", protecting.deployment),
    ("survey", protecting.survey),
    ("release", drafting.release),
    ("amend", drafting.amend),
    ("disclose", disclosing.disclose),
    ("cancel", notices.cancel),
    ("complete", notices.complete),
    ("ack", answers.ack),
    ("confirm", answers.confirm),
    ("readback-wrong", answers.readback_wrong),
    ("passed", answers.passed),
    ("request", answers.request),
    ("comply", answers.comply),
    ("unable", answers.unable),
    ("safety", talking.safety),
    ("message", talking.message),
    ("messages", talking.messages),
    ("status", watching.status),
    ("board", watching.board),
    ("conflicts", watching.conflicts),
    ("export", recording.export),
    ("verify", recording.verify),
    ("verify-evidence", recording.verify_evidence),
    ("compare", comparing.compare),
    ("timeline", recording.timeline),
    ("takeover", people.takeover),
    ("backup", keeping.backup),
    ("restore", keeping.restore),
)

hosting.app.add_typer(changing.change_app, name="change")
hosting.app.command()(changing.resume)
notices.app.command()(giving.given)
notices.app.command()(giving.mark)
for name, group in GROUPS:
    app.add_typer(group, name=name)
for name, command in COMMANDS:
    app.command(name)(command)


def show_version(wanted: bool) -> None:
    """Print the version, and stop."""
    if wanted:
        print(f"wellclear {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and stop.", is_eager=True, callback=show_version)
    ] = False,
) -> None:
    """An open deconfliction channel between parties that do not trust each other."""


def run(words: Sequence[str]) -> int:
    """Run one command; its exit code. Every error of ours ends as a sentence, never as a traceback."""
    if "--json" in words:
        return _run_for_programs(words)
    try:
        app(list(words), prog_name="wellclear")
    except SystemExit as stopped:
        return _code_of(stopped)
    except WellclearError as error:
        tell_error(error)
        return exit_code(error)
    except BrokenPipeError:
        return EXIT_UNREAD
    return 0


def _run_for_programs(words: Sequence[str]) -> int:
    """With `--json`: an error, also one of the command's own words, is one JSON object on standard error."""
    with holding_notes() as held:
        try:
            code = app(list(words), prog_name="wellclear", standalone_mode=False)
        except SystemExit as stopped:
            return _code_of(stopped)
        except ClickException as wrong:
            tell_json_error(InvalidValue("command", wrong.format_message()), held)
            return wrong.exit_code
        except WellclearError as error:
            tell_json_error(error, held)
            return exit_code(error)
        except BrokenPipeError:
            return EXIT_UNREAD
    return code if isinstance(code, int) else 0


def _code_of(stopped: SystemExit) -> int:
    return stopped.code if isinstance(stopped.code, int) else int(stopped.code is not None)


def tell_json_error(error: WellclearError, held: list[str]) -> None:
    """The one shape of errors, with whether it happened in an exercise's channel, and what was remarked before."""
    told: dict[str, object] = dict(body_of(error))
    if EXERCISE in held:
        told["exercise"] = "yes"
    notes = [line for line in held if line != EXERCISE]
    if notes:
        told["notes"] = notes
    held.clear()
    print(json.dumps(told, ensure_ascii=False), file=sys.stderr)


def tell_error(error: WellclearError) -> None:
    """One sentence on standard error."""
    text = f"refused: {refusal_words(error)}" if isinstance(error, Refused) else str(error)
    print(f"wellclear: {text}", file=sys.stderr)
