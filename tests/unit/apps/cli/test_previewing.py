from __future__ import annotations

import json
from pathlib import Path

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
