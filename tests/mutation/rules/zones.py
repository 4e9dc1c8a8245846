"""How zones, red lines and a host nation's consent stand for a reader."""

from __future__ import annotations

from tests.mutation.disabling import Rule

_VIEW = "tests/unit/picture/test_view_treaty.py::"
_CLI = "tests/unit/apps/cli/test_treaty_cli.py::"

RULES: tuple[Rule, ...] = (
    Rule(
        name="a-zone-is-agreed-by-all",
        proves=("R30", "N3"),
        says="A zone is agreed only while every party that it was told to concurs.",
        at="wellclear.picture.view_treaty:zone_standing",
        old="elif told_to and len(concurs) == len(told_to):",
        new="elif concurs:",
        tests=(f"{_VIEW}test_a_zone_is_agreed_only_while_all_who_were_told_of_this_version_concur",),
    ),
    Rule(
        name="silence-agrees-to-no-zone",
        proves=("N3",),
        says="Whoever says nothing of a zone does not concur, however long it stands and whatever was acknowledged.",
        at="wellclear.picture.view_treaty:zone_standing",
        old="elif told_to and len(concurs) == len(told_to):",
        new="elif not disputes:",
        tests=(f"{_VIEW}test_receipt_and_acknowledgement_and_time_make_no_agreement",),
    ),
    Rule(
        name="a-renewal-is-a-claim",
        proves=("R30", "N3"),
        says="Concurring in one version of a zone is nothing for the next.",
        at="wellclear.picture.view_treaty:zone_standing",
        old="if reply.version == record.newest:",
        new="if reply.version <= record.newest:",
        tests=(f"{_VIEW}test_a_renewal_is_a_claim_again",),
    ),
    Rule(
        name="a-zone-ends-by-itself",
        proves=("R30",),
        says="A zone is over when its end has come.",
        at="wellclear.picture.view_treaty:is_over",
        old="zone.end_us <= now_us",
        new="False",
        tests=(f"{_VIEW}test_a_zone_ends_by_its_end_and_by_its_authors_word",),
    ),
    Rule(
        name="consent-is-for-one-version",
        proves=("R29", "N3"),
        says="A host nation's consent to one version of a notice is none to the next.",
        at="wellclear.picture.view_treaty:ConsentWords.of",
        old="(item, version)",
        new="(item, 1)",
        tests=(f"{_VIEW}test_a_nations_newest_word_is_about_one_version_and_no_other",),
    ),
    Rule(
        name="consent-may-be-taken-back-unseen",
        proves=("R29", "N3"),
        says="A consent after which the nation has said something that cannot be read here is shown with that.",
        at="wellclear.picture.view_treaty:ConsentWords.may_be_older",
        old="self.sealed.get(nation, -1) > (-1 if word is None else word.index)",
        new="False",
        tests=(f"{_VIEW}test_a_consent_that_may_have_been_taken_back_unseen_says_so",),
    ),
    Rule(
        name="a-trigger-compiles-when-declared",
        proves=("R31",),
        says="A red line whose trigger cannot be judged is not drafted.",
        at="wellclear.apps.cli.records_lines:trigger_in",
        old="trigger_from(said)",
        new="pass",
        tests=(f"{_CLI}test_a_trigger_that_does_not_compile_is_refused_with_the_place_of_the_fault",),
    ),
    Rule(
        name="nobody-concurs-unread",
        proves=("N3",),
        says="Nobody concurs in a zone that it has not read.",
        at="wellclear.apps.cli.records_zones:check_answerable",
        old='if "said" not in zone:',
        new="if False:",
        tests=(f"{_CLI}test_nobody_concurs_in_what_it_was_not_told_has_not_read_or_has_ended",),
    ),
)
