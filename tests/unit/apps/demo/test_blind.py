"""The search by which the demo shows that its host is blind must itself see."""

from __future__ import annotations

import base64

from hypothesis import given
from hypothesis import strategies as st

from wellclear.apps.demo.blind import found_in, words_of
from wellclear.apps.demo.scenario import PALMYRA, read_scenario

NOW_US = 1_795_000_000_000_000
WORDS = st.text(min_size=6, max_size=40)


def words() -> list[str]:
    scenario = read_scenario(PALMYRA)
    return words_of(scenario.unanswered.form(NOW_US).groups(), scenario.settings())


def test_what_is_looked_for_is_what_the_notice_says_and_no_more() -> None:
    assert {"NORTHLAND duty officer", "air transport", "351180000", "367110000"} <= set(words())
    settings = str(read_scenario(PALMYRA).settings())
    assert not [word for word in words() if word in settings]
    assert "volume" not in words(), "the name of a group stands on every board"


@given(word=WORDS, before=st.binary(max_size=40), after=st.binary(max_size=40))
def test_a_word_is_found_however_it_is_spelled(word: str, before: bytes, after: bytes) -> None:
    whole = before + word.encode() + after
    spelled = (whole, whole.hex().encode(), whole.hex().upper().encode(), base64.b64encode(whole))
    for number, raw in enumerate(spelled):
        assert found_in([word], {"a piece": raw}) == [f"{word!r} in a piece"], number


def test_sealed_bytes_hold_none_of_them() -> None:
    assert found_in(words(), {"a part": bytes(range(256)) * 64}) == []
