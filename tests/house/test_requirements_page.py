"""docs/requirements.md is what the tests say; each claim of it has a rule, each rule a test with the right mark."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.mutation.__main__ import baseline, chosen, complaints
from tests.mutation.disabling import Misplaced, Rule
from tests.mutation.marks import marks
from tests.mutation.page import PAGE, made
from tests.mutation.requirements import SECTIONS
from tests.mutation.rules import RULES
from tests.mutation.running import Run

EVERYTHING = [one for section in SECTIONS.values() for one in section]
NO_RULE = "so there is no rule to disable"
ESCORT = next(rule for rule in RULES if rule.name == "escort")


def test_the_page_is_what_the_tests_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == made(), "make it anew: make requirements"


def test_every_requirement_is_there_once() -> None:
    assert [one.name for one in EVERYTHING] == [f"R{n}" for n in range(1, 41)] + [f"N{n}" for n in range(1, 14)]
    for one in EVERYTHING:
        assert bool(one.missing) == (one.state != "done"), f"{one.name} says what is missing, if anything is"


def test_what_is_claimed_has_a_rule_that_can_be_disabled() -> None:
    proven = {name for rule in RULES for name in rule.proves}
    claimed = {one.name for one in EVERYTHING if one.state != "not yet" and NO_RULE not in one.missing}
    assert proven == claimed


def test_nothing_is_marked_that_is_not_claimed() -> None:
    claimed = {one.name for one in EVERYTHING if one.state != "not yet"}
    strange = {test: names for test, names in marks().items() if not claimed.issuperset(names)}
    assert not strange


def test_every_rule_stands_where_it_says_and_makes_sense_without() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    for rule in RULES:
        compile(rule.disabled_text(), rule.at, "exec", dont_inherit=True)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_tests_of_a_rule_carry_the_mark_of_what_it_proves(rule: Rule) -> None:
    assert rule.tests, "no test fails without it"
    shared = {test: set(marks().get(test, ())) & set(rule.proves) for test in rule.tests}
    assert all(shared.values()), "not there, or not marked"
    assert set().union(*shared.values()) == set(rule.proves), "one of them proves each"


def test_a_place_that_is_not_there_is_found() -> None:
    for changed in (
        replace(ESCORT, at="wellclear.channel.own_rules:nothing"),
        replace(ESCORT, at="wellclear.channel.nothing:check_content"),
        replace(ESCORT, old="if the moon is made of cheese:"),
        replace(ESCORT, old="raise Refused"),
    ):
        with pytest.raises(Misplaced, match="escort"):
            changed.disabled_text()


def test_a_test_that_passes_without_its_rule_is_named() -> None:
    (test,) = ESCORT.tests
    assert list(complaints(ESCORT, ESCORT.tests, Run({test: "failed"}, "", True, 1))) == []
    (why,) = complaints(ESCORT, ESCORT.tests, Run({test: "passed"}, "", True, 1))
    assert why.startswith("SURVIVES") and test in why
    for run in (Run({test: "broken"}, "", True, 1), Run({}, "", True, 1), Run({test: "failed"}, "", False, 1)):
        assert list(complaints(ESCORT, ESCORT.tests, run)), "it proves nothing"
    assert list(complaints(None, ESCORT.tests, Run({test: "failed"}, "", True, 1))), "it fails with every rule in place"


def test_every_part_of_the_list_is_run_once() -> None:
    parts = [rule.name for number in range(1, 8) for rule in chosen([], f"{number}/7")]
    assert sorted(parts) == sorted(rule.name for rule in RULES)
    shares = baseline(RULES, 2)
    assert sorted(test for share in shares for test in share) == sorted({test for rule in RULES for test in rule.tests})
