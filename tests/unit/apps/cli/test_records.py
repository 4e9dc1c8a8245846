"""What is typed of tracks, answers and units, and what is refused before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from wellclear.apps.cli.records import AnswerName, answers_in_short, reply_group, track_group
from wellclear.apps.cli.records_scope import NOBODY, found_in, rows_of_party, scope_group, unit_from
from wellclear.domain.parts import group_from
from wellclear.errors import InvalidValue

SEEN: dict[str, str | None] = {
    "at": "34.56,38.27", "time": "2026-11-23T10:00Z", "mover": "air", "within": "500m", "height": "FL120",
    "speed": "12m",
}  # fmt: skip


@pytest.mark.requirement("R11", "R20")
def test_a_track_is_typed_with_units_and_zone() -> None:
    group = track_group(SEEN, 90)
    assert {name: value for name, value in group.items() if name != "at_us"} == {
        "group": "track", "lat_e7": 345600000, "lon_e7": 382700000, "mover": "air", "uncertainty_mm": 500_000,
        "height_mm": 3_657_600, "datum": "STD", "course_deg": 90, "speed_mm_s": 12_000,
    }  # fmt: skip
    group_from(group, "test")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("height", "900m", "from what that is measured"),
        ("height", "unlimited", "from what that is measured"),
        ("height", "900", "no unit"),
        ("time", "2026-11-23T10:00", "no time zone"),
        ("mover", "zeppelin", "none of air"),
        ("within", "500", "no length"),
    ],
)
def test_what_is_half_typed_is_asked_for(name: str, value: str, said: str) -> None:
    with pytest.raises(InvalidValue, match=said):
        track_group({**SEEN, name: value}, None)


@pytest.mark.requirement("R11")
def test_not_ours_names_the_units_that_were_asked_and_not_known_is_not_not_ours() -> None:
    with pytest.raises(InvalidValue, match="answer not-known"):
        reply_group(AnswerName.not_ours, [])
    with pytest.raises(InvalidValue, match="names a unit"):
        reply_group(AnswerName.not_ours, ["  "])
    assert reply_group(AnswerName.not_ours, [" air wing "])["checked_with"] == ["air wing"]
    assert reply_group(AnswerName.not_known, [])["answer"] == "not_known"


@pytest.mark.requirement("R11")
def test_each_desk_is_told_with_its_newest_answer() -> None:
    row: dict[str, Any] = {
        "replies": [{"desk": "B/OPS", "answer": "not_known"}, {"desk": "B/OPS", "answer": "not_ours"}, {"desk": "C/X"}],
        "recipients": [{"desk": "B/OPS"}, {"desk": "D/OPS"}],
    }
    assert answers_in_short(row) == "B/OPS: NOT OURS, C/X: not open here, D/OPS: no answer"
    row["replies"] = row["replies"][:1]
    assert answers_in_short(row).startswith("B/OPS: NOT KNOWN,")


def test_a_unit_is_typed_as_name_sort_and_whether_it_can_be_stopped() -> None:
    assert unit_from("2nd: river militia:proxy:no") == {"unit": "2nd: river militia", "sort": "proxy", "can_stop": "no"}
    group_from(scope_group(["air wing:force:yes"]), "test")
    for words, said in (("air wing", "write NAME"), ("a:b:yes", "none of force"), ("a:force:maybe", "yes or no")):
        with pytest.raises(InvalidValue, match=said):
            unit_from(words)
    with pytest.raises(InvalidValue, match="at most 64"):
        scope_group(["a:force:yes"] * 65)


@pytest.mark.requirement("R12")
def test_a_unit_that_is_on_no_scope_is_found_at_no_desk() -> None:
    unit = {"unit": "River Militia", "sort": "proxy", "can_stop": "no"}
    told: dict[str, Any] = {"parties": [
        {"party": "A", "gap": "", "desks": [{"desk": "A/OPS", "scope": "A-1001-1", "units": [unit]}, {"desk": "A/B"}]},
        {"party": "B", "gap": "a gap", "desks": [{"desk": "B/OPS"}]},
    ]}  # fmt: skip
    assert found_in(told, " river  mil") == [{"desk": "A/OPS", "scope": "A-1001-1", **unit}]
    assert found_in(told, "air wing") == [] and NOBODY == "no desk speaks for this"
    assert rows_of_party(told["parties"][1]) == [("B", "-", "a gap", "-", "-", "-")]
