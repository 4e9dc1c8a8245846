"""Red lines judged: the case's area of Palmyra, and every part of a trigger alone and together."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import Any

import pytest

from wellclear.airspace import red_line_changes, red_line_words, red_lines, triggers
from wellclear.airspace.drafts import NOWHERE_SAID, Draft, draft_from, draft_of
from wellclear.airspace.red_lines import RedLines, Touch, judge
from wellclear.airspace.triggers import Trigger, trigger_from
from wellclear.domain.quantities import Position
from wellclear.errors import InvalidValue

HOUR_US = 3_600_000_000
NOW_US = 1_795_300_000_000_000
START_US = NOW_US + 48 * HOUR_US

PALMYRA = [[344000000, 380000000], [344000000, 385500000], [347500000, 385500000], [347500000, 380000000]]
"""Around the town and its airport (34.557 N 38.317 E); T4 (34.523 N 37.630 E) lies some 34 km west of its edge."""
AREA: dict[str, Any] = {"kind": "polygon", "rings": [PALMYRA]}
PALMYRA_LINE: dict[str, Any] = {"area": AREA, "categories": ["deployment", "survey"]}


def circle(lat_e7: int = 345570000, lon_e7: int = 383170000, radius_m: int = 5_000, **more: Any) -> dict[str, Any]:
    return {
        "kind": "circle", "centre": [lat_e7, lon_e7], "radius_mm": radius_m * 1_000, "band": {"datum": "AMSL"},
        "start_us": START_US, "end_us": START_US + HOUR_US, **more,
    }  # fmt: skip


AT_T4 = circle(345230000, 376300000)


def touch(trigger: dict[str, Any] | Trigger, draft: Draft) -> Touch | None:
    return judge(trigger if isinstance(trigger, Trigger) else trigger_from(trigger), draft, NOW_US)


def verdict(trigger: dict[str, Any], draft: Draft) -> str:
    found = touch(trigger, draft)
    return "none" if found is None else found.verdict


@pytest.mark.requirement("R31")
def test_a_deployment_in_the_area_of_palmyra_touches_and_says_why() -> None:
    found = touch(PALMYRA_LINE, draft_from([circle()], {"category": "deployment"}))
    assert found is not None
    assert (found.verdict, found.volume, found.unknown) == ("touches", 0, ())
    assert found.nearest == Position(345570000, 383170000)
    assert (found.start_us, found.end_us) == (START_US, START_US + HOUR_US)
    assert found.clause == (
        "Volume 1 touches its area at 34.5570000N 038.3170000E from 2026-11-23 22:26:40Z to 2026-11-23 23:26:40Z and "
        "the category is deployment."
    )


@pytest.mark.requirement("R31")
def test_t4_is_outside_and_touches_when_it_reaches_the_edge() -> None:
    assert verdict(PALMYRA_LINE, draft_from([AT_T4], {"category": "deployment"})) == "none"
    assert (
        verdict(PALMYRA_LINE, draft_from([{**AT_T4, "radius_mm": 40_000_000}], {"category": "deployment"})) == "touches"
    )
    both = draft_from([AT_T4, circle()], {"category": "deployment"})
    found = touch(PALMYRA_LINE, both)
    assert found is not None
    assert found.volume == 1


@pytest.mark.parametrize(
    ("trigger", "fields", "said"),
    [
        ({"categories": ["survey"]}, {"category": "survey"}, "touches"),
        ({"categories": ["survey"]}, {"category": "air"}, "none"),
        ({"categories": ["survey"]}, {}, "possible"),
        ({"categories": ["survey"]}, {"category": "party"}, "possible"),
        ({"capabilities": ["radar"]}, {"radar": "yes"}, "touches"),
        ({"capabilities": ["radar"]}, {"radar": "no"}, "none"),
        ({"capabilities": ["radar"]}, {"radar": "not stated"}, "possible"),
        ({"capabilities": ["radar"]}, {"radar": True}, "possible"),
        ({"capabilities": ["jamming", "radar"]}, {"radar": "no"}, "possible"),
        ({"capabilities": ["jamming", "radar"]}, {"radar": "yes"}, "touches"),
        ({"capabilities": ["jamming", "radar"]}, {"radar": "no", "jamming": "no"}, "none"),
        ({"capabilities": ["uncrewed"]}, {"crewed": "no"}, "touches"),
        ({"capabilities": ["uncrewed"]}, {"crewed": "yes"}, "none"),
        ({"capabilities": ["uncrewed"]}, {"category": "drone"}, "touches"),
        ({"capabilities": ["crewed"]}, {"category": "drone"}, "none"),
        ({"lead_us": 48 * HOUR_US}, {}, "none"),
        ({"lead_us": 48 * HOUR_US + 1}, {}, "touches"),
        ({"cel": "count > 3"}, {"count": 4}, "touches"),
        ({"cel": "count > 3"}, {"count": 3}, "none"),
        ({"cel": "count > 3"}, {"count": "many"}, "possible"),
        ({"cel": "count > 3 || radar"}, {"count": 3}, "possible"),
        ({"cel": "count > 3 && radar"}, {"count": 3}, "none"),
        ({"cel": "purpose == 'training'"}, {"purpose": "training"}, "touches"),
        ({"cel": "lead_s == 172800"}, {}, "touches"),
        ({"cel": "end - start >= duration('1h')"}, {}, "touches"),
        ({"cel": "lower_m < -100000 && upper_m > 100000"}, {}, "touches"),
        ({"area": AREA, "cel": "radar"}, {"radar": "no"}, "none"),
        ({"area": AREA, "cel": "inside && radar"}, {"radar": "yes"}, "touches"),
        ({"area": AREA, "categories": ["air"], "capabilities": ["radar"]}, {"category": "air"}, "possible"),
        ({"area": AREA, "categories": ["sea"], "capabilities": ["radar"]}, {"category": "air"}, "none"),
    ],
)
@pytest.mark.requirement("R31")
def test_each_part_must_hold_and_what_is_not_known_is_possible(
    trigger: dict[str, Any], fields: dict[str, Any], said: str
) -> None:
    assert verdict(trigger, draft_from([circle()], fields)) == said


@pytest.mark.parametrize(
    ("area", "volume", "said"),
    [
        (
            {"band": {"datum": "AMSL", "upper_mm": 3_000_000}},
            {"band": {"datum": "AMSL", "lower_mm": 3_000_000}},
            "touches",
        ),
        (
            {"band": {"datum": "AMSL", "upper_mm": 3_000_000}},
            {"band": {"datum": "AMSL", "lower_mm": 3_000_001}},
            "none",
        ),
        (
            {"band": {"datum": "AMSL", "upper_mm": 3_000_000}},
            {"band": {"datum": "STD", "lower_mm": 3_500_000}},
            "possible",
        ),
        ({"band": {"datum": "AMSL", "upper_mm": 3_000_000}}, {"band": {"datum": "STD", "lower_mm": 9_000_000}}, "none"),
        ({"end_us": START_US}, {}, "touches"),
        ({"end_us": START_US - 1}, {}, "none"),
        ({"start_us": START_US + HOUR_US + 1}, {}, "none"),
    ],
)
def test_heights_and_windows_of_an_area_are_the_engines(
    area: dict[str, Any], volume: dict[str, Any], said: str
) -> None:
    assert verdict({"area": {**AREA, **area}}, draft_from([circle(**volume)], {})) == said


def test_heights_of_another_datum_are_not_given_to_an_expression() -> None:
    low = circle(band={"datum": "STD", "lower_mm": 0, "upper_mm": 300_000})
    found = touch({"cel": "upper_m < 1000"}, draft_from([low], {}))
    assert found is not None
    assert (found.verdict, found.unknown) == ("possible", ("upper_m",))
    assert (
        verdict({"cel": "upper_m < 1000"}, draft_from([circle(band={**low["band"], "datum": "AMSL"})], {})) == "touches"
    )


@pytest.mark.parametrize(("cel", "said"), [("inside", "none"), ("!inside", "touches"), ("inside || radar", "possible")])
def test_an_expression_that_names_inside_decides_about_the_place(cel: str, said: str) -> None:
    assert verdict({"area": AREA, "cel": cel}, draft_from([AT_T4], {})) == said


@pytest.mark.requirement("R31")
def test_a_cell_is_possible_and_never_silently_none() -> None:
    cell = circle(radius_m=60_000, end_us=START_US + 24 * HOUR_US)
    found = touch(PALMYRA_LINE, draft_from([cell], {"category": "deployment"}, coarse=True))
    assert found is not None
    assert found.verdict == "possible"
    assert "(only a cell and a slot are known)" in found.clause
    far = draft_from([circle(300000000, 300000000)], {"category": "deployment"}, coarse=True)
    assert touch(PALMYRA_LINE, far) is None
    day = 24 * HOUR_US
    for lead_us, said in (
        (2 * day, "none"),
        (2 * day + 1, "possible"),
        (3 * day, "possible"),
        (3 * day + 1, "touches"),
    ):
        assert verdict({"lead_us": lead_us}, draft_from([cell], {}, coarse=True)) == said
    assert (
        verdict({"cel": "start > timestamp('2020-01-01T00:00:00Z')"}, draft_from([cell], {}, coarse=True)) == "possible"
    )


@pytest.mark.requirement("R31")
def test_what_cannot_be_computed_or_is_not_said_is_possible() -> None:
    nonsense = {**circle(), "radius_mm": -5}
    found = touch(PALMYRA_LINE, draft_from([nonsense], {"category": "survey"}))
    assert found is not None
    assert (found.verdict, found.unknown) == ("possible", ("inside",))
    assert "it could not be computed" in found.clause
    nothing = draft_from([], {"category": "survey"})
    found = touch(PALMYRA_LINE, nothing)
    assert nothing.volumes == (NOWHERE_SAID,)
    assert found is not None
    assert found.clause == "No place is said, so it may be in its area and the category is survey; not known: inside."
    assert verdict({"lead_us": 5}, nothing) == "possible"


def test_a_route_with_times_is_judged_leg_by_leg() -> None:
    """It passes the area in its second hour, when the line is over; and while it is in force on another day."""
    times = [START_US, START_US + HOUR_US, START_US + 2 * HOUR_US]
    route = {
        "kind": "corridor", "route": [[345600000, 360000000], [345600000, 379000000], [345600000, 384000000]],
        "half_width_mm": 1_000_000, "times_us": times, "band": {"datum": "AMSL"}, "start_us": times[0],
        "end_us": times[2],
    }  # fmt: skip
    assert verdict({"area": {**AREA, "end_us": times[1] - 1}}, draft_from([route], {})) == "none"
    found = touch({"area": {**AREA, "end_us": times[1]}}, draft_from([route], {}))
    assert found is not None
    assert (found.volume, found.leg) == (0, 1)


def test_many_lines_are_held_and_told_by_their_ids() -> None:
    lines = RedLines()
    lines.hold("B", trigger_from(PALMYRA_LINE))
    lines.hold("A", trigger_from({"cel": "category == 'survey'"}))
    lines.hold("C", trigger_from({"area": {**AREA, "rings": [[[0, 0], [0, 10**7], [10**7, 0]]]}}))
    draft = draft_from([circle()], {"category": "survey"})
    assert list(lines.judged(draft, NOW_US)) == ["A", "B"]
    assert lines.judged(draft, NOW_US)["B"] == touch(PALMYRA_LINE, draft)
    lines.drop("B")
    assert list(lines.judged(draft, NOW_US)) == ["A"]
    with pytest.raises(InvalidValue, match="B is not held"):
        lines.drop("B")
    with pytest.raises(InvalidValue, match="B is not held"):
        lines.trigger("B")
    with pytest.raises(InvalidValue, match="A is held already"):
        lines.hold("A", trigger_from(PALMYRA_LINE))


def test_a_draft_of_volumes_that_were_read_is_the_same() -> None:
    said = {"category": "drone", "count": 2, "radar": "yes", "jamming": "no"}
    read = draft_from([circle()], said)
    assert draft_of(read.volumes, said) == read
    assert sorted(read.has) == ["radar", "uncrewed"]
    assert sorted(read.lacks) == ["crewed", "jamming"]
    assert draft_of((), said) == draft_from([], said)


def test_a_draft_covers_something() -> None:
    with pytest.raises(InvalidValue, match="one volume or more"):
        Draft(())
    with pytest.raises(InvalidValue, match="one volume or more"):
        replace(draft_from([circle()], {}), volumes=())


@pytest.mark.requirement("R31")
def test_nothing_here_could_tell_anybody() -> None:
    """The judging knows no party, no channel and no way out: it takes values and gives values."""
    for module in (red_lines, red_line_words, red_line_changes, triggers):
        imports = [line for line in inspect.getsource(module).splitlines() if line.startswith(("from ", "import "))]
        known = ("wellclear.airspace", "wellclear.domain", "wellclear.errors")
        assert not [
            line for line in imports if "wellclear" in line and not line.startswith(tuple(f"from {k}" for k in known))
        ]
    assert list(inspect.signature(judge).parameters) == ["trigger", "draft", "now_us"]
