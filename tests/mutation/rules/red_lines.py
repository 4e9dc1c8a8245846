"""Red lines: what a planner is warned of, and what is never taken for no."""

from __future__ import annotations

from tests.mutation.disabling import Rule

_LINES = "tests/unit/airspace/test_red_lines.py"
_EXPRESSIONS = "tests/unit/airspace/test_expressions.py"

RULES: tuple[Rule, ...] = (
    Rule(
        name="red-line-not-stated",
        proves=("R31",),
        says="A capability that a draft does not state may touch a red line.",
        at="wellclear.airspace.red_lines:_capability",
        old='else "unknown"',
        new='else "no"',
        tests=(f"{_LINES}::test_each_part_must_hold_and_what_is_not_known_is_possible",),
    ),
    Rule(
        name="red-line-cell",
        proves=("R31",),
        says="Against a disclosed cell a red line is possibly touched, and never surely.",
        at="wellclear.airspace.red_lines:RedLines._meetings",
        old="if draft.vague(leg.of) else",
        new="if False else",
        tests=(
            f"{_LINES}::test_a_cell_is_possible_and_never_silently_none",
            f"{_LINES}::test_what_cannot_be_computed_or_is_not_said_is_possible",
        ),
    ),
    Rule(
        name="red-line-unknown-expression",
        proves=("R31",),
        says="A condition that cannot be worked out is unknown, and not false.",
        at="wellclear.airspace.expressions:Expression.answer",
        old='            return "unknown"\n',
        new='            return "no"\n',
        tests=(
            f"{_EXPRESSIONS}::test_answers",
            f"{_LINES}::test_each_part_must_hold_and_what_is_not_known_is_possible",
        ),
    ),
    Rule(
        name="red-line-depth",
        proves=("R31",),
        says="A condition that lies too deep is refused before the library reads it.",
        at="wellclear.airspace.expression_grammar:Reader._over",
        old="if depth > DEPTH_MAX:",
        new="if False:",
        tests=(f"{_EXPRESSIONS}::test_what_would_take_long_or_lie_deep_is_refused_before_the_library_sees_it",),
    ),
    Rule(
        name="red-line-change-judged",
        proves=("R31",),
        says="A change is proposed only after the changed draft was judged again.",
        at="wellclear.airspace.red_line_changes:smallest_changes",
        old="return left >= 0 and not lines.judged(changed, now_us)",
        new="return left >= 0",
        tests=(
            "tests/unit/airspace/test_red_line_changes.py::test_a_change_clears_all_lines_that_are_held",
            "tests/unit/airspace/test_red_line_changes.py::test_none_is_found_where_none_is",
        ),
    ),
)
