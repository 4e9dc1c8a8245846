"""Who is who in a random channel: rosters with desks and leave, keys given and revoked; right, and some spoiled."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from tests.vectors.second.wire import b64

if TYPE_CHECKING:
    from tests.properties.picture.channels import Draft, RandomChannel, Row

HOUR = 3_600_000_000
ZEROS = b64(bytes(32))
PERSONS = {
    "W1": ["watch_officer"], "W2": ["watch_officer"], "R1": ["release_authority", "watch_officer"],
    "R2": ["release_authority"], "A1": ["administrator"], "A2": ["administrator", "watch_officer"],
}  # fmt: skip


def rostered(channel: RandomChannel, kind: str, party: str) -> Draft:
    """A roster, by whichever key may say it."""
    return roster(channel, party, channel.random.choice(["recovery", "recovery", "node"]))


def roster(channel: RandomChannel, party: str, by: str) -> Draft:
    """Persons with old and new keys, and desks; `by` is the use of the key that links it."""
    random = channel.random
    rows = channel.second.rows["person"]
    persons = []
    for handle, roles in PERSONS.items():
        old = rows.get(f"{party}/{handle}", {}).get("key")
        if old and channel.maybe(0.1):
            continue
        key = old if old and channel.maybe(0.8) else channel.key(party + handle if channel.maybe(0.6) else "").public
        key = random.choice(list(channel.keys)) if channel.maybe(0.02) else key
        odd = [roles + roles, ["drafter"], roles[::-1], ["administrator", "watch_officer", "release_authority"]]
        said = random.choice(odd) if channel.maybe(0.05) else roles
        persons.append({"person": "W1" if channel.maybe(0.02) else handle, "key": key, "roles": said})
        persons[-1] |= _away(channel, party, handle)
    if channel.maybe(0.3):
        random.shuffle(persons)
    ops, air = {"desk": f"{party}/OPS", "stands_in": f"{party}/AIR"}, {"desk": f"{party}/AIR"}
    sea, other = {"desk": f"{party}/SEA", "stands_in": f"{party}/SEA"}, {**ops, "stands_in": "NORTHLAND/OPS"}
    desks = (
        random.choice([[air], [ops, air, sea], [other], [ops], [], [air, air]]) if channel.maybe(0.05) else [ops, air]
    )
    approvals = channel.persons(party, "administrator", 2) if by == "node" else []
    return channel.act("roster", party, public={"desks": desks, "persons": persons}), channel.node(party, by), approvals


def _away(channel: RandomChannel, party: str, handle: str) -> Row:
    """Now and then a time away, with a deputy; by dice of its own, so that nothing else falls otherwise."""
    random = Random(f"{channel.seed} {channel.time} {handle}")
    if f"{party}/{handle}" not in channel.second.rows["person"] or random.random() > 0.1:
        return {}
    start = max(0, channel.second.now + random.choice([-HOUR, 0, HOUR]))
    deputy = {"deputy": random.choice([*PERSONS, *PERSONS, "X9"])} if random.random() < 0.6 else {}
    return {"away": {"start_us": start, "end_us": start + random.choice([0, *[HOUR, 2 * HOUR] * 6]), **deputy}}


def keyed(channel: RandomChannel, kind: str, party: str) -> Draft:
    """A new key of the party, by its recovery key or by two administrators; now and then one that is taken."""
    uses = ["standby", "standby", "standby", "recovery", "head_of_delegation", "cosigner", "picture", "sealing"]
    taken, use = channel.random.choice([*channel.keys, ZEROS]), channel.random.choice(uses)
    said = {"key": taken if channel.maybe(0.05) else channel.public(use), "use": use}
    if channel.maybe(0.4):
        return channel.act(kind, party, public=said), channel.node(party, "recovery"), []
    return channel.act(kind, party, public=said), channel.node(party), channel.persons(party, "administrator", 2)


def revoked(channel: RandomChannel, kind: str, party: str) -> Draft:
    """One of the party's keys, lost some entries ago."""
    random, rare = channel.random, ("log", "sequencer", "recovery")
    rows = channel.second.rows["key"].items()
    keys = [key for key, row in rows if row["party"] == party and (row["use"] not in rare or channel.maybe(0.15))]
    since = max(0, len(channel.leaves) - random.choice([0, 5, 20, 60, 1000]))
    said = {"key": random.choice(keys or [ZEROS]), "since": since}
    return channel.act(kind, party, public=said), channel.node(party, "recovery"), []
