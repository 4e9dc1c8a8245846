"""The smallest changes after which a draft touches no red line: each kind, their order, and an honest none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.airspace.test_red_lines import AREA, AT_T4, HOUR_US, NOW_US, PALMYRA_LINE, START_US, circle
from wellclear.airspace.drafts import draft_from
from wellclear.airspace.red_line_changes import smallest_changes
from wellclear.airspace.red_line_search import Change
from wellclear.airspace.red_lines import RedLines
from wellclear.airspace.triggers import trigger_from

DAY_US = 24 * HOUR_US


def changes(trigger: dict[str, Any], *volumes: dict[str, Any], coarse: bool = False, **fields: Any) -> list[Change]:
    lines = RedLines()
    lines.hold("line", trigger_from(trigger))
    draft = draft_from(volumes or [circle()], fields, coarse=coarse)
    found = smallest_changes(lines, draft, NOW_US)
    assert all(not lines.judged(change.draft, NOW_US) for change in found)
    return list(found)


def said(trigger: dict[str, Any], *volumes: dict[str, Any], **fields: Any) -> list[str]:
    return [change.said for change in changes(trigger, *volumes, **fields)]


@pytest.mark.requirement("R31")
def test_a_deployment_that_reaches_into_the_area_is_moved_or_made_smaller() -> None:
    wide = {**AT_T4, "radius_mm": 40_000_000}
    moved, trimmed = changes(PALMYRA_LINE, wide, category="deployment")
    assert (moved.kind, moved.amount, moved.bearing_ddeg) == ("move", 6_100_000, 2700)
    assert moved.said == "move 6,100 m west"
    assert (trimmed.kind, trimmed.amount, trimmed.bearing_ddeg) == ("trim", 6_100_000, None)
    assert trimmed.draft.volumes[0].radius_mm == 33_900_000


def test_only_the_volumes_that_touch_are_moved() -> None:
    (moved,) = changes(PALMYRA_LINE, AT_T4, circle(), category="deployment")
    before = draft_from([AT_T4, circle()], {}).volumes
    assert moved.draft.volumes[0] == before[0]
    assert moved.draft.volumes[1] != before[1]
    assert moved.said == "move 22.4 km south (volume 2)"


@pytest.mark.parametrize(
    ("band", "expected"),
    [
        ({"lower_mm": 1_000_000, "upper_mm": 2_000_000}, "raise the band by 2,010 m"),
        ({"lower_mm": 1_000_000}, "raise its lower face by 2,010 m"),
        ({"lower_mm": 2_995_000, "upper_mm": 9_000_000}, "raise the band by 10 m"),
    ],
)
def test_heights_above_the_area(band: dict[str, int], expected: str) -> None:
    trigger = {"area": {**AREA, "band": {"datum": "AMSL", "upper_mm": 3_000_000}}}
    assert said(trigger, circle(band={"datum": "AMSL", **band}))[0] == expected


def test_heights_below_the_area_and_by_another_datum() -> None:
    trigger = {"area": {**AREA, "band": {"datum": "AMSL", "lower_mm": 3_000_000}}}
    assert said(trigger, circle(band={"datum": "AMSL", "upper_mm": 5_000_000}))[0] == "lower its upper face by 2,010 m"
    flight_levels = changes(trigger, circle(band={"datum": "STD", "lower_mm": 0, "upper_mm": 3_500_000}))
    assert flight_levels[0].kind == "heights"
    assert flight_levels[0].amount > 500_000  # the pressure may lift it by a kilometre


def test_an_expression_about_heights_is_met_as_well() -> None:
    low = circle(band={"datum": "AMSL", "lower_mm": 300_000, "upper_mm": 600_000})
    assert said({"cel": "lower_m < 1000"}, low) == ["raise the band by 700 m"]


@pytest.mark.requirement("R31")
def test_windows_go_past_that_of_the_area() -> None:
    span = {"start_us": START_US - HOUR_US, "end_us": START_US + HOUR_US // 2}
    later, earlier, shorter, moved = changes({"area": {**AREA, **span}})
    assert (later.kind, later.amount, later.said) == ("later", HOUR_US // 2 + 60_000_000, "start 31 min later")
    assert later.draft.volumes[0].window.start_us == START_US + later.amount
    assert earlier.said == "start 2 h 1 min earlier"
    assert shorter.kind == "shorter"
    assert shorter.said.startswith("begin 30 min")
    assert moved.kind == "move"


def test_a_plan_is_never_moved_before_now() -> None:
    trigger = {"area": {**AREA, "start_us": NOW_US, "end_us": START_US + HOUR_US // 2}}
    assert [change.kind for change in changes(trigger)] == ["later", "shorter", "move"]


@pytest.mark.parametrize(
    "trigger", [{"lead_us": 3 * DAY_US}, {"cel": "lead_s < 3 * 86400"}, {"cel": "lead_s < 259200"}]
)
def test_a_short_lead_is_met_by_starting_later(trigger: dict[str, Any]) -> None:
    assert said(trigger) == ["start 1 d later"]


def test_a_moment_in_an_expression_is_met() -> None:
    assert said({"cel": "start < timestamp('2026-11-24T00:00:00Z')"})[0] == "start 1 h 34 min later"


def test_a_route_keeps_its_times_when_it_is_later() -> None:
    times = [START_US, START_US + HOUR_US]
    route = {
        "kind": "corridor", "route": [[345600000, 379000000], [345600000, 384000000]], "half_width_mm": 1_000_000,
        "times_us": times, "band": {"datum": "AMSL"}, "start_us": times[0], "end_us": times[1],
    }  # fmt: skip
    later = next(change for change in changes({"lead_us": 3 * DAY_US}, route))
    assert later.draft.volumes[0].skeleton.times_us == tuple(moment + DAY_US for moment in times)  # type: ignore[union-attr]


@pytest.mark.requirement("R31")
def test_what_is_not_stated_may_be_stated_and_what_is_there_left_out() -> None:
    assert said({"capabilities": ["radar"]}, radar="not stated")[0] == "say that there is no radar"
    assert said({"capabilities": ["radar"]}, radar="yes") == ["leave out radar"]
    assert said({"capabilities": ["jamming", "radar"]}, radar="yes", jamming="yes") == ["leave out jamming and radar"]
    assert said({"cel": "inside && (radar || lasers)", "area": AREA}, lasers="no", radar="yes")[-1] == "leave out radar"
    assert said({"capabilities": ["crewed"]}, crewed="yes") == []


@pytest.mark.requirement("R31", "N4")
def test_none_is_found_where_none_is() -> None:
    assert said({"categories": ["deployment"]}, category="deployment") == []
    assert said({"cel": "true"}) == []
    assert said({"area": {"kind": "circle", "centre": [0, 0], "radius_mm": 20_100_000_000}}) == []


def test_nothing_is_proposed_for_what_touches_nothing_or_is_not_ones_own() -> None:
    assert said(PALMYRA_LINE, AT_T4, category="deployment") == []
    assert said(PALMYRA_LINE, circle(radius_m=60_000), category="deployment", coarse=True) == []
    assert said(PALMYRA_LINE, {**circle(), "radius_mm": -1}, category="deployment") == []


@pytest.mark.requirement("R31")
def test_a_change_clears_all_lines_that_are_held() -> None:
    """Away from the one, not into the other."""
    lines = RedLines()
    lines.hold("palmyra", trigger_from(PALMYRA_LINE))
    lines.hold(
        "south", trigger_from({"area": {"kind": "circle", "centre": [340000000, 382000000], "radius_mm": 40_000_000}})
    )
    lines.hold("far", trigger_from({"area": {"kind": "circle", "centre": [0, 0], "radius_mm": 1_000_000}}))
    draft = draft_from([circle()], {"category": "deployment"})
    (moved,) = smallest_changes(lines, draft, NOW_US)
    assert moved.kind == "move"
    assert not moved.said.endswith(" south")
    assert lines.judged(moved.draft, NOW_US) == {}
