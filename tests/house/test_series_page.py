"""docs/series.md is followed to the letter: its files are saved, its commands run, and what it shows comes out."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.house.sources import ROOT
from tests.unit.interop.events.made import EXCERPT
from wellclear.apps.cli.main import main

PAGE = (ROOT / "docs" / "series.md").read_text(encoding="utf-8")
REPORTS = "id,fact,claim,outlet,printed\n1,f,c,o,2025-04-10\n"


@pytest.mark.requirement("R36")
def test_the_page_is_followed_to_the_letter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(EXCERPT, "ged.csv.gz")  # what is packed is told by its bytes
    Path("reports.csv").write_text(REPORTS)
    files = re.findall(r"`([\w.]+)`:\n\n```(?:toml|csv)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert [name for name, _ in files] == ["monitor.toml", "monitor.csv"]
    lines = re.findall(r"^ {4}wellclear (.+)$", PAGE, re.MULTILINE)
    assert len(lines) == 10
    printed = ""
    for line in lines:
        for name, content in files:
            Path(name).write_text(content, encoding="utf-8")
        words, _, into = line.partition(" > ")
        assert main(shlex.split(words)) == 0, line
        out = capsys.readouterr().out
        assert bool(out)
        printed += out
        assert not into or into == "monitor.toml"
    for block in re.findall(r"^```text\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL):
        assert block in printed
    assert Path("counts.png").exists()
    assert Path("counts.html").exists()
