"""Many worlds on all cores: begun in the order of their seeds, told at once when one fails, and summed up."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TextIO

from wellclear.testing.outcome import Outcome, command, report, simulate
from wellclear.testing.world.world import Plan

STEPS_MIN: Final = 10
STEPS_MAX: Final = 60
STEPS_OFTEN: Final = 20
"""Together a mean of 30: short worlds differ as much as long ones, and more of them fit into an hour."""
AHEAD: Final = 3
"""Worlds that wait for each process, so that it never waits for one."""
WORLDS_OF_A_PROCESS: Final = 500
WRITTEN_EVERY: Final = 200


def mixed_steps(seed: int) -> int:
    """How many steps the world of a seed has where nobody says it."""
    return round(random.Random(f"{seed}/steps").triangular(STEPS_MIN, STEPS_MAX, STEPS_OFTEN))


@dataclass
class Many:
    """What became of worlds whose seeds follow one another; nothing of it is lost when the run is cut.

    Failures are told on `out` and appended to the file `failures` at once; every `WRITTEN_EVERY` worlds the summary
    is written to `json`, where it names `commit` as what was looked at.
    """

    plans: list[Plan]
    out: TextIO
    failures: Path | None = None
    json: Path | None = None
    commit: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    failed: list[Outcome] = field(default_factory=list)
    done: int = 0
    under_way: set[int] = field(default_factory=set)
    """Seeds of worlds that were begun and are not done."""
    next_seed: int = 0
    """The first one that was not begun."""
    steps: int = 0
    world_s: float = 0.0
    took_s: float = 0.0

    def run(self, jobs: int = 0, minutes: float = 0.0) -> None:
        """All of them, or as many as are done in so many minutes; then none is begun any more."""
        self.next_seed = self.plans[0].seed
        jobs, began_s = jobs or os.cpu_count() or 1, time.monotonic()
        with ProcessPoolExecutor(jobs, max_tasks_per_child=WORLDS_OF_A_PROCESS, initializer=end_with_parent) as pool:
            for outcome in _in_turn(pool, self._still(began_s, minutes), jobs * AHEAD):
                self.took_s = time.monotonic() - began_s
                self.take(outcome)
                _bar(self.done, len(self.plans), self._words(), self.out)
        print(file=self.out)
        self.write()

    def _still(self, began_s: float, minutes: float) -> Iterator[Plan]:
        for plan in self.plans:
            if minutes and time.monotonic() - began_s > minutes * 60:
                return
            self.next_seed = plan.seed + 1
            self.under_way.add(plan.seed)
            yield plan

    def take(self, outcome: Outcome) -> None:
        """One more is done."""
        self.done += 1
        self.under_way.discard(outcome.plan.seed)
        self.steps += outcome.plan.steps
        self.world_s += outcome.world_s
        self.counts += outcome.counts
        if self.done % WRITTEN_EVERY == 0:
            self.write()
        if not outcome.faults:
            return
        self.failed.append(outcome)
        report(outcome, self.out)
        if self.failures is not None:
            with self.failures.open("a", encoding="utf-8") as file:
                report(outcome, file)

    def _words(self) -> str:
        rate = self.done / max(self.took_s, 0.001)
        left_s = (len(self.plans) - self.done) / rate
        return f"{len(self.failed)} failed, {rate:.1f} a second, {_duration(left_s)} left"

    @property
    def goes_on_at(self) -> int:
        """The first seed of a run that goes on where this one was cut: all before it are done."""
        return min(self.under_way, default=self.next_seed)

    def summary(self) -> dict[str, Any]:
        """Everything in one object, for a file."""
        return {
            "commit": self.commit, "first_seed": self.plans[0].seed, "goes_on_at": self.goes_on_at,
            "worlds": self.done, "steps": self.steps, "failed": [_failure(one) for one in self.failed],
            "simulated_hours": round(self.world_s / 3600, 2), "took_s": round(self.took_s, 1),
            "counts": dict(sorted(self.counts.items())),
        }  # fmt: skip

    def write(self) -> None:
        """The summary, where it was asked for."""
        if self.json is not None:
            self.json.write_text(json.dumps(self.summary(), indent=1) + "\n", encoding="utf-8")

    def sentence(self) -> str:
        """The whole in a line."""
        return (
            f"{self.done} worlds of {self.steps} steps together, {self.world_s / 3600:.1f} simulated hours, "
            f"{len(self.failed)} failed, in {_duration(self.took_s)}"
        )


def end_with_parent() -> None:
    """Have this process of a pool end when whoever began it is killed: it would wait for worlds for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None, "it was begun by a pool"

    def follow() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


def _failure(outcome: Outcome) -> dict[str, Any]:
    return {"seed": outcome.plan.seed, "command": command(outcome.plan), "faults": outcome.faults}


def _in_turn(pool: ProcessPoolExecutor, plans: Iterable[Plan], ahead: int) -> Iterator[Outcome]:
    """What became of each, as it comes; never more than some of them are under way."""
    under_way: set[Future[Outcome]] = set()
    for plan in plans:
        under_way.add(pool.submit(_quietly, plan))
        if len(under_way) >= ahead:
            ended, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            yield from (one.result() for one in ended)
    while under_way:
        ended, under_way = wait(under_way, return_when=FIRST_COMPLETED)
        yield from (one.result() for one in ended)


def _quietly(plan: Plan) -> Outcome:
    """In a process of its own; the trace stays there."""
    outcome = simulate(plan)
    outcome.lines = []
    return outcome


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def _bar(done: int, total: int, words: str, out: TextIO) -> None:
    full = 30 * done // max(1, total)
    end = "" if out.isatty() else "\n"
    if out.isatty() or done == total or done % max(1, total // 20) == 0:
        line = f"[{'#' * full}{'.' * (30 - full)}] {done}/{total}  {words}"
        print(f"\r{line:<100}" if out.isatty() else line, end=end, file=out, flush=True)
