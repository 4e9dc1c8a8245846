"""Red lines and zones on real nodes: the planner is warned, the declarer told only of what it was shown."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.unit.apps.node import test_record_rows as bench
from tests.unit.apps.node.test_record_rows import LAND, NORTH, SOUTH, Channel
from tests.unit.apps.node.test_treaty_rows import DAY_US, LINE, ZONE
from wellclear.airspace.drafts import draft_of
from wellclear.airspace.red_line_terms import CAPABILITIES
from wellclear.apps.node.alarms import Alarm
from wellclear.channel.desk import write_act
from wellclear.domain.notice_words import STATED
from wellclear.domain.parts import Rest, group_from
from wellclear.domain.volume_fields import volume_fields, volume_from
from wellclear.testing.sketch import START_US, circle

AREA = {name: value for name, value in volume_fields(volume_from(circle(34.5, 38.3, 5000))).items()
        if name not in ("start_us", "end_us", "band")}  # fmt: skip
PLACE = {**LINE, "text": "No deployment here.", "language": "en", "trigger": {"area": AREA}}
END_US = START_US + 30 * DAY_US
UNTIL = "2026-12-31"
TO_NORTH = [f"{NORTH}/OPS"]


@pytest.fixture
def channel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Channel:
    monkeypatch.setattr(bench, "FOUR_EYES", (*bench.FOUR_EYES, "red_line", "zone", "zone_reply"))
    return Channel(tmp_path, with_land=True)


def declare(channel: Channel, group: dict[str, Any] = PLACE, party: str = SOUTH) -> str:
    return channel.say(party, "red_line", group, TO_NORTH, keep_until=UNTIL)


def warned(channel: Channel, volume: Any, rest: dict[str, Any] | None = None, party: str = NORTH) -> list[str]:
    core = channel.nodes[party].core
    said = {"group": "volume", "volumes": [volume_fields(volume_from(volume))]}
    groups: list[dict[str, Any]] = [said, {"group": "category", "category": "air"}, {"group": "rest", **(rest or {})}]
    read = [group_from(group, "notice") for group in groups]
    return asyncio.run(core.drawing.warned(core.picture, core.view, read, core.now_us))


def rung(channel: Channel, party: str, kind: str) -> list[Alarm]:
    return [alarm for alarm in channel.nodes[party].core.alarms.listed() if alarm.kind == kind]


def said_by(channel: Channel, party: str) -> Sequence[Any]:
    return sorted(channel.nodes[party].core.outbox.items)


INSIDE, OUTSIDE = circle(34.5, 38.3, 500), circle(36.5, 38.3, 500)


@pytest.mark.requirement("R31")
def test_a_planner_is_warned_of_the_line_its_clause_and_the_smallest_change(channel: Channel) -> None:
    item = declare(channel)
    touch, changes = warned(channel, INSIDE)
    named = f"red line {item} version 1 of {SOUTH}"
    assert touch.startswith(f"touches {named}, “No deployment here.”: Volume 1 touches its area")
    assert touch.endswith("Nobody else is told, and it is no reason to refuse.")
    assert changes.startswith("touches no red line after the smallest of any one of these changes: ")
    assert "move 5,500 m" in changes
    assert warned(channel, OUTSIDE) == []


@pytest.mark.requirement("R31")
def test_the_newest_version_that_stands_is_judged(channel: Channel) -> None:
    item = declare(channel)
    channel.say(SOUTH, "amend", {**PLACE, "trigger": {"cel": "count > 3"}}, TO_NORTH,
                subject={"id": item, "version": 2}, keep_until=UNTIL)  # fmt: skip
    assert warned(channel, INSIDE, {"count": 3}) == []
    touch = warned(channel, OUTSIDE, {"count": 4})[0]
    assert f"{item} version 2" in touch and "`count > 3` holds" in touch
    channel.say(SOUTH, "cancel", None, TO_NORTH, subject={"id": item, "version": 2})
    assert warned(channel, OUTSIDE, {"count": 4}) == []


@pytest.mark.requirement("R30", "R31")
def test_what_a_draft_leaves_open_is_possible_and_saying_it_settles_it(channel: Channel) -> None:
    declare(channel, {**LINE, "trigger": {"cel": "radar || live_weapons"}})
    touch, changes = warned(channel, OUTSIDE, {"live_weapons": "no"})
    assert touch.startswith("possibly touches red line") and "not known: radar" in touch
    assert "say that there is no radar, if that is so" in changes
    assert warned(channel, OUTSIDE, {"live_weapons": "no", "radar": "no"}) == []
    assert warned(channel, OUTSIDE, {"live_weapons": "no", "radar": "not stated"})[0].startswith("possibly touches")
    touch, changes = warned(channel, OUTSIDE, {"live_weapons": "no", "radar": "yes"})
    assert touch.startswith("touches red line") and "leave out radar" in changes


@pytest.mark.requirement("R30", "R31")
@pytest.mark.parametrize("code", [code for code in CAPABILITIES if code != "uncrewed"])
def test_a_notice_can_state_every_capability_that_a_line_asks_for(channel: Channel, code: str) -> None:
    declare(channel, {**LINE, "trigger": {"capabilities": [code]}})
    assert warned(channel, OUTSIDE)[0].startswith("possibly touches")
    assert warned(channel, OUTSIDE, {code: "yes"})[0].startswith("touches")
    assert warned(channel, OUTSIDE, {code: "no"}) == []


def test_what_can_be_stated_and_what_a_line_may_ask_for_are_one_list() -> None:
    """`uncrewed` is said by `crewed: no`; each of the others is a member of the part."""
    assert set(STATED) == set(CAPABILITIES) - {"uncrewed"} <= {field.name for field in msgspec.structs.fields(Rest)}


@pytest.mark.requirement("R31")
def test_a_trigger_that_cannot_be_judged_is_said_and_never_skipped(channel: Channel) -> None:
    odd = declare(channel, {**LINE, "trigger": {"cel": "radar &&", "more": 1}})
    bare = declare(channel, {name: value for name, value in LINE.items() if name != "trigger"})
    failed, words = warned(channel, OUTSIDE)
    assert failed.startswith(f"cannot be judged here: red line {odd} version 1 of {SOUTH}: ") and "more" in failed
    assert words == f"1 without a trigger: judge by their words: {bare} of {SOUTH}"


@pytest.mark.requirement("R31", "N12")
def test_only_lines_that_the_party_can_open_are_judged(channel: Channel) -> None:
    declare(channel)
    assert warned(channel, INSIDE, party=LAND) == [], "it was not shown the words"


@pytest.mark.requirement("R31", "N12")
def test_nothing_of_a_judgement_leaves_the_planners_node(channel: Channel) -> None:
    declare(channel)
    size, core = channel.relay.size, channel.nodes[NORTH].core
    before = said_by(channel, NORTH)
    for volume in (INSIDE, OUTSIDE):
        bool(warned(channel, volume))
        core.tick()
        assert said_by(channel, NORTH) == before and channel.relay.size == size
    assert not rung(channel, SOUTH, "own_red_line") and not rung(channel, NORTH, "own_red_line")


@pytest.mark.requirement("R31", "N12")
def test_a_check_of_plans_says_what_a_draft_of_the_same_would_be_told_and_nobody_else_hears(channel: Channel) -> None:
    item = declare(channel)
    bare = declare(channel, {name: value for name, value in LINE.items() if name != "trigger"})
    core, size = channel.nodes[NORTH].core, channel.relay.size
    before, alarms, likely = said_by(channel, NORTH), len(core.alarms.listed()), core.likely_id(f"{NORTH}/OPS")
    drafts = {name: draft_of((volume_from(volume),), {"category": "air"})
              for name, volume in (("in", INSIDE), ("out", OUTSIDE))}  # fmt: skip
    told = core.drawing.checked(core.picture, core.view, drafts, core.now_us)
    assert (told["red_lines"], told["zones"], [row["id"] for row in told["not_judged"]]) == (1, 0, [bare])
    (row,) = told["drafts"]
    (touch,) = row["touched"]
    assert (row["a"], touch["id"], touch["party"], touch["text"]) == ("in", item, SOUTH, "No deployment here.")
    draft, changes, _ = warned(channel, INSIDE)
    assert touch["clause"] in draft and all(change["said"] in changes for change in row["changes"])
    core.tick()
    assert (said_by(channel, NORTH), len(core.alarms.listed()), channel.relay.size) == (before, alarms, size)
    assert core.likely_id(f"{NORTH}/OPS") == likely and not rung(channel, SOUTH, "own_red_line")


def announce(channel: Channel, volume: Any, withhold: Sequence[str] = ()) -> str:
    """A notice by the planner's own node, of which each desk is shown all that its level lets through."""
    core, sketch = channel.nodes[NORTH].core, channel.relay.sketch
    groups = [msgspec.to_builtins(group) for group in sketch.notice_groups([volume], "air")]
    asked = {"to": [f"{SOUTH}/OPS"], "precedence": "P", "id": core.next_id(f"{NORTH}/OPS"), "keep_until": "2026-12-01"}
    composed = write_act(
        core.pen(f"{NORTH}/OPS"), "notice", groups, {**asked, "withhold": withhold}, core.picture.terms
    )
    core.put(composed.act, sketch.released(composed), composed.stored)
    channel.turn(8)
    return str(asked["id"])


@pytest.mark.requirement("R31", "N12")
def test_the_declarers_own_node_rings_for_what_was_disclosed_to_it_and_says_nothing(channel: Channel) -> None:
    line = declare(channel)
    item = announce(channel, INSIDE)
    (alarm,) = rung(channel, SOUTH, "own_red_line")
    assert alarm.item == item and alarm.words.startswith(f"{item} version 1 of {NORTH} touches your red line {line}")
    assert not rung(channel, NORTH, "own_red_line")
    kinds = {act.act.kind for act in channel.nodes[SOUTH].core.outbox.items.values()}
    assert "finding" not in kinds
    announce(channel, OUTSIDE)
    assert len(rung(channel, SOUTH, "own_red_line")) == 1
    channel.say(SOUTH, "cancel", None, TO_NORTH, subject={"id": line, "version": 1})
    assert [one.state for one in rung(channel, SOUTH, "own_red_line")] == ["cleared"]


@pytest.mark.requirement("R30")
def test_a_planner_is_warned_of_a_zone_by_its_own_minima_with_its_state_and_limits(channel: Channel) -> None:
    near = circle(34.5, 38.362, 500)
    plain = channel.say(NORTH, "zone", ZONE, [f"{SOUTH}/OPS"], keep_until=UNTIL)
    (told,) = warned(channel, INSIDE, party=SOUTH)
    assert told == (
        f"lies in closure Eastern road, zone {plain} version 1 of {NORTH} (claimed by {NORTH}), volume 1; "
        "limits: tanks: at most 75"
    )
    assert warned(channel, near, party=SOUTH) == []
    wide = {**ZONE, "minima": {"lateral_mm": 2_000_000, "vertical_mm": 0, "time_us": 0}}
    channel.say(NORTH, "amend", wide, [f"{SOUTH}/OPS"], subject={"id": plain, "version": 2}, keep_until=UNTIL)
    assert len(warned(channel, near, party=SOUTH)) == 1
    over = {**volume_fields(volume_from(INSIDE)), "start_us": END_US + 1, "end_us": END_US + 10}
    assert warned(channel, over, party=SOUTH) == []


@pytest.mark.requirement("R30", "N12")
def test_a_notice_in_an_own_zone_is_shown_to_the_own_officer_and_is_no_finding(channel: Channel) -> None:
    zone = channel.say(SOUTH, "zone", ZONE, TO_NORTH, keep_until=UNTIL)
    item = announce(channel, INSIDE)
    (alarm,) = rung(channel, SOUTH, "own_zone")
    assert (alarm.item, alarm.state) == (item, "unack") and zone in alarm.words and "tanks" in alarm.words
    assert not channel.nodes[SOUTH].core.view.pairs
    assert msgspec.json.encode(rung(channel, NORTH, "own_zone")) == b"[]"


@pytest.mark.requirement("R31", "N12")
def test_of_a_cell_the_verdict_is_possible_and_no_more_is_told_than_was_disclosed(channel: Channel) -> None:
    declare(channel)
    announce(channel, INSIDE, withhold=("volume", "category", "rest"))
    (alarm,) = rung(channel, SOUTH, "own_red_line")
    assert "possibly touches your red line" in alarm.words and "only a cell and a slot are known" in alarm.words
    assert alarm.gravity == 1


@pytest.mark.requirement("R31", "N12")
def test_own_notices_ring_nobody(channel: Channel) -> None:
    channel.say(NORTH, "red_line", PLACE, [f"{SOUTH}/OPS"], keep_until=UNTIL)
    announce(channel, INSIDE)
    assert not rung(channel, NORTH, "own_red_line")


@pytest.mark.requirement("R31", "N12")
def test_lines_of_others_ring_nobody(channel: Channel) -> None:
    channel.say(LAND, "red_line", PLACE, [f"{NORTH}/OPS", f"{SOUTH}/OPS"], keep_until=UNTIL)
    declare(channel, {**PLACE, "trigger": {"categories": ["survey"]}})
    assert announce(channel, INSIDE) in channel.nodes[SOUTH].core.view.items
    assert not rung(channel, SOUTH, "own_red_line")


@pytest.mark.requirement("R30")
def test_a_zone_holds_only_within_its_own_time(channel: Channel) -> None:
    lasting = volume_fields(volume_from(circle(34.5, 38.3, 5000))) | {"end_us": END_US + 9 * DAY_US}
    channel.say(NORTH, "zone", {**ZONE, "volumes": [lasting]}, [f"{SOUTH}/OPS"], keep_until=UNTIL)
    assert len(warned(channel, INSIDE, party=SOUTH)) == 1
    after = volume_fields(volume_from(INSIDE)) | {"start_us": END_US + DAY_US, "end_us": END_US + 2 * DAY_US}
    assert warned(channel, after, party=SOUTH) == []
