"""A member's copy of the log, from its bundle: what a host is made whole from."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bundles import frozen_bundle
from wellclear.apps.bundle.files import write_bundle
from wellclear.apps.copies import copy_at
from wellclear.domain.canonical import b64


@pytest.mark.requirement("R33")
def test_a_part_that_is_not_what_its_name_says_is_no_part_of_a_copy(tmp_path: Path) -> None:
    """A recovered host hands parts out: one member could otherwise spoil them for all readers."""
    write_bundle(frozen_bundle(), tmp_path / "bundle")
    true = copy_at(tmp_path / "bundle").parts
    first, *others = sorted((tmp_path / "bundle" / "parts").iterdir())
    first.write_bytes(first.read_bytes() + b"\n")
    (first.parent / "another-name").write_bytes(b"text")
    spoiled = copy_at(tmp_path / "bundle").parts
    assert set(spoiled) == {b64(bytes.fromhex(path.name)) for path in others}
    assert len(true) == len(spoiled) + 1
