"""Times away and deputies: whose word counts, whom the ladder names, and that the desk rings whoever is there."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from wellclear.channel.own_rules import check_approved
from wellclear.domain.reasons import Reason
from wellclear.errors import Refused
from wellclear.picture.leave import is_away, on_duty, roles_at
from wellclear.picture.picture import Step
from wellclear.testing.sketch import SECOND_US, Sketch, circle
from wellclear.watch.duties import duties
from wellclear.watch.rings import ring_of, who_is_called

NORTH, SOUTH = "NORTHLAND", "SOUTHLAND"
AREA = [circle(34.5, 38.3, 5_000)]
HOUR_US = 3_600 * SECOND_US


def put(sketch: Sketch, party: str, **away: Any) -> Step:
    public = msgspec.to_builtins(sketch.parties[party].roster())
    for row in public["persons"]:
        if row["person"] in away:
            row["away"] = away[row["person"]]
    return sketch.send(party, sketch.compose("roster", party, public=public), use="recovery")


def hours(sketch: Sketch, first: float, last: float, deputy: str = "") -> dict[str, Any]:
    span = {"start_us": sketch.now_us + round(first * HOUR_US), "end_us": sketch.now_us + round(last * HOUR_US)}
    return span | ({"deputy": deputy} if deputy else {})


def clocks(sketch: Sketch) -> None:
    for party in sketch.parties:
        sketch.time(party)


def announce(sketch: Sketch, *by: tuple[str, str]) -> list[Reason]:
    composed = sketch.compose(
        "notice", NORTH, desk=f"{NORTH}/OPS", to=[f"{SOUTH}/OPS"], id=sketch.parties[NORTH].next_id(),
        keep_until="2026-12-01", told=sketch.told(sketch.notice_groups(AREA), [NORTH, SOUTH]),
    )  # fmt: skip
    return [remark.reason for remark in sketch.send(NORTH, composed, sketch.approved(composed, *by)).remarks]


@pytest.mark.requirement("R21")
def test_a_person_on_leave_releases_nothing_but_the_deputy_does() -> None:
    sketch = Sketch.founded(seed=31)
    by_r1, by_w2 = (("W1", "drafter"), ("R1", "release_authority")), (("W1", "drafter"), ("W2", "release_authority"))
    put(sketch, NORTH, R1=hours(sketch, 1, 2, "W2"))
    assert (announce(sketch, *by_r1), announce(sketch, *by_w2)) == ([], [Reason.NOT_YOUR_ROLE])
    sketch.advance(3_600)
    clocks(sketch)
    assert (announce(sketch, *by_r1), announce(sketch, *by_w2)) == ([Reason.ON_LEAVE], [])
    assert announce(sketch, ("W2", "drafter"), ("W2", "release_authority")) == [Reason.SAME_PERSON]
    sketch.advance(3_600)
    clocks(sketch)
    assert (announce(sketch, *by_r1), announce(sketch, *by_w2)) == ([], [Reason.NOT_YOUR_ROLE])


@pytest.mark.requirement("R21", "R4")
def test_whoever_is_there_calls_for_help_on_leave_or_not() -> None:
    sketch = Sketch.founded(seed=32)
    put(sketch, NORTH, W1=hours(sketch, 0, 9))
    _, step = sketch.safety(NORTH, [f"{SOUTH}/OPS"])
    assert step.remarks == ()
    assert [remark.reason for remark in sketch.message(NORTH, [f"{SOUTH}/OPS"], "x").remarks] == [Reason.ON_LEAVE]


@pytest.mark.requirement("R21")
def test_the_power_over_keys_is_not_lent() -> None:
    sketch = Sketch.founded(seed=33)
    put(sketch, NORTH, A1=hours(sketch, 0, 9, "W2"))
    again = sketch.compose("roster", NORTH, public=msgspec.to_builtins(sketch.parties[NORTH].roster()))
    step = sketch.send(NORTH, again, sketch.approved(again, ("W2", "administrator"), ("A2", "administrator")))
    assert [remark.reason for remark in step.remarks] == [Reason.NOT_YOUR_ROLE]
    assert roles_at(sketch.picture, f"{NORTH}/W2", sketch.picture.now_us) == {"watch_officer"}


@pytest.mark.requirement("R21")
def test_the_own_node_refuses_before_it_signs() -> None:
    sketch = Sketch.founded(seed=34)
    put(sketch, NORTH, R1=hours(sketch, 0, 9, "W2"))
    composed = sketch.compose(
        "notice", NORTH, desk=f"{NORTH}/OPS", to=[f"{SOUTH}/OPS"], id=sketch.parties[NORTH].next_id(),
        keep_until="2026-12-01", told=sketch.told(sketch.notice_groups(AREA), [NORTH, SOUTH]),
    )  # fmt: skip
    approvals = sketch.approved(composed, ("W1", "drafter"), ("R1", "release_authority"))
    with pytest.raises(Refused, match="ON_LEAVE: the person is away"):
        check_approved(sketch.picture, [], composed.act, approvals)


@pytest.mark.requirement("R2", "R19")
def test_the_desk_is_rung_and_the_ladder_names_nobody_who_is_away() -> None:
    sketch = Sketch.founded(seed=35)
    put(sketch, SOUTH, W1=hours(sketch, 0, 9))
    sketch.announce(NORTH, [f"{SOUTH}/OPS"], AREA)
    owing = next(duty.owing for duty in duties(sketch.picture, party=SOUTH) if duty.owing.what == "ack")
    called = [who_is_called(sketch.picture, owing, rung) for rung in owing.rungs]
    assert called[:2] == [f"{SOUTH}/W2", f"{SOUTH}/R1"], "the next on the roster at once"
    put(sketch, SOUTH, W1=hours(sketch, 0, 9, "R1"))
    assert [who_is_called(sketch.picture, owing, rung) for rung in owing.rungs[:2]] == [f"{SOUTH}/R1", f"{SOUTH}/W2"]
    put(sketch, SOUTH, W1=hours(sketch, 0, 9, "W2"), R1=hours(sketch, 0, 9))
    assert [who_is_called(sketch.picture, owing, rung) for rung in owing.rungs[:2]] == [f"{SOUTH}/W2", ""], "once"
    put(sketch, SOUTH, **{name: hours(sketch, 0, 9) for name in ("W1", "W2", "R1")})
    assert on_duty(sketch.picture, SOUTH, "watch_officer", sketch.picture.now_us) == []
    for rung in owing.rungs[:2]:
        ring = ring_of(sketch.picture, owing, rung, SOUTH)
        assert ring is not None and (ring.desk, ring.calls, ring.role) == (f"{SOUTH}/OPS", "", "owes")


def test_who_is_called_is_who_is_there_when_the_rung_is_due_and_not_before() -> None:
    sketch = Sketch.founded(seed=36)
    sketch.announce(NORTH, [f"{SOUTH}/OPS"], AREA)
    owing = next(duty.owing for duty in duties(sketch.picture, party=SOUTH) if duty.owing.what == "ack")
    due = owing.rungs[0]
    for away, called in (((due.at_us, due.at_us + 1), "W2"), ((due.at_us + 1, due.at_us + 9), "W1")):
        put(sketch, SOUTH, W1={"start_us": away[0], "end_us": away[1]})
        assert who_is_called(sketch.picture, owing, due) == f"{SOUTH}/{called}"


def test_a_deputy_who_is_away_is_none() -> None:
    sketch = Sketch.founded(seed=37)
    put(sketch, NORTH, R1=hours(sketch, 0, 9, "W2"), W2=hours(sketch, 0, 9, "W1"))
    row = sketch.picture.persons[f"{NORTH}/W2"]
    assert is_away(row, sketch.picture.now_us)
    assert announce(sketch, ("W1", "drafter"), ("W2", "release_authority")) == [Reason.ON_LEAVE]
    assert announce(sketch, ("R1", "drafter"), ("W1", "release_authority")) == [Reason.ON_LEAVE]
    assert roles_at(sketch.picture, f"{NORTH}/W1", sketch.picture.now_us) == {"watch_officer"}, "nothing is lent on"


def test_nobody_of_that_name_has_no_role() -> None:
    assert roles_at(Sketch.founded(seed=38).picture, f"{NORTH}/X9", 0) == frozenset()
