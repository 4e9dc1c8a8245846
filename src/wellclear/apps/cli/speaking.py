"""How commands say something to desks: the options that all of them have, and the two ways that an act goes.

A command names its own options, takes a `Speaker`, makes the field groups, and says or drafts them:

    @app.command()
    @says(to_desks=PrecedenceName.P)
    def report(speaker: Speaker, at: At) -> None:
        '''Report an incident to desks.'''
        speaker.say(speaker.to_desks("incident", incident_group(at)), done="REPORTED")

`says` is for what one watch officer may say at once (`--wait`), `drafts` for what another officer releases. The common
options come where the `Speaker` stands (`--as`, `--to`) and after the command's own (`--precedence` to `--json`).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import Parameter
from pathlib import Path
from typing import Any

from wellclear.apps.cli.acting import Fields, Intent, Workplace, from_desk, report
from wellclear.apps.cli.options import (
    NODE_HOME,
    WAIT_S,
    AsJson,
    FromDesk,
    Home,
    Officer,
    PassphraseFile,
    Precedence,
    PrecedenceName,
    To,
    Wait,
)
from wellclear.apps.cli.output import hint, note, show
from wellclear.domain.names import party_of_desk

Build = Callable[[Workplace], Intent]
"""What is to be said, once the node can be asked; raises `InvalidValue` where it cannot be."""
Command = Callable[..., None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who says something, from where, to whom, and how the answer is told: what the common options hold."""

    officer: str
    desk: str | None = None
    passphrase_file: Path | None = None
    home: Path = NODE_HOME
    as_json: bool = False
    wait_s: int = 0
    """Nought of a draft, which waits for its release."""
    to: Sequence[str] = ()
    precedence: PrecedenceName | None = None

    def to_desks(self, kind: str, group: Fields, **members: Any) -> Build:
        """An act of one field group to the desks of `--to`; members that are None are left out.

        Raises:
            InvalidValue: `--to` names no desk.
        """
        for name in self.to:
            party_of_desk(name, field="--to")
        assert self.precedence is not None, "a command with --to has --precedence"
        said: Fields = {"to": list(self.to), "precedence": self.precedence.value, **members}

        def build(place: Workplace) -> Intent:
            return self.act(place, kind, [group], **said)

        return build

    def act(self, place: Workplace, kind: str, groups: Sequence[Fields] = (), **members: Any) -> Intent:
        """An act from this speaker's desk to `to` among its members; its groups are read by those desks' parties."""
        said = {name: value for name, value in members.items() if value is not None}
        return Intent(kind, groups, place.readers(said["to"]) if groups else (), from_desk(self.desk) | said)

    def say(self, build: Build, *, done: str) -> None:
        """Compose it, approve it as watch officer, send it, and tell where it stands; `done` once it is in the log."""
        place = Workplace.open(self.home)
        with place.client:
            ready = place.compose(build(place), self.officer)
            for warning in ready.warnings:
                note(f"warning: {warning}")
            approval = place.approve_as(ready.act, self.officer, "watch_officer", self.passphrase_file)
            answer = place.send(ready, [approval], wait_s=self.wait_s)
        report(answer, ready.act, done, as_json=self.as_json)

    def keep(self, build: Build, what: str = "") -> None:
        """Compose it, approve it as its drafter, and leave it with the node until another officer releases it."""
        place = Workplace.open(self.home)
        with place.client:
            ready = place.compose(build(place), self.officer)
            for warning in ready.warnings:
                note(f"warning: {warning}")
            kept = place.keep_draft(ready, place.approve_as(ready.act, self.officer, "drafter", self.passphrase_file))
        line = f"{what} is drafted as {kept['draft']}." if what else f"Draft {kept['draft']} of {ready.name} is kept."
        show(kept, *to_release(line, kept), as_json=self.as_json)


def to_release(line: str, kept: Fields) -> list[str]:
    """What is told of a kept draft: the line, and the command that another officer gives."""
    return [f"{line} Another officer releases it:", "    " + hint(f"wellclear release {kept['draft']} --as R1")]


def says(*, to_desks: PrecedenceName | None = None) -> Callable[[Command], Command]:
    """The options of what is said at once; with `to_desks`, its usual precedence, also `--to` and `--precedence`."""
    return _with(to_desks, Parameter("wait_s", Parameter.KEYWORD_ONLY, default=WAIT_S, annotation=Wait))


def drafts(*, to_desks: PrecedenceName | None = None, desk: bool = True) -> Callable[[Command], Command]:
    """The options of what is drafted for release; `desk` false where the act's own desk cannot be chosen."""
    return _with(to_desks, desk=desk)


def _with(precedence: PrecedenceName | None, *more: Parameter, desk: bool = True) -> Callable[[Command], Command]:
    head = [_option("officer", Officer)]
    tail = [
        *([_option("desk", FromDesk, None)] if desk else []), _option("passphrase_file", PassphraseFile, None),
        _option("home", Home, NODE_HOME), *more, _option("as_json", AsJson, False),
    ]  # fmt: skip
    if precedence is not None:
        head.append(_option("to", To))
        tail.insert(0, _option("precedence", Precedence, precedence))
    return lambda command: _spread(command, head, tail)


def _option(name: str, annotation: object, default: object = Parameter.empty) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _spread(command: Command, head: Sequence[Parameter], tail: Sequence[Parameter]) -> Command:
    """The command with the common options in place of its `Speaker`, as typer reads a signature."""
    common = {option.name for option in (*head, *tail)}

    def run(**given: Any) -> None:
        speaker = Speaker(**{name: value for name, value in given.items() if name in common})
        command(speaker=speaker, **{name: value for name, value in given.items() if name not in common})

    own = [
        one.replace(kind=Parameter.KEYWORD_ONLY)
        for one in inspect.signature(command, eval_str=True).parameters.values()
    ]
    at = next(number for number, one in enumerate(own) if one.annotation is Speaker)
    spread = [*own[:at], *head, *own[at + 1 :], *tail]
    run.__doc__, run.__name__, run.__module__ = command.__doc__, command.__name__, command.__module__
    run.__annotations__ = {one.name: one.annotation for one in spread}
    run.__signature__ = inspect.Signature(spread)  # type: ignore[attr-defined]  # what `inspect` reads first, and no stub knows
    return run
