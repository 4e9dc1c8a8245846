"""`check --map` and `--png`: a drawing beside the answer, in a file that the stranger names."""

from __future__ import annotations

import json
import os
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.bundles import bundle_of
from tests.house.sources import ROOT
from tests.unit.apps.cli.test_check import put
from tests.unit.apps.node.test_detection import NORTH, SOUTH, announce
from wellclear.apps.bundle.files import write_bundle
from wellclear.apps.check.templates import TEMPLATES
from wellclear.apps.cli.main import main
from wellclear.domain.quantities import format_time
from wellclear.testing.sketch import START_US, Sketch, circle


@pytest.fixture(autouse=True)
def at_a_strangers_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("WELLCLEAR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "no home at all"))
    monkeypatch.chdir(tmp_path)


@pytest.mark.requirement("R32")
def test_a_stranger_gets_a_map_and_a_picture_beside_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    plan = put(TEMPLATES["csv"](), "plan.csv")
    assert main(["check", plan, "--json", "--map", "m.html", "--png", "p.png", "--png-size", "900x700"]) == 1
    captured = capsys.readouterr()
    answer = json.loads(captured.out)
    assert "m.html" in captured.err
    assert "p.png" in captured.err
    page = Path("m.html").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert f'"found":{len(answer["conflicts"])}' in page
    assert Image.open(BytesIO(Path("p.png").read_bytes())).size == (900, 700)


def test_the_examples_of_the_documents_have_everything_that_a_map_shows(capsys: pytest.CaptureFixture[str]) -> None:
    files = sorted(str(path) for path in (ROOT / "docs" / "examples").glob("palmyra-*.geojson"))
    assert main(["check", *files, "--json", "--map", "m.html"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["skipped"] == []
    assert {row["verdict"] for row in answer["conflicts"]} == {"conflict", "possible"}
    page = Path("m.html").read_text("utf-8")
    for what in ('"legs":', '"overlap":', '"AMSL"', '"STD"', '"W84"'):
        assert what in page


@pytest.mark.parametrize(
    ("words", "field", "said"),
    [
        (("--map", "nowhere/m.html"), "--map", "no directory"),
        (("--map", "."), "--map", "is a directory"),
        (("--png", "nowhere/p.png"), "--png", "no directory"),
        (("--map", "x", "--png", "x"), "--png", "already"),
        (("--png-size", "800x600"), "--png-size", "--png"),
        (("--png", "p.png", "--png-size", "huge"), "--png-size", "1600x1130"),
    ],
)
def test_what_cannot_be_drawn_is_said_before_anything_is_compared(
    words: tuple[str, ...], field: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = put(TEMPLATES["csv"](), "plan.csv")
    assert main(["check", plan, *words]) == 2
    captured = capsys.readouterr()
    assert field in captured.err
    assert said in captured.err
    assert captured.out == ""
    assert sorted(path.name for path in Path().iterdir()) == ["plan.csv"]


@pytest.mark.requirement("N13")
def test_against_a_bundle_the_map_has_no_place_of_the_other(capsys: pytest.CaptureFixture[str]) -> None:
    sketch = Sketch.founded(seed=3)
    announce(sketch, SOUTH, [circle(34.5123456, 38.3198765, 5_432)])
    write_bundle(bundle_of(sketch, NORTH), Path("bundle.tar"))
    feature = {
        "type": "Feature", "geometry": {"type": "Point", "coordinates": [38.3, 34.5]},
        "properties": {
            "id": "D-1", "category": "air", "radius_m": 1000, "start": format_time(START_US),
            "end": format_time(START_US + 3_600_000_000),
        },
    }  # fmt: skip
    plan = put(json.dumps(feature))
    assert main(["check", plan, "--against", "bundle.tar", "--party", NORTH, "--map", "m.html"]) == 1
    capsys.readouterr()
    page = Path("m.html").read_text("utf-8")
    assert "SOUTHLAND" in page
    for secret in ("5123456", "3198765", "5432", "5,432"):
        assert secret not in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--map", "m.png"), "--map: m.png ends in .png; a map is a page"),
        (("--png", "p.jpg"), "--png: p.jpg ends in .jpg; the picture is a PNG"),
    ],
)
def test_a_drawing_is_named_for_what_it_is(
    capsys: pytest.CaptureFixture[str], words: tuple[str, str], said: str
) -> None:
    assert main(["check", put(TEMPLATES["csv"](), "plan.csv"), *words]) == 2
    assert said in capsys.readouterr().err
    assert not Path(words[1]).exists()
