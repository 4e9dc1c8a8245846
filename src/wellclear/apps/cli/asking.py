"""Questions to the person at the terminal; where nobody sits, the answer must stand in options, files or variables."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

import typer

from wellclear.apps.cli.output import let_out
from wellclear.apps.inputs import read_input
from wellclear.errors import Malformed, Misconfigured

PASSPHRASE = "WELLCLEAR_PASSPHRASE"  # noqa: S105  # the name of a variable
PIN = "WELLCLEAR_PIN"
NEW_PASSPHRASE_CHARACTERS_MIN = 8
_LINE_BYTES_MAX = 4096
_KNOWN: ContextVar[str | None] = ContextVar("the passphrase that one command keeps for its steps", default=None)


def somebody_sits_here() -> bool:
    """Whether questions can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()


def ask(question: str, *, hidden: bool = False, default: str | None = None) -> str:
    """One line from the person; a broken-off answer ends the command as an interruption does."""
    let_out()
    try:
        answer: str = typer.prompt(question, hide_input=hidden, err=True, default=default)
    except typer.Abort as error:
        raise typer.Exit(130) from error
    return answer.strip() if not hidden else answer


def agree(question: str, *, yes: bool = False) -> None:
    """Go on only if the person says so.

    Raises:
        Misconfigured: nobody can be asked, and `--yes` was not given.
        typer.Exit: the person said no.
    """
    if yes:
        return
    if not somebody_sits_here():
        raise Misconfigured("terminal", f"nobody can be asked “{question}”", do="Give --yes once you have looked")
    let_out()
    try:
        said = typer.confirm(question, err=True)
    except typer.Abort as error:
        raise typer.Exit(130) from error
    if not said:
        raise typer.Exit(1)


@contextmanager
def knowing(secret: str) -> Iterator[None]:
    """Within it, steps of one command open keys with this passphrase; it stands in no environment on the way."""
    token = _KNOWN.set(secret)
    try:
        yield
    finally:
        _KNOWN.reset(token)


def without_passphrases() -> dict[str, str]:
    """The environment for a process that this one starts: all but the passphrases that may stand in it."""
    return {
        name: value for name, value in os.environ.items() if not re.fullmatch(r"WELLCLEAR_(.*PASSPHRASE|PIN)", name)
    }


def passphrase(whose: str, file: Path | None = None, *, variable: str = PASSPHRASE) -> str:
    """The passphrase for an existing key: from the file, else the variable, else the person.

    Raises:
        Misconfigured: there is none.
        InvalidValue: there is no such file, or this user may not read it.
    """
    given = _given(file, variable)
    if given is not None:
        return given
    if not somebody_sits_here():
        raise Misconfigured(
            "passphrase", f"none for {whose}", do=f"Give --passphrase-file, or set {PASSPHRASE}, or use a terminal"
        )
    return ask(f"Passphrase of {whose}", hidden=True)


def pin(whose: str, file: Path | None = None) -> str:
    """The PIN of a token. No passphrase that was meant for a key is tried: after a few wrong PINs a token locks itself.

    Raises:
        Misconfigured, InvalidValue: as `passphrase`.
    """
    given = _given(file, PIN, or_general=False)
    if given is not None:
        return given
    if not somebody_sits_here():
        raise Misconfigured("PIN", f"none for {whose}", do=f"Set {PIN}, or use a terminal")
    return ask(f"PIN of {whose}", hidden=True)


def new_passphrase(whose: str, file: Path | None = None, *, variable: str = PASSPHRASE) -> str:
    """The passphrase for a key that is about to be made; asked for twice.

    Raises:
        Misconfigured: there is none, it is too short, or the two differ.
    """
    chosen = _given(file, variable, or_general=variable == PASSPHRASE)
    if chosen is None:
        if not somebody_sits_here():
            raise Misconfigured("passphrase", f"none for {whose}", do=f"Give a file, set {variable}, or use a terminal")
        chosen = ask(f"New passphrase of {whose}", hidden=True)
        if ask("Once more", hidden=True) != chosen:
            raise Misconfigured("passphrase", "the two are not the same", do="Nothing was made; start again")
    if len(chosen) < NEW_PASSPHRASE_CHARACTERS_MIN:
        raise Misconfigured("passphrase", f"shorter than {NEW_PASSPHRASE_CHARACTERS_MIN} characters")
    return chosen


def _given(file: Path | None, variable: str, *, or_general: bool = True) -> str | None:
    if file is not None:
        line = read_input(file, _LINE_BYTES_MAX, line=True)
        try:
            return line.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise Malformed(str(file), "line 1", "not UTF-8") from error
    own = _in_variable(variable) if variable != PASSPHRASE else None
    general = (_KNOWN.get() or _in_variable(PASSPHRASE)) if or_general else None
    return own or general or None


def _in_variable(name: str) -> str:
    """What a variable holds: one line, as a file's first one and what is typed; so it can be handed on by a pipe."""
    value = os.environ.get(name, "").rstrip("\r\n")
    if "\n" in value or "\r" in value:
        raise Malformed(name, "", "more than one line; a passphrase is one")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Malformed(name, "", "not UTF-8") from error
    return value
