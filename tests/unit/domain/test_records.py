"""What a record's field group can say, and what it cannot."""

from __future__ import annotations

from typing import Any

import pytest

from wellclear.domain.parts import group_from
from wellclear.domain.records import INTENTS, RECORD_GROUPS
from wellclear.errors import Malformed

TRACK: dict[str, Any] = {
    "group": "track", "lat_e7": 345_600_000, "lon_e7": 382_700_000, "at_us": 1, "mover": "drone",
}  # fmt: skip


@pytest.mark.requirement("R11")
def test_not_ours_says_with_whom_it_was_checked() -> None:
    for answer in ("ours", "not_known"):
        group_from({"group": "track_reply", "answer": answer, "checked_with": []}, "reply")
    group_from({"group": "track_reply", "answer": "not_ours", "checked_with": ["air defence"]}, "reply")
    with pytest.raises(Malformed, match="with whom it was checked"):
        group_from({"group": "track_reply", "answer": "not_ours", "checked_with": []}, "reply")
    for members in ({"answer": "not_ours"}, {"answer": "perhaps", "checked_with": ["x"]}):
        with pytest.raises(Malformed):
            group_from({"group": "track_reply", **members}, "reply")


def test_a_height_of_a_track_has_its_datum() -> None:
    group_from({**TRACK, "datum": "AMSL", "height_mm": 3_000_000}, "track")
    for members in ({"datum": "AMSL"}, {"height_mm": 3_000_000}, {"course_deg": 360}, {"mover": "hostile"}):
        with pytest.raises(Malformed):
            group_from({**TRACK, **members}, "track")


@pytest.mark.requirement("N4")
def test_intent_is_a_code_and_never_free_text() -> None:
    for code in INTENTS:
        group_from({"group": "intent", "intent": code, "about": "NORTHLAND-1001-9"}, "intent")
    for members in (
        {"intent": "we will"},
        {"intent": "warning", "text": "more"},
        {"intent": "warning", "about": "that"},
    ):
        with pytest.raises(Malformed):
            group_from({"group": "intent", **members}, "intent")


@pytest.mark.requirement("R12")
def test_a_scope_says_of_each_unit_whether_it_can_be_stopped() -> None:
    unit = {"unit": "2nd air brigade", "sort": "force", "can_stop": "no"}
    group_from({"group": "authority_scope", "units": [unit]}, "scope")
    for wrong in ({"unit": "x", "sort": "force"}, {**unit, "sort": "enemy"}, {**unit, "can_stop": "perhaps"}):
        with pytest.raises(Malformed):
            group_from({"group": "authority_scope", "units": [wrong]}, "scope")


def test_every_group_of_a_record_goes_by_its_own_name() -> None:
    assert all(kind.__struct_fields__[0] == "group" for kind in RECORD_GROUPS.values())
