"""Incidents with accounts side by side, what was notified near one, and own counts beside others'."""

from __future__ import annotations

from tests.mutation.disabling import Rule

_ACCOUNTS = "tests/unit/picture/test_accounts.py::"
_COUNTS = "tests/unit/apps/test_own_counts.py::"
_PACK = "tests/unit/apps/test_incident_pack.py::"

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
    Rule(
        name="a-pack-forgets-nothing",
        proves=("R35", "N1"),
        says="What was notified near an incident is found again when it has long left the picture.",
        at="wellclear.apps.gathering:Gatherer.take",
        old="found.picture = step.picture",
        new="found.picture, found.items = step.picture, dict(self._view.items.items())",
        tests=(f"{_PACK}test_what_has_left_the_picture_is_in_the_pack_all_the_same",),
    ),
    Rule(
        name="a-pack-says-what-it-could-not-look-at",
        proves=("R35", "N1"),
        says="A notice of which neither place nor hour is open is told as not looked at, and not left out.",
        at="wellclear.apps.incident_pack:_notices",
        old="for item, version, volumes in shaped if not volumes",
        new="for item, version, volumes in shaped if False",
        tests=(f"{_PACK}test_what_is_not_open_is_told_as_not_looked_at",),
    ),
    Rule(
        name="a-pack-is-held-to-the-log",
        proves=("R35", "R33"),
        says="A pack that names entries which the log does not have is told, with their places.",
        at="wellclear.apps.cli.incident_pack:unlike",
        old='elif b64(gathered.leaves[index]) != row.get("leaf"):',
        new="elif False:",
        tests=(f"{_PACK}test_a_file_is_held_to_a_bundle_entry_by_entry",),
    ),
    Rule(
        name="own-counts-are-never-added",
        proves=("R36", "N8"),
        says="Each party's count, and each definition, has a column of its own; a later record of one is of no other.",
        at="wellclear.apps.own_counts:own_counts",
        old='(row["party"], said["name"], said["definition"]),',
        new='("", said["name"], ""),',
        tests=(
            f"{_COUNTS}test_both_sides_stand_beside_each_other_with_their_words_and_the_difference",
            f"{_COUNTS}test_one_party_with_two_definitions_has_two_columns_and_differs_from_nobody",
        ),
    ),
    Rule(
        name="what-one-side-does-not-count-is-no-nought",
        proves=("R36",),
        says="Where only one side counts, no difference is told.",
        at="wellclear.apps.own_counts:_row",
        old="if len(own) > 1 else None",
        new="if own else None",
        tests=(f"{_COUNTS}test_both_sides_stand_beside_each_other_with_their_words_and_the_difference",),
    ),
)
