"""Golden logs of the fold's corners: founding, joint acts, hosts, keys. `flips.txt` lists what they hold."""

from __future__ import annotations

from typing import Any

import msgspec

from tests.golden.foolish import (
    ADMINISTRATORS,
    CLEAR,
    HOST,
    NORTH,
    PART,
    SOUTH,
    THREE,
    ZEROS,
    admit,
    change_host,
    clocks,
    enrol,
    founded,
    named,
    new,
    propose,
    say,
    settings,
    sign,
)
from wellclear.channel.composing import Composed
from wellclear.domain.canonical import b64
from wellclear.testing.sketch import Sketch, SketchParty


def members() -> Sketch:
    """A real channel: who may propose, sign, come, leave, become host; what became impossible meanwhile."""
    sketch = founded(9, exercise=False)
    for do, said in (("remove", {"remove": NORTH}), ("remove", {"remove": HOST})):
        propose(sketch, SOUTH, do, **said)
    propose(sketch, HOST, "restart_clocks")
    propose(sketch, NORTH, "restart_clocks", base=0)
    guest = admit(sketch, "TRANSIA", "principal", "host_nation")
    card = msgspec.to_builtins(SketchParty("MISSION", ("agency",), 9).card())
    propose(sketch, NORTH, "admit", admit={**card, "roles": ["host"]})
    first, second = (propose(sketch, party, "admit", admit=card) for party in (NORTH, SOUTH))
    sign(sketch, first, SOUTH, "TRANSIA")
    sketch.advance(1)
    sign(sketch, first, SOUTH)
    sign(sketch, first, NORTH, base=0)
    sign(sketch, second, SOUTH, NORTH)
    sign(sketch, first, NORTH)
    sign(sketch, second, "TRANSIA")
    sign(sketch, propose(sketch, NORTH, "remove", remove="TRANSIA"), SOUTH)
    change_host(sketch, HOST, [NORTH], "short")
    change_host(sketch, HOST, [NORTH, SOUTH, "TRANSIA"], "own")
    clocks(sketch, SOUTHLAND=20)  # the new host has claimed more
    sign(sketch, next(name for name, row in sketch.picture.proposals.items() if row.do == "remove"), NORTH)
    again_with_other_keys = msgspec.to_builtins(SketchParty("TRANSIA", guest.roles, 99).card())
    propose(sketch, NORTH, "admit", admit=again_with_other_keys)
    _hosts(sketch)
    say(sketch, HOST, "withdraw")
    for later in range(9):
        propose(sketch, SOUTH, "restart_clocks", said_us=sketch.now_us + later)
    say(sketch, SOUTH, "withdraw")
    change_host(sketch, NORTH, [], "closed")
    change_host(sketch, HOST, [NORTH], "closed")
    sketch.advance(5)
    say(sketch, HOST, "time", use="sequencer own")
    return sketch


def _hosts(sketch: Sketch) -> None:
    """Nobody becomes host so; and approvals that are none. Nothing in clear is sent in a real channel."""
    change_host(sketch, NORTH, [SOUTH], "clear", parts=[CLEAR])
    change_host(sketch, NORTH, [SOUTH], "size", size=3)
    change_host(sketch, NORTH, [SOUTH], "key", use="sequencer stolen")
    change_host(sketch, "TRANSIA", [NORTH, SOUTH], "left")
    change_host(sketch, NORTH, [NORTH, SOUTH], "other", by=SOUTH)
    propose(sketch, SOUTH, "restart_clocks", parts=[CLEAR])
    public = {"do": "restart_clocks", "base": 1}
    said = say(sketch, SOUTH, "propose", (), (("node", "head_of_delegation"),), public=public)
    other = Composed(msgspec.structs.replace(said, precedence="Z"), ())
    head = ("head_of_delegation", "head_of_delegation")
    sketch.send(SOUTH, Composed(said, ()), sketch.approved(other, head))


def keys() -> Sketch:
    """Keys that come back or must not, what a revoked one takes with it, and who may link and approve what."""
    sketch = founded(10)
    enrol(sketch, NORTH, ("W1", "A1", "A2"))
    north = sketch.parties[NORTH]
    for use in ("picture2", "picture3"):  # the node's key adds them; the first is replaced by the second
        added = {"key": north.public(use), "use": "picture"}
        say(sketch, NORTH, "add_key", by=ADMINISTRATORS, public=added)
    say(sketch, NORTH, "add_key", by=(ADMINISTRATORS[0],) * 2, public={"key": north.public("x"), "use": "standby"})
    since = len(sketch.leaves)
    say(sketch, NORTH, "add_key", by=ADMINISTRATORS, public={"key": north.public("standby"), "use": "standby"})
    for key in (north.public("picture2"), ZEROS):
        say(sketch, NORTH, "add_key", use="recovery", public={"key": key, "use": "standby"})
    say(sketch, NORTH, "message", ["SOUTHLAND/OPS"], id=north.next_id(), use="recovery")
    node = north.public("node")
    say(sketch, NORTH, "takeover", use="standby")
    added = {"key": north.public("standby2"), "use": "standby"}
    say(sketch, NORTH, "add_key", use="standby", by=ADMINISTRATORS, public=added)
    say(sketch, NORTH, "revoke", use="recovery", public={"key": node, "since": since})
    say(sketch, NORTH, "revoke", use="recovery", public={"key": north.public("picture2"), "since": 0})
    sketch.advance(1)
    say(sketch, NORTH, "takeover", use="standby2")
    _rosters(sketch)
    _revoked_ended(sketch)
    return sketch


def _rosters(sketch: Sketch) -> None:
    """SOUTHLAND's roster, over and over."""
    south = sketch.parties[SOUTH]
    whole = msgspec.to_builtins(south.roster())
    whole["persons"] = whole["persons"][:3]

    def put(**persons: Any) -> None:
        desks = persons.pop("desks", whole["desks"])
        rows = [row | persons.get(row["person"], {}) for row in whole["persons"]]
        public = {"desks": desks, "persons": [row for row in rows if "gone" not in row]}
        say(sketch, SOUTH, "roster", use="recovery", public=public)

    w1, w2 = {"key": south.public("W1")}, {"key": south.public("W2")}
    put(W1={"key": south.public("W1b")}, R1={"roles": ["watch_officer", "release_authority"]})
    put(W2={"gone": True})
    put(W1=w2, W2={"gone": True})  # another person's
    put(W1=w1, W2={"gone": True}, desks=whole["desks"][1:])
    put(desks=[{"desk": "SOUTHLAND/SEA", "stands_in": "SOUTHLAND/NONE"}])
    say(sketch, SOUTH, "revoke", use="recovery", public={"key": south.public("W1"), "since": 0})
    put(W1=w1)
    put(W1={"gone": True})
    new(sketch, NORTH, "message", ["SOUTHLAND/OPS"], by=(), use="standby2")


def _revoked_ended(sketch: Sketch) -> None:
    """What the recovery key of CASPIA has added goes with it, what had ended before as well."""
    caspia = sketch.parties[HOST]
    for use in ("picture2", "picture3"):
        say(sketch, HOST, "add_key", use="recovery", public={"key": caspia.public(use), "use": "picture"})
    second_head = {"key": caspia.public("head2"), "use": "head_of_delegation"}
    say(sketch, HOST, "add_key", use="recovery", public=second_head)
    say(sketch, HOST, "withdraw")  # by the head whose key was replaced
    say(sketch, HOST, "revoke", use="recovery", public={"key": caspia.public("recovery"), "since": 0})


def one_principal() -> Sketch:
    """A genesis that founds nothing, for one principal makes no channel."""
    return named(14, {HOST: ("host",), NORTH: ("principal",)})


def two_hosts() -> Sketch:
    """A genesis that founds nothing, for two parties would be host."""
    return named(15, {**THREE, NORTH: ("principal", "host")})


def other_terms() -> Sketch:
    """Founding proposals over settings, and over articles, that the genesis does not commit to."""
    sketch = named(16, THREE)
    agreed = msgspec.to_builtins(sketch.settings)
    salt = b64(sketch.salt_of_settings)
    propose(sketch, NORTH, "amend_agreement", salt=salt, settings=settings(keep_days=8))
    propose(sketch, NORTH, "amend_agreement", salt=salt, settings=agreed, parts=[PART])
    return sketch


CORNERS = {
    "members": members, "keys": keys, "one_principal": one_principal, "two_hosts": two_hosts,
    "other_terms": other_terms,
}  # fmt: skip
