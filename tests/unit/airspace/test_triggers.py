"""Triggers of red lines: read, written, refused."""

from __future__ import annotations

from typing import Any

import pytest

from wellclear.airspace.triggers import LEAD_US_MAX, Trigger, trigger_fields, trigger_from
from wellclear.domain.quantities import WHOLE_MAX, Datum, Position
from wellclear.domain.volume import AltitudeBand, Point, TimeWindow, Volume
from wellclear.errors import InvalidValue

SQUARE = [[345000000, 381500000], [345000000, 384500000], [347000000, 384500000], [347000000, 381500000]]
POLYGON: dict[str, Any] = {"kind": "polygon", "rings": [SQUARE]}
CIRCLE: dict[str, Any] = {"kind": "circle", "centre": [345600000, 382700000], "radius_mm": 20_000_000}


@pytest.mark.parametrize(
    "fields",
    [
        {"area": POLYGON},
        {"area": {"kind": "polygons", "polygons": [[SQUARE]]}},
        {"area": {**CIRCLE, "band": {"datum": "STD", "lower_mm": 0}}},
        {"area": {**CIRCLE, "start_us": 5}},
        {"area": {**CIRCLE, "end_us": 5, "band": {"datum": "AMSL", "lower_mm": 1, "upper_mm": 2}}},
        {"categories": ["deployment", "survey"]},
        {"capabilities": ["air_defence", "radar"]},
        {"lead_us": 1},
        {"lead_us": LEAD_US_MAX},
        {"cel": "radar && count > 3"},
        {"area": POLYGON, "categories": ["air"], "capabilities": ["lasers"], "lead_us": 5, "cel": "inside || radar"},
    ],
)
def test_what_was_read_and_written_again_is_the_same(fields: dict[str, Any]) -> None:
    trigger = trigger_from(fields)
    assert trigger_fields(trigger) == fields
    assert trigger_from(trigger_fields(trigger)) == trigger


def test_an_absent_band_and_window_are_every_height_and_time() -> None:
    area = trigger_from({"area": CIRCLE}).area
    assert area is not None
    assert (area.band.lower_mm, area.band.upper_mm) == (None, None)
    assert (area.window.start_us, area.window.end_us) == (-WHOLE_MAX, WHOLE_MAX)


@pytest.mark.parametrize(
    ("fields", "field", "why"),
    [
        ([], "trigger", "must be an object"),
        ({}, "trigger", "asks for nothing"),
        ({"effect": 1}, "effect", "is not a field here"),
        ({7: 1}, "?", "is not a field here"),
        ({"area": 7}, "area", "must be an object"),
        ({"area": {**POLYGON, "rings": [SQUARE[:2]]}}, "area.rings[0]", "three vertices"),
        (
            {"area": {"kind": "corridor", "route": [[0, 0], [1, 1]], "half_width_mm": 1}},
            "area.kind",
            "a route is no area",
        ),
        ({"area": {**CIRCLE, "band": {"datum": "AMSL"}}}, "area.band", "must have a face"),
        ({"area": {**CIRCLE, "band": {"datum": "QNH", "lower_mm": 0}}}, "area.band.datum", "must be one of"),
        ({"area": {**CIRCLE, "end_us": WHOLE_MAX}}, "area", "leave out"),
        ({"area": {**CIRCLE, "start_us": 9, "end_us": 5}}, "area.end_us", "before the start"),
        ({"area": {**CIRCLE, "name": "x"}}, "area.name", "is not a field here"),
        ({"categories": []}, "categories", "one code or more"),
        ({"categories": "air"}, "categories", "a list"),
        ({"categories": [3]}, "categories", "a list of codes"),
        ({"categories": ["rocket"]}, "categories", "'rocket' is none of air, drone"),
        ({"categories": ["survey", "air"]}, "categories", "in the order of the alphabet"),
        ({"categories": ["air", "air"]}, "categories", "each once"),
        ({"capabilities": ["effects"]}, "capabilities", "none of air_defence"),
        ({"lead_us": 0}, "lead_us", "from 1 to"),
        ({"lead_us": LEAD_US_MAX + 1}, "lead_us", "from 1 to"),
        ({"lead_us": True}, "lead_us", "from 1 to"),
        ({"lead_us": 1.5}, "lead_us", "from 1 to"),
        ({"lead_us": None}, "lead_us", "be left out"),
        ({"cel": "radr"}, "cel", "did you mean radar"),
        ({"cel": None}, "cel", "must be text"),
        ({"cel": "inside"}, "cel", "there is no area"),
    ],
)
def test_refusals_name_the_field(fields: object, field: str, why: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        trigger_from(fields)
    assert refused.value.field == field
    assert why in refused.value.why


def test_a_band_without_faces_is_written_as_none() -> None:
    anywhere = AltitudeBand(Datum.W84, None, None)
    area = Volume(Point(Position(0, 0)), 5, anywhere, TimeWindow(-WHOLE_MAX, WHOLE_MAX))
    assert trigger_fields(Trigger(area=area)) == {"area": {"kind": "circle", "centre": [0, 0], "radius_mm": 5}}
