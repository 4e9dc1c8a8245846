"""What the fold remarks, one small test a rule: what stands, and the same with one thing wrong that does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from msgspec import UNSET

from wellclear.channel.composing import Composed, subject
from wellclear.domain.kinds import public_of
from wellclear.domain.parts import Units
from wellclear.domain.reasons import Reason
from wellclear.errors import InvalidValue
from wellclear.picture.picture import Step
from wellclear.picture.rows import OwedRow
from wellclear.testing.sketch import SECOND_US, START_US, Sketch, circle

NORTH, SOUTH, HOST = "NORTHLAND", "SOUTHLAND", "CASPIA"
DESK = f"{SOUTH}/OPS"
AREA = [circle(34.5, 38.3, 5_000)]


def reasons(step: Step) -> list[Reason]:
    return [remark.reason for remark in step.remarks]


@pytest.fixture
def sketch() -> Sketch:
    return Sketch.founded(seed=57)


@pytest.fixture
def item(sketch: Sketch) -> str:
    """A notice of NORTHLAND to SOUTHLAND, version 1."""
    return sketch.announce(NORTH, [DESK], AREA)[0]


def amendment(sketch: Sketch, item: str, version: int, party: str = NORTH) -> Step:
    composed = sketch.compose(
        "amend", party, desk=f"{party}/OPS", to=[DESK], subject=subject(item, version), keep_until="2026-12-01",
        told=sketch.told(sketch.notice_groups(AREA), [NORTH, SOUTH]),
    )  # fmt: skip
    return sketch.send(party, composed, sketch.released(composed))


def request(sketch: Sketch, item: str) -> str:
    id_ = sketch.parties[SOUTH].next_id()
    composed = sketch.compose(
        "request", SOUTH, desk=DESK, to=[f"{NORTH}/OPS"], id=id_, subject=subject(item, 1), code="delay"
    )
    assert reasons(sketch.send(SOUTH, composed, sketch.watched(composed))) == []
    return id_


def notice(sketch: Sketch, party: str, id_: str, to: str = DESK, readers: tuple[str, ...] = (NORTH, SOUTH)) -> Composed:
    return sketch.compose(
        "notice", party, desk=f"{party}/OPS", to=[to], precedence="P", id=id_, keep_until="2026-12-01",
        told=sketch.told(sketch.notice_groups(AREA), readers),
    )  # fmt: skip


@pytest.mark.requirement("R9")
def test_versions_follow_each_other(sketch: Sketch, item: str) -> None:
    assert reasons(amendment(sketch, item, 3)) == [Reason.VERSION_NOT_NEXT]
    assert reasons(amendment(sketch, item, 2)) == []
    assert reasons(amendment(sketch, item, 2)) == [Reason.VERSION_NOT_NEXT]


@pytest.mark.requirement("R9")
@pytest.mark.parametrize("kind", ["cancel", "complete"])
def test_only_the_current_version_ends_and_it_ends_once(sketch: Sketch, item: str, kind: str) -> None:
    amendment(sketch, item, 2)
    assert reasons(sketch.answer(NORTH, kind, item, 1)) == [Reason.OLD_VERSION]
    assert reasons(sketch.answer(NORTH, kind, item, 2)) == []
    sketch.advance(1)
    assert reasons(sketch.answer(NORTH, kind, item, 2)) == [Reason.ALREADY_OVER]
    assert reasons(amendment(sketch, item, 3)) == [Reason.ALREADY_OVER]


@pytest.mark.requirement("R9")
def test_a_notice_without_an_end_is_none(sketch: Sketch) -> None:
    composed = notice(sketch, NORTH, sketch.parties[NORTH].next_id())
    with pytest.raises(InvalidValue, match="keep_until"):
        public_of(msgspec.structs.replace(composed.act, keep_until=UNSET))


@pytest.mark.requirement("R33")
def test_only_its_announcer_changes_a_notice(sketch: Sketch, item: str) -> None:
    assert reasons(amendment(sketch, item, 2, party=SOUTH)) == [Reason.NOT_THE_ANNOUNCER]
    assert sketch.picture.items[item].version == 1


@pytest.mark.requirement("R33")
def test_an_id_is_of_its_party_and_used_once(sketch: Sketch, item: str) -> None:
    for party, id_, reason in (
        (NORTH, item, Reason.ID_TAKEN),
        (NORTH, sketch.parties[SOUTH].next_id(), Reason.NOT_YOUR_NAME),
    ):
        composed = notice(sketch, party, id_)
        sketch.advance(1)
        assert reasons(sketch.send(party, composed, sketch.released(composed))) == [reason]


@pytest.mark.requirement("R33")
def test_what_an_ended_key_signs_does_not_count(sketch: Sketch) -> None:
    public = {"key": sketch.parties[NORTH].public("node"), "since": 0}
    assert reasons(sketch.send(NORTH, sketch.compose("revoke", NORTH, public=public), use="recovery")) == []
    before = sketch.picture
    assert reasons(sketch.time(NORTH)) == [Reason.KEY_NOT_LIVE]
    assert sketch.picture.claims == before.claims


@pytest.mark.requirement("R32")
def test_whom_a_request_is_for_answers_it_once(sketch: Sketch, item: str) -> None:
    asked = request(sketch, item)
    assert reasons(sketch.answer(HOST, "comply", asked)) == [Reason.NOT_ADDRESSED]
    assert reasons(sketch.answer(NORTH, "unable", asked, code="under_way")) == []
    assert reasons(sketch.answer(NORTH, "comply", asked)) == [Reason.ALREADY_ANSWERED]
    assert sketch.picture.items[asked].state == "UNABLE"


@pytest.mark.requirement("R2")
def test_who_was_sent_nothing_to_read_owes_nothing(sketch: Sketch) -> None:
    composed = notice(sketch, NORTH, sketch.parties[NORTH].next_id(), readers=(NORTH,))
    step = sketch.send(NORTH, composed, sketch.released(composed))
    assert reasons(step) == [Reason.NOTHING_TO_READ]
    assert not [change for change in step.changes if change.table in ("owed", "answer")]


@pytest.mark.requirement("R2")
def test_nobody_receipts_what_it_has_not_seen(sketch: Sketch, item: str) -> None:
    ahead = len(sketch.leaves)
    assert reasons(sketch.receipt(SOUTH, through=ahead)) == [Reason.RECEIPT_AHEAD]
    (owed,) = [row for name, row in sketch.picture.owed.items() if name == f"{ahead - 1}/{SOUTH}"]
    assert owed.received_us is UNSET


@pytest.mark.requirement("R2")
def test_what_did_not_open_is_not_received_until_a_later_receipt(sketch: Sketch, item: str) -> None:
    index = sketch.picture.items[item].index
    body = {"through": index, "not_opened": [{"index": index, "why": "missing"}]}
    sketch.send(SOUTH, sketch.compose("receipt", SOUTH, public=body))
    assert sketch.picture.owed[f"{index}/{SOUTH}"].received_us is UNSET
    sketch.receipt(SOUTH, through=index)
    assert sketch.picture.owed[f"{index}/{SOUTH}"].received_us is not UNSET


@pytest.mark.requirement("R2")
def test_only_a_desk_that_was_asked_answers(sketch: Sketch, item: str) -> None:
    assert reasons(sketch.ack(HOST, item)) == [Reason.NOT_ADDRESSED]
    assert reasons(sketch.ack(SOUTH, item, version=2)) == [Reason.NOT_ADDRESSED]
    assert reasons(sketch.ack(SOUTH, item)) == []


def confirmed(sketch: Sketch, party: str, item: str) -> Step:
    composed = sketch.compose(
        "confirm", party, desk=f"{party}/OPS", to=[DESK], subject=subject(item, 1), public={"desk": DESK}
    )
    return sketch.send(party, composed, sketch.watched(composed))


@pytest.mark.requirement("N3", "R3")
def test_a_receipt_is_no_acknowledgement_and_nothing_is_confirmed_without_one(sketch: Sketch, item: str) -> None:
    sketch.receipt(SOUTH)
    assert reasons(confirmed(sketch, NORTH, item)) == [Reason.NOT_ACKNOWLEDGED]
    row = sketch.picture.answers[f"{item}/1/{DESK}"]
    assert (row.acked_us, row.confirmed_us) == (UNSET, UNSET)


@pytest.mark.requirement("R5")
def test_the_announcer_alone_says_whether_a_read_back_fits(sketch: Sketch, item: str) -> None:
    sketch.ack(SOUTH, item)
    assert reasons(confirmed(sketch, HOST, item)) == [Reason.NOT_THE_ANNOUNCER]
    assert reasons(confirmed(sketch, NORTH, item)) == []


@pytest.mark.requirement("R5")
def test_who_is_asked_to_read_back_again_answered_in_time_all_the_same(sketch: Sketch, item: str) -> None:
    def row() -> Any:
        return sketch.picture.answers[f"{item}/1/{DESK}"]

    sketch.ack(SOUTH, item)
    first_us = row().acked_us
    wrong = sketch.compose(
        "readback_wrong", NORTH, desk=f"{NORTH}/OPS", to=[DESK], subject=subject(item, 1), public={"desk": DESK}
    )
    assert reasons(sketch.send(NORTH, wrong, sketch.watched(wrong))) == []
    assert row().readback_wrong_us is not UNSET
    sketch.advance(7_200)
    for party in sketch.parties:
        sketch.time(party)
    assert reasons(sketch.ack(SOUTH, item)) == []
    assert sketch.picture.now_us > first_us
    assert (row().acked_us, row().readback_wrong_us) == (first_us, UNSET)


@pytest.mark.requirement("R28", "R2")
def test_that_units_were_told_is_a_mark_of_its_own(sketch: Sketch, item: str) -> None:
    told = sketch.told([Units(group="units", echelon="battalion", at_us=sketch.now_us)], [NORTH])
    assert reasons(sketch.answer(SOUTH, "passed_to_units", item, told=told)) == []
    row = sketch.picture.answers[f"{item}/1/{DESK}"]
    assert row.passed_us == sketch.picture.now_us
    assert (row.acked_us, row.confirmed_us) == (UNSET, UNSET)


@pytest.mark.requirement("R21")
def test_an_approval_is_of_one_act_and_of_its_time(sketch: Sketch) -> None:
    composed = notice(sketch, NORTH, sketch.parties[NORTH].next_id())
    other = Composed(msgspec.structs.replace(composed.act, precedence="R"), composed.stored)
    assert reasons(sketch.send(NORTH, other, sketch.released(composed))) == [Reason.BAD_APPROVAL]
    sketch.now_us -= sketch.settings.approval_age_us + SECOND_US
    old = notice(sketch, NORTH, sketch.parties[NORTH].next_id())
    sketch.now_us = START_US
    assert reasons(sketch.send(NORTH, old, sketch.released(old))) == [Reason.STALE_APPROVAL]


@pytest.mark.requirement("R4")
def test_a_closed_channel_still_carries_safety_and_its_answers(sketch: Sketch) -> None:
    sketch.send(SOUTH, *sketch.by_head(SOUTH, "withdraw"))
    assert not sketch.picture.open
    sketch.advance(1)
    composed = notice(sketch, NORTH, sketch.parties[NORTH].next_id())
    assert reasons(sketch.send(NORTH, composed, sketch.released(composed))) == [Reason.CLOSED]
    id_, step = sketch.safety(NORTH, [f"{HOST}/OPS"])
    assert reasons(step) == []
    assert reasons(sketch.ack(HOST, id_)) == []


@pytest.mark.requirement("N13", "R39")
def test_nothing_stands_in_clear_outside_exercises(sketch: Sketch) -> None:
    composed = notice(sketch, NORTH, sketch.parties[NORTH].next_id())
    real = msgspec.structs.replace(sketch.picture, exercise=False)
    sketch.steps[-1] = replace(sketch.steps[-1], picture=real)
    assert reasons(sketch.send(NORTH, composed, sketch.released(composed))) == [Reason.UNSEALED]


def claim(sketch: Sketch, party: str, seconds: float) -> int:
    """A party's clock claims a moment so far from the start; now after it."""
    use = "sequencer" if party == HOST else "node"
    sketch.send(party, sketch.compose("time", party), use=use, time_us=START_US + round(seconds * SECOND_US))
    return (sketch.picture.now_us - START_US) // SECOND_US


@pytest.mark.requirement("R20")
def test_no_one_clock_moves_now_and_now_never_goes_back(sketch: Sketch) -> None:
    before = (sketch.picture.now_us - START_US) // SECOND_US
    assert claim(sketch, NORTH, 9_000) == before
    assert claim(sketch, HOST, 600) == 600
    assert claim(sketch, NORTH, 300) == 600, "its clock goes back; now does not"


@pytest.mark.requirement("R20")
def test_who_is_no_clock_moves_nothing(sketch: Sketch) -> None:
    card = msgspec.to_builtins(sketch.party("WESTLAND", "observer").card())
    sketch.joint({"do": "admit", "base": 1, "admit": card})
    assert "WESTLAND" in sketch.picture.parties and "WESTLAND" not in sketch.picture.clocks
    claim(sketch, NORTH, 900)
    before = sketch.picture.now_us
    claim(sketch, "WESTLAND", 900)
    assert sketch.picture.now_us == before
    assert "WESTLAND" not in sketch.picture.claims


@pytest.mark.requirement("R20", "R2")
def test_a_node_of_the_hosts_party_does_not_claim_for_the_host(sketch: Sketch) -> None:
    """What it linked before its host was down is logged late, and starts no clock in the past (seed 174)."""
    sketch.enrol(HOST)
    claim(sketch, HOST, 50)
    composed = sketch.compose(
        "safety", HOST, id=sketch.parties[HOST].next_id(), desk=f"{HOST}/OPS", to=[DESK], precedence="P", code="cease"
    )
    step = sketch.send(HOST, composed, sketch.watched(composed), time_us=START_US + 10 * SECOND_US)
    (owed,) = [change.row for change in step.changes if change.table == "owed"]
    assert isinstance(owed, OwedRow)
    assert owed.start_us == START_US + 50 * SECOND_US


@pytest.mark.requirement("R20", "R2")
def test_a_host_that_claims_a_late_hour_gains_a_minute(sketch: Sketch) -> None:
    claim(sketch, HOST, 5_000)
    _, step = sketch.announce(NORTH, [DESK], AREA)
    (owed,) = [change.row for change in step.changes if change.table == "owed"]
    assert isinstance(owed, OwedRow)
    assert owed.start_us == sketch.now_us + 60 * SECOND_US
