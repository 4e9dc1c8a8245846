"""The options that all commands share which say something to desks."""

from __future__ import annotations

from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from wellclear.apps.cli import alarms, outbox
from wellclear.apps.cli.options import ItemArgument, PrecedenceName
from wellclear.apps.cli.speaking import Speaker, drafts, says, to_release
from wellclear.errors import InvalidValue

app = typer.Typer()
HEARD: list[tuple[Speaker, object]] = []


@app.command()
@says(to_desks=PrecedenceName.P)
def ask(speaker: Speaker, at: Annotated[str, typer.Option("--at")], course: int | None = None) -> None:
    """Ask desks."""
    HEARD.append((speaker, (at, course)))


@app.command()
@drafts()
def end(item: ItemArgument, speaker: Speaker) -> None:
    """Draft an end."""
    HEARD.append((speaker, item))


@app.command()
@drafts(desk=False)
def change(item: ItemArgument, speaker: Speaker) -> None:
    """Draft a change."""
    HEARD.append((speaker, item))


def heard(*words: str) -> tuple[Speaker, object]:
    ran = CliRunner().invoke(app, list(words))
    assert ran.exit_code == 0, ran.output
    return HEARD.pop()


def options(name: str) -> list[str]:
    command = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]  # a group has commands
    return [option.opts[0] for option in command.params if option.opts[0].startswith("--")]


def test_the_common_options_stand_around_a_commands_own() -> None:
    common = ["--desk", "--passphrase-file", "--home"]
    assert options("ask") == ["--as", "--to", "--at", "--course", "--precedence", *common, "--wait", "--json"]
    assert options("end") == ["--as", *common, "--json"]
    assert options("change") == ["--as", *common[1:], "--json"]


def test_a_speaker_holds_what_was_typed_and_the_rest_as_usual() -> None:
    speaker, own = heard("ask", "--as", "W1", "--to", "B/OPS", "--to", "C/OPS", "--at", "here", "--wait", "3", "--json")
    assert (speaker.officer, list(speaker.to), speaker.precedence) == ("W1", ["B/OPS", "C/OPS"], PrecedenceName.P)
    assert (speaker.wait_s, speaker.as_json, speaker.desk, own) == (3, True, None, ("here", None))
    speaker, own = heard("end", "A-1001-1", "--as", "W1", "--desk", "A/NORTH")
    assert (speaker.desk, speaker.to, speaker.wait_s, own) == ("A/NORTH", (), 0, "A-1001-1")


def test_a_command_asks_for_what_it_cannot_do_without() -> None:
    ran = CliRunner().invoke(app, ["ask", "--at", "here", "--to", "B/OPS"])
    assert ran.exit_code == 2 and "--as" in ran.output


def test_a_desk_that_is_none_is_refused_before_anybody_is_asked() -> None:
    speaker, _ = heard("ask", "--as", "W1", "--to", "nowhere", "--at", "here")
    with pytest.raises(InvalidValue, match="--to"):
        speaker.to_desks("track_query", {"group": "track"})


@app.command()
@drafts()
def tell(speaker: Speaker) -> None:
    """Print what is told of a draft, of an alarm and of an act that waits."""
    board = {"party": "A", "desks": ["A/OPS"]}
    alarm = {"kind": "notice", "state": "unack", "key": "ack/B-1001-1/1/A/OPS", "item": "B-1001-1"}
    typer.echo(to_release("Draft D1 is kept.", {"draft": "D1"})[1])
    typer.echo(alarms.deed(alarm, board))
    typer.echo(alarms.deed(alarm | {"kind": "refused"}, board))
    typer.echo(outbox.deed({"act_hash": "A" * 43 + "=", "state": "held"}))


def test_every_hint_can_be_pasted_with_the_home_that_was_typed() -> None:
    said = [
        "    wellclear release D1 --as R1{}", "wellclear ack B-1001-1{}",
        "wellclear outbox list{}; read why, and say it anew", "wellclear outbox again 000000000000{}, or drop",
    ]  # fmt: skip
    for words, home in (([], ""), (["--home", "/a home"], " --home '/a home'")):
        ran = CliRunner().invoke(app, ["tell", "--as", "W1", *words])
        assert ran.output.splitlines() == [line.format(home) for line in said]
