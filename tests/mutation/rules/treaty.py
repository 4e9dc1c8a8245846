"""Red lines, zones, consent, incidents, statements."""

from __future__ import annotations

from tests.mutation.disabling import Rule

_TESTS = "tests/unit/picture/test_treaty.py::"

RULES: tuple[Rule, ...] = (
    Rule(
        name="a-zone-ends",
        proves=("R30",),
        says="A zone, and each renewal of it, stands at most 90 days.",
        at="wellclear.picture.items:_kept_until",
        old="until_day - draft.now_us // DAY_US > DAYS_MAX[kind]",
        new="False",
        tests=(f"{_TESTS}test_a_zone_stands_ninety_days_at_most_and_so_does_each_renewal",),
    ),
    Rule(
        name="nobody-concurs-for-another",
        proves=("N3",),
        says="A zone is concurred in or disputed by whom it was told to, each for itself.",
        at="wellclear.picture.answers:reply",
        old="if act.party not in asked:",
        new="if False:",
        tests=(f"{_TESTS}test_nobody_concurs_in_a_zone_for_another_party_or_in_its_own",),
    ),
    Rule(
        name="only-a-host-nation-consents",
        proves=("R29",),
        says="Nobody but a host nation consents for its territory.",
        at="wellclear.picture.items:consent",
        old='if "host_nation" not in party.roles:',
        new="if False:",
        tests=(f"{_TESTS}test_only_a_host_nation_consents_for_its_territory",),
    ),
    Rule(
        name="both-tell-of-an-incident",
        proves=("R35", "N8"),
        says="Whoever records an incident tells of it like the others, in an account of its own.",
        at="wellclear.picture.answers:reply",
        old="({item.party} if act.kind in AUTHOR_REPLIES else set())",
        new="set()",
        tests=(f"{_TESTS}test_each_tells_of_an_incident_for_itself_and_nobody_changes_it",),
    ),
    Rule(
        name="no-statement-says-nothing",
        proves=("R38",),
        says="No statement, and neither confirming nor denying, are outcomes that say nothing; only a statement does.",
        at="wellclear.domain.statements:Statement.__post_init__",
        old='bool(self.sentences) != (self.outcome == "statement")',
        new="False",
        tests=(f"{_TESTS}test_only_a_statement_says_something",),
    ),
)
