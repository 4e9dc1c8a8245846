"""Every parser before bytes that nobody meant: only errors of ours, shown to people, and one spelling of what it takes.

More of the same, for as long as you like: `make fuzz PARSER=leaf SECONDS=600` (docs/fuzzing.md).
"""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.mutations import spoilt
from tests.fuzz.parser import Parser, hold
from tests.fuzz.parsers import PARSERS
from tests.house.sources import ROOT

CORPUS = ROOT / "tests" / "fuzz" / "corpus"
NAMES = sorted(PARSERS)


@pytest.mark.parametrize("name", NAMES)
def test_sound_bytes_are_accepted(name: str) -> None:
    """A seed that is refused at the first byte would test nothing behind it."""
    parser = PARSERS[name]
    sound = parser.seeds()
    assert sound
    assert any(hold(parser, raw) for raw in sound) or name in NEVER_WHOLE


NEVER_WHOLE = {"heard_note", "key", "founding", "error_answer", "host_refuses"}
"""They prove more than a seed can show, or tell an error by their nature."""


@pytest.mark.parametrize("name", NAMES)
def test_what_was_found_once_stays_harmless(name: str) -> None:
    for path in sorted((CORPUS / name).glob("*")):
        hold(PARSERS[name], path.read_bytes())


@pytest.mark.parametrize("name", NAMES)
def test_no_bytes_end_in_anything_but_our_errors(name: str) -> None:
    parser = PARSERS[name]
    _fuzz(parser, 25 if parser.slow else 80)


def _fuzz(parser: Parser, examples: int) -> None:
    sound = parser.seeds()

    @settings(max_examples=examples)
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        if parser.turn is not None and data.draw(st.booleans()):
            hold(parser, parser.turn(data.draw(st.sampled_from(sound)), Random(data.draw(st.integers(0, 2**32)))))
        else:
            hold(parser, data.draw(spoilt(sound, parser.most)))

    holds()
