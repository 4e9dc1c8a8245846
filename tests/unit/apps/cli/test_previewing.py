from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wellclear.apps.cli.main import main

PLACE = ["--circle", "34.56,38.27", "--radius", "5km", "--lower", "5000ft", "--upper", "9000ft", "--datum", "AMSL"]
DRAFT = ["draft", "--preview", "--to", "SOUTHLAND/OPS", "--category", "air", *PLACE]
PAST = ["--start", "2020-11-23T10:00Z", "--end", "2020-11-23T12:00Z"]
COMING = ["--start", "2098-11-23T10:00Z", "--end", "2098-11-23T12:00Z"]


def test_without_a_node_it_is_said_that_the_desks_were_not_looked_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*DRAFT, *COMING, "--home", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "Not held to the channel, so its desks are not known to be there" in said
    assert "in the past" not in said


def test_what_lies_in_the_past_is_said_even_then(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*DRAFT, *PAST, "--home", str(tmp_path)]) == 0
    assert "warning: it lies wholly in the past: it ended at 2020-11-23 12:00:00Z" in capsys.readouterr().out
    assert main([*DRAFT, *PAST, "--home", str(tmp_path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["warnings"] and told["unasked"] and told["level"] == 4


def seen_as(capsys: pytest.CaptureFixture[str], home: Path, *words: str) -> dict[str, Any]:
    assert main([*DRAFT, *COMING, "--home", str(home), "--as", "SOUTHLAND", "--json", *words]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


@pytest.mark.requirement("R25", "N13")
@pytest.mark.parametrize(
    ("level", "groups", "harm"),
    [
        (0, [], "Nothing is sent to it"),
        (
            1,
            ["cell"],
            "That something lies within this cell and slot: 34° N to 35° N, 38° E to 39° E (about 111 km × 92",
        ),
        (2, ["cell", "volume"], "Where and when exactly: it can be aimed at."),
        (3, ["cell", "volume", "category"], "What is there, and whom to call"),
        (4, ["cell", "volume", "category", "rest"], "it can be recognised, found by that, listened to and imitated"),
    ],
)
def test_a_preview_as_a_reader_shows_what_it_sees_and_what_it_could_do_with_it(
    level: int, groups: list[str], harm: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = seen_as(capsys, tmp_path, "--to", "TRANSIA/OPS", "--level", f"SOUTHLAND={level}")
    assert (told["as"], told["level"], [group["group"] for group in told["groups"]]) == ("SOUTHLAND", level, groups)
    assert harm in told["hostile"][-1] or harm in told["hostile"][0]
    assert ("cell" in told) == (level > 0)


@pytest.mark.requirement("R25")
def test_a_preview_says_for_each_reader_what_it_sees(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--to", "TRANSIA/OPS", "--to", "CASPIA/OPS", "--level", "TRANSIA=1", "--level", "CASPIA=0"]
    assert main([*DRAFT, *COMING, "--home", str(tmp_path), *words]) == 0
    said = capsys.readouterr().out
    assert "CASPIA/OPS would see nothing and is not addressed (level 0)." in said
    assert "TRANSIA/OPS would see this (level 1):" in said and "SOUTHLAND/OPS would see this (level 4):" in said
    assert main([*DRAFT, *COMING, "--home", str(tmp_path), *words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["to"] == ["SOUTHLAND/OPS", "TRANSIA/OPS"]
    assert told["levels"] == {"CASPIA": 0, "SOUTHLAND": 4, "TRANSIA": 1}


@pytest.mark.parametrize("wrong", ["SOUTHLAND", "SOUTHLAND=", "=2", "SOUTHLAND=9", "SOUTHLAND=two", "WESTLAND=1"])
def test_a_level_that_is_none_is_refused_by_its_option(
    wrong: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*DRAFT, *COMING, "--home", str(tmp_path), "--level", wrong]) == 2
    assert "--level" in capsys.readouterr().err
