"""Red lines and zones on a node: the planner is warned, nobody else is told, only what is disclosed is judged."""

from __future__ import annotations

from tests.mutation.disabling import Rule

_NODE = "tests/unit/apps/node/test_drawing.py::"
_HERE = "wellclear.apps.node."

RULES: tuple[Rule, ...] = (
    Rule(
        name="not-stated-is-not-no",
        proves=("R30", "R31"),
        says="What a notice does not state that it carries is unknown, and never taken for no.",
        at="wellclear.airspace.drafts:draft_of",
        old='if said in ("yes", "no"):',
        new="if True:",
        tests=(f"{_NODE}test_what_a_draft_leaves_open_is_possible_and_saying_it_settles_it",),
    ),
    Rule(
        name="planner-is-warned",
        proves=("R31",),
        says="A planner is warned of each red line that a draft touches, with its clause.",
        at=f"{_HERE}drawn_words:planner_lines",
        old="told = [_touched(one) for one in judged.touched[:ROWS_MAX]]",
        new="told = list[str]()",
        tests=(f"{_NODE}test_a_planner_is_warned_of_the_line_its_clause_and_the_smallest_change",),
    ),
    Rule(
        name="newest-line-that-stands",
        proves=("R31",),
        says="A red line that was called off warns nobody any more.",
        at=f"{_HERE}drawn:standing",
        old="record.ended_us is not None or ",
        new="",
        tests=(f"{_NODE}test_the_newest_version_that_stands_is_judged",),
    ),
    Rule(
        name="trigger-never-skipped",
        proves=("R31",),
        says="A trigger that cannot be judged here is said to be one, and never skipped.",
        at=f"{_HERE}drawn:Drawn._held",
        old="return str(error)",
        new="return None",
        tests=(f"{_NODE}test_a_trigger_that_cannot_be_judged_is_said_and_never_skipped",),
    ),
    Rule(
        name="only-open-lines",
        proves=("R31", "N12"),
        says="A red line that a party was not shown warns none of its planners.",
        at=f"{_HERE}drawn:standing",
        old="if reader in shown or record.party == reader or record.kind in record.current.groups:",
        new="if True:",
        tests=(f"{_NODE}test_only_lines_that_the_party_can_open_are_judged",),
    ),
    Rule(
        name="own-drafts-ring-nobody",
        proves=("R31", "N12"),
        says="A node rings for what others disclosed to it, and not for its own party's notices.",
        at=f"{_HERE}touching:Touching._told",
        old=" or item.party == self.party",
        new="",
        tests=(f"{_NODE}test_own_notices_ring_nobody",),
    ),
    Rule(
        name="declarer-is-told-of-its-own-lines",
        proves=("R31", "N12"),
        says="What was disclosed rings only at the node of who declared the red line or zone.",
        at=f"{_HERE}touching:Touching.look",
        old="for one in standing(picture, view, self.party) if one.party == self.party)",
        new="for one in standing(picture, view, self.party))",
        tests=(f"{_NODE}test_lines_of_others_ring_nobody",),
    ),
    Rule(
        name="a-cell-touches-possibly",
        proves=("R31", "N12"),
        says="Of a notice of which only a cell is open the declarer is told that it possibly touches, and no more.",
        at=f"{_HERE}drawn:disclosed_in",
        old="coarse=notice.coarse",
        new="coarse=False",
        tests=(f"{_NODE}test_of_a_cell_the_verdict_is_possible_and_no_more_is_told_than_was_disclosed",),
    ),
    Rule(
        name="zone-minima",
        proves=("R30",),
        says="A zone is entered by its own minima.",
        at=f"{_HERE}drawn:Drawn._held_zone",
        old="if minima is UNSET",
        new="if True",
        tests=(f"{_NODE}test_a_planner_is_warned_of_a_zone_by_its_own_minima_with_its_state_and_limits",),
    ),
    Rule(
        name="zone-for-its-time",
        proves=("R30",),
        says="A zone is compared for as long as it stands, whatever its volumes say.",
        at=f"{_HERE}drawn:within",
        old="return replace(volume, window=TimeWindow(start_us, end_us))",
        new="return volume",
        tests=(f"{_NODE}test_a_zone_holds_only_within_its_own_time",),
    ),
)
