"""Records and replies of a random channel: what parties say of the ground and of each other, right and wrong."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tests.properties.picture.channels import Draft, RandomChannel

REPLIES: Final = {
    "account": "incident", "statement_sign": "statement", "track_reply": "track_query", "zone_reply": "zone",
}  # fmt: skip
WEIGHTS: Final = {
    "track_query": 4, "track_reply": 5, "authority_scope": 3, "intent": 2, "red_line": 2, "zone": 4, "zone_reply": 5,
    "consent": 3, "incident": 3, "account": 4, "series": 1, "report": 1, "statement": 3, "statement_sign": 4,
}  # fmt: skip
NAMES_A_DAY: Final = ("authority_scope", "red_line", "zone")
CHANGING: Final = ("authority_scope", "red_line", "statement", "zone")


def said(channel: RandomChannel, kind: str, party: str) -> Draft:
    """A new record; consent mostly of whoever may say it."""
    nations = [name for name, row in channel.second.rows["party"].items() if "host_nation" in row["roles"]]
    party = channel.random.choice(nations) if kind == "consent" and nations and channel.maybe(0.8) else party
    members = channel.to() | channel.kept(1 if kind in NAMES_A_DAY else 0.3)
    members |= {"keep_until": "2028-01-01"} if kind == "zone" and channel.maybe(0.1) else {}
    members |= {"id": channel.id(party), "desk": channel.desk(party)}
    approvals = channel.persons(party, "watch_officer") if kind == "track_query" else channel.releasers(party)
    return channel.act(kind, party, **members), channel.node(party), approvals


def replied(channel: RandomChannel, kind: str, party: str) -> Draft:
    """A reply: from one of the desks that the record is for, from its author's, or from another one."""
    random = channel.random
    name, version = channel.item(REPLIES[kind], party, own=False)
    row: dict[str, Any] = channel.second.rows["item"].get(name, {"to": [f"{party}/OPS"], "desk": f"{party}/OPS"})
    desk = random.choice([*row["to"], row["desk"]]) if channel.maybe(0.85) else channel.desk(party)
    party = desk.partition("/")[0]
    members = channel.to() | channel.kept(0.3) | {"subject": {"id": name, "version": version + channel.maybe(0.05)}}
    by = {
        "track_reply": partial(channel.persons, party, "watch_officer"),
        "statement_sign": partial(channel.heads, party),
    }
    approvals = by.get(kind, partial(channel.releasers, party))()
    return channel.act(kind, party, **members, desk=desk), channel.node(party), approvals
