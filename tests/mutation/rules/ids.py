"""Ids: a draft that was never sent leaves no gap, and what was sent keeps its id alone."""

from __future__ import annotations

from tests.mutation.disabling import Rule

_NODE = "tests/unit/apps/node/test_unsent_drafts.py::"
_IDS = "tests/unit/apps/node/test_ids.py::"
_HERE = "wellclear.apps.node."

RULES: tuple[Rule, ...] = (
    Rule(
        name="unsent-id-comes-back",
        proves=("R31",),
        says="An id that nobody has sent and nobody can send any more is given out again, so no gap tells of a draft.",
        at=f"{_HERE}ids:Counters.next_id",
        old="given.sent or logged >= given.counter",
        new="True",
        tests=(f"{_NODE}test_a_draft_that_was_dropped_leaves_its_id_to_a_later_one",),
    ),
    Rule(
        name="sent-id-stays-taken",
        proves=("R31",),
        says="An id that was handed over to be sent is never given out again, whatever became of it.",
        at=f"{_HERE}ids:Counters.next_id",
        old="given.sent or logged >= given.counter",
        new="logged >= given.counter",
        tests=(f"{_IDS}test_an_id_that_was_handed_over_blocks_nothing_and_never_comes_back",),
    ),
    Rule(
        name="refused-draft-gives-its-id-back",
        proves=("R31",),
        says="A draft that is refused while it is composed takes no id.",
        at=f"{_HERE}core:NodeCore.unless_refused",
        old="if self._counters.encode() != kept:",
        new="if False:",
        tests=(f"{_NODE}test_what_is_refused_while_it_is_composed_gives_its_id_back",),
    ),
    Rule(
        name="put-marks-its-id",
        proves=("R31",),
        says="Who takes an act to be sent stores with it that its id is used.",
        at=f"{_HERE}core:NodeCore.put",
        old="if act.id is not UNSET and",
        new="if False and",
        tests=(f"{_NODE}test_an_id_that_was_put_is_marked_with_it_and_never_comes_back",),
    ),
)
