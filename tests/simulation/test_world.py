"""Worlds from seeds, under their checkers; what must have happened in them; and bugs that they must find."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.simulation.planted import PLANTED, Planted
from tests.simulation.planted_readers import PLANTED_READERS
from wellclear.testing.checkers import ALL
from wellclear.testing.outcome import simulate
from wellclear.testing.world.acts import habits
from wellclear.testing.world.vices import vices
from wellclear.testing.world.world import Plan, World

WORLDS = int(os.environ.get("WELLCLEAR_WORLDS", "300"))
"""Each with as many steps as its seed chooses, 30 in the mean. The slow lane asks for more of them."""
SEEDS_PER_BUG = 8
ALL_PLANTED = [*PLANTED, *PLANTED_READERS]

COUNTED_STEPS = 1200
# What must have happened in so many steps: half of what it was when this was written, or less.
AT_LEAST = {
    "entry notice": 60, "entry amend": 15, "entry cancel": 3, "entry complete": 3, "entry safety": 30,
    "entry message": 30, "entry request": 15, "entry ack": 90, "entry confirm": 80, "entry readback_wrong": 3,
    "entry passed_to_units": 10, "entry receipt": 200, "entry time": 500, "entry finding": 1, "entry propose": 15,
    "entry sign_agreement": 40, "entry roster": 60, "entry add_key": 2, "alarm answer_owed": 200,
    "alarm no_answer": 100, "alarm escalated": 10, "alarm stale": 5, "alarm disk": 1, "item CANCELLED": 3,
    "item COMPLETED": 3, "start HOST": 35, "start node": 80, "officer late answer": 50, "officer no answer": 10,
    "struck link loss": 15, "struck link doubled": 15, "struck link cut": 10, "entry comply": 1, "entry unable": 1,
    "entry revoke": 2, "entry takeover": 1, "entry withdraw": 1, "entry host_change": 2, "agreement in force": 20,
    "alarm conflict": 150, "host changed": 2, "node followed another host": 6, "newcomer's node": 3,
    "struck node dead for good": 1, "node new > live": 50, "node live > stale": 20, "node stale > live": 30,
    "node live > halted": 1, "node live > down": 10, "outbox new > waiting": 1200, "outbox waiting > linked": 1200,
    "outbox linked > logged": 1200, "outbox linked > waiting": 2, "outbox linked > held": 3,
    "outbox held > waiting": 2, "outbox logged > gone": 1200, "outbox waiting after a change of host": 10,
    "cosigned": 600, "notes exchanged": 150, "two histories met": 4, "entry epoch": 100, "entry disclose": 10,
    "alarm false_part": 3, "entry track_query": 12, "entry track_reply": 12, "entry authority_scope": 10,
    "entry intent": 5, "entry red_line": 4, "entry zone": 9, "entry zone_reply": 3, "entry consent": 1,
    "entry incident": 10, "entry account": 2, "entry series": 4, "entry report": 6, "entry statement": 9,
    "entry statement_sign": 1,
}  # fmt: skip


@pytest.mark.worlds
@pytest.mark.requirement("R1", "R2", "R33")
def test_no_checker_finds_anything_and_everything_that_can_happen_has_happened(tmp_path: Path) -> None:
    """A failure names the command that replays it. Where nothing goes wrong nothing is found: so it is counted."""
    words = [sys.executable, "-m", "wellclear.testing.sim", "many", "--count", str(WORLDS), "--json", "all.json"]
    ran = subprocess.run(words, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr + ran.stdout
    summary = json.loads((tmp_path / "all.json").read_text())
    counts, share = Counter(summary["counts"]), summary["steps"] / COUNTED_STEPS
    assert summary["worlds"] == WORLDS
    rare = {what: counts[what] for what, least in AT_LEAST.items() if counts[what] < least * share}
    never = [f"vice {name}" for name in vices() if not counts[f"vice {name}"]]
    assert not rare, rare
    assert not never, never


@pytest.mark.slow
@pytest.mark.parametrize("planted", ALL_PLANTED, ids=lambda planted: planted.name)
def test_a_planted_bug_is_found(planted: Planted, monkeypatch: pytest.MonkeyPatch) -> None:
    planted.plant(monkeypatch)
    finder = [checker for checker in ALL if checker.name == planted.finder]
    for seed in range(1, SEEDS_PER_BUG + 1):
        if simulate(Plan(seed, planted.steps, planted.without, planted.vices), finder).faults:
            return
    raise AssertionError(f"{planted.finder} has not found it in {SEEDS_PER_BUG} worlds")


def test_there_is_a_planted_bug_for_every_checker() -> None:
    assert {planted.finder for planted in ALL_PLANTED} == {checker.name for checker in ALL}
    assert len(ALL_PLANTED) >= 36


@pytest.mark.slow
def test_one_seed_is_one_world_wherever_it_runs() -> None:
    """Neither the hashes of strings nor what ran before decide anything."""
    told = set()
    for hashes in ("0", "77"):
        environment = {**os.environ, "PYTHONHASHSEED": hashes}
        words = [
            sys.executable,
            "-m",
            "wellclear.testing.sim",
            "one",
            "--seed",
            "5",
            "--steps",
            "15",
            "--every",
            "disk full",
        ]
        ran = subprocess.run(words, env=environment, capture_output=True, check=True, text=True)
        told.add(ran.stdout)
    assert len(told) == 1


def test_every_habit_says_what_kinds_it_has() -> None:
    known = {kind for habit in habits() for kind in habit.kinds}
    assert {"notice", "amend", "safety", "message", "propose", "sign_agreement", "roster", "add_key", "revoke"} <= known


def test_nobody_starts_anything_in_a_world_that_is_over() -> None:
    """The second of the operators' look may be the last one: what they started then was never taken down."""
    world = World(Plan(7, steps=1))
    world.run()
    second = math.ceil(world.loop.time()) - 0.0005
    world._until(second)
    lives = {machine.name: machine.lives for machine in world.machines()}
    world.close()
    assert {machine.name: machine.lives for machine in world.machines()} == lives
    assert not any(machine.up for machine in world.machines())
