"""Where two folds part is found from statements alone, and what a party may say of that is bounded."""

from __future__ import annotations

import pytest

from tests.unit.channel.stating import Stater, folded
from wellclear.channel.pictures import STATED_EVERY, STATEMENT_BYTES_MAX, Pictures, Standing, agreed_size
from wellclear.errors import Malformed, Unverified
from wellclear.log.ed25519 import SigningKey
from wellclear.testing.sketch import Sketch

SIZE = 200
OURS = folded(SIZE)


@pytest.fixture(scope="module")
def sketch() -> Sketch:
    return Sketch.founded(seed=5)


@pytest.fixture
def south(sketch: Sketch) -> Stater:
    return Stater(sketch, "SOUTHLAND", folded(SIZE, 77))


def standing(book: Pictures, south: Stater, *notes: bytes) -> Standing:
    for note in notes:
        book.hear(south.sketch.picture, OURS, note)
    (one,) = book.standings()
    return one


def test_the_digest_of_every_size_is_remembered() -> None:
    assert (OURS.size, OURS.at(77), OURS.at(78) == folded(SIZE, 77).at(78)) == (SIZE, folded(77).at(77), False)
    assert [agreed_size(size) for size in (0, 63, 64, 127, 128)] == [0, 0, 64, 64, 128]


@pytest.mark.requirement("R33")
def test_a_digest_that_differs_is_told_and_searched_to_the_first_entry(sketch: Sketch, south: Stater) -> None:
    book = Pictures()
    one = standing(book, south, south.note(64))
    assert (one.agrees, one.wrong, one.asks) == (64, False, 0)
    one = standing(book, south, south.note(128))
    assert (one.agrees, one.differs, one.asks) == (0, 128, 64), "a search starts from 0"
    assert "the two part between 0 and 128 entries" in one.words()
    asked = []
    while one.asks:
        asked.append(one.asks)
        one = standing(book, south, south.note(one.asks))
    assert one.first == 77
    assert len(asked) <= 7
    assert "the first entry that the two take differently is entry 77" in one.words()
    assert one.notes == [(78, south.note(78)), (77, south.note(77))], "which show it to anybody"
    assert book.hear(sketch.picture, OURS, south.note(192)) is None, "more of the same is no news"


@pytest.mark.requirement("R33")
def test_what_was_said_of_a_longer_log_is_judged_as_soon_as_we_have_it(sketch: Sketch, south: Stater) -> None:
    book, short = Pictures(), folded(100)
    for size in (192, 128):
        assert book.hear(sketch.picture, short, south.note(size)) is None
    assert not book.standings()
    assert book.reached(sketch.picture, short) == []
    ((before, now),) = book.reached(sketch.picture, OURS)
    assert (before.wrong, now.differs) == (False, 128)
    assert book.reached(sketch.picture, OURS) == []


@pytest.mark.requirement("R33")
def test_a_node_that_was_set_right_agrees_again_and_its_old_words_say_nothing(sketch: Sketch, south: Stater) -> None:
    book, right = Pictures(), Stater(sketch, "SOUTHLAND", OURS)
    one = standing(book, south, south.note(64 + 14), right.note(SIZE - 1))
    assert one.differs == 78, "what nobody agreed to state mends nothing"
    one = standing(book, south, right.note(192))
    assert (one.agrees, one.wrong) == (192, False)
    assert not standing(book, south, south.note(78), south.note(128)).wrong, "the host may say it again"
    assert standing(book, south, south.note(SIZE)).differs == SIZE


@pytest.mark.requirement("R33")
@pytest.mark.parametrize("third", [False, True], ids=["ours and another", "two others"])
def test_who_signs_two_pictures_of_one_size_is_shown_and_asked_no_more(south: Stater, third: bool) -> None:
    other = bytes(32) if third else OURS.at(100)
    one = standing(Pictures(), south, south.note(100), south.note(100, other), south.note(90))
    assert (one.broken, one.asks, one.first) == (100, 0, None)
    assert one.words() == (
        "SOUTHLAND has signed two pictures of 100 entries that no one log gives: its node or its key is wrong"
    )
    assert one.notes == [(100, south.note(100)), (100, south.note(100, other))]


@pytest.mark.requirement("R33")
def test_who_differs_below_what_it_agrees_to_is_shown_and_asked_no_more(south: Stater) -> None:
    one = standing(Pictures(), south, south.note(128), south.note(70), south.note(60, bytes(32)))
    assert (one.agrees, one.differs, one.broken, one.asks) == (70, 128, 60, 0)
    assert "of 60 and of 70 entries" in one.words()
    assert [size for size, _ in one.notes] == [128, 70, 60]


@pytest.mark.requirement("R33")
def test_only_a_live_picture_key_states_anything_and_only_of_this_log(sketch: Sketch, south: Stater) -> None:
    party = sketch.parties["SOUTHLAND"]
    for note, error in (
        (b"", Malformed), (b"x" * (STATEMENT_BYTES_MAX + 1), Malformed), (south.note(64)[:-1], Malformed),
        (south.note(64, signer=SigningKey(b"x" * 32)), Unverified),
        (south.note(64, signer=party.key("node")), Unverified),
        (south.note(64, signer=sketch.parties["NORTHLAND"].key("picture")), Unverified),
        (south.note(64, origin="caspia.example/other"), Unverified), (south.note(0, bytes(32)), Unverified),
        (south.note(64).replace(b"\n64\n", b"\n65\n"), Unverified),
    ):  # fmt: skip
        with pytest.raises(error):
            Pictures().hear(sketch.picture, OURS, note)


@pytest.mark.requirement("R33")
def test_a_key_that_ended_before_we_had_so_much_states_nothing(south: Stater) -> None:
    sketch = Sketch.founded(seed=5)
    book = Pictures()
    book.hear(sketch.picture, folded(100), south.note(STATED_EVERY * 2))
    key = sketch.parties["SOUTHLAND"].public("picture")
    sketch.send("SOUTHLAND", sketch.compose("revoke", "SOUTHLAND", public={"key": key, "since": 1}), use="recovery")
    assert book.reached(sketch.picture, OURS) == []
    assert not book.standings()
