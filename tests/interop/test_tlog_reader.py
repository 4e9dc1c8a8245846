"""A bundle before a second reader that is not ours: `aics-tlog`, where there is a Python that it runs on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.bundles import bundle_of, long_bundle, scripted
from tests.interop.foreign import ROOT
from tests.interop.foreign_tlog import WHY_NOT, answers, interpreter
from tests.unit.channel.second_keys import register
from wellclear.channel.policy import log_verifier
from wellclear.channel.verify import verify_bundle
from wellclear.domain.canonical import b64
from wellclear.log.note import Verifier, parse_note
from wellclear.testing.sketch import Sketch

PYTHON = interpreter()
pytestmark = [pytest.mark.slow, pytest.mark.skipif(PYTHON is None, reason=WHY_NOT)]

NOT_READ = re.compile(r"parts/.*|README\.txt|format\.json|manifest\.(?:json|sig)|picture\.txt|refusals/.*")
COSIGNED = ["cosigned by CASPIA/cosigner", "cosigned by NORTHLAND/cosigner", "cosigned by SOUTHLAND/cosigner"]


def asked(bundles: list[dict[str, bytes]], place: Path, *words: str) -> list[list[str]]:
    assert PYTHON is not None, "else it is skipped"
    return answers(PYTHON, bundles, place, *words)


@pytest.mark.requirement("R33", "N9")
def test_the_second_reader_takes_our_bundles(tmp_path: Path) -> None:
    sizes = (0, 256, 257, 600)
    bundles = [long_bundle(size) for size in sizes]
    assert all(verify_bundle(files).ok for files in bundles)
    for lines, least in zip(asked(bundles, tmp_path, "--channel", scripted().channel), sizes, strict=True):
        assert lines[0] == "HOLDS", lines
        assert int(lines[1].split()[0]) >= least and lines[2:5] == COSIGNED
        assert "notes that entries name lead to it" in lines[5]


@pytest.mark.requirement("R33", "N9")
def test_another_log_or_channel_than_one_knows_is_refused(tmp_path: Path) -> None:
    key = log_verifier(scripted().picture)
    assert asked([long_bundle()], tmp_path / "a", "--log", key.vkey())[0][0] == "HOLDS"
    other = Verifier(key.name, key.key_type, bytes([*key.public_key[:31], key.public_key[31] ^ 1])).vkey()
    ((lines,),) = asked([long_bundle()], tmp_path / "b", "--log", other)
    assert lines.startswith("REFUSED: the policy names caspia.example/sketch with another key")
    ((lines,),) = asked([long_bundle()], tmp_path / "c", "--channel", b64(bytes(32)))
    assert lines.startswith("REFUSED: entry 0 is of the channel ")


@pytest.mark.requirement("R33", "N9")
def test_the_second_reader_passes_over_ml_dsa_unharmed(tmp_path: Path) -> None:
    sketch = Sketch.founded(seed=41)
    register(sketch, "NORTHLAND")
    files = bundle_of(sketch)
    assert verify_bundle(files).ok and len(files["checkpoint"]) > 3_000
    ((first, *_),) = asked([files], tmp_path)
    assert first == "HOLDS"


@pytest.mark.requirement("R33", "N9")
def test_a_weak_key_is_refused_where_go_says_nothing(tmp_path: Path) -> None:
    files = dict(long_bundle())
    key = log_verifier(scripted().picture)
    weak = Verifier(key.name, key.key_type, bytes([1, *bytes(31)])).vkey()
    files["policy.txt"] = files["policy.txt"].replace(key.vkey().encode(), weak.encode())
    ((lines,),) = asked([files], tmp_path)
    assert lines.startswith("REFUSED: ") and "small-order" in lines


@pytest.mark.requirement("R33", "N9")
def test_every_changed_byte_is_refused_but_for_what_its_page_lists(tmp_path: Path) -> None:
    files = long_bundle()
    changed = [
        (path, at)
        for path, raw in files.items()
        for at in sorted({0, len(raw) // 5, len(raw) // 2, len(raw) - 2, *_line_starts(path, raw)})
        if not NOT_READ.fullmatch(path)
    ]
    bundles = [files | {path: _flipped(files[path], at)} for path, at in changed]
    told = asked(bundles, tmp_path)
    passed = [(path, at) for (path, at), lines in zip(changed, told, strict=True) if lines[0] == "HOLDS"]
    fewer = {
        one for one, lines in zip(changed, told, strict=True) if lines[0] == "HOLDS" and lines[2:5] != COSIGNED
    }  # a cosigner is missing there, and is not listed
    unlike = [(path, at) for path, at in passed if (path, at) not in fewer and not _listed(path, files[path], at)]
    assert not unlike
    assert len(passed) < len(changed) / 2


def test_the_page_names_what_is_not_read() -> None:
    page = (ROOT / "foreign" / "tlog-verify" / "README.md").read_text(encoding="utf-8")
    for word in (
        "parts/",
        "README.txt",
        "format.json",
        "manifest.json",
        "manifest.sig",
        "picture.txt",
        "refusals/",
        "ML-DSA",
    ):
        assert word in page


def _line_starts(path: str, raw: bytes) -> list[int]:
    """Of text, a place in each line."""
    if path.startswith("tile/"):
        return []
    return [min(match.start() + 3, len(raw) - 1) for match in re.finditer(rb"^.", raw, re.MULTILINE)]


def _flipped(raw: bytes, at: int) -> bytes:
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


def _listed(path: str, raw: bytes, at: int) -> bool:
    """Whether the page lists what stands at this place among what is overlooked."""
    line = raw[raw.rfind(b"\n", 0, at) + 1 :].split(b"\n", 1)[0]
    if path == "policy.txt":
        name = line.startswith(b"witness ") and raw.rfind(b" ", 0, at) <= raw.rfind(b"\n", 0, at) + len(b"witness ")
        return line.startswith((b"#", b"group ", b"quorum ")) or name
    own = b" ".join([b"\xe2\x80\x94", log_verifier(scripted().picture).name.encode()])
    return at > len(parse_note(raw).text) and not line.startswith(own)
