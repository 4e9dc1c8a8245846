"""An old copy is brought up to date from a member's copy, and only by what the host itself has signed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.apps.host.world import service_of, signed_note, store_sketch
from wellclear.apps.copies import LogCopy
from wellclear.apps.host.recover import recover_from, recover_host
from wellclear.apps.host.starting import HostFiles, HostKeys
from wellclear.apps.host.takeover import resume
from wellclear.channel.composing import approve
from wellclear.channel.host_change import decide
from wellclear.domain.canonical import b64
from wellclear.domain.kinds import HostChange
from wellclear.edges.promise import Promise
from wellclear.errors import Malformed, Misconfigured, Unverified
from wellclear.testing.sketch import Sketch


def grown() -> Sketch:
    sketch = Sketch.founded(seed=9)
    for party in ("NORTHLAND", "SOUTHLAND"):
        sketch.message(party, ["SOUTHLAND/OPS" if party == "NORTHLAND" else "NORTHLAND/OPS"], "later")
    return sketch


def old_home(home: Path, promised: int) -> HostFiles:
    files = store_sketch(Sketch.founded(seed=9), home)
    promise = Promise(files.promise)
    promise.keep(promised)
    promise.close()
    return files


@pytest.mark.requirement("R33")
def test_an_old_copy_serves_again_after_a_members_copy_was_taken(tmp_path: Path) -> None:
    sketch = grown()
    size = len(sketch.leaves)
    files = old_home(tmp_path, size)
    with pytest.raises(Misconfigured, match="old copy"):
        service_of(sketch, files)
    assert recover_host(files, signed_note(sketch, size), sketch.leaves, sketch.parts) == size
    assert recover_host(files, signed_note(sketch, size), sketch.leaves, sketch.parts) == size
    service = service_of(sketch, files)
    assert service.sequencer.picture.digest == sketch.picture.digest
    service.store.close()


def test_a_copy_that_proves_nothing_is_refused(tmp_path: Path) -> None:
    sketch = grown()
    size = len(sketch.leaves)
    files, note = old_home(tmp_path, size), signed_note(sketch, size)
    other = Sketch.founded(seed=10)
    for leaves in (sketch.leaves[:-1], [*sketch.leaves, b"more"], sketch.leaves[:3]):
        with pytest.raises(Malformed, match="the note says"):
            recover_host(files, note, leaves, {})
    with pytest.raises(Unverified, match="does not lead to the root"):
        recover_host(files, note, [*sketch.leaves[:-1], b"forged"], {})
    with pytest.raises(Unverified, match="two histories"):
        recover_host(files, note, [b"other", *sketch.leaves[1:]], {})
    with pytest.raises(Unverified):
        recover_host(files, signed_note(other, 3), other.leaves[:3], {})
    with pytest.raises(Misconfigured, match="old copy"):
        recover_host(files, signed_note(sketch, size - 1), sketch.leaves[:-1], {})


@pytest.mark.requirement("R33")
def test_a_store_that_holds_more_than_its_members_goes_on_by_their_decision_or_by_its_promise(tmp_path: Path) -> None:
    """Found by the simulator: `make sim SEED=1274 STEPS=40` at 4d6cb36."""
    sketch = grown()
    size = len(sketch.leaves)
    host = sketch.parties[sketch.host]
    files, keys = store_sketch(sketch, tmp_path), HostKeys(host.key("log"), host.key("sequencer"))
    short = [
        LogCopy(name, name, signed_note(sketch, size - 1), list(sketch.leaves[:-1]), {})
        for name in ("NORTHLAND", "SOUTHLAND")
    ]
    assert recover_from(files, short) == size, "it has promised no more than it holds"
    promise = Promise(files.promise)
    promise.keep(size + 2)
    promise.close()
    with pytest.raises(Misconfigured, match="old copy"):
        recover_from(files, short)
    assert recover_from(files, short, from_all=False) == size
    card = sketch.picture.host
    assert card is not None
    body = HostChange(size=size - 1, root=b64(sketch.tree.root(size - 1)), host=card)
    decision = decide(sketch.channel, body, sketch.now_us, "http://127.0.0.1:1")
    for name in ("NORTHLAND", "SOUTHLAND"):
        head = sketch.parties[name].key("head_of_delegation")
        decision = decision.approved(approve(decision.act, head, "head_of_delegation"))
    assert resume(files, keys, decision) == (size - 1, ())
    with pytest.raises(Unverified, match="two histories"):
        recover_host(files, signed_note(sketch, 3), [b"other", *sketch.leaves[1:3]], {})


def test_an_old_copy_that_promised_more_than_anybody_holds_goes_on_by_decision_of_the_heads(tmp_path: Path) -> None:
    """Found by the simulator: `make sim SEED=199 STEPS=51` at 38fc116."""
    sketch = grown()
    size = len(sketch.leaves)
    host = sketch.parties[sketch.host]
    files, keys = old_home(tmp_path, size + 2), HostKeys(host.key("log"), host.key("sequencer"))
    note = signed_note(sketch, size)
    copies = [LogCopy(name, name, note, list(sketch.leaves), sketch.parts) for name in ("NORTHLAND", "SOUTHLAND")]
    with pytest.raises(Misconfigured, match="old copy"):
        recover_from(files, copies)
    assert recover_from(files, copies, from_all=False) == size
    with pytest.raises(Misconfigured, match="old copy"):
        service_of(sketch, files)
    card = sketch.picture.host
    assert card is not None
    body = HostChange(size=size, root=b64(sketch.tree.root(size)), host=card)
    decision = decide(sketch.channel, body, sketch.now_us, "http://127.0.0.1:1")
    for name in ("NORTHLAND", "SOUTHLAND"):
        head = sketch.parties[name].key("head_of_delegation")
        decision = decision.approved(approve(decision.act, head, "head_of_delegation"))
    assert resume(files, keys, decision) == (size, ())
    service = service_of(sketch, files)
    assert service.sequencer.picture.digest == sketch.picture.digest
    service.store.close()
