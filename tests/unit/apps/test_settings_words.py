from __future__ import annotations

import msgspec
import pytest

from wellclear.apps.settings_words import changes_in_words, raw_lines, setting_changes, setting_lines, setting_words
from wellclear.domain.agreement import LeadTime, Minima, Settings, default_settings

PLAIN = default_settings()


def changed(**members: object) -> Settings:
    return msgspec.structs.replace(PLAIN, **members)


def leaves(value: object) -> int:
    """How many numbers, words and lists of names a settings object holds."""
    if isinstance(value, dict):
        return sum(leaves(inner) for name, inner in value.items() if name not in ("a", "b", "category"))
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return sum(map(leaves, value))
    return 1


def test_every_setting_that_is_signed_stands_in_words_once() -> None:
    rows = setting_words(PLAIN)
    assert len(rows) == leaves(msgspec.to_builtins(PLAIN))
    assert len({row.path for row in rows}) == len(rows)


def test_the_values_of_one_name_stand_in_one_line() -> None:
    lines = setting_lines(PLAIN)
    assert "A node's receipt is due after: FLASH 30 s, IMMEDIATE 1 min, PRIORITY 5 min, ROUTINE 15 min" in lines
    assert "Least separation of aid movement and firing: sideways 10 km, in height 0 m, in time 1 h" in lines
    assert any("sideways 9,260 m (5 NM), in height 1,000 ft, in time 10 min" in line for line in lines)
    assert "A notice takes two persons: yes, a drafter and another who releases" in lines
    assert any(line.endswith("host's: none") for line in lines)


def test_what_changes_is_told_from_what_to_what() -> None:
    deadlines = msgspec.structs.replace(
        PLAIN.deadlines, ack=msgspec.structs.replace(PLAIN.deadlines.ack, Z=120_000_000)
    )
    told = [str(change) for change in setting_changes(PLAIN, changed(deadlines=deadlines, keep_days=9, four_eyes="no"))]
    assert told == [
        "A person's acknowledgement is due after, FLASH: 3 min → 2 min",
        "A notice takes two persons: yes, a drafter and another who releases → no, whoever releases is enough",
        "What has no last day of its own stays in the picture for: 7 d → 9 d",
    ]
    assert setting_changes(PLAIN, PLAIN) == []


def test_a_microsecond_is_not_hidden() -> None:
    (change,) = setting_changes(PLAIN, changed(short_us=PLAIN.short_us + 1))
    assert (change.was, change.now) == ("1 h", "1 h 0.000001 s")


def test_a_pair_without_a_row_of_its_own_is_told_by_what_then_holds() -> None:
    gone = setting_changes(PLAIN, changed(minima=PLAIN.minima[1:]))
    assert (
        str(gone[0])
        == "Least separation of ground and ground, sideways: 1,000 m → 9,260 m (5 NM) (as for all other pairs)"
    )
    new = Minima(a="air", b="firing", lateral_mm=9_260_000, vertical_mm=0, time_us=0)
    added = [str(change) for change in setting_changes(PLAIN, changed(minima=[*PLAIN.minima, new]))]
    assert added == [
        "Least separation of air and firing, sideways: 9,260 m (5 NM) (as for all other pairs) → 9,260 m (5 NM)",
        "Least separation of air and firing, in height: 1,000 ft (as for all other pairs) → 0 m",
        "Least separation of air and firing, in time: 10 min (as for all other pairs) → 0 s",
    ]


def test_a_lead_time_that_comes_or_goes_was_or_is_none() -> None:
    fewer = changed(lead_times=[row for row in PLAIN.lead_times if row.category != "air"])
    assert str(*setting_changes(PLAIN, fewer)) == "Least lead time (below it: SHORT), air: 1 d → none"
    more = changed(lead_times=[*PLAIN.lead_times, LeadTime(category="drone", least_us=1)])
    assert str(*setting_changes(PLAIN, more)) == "Least lead time (below it: SHORT), drone: none → 0.000001 s"


def test_the_order_of_rows_changes_nothing() -> None:
    turned = changed(minima=PLAIN.minima[::-1], lead_times=PLAIN.lead_times[::-1])
    assert setting_changes(PLAIN, turned) == []


@pytest.mark.parametrize("fields", [{}, {"keep_days": "nine"}, [], {"x": {"y": 1}}])
def test_settings_that_cannot_be_read_are_no_error(fields: object) -> None:
    (line,) = changes_in_words(msgspec.to_builtins(PLAIN), fields)
    assert line.startswith("What changes cannot be told: ")
    if isinstance(fields, dict):
        assert all(isinstance(one, str) for one in raw_lines(fields))
    assert raw_lines({"x": {"y": 1}}) == ["x.y: 1"]
