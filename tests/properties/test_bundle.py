"""One byte of any file of a bundle changed: the verdict is no, and names the file or the entry (R33)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bundles import frozen_bundle, scripted, signed_again
from wellclear.channel.verify import verify_bundle
from wellclear.log.bundle import MANIFEST, MANIFEST_SIG

PATHS = sorted(frozen_bundle())


@pytest.mark.requirement("R33", "N9")
@given(part=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255))
@settings(max_examples=12)
def test_one_changed_byte_in_any_file_is_named(part: float, change: int) -> None:
    for path in PATHS:
        files = dict(frozen_bundle())
        raw = bytearray(files[path])
        raw[int(part * len(raw))] ^= change
        files[path] = bytes(raw)
        verdict = verify_bundle(files)
        named = {fault.file for fault in verdict.faults}
        assert path in named or (path == MANIFEST and MANIFEST_SIG in named), f"{path}: {verdict.faults}"


@pytest.mark.requirement("R33", "N9")
@given(data=st.data())
@settings(max_examples=60)
def test_a_liars_new_manifest_does_not_hide_one_changed_byte_of_the_log(data: st.DataObject) -> None:
    """Whatever is not the liar's own word: entries, tiles, notes, parts, policy. README and format are."""
    theirs = [path for path in PATHS if path.startswith(("tile/", "notes/", "parts/", "checkpoint", "policy"))]
    path = data.draw(st.sampled_from(theirs))
    files = dict(frozen_bundle())
    raw = bytearray(files[path])
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    files[path] = bytes(raw)
    verdict = verify_bundle(signed_again(files, scripted()))
    if path != "checkpoint":  # the name in another party's cosignature line is nobody's word
        assert not verdict.ok, path


@given(data=st.data())
@settings(max_examples=60)
def test_whatever_stands_in_the_files_there_is_a_verdict(data: st.DataObject) -> None:
    files = dict(frozen_bundle())
    for path in data.draw(st.lists(st.sampled_from(PATHS), min_size=1, max_size=4)):
        raw = files[path]
        cut = data.draw(st.integers(0, len(raw)))
        files[path] = raw[:cut] + data.draw(st.binary(max_size=40))
    verify_bundle(signed_again(files, scripted()) if MANIFEST not in files else files)
    verify_bundle(files)
