from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from wellclear.apps.settings_words import changes_in_words, raw_lines, setting_changes, setting_lines, setting_words
from wellclear.domain.agreement import Disclosure, LeadTime, Minima, Settings, default_settings

PLAIN = default_settings()


def changed(**members: object) -> Settings:
    return msgspec.structs.replace(PLAIN, **members)


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where each single value of a settings object stands."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in ("a", "b", "category"):
                yield from places(inner, (*path, name))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for number, inner in enumerate(value):
            yield from places(inner, (*path, number))
    else:
        yield path


def test_every_setting_that_is_signed_stands_in_words_once() -> None:
    rows = setting_words(PLAIN)
    assert len(rows) == len([*places(msgspec.to_builtins(PLAIN))])
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


@pytest.mark.requirement("R28")
def test_when_units_are_to_know_may_be_agreed_or_left_to_an_hour() -> None:
    name = "A desk's units are to know of a notice, and the desk to prove it, before its start by"
    agreed = changed(passed_before_us=90_000_000)
    assert f"{name}: 1 min 30 s" in setting_lines(agreed)
    assert len(setting_words(agreed)) == len([*places(msgspec.to_builtins(agreed))])
    (change,) = setting_changes(PLAIN, agreed)
    assert str(change) == f"{name}: 1 h (nothing is agreed) → 1 min 30 s"
    assert "passed_before_us" not in msgspec.to_builtins(PLAIN) and PLAIN.units_before_us == 3_600_000_000


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


@pytest.mark.requirement("R25", "N13")
def test_a_level_that_comes_or_goes_was_or_is_what_then_holds() -> None:
    fewer = changed(disclosure=[row for row in PLAIN.disclosure if row.category != "survey"])
    assert setting_changes(PLAIN, fewer) == []
    more = changed(disclosure=[*PLAIN.disclosure, Disclosure(category="ground", level=2)])
    name = "A recipient is shown, unless an officer says otherwise, ground"
    assert str(*setting_changes(PLAIN, more)) == f"{name}: level 4: everything → level 2: volume and time"
    assert any("survey level 1: the cell and the time slot" in line for line in setting_lines(PLAIN))


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


def other(value: object) -> object:
    """Another value of the same kind, as near as can be."""
    if isinstance(value, int):
        return value + 1
    return ["WESTLAND"] if isinstance(value, list) else "no"


@pytest.mark.parametrize("place", [*places(msgspec.to_builtins(PLAIN))], ids=lambda place: ".".join(map(str, place)))
def test_no_setting_changes_unseen(place: tuple[str | int, ...]) -> None:
    fields: Any = msgspec.to_builtins(PLAIN)
    inner = fields
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = other(inner[place[-1]])
    (change,) = setting_changes(PLAIN, msgspec.convert(fields, Settings))
    assert change.was != change.now
    assert change.path.rpartition(".")[2] == place[-1] or place[0] in ("lead_times", "disclosure")
