"""`make bench`: every figure beside the limits of its own round, medians of interleaved rounds, as a table.

    python -m benchmarks [--rounds 5] [--entries 2000] [--json FILE] [--write]

`--write` puts the table into docs/benchmarks.md, between its two marks. Two cores and a disk that others use too:
believe the shares, not the third digit of a figure.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import calibration, replaying, ringing, sequencing
from benchmarks.workload import Workload, ordinary

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what was measured, each round's value, and what was aimed at."""

    name: str
    unit: str
    values: list[float]
    aim: str = ""

    def cells(self) -> list[str]:
        """Median and spread, in the unit."""
        form = "{:.0%}" if self.unit == "share" else "{:,.2f}" if max(self.values) < 100 else "{:,.0f}"
        median, low, high = statistics.median(self.values), min(self.values), max(self.values)
        unit = "" if self.unit == "share" else f" {self.unit}"
        return [self.name, form.format(median) + unit, f"{form.format(low)} to {form.format(high)}", self.aim]


def measure(rounds: int, entries: int, say: Callable[[str], None]) -> list[Row]:
    """Run all of it, interleaved: each round measures everything once."""
    say("making real entries to measure with")
    workload: Workload = ordinary(entries // 4)
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="wellclear-bench-") as scratch:
        directory = Path(scratch)
        for number in range(rounds):
            say(f"round {number + 1} of {rounds}")
            for name, value in one_round(workload, directory).items():
                found.setdefault(name, []).append(value)
    found["memory"] = [replaying.picture_bytes_per_entry(workload)]
    found["leaf"] = [sum(len(frame.leaf) for frame in workload.frames) / len(workload.frames)]
    return table(found)


def one_round(workload: Workload, directory: Path) -> dict[str, float]:
    """Every figure once, with the limits of this moment."""
    count = len(workload.frames)
    raw_s, limit = calibration.verify_all(workload), calibration.limit_per_s(workload, directory)
    batched = sequencing.batched_per_s(workload, directory)
    single = sequencing.single_per_s(workload, directory)
    replay_s, sweep_s = replaying.replay_s(workload), replaying.sweep_s(workload)
    rings = sorted(ringing.ring_ms(directory))
    return {
        "spin": calibration.spin_per_s() / 1e6,
        "sync": calibration.sync_ms(directory),
        "verify": workload.signatures / raw_s,
        "limit": limit,
        "batched": batched,
        "batched_share": batched / limit,
        "single": single,
        "single_share": single / limit,
        "replay": count / replay_s,
        "replay_share": raw_s / (replay_s + sweep_s),
        "sweep": sweep_s * 1000,
        "ring50": rings[len(rings) // 2],
        "ring99": rings[int(len(rings) * 0.99)],
    }


_ROWS = (
    ("spin", "calibration: loop of plain Python", "M turns/s", ""),
    ("sync", "calibration: durable write of 4 KiB", "ms", ""),
    ("verify", "calibration: Ed25519, strict", "signatures/s", ""),
    ("limit", "one-core limit: verify, hash, commit 256 at a time", "entries/s", ""),
    ("batched", "host, full submissions over HTTP", "entries/s", ""),
    ("batched_share", "... as a share of the limit", "share", "50 %, at least 35 %"),
    ("single", "host, one entry a submission, 17 connections", "entries/s", ""),
    ("single_share", "... as a share of the limit", "share", ""),
    ("replay", "node, replay of its own log", "entries/s", ""),
    ("replay_share", "... and one sweep for conflicts, as a share of the raw verification", "share", "at least 50 %"),
    ("sweep", "the sweep alone", "ms", ""),
    ("memory", "picture in memory for each entry", "bytes", ""),
    ("leaf", "size of a leaf", "bytes", ""),
    ("ring50", "announce at A until it rings at B, p50", "ms", "15 ms"),
    ("ring99", "announce at A until it rings at B, p99", "ms", "60 ms"),
)


def table(found: dict[str, list[float]]) -> list[Row]:
    """The rows in their order."""
    return [Row(name, unit, found[key], aim) for key, name, unit, aim in _ROWS]


def markdown(rows: list[Row]) -> str:
    """The table as the page holds it."""
    lines = ["| what | median | lowest to highest round | aim |", "|---|---:|---:|---|"]
    return "\n".join([*lines, *("| " + " | ".join(row.cells()) + " |" for row in rows)])


def write_page(text: str) -> None:
    """Put the table between the page's marks."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


def main() -> None:
    """Measure, print, and keep what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--entries", type=int, default=2000)
    parser.add_argument("--json", type=Path, help="also write every round's values to this file")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    asked = parser.parse_args()
    rows = measure(asked.rounds, asked.entries, lambda text: print(text, file=sys.stderr, flush=True))
    machine = (
        f"Python {platform.python_version()}, {platform.machine()}, {asked.rounds} rounds of {asked.entries} entries"
    )
    text = f"{markdown(rows)}\n\n{machine}; `make bench`."
    print(text)
    if asked.json:
        asked.json.write_text(json.dumps({row.name: row.values for row in rows}, indent=2), encoding="utf-8")
    if asked.write:
        write_page(text)


if __name__ == "__main__":
    main()
