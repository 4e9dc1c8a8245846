"""Whoever is not, or no longer, in an audience opens nothing of it, with all its keys and the whole log."""

from __future__ import annotations

import hashlib

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wellclear.channel.sealing import epoch_info, unseal
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import Act, PartRef, decode_leaf
from wellclear.domain.kinds import Epoch, public_of
from wellclear.errors import Unverified
from wellclear.testing.sketch import Sketch

HOST, NORTH, SOUTH = "CASPIA", "NORTHLAND", "SOUTHLAND"
GUESTS = ("EASTLAND", "WESTLAND")
STEPS = st.tuples(st.sampled_from(["say", "say", "say", "come", "go", "renew"]), st.integers(0, 9), st.integers(0, 15))


def members(sketch: Sketch) -> list[str]:
    return sorted(name for name, row in sketch.picture.parties.items() if row.state == "member")


def play(sketch: Sketch, step: tuple[str, int, int]) -> None:
    what, who, whom = step
    here = members(sketch)
    guest = GUESTS[who % len(GUESTS)]
    if what == "come" and sketch.picture.parties.get(guest) is None:
        card = sketch.party(guest, "observer").card()
        sketch.joint({"do": "admit", "base": sketch.picture.agreement, "admit": msgspec.to_builtins(card)})
        sketch.enrol(guest)
    elif what == "go" and guest in here:
        sketch.joint({"do": "remove", "base": sketch.picture.agreement, "remove": guest})
    elif what == "renew":
        sketch.open_epoch(NORTH, [SOUTH])
    elif what == "say":
        author = here[who % len(here)]
        others = [name for name in here if name != author]
        to = [name for place, name in enumerate(others) if whom >> place & 1] or others[:1]
        assert not sketch.message(author, [f"{name}/OPS" for name in to], "a word").remarks


def keys_of(sketch: Sketch, party: str) -> list[bytes]:
    """Every epoch key that a party gets out of the log, by any wrap, whoever it is for."""
    found = []
    for leaf in sketch.leaves:
        act = decode_leaf(leaf).act
        body = public_of(act) if act.kind == "epoch" else None
        for wrap in body.wraps if isinstance(body, Epoch) else ():
            assert isinstance(body, Epoch)
            try:
                info = epoch_info(sketch.channel, act.party, body.number)
                found.append(sketch.parties[party].sealing.unwrap(unb64(wrap.wrap), info))
            except Unverified:
                continue
    return found


def opens(sketch: Sketch, keys: list[bytes], act: Act, ref: PartRef) -> bool:
    assert isinstance(ref.sha, str)
    for key in keys:
        try:
            unseal(sketch.parts[ref.sha], key, act, ref)
        except Unverified:
            continue
        return True
    return False


@pytest.mark.requirement("R25")
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 999), steps=st.lists(STEPS, min_size=1, max_size=14))
def test_only_author_and_audience_ever_open_a_part(seed: int, steps: list[tuple[str, int, int]]) -> None:
    sketch = Sketch.founded(seed=seed)
    sketch.sealed = True
    sketch.message(NORTH, [f"{SOUTH}/OPS"], "a word")
    for step in steps:
        play(sketch, step)
    keys = {party: keys_of(sketch, party) for party in sketch.parties}
    for leaf in sketch.leaves:
        act = decode_leaf(leaf).act
        for ref in act.parts:
            assert isinstance(ref.to, list)
            readers = {act.party, *ref.to}
            assert {party for party in keys if opens(sketch, keys[party], act, ref)} == readers


@pytest.mark.requirement("R25")
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 999), before=st.lists(STEPS, max_size=6), after=st.lists(STEPS, min_size=1, max_size=8))
def test_who_was_removed_opens_nothing_that_was_said_later(
    seed: int, before: list[tuple[str, int, int]], after: list[tuple[str, int, int]]
) -> None:
    sketch = Sketch.founded(seed=seed)
    sketch.sealed = True
    play(sketch, ("come", 0, 0))
    sketch.message(NORTH, [f"{GUESTS[0]}/OPS", f"{SOUTH}/OPS"], "while it is here")
    for step in before:
        if step[0] != "go":
            play(sketch, step)
    play(sketch, ("go", 0, 0))
    size = len(sketch.leaves)
    sketch.message(NORTH, [f"{SOUTH}/OPS"], "after it has left")
    for step in after:
        play(sketch, step)
    keys = keys_of(sketch, GUESTS[0])
    assert keys, "it could open what was meant for it"
    later = [act for leaf in sketch.leaves[size:] for act in [decode_leaf(leaf).act] if act.parts]
    assert later
    assert not any(opens(sketch, keys, act, ref) for act in later for ref in act.parts)
    held = {hashlib.sha256(key).digest() for key in keys}
    assert len(held) == len(keys) and b64(sketch.parties[GUESTS[0]].sealing.public_key)
