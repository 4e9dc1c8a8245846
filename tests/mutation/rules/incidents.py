"""Incidents with accounts side by side, what was notified near one, and own counts beside others'."""

from __future__ import annotations

from tests.mutation.disabling import Rule

_ACCOUNTS = "tests/unit/picture/test_accounts.py::"

RULES: tuple[Rule, ...] = (
    Rule(
        name="accounts-are-never-merged",
        proves=("R35", "N8"),
        says="Each teller of an incident has a column of its own, and nobody else's account stands in it.",
        at="wellclear.picture.accounts:columns",
        old="if reply.party == one",
        new="if True",
        tests=(f"{_ACCOUNTS}test_each_account_stands_in_its_tellers_column_as_it_was_said",),
    ),
    Rule(
        name="nobody-edits-anothers-account",
        proves=("R35", "N8"),
        says="A party that speaks as a desk of another, to change its account, is refused.",
        at="wellclear.domain.entry:check_header",
        old='if act.desk is not UNSET and act.desk.partition("/")[0] != act.party:',
        new="if False:",
        tests=(f"{_ACCOUNTS}test_nobody_edits_the_account_of_another",),
    ),
    Rule(
        name="an-account-that-is-not-told-is-shown",
        proves=("R35",),
        says="A party that was told of an incident and has told nothing has a column that says so.",
        at="wellclear.picture.accounts:columns",
        old="{record.party, *asked, *(reply.party for reply in told)}",
        new="{reply.party for reply in told}",
        tests=(f"{_ACCOUNTS}test_what_nobody_has_told_is_shown_as_that_and_since_when_it_is_late",),
    ),
)
