"""`python -m wellclear.testing.sim`: one world with its trace, or many of them on all cores.

    sim one --seed 7 --steps 60            the same world again, with everything that happened in it
    sim many --count 200 --first 1000      so many worlds; each failure at once, with the command that replays it

Where many worlds are looked at, each seed chooses its own number of steps, unless one is given. Either ends with 1 if a
checker found anything; then a smaller world with the same fault is looked for.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from wellclear.testing.many import STEPS_MAX, STEPS_MIN, Many, mixed_steps
from wellclear.testing.outcome import command, report, shrink, simulate
from wellclear.testing.world.vices import vices
from wellclear.testing.world.world import Plan

STEPS: Final = 50
SHRUNK_MAX: Final = 3
"""Failures for which a smaller world is looked for."""


def table(counts: Counter[str]) -> Iterator[str]:
    """How often each kind, transition and vice occurred."""
    for what in sorted(counts):
        yield f"  {counts[what]:>8}  {what}"


def main(words: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    asked = _parser().parse_args(words)
    without, every = (frozenset(filter(None, one.split(","))) for one in (asked.without, asked.every))
    unknown = (without | every) - set(vices())
    if unknown:
        print(f"no vice is called {', '.join(sorted(unknown))}; there are: {', '.join(vices())}", file=sys.stderr)
        return 2
    if asked.what == "one":
        return _one(Plan(asked.seed, asked.steps or STEPS, without, every))
    seeds = range(asked.first, asked.first + asked.count)
    return _many([Plan(seed, asked.steps or mixed_steps(seed), without, every) for seed in seeds], asked)


def _many(plans: list[Plan], asked: argparse.Namespace) -> int:
    found = Many(plans, sys.stderr, asked.failures, asked.json, asked.commit)
    try:
        found.run(asked.jobs, asked.minutes)
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        found.write()
    print("\n".join(table(found.counts)))
    for outcome in found.failed[:SHRUNK_MAX]:
        smaller = shrink(outcome, sys.stderr)
        report(smaller, sys.stdout)
    print(found.sentence())
    if found.done < len(plans):
        print(f"to go on from here: FIRST={found.goes_on_at}")
    return 1 if found.failed else 0


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
    parser.add_argument(
        "--steps", type=_steps, default=0,
        help=f"what happens in each, before it is healed; `mixed` lets each seed choose {STEPS_MIN} to {STEPS_MAX}",
    )  # fmt: skip
    parser.add_argument("--without", default="", help="vices that do not happen, with commas")
    parser.add_argument("--every", default="", help="vices that happen in each world")
    parser.add_argument("--jobs", type=int, default=0, help="processes; as many as there are cores")
    parser.add_argument("--minutes", type=float, default=0.0, help="after so long, begin no further world")
    parser.add_argument("--json", type=Path, help="where the summary of many goes")
    parser.add_argument("--failures", type=Path, help="where each failure is appended at once")
    parser.add_argument("--commit", default="", help="what the summary calls the version that was looked at")
    return parser


def _steps(word: str) -> int:
    return 0 if word == "mixed" else int(word)


if __name__ == "__main__":
    sys.exit(main())
