"""Punctual desks are never overdue, whatever the links and the host do; and all who have one picture see one record."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wellclear.channel.composing import subject
from wellclear.domain.parts import Readback
from wellclear.picture.fold import fold
from wellclear.picture.picture import Picture
from wellclear.testing.sketch import SECOND_US, START_US, Sketch, circle
from wellclear.testing.strategies import Deed, histories, play
from wellclear.watch.clock import time_due
from wellclear.watch.duties import DutyBook, duties
from wellclear.watch.instants import Instants

RELINK_S = 30
"""A node links again what has waited this long."""


class Room:
    """A channel whose links are slow, whose hours are quiet, and whose host claims up to 60 s too much.

    Deliveries are logged in the order of their moments; each carries the time at which it was linked, at most 30 s ago.
    """

    def __init__(self, seed: int, precedence: Any) -> None:
        self.random = random.Random(seed)
        self.sketch = Sketch.founded(seed=seed % 7)
        self.precedence = precedence
        self.book = DutyBook(self.sketch.picture)
        self.seen = len(self.sketch.steps)
        self.lie_us = self.random.choice([0, 0, 1, 30, 60]) * SECOND_US

    def log(self, party: str, composed: Any, approvals: Any = (), *, use: str = "node") -> None:
        """The host opens the batch with its own time; the entry was linked up to 30 s before it is logged."""
        host = self.sketch.compose("time", "CASPIA")
        self.sketch.send("CASPIA", host, use="sequencer", time_us=self.sketch.now_us + self.lie_us)
        delay_us = self.random.randint(0, RELINK_S * SECOND_US)
        self.sketch.send(party, composed, approvals, use=use, time_us=self.sketch.now_us - delay_us)
        for step in self.sketch.steps[self.seen :]:
            self.book.apply(step)
        self.seen = len(self.sketch.steps)

    def pass_time(self, us: int) -> None:
        """Time goes by; each node says `time` when the rules ask for it."""
        until_us = self.sketch.now_us + us
        while self.sketch.now_us < until_us:
            self.sketch.now_us += max(1, min(us // 7, until_us - self.sketch.now_us))
            for party in ("NORTHLAND", "SOUTHLAND", "CASPIA"):
                if time_due(self.sketch.picture, party, self.sketch.now_us, self.book.open_instants):
                    use = "sequencer" if party == "CASPIA" else "node"
                    self.log(party, self.sketch.compose("time", party), use=use)

    def notice(self) -> tuple[str, int]:
        sketch = self.sketch
        item = sketch.parties["NORTHLAND"].next_id()
        told = sketch.told(sketch.notice_groups([circle(34.5, 38.3, 5_000)]), ["SOUTHLAND"])
        act = sketch.compose(
            "notice", "NORTHLAND", desk="NORTHLAND/OPS", to=["SOUTHLAND/OPS"], precedence=self.precedence, id=item,
            keep_until="2027-12-01", told=told,
        )  # fmt: skip
        self.log("NORTHLAND", act, sketch.released(act))
        return item, len(sketch.leaves) - 1

    def share(self, of_us: int) -> int:
        return self.random.choice([self.random.randint(0, of_us), of_us])


@pytest.mark.requirement("R2", "R20")
@given(st.integers(0, 10**9), st.sampled_from("ZOPR"))
@settings(max_examples=80)
def test_a_punctual_desk_is_never_overdue_through_quiet_hours_slow_links_and_a_host_that_claims_too_much(
    seed: int, precedence: str
) -> None:
    """Punctual: its receipt, and then its acknowledgement, is logged within its period by the true clock."""
    room = Room(seed, precedence)
    deadlines = room.sketch.settings.deadlines
    receipt_us, ack_us = deadlines.receipt.of(precedence), deadlines.ack.of(precedence)  # type: ignore[arg-type]  # one of ZOPR
    for _ in range(3):
        room.pass_time(room.random.choice([1, 3600, 6 * 3600]) * SECOND_US)  # a quiet hour
        item, index = room.notice()
        waited_us = room.share(receipt_us)
        room.pass_time(waited_us)
        receipt = room.sketch.compose("receipt", "SOUTHLAND", public={"through": index})
        room.log("SOUTHLAND", receipt)
        room.pass_time(room.share(ack_us))
        row = room.sketch.picture.items[item]
        ack = room.sketch.compose(
            "ack",
            "SOUTHLAND",
            desk="SOUTHLAND/OPS",
            to=[row.desk],
            subject=subject(item, 1),
            told=room.sketch.told([Readback(group="readback", volumes=[])], ["NORTHLAND"]),
        )
        room.log("SOUTHLAND", ack, room.sketch.watched(ack))
    room.pass_time(24 * 3600 * SECOND_US)
    late = [duty.owing for duty in duties(room.sketch.picture) if duty.overdue and duty.owing.party == "SOUTHLAND"]
    assert not late


@given(histories(20), st.integers(0, 14 * 86_400))
@settings(max_examples=60)
def test_the_book_holds_at_every_step_just_what_the_picture_says(history: list[Deed], later_s: int) -> None:
    sketch = play(Sketch.founded(), history)
    book, picture = DutyBook(), Picture()
    for index, leaf in enumerate(sketch.leaves):
        logged = sketch.logged(index, leaf)
        step = fold(picture, logged)
        picture = step.picture
        book.apply(step, logged.entry)
        own_us = sketch.now_us + later_s * SECOND_US
        assert book.duties(picture, own_us) == duties(picture, own_us)
        assert book.duties(picture, own_us, "SOUTHLAND") == duties(picture, own_us, "SOUTHLAND")
        assert book.open_duties(picture, own_us) == [duty for duty in duties(picture, own_us) if duty.owing.open]
        found = [
            (duty.owing.key, rung.name) for duty in duties(picture) if duty.owing.open for rung in duty.owing.rungs
        ]
        assert len(book.open_instants) == len(found)
    again = DutyBook(picture)
    assert again.duties(picture) == book.duties(picture)


@pytest.mark.requirement("R2")
@given(histories(20), st.lists(st.integers(0, 3 * 86_400), min_size=1, max_size=6))
@settings(max_examples=60)
def test_each_rung_is_handed_out_once_in_order_and_only_when_it_has_passed(
    history: list[Deed], looks: list[int]
) -> None:
    sketch = play(Sketch.founded(), history)
    book = DutyBook()
    rung: list[tuple[str, str]] = []
    for index, (leaf, step) in enumerate(zip(sketch.leaves, sketch.steps, strict=True)):
        book.apply(step, sketch.logged(index, leaf).entry)
        moment_us = step.picture.now_us + looks[index % len(looks)] * SECOND_US
        for owing, passed in book.take_passed(moment_us):
            assert owing.open and passed.at_us < moment_us
            rung.append((owing.key, passed.name))
    rung += [(owing.key, passed.name) for owing, passed in book.take_passed(2**53)]
    assert len(rung) == len(set(rung))
    for key in {key for key, _ in rung}:
        names = [name for other, name in rung if other == key]
        ladder = ["due", "next_name", "other_desk", "host"]
        assert names == ladder[: len(names)]


@given(st.lists(st.tuples(st.integers(0, 20), st.one_of(st.none(), st.integers(0, 10**9)))), st.integers(0, 10**9))
def test_instants_are_a_plain_map_looked_at_by_moment(moves: list[tuple[int, int | None]], until: int) -> None:
    instants, plain = Instants[int](), dict[int, int]()
    for key, at_us in moves:
        if at_us is None:
            instants.drop(key)
            plain.pop(key, None)
        else:
            instants.put(key, at_us)
            plain[key] = at_us
    expected = sorted((at_us, key) for key, at_us in plain.items() if at_us < until)
    assert sorted(instants.passed(until)) == expected
    assert instants.any_between(until, 2 * 10**9) == any(at_us >= until for at_us in plain.values())
    assert len(instants) == len(plain)


def test_the_room_is_slow_enough_to_matter() -> None:
    """Clocks that simply start at the entry's moment would make this punctual desk overdue."""
    room = Room(3, "Z")
    room.pass_time(6 * 3600 * SECOND_US)
    _, index = room.notice()
    owed = room.sketch.picture.owed[f"{index}/SOUTHLAND"]
    moment_us = room.sketch.steps[-1].picture.now_us
    assert owed.start_us >= room.sketch.now_us > START_US
    assert moment_us < room.sketch.now_us
