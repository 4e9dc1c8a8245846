"""Two folds that differ from index k are told exactly k, and a liar makes nobody ask without bound."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.channel.stating import Stater, folded
from wellclear.channel.pictures import STATED_EVERY, Pictures, agreed_size
from wellclear.log.merkle import HASH_BYTES
from wellclear.testing.sketch import Sketch


@cache
def sketch() -> Sketch:
    return Sketch.founded(seed=5)


@pytest.mark.requirement("R33")
@given(st.data())
def test_two_folds_that_differ_from_an_index_are_told_exactly_that_index(data: st.DataObject) -> None:
    size = data.draw(st.integers(STATED_EVERY, 1_000), "size")
    index = data.draw(st.integers(0, agreed_size(size) - 1), "index")
    ours, south = folded(size), Stater(sketch(), "SOUTHLAND", folded(size, index))
    book, asked = Pictures(), 0
    for agreed in range(STATED_EVERY, size + 1, STATED_EVERY):
        book.hear(sketch().picture, ours, south.note(agreed))
    (one,) = book.standings()
    assert one.wrong
    while one.asks:
        asked += 1
        book.hear(sketch().picture, ours, south.note(one.asks))
        (one,) = book.standings()
    assert one.first == index
    assert asked <= size.bit_length()


@pytest.mark.requirement("R33")
@given(st.lists(st.tuples(st.integers(1, 300), st.sampled_from(["ours", "theirs", "junk"])), max_size=60))
def test_whatever_a_party_states_the_search_narrows_or_ends(said: list[tuple[int, str]]) -> None:
    ours, south = folded(300), Stater(sketch(), "SOUTHLAND", folded(300, 150))
    words: dict[str, Callable[[int], bytes]] = {
        "ours": ours.at, "theirs": south.digests.at, "junk": lambda size: bytes([size % 7]) * HASH_BYTES,
    }  # fmt: skip
    book = Pictures()
    for size, which in said:
        changed = book.hear(sketch().picture, ours, south.note(size, words[which](size)))
        if changed is None:
            continue
        before, now = changed
        assert now.agrees < now.differs or not now.differs
        assert now.agrees < now.asks < now.differs or not now.asks
        if before.wrong and now.wrong and not now.broken:
            assert now.differs - now.agrees < before.differs - before.agrees
        if now.wrong:
            assert now.words()
