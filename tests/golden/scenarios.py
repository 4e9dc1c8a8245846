"""The golden logs: small channels, each from one seed, that together use every kind and every rule of the fold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from tests.golden import (
    corners,
    corners_channel,
    corners_cosigners,
    corners_epochs,
    corners_guests,
    corners_persons,
    corners_records,
)
from wellclear.channel.composing import Told, approve, subject
from wellclear.domain.agreement import DAY_US, default_settings
from wellclear.domain.canonical import b64
from wellclear.domain.kinds import HostCard
from wellclear.domain.parts import Difference, FindingRow, Findings, Group, ReadbackRow, ReadbackWrong, RequestDetails
from wellclear.domain.parts import Units as UnitsGroup
from wellclear.testing.sketch import START_US, Sketch, circle

AREA = [circle(34.55, 38.30, 5_000)]
OTHER = [circle(34.60, 38.20, 8_000)]
ROW = ReadbackRow(lat_e7=345_500_000, lon_e7=383_000_000, lower_mm=0, upper_mm=10_000_000, start_us=START_US)


def say(sketch: Sketch, party: str, kind: str, to: list[str], groups: list[Group], **members: Any) -> None:
    """Any act of a desk, by the approvals that its kind asks for."""
    readers = tuple(sorted({desk.partition("/")[0] for desk in to}))
    told = [Told(group, readers, sketch.salt(group.group)) for group in groups]
    composed = sketch.compose(kind, party, desk=f"{party}/OPS", to=to, told=told, **members)
    released = kind in ("notice", "amend", "cancel")
    sketch.send(party, composed, sketch.released(composed) if released else sketch.watched(composed))


def ordinary() -> Sketch:
    """A day at two desks: notices, receipts, read-backs, an amendment, a request, a safety message, the ends."""
    sketch = Sketch.founded(seed=1)
    north, south = ["NORTHLAND/OPS"], ["SOUTHLAND/OPS"]
    one, _ = sketch.announce("NORTHLAND", south, AREA)
    sketch.advance(4)
    sketch.time("CASPIA")
    sketch.receipt("SOUTHLAND")
    sketch.advance(100)
    sketch.ack("SOUTHLAND", one, rows=[ROW])
    sketch.answer("NORTHLAND", "confirm", one, public={"desk": "SOUTHLAND/OPS"})
    say(sketch, "SOUTHLAND", "passed_to_units", north, [UnitsGroup(group="units", echelon="battery", at_us=START_US)],
        subject=subject(one, 1))  # fmt: skip
    two, _ = sketch.announce("SOUTHLAND", [*north, "CASPIA/OPS"], OTHER, category="drone", precedence="O")
    finding = FindingRow(
        a=one, a_version=1, b=two, b_version=1, verdict="conflict", lateral_mm=0, vertical_mm=0, time_us=0,
        start_us=START_US, end_us=START_US + 1, lat_e7=345_600_000, lon_e7=382_500_000,
    )  # fmt: skip
    composed = sketch.compose(
        "finding", "NORTHLAND", to=south,
        told=sketch.told([Findings(group="finding", engine="reference/1", agreement=1, rows=[finding])], ["SOUTHLAND"]),
    )  # fmt: skip
    sketch.send("NORTHLAND", composed)
    details: list[Group] = [RequestDetails(group="request", datum="AMSL", lower_mm=0, upper_mm=3_000_000)]
    asked = sketch.parties["NORTHLAND"].next_id()
    say(sketch, "NORTHLAND", "request", south, details, subject=subject(two, 1), id=asked, code="altitude")
    sketch.receipt("SOUTHLAND")
    say(sketch, "SOUTHLAND", "comply", north, [], subject=subject(asked, 1))
    say(sketch, "SOUTHLAND", "amend", [*north, "CASPIA/OPS"], sketch.notice_groups(OTHER, "drone"),
        subject=subject(two, 2), precedence="O", keep_until="2026-12-02")  # fmt: skip
    sketch.ack("NORTHLAND", two, 1)  # kept in the row of the version that it names
    sketch.ack("NORTHLAND", two, 2, rows=[ROW])
    wrong = Difference(volume=0, field="position", said="34.6000 N", read="34.5500 N")
    say(sketch, "SOUTHLAND", "readback_wrong", north, [ReadbackWrong(group="readback_wrong", differences=[wrong])],
        subject=subject(two, 2), public={"desk": "NORTHLAND/OPS"})  # fmt: skip
    sketch.advance(20)
    sketch.ack("NORTHLAND", two, 2, rows=[ROW])
    sketch.answer("SOUTHLAND", "confirm", two, 2, public={"desk": "NORTHLAND/OPS"})
    cease, _ = sketch.safety("SOUTHLAND", ["NORTHLAND/OPS", "NORTHLAND/AIR", "CASPIA/OPS"])
    sketch.ack("NORTHLAND", cease)
    unread = {"through": len(sketch.leaves) - 1, "not_opened": [{"index": 18, "why": "part_unreadable"}]}
    sketch.send("NORTHLAND", sketch.compose("receipt", "NORTHLAND", public=unread))
    sketch.receipt("NORTHLAND")
    sketch.message("NORTHLAND", south, "Good night from all of us.")
    sketch.answer("NORTHLAND", "complete", one)
    sketch.answer("SOUTHLAND", "cancel", two, 2)
    for party in sketch.parties:
        sketch.receipt(party)
    return sketch


def membership() -> Sketch:
    """Who is on the line: admitted, removed, keys that come and go, another host, closed."""
    sketch = Sketch.founded(seed=2, clocks=["TRANSIA"])
    guest = sketch.party("TRANSIA", "observer", "principal")
    sketch.joint({"do": "admit", "base": 1, "admit": msgspec.to_builtins(guest.card())})
    sketch.enrol("TRANSIA")
    north, south = sketch.parties["NORTHLAND"], sketch.parties["SOUTHLAND"]
    for key, use in (("standby", "standby"), ("standby2", "standby"), ("picture2", "picture")):
        sketch.send("NORTHLAND", sketch.compose("add_key", "NORTHLAND", public={"key": north.public(key), "use": use}),
                    use="recovery")  # fmt: skip
    takeover = sketch.compose("takeover", "NORTHLAND")
    sketch.send("NORTHLAND", takeover, sketch.approved(takeover, ("A1", "administrator"), ("A2", "administrator")),
                use="standby")  # fmt: skip
    sketch.time("NORTHLAND")  # the old node key: no longer live
    since = len(sketch.leaves)
    roster = msgspec.to_builtins(south.roster())
    roster["persons"][0]["key"] = south.public("W1b")
    changed = sketch.compose("roster", "SOUTHLAND", public=roster)
    sketch.send("SOUTHLAND", changed, sketch.approved(changed, ("A1", "administrator"), ("A2", "administrator")))
    revoke = {"key": south.public("node"), "since": since}
    sketch.send("SOUTHLAND", sketch.compose("revoke", "SOUTHLAND", public=revoke), use="recovery")
    sketch.time("SOUTHLAND")
    spare = {"key": south.public("standby"), "use": "standby"}
    sketch.send("SOUTHLAND", sketch.compose("add_key", "SOUTHLAND", public=spare), use="recovery")
    takeover = sketch.compose("takeover", "SOUTHLAND")
    sketch.send("SOUTHLAND", takeover, sketch.approved(takeover, ("A1", "administrator"), ("A2", "administrator")),
                use="standby")  # fmt: skip
    _host_change(sketch, "NORTHLAND", ["SOUTHLAND", "TRANSIA"])
    sketch.time("CASPIA")
    return sketch


def _host_change(sketch: Sketch, party: str, others: list[str]) -> None:
    author = sketch.parties[party]
    card = HostCard(
        party=party, origin="north.example/sketch", log=author.public("log2"), sequencer=author.public("s2")
    )
    root = b64(sketch.tree.root(len(sketch.leaves)))
    public = {"size": len(sketch.leaves), "root": root, "host": msgspec.to_builtins(card)}
    act = sketch.compose("host_change", party, public=public)
    heads = [approve(act.act, sketch.parties[name].key("head_of_delegation"), "head_of_delegation") for name in others]
    sketch.send(party, act, heads, use="s2")


def ballots() -> Sketch:
    """Joint acts: clocks, an amended agreement that voids the open ones, a withdrawal that closes the channel."""
    sketch = Sketch.founded(seed=3)
    sketch.send("SOUTHLAND", *sketch.by_head("SOUTHLAND", "propose", {"do": "restart_clocks", "base": 1}))
    settings = msgspec.to_builtins(msgspec.structs.replace(default_settings(), keep_days=2, four_eyes="no"))
    sketch.joint({"do": "amend_agreement", "base": 1, "settings": settings, "salt": b64(bytes(32))})
    sketch.announce("NORTHLAND", ["SOUTHLAND/OPS"], AREA)
    for party in ("CASPIA", "SOUTHLAND"):  # two false claims of the future
        composed = sketch.compose("time", party)
        use = "sequencer" if party == "CASPIA" else "node"
        sketch.send(party, composed, use=use, time_us=START_US + 300 * DAY_US)
    sketch.safety("NORTHLAND", ["SOUTHLAND/OPS"])
    sketch.joint({"do": "restart_clocks", "base": 2})
    sketch.safety("NORTHLAND", ["SOUTHLAND/OPS"])
    sketch.send("SOUTHLAND", *sketch.by_head("SOUTHLAND", "withdraw"))
    sketch.announce("NORTHLAND", ["CASPIA/OPS"], AREA)
    sketch.safety("NORTHLAND", ["CASPIA/OPS"])
    return sketch


def days() -> Sketch:
    """Days go by: what is kept how long, and a clock that jumps over several days at once."""
    sketch = Sketch.founded(seed=4, keep_days=2)
    sketch.joint({"do": "rules", "base": 1, "rules": 2})  # in force seven days later, which this software lacks
    one, _ = sketch.announce("NORTHLAND", ["SOUTHLAND/OPS"], AREA, keep_until="2026-11-20")
    sketch.announce("SOUTHLAND", ["NORTHLAND/OPS"], OTHER, keep_until="2026-11-19")
    sketch.safety("SOUTHLAND", ["NORTHLAND/OPS"])
    sketch.announce("NORTHLAND", ["SOUTHLAND/OPS"], AREA, keep_until="2026-11-01")
    say(sketch, "NORTHLAND", "amend", ["SOUTHLAND/OPS"], sketch.notice_groups(AREA), subject=subject(one, 2),
        keep_until="2026-11-23")  # fmt: skip
    for days_on in (0.2, 1, 1, 4, 1):
        sketch.advance(days_on * 86_400)
        for party in sketch.parties:
            sketch.time(party)
        sketch.receipt("SOUTHLAND")
    sketch.announce("NORTHLAND", ["SOUTHLAND/OPS"], AREA)
    return sketch


def hostile() -> Sketch:
    """What should never be logged, and what is foolish: every line of it is a remark, or moves nothing."""
    sketch = Sketch.founded(seed=5)
    for raw in (b"", b"\x00\xff", b"{}\n{}\n", sketch.leaves[3], sketch.leaves[-1][:-1]):
        sketch.log(raw)
    changed = bytearray(sketch.leaves[5])
    changed[-20] ^= 1
    sketch.log(bytes(changed))
    one, _ = sketch.announce("NORTHLAND", ["SOUTHLAND/OPS"], AREA)
    sketch.log(sketch.leaves[-1])
    sketch.ack("SOUTHLAND", one)
    sketch.ack("SOUTHLAND", one)
    say(sketch, "SOUTHLAND", "cancel", ["NORTHLAND/OPS"], [], subject=subject(one, 1))
    say(sketch, "NORTHLAND", "cancel", ["SOUTHLAND/OPS"], [], subject=subject(one, 2))
    say(sketch, "NORTHLAND", "complete", ["SOUTHLAND/NONE"], [], subject=subject(one, 1))
    say(sketch, "NORTHLAND", "complete", ["SOUTHLAND/OPS"], [], subject=subject(one, 1))
    groups = sketch.told(sketch.notice_groups(AREA), ["SOUTHLAND"])
    composed = sketch.compose(
        "notice", "NORTHLAND", desk="NORTHLAND/OPS", to=["SOUTHLAND/OPS", "CASPIA/OPS"],
        id=sketch.parties["NORTHLAND"].next_id(), keep_until="2026-12-01", told=groups,
    )  # fmt: skip
    alone = sketch.approved(composed, ("R1", "drafter"), ("R1", "release_authority"))
    for approvals in ([], alone, sketch.released(composed)[1:], sketch.released(composed), sketch.released(composed)):
        sketch.send("NORTHLAND", composed, approvals)
    stolen = sketch.compose("safety", "SOUTHLAND", desk="SOUTHLAND/OPS", to=["NORTHLAND/OPS"], code="cease", id=one)
    sketch.send("SOUTHLAND", stolen, sketch.watched(stolen))
    sketch.send("NORTHLAND", sketch.compose("receipt", "NORTHLAND", public={"through": len(sketch.leaves)}))
    return sketch


SCENARIOS: dict[str, Callable[[], Sketch]] = {
    "ordinary": ordinary, "membership": membership, "ballots": ballots, "days": days, "hostile": hostile,
    **corners.CORNERS, **corners_channel.CORNERS, **corners_epochs.CORNERS, **corners_persons.CORNERS,
    **corners_cosigners.CORNERS, **corners_records.CORNERS, **corners_guests.CORNERS,
}  # fmt: skip
