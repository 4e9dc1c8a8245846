"""What becomes of one world: what the checkers say of it, what replays it, and a smaller one with the same fault."""

from __future__ import annotations

import gc
import logging
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, TextIO

from wellclear.testing.checkers import ALL
from wellclear.testing.checkers.checker import Checker, history_of
from wellclear.testing.checkers.living import Living
from wellclear.testing.world.verdicts import remembered
from wellclear.testing.world.vices import vices
from wellclear.testing.world.world import Plan, World

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
    gc.freeze()  # the world alone is looked through afterwards, not all that was there before it
    try:
        yield
    finally:
        gc.collect()
        gc.unfreeze()
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
        living = Living(world)
        _live(world, living, [checker(living) for checker in checkers], outcome)
    finally:
        world.close()
        logger.removeHandler(trace)
        logger.propagate, logger.level = before
    outcome.lines, outcome.counts = world.ledger.lines, world.ledger.counts


def _live(world: World, living: Living, checkers: Sequence[Checker], outcome: Outcome) -> None:
    def watch() -> None:
        outcome.faults += [f"{checker.name}: {fault}" for checker in checkers for fault in checker.watch()]
        if outcome.faults:
            world.stop()

    world.watchers.append(watch)
    try:
        world.run()
    except Exception as error:  # noqa: BLE001  # many worlds go on, and this seed is told like any that fails
        where = traceback.extract_tb(error.__traceback__)[-1]
        world.loop.faults.clear()
        outcome.faults.append(f"world: it broke off: {error!r} in {Path(where.filename).name}, line {where.lineno}")
        return
    history = history_of(living)
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
