"""Golden log of records: asked, replied to, declared, amended and called off, also by those who may not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.golden.foolish import HOST, NORTH, RELEASE, SOUTH, THREE, enrol, founded, named, new, say
from wellclear.channel.composing import subject
from wellclear.testing.sketch import SECOND_US, Sketch

LAST_DAY_OF_A_ZONE, A_DAY_TOO_LONG = "2027-02-16", "2027-02-17"
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


def treaty() -> Sketch:
    """Red lines, zones with what others say of them, consent, an incident with accounts, a statement and signatures."""
    sketch = named(23, {**THREE, HOST: ("host", "host_nation")})
    sketch.agree()
    for name in (HOST, NORTH, SOUTH):
        enrol(sketch, name, ("W1", "W2", "R1"))
    new(sketch, SOUTH, "red_line", [NORTH_OPS])  # until when?
    line = new(sketch, SOUTH, "red_line", [NORTH_OPS], keep_until="2027-11-01")
    say(sketch, NORTH, "ack", [SOUTH_OPS], subject=subject(line, 1))
    say(sketch, SOUTH, "amend", [NORTH_OPS], subject=subject(line, 2), keep_until="2027-11-02")
    say(sketch, SOUTH, "cancel", [NORTH_OPS], subject=subject(line, 2))
    new(sketch, NORTH, "zone", [SOUTH_OPS])  # until when?
    new(sketch, NORTH, "zone", [SOUTH_OPS], keep_until=LAST_DAY_OF_A_ZONE)
    new(sketch, NORTH, "zone", [SOUTH_OPS], keep_until=A_DAY_TOO_LONG)
    zone = new(sketch, NORTH, "zone", [SOUTH_OPS, HOST_OPS], keep_until="2026-12-01")
    position: dict[str, Any] = {"subject": subject(zone, 1)}
    say(sketch, NORTH, "zone_reply", [SOUTH_OPS], **position)  # its own
    say(sketch, SOUTH, "zone_reply", [NORTH_OPS], by=(("W1", "watch_officer"),), **position)  # not a watch officer's
    say(sketch, SOUTH, "zone_reply", [NORTH_OPS], **position)
    say(sketch, HOST, "ack", [NORTH_OPS], **position)
    say(sketch, HOST, "zone_reply", [NORTH_OPS], **position)
    say(sketch, HOST, "zone_reply", [NORTH_OPS], subject=subject(line, 2))
    say(sketch, NORTH, "amend", [SOUTH_OPS], subject=subject(zone, 2), keep_until="2027-11-01")
    say(sketch, NORTH, "amend", [SOUTH_OPS], subject=subject(zone, 2), keep_until="2026-12-24")
    later(sketch, 5)
    say(sketch, SOUTH, "zone_reply", [NORTH_OPS], **position)  # of the version before
    about = new(sketch, NORTH, "notice", [SOUTH_OPS])
    new(sketch, NORTH, "consent", [SOUTH_OPS])
    say(sketch, HOST, "time", use="sequencer", time_us=sketch.now_us + 30 * SECOND_US)  # late: its node linked before
    new(sketch, HOST, "consent", [NORTH_OPS])
    event = new(sketch, SOUTH, "incident", [NORTH_OPS])
    told: dict[str, Any] = {"subject": subject(event, 1)}
    say(sketch, SOUTH, "account", [NORTH_OPS], **told)  # the author tells too
    say(sketch, NORTH, "account", [SOUTH_OPS], **told)
    say(sketch, HOST, "account", [SOUTH_OPS], **told)  # nobody told it
    say(sketch, NORTH, "account", [SOUTH_OPS], subject=subject(about, 1))
    say(sketch, SOUTH, "amend", [NORTH_OPS], subject=subject(event, 2), keep_until="2026-12-24")
    new(sketch, NORTH, "series", [SOUTH_OPS])
    new(sketch, NORTH, "report", [SOUTH_OPS])
    text = new(sketch, NORTH, "statement", [SOUTH_OPS])
    say(sketch, NORTH, "statement_sign", [SOUTH_OPS], subject=subject(text, 1))
    say(sketch, SOUTH, "statement_sign", [NORTH_OPS], by=RELEASE, subject=subject(text, 1))
    say(sketch, SOUTH, "statement_sign", [NORTH_OPS], subject=subject(text, 1))
    say(sketch, NORTH, "amend", [SOUTH_OPS], subject=subject(text, 2), keep_until="2026-12-24")
    later(sketch, 5)
    say(sketch, SOUTH, "statement_sign", [NORTH_OPS], subject=subject(text, 1))
    say(sketch, SOUTH, "statement_sign", [NORTH_OPS], subject=subject(text, 2))
    say(sketch, NORTH, "cancel", [SOUTH_OPS], subject=subject(text, 2))
    later(sketch, 400)
    return sketch


CORNERS: dict[str, Callable[[], Sketch]] = {"records": records, "treaty": treaty}
