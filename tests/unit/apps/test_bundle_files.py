from __future__ import annotations

import errno
import json
import os
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from tests.bundles import MADE_US, SketchSource, exporter_of, frozen_bundle, scripted
from wellclear.apps.bundle import files as bundle_files
from wellclear.apps.bundle import verify
from wellclear.apps.bundle.export import export_path
from wellclear.apps.bundle.files import read_bundle, unwritable, write_bundle
from wellclear.apps.bundle.verify import verify_path
from wellclear.apps.timeline import timeline_of_bundle, timeline_of_store
from wellclear.channel import verify as channel_verify
from wellclear.edges.store import Store
from wellclear.errors import InvalidValue, Misconfigured, Unavailable
from wellclear.log.archive import pack


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    write_bundle(frozen_bundle(), tmp_path / "bundle")
    return tmp_path / "bundle"


@pytest.mark.requirement("R33")
@pytest.mark.parametrize("name", ["bundle", "bundle.tar"])
@pytest.mark.parametrize("threads", [1, 2])
def test_export_and_verify_by_directory_and_tar(tmp_path: Path, name: str, threads: int) -> None:
    sketch = scripted()
    exported = export_path(SketchSource(sketch), exporter_of(sketch, "SOUTHLAND"), tmp_path / name, made_us=MADE_US)
    assert (exported.entries, exported.parts) == (14, 7)
    report = verify_path(tmp_path / name, channel=sketch.channel, threads=threads)
    assert (report.ok, report.exit_code) == (True, 0)
    assert report.lines()[1].endswith("everything that can be checked holds.")
    assert json.loads(json.dumps(report.json()))["ok"] == "yes"
    assert read_bundle(tmp_path / name) == frozen_bundle()
    assert exported.lines()
    assert json.dumps(exported.json())


def test_the_same_channel_gives_the_same_tar(tmp_path: Path) -> None:
    for name in ("a.tar", "b.tar"):
        sketch = scripted()
        export_path(SketchSource(sketch), exporter_of(sketch, "SOUTHLAND"), tmp_path / name, made_us=MADE_US)
    assert (tmp_path / "a.tar").read_bytes() == (tmp_path / "b.tar").read_bytes() == pack(frozen_bundle())


@pytest.mark.parametrize("name", ["bundle", "bundle.tar"])
def test_nothing_is_overwritten(tmp_path: Path, name: str) -> None:
    write_bundle(frozen_bundle(), tmp_path / name)
    with pytest.raises(Misconfigured, match="there already"):
        write_bundle(frozen_bundle(), tmp_path / name)


def refused(path: Path) -> str:
    """The one sentence about what a path holds; never a traceback, never exit code 0."""
    report = verify_path(path, threads=1)
    assert report.exit_code == 1
    assert "DOES NOT HOLD" in report.verdict and report.verdict in report.lines()[:2]
    return str(report.faults[0])


@pytest.mark.requirement("R33")
def test_links_are_never_followed(directory: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(frozen_bundle()["checkpoint"])
    (directory / "checkpoint").unlink()
    (directory / "checkpoint").symlink_to(tmp_path / "elsewhere")
    assert refused(directory) == "checkpoint: a link or a device; a bundle holds plain files only"


def test_a_linked_directory_is_not_entered(directory: Path, tmp_path: Path) -> None:
    (directory / "loop").symlink_to(tmp_path)
    assert "a link or a device" in refused(directory)


def test_devices_are_not_read(directory: Path) -> None:
    os.mkfifo(directory / "pipe")
    assert "a link or a device" in refused(directory)


@pytest.mark.parametrize("name", ["two words", ".hidden", "ä", "x" * 101])
def test_strange_names_are_said(directory: Path, name: str) -> None:
    (directory / name).write_bytes(b"")
    assert "not a path that a bundle may hold" in refused(directory)


def test_an_additional_file_is_said(directory: Path) -> None:
    (directory / "more.txt").write_bytes(b"x")
    assert refused(directory) == "more.txt: has no place in a bundle"


def test_a_huge_file_is_not_read(directory: Path) -> None:
    with (directory / "checkpoint").open("wb") as file:
        file.truncate(1 << 40)
    assert "such a file has at most 1048576" in refused(directory)


def test_a_huge_tar_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "x.tar").open("wb") as file:
        file.truncate(1 << 43)
    assert "a bundle has at most" in refused(tmp_path / "x.tar")


def test_too_many_files_and_too_deep_directories(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (directory / "/".join("d" * 14)).mkdir(parents=True)
    assert "directories deeper than" in refused(directory)
    monkeypatch.setattr(bundle_files, "FILES_MAX", 3)
    assert "more than 3 files" in refused(directory)


def test_a_cut_tar_says_where(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(pack(frozen_bundle())[:5000])
    assert "truncated" in refused(tmp_path / "x.tar")


def test_no_tar_and_a_device_are_said(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"hello")
    assert "not a tar that `export` wrote" in refused(tmp_path / "x")
    assert "neither a directory nor a file" in refused(Path(os.devnull))


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="nothing: there is no such file"):
        verify_path(tmp_path / "nothing")
    with pytest.raises(Unavailable, match="cannot be written"):
        write_bundle(frozen_bundle(), tmp_path / "no" / "where")


def test_many_faults_are_counted_not_all_shown(directory: Path) -> None:
    for path in [*directory.glob("notes/*"), *directory.glob("parts/*")]:
        path.write_bytes(b"")
    report = verify_path(directory)
    lines = report.lines()
    assert any(line.strip().startswith("and ") for line in lines) == (len(report.faults) > 40)
    assert report.exit_code == 1


def test_the_first_cause_is_told_and_the_rest_is_counted(directory: Path) -> None:
    path = next(directory.glob("tile/entries/*/*"), None) or next(directory.glob("tile/entries/*"))
    raw = path.read_bytes()
    path.write_bytes(raw[:300] + bytes([raw[300] ^ 1]) + raw[301:])
    report = verify_path(directory, threads=1)
    assert len(report.faults) > 15
    told = report.lines()
    at = told.index("What does not hold:")
    assert "was changed after the export" in told[at + 1]
    assert told[at + 2].startswith("  entry 0: BAD_SIGNATURE")
    assert told[at + 3].startswith(f"  and {len(report.faults) - 2} consequences of this")
    assert not told[at + 4].startswith("  ")
    assert f"2 faults with {len(report.faults) - 2} consequences." in report.verdict
    every = report.lines(verbose=True)
    assert all(f"  {fault}" in every for fault in report.faults)
    listed = report.json()["faults"]
    assert isinstance(listed, list)
    assert [row["follows"] for row in listed].count("no") == 2
    assert len(listed) == len(report.faults)


def test_a_real_store_is_exported_and_told(tmp_path: Path) -> None:
    sketch = scripted()
    source = SketchSource(sketch)
    store = Store.create(tmp_path / "node.sqlite", sketch.channel)
    try:
        store.append(0, sketch.leaves, sketch.parts, lambda _: source.checkpoint())
        for size in range(1, len(sketch.leaves)):
            store.keep_note(size, source.note(size))
        export_path(store, exporter_of(sketch, "SOUTHLAND"), tmp_path / "bundle", made_us=MADE_US)
        told = timeline_of_store(store, "SOUTHLAND")
    finally:
        store.close()
    assert read_bundle(tmp_path / "bundle") == frozen_bundle()
    assert verify_path(tmp_path / "bundle").ok
    assert told.said == timeline_of_bundle(tmp_path / "bundle").said


@pytest.mark.slow
def test_several_processes_give_the_same_verdict(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = verify_path(directory, threads=1)
    monkeypatch.setattr(verify, "ALONE_CHUNKS", 0)
    assert verify_path(directory, threads=2) == alone


class DeadPool:
    """A pool whose processes have died: whatever is handed to it breaks."""

    def __init__(self, *_: object, **__: object) -> None:
        self.given = 0

    def __enter__(self) -> DeadPool:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def submit(self, *_: object) -> Future[object]:
        self.given += 1
        if self.given > 1:
            raise BrokenProcessPool
        broken: Future[object] = Future()
        broken.set_exception(BrokenProcessPool())
        return broken


def test_processes_that_die_change_nothing(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = verify_path(directory, threads=1)
    monkeypatch.setattr(verify, "ALONE_CHUNKS", 0)
    monkeypatch.setattr(verify, "ProcessPoolExecutor", DeadPool)
    monkeypatch.setattr(channel_verify, "CHUNK_ENTRIES", 5)
    assert verify_path(directory, threads=2).holds == alone.holds


@pytest.mark.parametrize("name", ["bundle", "bundle.tar"])
def test_where_it_cannot_be_written_is_named_with_what_to_do(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("x")
    for parent in (tmp_path / "nowhere", tmp_path / "file"):
        with pytest.raises(Unavailable) as told:
            write_bundle({"README.txt": b"x"}, parent / name)
        said = str(told.value)
        assert said.startswith(
            f"{parent / name}: cannot be written: {parent} is no directory; make it, or name another"
        )


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EACCES, "this user may not write in /media/safe; name another place"),
        (errno.EROFS, "this user may not write in /media/safe; name another place"),
        (errno.ENOSPC, "the disk is full; what was begun is no bundle. Delete it, and make room"),
        (errno.EIO, "Input/output error; what was begun is no bundle. Delete it, and name another place"),
    ],
)
def test_what_to_do_about_a_disk_that_does_not_take_it(number: int, said: str) -> None:
    error = OSError(number, os.strerror(number))
    assert unwritable(Path("/media/safe/x.tar"), error) == f"cannot be written: {said}"
