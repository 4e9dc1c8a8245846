"""How a statement stands, in words: for whom each sentence waits, and that agreed is not published (R38, N6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from wellclear.apps.figures import listed, words
from wellclear.domain.statements import Statement
from wellclear.picture.view_statements import StatementStanding

UNPUBLISHED: Final = "Nothing is published by it; people release what is agreed."
_STATES: Final = {
    "agreed": "Agreed: every party has signed every sentence.",
    "proposed": "Proposed: not every party has signed every sentence.",
    "called_off": "Called off by its author.",
    "sealed": "Its text is not open here.",
}


def standing_words(standing: StatementStanding) -> str:
    """The state in a sentence; a refusal names who refuses."""
    if standing.state != "refused":
        return _STATES[standing.state]
    refusing = [one.party for one in standing.signers if one.agrees is False]
    return f"Refused by {listed(refusing)}: not agreed."


def statement_lines(text: Statement, standing: StatementStanding) -> list[str]:
    """The outcome, each sentence in every language with whom it waits for, and how all of it stands."""
    lines = [f"Outcome: {words(text.outcome)}{_waiting(standing.outcome)}"]
    for number, sentence in enumerate(text.sentences, 1):
        waits = _waiting(standing.waits_for[number - 1])
        lines += [f"{number}. ({one.language}) {one.text}" for one in sentence.words[:1]]
        lines += [f"   ({one.language}) {one.text}" for one in sentence.words[1:]]
        lines[-1] += waits
    unread = [one.party for one in standing.signers if one.unread]
    lines += [f"What {listed(unread)} said of it is not open here."] if unread else []
    return [*lines, standing_words(standing)]


def _waiting(parties: Sequence[str]) -> str:
    return f"  [waits for {listed(list(parties))}]" if parties else "  [signed by all]"
