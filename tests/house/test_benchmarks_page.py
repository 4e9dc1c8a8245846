"""docs/benchmarks.md is what the committed runs say, no figure of it typed by hand."""

from __future__ import annotations

from benchmarks import runs
from benchmarks.measurement import groups
from benchmarks.registry import MEASUREMENTS
from benchmarks.report import PAGE, TEMPLATE, made


def test_the_page_is_what_the_history_gives() -> None:
    text = made(runs.read(), TEMPLATE.read_text(encoding="utf-8"))
    assert PAGE.read_text(encoding="utf-8") == text, "make it anew: python -m benchmarks.report"


def test_the_template_shows_every_group() -> None:
    template = TEMPLATE.read_text(encoding="utf-8")
    for group in groups(MEASUREMENTS):
        assert template.count(f"{{{{ {group[0].group} }}}}") == 1


def test_every_kept_run_is_of_a_commit_and_holds_what_it_says() -> None:
    for run in runs.read():
        assert len(run.commit) == 40
        assert len(run.calibration) == run.rounds
        assert all(0 <= one.round < run.rounds for samples in run.samples.values() for one in samples)
