"""Where a passphrase comes from when nobody sits at the terminal, and what the processes that we start are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellclear.apps.cli.asking import PASSPHRASE, knowing, new_passphrase, passphrase, without_passphrases
from wellclear.errors import Malformed, Misconfigured


def test_one_command_keeps_the_passphrase_for_its_steps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WELLCLEAR_PASSPHRASE", "in the environment")
    (tmp_path / "file").write_text("in a file\n")
    with knowing("kept by the command"):
        assert passphrase("a key") == new_passphrase("a key") == "kept by the command"
        assert passphrase("a key", variable="WELLCLEAR_RECOVERY_PASSPHRASE") == "kept by the command"
        assert passphrase("a key", tmp_path / "file") == "in a file"
        monkeypatch.setenv("WELLCLEAR_RECOVERY_PASSPHRASE", "of the recovery key")
        assert passphrase("a key", variable="WELLCLEAR_RECOVERY_PASSPHRASE") == "of the recovery key"
    assert passphrase("a key") == "in the environment"
    monkeypatch.delenv("WELLCLEAR_PASSPHRASE")
    with pytest.raises(Misconfigured):
        passphrase("a key")


def test_a_new_passphrase_is_never_the_old_one_by_default() -> None:
    with knowing("kept by the command"), pytest.raises(Misconfigured):
        new_passphrase("a key", variable="WELLCLEAR_NEW_PASSPHRASE")


def test_a_process_that_we_start_inherits_no_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WELLCLEAR_PASSPHRASE", "WELLCLEAR_NEW_PASSPHRASE", "WELLCLEAR_RECOVERY_PASSPHRASE", "WELLCLEAR_HOME"):
        monkeypatch.setenv(name, "x" * 8)
    assert [name for name in without_passphrases() if name.startswith("WELLCLEAR_")] == ["WELLCLEAR_HOME"]


def test_a_variable_holds_one_line_as_a_file_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a key would be made under a passphrase that no pipe and no terminal can bring."""
    monkeypatch.setenv(PASSPHRASE, "good enough\r\n")
    assert new_passphrase("W1") == "good enough"
    for wrong in ("two lines\nof it", "not \udcff UTF-8"):
        monkeypatch.setenv(PASSPHRASE, wrong)
        with pytest.raises(Malformed, match=PASSPHRASE):
            new_passphrase("W1")
