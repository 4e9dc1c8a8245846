"""Golden log of records: asked, replied to, declared, amended and called off, also by those who may not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.golden.foolish import HOST, NORTH, SOUTH, founded, new, say
from wellclear.channel.composing import subject
from wellclear.testing.sketch import Sketch

NORTH_OPS, SOUTH_OPS, HOST_OPS = f"{NORTH}/OPS", f"{SOUTH}/OPS", f"{HOST}/OPS"


def later(sketch: Sketch, seconds: float) -> None:
    """So much later, by all clocks."""
    sketch.advance(seconds)
    for party in (HOST, NORTH, SOUTH):
        sketch.time(party)


def records() -> Sketch:
    """A track query with replies of every sort; whom a desk speaks for, in two versions; a declaration."""
    sketch = founded(22, HOST, NORTH, SOUTH)
    asked = new(sketch, NORTH, "track_query", [SOUTH_OPS, HOST_OPS], keep_until="2026-12-05")
    later(sketch, 40)
    reply: dict[str, Any] = {"subject": subject(asked, 1)}
    say(sketch, NORTH, "track_reply", [SOUTH_OPS], **reply)  # nobody asked it
    say(sketch, SOUTH, "track_reply", [NORTH_OPS], subject=subject(asked, 2))
    say(sketch, SOUTH, "track_reply", [NORTH_OPS], **reply)  # an acknowledgement too
    later(sketch, 5)
    say(sketch, SOUTH, "track_reply", [NORTH_OPS], **reply)  # it knows more now
    say(sketch, SOUTH, "ack", [NORTH_OPS], **reply)
    say(sketch, HOST, "ack", [NORTH_OPS], **reply)
    later(sketch, 5)
    say(sketch, HOST, "track_reply", [NORTH_OPS], **reply)  # the first acknowledgement stays
    say(sketch, NORTH, "cancel", [SOUTH_OPS], **reply)  # a question cannot be called off
    say(sketch, NORTH, "amend", [SOUTH_OPS], subject=subject(asked, 2), keep_until="2026-12-01")
    new(sketch, NORTH, "authority_scope", [SOUTH_OPS])  # until when?
    scope = new(sketch, NORTH, "authority_scope", [SOUTH_OPS, HOST_OPS], keep_until="2026-12-01")
    say(sketch, SOUTH, "amend", [NORTH_OPS], subject=subject(scope, 2), keep_until="2026-12-02")
    say(sketch, NORTH, "amend", [SOUTH_OPS], subject=subject(scope, 2), keep_until="2026-12-02")
    say(sketch, NORTH, "complete", [SOUTH_OPS], subject=subject(scope, 2))
    say(sketch, SOUTH, "track_reply", [NORTH_OPS], subject=subject(scope, 2))
    say(sketch, NORTH, "disclose", [SOUTH_OPS], subject=subject(scope, 2))
    say(sketch, NORTH, "cancel", [SOUTH_OPS], subject=subject(scope, 1))
    say(sketch, NORTH, "cancel", [SOUTH_OPS], subject=subject(scope, 2))
    said = new(sketch, SOUTH, "intent", [NORTH_OPS])
    say(sketch, NORTH, "ack", [SOUTH_OPS], subject=subject(said, 1))
    say(sketch, SOUTH, "amend", [NORTH_OPS], subject=subject(said, 2), keep_until="2026-12-01")
    later(sketch, 400)
    return sketch


CORNERS: dict[str, Callable[[], Sketch]] = {"records": records}
