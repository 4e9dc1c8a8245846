"""Statements: agreed by signatures alone, and never published."""

from __future__ import annotations

from tests.mutation.disabling import Rule

_STANDING = "tests/unit/picture/test_view_statements.py::"
_CLI = "tests/unit/apps/cli/test_statements_cli.py::"

RULES: tuple[Rule, ...] = (
    Rule(
        name="agreed-by-all-signatures",
        proves=("R38",),
        says="A statement is agreed only when every party has signed every sentence and agrees to the outcome.",
        at="wellclear.picture.view_statements:_state",
        old="not outcome and not any(waits_for)",
        new="True",
        tests=(
            f"{_STANDING}test_silence_and_a_missing_sentence_agree_to_nothing_and_say_whom_they_wait_for",
            f"{_STANDING}test_no_order_of_the_signatures_agrees_before_the_last_one",
        ),
    ),
    Rule(
        name="a-new-wording-is-signed-anew",
        proves=("R38",),
        says="What was signed of an older wording counts nothing for the newest.",
        at="wellclear.picture.view_statements:statement_standing",
        old="reply.version == record.newest and reply.party in newest",
        new="reply.party in newest",
        tests=(f"{_STANDING}test_what_was_signed_of_an_older_version_counts_nothing_and_the_newest_word_stands",),
    ),
    Rule(
        name="released-only-when-agreed",
        proves=("R38", "N6"),
        says="The text of a statement leaves a node only when it is agreed, into a file, by a person.",
        at="wellclear.apps.cli.statements:check_agreed",
        old='if signing["state"] == "agreed":',
        new="if True:",
        tests=(f"{_CLI}test_nothing_is_released_while_a_sentence_or_the_outcome_waits_for_anybody",),
    ),
)
