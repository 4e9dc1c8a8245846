"""`fold` never raises, and after whatever was logged the picture keeps its invariants."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.picture.hostile import Villain, founded
from tests.properties.picture.invariants import check_picture, check_step
from wellclear.channel.opening import open_leaf
from wellclear.domain.kinds import KINDS
from wellclear.picture.fold import fold
from wellclear.picture.picture import TABLES, Picture
from wellclear.testing.sketch import Sketch

ROOT = Path(__file__).resolve().parents[3]
SEEDS = st.integers(0, 2**32 - 1)


def refold(leaves: list[bytes]) -> Picture:
    picture = Picture()
    for index, leaf in enumerate(leaves):
        picture = fold(picture, open_leaf(index, leaf)).picture
    return picture


@given(st.lists(st.binary(max_size=400), max_size=5), st.booleans())
def test_any_bytes_may_be_logged(leaves: list[bytes], into_a_channel: bool) -> None:
    picture = founded().picture if into_a_channel else Picture()
    for leaf in leaves:
        logged = open_leaf(picture.size, leaf)
        step = fold(picture, logged)
        check_step(picture, logged, step)
        assert len(step.remarks) == 1
        picture = step.picture


@pytest.mark.requirement("R33", "R34")
@settings(max_examples=40)
@given(SEEDS)
def test_whatever_is_logged_the_picture_keeps_its_invariants(seed: int) -> None:
    villain = Villain(seed)
    for _ in range(40):
        villain.step()
        check_picture(villain.picture)
    again = refold(villain.leaves)
    assert again == villain.picture, "two folds of one log are one picture, hidden parts included"


@settings(max_examples=15)
@given(SEEDS)
def test_everything_said_again_in_any_order_moves_nothing(seed: int) -> None:
    """Every entry that had its place again, shuffled: each is remarked, no row changes, now stands.

    What had none, because it was not the next of its key or named too large a log, may find its place later.
    """
    villain = Villain(seed)
    for _ in range(15):
        villain.step()
    before, leaves = villain.picture, list(villain.taken)
    villain.random.shuffle(leaves)
    for leaf in leaves:
        step = villain.log(leaf)
        assert step.changes == () and len(step.remarks) == 1
    for field in (*TABLES.values(), "now_us", "claims", "chains", "waiting", "acts", "blocks"):
        assert getattr(villain.picture, field) == getattr(before, field), field


def test_the_villain_reaches_every_kind() -> None:
    """Otherwise the properties above would prove little: acts of each kind stand, but for those that make no row."""
    stood: Counter[str] = Counter()
    for seed in range(120):
        villain = Villain(seed)
        for _ in range(60):
            step = villain.step()
            entry = open_leaf(0, villain.leaves[-1]).entry
            if entry is not None and step.changes:
                stood[entry.act.kind] += 1
    assert set(stood) >= set(KINDS) - {"genesis", "time"}, sorted(set(KINDS) - set(stood))


@pytest.mark.parametrize("hash_seed", ["0", "77"])
def test_another_process_folds_the_same(hash_seed: str) -> None:
    script = (
        "from tests.properties.picture.hostile import Villain\n"
        "villain = Villain(5)\n"
        "for _ in range(60): villain.step()\n"
        "print(villain.picture.digest.hex())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    told = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    ).stdout
    villain = Villain(5)
    for _ in range(60):
        villain.step()
    assert told.strip() == villain.picture.digest.hex()


@given(st.integers(0, 3), st.integers(0, 2**16))
@settings(max_examples=20)
def test_a_revoked_key_counts_at_its_index_and_not_after(which: int, seed: int) -> None:
    sketch = Sketch.founded(seed=seed % 4)
    party = sketch.parties["NORTHLAND"]
    use = ("node", "head_of_delegation", "W1", "recovery")[which]
    revoke = sketch.compose("revoke", "NORTHLAND", public={"key": party.public(use), "since": sketch.picture.size})
    assert not sketch.send("NORTHLAND", revoke, use="recovery").remarks
    assert sketch.picture.keys[party.public(use)].state == "revoked"
    check_picture(sketch.picture)
    if use == "node":
        assert [remark.reason for remark in sketch.time("NORTHLAND").remarks] == ["KEY_NOT_LIVE"]
    if use == "W1":
        _, step = sketch.safety("NORTHLAND", ["SOUTHLAND/OPS"])
        assert [remark.reason for remark in step.remarks] == ["NOT_ON_ROSTER"]
    if use == "recovery":
        assert [remark.reason for remark in sketch.enrol("NORTHLAND").remarks] == ["KEY_NOT_LIVE"]
