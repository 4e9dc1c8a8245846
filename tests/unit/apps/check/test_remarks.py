"""Thousands of features with one fault are told in a line or two, with their number, and where the first stands."""

from __future__ import annotations

from tests.unit.apps.check.plans import plan, planned
from wellclear.apps.check.remarks import LINES_MAX, note_lines, skipped_lines
from wellclear.interop.planned import Place, Skipped


def skipped(number: int, reason: str = "has no time zone", file: str = "plan.csv") -> Skipped:
    return Skipped(Place(file, None, number), f"X-{number}", "start", reason, "write 2026-11-23T10:00:00Z")


def test_few_faults_are_told_one_by_one() -> None:
    faults = [skipped(1), skipped(2), skipped(3)]
    assert skipped_lines(faults) == [str(one) for one in faults]
    assert skipped_lines([]) == []


def test_the_same_fault_of_thousands_is_told_once_and_counted() -> None:
    faults = [skipped(number) for number in range(1, 5001)] + [skipped(1, "is missing"), skipped(1, file="b.csv")]
    assert skipped_lines(faults) == [
        str(faults[0]),
        "... and 4,999 more of plan.csv with the same (start: has no time zone): X-2, X-3, X-4, X-5, ...",
        str(faults[-2]),
        str(faults[-1]),
    ]


def test_thousands_of_different_faults_are_bounded_and_counted() -> None:
    told = skipped_lines([skipped(number, f"is {number}") for number in range(1, 5001)])
    assert len(told) == LINES_MAX + 1
    assert told[-1] == "... and 4,980 more features; --json lists them all"


def test_what_was_not_read_is_told_before_how_edges_run() -> None:
    edge = "edge {} leaves its straight line on the map by 12 m: edges are shortest paths"
    told = note_lines(
        plan(
            planned("A", "NORTHLAND", notes=(edge.format(1), "heights in its coordinates were not used")),
            planned("B", "NORTHLAND", notes=(edge.format(2), "heights in its coordinates were not used")),
            planned("C", "SOUTHLAND", notes=("column 'uper' is not read; did you mean upper?",)),
        )
    )
    assert told == [
        "Note: plan.csv, line 1 (C): column 'uper' is not read; did you mean upper?",
        "Note: plan.csv, line 1 (A): heights in its coordinates were not used (and 1 more of that file: B).",
        f"Note: plan.csv, line 1 (A): {edge.format(1)} (and 1 more of that file: B).",
    ]


def test_notes_are_bounded_and_counted() -> None:
    told = note_lines(plan(planned("A", "NORTHLAND", notes=tuple(f"remark {number}" for number in range(30)))))
    assert len(told) == 9
    assert told[-1] == "... and 22 more notes; --json lists them all."
