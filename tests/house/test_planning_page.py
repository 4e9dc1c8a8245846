"""docs/planning.md is followed to the letter: its files are saved, its commands run, its answer is what comes out."""

from __future__ import annotations

import io
import json
import re
import shlex
from pathlib import Path

import pytest

from tests.bundles import bundle_of
from tests.house.sources import ROOT
from tests.unit.apps.node.test_detection import NORTH, SOUTH, announce
from wellclear.apps.bundle.files import write_bundle
from wellclear.apps.cli.main import main
from wellclear.testing.sketch import Sketch, circle

PAGE = (ROOT / "docs" / "planning.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def files(page: str) -> dict[str, str]:
    """Blocks that a sentence names before them: `as `ours.kml`:`."""
    found = re.findall(r"`([\w.]+)`:\n\n```(?:xml|csv)\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return dict(found)


def commands(page: str) -> list[str]:
    return [line for name, block in BLOCK.findall(page) if name == "sh" for line in block.splitlines() if line]


def run(line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """As a shell would, with `>` and `<`."""
    words = shlex.split(line)
    assert words[0] == "wellclear"
    output = words.pop(words.index(">") + 1) if ">" in words else None
    source = words.pop(words.index("<") + 1) if "<" in words else None
    words = [word for word in words if word not in (">", "<")]
    if source is not None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(Path(source).read_bytes())))
    code = main(words[1:])
    text = capsys.readouterr().out
    if output is not None:
        Path(output).write_text(text, encoding="utf-8")
    return code, text


@pytest.mark.requirement("R32")
def test_every_command_does_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in files(PAGE).items():
        Path(name).write_text(text, encoding="utf-8")
    sketch = Sketch.founded(seed=31)
    announce(sketch, SOUTH, [circle(34.5, 38.31, 5_000)])
    write_bundle(bundle_of(sketch, NORTH), tmp_path / "bundle.tar")
    lines = commands(PAGE)
    assert len(lines) >= 12
    answers = [run(line, monkeypatch, capsys) for line in lines]
    for line, (code, _) in zip(lines, answers, strict=True):
        assert code == (0 if "emplate" in line and ">" in line else 0 if "--against" in line else 1), line
    (shown,) = [block for name, block in BLOCK.findall(PAGE) if name == "text"]
    assert answers[0][1].startswith(shown)
    assert json.loads(Path("clashes.geojson").read_text(encoding="utf-8"))["type"] == "FeatureCollection"


def test_the_page_has_the_files_that_it_speaks_of() -> None:
    assert set(files(PAGE)) == {"ours.kml", "theirs.csv"}
