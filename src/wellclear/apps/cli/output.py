"""What a command prints: a table for people, or one JSON value for programs; never both."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NoReturn

from rich.console import Console, RenderableType
from rich.text import Text
from typer._click.core import ParameterSource
from typer._click.globals import get_current_context

from wellclear.apps.cli.sheet import Sheet
from wellclear.domain.canonical import forbidden_character
from wellclear.domain.quantities import dtg
from wellclear.errors import InvalidValue

EXIT_FINDING = 1
EXIT_UNREAD = 141
WIDTH_UNSEEN = 200
"""Columns where no terminal tells its own: wide enough that no id or time is broken for whoever greps."""
NEVER_BROKEN = frozenset(
    {
        "id",
        "key",
        "v",
        "notice",
        "item",
        "conflict",
        "with",
        "start",
        "end",
        "due",
        "prec",
        "state",
        "from",
        "to",
        "desk",
        "at",
    }
)
"""Columns whose cells are read out or copied, and stay in one piece."""
_HELD: ContextVar[list[str] | None] = ContextVar("the remarks that a command with --json holds", default=None)


class QuietConsole(Console):
    """A console that ends the program quietly when nobody reads any more."""

    def on_broken_pipe(self) -> None:
        """Called by rich where it would end with 1."""
        leave_unread()


def console() -> Console:
    """A console on standard output: colours only on a terminal, and never where NO_COLOR is set."""
    return QuietConsole(highlight=False, width=None if sys.stdout.isatty() else WIDTH_UNSEEN)


def tell(*lines: RenderableType) -> None:
    """Print for people. What is text is printed as it is; no markup is read in it, and only a terminal breaks it."""
    out = console()
    try:
        for line in lines:
            if isinstance(line, str):
                out.print(Text(line), soft_wrap=not out.is_terminal)
            else:
                out.print(line)
        sys.stdout.flush()
    except BrokenPipeError:
        leave_unread()


def tell_json(value: Any) -> None:
    """Print one JSON value."""
    try:
        print(json.dumps(value, indent=2, ensure_ascii=False, default=str))
        sys.stdout.flush()
    except BrokenPipeError:
        leave_unread()


def tell_json_line(value: Any) -> None:
    """Print one JSON value on one line, for a stream of them."""
    try:
        print(json.dumps(value, ensure_ascii=False, default=str))
        sys.stdout.flush()
    except BrokenPipeError:
        leave_unread()


def show(value: Any, *lines: RenderableType, as_json: bool) -> None:
    """The value for programs, or the lines for people."""
    if as_json:
        tell_json(value)
    else:
        tell(*lines)


def leave_unread() -> NoReturn:
    """End quietly because nobody reads any more; standard output is parked, else the interpreter would complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(EXIT_UNREAD)


def note(text: str) -> None:
    """A remark beside the answer, on standard error, so that `--json` stays clean."""
    held = _HELD.get()
    if held is None:
        print(text, file=sys.stderr)
    else:
        held.append(text)


@contextmanager
def holding_notes() -> Iterator[list[str]]:
    """Within it remarks are held: an error takes them into its one JSON object, else they are let out at the end."""
    held: list[str] = []
    token = _HELD.set(held)
    try:
        yield held
    finally:
        let_out()
        _HELD.reset(token)


def hint(command: str) -> str:
    """A command to be pasted: with the `--home` that this one was given, where that was typed."""
    home = home_typed()
    return command if home is None else f"{command} --home {shlex.quote(home)}"


def home_typed() -> str | None:
    """The home that stands on this command's own line; what WELLCLEAR_HOME says goes for the next command as well."""
    context = get_current_context(silent=True)
    if context is None or context.get_parameter_source("home") is not ParameterSource.COMMANDLINE:
        return None
    return str(context.params["home"])


def let_out() -> None:
    """Print what is held: a person is about to be asked, and must have read it."""
    held = _HELD.get()
    while held:
        print(held.pop(0), file=sys.stderr)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> Sheet:
    """A plain table, or a paragraph a row where the terminal is too narrow for it; cells are printed as they are."""
    kept = NEVER_BROKEN if home_typed() is None else NEVER_BROKEN | {"what to do"}  # with a home it is long, and pasted
    return Sheet(columns, [[plain(cell) for cell in row] for row in rows], kept, title)


def plain(cell: object) -> Text:
    """A cell's text without markup, and with characters that would turn or hide text made visible (R23)."""
    if isinstance(cell, Text):
        return cell
    text = "" if cell is None else str(cell)
    if forbidden_character(text) is not None:
        text = "".join(
            letter if letter == "\n" or forbidden_character(letter) is None else f"<U+{ord(letter):04X}>"
            for letter in text
        )
    return Text(text)


def moment(moment_us: int | None) -> str:
    """A moment as a date-time group, or a dash."""
    if moment_us is None:
        return "-"
    try:
        return dtg(moment_us)
    except InvalidValue:
        return f"{moment_us} us"


def seconds(age_ms: int | None) -> str:
    """An age for people."""
    if age_ms is None:
        return "never"
    return f"{age_ms / 1000:.1f} s" if age_ms < 120_000 else f"{age_ms // 60_000} min"
