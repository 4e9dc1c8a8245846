"""Golden logs of the fold's corners: items, answers, deadlines, clocks. `flips.txt` lists what they hold."""

from __future__ import annotations

from typing import Any

import msgspec

from tests.golden.foolish import (
    HOST,
    NORTH,
    RELEASE,
    SOUTH,
    WATCH,
    ZEROS,
    admit,
    again,
    change_host,
    clocks,
    founded,
    leaf_name,
    new,
    propose,
    say,
    settings,
    sign,
)
from wellclear.channel.composing import Chain, Composed, approve, link, subject
from wellclear.domain.agreement import HOUR_US, default_settings
from wellclear.domain.entry import Act
from wellclear.domain.names import ItemId
from wellclear.testing.sketch import SECOND_US, START_US, Sketch


def answers() -> Sketch:
    """Said twice, said by the wrong one, said of another version; what is listed, answered, and owed by whom."""
    sketch = founded(6, HOST, NORTH, SOUTH, four_eyes="no", keep_days=3)
    desk = "SOUTHLAND/OPS"
    one = new(sketch, NORTH, "notice", [desk, "NORTHLAND/AIR", "CASPIA/OPS"], RELEASE[:1], precedence="O")
    say(sketch, NORTH, "confirm", ["CASPIA/OPS"], subject=subject(one, 1), public={"desk": "CASPIA/OPS"})
    ack: dict[str, Any] = {"subject": subject(one, 1)}
    say(sketch, SOUTH, "ack", ["NORTHLAND/OPS"], (("W1", "watch_officer"), ("W2", "watch_officer")), **ack)
    say(sketch, SOUTH, "confirm", [desk], public={"desk": desk}, **ack)
    for seconds, kind in enumerate(("confirm", "confirm", "readback_wrong"), 1):
        clocks(sketch, CASPIA=seconds)
        sketch.now_us = START_US + seconds * SECOND_US
        say(sketch, NORTH, kind, [desk], public={"desk": desk}, **ack)
    clocks(sketch, CASPIA=9)
    sketch.advance(9)
    say(sketch, SOUTH, "ack", ["NORTHLAND/OPS"], (("W2", "watch_officer"),), **ack)
    for kind in ("readback_wrong", "confirm"):
        say(sketch, NORTH, kind, [desk], public={"desk": desk}, **ack)
    say(sketch, SOUTH, "passed_to_units", ["NORTHLAND/OPS"], **ack)
    clocks(sketch, CASPIA=30)
    sketch.advance(20)
    say(sketch, SOUTH, "passed_to_units", ["NORTHLAND/OPS"], keep_until="2026-11-25", **ack)
    new(sketch, NORTH, "message", [desk])
    listed = {"through": len(sketch.leaves) - 1, "not_opened": [{"index": len(sketch.leaves) - 1, "why": "late"}]}
    say(sketch, SOUTH, "receipt", public=listed)
    say(sketch, SOUTH, "receipt", public={"through": len(sketch.leaves) - 1})
    _versions(sketch, one)
    _lies(sketch)
    return sketch


def _versions(sketch: Sketch, one: str) -> None:
    desk, north = "SOUTHLAND/OPS", ["NORTHLAND/OPS"]
    for day in ("2026-02-30", "2026-11-17", "2026-11-18"):  # no day, yesterday, today
        new(sketch, NORTH, "message", [desk], keep_until=day)
    say(sketch, NORTH, "amend", [desk], subject=subject(one, 4), keep_until="2026-12-02")
    say(sketch, NORTH, "amend", [desk], subject=subject(one, 2), keep_until="2026-11-20", precedence="Z")
    cancel = say(sketch, NORTH, "cancel", [desk], subject=subject(one, 1))
    again(sketch, cancel, RELEASE)
    about: dict[str, Any] = {"code": "delay", "keep_until": "2026-11-29"}
    new(sketch, SOUTH, "request", north, subject=subject(one, 1), **about)
    asked = new(sketch, SOUTH, "request", north, subject=subject(one, 2), **about)
    say(sketch, HOST, "comply", [desk], subject=subject(asked, 1))
    say(sketch, NORTH, "comply", [desk], subject=subject(asked, 2), keep_until="2026-11-22")
    say(sketch, NORTH, "unable", [desk], subject=subject(asked, 1), code="technical")
    author = sketch.parties[NORTH]
    for counter in (2005, author.counter + 1, author.counter, 2004):
        say(sketch, NORTH, "message", [desk], id=str(ItemId(NORTH, counter)))


def deadlines() -> Sketch:
    """What is overdue at its very due, a moment later, when answered late, amended, and under which terms."""
    short = default_settings().deadlines
    sketch = founded(7, NORTH, SOUTH)
    desk = "SOUTHLAND/OPS"
    receipt_s, ack_s = short.receipt.O / SECOND_US, short.ack.O / SECOND_US
    one = new(sketch, NORTH, "notice", [desk], precedence="O")
    quick = msgspec.to_builtins(short)
    quick["receipt"]["O"], quick["ack"]["O"] = 10 * SECOND_US, 20 * SECOND_US
    public = {"do": "amend_agreement", "base": 1, "salt": ZEROS, "settings": settings(deadlines=quick)}
    sketch.joint(public)
    clocks(sketch, CASPIA=receipt_s / 2)
    sketch.now_us = START_US + round(receipt_s / 2) * SECOND_US
    two = new(sketch, NORTH, "notice", [desk], precedence="O")
    clocks(sketch, CASPIA=receipt_s - 1)
    sketch.now_us = START_US + round(receipt_s - 1) * SECOND_US
    say(sketch, SOUTH, "receipt", public={"through": len(sketch.leaves) - 1})
    new(sketch, NORTH, "message", [desk], precedence="Z", time_us=sketch.now_us - 30 * SECOND_US)
    due_s = receipt_s - 1 + 30
    clocks(sketch, CASPIA=due_s, NORTHLAND=due_s, SOUTHLAND=due_s + 0.001)
    clocks(sketch, CASPIA=due_s + 0.001)
    sketch.now_us = START_US + round(due_s + 1) * SECOND_US
    say(sketch, NORTH, "amend", [desk], subject=subject(two, 2), keep_until="2026-12-01", precedence="O")
    sketch.ack(SOUTH, two, 1)
    last_s = receipt_s - 1 + ack_s
    for at in (last_s - 0.5, last_s, last_s + 0.001):
        clocks(sketch, CASPIA=at, NORTHLAND=at)
    sketch.now_us = START_US + round(last_s + 1) * SECOND_US
    sketch.ack(SOUTH, one, 1)
    clocks(sketch, CASPIA=last_s + 100, NORTHLAND=last_s + 100)
    # a quiet hour: the clock starts at the host's latest claim, and at most a minute after the author's own
    clocks(sketch, CASPIA=last_s + 500)
    for ahead in (130, 450):
        new(sketch, NORTH, "message", [desk], time_us=START_US + round(last_s + ahead) * SECOND_US)
    return sketch


def hours() -> Sketch:
    """Whose claims count, what a restart forgets, when rules rise, how long an act is remembered."""
    sketch = founded(8, NORTH, SOUTH, clocks=["TRANSIA", "MISSION"], raise_rules_us=60 * SECOND_US)
    admit(sketch, "TRANSIA", "observer")
    admit(sketch, "MISSION", "agency")
    clocks(sketch, CASPIA=10, MISSION=900, TRANSIA=50, NORTHLAND=5, SOUTHLAND=7)
    clocks(sketch, CASPIA=6, TRANSIA=4)
    amend = {"do": "amend_agreement", "salt": ZEROS}
    shown = {"raise_rules_us": 60 * SECOND_US}
    clocks(sketch, TRANSIA=50)
    sketch.joint({**amend, "base": 1, "settings": settings(clocks=[], **shown)})
    clocks(sketch, TRANSIA=800, CASPIA=60)
    sketch.joint({**amend, "base": 2, "settings": settings(clocks=["TRANSIA", "MISSION"], **shown)})
    clocks(sketch, SOUTHLAND=20, TRANSIA=86_400)
    sketch.advance(40)
    sketch.joint({"do": "restart_clocks", "base": 3})
    clocks(sketch, NORTHLAND=45, SOUTHLAND=46)
    _remembered(sketch)
    for number in (1, 2, 3):
        propose(sketch, NORTH, "rules", rules=number)
        if number > 1:
            sign(sketch, leaf_name(sketch), NORTH, SOUTH)
    due = sketch.picture.next_rules
    assert due is not None
    at = (due[1] - START_US) / SECOND_US
    clocks(sketch, CASPIA=at - 0.001, NORTHLAND=at - 0.001, SOUTHLAND=at)
    clocks(sketch, CASPIA=at)
    say(sketch, NORTH, "safety", ["SOUTHLAND/OPS"], id=sketch.parties[NORTH].next_id(), code="cease")
    sketch.now_us = sketch.picture.now_us
    change_host(sketch, NORTH, [SOUTH], "old", said_us=sketch.now_us - HOUR_US - 1)  # however old, it names its place
    say(sketch, SOUTH, "safety", ["NORTHLAND/OPS"], id=sketch.parties[SOUTH].next_id(), code="cease")
    return sketch


def _remembered(sketch: Sketch) -> None:
    """An act is stale after an hour; one said before the hour's turn is remembered still, a proposal no more."""
    hour_us = sketch.now_us - sketch.now_us % HOUR_US + HOUR_US
    desk = ["SOUTHLAND/OPS"]

    def at(minutes: float) -> None:
        sketch.now_us = hour_us + round(minutes * 60) * SECOND_US
        seconds = (sketch.now_us - START_US) / SECOND_US
        clocks(sketch, CASPIA=seconds)

    at(50)
    said = say(sketch, NORTH, "message", desk, id=sketch.parties[NORTH].next_id())
    old = say(sketch, NORTH, "propose", public={"do": "restart_clocks", "base": 3})
    at(70)
    again(sketch, said, WATCH)
    head = (("head_of_delegation", "head_of_delegation"),)
    again(sketch, old, head)
    name = sketch.parties[NORTH].next_id()
    at(110)
    say(sketch, NORTH, "message", desk, id=name, said_us=hour_us + 50 * 60 * SECOND_US)  # just an hour ago
    say(sketch, NORTH, "message", desk, id=name, said_us=hour_us + 50 * 60 * SECOND_US - 1)
    at(125)
    again(sketch, old, head)


def _lies(sketch: Sketch) -> None:
    """Envelopes that lie, desks and rules that there are none of, and an approval too many."""
    desk, north = ["SOUTHLAND/OPS"], sketch.parties[NORTH]
    named: dict[str, Any] = {"public": {"key": north.public("standby"), "use": "standby"}}
    say(sketch, NORTH, "add_key", use="recovery", **named)
    north.chains["standby"] = Chain(4, bytes(32))
    say(sketch, NORTH, "takeover", use="standby")
    chain = north.chains["node"]
    ahead = Act(
        rules=1, party=NORTH, kind="time", to=[], precedence="P", said=sketch.now_us, parts=[], channel=sketch.channel
    )
    sketch.log(_linked(sketch, ahead, chain, 1))
    new(sketch, NORTH, "message", desk, desk="NORTHLAND/NONE")
    new(sketch, NORTH, "message", desk, rules=2)
    new(sketch, NORTH, "notice", desk, by=(*RELEASE, ("W1", "release_authority")))
    composed = Composed(say(sketch, NORTH, "message", desk, by=(), id=north.next_id()), ())
    sketch.send(NORTH, composed, [approve(composed.act, sketch.parties[SOUTH].key("W1"), "watch_officer")])
    for forked in (Chain(north.chains["node"].seq, bytes(32)), north.chains["node"]):
        sketch.log(_linked(sketch, ahead, forked))
        ahead = msgspec.structs.replace(ahead, party=SOUTH)


def _linked(sketch: Sketch, act: Act, chain: Chain, ahead: int = 0) -> bytes:
    """By NORTHLAND's node, wherever the chain says."""
    seen = (len(sketch.leaves) + ahead, sketch.tree.root(len(sketch.leaves)))
    return link(act, [], sketch.parties[NORTH].key("node"), chain, seen, sketch.now_us)


def units_before() -> Sketch:
    """How long before the start units are to know: it may be absent, and is a period where it stands."""
    sketch = founded(41, HOST, NORTH, SOUTH)
    day_us = 24 * HOUR_US
    bases = ((1, 5_000_000), (2, 366 * day_us))
    for base, good in bases:
        for bad in (4_999_999, 366 * day_us + 1, "3600000000", 0):
            wrong = {**settings(), "passed_before_us": bad}
            propose(sketch, NORTH, "amend_agreement", base=base, salt=ZEROS, settings=wrong)
        agreed = {**settings(), "passed_before_us": good}
        sketch.joint({"do": "amend_agreement", "base": base, "salt": ZEROS, "settings": agreed})
    sketch.joint({"do": "amend_agreement", "base": 3, "salt": ZEROS, "settings": settings()})
    return sketch


CORNERS = {"answers": answers, "deadlines": deadlines, "hours": hours, "units_before": units_before}
