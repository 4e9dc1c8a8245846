"""Red lines over drawn drafts: no tree changes an answer, nothing raises, who knows less is not told no."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.airspace_cases import CENTRES, volume
from wellclear.airspace.drafts import Draft, draft_from
from wellclear.airspace.red_line_changes import smallest_changes
from wellclear.airspace.red_line_terms import CAPABILITIES
from wellclear.airspace.red_lines import RedLines, judge
from wellclear.airspace.triggers import Trigger, trigger_fields, trigger_from
from wellclear.domain.agreement import CATEGORIES
from wellclear.domain.quantities import WHOLE_MAX, Datum
from wellclear.domain.volume import AltitudeBand, Route, TimeWindow
from wellclear.domain.volume_fields import volume_fields, volume_from

NOW_US = -50_000_000
CONDITIONS = (
    "radar || count > 2", "inside && !crewed", "!inside", "inside || category == 'survey'", "lead_s < 60",
    "lower_m < 1000 && upper_m > 500", "category in ['air', 'sea'] || radar", "end - start > duration('30s')",
    "start < timestamp('1970-01-01T00:00:30Z') ? radar : count == 1", "purpose == 'training' && lead_s > 70",
)  # fmt: skip
SECOND_US = 1_000_000


def _in_seconds(drawn: Any) -> Any:
    """A volume of `airspace_cases`, whose windows are some microseconds long, in seconds."""
    window = TimeWindow(drawn.window.start_us * SECOND_US, drawn.window.end_us * SECOND_US)
    skeleton = drawn.skeleton
    if isinstance(skeleton, Route) and skeleton.times_us:
        skeleton = Route(skeleton.vertices, tuple(moment_us * SECOND_US for moment_us in skeleton.times_us))
    return replace(drawn, skeleton=skeleton, window=window)


@st.composite
def triggers(draw: st.DrawFn, place: str) -> Trigger:
    """A trigger with some of its parts, its area near a place with a reputation."""
    parts = draw(st.sets(st.sampled_from(["area", "categories", "capabilities", "lead", "cel"]), min_size=1))
    fields: dict[str, Any] = {}
    condition = draw(st.sampled_from(CONDITIONS))
    if "cel" in parts:
        fields["cel"] = condition
    if "area" in parts or ("cel" in parts and "inside" in condition):
        drawn = _in_seconds(volume(random.Random(draw(st.integers(0, 10**6))), place))
        while isinstance(drawn.skeleton, Route):
            drawn = _in_seconds(volume(random.Random(draw(st.integers(0, 10**6))), place))
        area = volume_fields(drawn)
        for name in draw(st.sets(st.sampled_from(["band", "start_us", "end_us"]))):
            del area[name]
        if area.get("band", {"lower_mm": 0}).keys().isdisjoint({"lower_mm", "upper_mm"}):  # type: ignore[attr-defined]
            del area["band"]
        fields["area"] = area
    if "categories" in parts:
        fields["categories"] = sorted(draw(st.sets(st.sampled_from(CATEGORIES), min_size=1, max_size=8)))
    if "capabilities" in parts:
        fields["capabilities"] = sorted(draw(st.sets(st.sampled_from(CAPABILITIES), min_size=1, max_size=3)))
    if "lead" in parts:
        fields["lead_us"] = draw(st.integers(1, 200)) * SECOND_US
    return trigger_from(fields)


@st.composite
def drafts(draw: st.DrawFn, place: str) -> Draft:
    """A draft that leaves some things open."""
    stated: dict[str, str] = draw(
        st.dictionaries(
            st.sampled_from([str(name) for name in CAPABILITIES]), st.sampled_from(["yes", "no", "not stated"])
        )
    )
    fields: dict[str, Any] = {
        "category": draw(st.sampled_from([*CATEGORIES, ""])), "count": draw(st.sampled_from([None, 1, 2, 3])),
        "purpose": draw(st.sampled_from([None, "training", "aid"])), **stated,
    }  # fmt: skip
    seeds = draw(st.lists(st.integers(0, 10**6), min_size=1, max_size=3))
    volumes = [volume_fields(_in_seconds(volume(random.Random(seed), place))) for seed in seeds]
    if draw(st.integers(0, 4)) == 0:
        volumes[0]["band"] = "?"
    return draft_from(volumes, fields, coarse=draw(st.integers(0, 4)) == 0 and len(volumes) == 1)


@st.composite
def scenes(draw: st.DrawFn) -> tuple[list[Trigger], Draft]:
    place = draw(st.sampled_from(sorted(CENTRES)))
    return draw(st.lists(triggers(place), min_size=1, max_size=6)), draw(drafts(place))


def held(lines: list[Trigger], tail: int = 512) -> RedLines:
    made = RedLines(tail)
    for number, trigger in enumerate(lines):
        made.hold(str(number), trigger)
    return made


@pytest.mark.requirement("R31")
@given(scenes())
def test_the_tree_changes_no_answer(scene: tuple[list[Trigger], Draft]) -> None:
    lines, draft = scene
    alone = {str(number): judge(trigger, draft, NOW_US) for number, trigger in enumerate(lines)}
    expected = {number: touch for number, touch in alone.items() if touch is not None}
    assert held(lines, tail=0).judged(draft, NOW_US) == expected
    assert held(lines).judged(draft, NOW_US) == expected
    less = held(lines, tail=0)
    less.judged(draft, NOW_US)
    less.drop("0")
    expected.pop("0", None)
    assert less.judged(draft, NOW_US) == expected


@given(scenes())
def test_a_trigger_is_written_and_read_again(scene: tuple[list[Trigger], Draft]) -> None:
    for trigger in scene[0]:
        assert trigger_from(json.loads(json.dumps(trigger_fields(trigger)))) == trigger


@pytest.mark.requirement("R31")
@given(scenes(), st.randoms(use_true_random=False))
def test_who_knows_less_is_never_told_none_where_there_is_a_touch(
    scene: tuple[list[Trigger], Draft], draw: random.Random
) -> None:
    """Whatever a draft states, leaves open, or shows only as something wider."""
    lines, draft = scene
    less = replace(
        draft,
        category=draw.choice(("", draft.category)),
        has=frozenset(one for one in draft.has if draw.random() < 0.5),
        lacks=frozenset(one for one in draft.lacks if draw.random() < 0.5),
        count=draw.choice((None, draft.count)),
        purpose=draw.choice((None, draft.purpose)),
    )
    if draw.random() < 0.5 and not draft.stand_ins:
        windows = [one.window for one in draft.volumes]
        slot = TimeWindow(min(one.start_us for one in windows), max(one.end_us for one in windows))
        around = [replace(one, band=AltitudeBand(Datum.AMSL, None, None), window=slot) for one in draft.volumes]
        if len(around) == 1 and not around[0].legs()[1:]:
            less = replace(less, volumes=tuple(around), coarse=True)
    full, partly = held(lines).judged(draft, NOW_US), held(lines).judged(less, NOW_US)
    assert full.keys() <= partly.keys()
    assert all(full[line].verdict == "touches" for line, touch in partly.items() if touch.verdict == "touches")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-WHOLE_MAX, WHOLE_MAX) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(["category", "count", "purpose", "crewed", "radar", "uncrewed", "x"])
LINES = held(
    [
        trigger_from({"area": {"kind": "circle", "centre": [0, 0], "radius_mm": 10**9}, "cel": cel, "lead_us": 10**9})
        for cel in CONDITIONS
    ]
)


@given(
    st.lists(JSON | st.fixed_dictionaries({"kind": st.just("circle"), "centre": JSON, "radius_mm": JSON}), max_size=3),
    st.dictionaries(NAMES, JSON | st.sampled_from(["yes", "no", "air", "drone"])),
    st.booleans(),
    st.integers(-WHOLE_MAX, WHOLE_MAX),
)
def test_no_fields_raise(volumes: list[Any], fields: dict[str, Any], coarse: bool, now_us: int) -> None:
    draft = draft_from(volumes, fields, coarse=coarse)
    touches = LINES.judged(draft, now_us)
    assert all(touch.clause.isprintable() for touch in touches.values())


@pytest.mark.requirement("R31")
@settings(max_examples=40)
@given(scenes())
def test_what_is_proposed_touches_nothing_not_even_possibly(scene: tuple[list[Trigger], Draft]) -> None:
    """Judged anew, line by line, on the draft as it would be written."""
    lines, draft = scene
    changes = smallest_changes(held(lines), draft, NOW_US)
    if draft.coarse or not held(lines).judged(draft, NOW_US):
        assert changes == ()
    kinds = ["state", "heights", "later", "earlier", "shorter", "move", "trim", "leave_out"]
    assert [change.kind for change in changes] == sorted((change.kind for change in changes), key=kinds.index)
    for change in changes:
        assert change.draft != draft
        assert change.amount > 0
        again = replace(change.draft, volumes=tuple(volume_from(volume_fields(one)) for one in change.draft.volumes))
        assert [judge(trigger, again, NOW_US) for trigger in lines] == [None] * len(lines), change.said
