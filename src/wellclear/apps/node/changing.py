"""A node's store after the heads of delegation have decided about the host; the node must not be running.

What the decision voids is cut away, and what was said in it by this party waits in the outbox again. The node then
follows the host that the decision names; until its first entry is there, no longer note of an older host is believed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from msgspec import UNSET

from wellclear.channel.host_change import (
    Decision,
    Known,
    check_decision,
    check_place,
    fits,
    known_log,
    overruled,
    read_decision,
)
from wellclear.channel.next_host import CutAway, carried_over
from wellclear.channel.opening import open_leaf
from wellclear.channel.outbox import OF_THE_NODE, Outbox, decode_item
from wellclear.domain.canonical import b64
from wellclear.domain.entry import PartRef
from wellclear.domain.kinds import HostChange
from wellclear.domain.logged import Logged
from wellclear.domain.reasons import Reason
from wellclear.edges.store import Store
from wellclear.errors import Refused
from wellclear.log.checkpoint import parse_checkpoint
from wellclear.log.ed25519 import Signer
from wellclear.log.note import parse_note

META = "host_change"


@dataclass(frozen=True, slots=True)
class Followed:
    """What a decision has done to a store: the entries that are left, and how many acts wait in the outbox.

    `held` are those that wait for an officer's word, because they were said during a halt. `say_again` are index and
    kind of own entries that this node cannot link again, for persons to say anew.
    """

    size: int
    waiting: int
    held: int
    say_again: tuple[tuple[int, str], ...]


def bound_of(store: Store) -> HostChange | None:
    """The newest decision about the host that this store has taken."""
    raw = store.get_meta(META)
    return None if raw is None else read_decision(raw).body


def follow_decision(store: Store, party: str, signer: Signer, decision: Decision) -> Followed:
    """Hold a decision to the own verified log, and bring the store where it says.

    Args:
        store: opened for writing, with its box key.
        party: whose node this is.
        signer: the key that links this node's entries.
        decision: as it was read from a file.

    Raises:
        Refused: not what the heads of delegation that this log knows have decided, or it would lose what a principal
            has named; the store is as it was.
        Unavailable: the disk would not; the store is as it was.
    """
    known = known_log((leaf for _, leaf in store.each_leaf()), decision.body.size)
    if store.size() == 0 and decision.act.channel == store.channel:
        return _begin_with(store, decision)
    check_decision(decision, known)
    if any(logged.entry is not None and logged.entry.act_hash == decision.act_hash for logged in known.beyond):
        return Followed(store.size(), 0, 0, ())  # the log has come to it already
    unheeded = overruled(decision, known.picture)
    heeded = party in known.picture.principals and party not in unheeded
    check_place(decision, known, _named(store) if heeded else (), unheeded)
    fork = _forked(store, decision, known)
    size, note = (0, b"") if fork else _kept(store, decision.body.size)
    entries = _entries(store) if fork else known.beyond
    own, say_again = _own(store, party, b64(signer.public_key), entries)
    with store.transaction():
        waiting, held = _queue_again(store, signer, size, own)
        store.cut(size, note)
        store.put_meta(META, decision.encode())
        store.drop_meta("evidence")
    return Followed(size, waiting, held, tuple(say_again))


def _begin_with(store: Store, decision: Decision) -> Followed:
    """Nothing was heard yet that it could be held to: the log that this node will be shown proves the decision."""
    with store.transaction():
        store.cut(0, b"")  # pieces of a run whose note is of a host that may be void now
        store.put_meta(META, decision.encode())
    states = [decode_item(row.row).state for row in store.outbox()]
    return Followed(0, states.count("waiting"), states.count("held"), ())


def _named(store: Store) -> list[int]:
    """The sizes that this node has named as its head, whether or not that was logged."""
    return [parse_checkpoint(parse_note(note).text).size for note in store.notes()]


def _forked(store: Store, decision: Decision, known: Known) -> bool:
    """Whether this log is the other one of two that its host has signed; then all of it is fetched anew."""
    halted = store.get_meta("evidence") is not None
    fork = not fits(decision, known.tree) or (halted and known.tree.size < decision.body.size)
    if fork and not halted:
        why = (
            f"this log has another root at {decision.body.size} entries, and nothing here convicts its host; ask the "
            "others for their evidence or export (wellclear evidence take)"
        )
        raise Refused(Reason.HEAD_DIFFERS, why, field="root")
    return fork


def _kept(store: Store, size: int) -> tuple[int, bytes]:
    """How much of the log stays, and a note of the old host over exactly that; the rest is fetched from the new one."""
    notes = [*store.notes(), store.checkpoint() or b""]
    found = [(parse_checkpoint(parse_note(note).text).size, note) for note in notes if note]
    return max((row for row in found if row[0] <= size), default=(0, b""))


def _entries(store: Store) -> Iterator[Logged]:
    return (open_leaf(index, leaf) for index, leaf in store.each_leaf())


def _own(store: Store, party: str, key: str, entries: Iterable[Logged]) -> tuple[list[CutAway], list[tuple[int, str]]]:
    """Own acts with their parts, to be linked again; and what this node's key cannot link again."""
    own: list[CutAway] = []
    say_again: list[tuple[int, str]] = []
    for logged in entries:
        entry = logged.entry
        if entry is None or logged.fault is not None or entry.act.party != party or entry.act.kind in OF_THE_NODE:
            continue
        parts = [_stored(store, ref) for ref in entry.act.parts if ref.sha is not UNSET]
        held = [part for part in parts if part is not None]
        if entry.link.key == key and len(held) == len(parts):
            own.append((entry.act, entry.approvals, held))
        else:
            say_again.append((logged.index, entry.act.kind))
    return own, say_again


def _stored(store: Store, ref: PartRef) -> bytes | None:
    """The bytes of a part as they travelled: sealed, or the opening itself of what was sent in clear."""
    assert ref.sha is not UNSET, "it was sent"
    return store.part(ref.sha) if ref.sealed else store.opening(ref.commit)


def _queue_again(store: Store, signer: Signer, size: int, own: list[CutAway]) -> tuple[int, int]:
    """Bring the stored outbox to the log of that size; how many acts wait now, and how many for an officer."""
    before = [replace(decode_item(row.row), parts=row.parts) for row in store.outbox()]
    halted = store.get_meta("evidence") is not None
    outbox = Outbox({"node": signer})
    outbox.load(carried_over(before, store.leaf_hashes(0, size), own, halted=halted))
    outbox.hold_locked()
    for item in before:
        store.drop_outbox(item.id)
    for item in outbox.items.values():
        store.put_outbox(item.id, item.state, replace(item, parts=()).encode(), item.parts)
    states = [item.state for item in outbox.items.values()]
    return states.count("waiting"), states.count("held")
