"""Every run is kept whole: one JSON file a run below benchmarks/history, with each round of each measurement.

A run says on what kind of machine it was taken, never on which: no host name, no path, no user. Files are never edited;
what a later version cannot read any more it refuses by its `format`.
"""

from __future__ import annotations

import os
import platform
import subprocess
import time
from pathlib import Path

import msgspec

from benchmarks.statistics import Spread

FORMAT = 1
ROOT = Path(__file__).parent.parent
HISTORY = Path(__file__).parent / "history"
DRIFT_MAX = 0.15
"""How far the speed of the calibration loop may differ, between rounds or in the middle half of all samples."""
WAITED_MAX = 1.10
"""How much longer than its own CPU time the loop may take: beyond, others held the cores."""
OTHERS_MAX = 0.10
"""Which share of all cores other work may take over the run."""


class Sample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One round of one measurement, with the speed of the loop right before (million turns a second)."""

    round: int
    value: float
    spin: float


class Calibration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the machine could do at the start of one round.

    `spin` is the speed of a loop of plain Python in million turns a second, `waited` the time that it took divided by
    its CPU time, `sync_ms` a durable write of 4 KiB.
    """

    round: int
    spin: float
    waited: float
    sync_ms: float


class Machine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The kind of machine; runs are compared only within one kind."""

    system: str
    arch: str
    cpu: str
    cores: int
    memory_gib: int


class Run(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One run of `make bench`.

    `sizes` is how much work a round held; `others` the share of all cores that was busy with anything else, where the
    system tells; `absent` why a measurement could not be taken; `failed` in which rounds one broke, and how.
    """

    format: int
    date: str
    commit: str
    dirty: bool
    machine: Machine
    python: str
    rounds: int
    sizes: dict[str, int]
    note: str
    calibration: list[Calibration]
    others: float | None
    peers: dict[str, str]
    samples: dict[str, list[Sample]]
    absent: dict[str, str]
    failed: dict[str, list[str]]

    def values(self, name: str) -> list[float]:
        """The rounds of one measurement."""
        return [one.value for one in self.samples.get(name, [])]

    def ratios(self, name: str, beside: str) -> list[float]:
        """One measurement divided by another, round by round; where both were taken only once, that once."""
        others = {one.round: one.value for one in self.samples.get(beside, [])}
        mine = self.samples.get(name, [])
        return [one.value / others[one.round] for one in mine if others.get(one.round)]

    def comparable(self, other: Run) -> bool:
        """Whether both ran the same work on the same kind of machine and Python."""
        return (self.machine, self.python, self.sizes) == (other.machine, other.python, other.sizes)

    def disturbances(self) -> list[str]:
        """In words, all that says that the machine did other things during the run; empty when nothing does."""
        found = []
        spread = Spread.of([one.spin for one in self.calibration])
        if spread.width > DRIFT_MAX:
            found.append(f"the calibration loop's speed differed by {spread.width:.0%} between rounds")
        speeds = [one.spin for samples in self.samples.values() for one in samples]
        if speeds and (middle := Spread.middle(speeds)).width > DRIFT_MAX:
            found.append(
                f"between single samples the loop's speed differed by {middle.width:.0%}, in the middle half of them"
            )
        waited = Spread.of([one.waited for one in self.calibration])
        if waited.high > WAITED_MAX:
            found.append(f"the loop waited for a core, up to {waited.high:.2f} times its own CPU time")
        if self.others is not None and self.others > OTHERS_MAX:
            found.append(f"other work took {self.others:.0%} of all cores")
        found += [f"{name} failed in {', '.join(rounds)}" for name, rounds in sorted(self.failed.items())]
        return found


def read(directory: Path = HISTORY) -> list[Run]:
    """All runs, the oldest first.

    Raises:
        msgspec.DecodeError: a file is not a run of this format.
    """
    runs = []
    for path in sorted(directory.glob("*.json")):
        run = msgspec.json.decode(path.read_bytes(), type=Run)
        if run.format != FORMAT:
            raise msgspec.ValidationError(f"{path.name}: format {run.format}, this reads {FORMAT}")
        runs.append(run)
    return sorted(runs, key=lambda run: run.date)


def keep(run: Run, directory: Path = HISTORY) -> Path:
    """Write a run to a file of its own; one that is there is never written over."""
    stamp = "".join(letter for letter in run.date if letter not in "-:")
    path = directory / f"{stamp}-{run.commit[:10]}.json"
    with path.open("xb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(run), indent=1) + b"\n")
    return path


def now() -> str:
    """The moment in UTC, to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def commit() -> tuple[str, bool]:
    """The commit that is measured, and whether tracked files of src or benchmarks differ from it."""

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", "src", "benchmarks/*.py", "benchmarks/peers")
    return git("rev-parse", "HEAD"), bool(changed)


def machine() -> Machine:
    """The kind of machine that this is."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Machine(platform.system(), platform.machine(), _cpu(), os.cpu_count() or 1, round(memory / 2**30))


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    for line in info.read_text(encoding="utf-8").splitlines() if info.exists() else ():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            return value.strip()
    return "unknown"


def busy_s() -> tuple[float, float] | None:
    """Seconds that all cores were busy, and all their seconds, since the start; None where the system does not tell."""
    path = Path("/proc/stat")
    if not path.exists():
        return None
    ticks = [int(word) for word in path.read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]]
    idle = ticks[3] + ticks[4]
    each = os.sysconf("SC_CLK_TCK")
    return (sum(ticks) - idle) / each, sum(ticks) / each


def own_s() -> float:
    """CPU seconds of this process and of all its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def others(before: tuple[float, float] | None, own_before: float) -> float | None:
    """The share of all cores that others took since `before`; our own children must have ended."""
    after = busy_s()
    if before is None or after is None or after[1] <= before[1]:
        return None
    return max(0.0, (after[0] - before[0] - (own_s() - own_before)) / (after[1] - before[1]))
