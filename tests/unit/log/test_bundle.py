from __future__ import annotations

import pytest

from wellclear.domain import canonical
from wellclear.domain.canonical import b64
from wellclear.errors import Malformed, Unverified
from wellclear.log.bundle import (
    CHECKPOINT,
    MANIFEST,
    MANIFEST_SIG,
    Fault,
    check_path,
    decode_manifest,
    is_known,
    log_files,
    make_manifest,
    manifest_faults,
    read_leaves,
    sign_manifest,
    tile_faults,
    tree_of,
    verify_manifest,
)
from wellclear.log.ed25519 import SigningKey

KEY = SigningKey(bytes(range(32)))
CHANNEL = b64(bytes(32))
FILES = {"checkpoint": b"one", "notes/7": b"two", "README.txt": b"three"}


def manifest_of(files: dict[str, bytes]) -> bytes:
    return make_manifest(files, channel=CHANNEL, exercise=True, party="NORTHLAND", key=KEY.public_key, made_us=5)


def test_a_manifest_says_what_was_exported_and_by_whom() -> None:
    raw = manifest_of(FILES)
    verify_manifest(raw, sign_manifest(raw, KEY), b64(KEY.public_key))
    manifest = decode_manifest(raw)
    assert [row.path for row in manifest.files] == ["README.txt", "checkpoint", "notes/7"]
    assert (manifest.party, manifest.made, manifest.channel) == ("NORTHLAND", 5, CHANNEL)
    assert manifest.exercise == "yes"
    assert manifest_faults(manifest, FILES | {MANIFEST: raw, MANIFEST_SIG: b""}) == []


@pytest.mark.requirement("R33")
def test_missing_added_truncated_and_changed_files_are_named() -> None:
    manifest = decode_manifest(manifest_of(FILES))
    files = {"checkpoint": b"ONE", "notes/7": b"tw", "parts/x": b""}
    said = {fault.file: fault.why for fault in manifest_faults(manifest, files)}
    assert said["README.txt"] == "is missing"
    assert "another" in said["checkpoint"]
    assert "it had 3" in said["notes/7"]
    assert said["parts/x"] == "was added after the export"


@pytest.mark.parametrize("line", [b"", b"x\n", b64(bytes(64)).encode(), b64(bytes(63)).encode() + b"\n", b"\xff\n"])
def test_a_signature_file_has_one_spelling(line: bytes) -> None:
    raw = manifest_of(FILES)
    with pytest.raises(Malformed, match=r"manifest\.sig"):
        verify_manifest(raw, line, b64(KEY.public_key))


def test_another_signature_does_not_hold() -> None:
    raw = manifest_of(FILES)
    with pytest.raises(Unverified):
        verify_manifest(raw, sign_manifest(raw + b" ", KEY), b64(KEY.public_key))


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"files": [{"path": "b", "sha256": "0" * 64, "size": 0}, {"path": "a", "sha256": "0" * 64, "size": 0}]},
        {"files": [{"path": "a", "sha256": "0" * 64, "size": 0}] * 2},
        {"files": [{"path": "a", "sha256": "A" * 64, "size": 0}]},
        {"files": [{"path": "a", "sha256": "0" * 64, "size": -1}]},
        {"party": "north"},
        {"more": 1},
    ],
)
def test_strange_manifests_are_refused_with_words(change: dict[str, object]) -> None:
    fields: dict[str, object] = dict(canonical.decode(manifest_of(FILES), "x"))
    with pytest.raises(Malformed, match=r"manifest\.json"):
        decode_manifest(canonical.encode(fields | change))


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/x",
        "../x",
        "a/../b",
        "a//b",
        "a/",
        ".hidden",
        "a/./b",
        "a\\b",
        "a b",
        "a\nb",
        "x" * 101,
        "ä",
        "a/.git/x",
    ],
)
def test_paths_that_could_leave_the_directory_are_no_paths(path: str) -> None:
    with pytest.raises(Malformed):
        check_path(path)
    assert not is_known(path)


@pytest.mark.parametrize(
    "path", ["tile/0/000.p/17", "tile/entries/x001/234", "parts/" + "a" * 64, "notes/0", "notes/12", "manifest.json"]
)
def test_what_a_bundle_holds_is_known(path: str) -> None:
    check_path(path)
    assert is_known(path)


@pytest.mark.parametrize(
    "path", ["tile/0/0", "tile/64/000", "notes/01", "notes/x", "parts/aa", "x.txt", "tile/entries/000.p/256"]
)
def test_what_it_does_not_hold_is_unknown(path: str) -> None:
    assert not is_known(path)


def leaves_of(count: int) -> list[bytes]:
    return [b"leaf %d" % number for number in range(count)]


@pytest.mark.parametrize("count", [1, 255, 256, 257, 600])
def test_a_log_becomes_files_and_comes_back(count: int) -> None:
    leaves = leaves_of(count)
    files = log_files(leaves, tree_of(leaves), b"note")
    assert files[CHECKPOINT] == b"note"
    back, found = read_leaves(files, count)
    assert (back, found) == (leaves, [])
    assert tile_faults(files, back, tree_of(back)) == []


def test_a_changed_entry_is_named_by_the_tile_of_hashes() -> None:
    leaves = leaves_of(300)
    files = log_files(leaves, tree_of(leaves), b"note")
    leaves[270] = b"leaf 27o"
    found = tile_faults(files, leaves, tree_of(leaves))
    assert Fault("tile/0/001.p/44", 270, "the entry and its hash in the tile do not fit each other") in found


def test_missing_and_additional_tiles_are_named_and_reading_stops_there() -> None:
    leaves = leaves_of(600)
    files = log_files(leaves, tree_of(leaves), b"note")
    del files["tile/entries/001"], files["tile/1/000.p/2"]
    files["tile/entries/007"] = b""
    back, found = read_leaves(files, 600)
    assert len(back) == 256
    assert {fault.file for fault in found} == {"tile/entries/001", "tile/1/000.p/2", "tile/entries/007"}


def test_a_torn_bundle_names_the_entry_where_it_breaks() -> None:
    leaves = leaves_of(300)
    files = log_files(leaves, tree_of(leaves), b"note")
    files["tile/entries/001.p/44"] = files["tile/entries/001.p/44"][:-30]
    _, found = read_leaves(files, 300)
    assert [fault.file for fault in found] == ["tile/entries/001.p/44"]
    assert found[0].index in (296, 297)
