"""All commands of `wellclear`, in the order in which help lists them, and how their errors are told."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from wellclear import __version__
from wellclear.apps.cli import (
    agreeing,
    alarms,
    answers,
    changing,
    check,
    drafting,
    hosting,
    joining,
    keeping,
    notices,
    outbox,
    people,
    playing,
    quickstart,
    recording,
    talking,
    watching,
)
from wellclear.apps.cli.output import EXIT_UNREAD
from wellclear.apps.problems import EXIT_CODES, body_of, exit_code, refusal_words
from wellclear.errors import Refused, WellclearError

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
    ("key", people.key_app),
    ("notice", notices.app),
    ("alarm", alarms.app),
    ("outbox", outbox.app),
)
COMMANDS = (
    ("demo", playing.demo),
    ("check", check.check),
    ("draft", drafting.draft),
    ("release", drafting.release),
    ("amend", drafting.amend),
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
    ("timeline", recording.timeline),
    ("takeover", people.takeover),
    ("backup", keeping.backup),
    ("restore", keeping.restore),
)

hosting.app.add_typer(changing.change_app, name="change")
hosting.app.command()(changing.resume)
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
    try:
        app(list(words), prog_name="wellclear")
    except SystemExit as stopped:
        return stopped.code if isinstance(stopped.code, int) else int(stopped.code is not None)
    except WellclearError as error:
        tell_error(error, as_json="--json" in words)
        return exit_code(error)
    except BrokenPipeError:
        return EXIT_UNREAD
    return 0


def tell_error(error: WellclearError, *, as_json: bool) -> None:
    """One sentence on standard error; with `--json` the one shape of errors."""
    if as_json:
        print(json.dumps(body_of(error), ensure_ascii=False), file=sys.stderr)
        return
    text = f"refused: {refusal_words(error)}" if isinstance(error, Refused) else str(error)
    print(f"wellclear: {text}", file=sys.stderr)
