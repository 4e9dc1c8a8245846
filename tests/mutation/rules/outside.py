"""What others count and report: each by its own definition, never added, and what rests on one voice counts once."""

from __future__ import annotations

from tests.mutation.disabling import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        name="a-series-keeps-its-definition",
        proves=("N8",),
        says="A table that counts something else, or by other words, is no part of a series.",
        at="wellclear.edges.outside:Outside._same_definition",
        old="if unlike:",
        new="if False:",
        tests=(
            "tests/unit/edges/test_outside.py::test_a_series_never_takes_in_what_another_definition_counts",
            "tests/unit/apps/cli/test_series.py::test_a_table_that_counts_something_else_takes_another_name",
        ),
    ),
    Rule(
        name="rows-that-differ",
        proves=("N8",),
        says="Of two rows that differ under one id none is chosen.",
        at="wellclear.interop.events.table:_settle",
        old="        del found.events[id_]\n",
        new="",
        tests=("tests/unit/interop/events/test_table.py::test_of_rows_that_differ_under_one_id_none_is_taken",),
    ),
    Rule(
        name="one-voice-counts-once",
        proves=("R36", "N8"),
        says="A claim counts as often as there are ways that share nobody, not as often as it was printed.",
        at="wellclear.interop.reports.origins:_trace",
        old="_ways(graph, starts)",
        new="len(outlets)",
        tests=(
            "tests/unit/interop/reports/test_origins.py::test_of_the_case_two_outlets_are_one_origin",
            "tests/unit/apps/cli/test_reports.py::test_the_case_tells_one_origin_and_eleven_facts",
        ),
    ),
    Rule(
        name="no-event-on-a-guessed-day",
        proves=("R36",),
        says="An event stands in a bin only if its source knows that it belongs there.",
        at="wellclear.interop.events.counts:bin_of",
        old="return start if known else None",
        new="return start",
        tests=("tests/unit/interop/events/test_counts.py::test_a_series_is_counted_with_its_definition",),
    ),
)
