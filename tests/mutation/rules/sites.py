"""Sites, movements, deployments and surveys: what they must say, and who is given them."""

from __future__ import annotations

from tests.mutation.disabling import Rule

_NATURE = "tests/unit/channel/test_nature_rules.py::"
_LEVELS = "tests/unit/channel/test_levels.py::"
_GIVEN = "tests/unit/apps/node/test_given_rows.py::"
_MOVES = f"{_NATURE}test_a_movement_says_its_legs_with_times_vehicles_escort_and_contact"

RULES: tuple[Rule, ...] = (
    Rule(
        name="route-and-times",
        proves=("R27",),
        says="An aid movement names its route with a time at each point.",
        at="wellclear.channel.nature_rules:_check_movement",
        old="if not routes or not all(_timed(volume) for volume in routes):",
        new="if False:",
        tests=(_MOVES,),
    ),
    Rule(
        name="escort",
        proves=("R27",),
        says="An aid movement says whether it has an armed escort.",
        at="wellclear.channel.nature_rules:_check_movement",
        old="if rest.armed_escort is UNSET:",
        new="if False:",
        tests=(_MOVES,),
    ),
    Rule(
        name="contact-on-board",
        proves=("R27",),
        says="An aid movement says who can be reached on board.",
        at="wellclear.channel.nature_rules:_check_movement",
        old="if rest.contact_on_board is UNSET:",
        new="if False:",
        tests=(_MOVES,),
    ),
    Rule(
        name="a-site-stands-still",
        proves=("R27",),
        says="A protected site has no legs with times: what moves is announced as a movement.",
        at="wellclear.channel.nature_rules:_check_site",
        old="if any(_timed(volume) for volume in volumes):",
        new="if False:",
        tests=(f"{_NATURE}test_a_site_never_covers_a_movement",),
    ),
    Rule(
        name="a-site-expires",
        proves=("R29",),
        says="A protected site ends at most 90 days after its last check.",
        at="wellclear.channel.nature_rules:_check_site",
        old="if max(volume.window.end_us for volume in volumes) > checked_us + SITE_US_MAX:",
        new="if False:",
        tests=(f"{_NATURE}test_a_site_says_what_it_is_and_when_it_was_checked_and_expires",),
    ),
    Rule(
        name="invited",
        proves=("N13",),
        says="A deployment or survey says by whose invitation it is.",
        at="wellclear.channel.nature_rules:_check_coming",
        old="if rest.invitation is UNSET:",
        new="if False:",
        tests=(f"{_NATURE}test_who_comes_or_looks_says_by_whose_invitation_and_what_for",),
    ),
    Rule(
        name="a-survey-is-no-deployment",
        proves=("N13",),
        says="A survey is for looking; what stays is announced as a deployment.",
        at="wellclear.channel.nature_rules:_check_coming",
        old='if said == "survey" and rest.purpose not in SURVEY_PURPOSES:',
        new="if False:",
        tests=(f"{_NATURE}test_a_survey_is_not_a_deployment",),
    ),
    Rule(
        name="given-by-name",
        proves=("N1", "N13", "R29"),
        says="A site, movement, deployment or survey goes to nobody who was not consented to by name.",
        at="wellclear.channel.levels:_consented",
        old="level if party in consent else 0",
        new="level",
        tests=(
            f"{_LEVELS}test_who_was_not_consented_to_by_name_is_left_out",
            "tests/unit/test_requirements.py::test_what_could_be_struck_leaves_no_desk_without_consent_by_name",
        ),
    ),
    Rule(
        name="a-level-is-no-consent",
        proves=("N13", "R29"),
        says="Naming a level for a recipient is no consent to give it anything.",
        at="wellclear.channel.levels:_consented",
        old="if levels[party] and party not in consent:",
        new="if False:",
        tests=(f"{_LEVELS}test_a_level_is_no_consent_and_consent_is_no_level",),
    ),
    Rule(
        name="the-list-is-the-submitters",
        proves=("N1", "R29"),
        says="Who was given a notice is told to its announcer alone.",
        at="wellclear.apps.node.given_rows:given_told",
        old="if item.party != core.party:",
        new="if False:",
        tests=(f"{_GIVEN}test_nobody_else_is_told_who_was_given_it",),
    ),
    Rule(
        name="every-version-is-listed",
        proves=("N1", "R29"),
        says="The access list keeps whoever was given an older version.",
        at="wellclear.apps.node.given_rows:given_told",
        old="for _, version in sorted(item.versions.items())",
        new="for version in [item.current]",
        tests=(f"{_GIVEN}test_the_submitter_sees_who_was_given_which_version_and_what_came_back",),
    ),
    Rule(
        name="no-list-of-places",
        proves=("N1", "N13", "R29"),
        says="A list of all notices holds no place of another party's site, movement, deployment or survey.",
        at="wellclear.apps.node.sheltering:in_a_list",
        old='if row["mine"] == "yes" or row.get("category") not in CONSENTED:',
        new="if True:",
        tests=(f"{_GIVEN}test_a_list_of_all_notices_holds_no_place_of_anothers_site",),
    ),
    Rule(
        name="protection-hangs-on-no-notice",
        proves=("N2",),
        says="Each protected notice says that the law protects it whether or not it was notified.",
        at="wellclear.apps.node.sheltering:with_sentence",
        old='if row.get("category") in PROTECTED',
        new="if False",
        tests=(f"{_GIVEN}test_each_protected_notice_says_that_protection_does_not_hang_on_it",),
    ),
)
