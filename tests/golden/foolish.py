"""What golden logs of the fold's corners are made with: acts as they come, right or foolish, without parts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET

from wellclear.channel.composing import Composed, approve
from wellclear.domain.agreement import default_settings
from wellclear.domain.canonical import b64
from wellclear.domain.entry import RULES_MAX, Act, PartRef
from wellclear.domain.kinds import PartyRole
from wellclear.testing.sketch import SECOND_US, START_US, Sketch, SketchParty

By = Sequence[tuple[str, str]]
RELEASE = (("R1", "release_authority"), ("W1", "drafter"))
WATCH = (("W1", "watch_officer"),)
ADMINISTRATORS = (("A1", "administrator"), ("A2", "administrator"))
BY: dict[str, By] = {
    "notice": RELEASE, "amend": RELEASE, "cancel": RELEASE, "takeover": ADMINISTRATORS, "receipt": (), "time": (),
    "add_key": (), "revoke": (), "roster": (), "epoch": (), "finding": (), "disclose": RELEASE,
    "authority_scope": RELEASE, "intent": RELEASE, "red_line": RELEASE, "zone": RELEASE, "zone_reply": RELEASE,
    "consent": RELEASE, "incident": RELEASE, "account": RELEASE, "series": RELEASE, "report": RELEASE,
    "statement": RELEASE,
}  # fmt: skip
HEADED = ("propose", "sign_agreement", "withdraw", "statement_sign")
NO_DESK = {*HEADED[:3], "host_change", "takeover", "add_key", "revoke", "roster", "epoch", "time", "receipt", "finding"}
NORTH, SOUTH, HOST = "NORTHLAND", "SOUTHLAND", "CASPIA"
PART = PartRef(commit=b64(bytes(32)), enc="none")
ZEROS = b64(bytes(32))
CLEAR = PartRef(commit=ZEROS, enc="none", sha=ZEROS, to=[SOUTH])
Roles = dict[str, tuple[PartyRole, ...]]
THREE: Roles = {HOST: ("host",), NORTH: ("principal",), SOUTH: ("principal",)}
SETTINGS = msgspec.structs.replace(default_settings(), minima=[], lead_times=[])


def say(
    sketch: Sketch, party: str, kind: str, to: Sequence[str] = (), by: By | None = None, *, use: str = "node",
    time_us: int | None = None, said_us: int | None = None, sender: str | None = None, **members: Any,
) -> Act:  # fmt: skip
    """Any act, foolish ones as well; without `by`, approved as its kind asks. A `sender` is whose key links it."""
    act = Act(
        rules=members.pop("rules", RULES_MAX), party=party, kind=kind, to=list(to),
        precedence=members.pop("precedence", "P"), said=sketch.now_us if said_us is None else said_us,
        parts=members.pop("parts", []), channel=sketch.channel,
        desk=members.pop("desk", UNSET if kind in NO_DESK else f"{party}/OPS"), **members,
    )  # fmt: skip
    if by is None:
        by = (("head_of_delegation", "head_of_delegation"),) if kind in HEADED else BY.get(kind, WATCH)
    composed = Composed(act, tuple(b"" for _ in act.parts))
    sketch.send(sender or party, composed, sketch.approved(composed, *by), use=use, time_us=time_us)
    return act


def again(sketch: Sketch, act: Act, by: By) -> None:
    """The very same act and approvals, linked once more."""
    composed = Composed(act, ())
    sketch.send(act.party, composed, sketch.approved(composed, *by))


def new(sketch: Sketch, party: str, kind: str, to: Sequence[str], by: By | None = None, **members: Any) -> str:
    """What has an id of its own."""
    if kind == "notice":
        members.setdefault("keep_until", "2026-12-01")
    name = sketch.parties[party].next_id()
    say(sketch, party, kind, to, by, id=name, **members)
    return name


def leaf_name(sketch: Sketch) -> str:
    """The newest leaf's hash, as proposals are named."""
    return b64(hashlib.sha256(b"\x00" + sketch.leaves[-1]).digest())


def propose(sketch: Sketch, party: str, do: str, **said: Any) -> str:
    members = {name: said.pop(name) for name in ("parts", "said_us") if name in said}
    public = {"do": do, "base": said.pop("base", sketch.picture.agreement), **said}
    say(sketch, party, "propose", public=public, **members)
    return leaf_name(sketch)


def sign(sketch: Sketch, proposal: str, *parties: str, base: int | None = None) -> None:
    for party in parties:
        public = {"proposal": proposal, "base": sketch.picture.agreement if base is None else base}
        say(sketch, party, "sign_agreement", public=public)


def settings(**changed: Any) -> dict[str, Any]:
    made: dict[str, Any] = msgspec.to_builtins(msgspec.structs.replace(SETTINGS, **changed))
    return made


def clocks(sketch: Sketch, **seconds: float) -> None:
    """Claims, in this order, in seconds from the start."""
    for party, at in seconds.items():
        use = "sequencer" if party == sketch.host else "node"
        say(sketch, party, "time", use=use, time_us=START_US + round(at * SECOND_US))


def admit(sketch: Sketch, name: str, *roles: Any) -> SketchParty:
    guest = sketch.party(name, *roles)
    sketch.joint({"do": "admit", "base": sketch.picture.agreement, "admit": msgspec.to_builtins(guest.card())})
    return guest


def change_host(sketch: Sketch, party: str, heads: Sequence[str], mark: str, **members: Any) -> None:
    """A change of host, linked by a sequencer key that the mark names, or by another (`use`), in any name (`by`)."""
    author = sketch.parties[party]
    size = len(sketch.leaves)
    host = {"party": party, "origin": f"{mark}.example/x", "log": author.public(f"log {mark}")}
    public = {"size": members.pop("size", size), "root": b64(sketch.tree.root(size)), "host": host}
    host["sequencer"] = author.public(f"sequencer {mark}")
    use = members.pop("use", f"sequencer {mark}")
    act = Act(
        rules=RULES_MAX, party=members.pop("by", party), kind="host_change", to=[], precedence="P",
        said=members.pop("said_us", sketch.now_us), parts=members.pop("parts", []), channel=sketch.channel,
        public=public, **members,
    )  # fmt: skip
    role = "head_of_delegation"
    approvals = [approve(act, sketch.parties[head].key(role), "head_of_delegation") for head in heads]
    composed = Composed(act, tuple(b"" for _ in act.parts))
    sketch.send(party, composed, approvals, use=use, time_us=sketch.now_us + 40 * SECOND_US)


def named(seed: int, roles: Roles, *, exercise: bool = True, **changed: Any) -> Sketch:
    """A genesis that names these parties, and nothing after it."""
    made = msgspec.structs.replace(SETTINGS, **changed)
    sketch = Sketch(seed=seed, exercise=exercise, settings=made)
    for name, its in roles.items():
        sketch.party(name, *its)
    sketch.genesis()
    return sketch


def founded(seed: int, *rosters: str, **changed: Any) -> Sketch:
    """Two principals and a host, of whom only some have a roster."""
    sketch = named(seed, THREE, **changed)
    sketch.agree()
    for name in rosters:
        enrol(sketch, name, ("W1", "W2", "R1"))
    return sketch


def enrol(sketch: Sketch, party: str, persons: Sequence[str]) -> None:
    """A roster of only these."""
    public = msgspec.to_builtins(sketch.parties[party].roster())
    public["persons"] = [row for row in public["persons"] if row["person"] in persons]
    say(sketch, party, "roster", use="recovery", public=public)
