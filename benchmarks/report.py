"""docs/benchmarks.md, written from the kept runs and the prose of `benchmarks/page.md`.

    python -m benchmarks.report [--check]

Each group's table is of the newest run that took the group. What was measured stands in no prose.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import runs as kept
from benchmarks.comparing import moves
from benchmarks.measurement import Measurement, Unit, groups
from benchmarks.registry import MEASUREMENTS
from benchmarks.runs import ROOT, Run
from benchmarks.statistics import Spread

PAGE = ROOT / "docs" / "benchmarks.md"
TEMPLATE = Path(__file__).parent / "page.md"
HEAD = "| what | median (lowest to highest round) | beside it | ratio | aim |\n|---|---:|---:|---:|---|"


def made(runs: Sequence[Run], template: str, measurements: Sequence[Measurement] = MEASUREMENTS) -> str:
    """The page."""
    filled = template.replace("{{ run }}", about(runs[-1]) if runs else "Nothing was measured yet.")
    filled = filled.replace("{{ moved }}", since(runs, measurements))
    for group in groups(measurements):
        filled = filled.replace(f"{{{{ {group[0].group} }}}}", section(runs, group))
    assert "{{" not in filled, "the template names a group that is not there"
    return filled


def about(run: Run) -> str:
    """What run it is, on what kind of machine, and whether it can be trusted."""
    machine = run.machine
    where = f"{machine.system} on {machine.arch} ({machine.cpu}), {machine.cores} cores, {machine.memory_gib} GiB"
    spin, sync = (Spread.of(values) for values in _calibrated(run))
    dirty = ", with changes that were not committed" if run.dirty else ""
    which = f"{run.date}, commit `{run.commit[:10]}`{dirty}, {_counted(run)}"
    lines = [
        f"**The newest run**: {which} on Python {run.python}, {where}.",
        f"Calibration: {_shown(spin, '{:.1f}')} million turns a second, a durable write in {_shown(sync, '{:.2f}')} ms"
        + ("." if run.others is None else f"; other work took {run.others:.0%} of all cores."),
    ]
    disturbed = run.disturbances()
    if disturbed:
        lines.append(
            f"**This run was disturbed**: {'; '.join(disturbed)}. Believe its ratios with care, its figures less."
        )
    if run.note:
        lines.append(run.note)
    if run.peers:
        lines.append(f"Peers: {', '.join(f'{name} {version}' for name, version in sorted(run.peers.items()))}.")
    return "\n".join(lines)


def since(runs: Sequence[Run], measurements: Sequence[Measurement]) -> str:
    """What moved since the run before on the same kind of machine."""
    if not runs:
        return ""
    before = next((run for run in reversed(runs[:-1]) if run.comparable(runs[-1])), None)
    if before is None:
        return "No earlier run of the same work on such a machine is kept, so nothing is said about change."
    moved = moves(runs[-1], before, measurements)
    told = f"Since the run of {before.date} (`{before.commit[:10]}`)"
    if not moved:
        return f"{told} no median moved beyond what the rounds of either run cover."
    lines = [f"{told} these medians moved beyond what the rounds of either run cover:", "", "| what | then | now |"]
    lines += ["|---|---:|---:|"]
    lines += [f"| {one.what} | {_figure(one.then, one.unit)} | {_figure(one.now, one.unit)} |" for one in moved]
    return "\n".join(lines)


def section(runs: Sequence[Run], group: Sequence[Measurement]) -> str:
    """The table of one group, of the newest run that has it."""
    names = [one.name for one in group]
    run = next((run for run in reversed(runs) if any(name in run.samples for name in names)), None)
    if run is None:
        return "Not measured yet."
    lines = [HEAD, *rows(run, group)]
    if run is not runs[-1]:
        lines += ["", f"Of an earlier run: {run.date}, commit `{run.commit[:10]}`, {_counted(run)}."]
        lines += [f"It was disturbed: {'; '.join(run.disturbances())}."] if run.disturbances() else []
        lines += [run.note] if run.note else []
    sources = sorted({one.aim.source for one in group if one.aim})
    return "\n".join(lines + (["", f"Aims: {'; '.join(sources)}."] if sources else []))


def rows(run: Run, group: Sequence[Measurement]) -> Iterator[str]:
    """One line for each figure and each thing that it is set beside."""
    named = {one.name: one for one in group}
    peers = {name for one in group for name in one.beside}
    for one in group:
        if one.name in peers:
            continue
        own = _told(run, one)
        if not one.beside:
            yield f"| {one.what} | {own} | | | {_aimed(run, one, run.values(one.name))} |"
        for number, beside in enumerate(one.beside):
            ratios = run.ratios(one.name, beside)
            aimed = "" if number else _aimed(run, one, ratios if one.aim and one.aim.ratio else run.values(one.name))
            told = f"{named[beside].what}: {_told(run, named[beside])}"
            yield f"| {one.what} | {own} | {told} | {_figure(Spread.of(ratios), None) if ratios else ''} | {aimed} |"


def _told(run: Run, one: Measurement) -> str:
    values = run.values(one.name)
    if values:
        return _figure(Spread.of(values), one.unit)
    return "not measured" + (f" ({run.absent[one.name]})" if one.name in run.absent else "")


def _figure(spread: Spread, unit: Unit | None) -> str:
    """A spread in its unit; without one it is a ratio."""
    if unit == "share":
        return _shown(spread, "{:.2%}")
    whole = spread.high >= 100 or unit in ("bytes", "pairs", "entries")
    form = "{:,.0f}" if whole else "{:,.1f}" if spread.high >= 10 else "{:,.2f}"
    return _shown(spread, form, "×" if unit is None else f" {unit}")


def _shown(spread: Spread, form: str, after: str = "") -> str:
    median, low, high = (form.format(value) for value in (spread.median, spread.low, spread.high))
    return f"{median}{after}" if low == high else f"{median}{after} ({low} to {high})"


def _aimed(run: Run, one: Measurement, values: Sequence[float]) -> str:
    """The aim and whether the median reaches it; a disturbed run decides less."""
    aim = one.aim
    if aim is None:
        return ""
    bound = "×" if aim.ratio else "" if one.unit == "share" else f" {one.unit}"
    said = f"{'at least' if aim.better == 'more' else 'at most'} {aim.bound:g}{bound}"
    if not values:
        return said
    reached = "met" if aim.met(Spread.of(values).median) else "**missed**"
    return f"{said}: {reached}" + (", disturbed" if run.disturbances() and not one.once else "")


def _calibrated(run: Run) -> tuple[list[float], list[float]]:
    return [one.spin for one in run.calibration], [one.sync_ms for one in run.calibration]


def _counted(run: Run) -> str:
    return f"{run.rounds} round{'s' if run.rounds != 1 else ''}"


def main(arguments: list[str]) -> int:
    """Write the page; with `--check` only say whether it would change."""
    text = made(kept.read(), TEMPLATE.read_text(encoding="utf-8"))
    if "--check" in arguments:
        return int(PAGE.read_text(encoding="utf-8") != text)
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
