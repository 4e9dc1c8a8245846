"""What a revocation makes doubtful: exactly the acts in between, alike for all, and nothing is undone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.picture.channels import RandomChannel
from tests.properties.picture.hostile import Villain
from wellclear.channel.composing import Composed
from wellclear.channel.opening import open_leaf
from wellclear.domain.canonical import decode
from wellclear.picture.doubt import Doubt, DoubtBook
from wellclear.picture.fold import envelope_fault, fold
from wellclear.picture.picture import Picture
from wellclear.testing.sketch import Sketch, circle

NORTH, SOUTH = "NORTHLAND", "SOUTHLAND"
DESK = f"{SOUTH}/OPS"


def booked(leaves: list[bytes]) -> DoubtBook:
    book, picture = DoubtBook(), Picture()
    for index, leaf in enumerate(leaves):
        logged = open_leaf(index, leaf)
        step = fold(picture, logged)
        book.take(logged, step)
        picture = step.picture
    return book


def by_hand(leaves: list[bytes]) -> set[tuple[int, str, str, int]]:
    """The section of the protocol, once more and plainly: (index, key, how, revoked) from the leaves' own JSON."""
    picture = Picture()
    said: list[tuple[int, str, str]] = []
    added: dict[str, tuple[str, int]] = {}
    found: set[tuple[int, str, str, int]] = set()
    for index, leaf in enumerate(leaves):
        logged, before = open_leaf(index, leaf), picture
        picture = fold(before, logged).picture
        if envelope_fault(before, logged) is not None:
            continue
        lines: list[dict[str, Any]] = [decode(line, "leaf") for line in leaf.split(b"\n")[:2]]
        link, act, approvals = lines[0]["link"]["key"], lines[0]["act"], lines[1]["approvals"]
        said.append((index, link, "linked"))
        held = zip(approvals, logged.approved, strict=True)
        said += [(index, key, "approved") for key in {one["key"] for one, holds in held if holds}]
        if act["kind"] in ("roster", "add_key"):
            added |= {key: (link, index) for key in picture.keys if key not in before.keys}
        lost = str(act["public"].get("key")) if act["kind"] == "revoke" else ""
        states = [one.keys[lost].state if lost in one.keys else "" for one in (before, picture)]
        if states[0] != "revoked" == states[1]:
            since = act["public"]["since"]
            new = {key for key, (by, _) in added.items() if by == lost and picture.keys[key].since >= since}
            found |= {(at, key, how, index) for at, key, how in said if key in {lost, *new} and since <= at < index}
    return found


def told(book: DoubtBook) -> set[tuple[int, str, str, int]]:
    return {(one.index, one.key, one.how, one.revoked) for marks in book.marks.values() for one in marks}


@given(seed=st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
@pytest.mark.requirement("R21", "R33")
def test_exactly_the_acts_in_between_are_marked_whatever_the_channel(seed: int) -> None:
    channel = RandomChannel(seed)
    for _ in range(150):
        channel.step()
    assert told(booked(channel.leaves)) == by_hand(channel.leaves)


def test_random_channels_do_make_entries_doubtful() -> None:
    found = 0
    for seed in range(4, 10):
        channel = RandomChannel(seed)
        for _ in range(150):
            channel.step()
        found += len(booked(channel.leaves).marks)
    assert found > 5


@given(seed=st.integers(0, 2**32))
@settings(max_examples=6, deadline=None)
def test_a_hostile_log_breaks_no_book(seed: int) -> None:
    villain = Villain(seed)
    for _ in range(60):
        villain.step()
    assert told(booked(villain.leaves)) == by_hand(villain.leaves)


def announced(sketch: Sketch) -> int:
    sketch.announce(NORTH, [DESK], [circle(34.5, 38.3, 5_000)])
    return len(sketch.leaves) - 1


def revoke(sketch: Sketch, whose: str, since: int) -> Composed:
    return sketch.compose("revoke", NORTH, public={"key": sketch.parties[NORTH].public(whose), "since": since})


@given(before=st.integers(0, 3), between=st.integers(0, 3), key=st.sampled_from(["R1", "W1", "node"]))
@settings(max_examples=12, deadline=None)
@pytest.mark.requirement("R21", "R33")
def test_a_lost_key_makes_doubtful_what_it_said_since_and_no_state_changes(before: int, between: int, key: str) -> None:
    sketch = Sketch.founded(seed=3)
    for _ in range(before):
        sketch.advance(60)
        announced(sketch)
    sketch.advance(60)
    lost_us, lost_at = sketch.now_us, len(sketch.leaves)
    mine = []
    for _ in range(between):
        sketch.time(SOUTH)  # another party's word stays as good as it was
        mine.append(announced(sketch))
    book = booked(sketch.leaves)
    assert book.index_at(lost_us) == lost_at and not book.marks
    preview = book.would(sketch.parties[NORTH].public(key), lost_at)
    items = dict(sketch.picture.items)
    assert not sketch.send(NORTH, revoke(sketch, key, lost_at), use="recovery").remarks
    assert dict(sketch.picture.items) == items, "shown, never undone"
    book = booked(sketch.leaves)
    assert sorted(book.marks) == sorted({doubt.index for doubt in preview})
    drafts = [index for index in mine if key in ("R1", "W1", "node")]
    assert [index for index in sorted(book.marks) if index in mine] == drafts
    others = set(book.marks) - set(mine)
    assert all(key == "node" and doubt.how == "linked" for index in others for doubt in book.marks[index])


@pytest.mark.requirement("R33")
def test_what_a_lost_key_has_added_is_doubtful_with_it() -> None:
    sketch = Sketch.founded(seed=4)
    north = sketch.parties[NORTH]
    since = len(sketch.leaves)
    added = sketch.compose("add_key", NORTH, public={"key": north.public("standby"), "use": "standby"})
    sketch.send(NORTH, added, sketch.approved(added, ("A1", "administrator"), ("A2", "administrator")))
    taken = sketch.compose("takeover", NORTH)
    sketch.send(NORTH, taken, sketch.approved(taken, ("A1", "administrator"), ("A2", "administrator")), use="standby")
    sketch.send(NORTH, revoke(sketch, "node", since), use="recovery")
    marks = booked(sketch.leaves).marks
    assert [(index, [one.use for one in marks[index]]) for index in sorted(marks)] == [
        (since, ["node"]), (since + 1, ["node"])
    ]  # fmt: skip
    assert {one.key for one in marks[since + 1]} == {north.public("standby")}


def test_a_mark_is_told_in_a_sentence() -> None:
    person = Doubt(7, "k", "approved", f"{NORTH}/R1", "person", 9).words
    assert person.startswith("approved by NORTHLAND/R1's key,") and person.endswith("entry 9 revokes it")
    assert Doubt(7, "k", "linked", NORTH, "node", 9).words.startswith("linked by NORTHLAND's node key,")
