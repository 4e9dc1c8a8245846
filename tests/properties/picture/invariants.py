"""What must hold of every step and every picture, checked with none of the fold's own machinery."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import msgspec
from msgspec import UNSET

from wellclear.domain import canonical
from wellclear.domain.logged import Logged
from wellclear.domain.reasons import Reason
from wellclear.picture.fold import envelope_fault
from wellclear.picture.membership import OPEN_PROPOSALS_MAX
from wellclear.picture.picture import TABLES, Picture, Step
from wellclear.picture.registration import KEYS_MAX


def plain(value: object) -> Any:
    return msgspec.to_builtins(value)


def check_step(before: Picture, logged: Logged, step: Step) -> None:
    """Everything that can be said of one step from what went in and what came out."""
    after = step.picture
    assert after.size == before.size + 1 == logged.index + 1
    assert all(remark.index == logged.index and remark.reason in Reason for remark in step.remarks)
    _check_digest(before, step, logged.index)
    _check_changes(before, step)
    if envelope_fault(before, logged) is not None:
        kept = msgspec.structs.replace(after, size=before.size, digest=before.digest, channel=before.channel)
        assert kept == before and step.changes == () and len(step.remarks) == 1
    restarted = any(
        change.table == "proposal"
        and plain(change.row)["do"] == "restart_clocks"
        and plain(change.row)["state"] == "done"
        for change in step.changes
    )
    assert after.now_us >= before.now_us or restarted, "now goes back by ballot only"


def _check_digest(before: Picture, step: Step, index: int) -> None:
    """The digest follows from what the step says has changed, and from nothing else."""
    ordered = sorted(step.changes, key=lambda change: (change.table, change.id))
    rows = [[change.table, change.id, *([] if change.row is None else [plain(change.row)])] for change in ordered]
    spelled = json.dumps(rows, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    start = before.digest
    if not start:
        start = hashlib.sha256(b"wellclear/picture/1\n" + step.picture.channel.encode()).digest()
    numbers = index.to_bytes(8, "big") + step.picture.now_us.to_bytes(8, "big")
    assert step.picture.digest == hashlib.sha256(start + numbers + spelled).digest()


def _check_changes(before: Picture, step: Step) -> None:
    """The changes are exactly what leads from one set of tables to the other."""
    changed: dict[str, dict[str, object]] = {table: {} for table in TABLES}
    for change in step.changes:
        assert change.id not in changed[change.table], "each row once"
        changed[change.table][change.id] = change.row
        if change.row is not None:
            canonical.check_value(plain(change.row))
    for table, field in TABLES.items():
        old, new = getattr(before, field), getattr(step.picture, field)
        if not changed[table]:
            assert new is old or new == old
            continue
        expected = dict(old.items()) | changed[table]
        assert dict(new.items()) == {id_: row for id_, row in expected.items() if row is not None}


def check_picture(picture: Picture) -> None:
    """Everything that can be said of one picture."""
    _check_receipts(picture)
    _check_items(picture)
    _check_members(picture)
    _check_epochs(picture)
    _check_proposals(picture)


def _check_receipts(picture: Picture) -> None:
    open_rows: dict[str, set[int]] = {}
    for name, row in picture.owed.items():
        index, _, party = name.partition("/")
        assert (row.received_us is UNSET) == (row.ack_start_us is UNSET)
        assert row.terms in picture.settings
        if row.received_us is UNSET:
            open_rows.setdefault(party, set()).add(int(index))
    assert open_rows == {party: set(indices) for party, indices in picture.waiting.items() if len(indices)}
    arrivals = 0
    for party, (first, end) in picture.queues.items():
        queue = [picture.arrivals[party, place] for place in range(first, end)]
        unopened = picture.unopened.get(party) or ()
        assert queue == sorted(set(queue)) and len(unopened) <= 256
        assert open_rows.get(party, set()) <= {*queue, *unopened}
        arrivals += len(queue)
    assert arrivals == len(picture.arrivals)


def _check_items(picture: Picture) -> None:
    kept = [place for day in picture.days for place in picture.days[day]]
    assert len(set(kept)) == len(kept), "each row waits for one day"
    assert {id_ for table, id_ in kept if table == "item"} == set(picture.items)
    assert {id_ for table, id_ in kept if table == "owed"} == set(picture.owed)
    assert {id_ for table, id_ in kept if table == "answer"} == set(picture.answers)
    for name, row in picture.answers.items():
        item_id, version, desk = name.split("/", 2)
        item = picture.items[item_id]
        assert 1 <= int(version) <= item.version and desk.startswith(row.party + "/") and row.party != item.party
        acked = row.acked_us is not UNSET
        # a head of delegation replies for the party, and is no person of the roster
        assert acked == (row.acked_by is not UNSET) or (acked and row.replied_us is not UNSET)
        assert acked or (row.confirmed_us is UNSET and row.readback_wrong_us is UNSET)
        assert row.confirmed_us is UNSET or row.readback_wrong_us is UNSET
    for id_, item in picture.items.items():
        party, counter, _ = id_.split("-")
        assert party == item.party and (picture.blocks.get((party, int(counter) // 1000)) or 0) >= int(counter)


def _check_members(picture: Picture) -> None:
    if picture.host is None:
        assert len(picture.keys) == len(picture.parties) == 0
        return
    members = {name: row for name, row in picture.parties.items() if row.state == "member"}
    assert picture.principals == tuple(sorted(name for name, row in members.items() if "principal" in row.roles))
    assert picture.host.party in members and set(picture.clocks) <= set(members)
    assert [name for name, row in members.items() if "host" in row.roles] == [picture.host.party]
    assert set(picture.claims) <= set(picture.parties)
    assert {key: party for party, keys in picture.keys_of.items() for key in keys} == {
        key: row.party for key, row in picture.keys.items()
    }
    assert all(len(keys) <= KEYS_MAX for keys in picture.keys_of.values())
    for use in ("log", "sequencer", "node", "head_of_delegation", "cosigner", "picture", "sealing"):
        live = [row.party for row in picture.keys.values() if row.use == use and row.state == "live"]
        assert len(set(live)) == len(live), f"one live {use} key a party"
    for name, person in picture.persons.items():
        key = picture.keys[person.key]
        assert key.person == name and key.state == "live" and name.startswith(f"{key.party}/")
    assert all(row.party in members and desk.startswith(f"{row.party}/") for desk, row in picture.desks.items())


def _check_epochs(picture: Picture) -> None:
    """Under what has not ended only members can read whose sealing keys are those that it was made for."""
    sealing = {row.party: row.since for row in picture.keys.values() if row.use == "sealing" and row.state == "live"}
    live = {}
    for name, row in picture.epochs.items():
        party, _, number = name.partition("/")
        assert 1 <= int(number) <= (picture.epochs_made.get(party) or 0)
        assert row.audience == sorted(set(row.audience)) and party not in row.audience
        if row.ended is UNSET:
            assert all(sealing[reader] < row.index for reader in (party, *row.audience))
            if row.renewed is UNSET:
                live[party, tuple(row.audience)] = int(number)
    assert dict(picture.epoch_of.items()) == live
    kept = {id_ for day in picture.days for table, id_ in picture.days[day] if table == "epoch"}
    old = {name for name, row in picture.epochs.items() if row.renewed is not UNSET or row.ended is not UNSET}
    assert kept == old, "what is old leaves one day"


def _check_proposals(picture: Picture) -> None:
    still_open = {name: row for name, row in picture.proposals.items() if row.state == "open"}
    assert set(picture.proposed) == set(still_open)
    assert all(len(names) <= OPEN_PROPOSALS_MAX for names in picture.opened.values())
    assert {name: party for party, names in picture.opened.items() for name in names} == {
        name: row.party for name, row in still_open.items()
    }
    assert all(row.base == picture.agreement for row in still_open.values())
    assert set(picture.settings) == set(range(1, picture.agreement + 1))
    assert {int(name) for name in picture.agreements} == set(picture.settings)
