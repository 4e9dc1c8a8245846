"""Real processes under load, killed with SIGKILL at moments from a seed, and the checkers over what they leave."""

from __future__ import annotations

import sys

import pytest

from tests.simulation import planted_process
from tests.simulation.planted_process import BUGS
from wellclear.testing.processes.__main__ import kill, told
from wellclear.testing.processes.founding import PARTIES
from wellclear.testing.processes.killing import HOST, Plan
from wellclear.testing.processes.verdict import Verdict

SEED = 7
SECONDS = 10.0
"""At least so long; until what must have happened has."""
TRIES = 4
PLANTED_SECONDS = 5.0
PLANTED_REST_S = 4.0
LONG_SEEDS = (101, 102, 103)
LONG_SECONDS = 120.0

# What must have happened; the run goes on until the first of these have, or until its patience ends. What the log must
# hold afterwards is among them as what a node has taken: it logs that while everything comes to rest, if not before.
TOLD_AT_LEAST = {
    "kills host": 3, "kills node": 4, "kills host, a submission in flight": 2, "kills node, a submission in flight": 2,
    "told acknowledged": 20, "told proved by the host": 20, "told a draft is kept": 2, "heard a rung of a duty": 2,
    "told taken notice": 2, "told taken safety": 1, "told taken ack": 3, "told taken confirm": 1,
}  # fmt: skip
LOGGED_AT_LEAST = {
    "starts host": 3, "starts node": 6, "entries": 80, "entry notice": 2, "entry message": 20, "entry safety": 1,
    "entry ack": 3, "entry confirm": 1, "entry receipt": 5, "entry time": 5,
}  # fmt: skip


def run(plan: Plan) -> Verdict:
    verdict = kill(plan)
    sys.stdout.write("\n".join(told(plan, verdict)))  # pytest shows it when the test fails
    return verdict


@pytest.mark.slow
@pytest.mark.requirement("R33")
def test_no_checker_finds_anything_in_what_killed_processes_leave() -> None:
    verdict = run(Plan(SEED, SECONDS, least=TOLD_AT_LEAST))
    assert not verdict.faults
    least = TOLD_AT_LEAST | LOGGED_AT_LEAST
    rare = {what: verdict.counts[what] for what in least if verdict.counts[what] < least[what]}
    assert not rare, rare


@pytest.mark.long
@pytest.mark.parametrize("seed", LONG_SEEDS)
def test_longer_runs(seed: int) -> None:
    assert not run(Plan(seed, LONG_SECONDS)).faults


def launcher(bug: str) -> tuple[str, ...]:
    assert bug in BUGS
    return sys.executable, planted_process.__file__, bug


PLANTED = {
    "answers before it stores": ("acknowledged once", (1, 0, 0), (HOST,), {"told proved by the host": 3}),
    "forgets its outbox": ("continues", (0, 0, 1), PARTIES, {"kills node, a submission in flight": 2}),
    "forgets what rang": ("rung", (0, 1, 0), PARTIES, {"heard a rung of a duty": 30, "starts node": 6}),
}


@pytest.mark.slow
@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_found(bug: str) -> None:
    """By the checker whose promise it breaks, within a few seeds."""
    finder, weights, where, least = PLANTED[bug]
    found: list[str] = []
    for seed in range(1, TRIES + 1):
        plan = Plan(seed, PLANTED_SECONDS, weights, least, dict.fromkeys(where, launcher(bug)), PLANTED_REST_S)
        verdict = kill(plan)
        if finder in verdict.finders:
            return
        found += verdict.faults
    raise AssertionError(f"{finder} has not found it in {TRIES} runs; others: {found}")
