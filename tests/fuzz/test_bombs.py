"""What is small outside and large inside ends in a value or in an error of ours, under limits of the system."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

import pytest

from tests.fuzz.bombs import BOMBS
from tests.house.sources import ROOT

NAMES = tuple(BOMBS)


@cache
def outcomes() -> dict[str, str]:
    """What became of every bomb; a process of its own, so that no thread of this one is forked."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.bombs"], cwd=ROOT, check=True, capture_output=True, text=True, timeout=600
    )
    return dict(line.split("\t", 1) for line in done.stdout.splitlines())


@pytest.mark.skipif(sys.platform != "linux", reason="the limits are those of Linux")
def test_every_bomb_ends_within_memory_and_time() -> None:
    found = outcomes()
    assert set(found) == set(NAMES)
    assert {name: said for name, said in found.items() if said.startswith("FAULT")} == {}
