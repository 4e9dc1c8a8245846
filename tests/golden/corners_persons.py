"""Golden log of persons who are away: whose word counts meanwhile, in which role, and who is a deputy until when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from tests.golden.foolish import HOST, NORTH, SOUTH, founded, say
from wellclear.testing.sketch import SECOND_US, Sketch

DESK = f"{SOUTH}/OPS"
HOUR_US = 3_600 * SECOND_US


def put(sketch: Sketch, by: Any = None, **away: Any) -> None:
    """NORTHLAND's roster, with these times away; by the recovery key, or by administrators."""
    public = msgspec.to_builtins(sketch.parties[NORTH].roster())
    for row in public["persons"]:
        if row["person"] in away:
            row["away"] = away[row["person"]]
    say(sketch, NORTH, "roster", by=by, use="recovery" if by is None else "node", public=public)


def speak(sketch: Sketch) -> None:
    """Notices, messages and safety of NORTHLAND, by everybody who might."""
    north = sketch.parties[NORTH]
    for drafter, releaser in (("W1", "R1"), ("W1", "W2"), ("R1", "W2"), ("W2", "W2"), ("W2", "R1"), ("A1", "R1")):
        by = ((drafter, "drafter"), (releaser, "release_authority"))
        say(sketch, NORTH, "notice", [DESK], id=north.next_id(), keep_until="2026-12-01", by=by)
    for person in ("W1", "W2", "R1", "A1"):
        watch = ((person, "watch_officer"),)
        say(sketch, NORTH, "message", [DESK], id=north.next_id(), by=watch)
        say(sketch, NORTH, "safety", [DESK], id=north.next_id(), by=watch, code="cease")


def move(sketch: Sketch, to_us: int) -> None:
    """Now is at a moment, to the microsecond: all clocks say it."""
    sketch.now_us = to_us
    for party in (HOST, NORTH, SOUTH):
        sketch.time(party)


def away() -> Sketch:
    """R1 and A1 are away for an hour with deputies, then nobody; what does not fit on a roster."""
    sketch = founded(21, HOST, NORTH, SOUTH)
    begins_us = sketch.now_us + HOUR_US
    hour = {"start_us": begins_us, "end_us": begins_us + HOUR_US}
    for wrong in (
        {"start_us": begins_us, "end_us": begins_us}, {**hour, "deputy": "W9"}, {**hour, "deputy": "R1"},
    ):  # fmt: skip
        put(sketch, R1=wrong)
    put(sketch, R1={**hour, "deputy": "W2"}, A1={**hour, "deputy": "W1"}, W1={**hour, "end_us": begins_us + 1})
    for moment_us in (begins_us - 1, begins_us, begins_us + 1, begins_us + HOUR_US - 1, begins_us + HOUR_US):
        move(sketch, moment_us)
        speak(sketch)
    move(sketch, begins_us + HOUR_US + SECOND_US)
    again_us = sketch.now_us + HOUR_US
    put(sketch, A1={"start_us": sketch.now_us, "end_us": again_us, "deputy": "W1"})
    for pair in (("A1", "A2"), ("W1", "A2"), ("A2", "W1")):
        put(sketch, by=tuple((person, "administrator") for person in pair))
    put(sketch, W1={"start_us": 0, "end_us": again_us, "deputy": "W2"}, R1={"start_us": 0, "end_us": again_us})
    speak(sketch)
    put(sketch, R1={"start_us": 0, "end_us": again_us, "deputy": "W2"}, W2={"start_us": 0, "end_us": again_us})
    speak(sketch)
    put(sketch)
    speak(sketch)
    return sketch


CORNERS: dict[str, Callable[[], Sketch]] = {"away": away}
