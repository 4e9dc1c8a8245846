"""Duties, the ladder, when a clock must speak, and drift, on chosen cases."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from wellclear.channel.composing import subject
from wellclear.domain.agreement import MINUTE_US
from wellclear.picture.picture import Picture
from wellclear.testing.sketch import SECOND_US, START_US, Sketch, circle
from wellclear.watch.clock import stands_still, time_due
from wellclear.watch.drift import DriftWatch
from wellclear.watch.duties import Duty, DutyBook, duties
from wellclear.watch.instants import Instants
from wellclear.watch.rings import Ring, arrivals, rings_now

DESK = "SOUTHLAND/OPS"


def book_of(sketch: Sketch) -> DutyBook:
    """A book that has followed the whole log."""
    book = DutyBook()
    for index, (leaf, step) in enumerate(zip(sketch.leaves, sketch.steps, strict=True)):
        book.apply(step, sketch.logged(index, leaf).entry)
    return book


def ack_duty(picture: Picture, own_us: int = 0) -> Duty:
    (found,) = (duty for duty in duties(picture, own_us) if duty.owing.what == "ack")
    return found


def told(rings: Sequence[Ring]) -> list[tuple[str, str, str, str]]:
    return [(ring.owing.what, ring.rung, ring.role, ring.calls) for ring in rings]


@pytest.mark.requirement("R2", "R19")
def test_a_dead_desk_rings_then_the_next_name_then_the_other_desk_then_the_host_each_once() -> None:
    sketch = Sketch.founded()
    sketch.time("CASPIA")
    sketch.announce("NORTHLAND", [DESK], [circle(34.5, 38.3, 5_000)], precedence="Z")
    books = {party: book_of(sketch) for party in sketch.parties}
    rung: dict[str, list[tuple[int, str, str, str]]] = {party: [] for party in sketch.parties}
    for second in range(720):
        own_us = sketch.now_us + second * SECOND_US
        for party, book in books.items():
            for ring in rings_now(book, sketch.picture, party, own_us):
                rung[party].append((second, ring.rung, ring.role, ring.calls))
    # receipt due at 30 s; the acknowledgement's clock then starts: 3, 5, 7 and 10 minutes
    assert rung["NORTHLAND"] == [
        (31, "due", "author", ""),
        (211, "due", "author", "SOUTHLAND/W1"),
        (331, "next_name", "author", "SOUTHLAND/W2"),
        (451, "other_desk", "author", "SOUTHLAND/AIR"),
        (631, "host", "author", "CASPIA/AIR"),
    ]
    assert [(second, name, role) for second, name, role, _ in rung["SOUTHLAND"]] == [
        (second, name, "stands_in" if name == "other_desk" else "owes") for second, name, _, _ in rung["NORTHLAND"]
    ]
    assert rung["CASPIA"] == [(631, "host", "host", "CASPIA/AIR")]
    assert all(not rings_now(book, sketch.picture, party, 2**53) for party, book in books.items())


@pytest.mark.requirement("R2")
def test_a_ladder_without_further_names_still_rings_and_calls_nobody() -> None:
    sketch = Sketch.founded()
    person = sketch.parties["SOUTHLAND"].roster().persons[0]
    public = {
        "desks": [{"desk": DESK}],
        "persons": [{"person": person.person, "key": person.key, "roles": person.roles}],
    }
    assert not sketch.send("SOUTHLAND", sketch.compose("roster", "SOUTHLAND", public=public), use="recovery").remarks
    sketch.announce("NORTHLAND", [DESK], [circle(34.5, 38.3, 5_000)], precedence="Z")
    for party, role in (("NORTHLAND", "author"), ("SOUTHLAND", "owes")):
        rings = rings_now(book_of(sketch), sketch.picture, party, START_US + 3600 * SECOND_US)
        assert told(rings) == [
            ("receipt", "due", role, ""),
            ("ack", "due", role, "SOUTHLAND/W1"),
            ("ack", "next_name", role, ""),
            ("ack", "other_desk", role, ""),
            ("ack", "host", role, "CASPIA/AIR"),
        ]


@pytest.mark.requirement("R2")
def test_what_arrives_rings_at_its_desk_at_once_and_an_answer_ends_the_ladder() -> None:
    sketch = Sketch.founded()
    item, step = sketch.safety("NORTHLAND", [DESK])
    book = book_of(sketch)
    assert [(ring.rung, ring.desk, ring.calls) for ring in arrivals(step, book, "SOUTHLAND")] == [
        ("arrived", DESK, "SOUTHLAND/W1")
    ]
    assert not arrivals(step, book, "NORTHLAND")
    book.apply(sketch.ack("SOUTHLAND", item))
    assert not rings_now(book, sketch.picture, "SOUTHLAND", 2**53)
    assert not rings_now(book, sketch.picture, "NORTHLAND", 2**53)
    assert len(book.open_instants) == 0 and not book.open_duties(sketch.picture)


@pytest.mark.requirement("R2", "R19")
def test_overdue_is_strict_and_an_answer_after_the_due_moment_stays_overdue() -> None:
    sketch = Sketch.founded()
    item, _ = sketch.announce("NORTHLAND", [DESK], [circle(34.5, 38.3, 5_000)], precedence="Z")
    due_us = ack_duty(sketch.picture).owing.due_us
    assert due_us == START_US + 30 * SECOND_US + 3 * MINUTE_US
    sketch.now_us = due_us
    for party in ("CASPIA", "NORTHLAND"):
        sketch.time(party)
    assert sketch.picture.now_us == due_us and not ack_duty(sketch.picture).overdue
    assert ack_duty(sketch.picture, due_us + 1).overdue_here and not ack_duty(sketch.picture, due_us + 1).overdue
    sketch.now_us = due_us + 1
    for party in ("CASPIA", "NORTHLAND"):
        sketch.time(party)
    assert ack_duty(sketch.picture).overdue and ack_duty(sketch.picture).rung == "due"
    sketch.ack("SOUTHLAND", item)
    duty = ack_duty(sketch.picture)
    assert duty.overdue and duty.rung is None and not duty.owing.open


@pytest.mark.requirement("R2")
def test_the_acknowledgements_clock_starts_with_the_receipt_and_at_most_when_that_is_due() -> None:
    sketch = Sketch.founded()
    sketch.announce("NORTHLAND", [DESK], [circle(34.5, 38.3, 5_000)], precedence="P")
    assert ack_duty(sketch.picture).owing.start_us == START_US + 5 * MINUTE_US
    sketch.advance(60)
    for party in ("CASPIA", "NORTHLAND"):
        sketch.time(party)
    sketch.receipt("SOUTHLAND")
    assert ack_duty(sketch.picture).owing.start_us == START_US + MINUTE_US
    late = Sketch.founded()
    late.announce("NORTHLAND", [DESK], [circle(34.5, 38.3, 5_000)], precedence="P")
    late.advance(3600)
    for party in ("CASPIA", "NORTHLAND"):
        late.time(party)
    late.receipt("SOUTHLAND")
    assert ack_duty(late.picture).owing.start_us == START_US + 5 * MINUTE_US


@pytest.mark.requirement("R2", "R9")
@pytest.mark.parametrize(("seconds", "overdue"), [(60, False), (3600, True)])
def test_an_amendment_closes_the_old_version_but_not_its_record(seconds: int, overdue: bool) -> None:
    sketch = Sketch.founded()
    item, _ = sketch.announce("NORTHLAND", [DESK], [circle(34.5, 38.3, 5_000)], precedence="Z")
    sketch.advance(seconds)
    sketch.time("CASPIA")
    act = sketch.compose(
        "amend", "NORTHLAND", desk="NORTHLAND/OPS", to=[DESK], precedence="Z", subject=subject(item, 2),
        keep_until="2026-12-02", told=sketch.told(sketch.notice_groups([circle(34.6, 38.3, 5_000)]), ["SOUTHLAND"]),
    )  # fmt: skip
    sketch.send("NORTHLAND", act, sketch.released(act))
    sketch.advance(24 * 3600)
    for party in ("CASPIA", "NORTHLAND"):
        sketch.time(party)
    first, second = (duty for duty in duties(sketch.picture) if duty.owing.what == "ack")
    assert (first.owing.version, first.overdue, first.owing.open) == (1, overdue, False)
    assert (second.owing.version, second.overdue, second.owing.open) == (2, True, True)


def test_a_cancelled_notice_rings_nobody_any_more() -> None:
    sketch = Sketch.founded()
    item, _ = sketch.announce("NORTHLAND", [DESK], [circle(34.5, 38.3, 5_000)])
    sketch.answer("NORTHLAND", "cancel", item)
    rings = rings_now(book_of(sketch), sketch.picture, "NORTHLAND", 2**53)
    assert {ring.owing.what for ring in rings} == {"receipt"}


def test_a_party_that_has_left_is_rung_no_more_and_its_record_stays() -> None:
    sketch = Sketch.founded()
    sketch.announce("NORTHLAND", [DESK], [circle(34.5, 38.3, 5_000)], precedence="Z")
    sketch.send("SOUTHLAND", *sketch.by_head("SOUTHLAND", "withdraw"))
    book = book_of(sketch)
    assert not book.open_duties(sketch.picture) and not rings_now(book, sketch.picture, "NORTHLAND", 2**53)
    assert book.duties(sketch.picture) == duties(sketch.picture)
    sketch.advance(3600)
    for party in ("CASPIA", "NORTHLAND"):
        sketch.time(party)
    assert ack_duty(sketch.picture).overdue


def test_what_a_party_had_answered_before_it_left_is_kept_as_the_picture_says() -> None:
    """Nothing is waited for any more, also where nothing was open: found by simulation, seeds 23 and 24."""
    sketch = Sketch.founded()
    sketch.announce("NORTHLAND", [DESK], [circle(34.5, 38.3, 5_000)], precedence="Z")
    sketch.receipt("SOUTHLAND")
    sketch.send("SOUTHLAND", *sketch.by_head("SOUTHLAND", "withdraw"))
    book, fresh = book_of(sketch), duties(sketch.picture)
    assert book.duties(sketch.picture) == fresh
    receipts = [duty.owing for duty in fresh if duty.owing.what == "receipt" and duty.owing.party == "SOUTHLAND"]
    (receipt,) = (owing for owing in receipts if owing.answered_us is not None)
    assert receipt.ended and not receipt.open


@pytest.mark.requirement("R20")
def test_each_clock_speaks_once_when_its_own_has_passed_what_is_open() -> None:
    sketch = Sketch.founded()
    sketch.announce("NORTHLAND", [DESK], [circle(34.5, 38.3, 5_000)], precedence="Z")
    book = book_of(sketch)
    due_us = START_US + 30 * SECOND_US

    def must(party: str, own_us: int, waiting_us: int = 0) -> bool:
        return time_due(sketch.picture, party, own_us, book.open_instants, waiting_claim_us=waiting_us)

    assert not must("NORTHLAND", due_us) and must("NORTHLAND", due_us + 1)
    assert must("CASPIA", due_us + 1) and not must("NOBODY", due_us + 1)
    assert not must("NORTHLAND", due_us + 2, waiting_us=due_us + 1)  # linked, not yet logged
    sketch.now_us = due_us + 1
    book.apply(sketch.time("NORTHLAND"))
    assert not must("NORTHLAND", due_us + SECOND_US) and must("CASPIA", due_us + SECOND_US)
    book.apply(sketch.time("CASPIA"))
    assert sketch.picture.now_us == due_us + 1
    assert not any(must(party, due_us + SECOND_US) for party in sketch.parties)  # two have said it: enough
    assert must("SOUTHLAND", due_us + 4 * MINUTE_US)  # the next rung


@pytest.mark.requirement("R19")
def test_with_two_clocks_all_stands_still_while_one_is_silent() -> None:
    sketch = Sketch()
    sketch.party("CASPIA", "host", "principal")
    sketch.party("SOUTHLAND", "principal")
    sketch.genesis()
    sketch.agree()
    for party in sketch.parties:
        sketch.enrol(party)
    sketch.announce("CASPIA", [DESK], [circle(34.5, 38.3, 5_000)], precedence="Z")
    assert stands_still(sketch.picture) and not stands_still(Sketch.founded().picture)
    sketch.advance(24 * 3600)
    sketch.time("CASPIA")
    assert sketch.picture.now_us == START_US
    duty = ack_duty(sketch.picture, sketch.now_us)
    assert not duty.overdue and duty.overdue_here and duty.rung == "host"  # overdue by own clock, not on record
    assert told(rings_now(book_of(sketch), sketch.picture, "CASPIA", sketch.now_us))[-1][1] == "host"
    sketch.time("SOUTHLAND")
    assert ack_duty(sketch.picture).overdue


@pytest.mark.requirement("R20")
def test_drift_is_shown_over_two_seconds_and_blocks_over_thirty() -> None:
    watch = DriftWatch()
    for ahead_us, shown, blocks in (
        (2_000_000, False, False), (2_000_001, True, False), (30_000_000, True, False), (30_000_001, True, True),
    ):  # fmt: skip
        drift = DriftWatch().take("CASPIA", START_US + ahead_us, START_US)
        assert (drift.shown, drift.blocks_lead_time) == (shown, blocks)
        behind = DriftWatch().take("CASPIA", START_US - ahead_us, START_US)
        assert (behind.shown, behind.blocks_lead_time) == (shown, blocks)
    assert not watch.blocks_lead_time() and watch.all() == []
    watch.take("CASPIA", START_US - 45_000_000, START_US)  # an entry that was long on its way
    assert watch.blocks_lead_time()
    assert watch.take("CASPIA", START_US, START_US + 100_000).ahead_us == -100_000
    assert not watch.blocks_lead_time()
    drifts = [watch.take("CASPIA", START_US - 40_000_000, START_US) for _ in range(8)]
    assert [drift.blocks_lead_time for drift in drifts] == [False] * 7 + [True]
    watch.take("NORTHLAND", START_US, START_US)
    watch.take("SOUTHLAND", START_US, START_US)
    assert not watch.blocks_lead_time()  # one foreign clock is off, two agree with ours


def test_instants_move_leave_and_are_found_in_order() -> None:
    instants = Instants([("a", 5), ("b", 60_000_005), ("c", 60_000_004)])
    assert instants.passed(60_000_005) == [(5, "a"), (60_000_004, "c")]
    assert instants.any_between(5, 6) and not instants.any_between(6, 60_000_004)
    instants.put("a", 70_000_000)
    instants.drop("b")
    instants.drop("nobody")
    assert len(instants) == 2 and instants.passed(2**53) == [(60_000_004, "c"), (70_000_000, "a")]
    assert Instants[str]().passed(1) == []
