"""Which clock messages of a log are routine, and the sentence of each.

Most of a quiet log is `time`: two clocks say that nothing has happened. A timeline leaves those out of its sentences.
It tells every one at which something became overdue or new rules began, and every one that speaks of a clock which is
apart from the others or went back. It blames no clock: of two that differ, the log cannot say which one is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wellclear.domain.entry import Entry
from wellclear.domain.measures import moment, took
from wellclear.picture.picture import Picture, Step

CLOCK_APART_US = 30_000_000
"""An author's clock that is farther from the picture's time, or from the next clock that spoke, is told."""


@dataclass(frozen=True, slots=True)
class ClockMessage:
    """One `time` entry in words, and whether a timeline may leave it out."""

    text: str
    details: tuple[str, ...]
    facts: Mapping[str, object]
    routine: bool


class ClockReader:
    """Reads the claims of a log in its order, and remembers each party's last clock message until another one spoke."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[int, int]] = {}

    def contradicted(self, entry: Entry) -> list[tuple[int, str]]:
        """Earlier clock messages that a clock's new claim is far behind, by index, each with the words to add."""
        party, claim_us = entry.act.party, entry.link.time
        self._last.pop(party, None)
        after = f"After it {party}'s clock said {moment(claim_us)}."
        return [(index, after) for index, said_us in self._last.values() if said_us - claim_us > CLOCK_APART_US]

    def read(self, entry: Entry, before: Picture, step: Step, *, rang: bool) -> ClockMessage:
        """Tell a `time` entry that stands; `rang`: something became overdue at it. Ask `contradicted` first."""
        party, claim_us, now_us = entry.act.party, entry.link.time, step.picture.now_us
        self._last[party] = before.size, claim_us
        details = []
        if rang:
            details.append("With it the picture's time had passed what is told above as due.")
        if step.picture.rules != before.rules:
            details.append(f"From here on rules {step.picture.rules} are in force.")
        own_us = before.claims.get(party) or claim_us
        if before.now_us - claim_us > CLOCK_APART_US:
            details.append("By then the picture's time was later than this clock's.")
        if own_us - claim_us > CLOCK_APART_US:
            details.append(f"This clock went back: it had said {moment(own_us)} before.")
        routine = not details and all(change.row is None for change in step.changes)
        facts = {"party": party, "claim_us": claim_us, "from_us": before.now_us, "to_us": now_us}
        text = f"{party}'s clock said {moment(claim_us)}; {_moved(before.now_us, now_us)}."
        return ClockMessage(text, tuple(details), facts, routine)


def _moved(from_us: int, to_us: int) -> str:
    if from_us == to_us:
        return "the picture's time stayed where it was"
    step_us = to_us - from_us
    return f"the picture's time moved on by {took(step_us) if step_us >= 1_000_000 else 'less than a second'}"
