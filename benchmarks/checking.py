"""One check, a sweep and the memory of the conflict engine, beside flat peers in the same run; and who answers wrongly.

    python -m benchmarks.checking [--volumes 10000 100000] [--rounds 3] [--checks 300] [--close 5000] [--write]

Every round asks each engine the same questions in turn. PostGIS takes part when WELLCLEAR_BENCH_POSTGIS names a
server (a libpq connection string) and `psycopg` is installed; else the page says that it did not. `--write` puts the
tables into docs/benchmarks.md, between their marks.
"""

from __future__ import annotations

import argparse
import gc
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from benchmarks.crowd import crowd
from benchmarks.peers import SERVER, Flat, Maker, Pairs, Reference, peers
from tests.properties.airspace_against import Minima, put, scenes
from tests.properties.airspace_cases import CENTRES
from wellclear.airspace.conflict import Announced
from wellclear.domain.volume import SeparationMinima

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
BEGIN, END = "<!-- checking: begin -->", "<!-- checking: end -->"
HOME = "desert"
Found = dict[str, dict[str, list[float]]]
Say = Callable[[str], None]


def touching(a: str, b: str) -> SeparationMinima:
    """No minima at all: only volumes that meet are in conflict."""
    return SeparationMinima(0, 0, 0)


def measure(makers: dict[str, Maker], count: int, rounds: int, checks: int, say: Say) -> Found:
    """Checks and sweeps of a crowd, each engine in turn, and how their sweeps differ from ours."""
    items = crowd(count, seed=1)
    asked = [replace(item, id=f"Q{item.id}", party="Q") for item in crowd(checks, seed=2)]
    engines = {name: make(touching) for name, make in makers.items()}
    found: Found = {name: {} for name in engines}
    for name, engine in engines.items():
        say(f"{count:,} volumes into {name}")
        _put(found, name, "load", _seconds(partial(engine.load, items)) / count * 1e6)
    for number in range(rounds):
        swept: dict[str, Pairs] = {}
        for name, engine in engines.items():
            say(f"round {number + 1} of {rounds}: {name}")
            times = sorted(_seconds(partial(engine.check, item)) for item in asked)
            _put(found, name, "check50", times[len(times) // 2] * 1e3)
            _put(found, name, "check99", times[int(len(times) * 0.99)] * 1e3)
            start = time.perf_counter()
            swept[name] = engine.sweep()
            _put(found, name, "sweep", time.perf_counter() - start)
            _put(found, name, "pairs", len(swept[name]) / found[name]["sweep"][-1])
        for name, pairs in swept.items():
            _put(found, name, "missed", len(swept["Wellclear"] - pairs))
            _put(found, name, "invented", len(pairs - swept["Wellclear"]))
    for name, taken in memory(count).items():
        _put(found, name, "memory", taken)
    return found


def _put(found: Found, name: str, key: str, value: float) -> None:
    found[name].setdefault(key, []).append(value)


def _seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def memory(count: int) -> dict[str, float]:
    """Bytes a volume that an engine in a process of its own takes beside the notices themselves."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        return {name: pool.submit(_grown, name, count).result() for name in ("Wellclear", "flat tree")}


def _grown(name: str, count: int) -> float:
    items = crowd(count, seed=1)
    engine = Reference(touching) if name == "Wellclear" else Flat(touching)
    gc.collect()
    before = _resident()
    engine.load(items)
    gc.collect()
    return (_resident() - before) / count


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096


def wrong(makers: dict[str, Maker], close: int, say: Say) -> dict[str, list[tuple[int, int]]]:
    """For each engine, decided and wrong answers on close pairs: at home, and at all the places with a reputation."""
    counted: dict[str, list[tuple[int, int]]] = {name: [] for name in makers}
    away = [place for place in sorted(CENTRES) if place != HOME]
    for places in ([HOME], away):
        say(f"close pairs: {', '.join(places)}")
        cases = [scene for place in places for scene in scenes(place, close // len(places), seed=11)]
        for name, make in makers.items():
            tally = put(partial(_asked, make), cases, margins=False)
            counted[name].append((tally.decided, len(tally.wrong)))
    return counted


def _apart(lateral_mm: int, a: str, b: str) -> SeparationMinima:
    return SeparationMinima(lateral_mm, 0, 0)


def _asked(make: Maker, items: Sequence[Announced], minima: Minima) -> dict[tuple[str, str], int]:
    """Each pair in an engine of its own, because a flat one has no minima of pairs."""
    found = {}
    for pair, lateral_mm in minima.lateral_mm.items():
        engine = make(partial(_apart, lateral_mm))
        both = [item for item in items if item.id in pair]
        engine.load(both[:1])
        if engine.check(both[1]):
            found[pair] = 0
    return found


_ROWS = (
    ("check50", "one check, p50", "{:,.2f} ms"),
    ("check99", "one check, p99", "{:,.2f} ms"),
    ("sweep", "all against all", "{:,.1f} s"),
    ("pairs", "... pairs in conflict a second", "{:,.0f}"),
    ("missed", "... pairs missed", "{:,.0f}"),
    ("invented", "... pairs that do not meet", "{:,.0f}"),
    ("load", "taking one in", "{:,.0f} µs"),
    ("memory", "memory of one, beside the notice itself", "{:,.0f} bytes"),
)


def table(found: Found, count: int) -> str:
    """Medians, with lowest and highest round where they were measured more than once."""
    names = list(found)
    lines = [f"| {count:,} volumes | " + " | ".join(names) + " |", "|---|" + "---:|" * len(names)]
    for key, what, form in _ROWS:
        cells = [_cell(found[name].get(key, []), form) for name in names]
        lines.append(f"| {what} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(values: Sequence[float], form: str) -> str:
    if not values:
        return "not measured"
    text = form.format(statistics.median(values))
    low, high = (form.format(value).split()[0] for value in (min(values), max(values)))
    return f"{text} ({low} to {high})" if low != high else text


def table_of_wrong(counted: dict[str, list[tuple[int, int]]]) -> str:
    """Wrong answers of each."""
    names = list(counted)
    lines = ["| wrong answers on close pairs | " + " | ".join(names) + " |", "|---|" + "---:|" * len(names)]
    for number, what in enumerate(("at 34° N 38° E", "antimeridian, equator, poles, 62° N 179° W")):
        cells = [f"{bad:,} of {all_:,}" for all_, bad in (counted[name][number] for name in names)]
        lines.append(f"| {what} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def write_page(text: str) -> None:
    """Put the tables between the page's marks."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


def main() -> None:
    """Measure, print, and keep what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.checking", description=__doc__)
    parser.add_argument("--volumes", type=int, nargs="+", default=[10_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--checks", type=int, default=300)
    parser.add_argument("--close", type=int, default=5_000, help="pairs to draw; about two in five are decided")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/benchmarks.md")
    asked = parser.parse_args()

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    with peers() as makers:
        texts = [table(measure(makers, count, asked.rounds, asked.checks, say), count) for count in asked.volumes]
        texts.append(table_of_wrong(wrong(makers, asked.close, say)))
        absent = "" if "PostGIS" in makers else f" PostGIS did not take part: {SERVER} named no server."
    run = f"Python {platform.python_version()}, {platform.machine()}, {asked.rounds} rounds of {asked.checks} checks"
    text = "\n\n".join([*texts, f"{run}; `python -m benchmarks.checking`.{absent}"])
    print(text)
    if asked.write:
        write_page(text)


if __name__ == "__main__":
    main()
