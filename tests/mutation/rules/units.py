"""Units that must know before a start: who is asked by when, who rings, and that nothing else is proof of it."""

from __future__ import annotations

from tests.mutation.disabling import Rule

_UNITS = "tests/unit/apps/node/test_units.py::"
_RINGS = f"{_UNITS}test_an_hour_before_the_start_without_proof_both_desks_ring_and_nobody_else"

RULES: tuple[Rule, ...] = (
    Rule(
        name="units-before-the-start",
        proves=("R2", "R28"),
        says="Where nothing is agreed, each desk proves an hour before the start that its units know.",
        at="wellclear.domain.agreement:Settings",
        old="return PASSED_BEFORE_US if",
        new="return SECOND_US if",
        tests=(_RINGS,),
    ),
    Rule(
        name="units-ring",
        proves=("R2", "R28"),
        says="Without proof in time it rings.",
        at="wellclear.apps.node.units:Units",
        old="if not one.rings(moment_us):",
        new="if True:",
        tests=(_RINGS,),
    ),
    Rule(
        name="units-ring-at-both",
        proves=("R2", "R28"),
        says="The author's desk rings as well as the one that is asked.",
        at="wellclear.apps.node.units:Units",
        old="return self.party in (one.party, one.author)",
        new="return self.party == one.party",
        tests=(_RINGS,),
    ),
    Rule(
        name="units-no-other-mark",
        proves=("R2", "N3"),
        says="No receipt, acknowledgement or confirmation is proof that units know.",
        at="wellclear.watch.passing:passing",
        old="passed_us=None if answer.passed_us is UNSET else answer.passed_us",
        new="passed_us=None if answer.acked_us is UNSET else answer.acked_us",
        tests=(f"{_UNITS}test_the_four_marks_stay_four_and_none_of_the_others_is_proof",),
    ),
    Rule(
        name="units-by-what-was-shown",
        proves=("R28", "N12"),
        says="A desk that was shown a cell is asked by its slot, at the author's node as well.",
        at="wellclear.watch.passing:_shown",
        old='if party in readers.get("volume", ()):',
        new="if True:",
        tests=(f"{_UNITS}test_who_was_shown_a_cell_is_asked_by_its_slot_at_both_desks",),
    ),
    Rule(
        name="units-of-others",
        proves=("R28", "N12"),
        says="Who was shown a cell does not judge by it a desk that was shown more.",
        at="wellclear.watch.passing:_shown",
        old="if version.shapes is None and reader != party:",
        new="if False:",
        tests=(f"{_UNITS}test_each_desk_is_asked_by_what_it_was_shown_itself",),
    ),
    Rule(
        name="units-asked-anew",
        proves=("R28",),
        says="Each version asks anew, and rings anew.",
        at="wellclear.watch.passing:Passing",
        old='return f"passed/{self.item}/{self.version}/{self.desk}"',
        new='return f"passed/{self.item}/{self.desk}"',
        tests=(f"{_UNITS}test_a_new_version_asks_anew_and_what_was_owed_stays_shown",),
    ),
    Rule(
        name="units-stay-shown",
        proves=("R28",),
        says="What was not proven of an earlier version stays shown.",
        at="wellclear.watch.passing:Passing",
        old='return "overdue" if self.closed_us is not None or now_us > self.due_us else "asked"',
        new='return "overdue" if self.closed_us is None and now_us > self.due_us else "asked"',
        tests=(f"{_UNITS}test_a_new_version_asks_anew_and_what_was_owed_stays_shown",),
    ),
    Rule(
        name="units-proof-on-its-way",
        proves=("R28",),
        says="A node that has just started waits for the proof that may be on its way.",
        at="wellclear.apps.node.core:NodeCore",
        old="if silent is not None and not self.taking:",
        new="if True:",
        tests=(f"{_UNITS}test_a_node_that_starts_waits_for_the_proof_that_may_be_on_its_way",),
    ),
    Rule(
        name="units-no-hour-in-a-list",
        proves=("N1", "N13", "R28"),
        says="No list of what is asked tells the hour of another party's site.",
        at="wellclear.apps.node.units:asked_rows",
        old="(_sheltered_row if one.sheltered else _row)",
        new="_row",
        tests=(f"{_UNITS}test_no_list_tells_the_hour_of_anothers_site_and_it_rings_all_the_same",),
    ),
    Rule(
        name="units-in-the-timeline",
        proves=("R28", "R33"),
        says="The timeline tells whose units nobody has proven to know in time.",
        at="wellclear.apps.timeline_units:UnitsReader",
        old="if one.open and _key(one) not in self._told:",
        new="if False:",
        tests=(
            "tests/unit/apps/test_timeline_units.py::test_author_and_desk_can_tell_it_and_who_was_shown_nothing_cannot",
        ),
    ),
)
