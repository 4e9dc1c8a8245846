"""A bundle and evidence before code that is not ours: the packages with which Go verifies its own checksum database."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bundles import bundle_of, long_bundle, scripted, signed_again
from tests.interop.foreign import ROOT, WHY_NOT, Answer, ask, build, lay, toolchain
from tests.unit.channel.second_keys import register
from wellclear.channel.policy import log_verifier
from wellclear.channel.verify import verify_bundle
from wellclear.domain.canonical import b64
from wellclear.errors import Equivocation, WellclearError
from wellclear.log.checkpoint import Checkpoint, sign_checkpoint
from wellclear.log.equivocation import check_evidence, check_pair_in
from wellclear.log.merkle import Tree
from wellclear.testing.sketch import Sketch

GO = toolchain()
pytestmark = [pytest.mark.slow, pytest.mark.skipif(GO is None, reason=WHY_NOT)]

NOT_READ = re.compile(r"README\.txt|format\.json|manifest\.(?:json|sig)|picture\.txt|refusals/.*")
PAGE = ROOT / "foreign" / "go-verify" / "README.md"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert GO is not None, "else it is skipped"
    return build(GO, tmp_path_factory.mktemp("go"))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay(long_bundle().items(), tmp_path_factory.mktemp("bundle"))


@pytest.mark.requirement("R33", "N9")
def test_the_foreign_reader_passes_over_second_lines_unharmed(program: Path, tmp_path: Path) -> None:
    sketch = Sketch.founded(seed=41)
    register(sketch, "NORTHLAND")
    files = bundle_of(sketch)
    assert verify_bundle(files).ok and len(files["checkpoint"]) > 3_000
    answer = ask(program, "bundle", lay(files.items(), tmp_path))
    assert answer.ok, answer.words


@pytest.mark.requirement("R33", "N9")
@pytest.mark.parametrize("entries", [0, 256, 257, 600])
def test_the_foreign_reader_takes_our_bundle(program: Path, tmp_path: Path, entries: int) -> None:
    files = long_bundle(entries)
    answer = ask(program, "bundle", lay(files.items(), tmp_path))
    sketch = scripted()
    assert answer.ok and verify_bundle(files).ok, answer.words
    assert f"channel {sketch.channel}, under the log key that entry 0 names" in answer.words
    assert [line for line in answer.words.splitlines() if line.startswith("cosigned by SOUTHLAND/cosigner at ")]
    vkey = log_verifier(sketch.picture).vkey()
    assert ask(program, "-log", vkey, "-channel", sketch.channel, "bundle", tmp_path).ok
    for flag, other in (("-log", vkey.replace("caspia", "other")), ("-channel", b64(bytes(32)))):
        assert not ask(program, flag, other, "bundle", tmp_path).ok


@pytest.mark.requirement("R33", "N9")
@given(part=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255))
@settings(max_examples=12)
def test_one_changed_byte_is_refused_by_ours_and_by_the_foreign_reader(
    program: Path, place: Path, part: float, change: int
) -> None:
    """By ours always. By the foreign reader too, but for what its page lists, and there is a reason for each."""
    for path in sorted(long_bundle()):
        raw = long_bundle()[path]
        spoiled = bytearray(raw)
        spoiled[int(part * len(raw))] ^= change
        ours, theirs = _judged(program, place, path, bytes(spoiled))
        assert not ours, path
        assert not theirs.ok or overlooked(path, raw, bytes(spoiled)), f"{path}: {theirs.words}"


@pytest.mark.requirement("R33", "N9")
@given(data=st.data())
@settings(max_examples=60)
def test_nothing_added_or_cut_passes_the_foreign_reader(program: Path, place: Path, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([path for path in sorted(long_bundle()) if not NOT_READ.fullmatch(path)]))
    raw = long_bundle()[path]
    cut = raw[: data.draw(st.integers(0, len(raw) - 1))]
    longer = raw + data.draw(st.one_of(st.just(b"\n"), st.just(b"\x00"), st.binary(min_size=1, max_size=40)))
    for wrong in (cut, longer):
        ours, theirs = _judged(program, place, path, wrong)
        assert not ours, path
        assert not theirs.ok or overlooked(path, raw, wrong), f"{path}: {wrong[-80:]!r} {theirs.words}"


@pytest.mark.requirement("R33", "N9")
def test_a_missing_or_additional_file_of_the_log_is_refused(program: Path, place: Path) -> None:
    for path in ("checkpoint", "policy.txt", "tile/0/000.p/14", "tile/entries/000.p/14"):
        (place / path).rename(place / "aside")
        assert not ask(program, "bundle", place).ok, path
        (place / "aside").rename(place / path)
    for path in ("tile/0/000.p/13", "tile/1/000", "notes/99", "parts/00"):
        lay([(path, b"x")], place)
        assert not ask(program, "bundle", place).ok, path
        (place / path).unlink()
    assert ask(program, "bundle", place).ok


def test_what_is_overlooked_is_listed_and_each_of_it_passes(program: Path, place: Path) -> None:
    """The page would be wrong as well if it listed too much."""
    said = PAGE.read_text(encoding="utf-8")
    for words in ("files that it does not read", "unused bits", "comments", "lines of unknown keys", "weak keys"):
        assert words in said, words
    for name in ("README.txt", "format.json", "manifest.json", "manifest.sig", "picture.txt", "refusals/"):
        assert f"`{name}`" in said
    raw = long_bundle()["checkpoint"]
    line = raw.splitlines(keepends=True)[4]  # the host's signature; the last character before `=` has two unused bits
    spare = line[:-3] + bytes([line[-3] + 1]) + line[-2:]
    renamed = raw.replace(b"SOUTHLAND/cosigner", b"SOUTHLAND/cosigneR")
    policy = long_bundle()["policy.txt"]
    for path, wrong in (
        ("checkpoint", raw.replace(line, spare)),
        ("checkpoint", renamed),
        ("policy.txt", policy.replace(b"# Channel", b"# channel")),
        ("README.txt", b"anything"),
    ):
        ours, theirs = _judged(program, place, path, wrong)
        assert not ours and theirs.ok and overlooked(path, long_bundle()[path], wrong), f"{path}: {theirs.words}"


@pytest.mark.requirement("R33")
def test_a_liars_new_manifest_helps_with_neither_reader(program: Path, tmp_path: Path) -> None:
    files = dict(long_bundle())
    path = next(path for path in files if path.startswith("tile/entries/"))
    files[path] = files[path].replace(b"SOUTHLAND", b"NOUTHLAND", 1)
    files = signed_again(files, scripted())
    assert not verify_bundle(files).ok
    answer = ask(program, "bundle", lay(files.items(), tmp_path))
    assert not answer.ok and "root" in answer.words


def _judged(program: Path, place: Path, path: str, raw: bytes) -> tuple[bool, Answer]:
    files = dict(long_bundle()) | {path: raw}
    (place / path).write_bytes(raw)
    try:
        return verify_bundle(files).ok, ask(program, "bundle", place)
    finally:
        (place / path).write_bytes(long_bundle()[path])


def overlooked(path: str, raw: bytes, changed: bytes) -> bool:
    """Whether a change is one that the page lists."""
    if NOT_READ.fullmatch(path):
        return True
    if path == "policy.txt":
        return _without_comments(raw) == _without_comments(changed)
    if path != "checkpoint" and not path.startswith("notes/"):
        return False
    return _said(raw).items() >= _said(changed).items() and _log_line(raw, changed)


def _without_comments(policy: bytes) -> list[bytes]:
    return [line for line in policy.split(b"\n") if not line.startswith(b"#")]


def _said(note: bytes) -> Mapping[bytes, bytes]:
    """What a note's text and the lines of known keys say, however their bytes are spelt."""
    text, _, block = note.rpartition(b"\n\n")
    known = {line.split(b" ")[1]: _bytes_of(line) for line in _lines(long_bundle()["checkpoint"])}
    said = {b"text": text}
    for line in block.split(b"\n")[:-1]:
        words = line.split(b" ")
        if len(words) == 3 and known.get(words[1], b"")[:4] == _bytes_of(line)[:4]:
            said.setdefault(words[1], _bytes_of(line))
    return said


def _lines(note: bytes) -> list[bytes]:
    return note.rpartition(b"\n\n")[2].split(b"\n")[:-1]


def _bytes_of(line: bytes) -> bytes:
    try:
        return base64.b64decode(line.split(b" ")[-1])
    except binascii.Error:
        return b""


def _log_line(raw: bytes, changed: bytes) -> bool:
    origin = raw.split(b"\n")[0]
    return _said(raw)[origin] == _said(changed).get(origin)


# Evidence.


def two_headed() -> list[tuple[str, bytes]]:
    """Evidence of both sorts against the host of the scripted channel; the vkey that each convicts."""
    sketch = scripted()
    origin, key = sketch.origin, sketch.parties[sketch.host].key("log")
    vkey = log_verifier(sketch.picture).vkey()
    size = len(sketch.leaves)
    note = sign_checkpoint(Checkpoint(origin, size, sketch.tree.root(size)), key)
    other = sign_checkpoint(Checkpoint(origin, size, bytes(32)), key)
    older = sign_checkpoint(Checkpoint(origin, 5, bytes(32)), key)
    empty = sign_checkpoint(Checkpoint(origin, 0, bytes(32)), key)
    found = []
    tree: Tree = sketch.tree
    for a, b in ((note, other), (older, note), (empty, note)):
        with pytest.raises(Equivocation) as caught:
            check_pair_in(tree, a, b, origin, key.public_key)
        found.append((vkey, caught.value.evidence[2]))
    return found


@pytest.mark.requirement("R33", "N9")
def test_evidence_of_two_histories_convinces_the_foreign_reader(program: Path, tmp_path: Path) -> None:
    for vkey, file in two_headed():
        (tmp_path / "evidence.txt").write_bytes(file)
        answer = ask(program, "-log", vkey, "evidence", tmp_path / "evidence.txt")
        assert answer.ok and check_evidence(file) in answer.words and vkey in answer.words
        assert not ask(program, "-log", vkey.replace("caspia", "other"), "evidence", tmp_path / "evidence.txt").ok


@pytest.mark.requirement("R33")
@given(part=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255), which=st.integers(0, 2))
@settings(max_examples=60)
def test_no_changed_byte_of_evidence_convinces(
    program: Path, tmp_path_factory: pytest.TempPathFactory, part: float, change: int, which: int
) -> None:
    _, file = two_headed()[which]
    spoiled = bytearray(file)
    spoiled[int(part * len(file))] ^= change
    with pytest.raises(WellclearError):
        check_evidence(bytes(spoiled))
    path = tmp_path_factory.mktemp("evidence") / "evidence.txt"
    path.write_bytes(spoiled)
    spare = _decoded(bytes(spoiled)) == _decoded(file)  # unused bits of base64, in a line that says the same
    assert spare or not ask(program, "evidence", path).ok


def _decoded(file: bytes) -> list[bytes]:
    """The lines of a file, the base64 at their ends read as a lax decoder reads it."""
    return [line.rsplit(b" ", 1)[0] + b" " + _bytes_of(line) for line in file.split(b"\n")]


def test_two_notes_that_can_both_be_true_are_no_evidence(program: Path, tmp_path: Path) -> None:
    file = two_headed()[0][1]
    head, _, notes = file.partition(b"note ")
    once = notes.split(b"note ")[0]
    (tmp_path / "same.txt").write_bytes(head + b"note " + once + b"note " + once)
    answer = ask(program, "evidence", tmp_path / "same.txt")
    assert not answer.ok and "both notes can be true" in answer.words
