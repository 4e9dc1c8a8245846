"""Host and node as children of a command: what they are given, and what they do not take."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellclear.apps.cli.running import start


@pytest.mark.parametrize("what", ["host", "node"])
def test_a_file_that_lies_where_the_command_is_given_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """A download named like a library would otherwise run in the process that holds the keys."""
    (tmp_path / "msgspec.py").write_text("open('taken', 'w').close()\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    process = start("host" if what == "host" else "node", tmp_path / "nowhere", "secret")
    assert process.wait(60) == 6, "a child that finds no home ends at once, with words"
    assert not (tmp_path / "taken").exists()
