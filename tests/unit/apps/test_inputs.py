"""A file that is named and not there is bad input: 2, with a sentence that names it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from wellclear.apps.cli.main import main
from wellclear.apps.inputs import INPUT_BYTES_MAX, input_fault, read_input
from wellclear.errors import InvalidValue, Unavailable

HOST = ["host", "init", "--party", "CASPIA", "--origin", "c.example/x", "--yes", "--kdf", "minimum"]


@pytest.mark.parametrize(
    "words",
    [
        ["verify", "MISSING"],
        ["timeline", "MISSING"],
        ["draft", "--preview", "--file", "MISSING"],
        ["restore", "MISSING", "--home", "HOST"],
        ["host", "change", "show", "MISSING", "--home", "HOME"],
        [*HOST, "--card", "MISSING", "--home", "HOST"],
        [*HOST, "--card", "CARD", "--settings", "MISSING", "--home", "HOST"],
        [*HOST, "--card", "CARD", "--articles", "MISSING", "--home", "HOST"],
        ["node", "join", "https://127.0.0.1:1", "--channel", "A" * 43 + "=", "--ca-file", "MISSING", "--yes",
         "--home", "HOME"],
        ["key", "passphrase", "node", "--passphrase-file", "MISSING", "--home", "HOME"],
        ["export", "x", "--passphrase-file", "MISSING", "--home", "HOME"],
    ],
)  # fmt: skip
def test_a_missing_input_is_2_and_named(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in os.environ if name.startswith("WELLCLEAR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("WELLCLEAR_PASSPHRASE", "correct horse")
    home, missing = tmp_path / "home", tmp_path / "missing.json"
    assert main(["node", "init", "--party", "NORTHLAND", "--kdf", "minimum", "--home", str(home)]) == 0
    join = ["node", "join", "http://127.0.0.1:1", "--channel", "A" * 43 + "=", "--yes", "--home", str(home)]
    assert main(join) == 0
    places = {"MISSING": missing, "HOME": home, "HOST": tmp_path / "host", "CARD": home / "card.json"}
    capsys.readouterr()
    assert main([str(places.get(word, word)) for word in words]) == 2
    told = capsys.readouterr().err
    assert f"{missing}: there is no such file" in told
    assert not (tmp_path / "host").exists()


def test_what_is_no_file_is_named_too(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("first\nsecond\n")
    assert read_input(tmp_path / "file", 4) == b"firs"
    assert read_input(tmp_path / "file", 100, line=True) == b"first\n"
    with pytest.raises(InvalidValue, match="is a directory"):
        read_input(tmp_path)
    with pytest.raises(InvalidValue, match="no such file"):
        read_input(tmp_path / "file" / "below")
    with pytest.raises(InvalidValue, match="no such home directory"):
        read_input(Path("~nobody-of-this-name/x"))


def test_only_a_disk_is_worth_trying_again(tmp_path: Path) -> None:
    assert isinstance(input_fault(tmp_path, PermissionError(13, "Permission denied")), InvalidValue)
    assert isinstance(input_fault(tmp_path, OSError(5, "Input/output error")), Unavailable)


def test_a_file_that_is_far_larger_than_what_belongs_there_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "card.json"
    with path.open("wb") as file:
        file.truncate(INPUT_BYTES_MAX + 1)
    with pytest.raises(InvalidValue, match="is larger than 16777216 bytes"):
        read_input(path)
    assert len(read_input(path, 10)) == 10
