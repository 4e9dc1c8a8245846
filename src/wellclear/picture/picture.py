r"""The public picture: what everybody, the host included, derives from the log, and its digest.

A `Picture` is a value; its maps are persistent, so that keeping an old one costs nothing. A `Draft` holds the changes
of exactly one entry and closes into the next picture:

    digest_i = SHA-256(digest_(i-1) || i || now || changed rows)     the numbers as 8 bytes, big-endian
    digest_0 starts from SHA-256("wellclear/picture/1\n" || channel)

Changed rows are `[table, id, row]`, or `[table, id]` where a row leaves, as canonical JSON sorted by table and id.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import msgspec
from rpds import HashTrieMap, HashTrieSet, List

from wellclear.domain import canonical
from wellclear.domain.agreement import DAY_US, Settings
from wellclear.domain.kinds import HostCard, Propose
from wellclear.domain.logged import Remark
from wellclear.domain.reasons import SOFT, Reason
from wellclear.picture.rows import (
    AgreementRow,
    AnswerRow,
    ChannelRow,
    DeskRow,
    EpochRow,
    ItemRow,
    KeyRow,
    OwedRow,
    PartyRow,
    PersonRow,
    ProposalRow,
    Row,
    Table,
)

PICTURE_TAG = b"wellclear/picture/1\n"


class Picture(msgspec.Struct, frozen=True):
    """Everything that the public fold knows after `size` entries. Build the first one with `Picture()`.

    Beside the tables it keeps what the rules need and nobody states. `claims` holds the latest claim of each clock,
    `host_claim_us` the host's own, by its sequencer: a node of the host's party may claim an earlier hour. `proposed`
    holds the content of open proposals, `opened` their names by party, oldest first. `waiting` holds the entries
    whose receipt a party owes. `arrivals` is a queue for each party of what no receipt of it has reached yet (some
    may be answered meanwhile): `queues` holds the numbers of its first place and of the one after its last.
    `unopened` holds what the party's receipts have listed; `epoch_of` the number of a party's live epoch for an
    audience, `epochs_made` how many it has made; `deputies` whom the rosters name a person the deputy of; `acts` the
    hashes of acts by the hour in which they were said; `days` the rows by the day after which they leave.
    """

    size: int = 0
    channel: str = ""
    digest: bytes = b""
    now_us: int = 0
    host: HostCard | None = None
    exercise: bool = False
    agreement: int = 0
    rules: int = 1
    next_rules: tuple[int, int] | None = None
    founding: tuple[str, str] = ("", "")
    principals: tuple[str, ...] = ()
    clocks: tuple[str, ...] = ()
    claims: HashTrieMap[str, int] = HashTrieMap()
    host_claim_us: int = 0
    chains: HashTrieMap[str, tuple[int, str]] = HashTrieMap()
    settings: HashTrieMap[int, Settings] = HashTrieMap()
    channels: HashTrieMap[str, ChannelRow] = HashTrieMap()
    agreements: HashTrieMap[str, AgreementRow] = HashTrieMap()
    parties: HashTrieMap[str, PartyRow] = HashTrieMap()
    keys: HashTrieMap[str, KeyRow] = HashTrieMap()
    desks: HashTrieMap[str, DeskRow] = HashTrieMap()
    persons: HashTrieMap[str, PersonRow] = HashTrieMap()
    proposals: HashTrieMap[str, ProposalRow] = HashTrieMap()
    epochs: HashTrieMap[str, EpochRow] = HashTrieMap()
    epoch_of: HashTrieMap[tuple[str, tuple[str, ...]], int] = HashTrieMap()
    epochs_made: HashTrieMap[str, int] = HashTrieMap()
    proposed: HashTrieMap[str, Propose] = HashTrieMap()
    opened: HashTrieMap[str, tuple[str, ...]] = HashTrieMap()
    items: HashTrieMap[str, ItemRow] = HashTrieMap()
    answers: HashTrieMap[str, AnswerRow] = HashTrieMap()
    owed: HashTrieMap[str, OwedRow] = HashTrieMap()
    waiting: HashTrieMap[str, HashTrieSet[int]] = HashTrieMap()
    arrivals: HashTrieMap[tuple[str, int], int] = HashTrieMap()
    queues: HashTrieMap[str, tuple[int, int]] = HashTrieMap()
    unopened: HashTrieMap[str, tuple[int, ...]] = HashTrieMap()
    blocks: HashTrieMap[tuple[str, int], int] = HashTrieMap()
    keys_of: HashTrieMap[str, HashTrieSet[str]] = HashTrieMap()
    added_by: HashTrieMap[str, str] = HashTrieMap()
    deputies: HashTrieMap[str, tuple[str, ...]] = HashTrieMap()
    acts: HashTrieMap[int, HashTrieSet[bytes]] = HashTrieMap()
    days: HashTrieMap[int, List[tuple[Table, str]]] = HashTrieMap()

    @property
    def terms(self) -> Settings:
        """The settings of the agreement in force; an assertion before there is one."""
        assert self.agreement, "no agreement is in force yet"
        return self.settings[self.agreement]

    @property
    def today(self) -> int:
        """The day of now, counted from 1970."""
        return self.now_us // DAY_US

    @property
    def open(self) -> bool:
        """Whether business can be done: an agreement is in force and at least two principals are left."""
        return self.agreement > 0 and len(self.principals) > 1


TABLES: dict[Table, str] = {
    "agreement": "agreements",
    "answer": "answers",
    "channel": "channels",
    "desk": "desks",
    "epoch": "epochs",
    "item": "items",
    "key": "keys",
    "owed": "owed",
    "party": "parties",
    "person": "persons",
    "proposal": "proposals",
}
"""Which map of the picture holds which kind of row."""


@dataclass(frozen=True, slots=True)
class Change:
    """A row as it stands now; None where it left the picture."""

    table: Table
    id: str
    row: Row | None


@dataclass(frozen=True, slots=True)
class Step:
    """What one entry did: the next picture, the rows that changed, and what could not stand."""

    picture: Picture
    changes: tuple[Change, ...]
    remarks: tuple[Remark, ...]

    @property
    def stands(self) -> bool:
        """Whether the entry counts: what was remarked stops nothing."""
        return all(remark.reason in SOFT for remark in self.remarks)


class Draft:
    """The changes of one entry while it is folded. Reads see what was already written."""

    __slots__ = ("_changed", "_fields", "before", "index", "now_us", "remarks")

    def __init__(self, before: Picture, index: int) -> None:
        self.before = before
        self.index = index
        self.now_us = before.now_us
        self.remarks: list[Remark] = []
        self._fields: dict[str, Any] = {}
        self._changed: dict[tuple[Table, str], Row | None] = {}

    def read(self, field: str) -> Any:
        """A field of the picture as this entry leaves it so far."""
        fields = self._fields
        return fields[field] if field in fields else getattr(self.before, field)

    def write(self, field: str, value: object) -> None:
        """Set a field that is not a table."""
        self._fields[field] = value

    def put(self, table: Table, id_: str, row: Row) -> None:
        """A new or changed row."""
        field = TABLES[table]
        self._fields[field] = self.read(field).insert(id_, row)
        self._changed[table, id_] = row

    def drop(self, table: Table, id_: str) -> None:
        """A row that leaves."""
        field = TABLES[table]
        rows = self.read(field)
        if id_ in rows:
            self._fields[field] = rows.remove(id_)
            self._changed[table, id_] = None

    def remark(self, reason: Reason, detail: str = "") -> None:
        """Say what cannot stand."""
        self.remarks.append(Remark(self.index, reason, detail))

    def close(self) -> Step:
        """The step: with the size, and with the digest over everything that changed."""
        ordered = sorted(self._changed.items())
        rows = [[table, id_] if row is None else [table, id_, row] for (table, id_), row in ordered]
        hasher = hashlib.sha256(self.before.digest or _first_digest(self.read("channel")))
        hasher.update(self.index.to_bytes(8, "big") + self.now_us.to_bytes(8, "big") + canonical.encode(rows))
        self._fields["size"] = self.index + 1
        self._fields["digest"] = hasher.digest()
        self._fields["now_us"] = self.now_us
        changes = tuple([Change(table, id_, row) for (table, id_), row in ordered])
        return Step(msgspec.structs.replace(self.before, **self._fields), changes, tuple(self.remarks))


def _first_digest(channel: str) -> bytes:
    return hashlib.sha256(PICTURE_TAG + channel.encode("ascii")).digest()
