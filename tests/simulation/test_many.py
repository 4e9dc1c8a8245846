"""Many worlds: how long each is, what is told at once, and where a run that was cut goes on."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from wellclear.testing.many import STEPS_MAX, STEPS_MIN, Many, mixed_steps
from wellclear.testing.outcome import Outcome, simulate
from wellclear.testing.world.world import Plan, World


def test_each_seed_chooses_its_number_of_steps() -> None:
    chosen = [mixed_steps(seed) for seed in range(1, 2001)]
    assert chosen == [mixed_steps(seed) for seed in range(1, 2001)]
    assert (min(chosen), max(chosen)) >= (STEPS_MIN, STEPS_MAX - 5)
    assert max(chosen) <= STEPS_MAX
    assert 29 < sum(chosen) / len(chosen) < 31


def test_a_failure_is_told_at_once_and_a_run_that_is_cut_goes_on_at_the_first_seed_that_is_not_done(
    tmp_path: Path,
) -> None:
    plans, out, file = [Plan(seed, 20) for seed in range(7, 12)], io.StringIO(), tmp_path / "failures.txt"
    file.write_text("seed 3: from another run\n")
    many = Many(plans, out, file, tmp_path / "all.json", "abc")
    many.under_way, many.next_seed = {7, 8, 9}, 10
    many.take(Outcome(plans[1], ["alive: it died"], world_s=1800.0))
    many.take(Outcome(plans[0]))
    told = file.read_text()
    assert told.startswith("seed 3")
    assert "alive: it died" in told
    assert "make sim SEED=8 STEPS=20" in told
    assert "make sim SEED=8 STEPS=20" in out.getvalue()
    many.write()
    summary = json.loads((tmp_path / "all.json").read_text())
    assert (summary["first_seed"], summary["goes_on_at"], summary["worlds"], summary["steps"]) == (7, 9, 2, 40)
    assert summary["failed"] == [{"seed": 8, "command": "make sim SEED=8 STEPS=20", "faults": ["alive: it died"]}]
    assert (summary["commit"], summary["simulated_hours"]) == ("abc", 0.5)


def test_no_world_is_begun_after_the_time_is_over(tmp_path: Path) -> None:
    many = Many([Plan(seed, 20) for seed in range(7, 12)], io.StringIO(), json=tmp_path / "all.json")
    many.run(jobs=1, minutes=1e-9)
    assert (many.done, many.goes_on_at) == (0, 7)
    assert (tmp_path / "all.json").exists()


def test_a_world_that_breaks_off_is_told_like_any_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(world: World) -> None:
        raise IndexError("of a list")

    monkeypatch.setattr(World, "heal", breaks)
    faults = simulate(Plan(3, 2)).faults
    assert faults[0].startswith("world: it broke off: IndexError('of a list') in test_many.py")


KILLED = """
import os, signal
from concurrent.futures import ProcessPoolExecutor
from wellclear.testing.many import end_with_parent
if __name__ == "__main__":
    pool = ProcessPoolExecutor(2, max_tasks_per_child=9, initializer=end_with_parent)
    print(len({pool.submit(os.getpid).result() for _ in range(2)}), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_no_process_of_a_pool_outlives_who_began_it(tmp_path: Path) -> None:
    """All of them hold the pipe that is read here to its end."""
    (tmp_path / "killed.py").write_text(KILLED)
    ran = subprocess.run([sys.executable, tmp_path / "killed.py"], check=False, capture_output=True, timeout=120)
    assert ran.returncode < 0
    assert int(ran.stdout) >= 1
