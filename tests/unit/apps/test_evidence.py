"""`verify-evidence`: what a file proves, to somebody who trusts nobody; whose key it convicts, by a bundle."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bundles import bundle_of, scripted
from tests.interop.foreign import lay
from tests.unit.channel.test_false_part import shown
from wellclear.apps.cli.main import main
from wellclear.channel.composing import link
from wellclear.channel.false_part import false_part
from wellclear.channel.policy import log_verifier
from wellclear.channel.verify import verify_bundle
from wellclear.errors import Equivocation
from wellclear.log.checkpoint import Checkpoint, sign_checkpoint
from wellclear.log.equivocation import check_pair
from wellclear.testing.sketch import Sketch


@pytest.fixture(scope="module")
def sketch() -> Sketch:
    made = Sketch.founded(seed=9, epochs=True)
    made.sealed = True
    return made


def told(capsys: pytest.CaptureFixture[str], *words: str | Path, code: int = 0) -> str:
    assert main([str(word) for word in ("verify-evidence", *words)]) == code
    said = capsys.readouterr()
    return said.out + said.err


@pytest.mark.requirement("R33", "N9")
def test_a_false_part_on_disk_convicts_its_author(
    sketch: Sketch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leaf, part_key, stored = shown(sketch, false=True)
    file = false_part(leaf, 0, part_key, stored)
    assert file is not None
    path = tmp_path / "evidence.txt"
    path.write_bytes(file)
    key = sketch.parties["NORTHLAND"].public("node")
    assert f"convicts the holder of the key {key}" in told(capsys, path)
    bundle = lay(bundle_of(sketch).items(), tmp_path / "bundle")
    assert json.loads(told(capsys, path, "--bundle", bundle, "--json"))["whose"] == "NORTHLAND's node key"
    stranger = lay(bundle_of(scripted()).items(), tmp_path / "other")
    assert "convicts no NORTHLAND" in told(capsys, path, "--bundle", stranger, code=5)
    path.write_bytes(file.replace(b"NORTHLAND, under", b"SOUTHLAND, under"))
    said = told(capsys, path, code=5)
    assert "another sentence" in said and str(path) in said


def two_histories(sketch: Sketch, place: Path) -> Path:
    """Evidence on disk that the host of a sketch has signed two trees of nine entries."""
    key = sketch.parties[sketch.host].key("log")
    notes = [sign_checkpoint(Checkpoint(sketch.origin, 9, bytes([n]) * 32), key) for n in (1, 2)]
    with pytest.raises(Equivocation) as caught:
        check_pair(notes[0], notes[1], sketch.origin, key.public_key)
    path = place / "evidence.txt"
    path.write_bytes(caught.value.evidence[2])
    return path


@pytest.mark.requirement("R33", "N9")
def test_two_histories_on_disk_convict_the_host(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sketch = scripted()
    path = two_histories(sketch, tmp_path)
    said = told(capsys, path, "--bundle", lay(bundle_of(sketch).items(), tmp_path / "bundle"))
    assert log_verifier(sketch.picture).vkey() in said and "held by CASPIA" in said
    other = Sketch.founded(seed=10)
    said = told(capsys, path, "--bundle", lay(bundle_of(other).items(), tmp_path / "other"), code=5)
    assert "not that of this channel's log" in said


@pytest.mark.requirement("R33", "N9")
def test_one_of_two_histories_still_tells_whose_the_log_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A halted node has no other bundle: an entry of it names the other log. If more is wrong it tells nothing."""
    sketch = scripted()
    path = two_histories(sketch, tmp_path)
    party = sketch.parties["NORTHLAND"]
    head = (len(sketch.leaves) - 1, bytes(32))
    act = sketch.compose("time", "NORTHLAND").act
    sketch.log(link(act, (), party.key("node"), party.chains["node"], head, sketch.now_us))
    files = bundle_of(sketch)
    assert [fault.why.partition(":")[0] for fault in verify_bundle(files).faults] == ["HEAD_DIFFERS"]
    assert "held by CASPIA" in told(capsys, path, "--bundle", lay(files.items(), tmp_path / "bundle"))
    spoiled = lay({**files, "README.txt": b"changed"}.items(), tmp_path / "spoiled")
    assert "tells nothing of keys" in told(capsys, path, "--bundle", spoiled, code=5)


def test_what_is_no_evidence_is_refused_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "evidence.txt"
    for raw in (b"", b"wellclear/false-part/1\n", b"wellclear/evidence/1\n", bytes(3 << 20)):
        path.write_bytes(raw)
        said = told(capsys, path, code=2)
        assert "Traceback" not in said and str(path) in said
    assert "neither wellclear/evidence/1" in told(capsys, path, code=2)
    assert "No such file" in told(capsys, tmp_path / "nothing", code=4)
