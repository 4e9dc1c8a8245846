"""`python -m wellclear.testing.processes --seed 7 --seconds 60`: one run, with its trace, counts and verdict.

Ends with 1 if a checker found anything; then the files stay where they are, and it is said where.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from wellclear.testing.checkers import ALL
from wellclear.testing.processes.killing import Plan, Run
from wellclear.testing.processes.verdict import ONLY_IN_PART, Verdict, judge

TOLD_MAX: Final = 20
DISK: Final = Path("/var/tmp")  # noqa: S108  # a directory of its own is made there; /tmp may be memory


def kill(plan: Plan) -> Verdict:
    """One run in a fresh directory, judged. The files stay where a checker found something that nobody has planted.

    They lie on a disk: what lies in memory survives nothing, and syncs at once.
    """
    base = Path(tempfile.mkdtemp(prefix="wellclear-kill-", dir=DISK if DISK.is_dir() else None))
    run = Run(plan, base)
    run.live()
    verdict = judge(run)
    if verdict.faults and not plan.launchers:
        verdict.lines.append(f"the files lie in {base}")
    else:
        shutil.rmtree(base)
    return verdict


def told(plan: Plan, verdict: Verdict) -> Iterator[str]:
    """Trace, counts and what each checker says."""
    yield from verdict.lines
    for what in sorted(verdict.counts):
        yield f"  {verdict.counts[what]:>8}  {what}"
    for checker in ALL:
        found = [fault for fault in verdict.faults if fault.startswith(f"{checker.name}: ")]
        part = f"  (only this: {ONLY_IN_PART[checker.name]})" if checker.name in ONLY_IN_PART else ""
        yield f"{checker.name:<18} {'content' if not found else f'{len(found)} FAULTS'}{part}"
        yield from (f"    {fault}" for fault in found[:TOLD_MAX])
    if verdict.faults:
        yield f"again:  make kill SEED={plan.seed} SECONDS={plan.seconds:g}"


def main(words: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m wellclear.testing.processes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long the killing goes on")
    asked = parser.parse_args(words)
    plan = Plan(asked.seed, asked.seconds)
    verdict = kill(plan)
    sys.stdout.writelines(f"{line}\n" for line in told(plan, verdict))
    return 1 if verdict.faults else 0


if __name__ == "__main__":
    sys.exit(main())
