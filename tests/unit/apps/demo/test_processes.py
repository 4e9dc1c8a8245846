"""Real children, but none of the channel: whatever happens to the demo, nothing of it stays behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from wellclear.apps.demo.processes import Processes, environment, free_ports, supervised
from wellclear.errors import Unavailable

NO_HOME = "a child that finds no home ends at once, with words"


def test_ports_are_free_and_different() -> None:
    ports = free_ports(5)
    assert len(set(ports)) == 5


def test_a_child_that_ends_is_named_with_its_log(tmp_path: Path) -> None:
    with supervised(tmp_path) as processes:
        processes.start("node-x", "node", tmp_path / "nowhere", "x")
        with pytest.raises(Unavailable, match="node-x") as told:
            processes.await_ready("node-x", lambda: False)
    assert "exit code 6" in str(told.value), NO_HOME
    assert "wellclear node init" in processes.log("node-x").read_text(encoding="utf-8")
    assert "node-x" in (tmp_path / "processes.json").read_text(encoding="utf-8")


def test_children_are_gone_when_the_block_is_left_by_an_error(tmp_path: Path) -> None:
    seen: list[Processes] = []
    with pytest.raises(KeyboardInterrupt), supervised(tmp_path) as processes:  # noqa: PT012  # the block is the point
        seen.append(processes)
        processes.start("node-x", "node", tmp_path / "nowhere", "x")
        raise KeyboardInterrupt
    assert seen[0]._running == {}


def test_a_child_that_loses_the_demo_ends_by_itself() -> None:
    """Not told, only left: the end of its standard input is enough. Here the child serves nothing but its watch."""
    words = "import threading; from wellclear.apps.demo.child import _watch_the_demo; _watch_the_demo()"
    child = subprocess.Popen([sys.executable, "-c", words], stdin=subprocess.PIPE, env=environment())
    assert child.poll() is None
    assert child.stdin is not None
    child.stdin.close()
    assert child.wait(30) != 0


def test_settings_and_keys_of_the_environment_do_not_reach_a_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLCLEAR_LISTEN", "0.0.0.0:1")
    monkeypatch.setenv("PYTHONPATH", os.sep)
    assert not {"WELLCLEAR_LISTEN", "PYTHONPATH"} & environment().keys()


def test_a_file_that_lies_where_the_demo_is_started_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "msgspec.py").write_text("open('taken', 'w').close()\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with supervised(tmp_path) as processes:
        processes.start("node-x", "node", tmp_path / "nowhere", "x")
        with pytest.raises(Unavailable, match="exit code 6"):
            processes.await_ready("node-x", lambda: False)
    assert not (tmp_path / "taken").exists()
