"""The slip: what a driver carries to show that a notice is in the log, and how far it has come (R28).

It holds, for the notice and each answer to it, the leaf as it was logged with its inclusion proof, all under one note
of the host. Whoever has the channel's log, or the host's key alone, checks it without asking who made it. It says no
more than those entries do, and opens no part: a slip that is lost tells a stranger what the envelope tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta

from wellclear.channel.opening import open_leaf
from wellclear.domain import canonical
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import Count, Entry, Hash, Wire, decode_leaf
from wellclear.errors import InvalidValue, Malformed, Unverified
from wellclear.log.bundle import tree_of
from wellclear.log.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from wellclear.log.merkle import leaf_hash, verify_inclusion
from wellclear.log.note import parse_note
from wellclear.picture.fold import fold
from wellclear.picture.picture import Picture

SLIP = "slip"
SLIP_BYTES_MAX = 1024 * 1024
TELLS = frozenset({"notice", "amend", "cancel", "complete", "ack", "confirm", "readback_wrong", "passed_to_units"})
"""Kinds that say what became of a notice."""


class SlipRow(Wire, frozen=True):
    """One entry at its place: the leaf in base64, and the hashes that lead from it to the note's root."""

    index: Count
    leaf: str
    proof: Annotated[list[Hash], Meta(max_length=63)]


class Slip(Wire, frozen=True):
    """The file: the channel, the item's id, the host's note in base64, and the entries in the log's order."""

    wellclear_slip: Literal[1]
    channel: Hash
    item: str
    note: str
    rows: Annotated[list[SlipRow], Meta(min_length=1, max_length=512)]

    def encode(self) -> bytes:
        """The file's content: one line of canonical JSON."""
        return canonical.encode(self) + b"\n"


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry of a slip, whose place and signatures hold."""

    index: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Checked:
    """What a slip proves: the checkpoint that the host signed, and what its entries say."""

    item: str
    checkpoint: Checkpoint
    shown: tuple[Shown, ...]

    @property
    def announced(self) -> Shown:
        """The newest version among its entries."""
        return [one for one in self.shown if one.entry.act.kind in ("notice", "amend")][-1]

    @property
    def version(self) -> int:
        return _version(self.announced.entry)

    @property
    def ended(self) -> str:
        """`cancel` or `complete`, if one of its entries says so."""
        return next((one.entry.act.kind for one in self.shown if one.entry.act.kind in ("cancel", "complete")), "")

    def answered(self, kind: str) -> dict[str, int]:
        """Whose word of this kind is about the newest version: by desk, the moment in microseconds when it was linked.

        In the order of the addressees; the clock is that of who linked it.
        """
        said: dict[str, int] = {}
        for one in self.shown:
            act = one.entry.act
            if act.kind == kind and act.subject is not UNSET and act.subject.version == self.version:
                said[str(act.desk)] = one.entry.link.time
        return {desk: said[desk] for desk in self.announced.entry.act.to if desk in said}


def make_slip(leaves: Sequence[bytes], note: bytes, item: str) -> Slip:
    """The slip of a notice, from the log and a note over exactly these leaves.

    Raises:
        Malformed: the note is none, or covers another number of leaves.
        InvalidValue: no notice of this id stands in the log.
    """
    size = parse_checkpoint(parse_note(note, "checkpoint").text).size
    if size != len(leaves):
        raise Malformed("checkpoint", "", f"covers {size} entries, but there are {len(leaves)}")
    tree, picture, rows = tree_of(leaves), Picture(), list[SlipRow]()
    for index, leaf in enumerate(leaves):
        logged = open_leaf(index, leaf)
        step = fold(picture, logged)
        picture = step.picture
        if logged.entry is not None and step.stands and _is_about(logged.entry, item):
            proof = [b64(one) for one in tree.inclusion_proof(index, size)]
            rows.append(SlipRow(index=index, leaf=b64(leaf), proof=proof))
    if not rows:
        raise InvalidValue("ID", f"no notice {item[:40]} stands in this log of {size} entries")
    return Slip(wellclear_slip=1, channel=picture.channel, item=item, note=b64(note), rows=rows)


def read_slip(raw: bytes, source: str = SLIP) -> Slip:
    """A slip from its file; nothing of it is proven yet.

    Raises:
        Malformed: not a slip; says which member.
    """
    if len(raw) > SLIP_BYTES_MAX:
        raise Malformed(source, "", f"larger than {SLIP_BYTES_MAX} bytes")
    try:
        read = msgspec.json.decode(raw, type=Slip, strict=True)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(source, "", f"no slip: {error}") from error
    if read.encode().strip() != raw.strip():  # printed and copied, it may have lost its last line end
        raise Malformed(source, "", "not as it was made: something in it was added, doubled or turned round")
    return read


def check_slip(slip: Slip, channel: str, origin: str, log_key: bytes) -> Checked:
    """Everything that a slip claims, from the host's key and the channel's id alone.

    That shows that the host has logged these entries. Whose keys have signed them, and that they stand, only the log
    shows (`hold_to_log`).

    Raises:
        Malformed: a row is no entry; says which.
        Unverified: it is of another channel, or the note, a proof, or a signature does not hold.
    """
    if slip.channel != channel:
        raise Unverified(SLIP, "it is of another channel")
    checkpoint = open_checkpoint(_raw(slip.note, "note"), origin, log_key)
    shown = tuple(_shown(slip, number, checkpoint) for number in range(len(slip.rows)))
    if any(one.index >= other.index for one, other in pairwise(shown)):
        raise Unverified(SLIP, "its entries are not in the order of the log")
    first = shown[0].entry.act
    if first.kind != "notice" or first.id != slip.item:
        raise Unverified(SLIP, f"its first entry does not announce {slip.item[:40]}")
    return Checked(slip.item, checkpoint, shown)


def _shown(slip: Slip, number: int, checkpoint: Checkpoint) -> Shown:
    row, where = slip.rows[number], f"rows[{number}]"
    leaf = _raw(row.leaf, where)
    proof = [unb64(one) for one in row.proof]
    verify_inclusion(row.index, checkpoint.size, leaf_hash(leaf), proof, checkpoint.root)
    logged = open_leaf(row.index, leaf)
    if logged.entry is None or logged.fault is not None:
        raise Unverified(f"entry {row.index}", "its signature or its form does not hold")
    entry = decode_leaf(leaf, f"entry {row.index}")
    if not all(logged.approved):
        raise Unverified(f"entry {row.index}", "an approval does not fit what it says")
    if entry.act.channel != slip.channel or not _is_about(entry, slip.item):
        raise Unverified(f"entry {row.index}", f"is not about {slip.item[:40]}")
    return Shown(row.index, entry)


def hold_to_log(checked: Checked, leaves: Sequence[bytes]) -> tuple[Checked, tuple[str, ...]]:
    """What a slip proves, held to a reader's own log; and what it keeps back, or what has come since.

    A slip may be old or have left something out; the log says what else was said of the notice.

    Raises:
        Unverified: the own log is shorter or has another history, or an entry of the slip does not stand in it.
    """
    size = checked.checkpoint.size
    if size > len(leaves):
        raise Unverified(SLIP, f"its note covers {size} entries, this log has {len(leaves)}; ask where more is known")
    if tree_of(leaves[:size]).root() != checked.checkpoint.root:
        raise Unverified(SLIP, "the host signed another history than this log; keep both, and tell the parties")
    on_slip, picture, more = {one.index for one in checked.shown}, Picture(), list[str]()
    for index, leaf in enumerate(leaves):
        logged = open_leaf(index, leaf)
        step = fold(picture, logged)
        picture = step.picture
        if logged.entry is None or not _is_about(logged.entry, checked.item):
            continue
        if index in on_slip and not step.stands:
            raise Unverified(f"entry {index}", f"does not stand: {step.remarks[0].reason}")
        if index not in on_slip and step.stands:
            when = "since then" if index >= size else "left out of the slip"
            more.append(f"{when}: {_told(index, logged.entry)}")
    return checked, tuple(more)


def _told(index: int, entry: Entry) -> str:
    desk = entry.act.desk if entry.act.desk is not UNSET else entry.act.party
    return f"{entry.act.kind} of version {_version(entry)} by {desk}, entry {index}"


def _is_about(entry: Entry, item: str) -> bool:
    act = entry.act
    if act.kind not in TELLS:
        return False
    return act.id == item or (act.subject is not UNSET and act.subject.id == item)


def _version(entry: Entry) -> int:
    return 1 if entry.act.subject is UNSET else entry.act.subject.version


def _raw(text: str, where: str) -> bytes:
    try:
        return unb64(text, field=where)
    except InvalidValue as error:
        raise Malformed(SLIP, error.field, error.why) from error
