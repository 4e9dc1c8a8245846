"""Runs that never were, for what is said of runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.measurement import Aim, Measurement
from benchmarks.runs import FORMAT, Calibration, Machine, Run, Sample


def measurement(name: str, *beside: str, aim: Aim | None = None, once: bool = False) -> Measurement:
    """One that is never taken."""
    return Measurement(name, f"the {name}", "ms", lambda stand: 1.0, beside, aim, once)


RACE = (measurement("race.ours", "race.theirs", aim=Aim(0.5, "more", "a wish", ratio=True)), measurement("race.theirs"))


def run(
    samples: Mapping[str, Sequence[float]],
    date: str = "2026-01-02T03:04:05Z",
    spins: Sequence[float] = (20.0, 20.0),
    waited: float = 1.0,
    others: float | None = 0.01,
    absent: Mapping[str, str] | None = None,
    python: str = "3.11.7",
) -> Run:
    """A run of these rounds."""
    return Run(
        format=FORMAT, date=date, commit="c" * 40, dirty=False, machine=Machine("Linux", "x86_64", "a chip", 2, 8),
        python=python, rounds=len(spins), sizes={"entries": 10}, note="",
        calibration=[Calibration(number, spin, waited, 0.1) for number, spin in enumerate(spins)], others=others,
        peers={"shapely": "2.2.0"}, absent=dict(absent or {}), failed={},
        samples={
            name: [Sample(number, value, 20.0) for number, value in enumerate(values)]
            for name, values in samples.items()
        },
    )  # fmt: skip
