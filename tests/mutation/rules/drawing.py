"""Red lines and zones on a node: the planner is warned, nobody else is told, only what is disclosed is judged."""

from __future__ import annotations

from tests.mutation.disabling import Rule

_NODE = "tests/unit/apps/node/test_drawing.py::"
_CLI = "tests/unit/apps/cli/test_check_drawn.py::"
_HERE = "wellclear.apps.node."
_CHECK = "wellclear.apps.check."

RULES: tuple[Rule, ...] = (
    Rule(
        name="check-judges-as-drafts-are",
        proves=("R31",),
        says="A check of plans is told of each red line that a draft of the same would be told of.",
        at=f"{_HERE}drawing:Drawing.checked",
        old="rows.append(",
        new="bool(",
        tests=(f"{_NODE}test_a_check_of_plans_says_what_a_draft_of_the_same_would_be_told_and_nobody_else_hears",),
    ),
    Rule(
        name="check-ends-with-1-on-a-line",
        proves=("R30", "R31"),
        says="A check that finds a red line touched or a zone entered does not end as if all were clear.",
        at=f"{_CHECK}channel:ChannelChecked.exit_code",
        old=' or self.drawn["drafts"]',
        new="",
        tests=(f"{_CLI}test_a_touched_line_and_an_entered_zone_are_told_with_their_words_and_end_with_1",),
    ),
    Rule(
        name="check-says-what-it-could-not-judge",
        proves=("R31",),
        says="A check names each red line that it could not judge, and does not end as if all were clear.",
        at=f"{_CHECK}channel:ChannelChecked.exit_code",
        old=" or self.unjudged",
        new="",
        tests=(f"{_CLI}test_a_trigger_that_cannot_be_judged_ends_with_3_and_one_that_is_none_is_named",),
    ),
    Rule(
        name="check-against-what-is-standing",
        proves=("R31",),
        says="That no red line is touched is said together with by how many it was judged.",
        at=f"{_CHECK}channel:ChannelChecked.against",
        old="{judged} ",
        new="",
        tests=(f"{_CLI}test_only_what_was_shown_is_judged_and_none_says_by_how_many",),
    ),
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
        at=f"{_CHECK}drawn_words:planner_lines",
        old="told = [_touched(one) for one in judged.touched[:ROWS_MAX]]",
        new="told = list[str]()",
        tests=(f"{_NODE}test_a_planner_is_warned_of_the_line_its_clause_and_the_smallest_change",),
    ),
    Rule(
        name="newest-line-that-stands",
        proves=("R31",),
        says="A red line that was called off warns nobody any more.",
        at=f"{_CHECK}drawn:standing",
        old="record.ended_us is not None or ",
        new="",
        tests=(f"{_NODE}test_the_newest_version_that_stands_is_judged",),
    ),
    Rule(
        name="trigger-never-skipped",
        proves=("R31",),
        says="A trigger that cannot be judged here is said to be one, and never skipped.",
        at=f"{_CHECK}drawn:Drawn._held",
        old="return str(error)",
        new="return None",
        tests=(f"{_NODE}test_a_trigger_that_cannot_be_judged_is_said_and_never_skipped",),
    ),
    Rule(
        name="only-open-lines",
        proves=("R31", "N12"),
        says="A red line that a party was not shown warns none of its planners.",
        at=f"{_CHECK}drawn:standing",
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
        at=f"{_CHECK}drawn:disclosed_in",
        old="coarse=notice.coarse",
        new="coarse=False",
        tests=(f"{_NODE}test_of_a_cell_the_verdict_is_possible_and_no_more_is_told_than_was_disclosed",),
    ),
    Rule(
        name="zone-minima",
        proves=("R30",),
        says="A zone is entered by its own minima.",
        at=f"{_CHECK}drawn:Drawn._held_zone",
        old="if minima is UNSET",
        new="if True",
        tests=(f"{_NODE}test_a_planner_is_warned_of_a_zone_by_its_own_minima_with_its_state_and_limits",),
    ),
    Rule(
        name="zone-for-its-time",
        proves=("R30",),
        says="A zone is compared for as long as it stands, whatever its volumes say.",
        at=f"{_CHECK}drawn:within",
        old="return replace(volume, window=TimeWindow(start_us, end_us))",
        new="return volume",
        tests=(f"{_NODE}test_a_zone_holds_only_within_its_own_time",),
    ),
)
