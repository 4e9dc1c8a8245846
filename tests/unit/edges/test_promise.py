"""A host never goes on from an old copy of its store without noticing."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellclear.edges.promise import Promise
from wellclear.errors import Misconfigured


@pytest.mark.requirement("R33")
def test_a_store_that_holds_less_is_an_old_copy(tmp_path: Path) -> None:
    promise = Promise.create(tmp_path / "p", 1)
    promise.keep(900)
    promise.keep(12)
    promise.close()
    promise = Promise(tmp_path / "p")
    promise.check(900)
    promise.check(901)  # a crash between commit and promise
    with pytest.raises(Misconfigured, match="old copy"):
        promise.check(899)
    promise.close()
    promise.close()


@pytest.mark.parametrize("content", [b"", b"900\n", b"x" * 19 + b"\n", b"0" * 21])
def test_another_content_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "p").write_bytes(content)
    with pytest.raises(Misconfigured, match="size of the log"):
        Promise(tmp_path / "p")


def test_a_missing_file_is_refused_and_none_overwritten(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="cannot be read"):
        Promise(tmp_path / "p")
    Promise.create(tmp_path / "p", 1).close()
    with pytest.raises(Misconfigured, match="there already"):
        Promise.create(tmp_path / "p", 2)
