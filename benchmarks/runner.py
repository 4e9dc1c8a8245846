"""Rounds: each measures everything once, calibrated, in an order that moves on by one from round to round."""

from __future__ import annotations

import gc
import platform
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import calibration, runs
from benchmarks.measurement import Measurement, groups
from benchmarks.peer import Absent, versions
from benchmarks.runs import Calibration, Run, Sample
from benchmarks.stand import Stand, opened
from benchmarks.statistics import rotated

Say = Callable[[str], None]


@dataclass(slots=True)
class Taken:
    """What the rounds have brought so far."""

    calibration: list[Calibration] = field(default_factory=list)
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    failed: dict[str, list[str]] = field(default_factory=dict)


def rounds(measurements: Sequence[Measurement], stand: Stand, count: int, say: Say) -> Taken:
    """Measure so many times.

    Each round starts with another group; every other round goes through a group backwards, so that nobody always
    follows what warmed the machine up, or spoiled it. What cannot be measured is named with its reason and not asked
    again; what breaks in a round is named as well, and asked again in the next.
    """
    taken, members = Taken(), groups(measurements)
    for number in range(count):
        stand.next_round()
        taken.calibration.append(calibration.calibrate(number, stand.directory))
        order = [one for group in rotated(members, number) for one in _turned(group, number)]
        for at, one in enumerate(order, 1):
            if one.name not in taken.absent and not (one.once and one.name in taken.samples):
                say(f"round {number + 1} of {count}, {at} of {len(order)}: {one.name}")
                _take(one, stand, number, taken)
    return taken


def _turned(group: Sequence[Measurement], number: int) -> Sequence[Measurement]:
    order = list(rotated(group, number // 2))
    return order[::-1] if number % 2 else order


def _take(one: Measurement, stand: Stand, number: int, taken: Taken) -> None:
    gc.collect()
    speed, _ = calibration.spin()
    try:
        value = one.take(stand)
    except Absent as absent:
        taken.absent[one.name] = str(absent)
        return
    except Exception as failed:  # noqa: BLE001  # one figure of one round is lost, and said so, not the run
        traceback.print_exc()
        taken.failed.setdefault(one.name, []).append(f"round {number + 1}: {type(failed).__name__}")
        return
    taken.samples.setdefault(one.name, []).append(Sample(number, value, speed))


def measure(
    measurements: Sequence[Measurement], sizes: dict[str, int], count: int, peers_python: Path, note: str, say: Say
) -> Run:
    """A whole run, from its scratch directory to what is kept of it."""
    date, (commit, dirty) = runs.now(), runs.commit()
    busy, own = runs.busy_s(), runs.own_s()
    with tempfile.TemporaryDirectory(prefix="wellclear-bench-") as scratch:
        with opened(Path(scratch), sizes, peers_python) as stand:
            taken = rounds(measurements, stand, count, say)
        others = runs.others(busy, own)
    return Run(
        format=runs.FORMAT, date=date, commit=commit, dirty=dirty, machine=runs.machine(),
        python=platform.python_version(), rounds=count, sizes=sizes, note=note, calibration=taken.calibration,
        others=others, peers=versions(peers_python), samples=taken.samples, absent=taken.absent,
        failed=taken.failed,
    )  # fmt: skip


def progress(text: str) -> None:
    """One line that is written over on a terminal, lines elsewhere."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
    else:
        print(text, file=sys.stderr, flush=True)
