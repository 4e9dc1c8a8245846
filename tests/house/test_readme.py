"""What the README tells a stranger to type is what the Makefile knows and what CI runs."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.house.sources import ROOT


def commands(markdown: str) -> list[str]:
    """The `make ...` lines of code blocks, indented or fenced, without prompt and comment."""
    blocks = re.findall(r"^(?:```|~~~)\w*\n(.*?)^(?:```|~~~)", markdown, re.MULTILINE | re.DOTALL)
    blocks += re.findall(
        r"^ {4}.*$", re.sub(r"^```.*?^```", "", markdown, flags=re.MULTILINE | re.DOTALL), re.MULTILINE
    )
    lines = [re.sub(r"\s+#.*", "", line).strip().removeprefix("$ ") for block in blocks for line in block.split("\n")]
    return [line for line in lines if line.split(" ")[0] == "make"]


def goals(markdown: str) -> set[str]:
    """What is named after `make` anywhere in the text, in code blocks and in `code`; settings left out."""
    inline = re.findall(r"`(make [^`\n]*)`", markdown)
    words = [word for line in [*commands(markdown), *inline] for word in line.split()[1:]]
    return {word for word in words if "=" not in word and not word.startswith("-")}


def phony(makefile: str) -> set[str]:
    """The targets that a person may call: those with a sentence of help."""
    return set(re.findall(r"^([a-z][a-z-]*):[^=\n]*## ", makefile, re.MULTILINE))


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", ["README.md", "CONTRIBUTING.md"])
def test_every_command_is_a_target(path: str) -> None:
    assert goals(read(path)) <= phony(read("Makefile"))


def test_the_readme_shows_the_two_commands() -> None:
    assert {"make demo", "make test"} <= set(commands(read("README.md")))


def test_ci_runs_the_readmes_test_command() -> None:
    """What follows the set-up lines of .ci/run is exactly that command."""
    run = read(".ci/run").strip().split("\n")
    assert run[-1] in commands(read("README.md"))
    assert run[-1] == "make test"


def test_make_knows_every_target_that_it_lists() -> None:
    """A dry run finds missing files and missing rules; it starts nothing."""
    listed = sorted(phony(read("Makefile")))
    dry = subprocess.run(["make", "--dry-run", *listed], cwd=ROOT, capture_output=True, text=True, check=False)
    assert dry.returncode == 0, dry.stderr
    told = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert all(f"make {target}" in told for target in listed)


def test_the_licence_is_the_one_that_the_project_file_names() -> None:
    assert 'license = "Apache-2.0"' in read("pyproject.toml")
    assert "Version 2.0, January 2004" in read("LICENSE")


def test_a_planted_command_is_found() -> None:
    text = "Type `make lunch` or\n\n    $ make tea  # hot\n\n```sh\nmake PYTHON=python3.12 coffee\n```\n"
    assert goals(text) == {"lunch", "tea", "coffee"}
    assert commands(text) == ["make PYTHON=python3.12 coffee", "make tea"]
    assert phony("tea: x ## Hot\nlunch:\nX := 1 ## no\n") == {"tea"}
