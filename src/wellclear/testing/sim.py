"""`python -m wellclear.testing.sim`: one world with its trace, or many of them on all cores.

    sim one --seed 7 --steps 60            the same world again, with everything that happened in it
    sim many --count 200 --first 1000      so many worlds; the first failures, each with the command that replays it

Either ends with 1 if a checker found anything; then a smaller world with the same fault is looked for.
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final, TextIO

from wellclear.testing.checkers import ALL
from wellclear.testing.checkers.checker import Checker, history_of
from wellclear.testing.world.verdicts import remembered
from wellclear.testing.world.vices import vices
from wellclear.testing.world.world import Plan, World

STEPS: Final = 50
TOLD_MAX: Final = 12
SHRINKS_MAX: Final = 24


@dataclass
class Outcome:
    """What became of one world: what the checkers say, and what has happened in it."""

    plan: Plan
    faults: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    lines: list[str] = field(default_factory=list)
    world_s: float = 0.0
    digest: str = ""
    """Of the log's public picture at the end."""

    @property
    def checkers(self) -> set[str]:
        """Who found something."""
        return {fault.partition(":")[0] for fault in self.faults}


def simulate(plan: Plan, checkers: Sequence[type[Checker]] = ALL) -> Outcome:
    """Run one world under its checkers; it ends at the first second in which one of them finds something."""
    outcome = Outcome(plan)
    with remembered(), _no_collector():
        _simulate(plan, checkers, outcome)
    return outcome


@contextmanager
def _no_collector() -> Iterator[None]:
    """Whatever is forgotten in a circle is let go between two worlds: not while one lives, at moments of its own."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.collect()
        if was:
            gc.enable()


def _simulate(plan: Plan, checkers: Sequence[type[Checker]], outcome: Outcome) -> None:
    world = World(plan)
    trace = _Trace(world)
    logger = logging.getLogger("wellclear")
    before = logger.propagate, logger.level
    logger.propagate = False
    logger.setLevel(logging.WARNING)
    logger.addHandler(trace)
    try:
        _live(world, [checker(world) for checker in checkers], outcome)
    finally:
        world.close()
        logger.removeHandler(trace)
        logger.propagate, logger.level = before
    outcome.lines, outcome.counts = world.ledger.lines, world.ledger.counts


def _live(world: World, checkers: Sequence[Checker], outcome: Outcome) -> None:
    def watch() -> None:
        outcome.faults += [f"{checker.name}: {fault}" for checker in checkers for fault in checker.watch()]
        if outcome.faults:
            world.stop()

    world.watchers.append(watch)
    world.run()
    history = history_of(world)
    if history is not None and not outcome.faults:
        outcome.faults += [f"{checker.name}: {fault}" for checker in checkers for fault in checker.finish(history)]
    if history is not None:
        world.tally(history.logged, history.steps)
        outcome.digest = history.picture.digest.hex()
    for fault in outcome.faults[:TOLD_MAX]:
        world.say("FAULT", fault)
    outcome.world_s = world.loop.time()


class _Trace(logging.Handler):
    """What the programs log, as lines of the trace."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def emit(self, record: logging.LogRecord) -> None:
        self._world.heard(record.getMessage())


def shrink(outcome: Outcome, told: TextIO | None = None) -> Outcome:
    """A smaller world in which one of the same checkers finds something: fewer steps, then fewer vices."""
    tries = 0

    def fails(plan: Plan) -> Outcome | None:
        nonlocal tries
        tries += 1
        found = simulate(plan)
        if told is not None:
            print(f"\r  shrinking: {tries} worlds looked at, {outcome.plan.steps} steps left", end="", file=told)
        return found if found.checkers & outcome.checkers else None

    low = 0
    while low < outcome.plan.steps - 1 and tries < SHRINKS_MAX // 2:
        half = (low + outcome.plan.steps) // 2
        smaller = fails(replace(outcome.plan, steps=half))
        if smaller is None:
            low = half
        else:
            outcome = smaller
    for vice in _happened(outcome):
        if tries < SHRINKS_MAX:
            outcome = fails(replace(outcome.plan, without=outcome.plan.without | {vice})) or outcome
    if told is not None:
        print(file=told)
    return outcome


def _happened(outcome: Outcome) -> list[str]:
    return [name for name in vices() if outcome.counts[f"vice {name}"]]


def command(plan: Plan) -> str:
    """What replays a world."""
    told = f"make sim SEED={plan.seed} STEPS={plan.steps}"
    told += f' WITHOUT="{",".join(sorted(plan.without))}"' if plan.without else ""
    return told + (f' EVERY="{",".join(sorted(plan.every))}"' if plan.every else "")


def report(outcome: Outcome, out: TextIO) -> None:
    """A failure in a few lines, with the command that replays it and a smaller one."""
    print(f"\nseed {outcome.plan.seed}: {len(outcome.faults)} faults", file=out)
    for fault in outcome.faults[:TOLD_MAX]:
        print(f"  {fault}", file=out)
    print(f"  replay:  {command(outcome.plan)}", file=out)


def table(counts: Counter[str]) -> Iterator[str]:
    """How often each kind, transition and vice occurred."""
    for what in sorted(counts):
        yield f"  {counts[what]:>8}  {what}"


def many(plans: Sequence[Plan], out: TextIO, jobs: int = 0) -> list[Outcome]:
    """All of these worlds on all cores, with a bar; without their traces."""
    outcomes: list[Outcome] = []
    began_s = time.monotonic()
    with ProcessPoolExecutor(jobs or os.cpu_count() or 1, max_tasks_per_child=200) as pool:
        for done in as_completed([pool.submit(_quietly, plan) for plan in plans]):
            outcomes.append(done.result())
            if outcomes[-1].faults:
                report(outcomes[-1], out)
            failed = sum(bool(one.faults) for one in outcomes)
            took_s = time.monotonic() - began_s
            _bar(len(outcomes), len(plans), f"{failed} failed, {took_s:.0f} s", out)
    print(file=out)
    return sorted(outcomes, key=lambda one: one.plan.seed)


def _quietly(plan: Plan) -> Outcome:
    outcome = simulate(plan)
    outcome.lines = []
    return outcome


def _bar(done: int, total: int, words: str, out: TextIO) -> None:
    full = 30 * done // max(1, total)
    end = "" if out.isatty() else "\n"
    if out.isatty() or done == total or done % max(1, total // 10) == 0:
        print(f"\r[{'#' * full}{'.' * (30 - full)}] {done}/{total}  {words}", end=end, file=out, flush=True)


def main(words: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    asked = _parser().parse_args(words)
    without, every = (frozenset(filter(None, one.split(","))) for one in (asked.without, asked.every))
    unknown = (without | every) - set(vices())
    if unknown:
        print(f"no vice is called {', '.join(sorted(unknown))}; there are: {', '.join(vices())}", file=sys.stderr)
        return 2
    if asked.what == "one":
        return _one(Plan(asked.seed, asked.steps, without, every))
    plans = [Plan(seed, asked.steps, without, every) for seed in range(asked.first, asked.first + asked.count)]
    outcomes = many(plans, sys.stderr, asked.jobs)
    counts = sum((outcome.counts for outcome in outcomes), Counter[str]())
    print("\n".join(table(counts)))
    failed = [outcome for outcome in outcomes if outcome.faults]
    for outcome in failed[:3]:
        report(shrink(outcome, sys.stderr), sys.stdout)
    world_s = sum(outcome.world_s for outcome in outcomes)
    print(f"{len(outcomes)} worlds, {world_s / 3600:.1f} simulated hours, {len(failed)} failed")
    return 1 if failed else 0


def _one(plan: Plan) -> int:
    outcome = simulate(plan)
    print("\n".join(outcome.lines))
    print("\n".join(table(outcome.counts)))
    print(f"{outcome.world_s:.0f} simulated seconds; the picture at the end is {outcome.digest[:16]}")
    if not outcome.faults:
        print("Every checker is content.")
        return 0
    report(outcome, sys.stdout)
    smaller = shrink(outcome, sys.stderr)
    if smaller.plan != plan:
        print(f"  smaller: {command(smaller.plan)}")
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m wellclear.testing.sim", description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=["one", "many"])
    parser.add_argument("--seed", type=int, default=1, help="of one world")
    parser.add_argument("--first", type=int, default=1, help="the first seed of many")
    parser.add_argument("--count", type=int, default=100, help="how many worlds")
    parser.add_argument("--steps", type=int, default=STEPS, help="what happens in each, before it is healed")
    parser.add_argument("--without", default="", help="vices that do not happen, with commas")
    parser.add_argument("--every", default="", help="vices that happen in each world")
    parser.add_argument("--jobs", type=int, default=0, help="processes; as many as there are cores")
    return parser


if __name__ == "__main__":
    sys.exit(main())
