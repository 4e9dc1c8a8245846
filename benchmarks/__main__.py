"""`make bench`: measure in interleaved rounds beside peers, keep the run, and write docs/benchmarks.md anew.

python -m benchmarks [--rounds 5] [--only GROUP,NAME] [--also GROUP] [--quick] [--peers PYTHON] [--note TEXT] [--list]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import report, runs
from benchmarks.measurement import Measurement, Unknown, chosen, groups
from benchmarks.registry import MEASUREMENTS, ON_DEMAND, QUICK, SIZES
from benchmarks.runner import measure, progress

PEERS = runs.ROOT / ".venv-peers" / "bin" / "python"


def _words(text: str) -> list[str]:
    return [word for word in text.replace(",", " ").split() if word]


def asked(arguments: Sequence[str]) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rounds", type=int, default=None, help="5, or 1 if quick")
    parser.add_argument("--only", type=_words, default=[], help="groups or single measurements, with commas")
    parser.add_argument("--also", type=_words, default=[], help="groups that are taken on demand only, with commas")
    parser.add_argument("--quick", action="store_true", help="little work; shows that all runs, and nothing is kept")
    parser.add_argument("--peers", type=Path, default=PEERS, help="the Python of the peers' environment")
    parser.add_argument("--note", default="", help="a sentence that is kept with the run and shown")
    parser.add_argument("--list", action="store_true", help="list what can be measured")
    options = parser.parse_args(arguments)
    options.rounds = options.rounds or (1 if options.quick else 5)
    if options.rounds < 1:
        parser.error("at least one round")
    return options


def listed() -> str:
    """The registry, for people."""
    return "\n".join(
        f"{one.name:28} {one.unit:13} {one.what}" + (f"; beside {', '.join(one.beside)}" if one.beside else "")
        for one in MEASUREMENTS
    )


def tables(run: runs.Run, measurements: Sequence[Measurement]) -> str:
    """What a run says, as the page would show it."""
    sections = [report.section([run], group) for group in groups(measurements)]
    return "\n\n".join([report.about(run), *sections])


def main(arguments: Sequence[str]) -> int:
    """Measure, tell, keep."""
    options = asked(arguments)
    if options.list:
        print(listed())
        return 0
    try:
        wanted = chosen(MEASUREMENTS, options.only, [group for group in ON_DEMAND if group not in options.also])
    except Unknown as unknown:
        print(f"{unknown}; --list tells all", file=sys.stderr)
        return 2
    sizes = QUICK if options.quick else SIZES
    run = measure(wanted, sizes, options.rounds, options.peers, options.note, progress)
    progress("")
    print(tables(run, wanted))
    if not options.quick:
        kept = runs.keep(run)
        report.main([])
        print(f"\nKept as {kept.relative_to(runs.ROOT)}; docs/benchmarks.md is written anew. Commit both.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
