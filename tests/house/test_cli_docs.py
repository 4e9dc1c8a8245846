"""docs/cli.md is what the program says of itself; docs/operate.md names no command that is not there."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

import pytest
import typer

from tests.house.sources import ROOT
from wellclear.apps.cli.commands import app
from wellclear.apps.cli.reference import helps


def made() -> str:
    """The page, made in a fresh process as a person would make it."""
    return subprocess.run(
        [sys.executable, "-m", "wellclear.apps.cli.reference"], check=True, capture_output=True, text=True
    ).stdout


def commands(text: str) -> set[str]:
    """What stands after `wellclear` in code, up to the first option, argument or end."""
    code = re.findall(r"`([^`\n]+)`", text) + re.findall(r"^ {4}(.+)$", text, re.MULTILINE)
    code += [line for block in re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S) for line in block.splitlines()]
    return {
        " ".join(found.group(1).split())
        for line in code
        for found in re.finditer(r"wellclear((?: [a-z][a-z-]*)+)", line)
    }


def known() -> set[str]:
    return {path.removeprefix("wellclear").strip() for path, _ in helps(typer.main.get_command(app), "wellclear")}


def unknown(text: str) -> set[str]:
    """Commands in a text that the program does not have; what follows a command may be its argument."""
    names = known()
    return {
        said for said in commands(text) if not any(said == name or said.startswith(f"{name} ") for name in names - {""})
    }


def test_the_page_is_what_the_program_says() -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert page == made(), "make it anew: python -m wellclear.apps.cli.reference > docs/cli.md"


@pytest.mark.parametrize("path", ["docs/operate.md", "docs/series.md", "README.md"])
def test_every_command_in_a_document_is_one(path: str) -> None:
    assert not unknown((ROOT / path).read_text(encoding="utf-8"))


def typed(text: str) -> list[list[str]]:
    """The lines of code that begin with the program, as a shell would cut them."""
    lines = re.findall(r"^ {4,}(wellclear .+)$", text, re.MULTILINE)
    return [shlex.split(re.split(r"\s{2,}#|\s# ", line)[0])[1:] for line in lines]


def unknown_options(text: str) -> set[str]:
    """Options in a text's lines of code that their command does not have."""
    told = {
        path.removeprefix("wellclear").strip(): said for path, said in helps(typer.main.get_command(app), "wellclear")
    }
    found = set()
    for words in typed(text):
        name = max(
            (name for name in told if " ".join(words).startswith(f"{name} ") or " ".join(words) == name), key=len
        )
        for option in (word.partition("=")[0] for word in words if word.startswith("--")):
            if not re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", told[name]):
                found.add(f"{name} {option}")
    return found


@pytest.mark.parametrize("path", ["docs/operate.md", "README.md"])
def test_every_option_in_a_document_is_one_of_its_command(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert not unknown_options(text)
    assert path == "README.md" or len(typed(text)) > 90


def test_every_command_says_what_it_does() -> None:
    for path, text in helps(typer.main.get_command(app), "wellclear"):
        assert "Usage: " in text, path
        assert re.search(r"^  [A-Z]", text, re.MULTILINE), path


def test_a_planted_command_is_found() -> None:
    assert unknown("`wellclear lunch`") == {"lunch"}
    assert unknown("Type\n\n    wellclear node serve\n    wellclear verify FILE\n") == set()
    assert unknown_options("    wellclear node serve --fast\n    wellclear node serve --home x  # --faster\n") == {
        "node serve --fast"
    }
