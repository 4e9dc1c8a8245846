"""A node that has seen one history only is shown the other one by another party: evidence alone halts it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.apps.node.bench import Bench
from tests.unit.apps.node.test_changing import NORTH, SOUTH, decide_at, decided, note_of
from tests.unit.channel.relay import Relay
from wellclear.apps.copies import LogCopy
from wellclear.apps.node.convicting import evidence_in, take_evidence
from wellclear.channel.composing import Chain, link
from wellclear.edges.keyring import box_key
from wellclear.edges.store import Store
from wellclear.errors import Malformed, Misconfigured, Refused, Unverified
from wellclear.log.checkpoint import Checkpoint, sign_checkpoint
from wellclear.log.equivocation import check_evidence
from wellclear.testing.sketch import Sketch


@pytest.fixture
def relay() -> Relay:
    return Relay(Sketch.founded(seed=31))


@pytest.fixture
def south(relay: Relay, tmp_path: Path) -> Bench:
    bench = Bench(relay, SOUTH, tmp_path / "south.sqlite")
    relay.sketch.time(NORTH)
    bench.follow()
    return bench


def other_side(longer_by: int) -> Sketch:
    """What the same host has signed to somebody else."""
    fork = Sketch.founded(seed=31)
    for _ in range(1 + longer_by):
        fork.time("CASPIA")
    return fork


def signed(sketch: Sketch, *, log: str = "log") -> bytes:
    checkpoint = Checkpoint(sketch.origin, len(sketch.leaves), sketch.tree.root())
    return sign_checkpoint(checkpoint, sketch.parties["CASPIA"].key(log))


def copy_of(sketch: Sketch, note: bytes | None = None) -> LogCopy:
    return LogCopy("north.tar", NORTH, note or signed(sketch), list(sketch.leaves))


def stopped(bench: Bench) -> Store:
    bench.core.store.close()
    return Store.open(bench.path, box_key=box_key(bench.relay.sketch.parties[SOUTH].key("node")))


@pytest.mark.requirement("R33")
@pytest.mark.parametrize("longer_by", [0, 2])
def test_two_logs_that_one_host_has_signed_convict_it_and_the_node_then_follows_from_either(
    relay: Relay, south: Bench, longer_by: int
) -> None:
    """Found by the simulator: seeds 170 and 184 at 38fc116 had no way out but to begin anew."""
    fork = other_side(longer_by)
    decision = decided(fork, len(fork.leaves), leaves=fork.leaves)
    if not longer_by:
        with pytest.raises(Refused, match="wellclear evidence take"):
            decide_at(south, decision)
    store = stopped(south)
    file = evidence_in(store, copy_of(fork))
    assert take_evidence(store, file) == check_evidence(file)
    store.close()
    south.start()
    assert (south.core.state, south.core.evidence) == ("halted", file)
    assert decide_at(south, decision)[0] == 0
    head = (len(fork.leaves), fork.tree.root())
    signer = fork.parties[NORTH].key("s2")
    assert fork.log(link(decision.act, decision.approvals, signer, Chain(0, None), head, fork.now_us)).remarks == ()
    relay.sketch = fork
    south.core.hear(note_of(relay), 0, fork.leaves)
    assert (south.core.state, south.core.picture.digest) == ("live", fork.picture.digest)


def test_what_it_holds_may_be_the_longer_side(south: Bench) -> None:
    south.relay.sketch.time(NORTH)
    south.follow()
    store = stopped(south)
    file = evidence_in(store, copy_of(other_side(0)))
    assert take_evidence(store, file) == check_evidence(file)
    again = evidence_in(store, copy_of(other_side(1)))
    assert take_evidence(store, again) == check_evidence(again)
    assert store.get_meta("evidence") == file, "the evidence that it halted on stays"
    store.close()


def test_nothing_but_two_notes_of_its_own_host_halts_a_node(relay: Relay, south: Bench, tmp_path: Path) -> None:
    fork, strange = other_side(0), Sketch.founded(seed=32)
    store = stopped(south)
    with pytest.raises(Unverified, match="can both be true"):
        evidence_in(store, copy_of(relay.sketch))
    shorter = Sketch.founded(seed=31)
    with pytest.raises(Unverified, match="can both be true"):
        evidence_in(store, copy_of(shorter))
    for note in (signed(fork, log="sequencer"), signed(strange)):
        with pytest.raises(Unverified):
            evidence_in(store, copy_of(fork, note))
    with pytest.raises(Unverified, match="is not the one"):
        evidence_in(store, LogCopy("north.tar", NORTH, signed(other_side(1)), list(fork.leaves)))
    file = evidence_in(store, copy_of(fork))
    for wrong in (b"", b"wellclear/evidence/1\n", file[:-2]):
        with pytest.raises(Malformed):
            take_evidence(store, wrong)
    assert store.get_meta("evidence") is None
    store.close()
    fresh = Store.create(tmp_path / "fresh.sqlite", relay.sketch.channel)
    with pytest.raises(Misconfigured, match="its log is empty"):
        take_evidence(fresh, file)
    fresh.close()
    others = Bench(Relay(strange), SOUTH, tmp_path / "others.sqlite")
    others.follow()
    elsewhere = stopped(others)
    with pytest.raises(Unverified, match=r"it convicts|not the log"):
        take_evidence(elsewhere, file)
    elsewhere.close()
