"""`wellclear compare`: statements and bundles of others against a log that is folded anew, off line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.bundles import bundle_of
from tests.interop.foreign import lay
from tests.unit.channel.stating import Stater
from wellclear.apps.cli.main import main
from wellclear.channel.pictures import Digests
from wellclear.log.bundle import PICTURE
from wellclear.testing.sketch import Sketch

PARTS_AT = 9


def channel(last: str) -> Sketch:
    sketch = Sketch.founded(seed=9)
    for party in ("NORTHLAND", "SOUTHLAND", last):
        sketch.time(party)
    return sketch


@pytest.fixture(scope="module")
def sketch() -> Sketch:
    return channel("NORTHLAND")


@pytest.fixture
def bundle(sketch: Sketch, tmp_path: Path) -> Path:
    return lay(bundle_of(sketch).items(), tmp_path / "bundle")


def stated(sketch: Sketch, home: Path, *sizes: int, parts_at: int = PARTS_AT) -> list[Path]:
    digests = Digests()
    for index, step in enumerate(sketch.steps):
        digests.append(step.picture.digest if index < parts_at else bytes([index]) * 32)
    paths = []
    for size in sizes:
        paths.append(home / f"picture-SOUTHLAND-{size}.txt")
        paths[-1].write_bytes(Stater(sketch, "SOUTHLAND", digests).note(size))
    return paths


def run(capsys: pytest.CaptureFixture[str], bundle: Path, *others: Path, code: int) -> dict[str, Any]:
    words = [str(word) for word in ("compare", *others, "--log", bundle)]
    assert main(words) == code
    capsys.readouterr()
    assert main([*words, "--json"]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.requirement("R33")
def test_statements_name_the_first_entry_offline(
    sketch: Sketch, bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = stated(sketch, tmp_path, PARTS_AT, PARTS_AT + 1)
    (row,) = run(capsys, bundle, *both, code=1)["pictures"]
    assert (row["party"], row["first"]) == ("SOUTHLAND", PARTS_AT)
    (row,) = run(capsys, bundle, *reversed(both), code=1)["pictures"]
    assert row["first"] == PARTS_AT
    (row,) = run(capsys, bundle, both[1], code=1)["pictures"]
    assert "first" not in row and f"between 0 and {PARTS_AT + 1}" in row["words"]
    assert run(capsys, bundle, both[0], code=0)["pictures"] == [{"party": "SOUTHLAND", "agrees": PARTS_AT}]


@pytest.mark.requirement("R33")
def test_bundles_are_compared_entry_by_entry_and_by_what_they_state(
    sketch: Sketch, bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    same = lay(bundle_of(sketch, "SOUTHLAND").items(), tmp_path / "same")
    found = run(capsys, bundle, same, code=0)
    assert found["logs"] == [{"source": str(same), "party": "SOUTHLAND", "size": len(sketch.leaves)}]
    assert [row["agrees"] for row in found["pictures"]] == [len(sketch.leaves)]
    other = lay(bundle_of(channel("SOUTHLAND"), "SOUTHLAND").items(), tmp_path / "other")
    found = run(capsys, bundle, other, code=1)
    assert found["logs"][0]["first"] == len(sketch.leaves) - 1
    assert "differs" not in found["pictures"][0], "another log, and no row of it is another one"
    (wrong,) = stated(sketch, tmp_path, len(sketch.leaves))
    (same / PICTURE).write_bytes(wrong.read_bytes())
    assert run(capsys, bundle, same, code=1)["pictures"][0]["differs"] == len(sketch.leaves)


@pytest.mark.requirement("R33")
def test_what_cannot_be_compared_is_said(
    sketch: Sketch, bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    longer = tmp_path / "longer.txt"
    digests = Digests()
    longer.write_bytes(Stater(sketch, "SOUTHLAND", digests).note(5_000, bytes(32)))
    assert run(capsys, bundle, longer, code=0)["beyond"] == [str(longer)]
    longer.write_bytes(longer.read_bytes().replace(b"\n5000\n", b"\n5001\n"))
    assert main(["compare", str(longer), "--log", str(bundle)]) == 5
    assert main(["compare", str(tmp_path / "nothing"), "--log", str(bundle)]) == 2
