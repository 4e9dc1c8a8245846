"""Ids tell nothing of drafts that were never sent: no gap is left by them, and no id is ever logged twice (R31)."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellclear.apps.node.ids import ON_ITS_WAY_AGES, Counters, decode_counters
from wellclear.domain.agreement import HOUR_US
from wellclear.domain.names import BLOCK_SIZE, ItemId, parse_item_id
from wellclear.picture.picture import Picture

NORTH = "NORTHLAND"
DESKS = (f"{NORTH}/OPS", f"{NORTH}/AIR")
DEEDS = ("draft", "draft", "drop", "hand over", "hand over", "log", "log", "lose", "hour", "restart", "restore")


@dataclass
class Party:
    """A party's node, its officers' drafts, and the log; the public fold's rule of ids stands here by itself."""

    counters: Counters = field(default_factory=Counters)
    stored: bytes = b""
    now_us: int = 0
    picture: Picture = field(default_factory=Picture)
    drafts: list[tuple[ItemId, int]] = field(default_factory=list)
    on_their_way: list[tuple[ItemId, int]] = field(default_factory=list)
    logged: list[ItemId] = field(default_factory=list)
    lost: set[ItemId] = field(default_factory=set)

    def draft(self, desk: str) -> None:
        name = parse_item_id(self.counters.next_id(self.picture, NORTH, desk, self.now_us))
        self.stored = self.counters.encode()
        in_hand = [one for one, _ in [*self.drafts, *self.on_their_way]]
        assert name not in in_hand and name not in self.logged and name not in self.lost
        self.drafts.append((name, self.now_us))

    def hand_over(self, place: int) -> None:
        """Released and put."""
        name, at_us = self.drafts.pop(place)
        self.counters.sent(name)
        self.stored = self.counters.encode()
        self.on_their_way.append((name, at_us))

    def log(self, place: int) -> None:
        name, _ = self.on_their_way.pop(place)
        blocks = self.picture.blocks
        assert name.counter > (blocks.get((NORTH, name.block)) or 0), "it would be taken"
        self.picture = msgspec.structs.replace(self.picture, blocks=blocks.insert((NORTH, name.block), name.counter))
        self.logged.append(name)

    def age(self) -> None:
        """What is older than an approval may be is refused: a draft is dropped, and what was handed over is lost."""
        self.lost |= {one for one, at_us in self.on_their_way if self.now_us - at_us > HOUR_US}
        self.on_their_way = [(one, at_us) for one, at_us in self.on_their_way if self.now_us - at_us <= HOUR_US]
        self.drafts = [(one, at_us) for one, at_us in self.drafts if self.now_us - at_us <= HOUR_US]

    def do(self, deed: str, number: int) -> None:
        if deed == "draft":
            self.draft(DESKS[number % 2])
        elif deed == "drop" and self.drafts:
            self.drafts.pop(number % len(self.drafts))
        elif deed == "hand over" and self.drafts:
            self.hand_over(number % len(self.drafts))
        elif deed == "log" and self.on_their_way:
            self.log(number % len(self.on_their_way))
        elif deed == "lose" and self.on_their_way:  # the host refuses it, or an officer drops it
            self.lost.add(self.on_their_way.pop(number % len(self.on_their_way))[0])
        elif deed == "hour":
            self.now_us += HOUR_US
            self.age()
        elif deed == "restart":
            self.counters = decode_counters(self.stored or None)
        elif deed == "restore":
            self.counters.forget()
            self.stored = self.counters.encode()
            self.drafts.clear()  # they were in the home that is gone
            self.lost |= {name for name, _ in self.on_their_way}
            self.on_their_way.clear()


@pytest.mark.requirement("R31")
@given(st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 7)), max_size=60))
def test_the_logged_ids_of_a_block_have_no_gap_that_a_draft_left_and_none_is_doubled(
    deeds: list[tuple[str, int]],
) -> None:
    party = Party()
    for deed, number in deeds:
        party.do(deed, number)
    while party.on_their_way:
        party.log(0)
    assert len(set(party.logged)) == len(party.logged)
    for block in {name.block for name in party.logged}:
        counters = {name.counter for name in party.logged if name.block == block}
        lost = {name.counter for name in party.lost if name.block == block}
        assert set(range(block * BLOCK_SIZE + 1, max(counters) + 1)) - counters <= lost


@pytest.mark.requirement("R31")
@given(st.lists(st.integers(0, 1), min_size=1, max_size=12), st.integers(1, 5))
def test_drafts_that_nobody_sent_leave_nothing_behind_once_they_are_too_old(desks: list[int], number: int) -> None:
    party = Party()
    for desk in desks:
        party.draft(DESKS[desk])
    party.drafts.clear()
    party.now_us += ON_ITS_WAY_AGES * HOUR_US + 1
    for _ in range(number):
        party.draft(DESKS[desks[0]])
        party.hand_over(0)
        party.log(0)
    assert [name.counter for name in party.logged] == [BLOCK_SIZE + one for one in range(1, number + 1)]
