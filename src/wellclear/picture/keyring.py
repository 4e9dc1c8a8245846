"""A party's own keys, desks and persons: roster, added, revoked and taken-over keys (protocol, "Keys")."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import UNSET

from wellclear.domain.entry import Entry
from wellclear.domain.kinds import AddKey, Away, Revoke, Roster, RosterPerson, public_of
from wellclear.domain.names import party_of_desk
from wellclear.domain.reasons import Reason
from wellclear.picture.epochs import end_epochs_of
from wellclear.picture.picture import Draft
from wellclear.picture.registration import end_key, keys_fault, live_keys, register
from wellclear.picture.rows import DeskRow, KeyRow, PersonRow

PERSON_ROLES = frozenset({"administrator", "watch_officer", "release_authority"})
"""What a roster can make of a person. A drafter has one of the last two; a head of delegation has a key of its own."""


def roster(draft: Draft, entry: Entry) -> None:
    """roster: the party's desks and persons, whole; a key that is on it no more is live no more."""
    body = public_of(entry.act)
    assert isinstance(body, Roster), "public_of has seen it"
    party = entry.act.party
    fault = _roster_fault(draft, party, body)
    if fault is not None:
        draft.remark(*fault)
        return
    for desk, old in sorted(draft.read("desks").items()):
        if old.party == party and desk not in {row.desk for row in body.desks}:
            draft.drop("desk", desk)
    for row in body.desks:
        draft.put("desk", row.desk, DeskRow(party=party, stands_in=row.stands_in))
    _put_persons(draft, entry, party, body.persons)
    _put_deputies(draft, party, body.persons)


def _roster_fault(draft: Draft, party: str, body: Roster) -> tuple[Reason, str] | None:
    desks = [row.desk for row in body.desks]
    named = [*desks, *(row.stands_in for row in body.desks if row.stands_in is not UNSET)]
    stranger = next((desk for desk in named if party_of_desk(desk) != party), None)
    if stranger is not None:
        return Reason.NOT_YOUR_DESK, stranger
    persons, keys = [row.person for row in body.persons], [row.key for row in body.persons]
    if any(len(set(names)) != len(names) for names in (desks, persons, keys)):
        return Reason.BAD_FIELDS, "each desk, person and key once"
    if any(row.stands_in is not UNSET and row.stands_in not in desks for row in body.desks):
        return Reason.UNKNOWN_DESK, "a desk that stands in must be on the roster"
    for row in body.persons:
        if not set(row.roles) <= PERSON_ROLES:
            return Reason.BAD_FIELDS, f"{row.person}: roles are {', '.join(sorted(PERSON_ROLES))}"
        if row.away is not UNSET and not _away_fits(row.away, row.person, persons):
            return Reason.BAD_FIELDS, f"{row.person}: away until after it began, with another person as deputy"
        known: KeyRow | None = draft.read("keys").get(row.key)
        same = known is not None and known.person == f"{party}/{row.person}" and known.state != "revoked"
        if known is not None and not same:
            return Reason.KEY_TAKEN, f"{row.person}: {row.key}"
    return keys_fault(draft.before, party, [("person", key) for key in keys if key not in draft.before.keys])


def _away_fits(away: Away, person: str, persons: list[str]) -> bool:
    deputy = away.deputy
    return away.start_us < away.end_us and (deputy is UNSET or (deputy in persons and deputy != person))


def _put_deputies(draft: Draft, party: str, persons: Iterable[RosterPerson]) -> None:
    stands_for: dict[str, list[str]] = {}
    for row in persons:
        if row.away is not UNSET and row.away.deputy is not UNSET:
            stands_for.setdefault(f"{party}/{row.away.deputy}", []).append(f"{party}/{row.person}")
    deputies = draft.read("deputies")
    for name in [name for name in draft.before.deputies if name.startswith(f"{party}/")]:
        deputies = deputies.remove(name)
    for name, others in stands_for.items():
        deputies = deputies.insert(name, tuple(others))
    draft.write("deputies", deputies)


def _put_persons(draft: Draft, entry: Entry, party: str, persons: Iterable[RosterPerson]) -> None:
    on_roster = {row.key: row for row in persons}
    for key, old in list(live_keys(draft, party, "person")):
        if key not in on_roster and old.person is not UNSET:
            end_key(draft, key, "replaced")
            draft.drop("person", old.person)
    for rank, (key, row) in enumerate(on_roster.items()):
        name = f"{party}/{row.person}"
        known: KeyRow | None = draft.read("keys").get(key)
        if known is None:
            register(draft, key, party, "person", name)
            draft.write("added_by", draft.read("added_by").insert(key, entry.link.key))
        elif known.state == "replaced":
            draft.put("key", key, msgspec.structs.replace(known, state="live", since=draft.index, until=UNSET))
        draft.put("person", name, PersonRow(key=key, roles=list(row.roles), rank=rank, away=row.away))


def add_key(draft: Draft, entry: Entry) -> None:
    """add_key: a further key of the party; one of the same use that is not a standby is replaced."""
    body = public_of(entry.act)
    assert isinstance(body, AddKey), "public_of has seen it"
    party = entry.act.party
    fault = keys_fault(draft.before, party, [(body.use, body.key)])
    if fault is not None:
        draft.remark(*fault)
        return
    before = [key for key, _ in live_keys(draft, party, body.use)]
    register(draft, body.key, party, body.use)
    draft.write("added_by", draft.read("added_by").insert(body.key, entry.link.key))
    if body.use != "standby":
        for key in before:
            end_key(draft, key, "replaced")
    if body.use == "sealing":
        end_epochs_of(draft, party)


def takeover(draft: Draft, entry: Entry) -> None:
    """takeover: the standby key that links this entry is the node's key from the next index on."""
    for key, _ in list(live_keys(draft, entry.act.party, "node")):
        end_key(draft, key, "replaced")
    mine: KeyRow = draft.read("keys")[entry.link.key]
    draft.put("key", entry.link.key, msgspec.structs.replace(mine, use="node", since=draft.index))


def revoke(draft: Draft, entry: Entry) -> None:
    """revoke: a key of the own party ends at the next index, and with it what it has added since an index."""
    body = public_of(entry.act)
    assert isinstance(body, Revoke), "public_of has seen it"
    row: KeyRow | None = draft.read("keys").get(body.key)
    if row is None or row.party != entry.act.party:
        draft.remark(Reason.UNKNOWN_KEY, body.key)
        return
    if row.state == "revoked":
        draft.remark(Reason.KEY_NOT_LIVE, body.key)
        return
    _revoke(draft, body.key)
    added_by = draft.read("added_by")
    for key in sorted(draft.read("keys_of")[row.party]):
        added: KeyRow = draft.read("keys")[key]
        if added_by.get(key) == body.key and added.since >= body.since and added.state != "revoked":
            _revoke(draft, key)


def _revoke(draft: Draft, key: str) -> None:
    row: KeyRow = draft.read("keys")[key]
    end_key(draft, key, "revoked")
    if row.use == "sealing":
        end_epochs_of(draft, row.party)
    if row.person is not UNSET:
        person = draft.read("persons").get(row.person)
        if person is not None and person.key == key:
            draft.drop("person", row.person)
