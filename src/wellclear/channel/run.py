"""A run of the log that a note of the host covers, taken in pieces: a node that was away stays alive meanwhile.

Theory of operation. The whole run is held against the note before anything of it is folded. Its pieces are then folded
one after the other; each but the last carries a consistency proof from where it ends to the note, so that whoever
stores a piece needs nothing of what comes after it to show later that the host has signed it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import msgspec

from wellclear.channel.heads import head_fault
from wellclear.channel.opening import open_leaf
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.logged import Logged, Remark
from wellclear.errors import InvalidValue, Malformed, Unverified
from wellclear.log.checkpoint import Checkpoint, open_checkpoint
from wellclear.log.merkle import Tree
from wellclear.picture.fold import fold
from wellclear.picture.picture import Picture, Step

PIECE: Final = 128
"""So many entries are taken at once; a node does nothing else meanwhile, for about a tenth of a second."""


class _Bridge(msgspec.Struct, frozen=True):
    note: str
    proof: list[str]


@dataclass(frozen=True, slots=True)
class Proven:
    """Leaves under a note that the host signed, with what each of them does to the picture.

    `whole` unless the note covers more than them; then `proof` leads from the tree that ends with them to the note's.
    `differing` are HEAD_DIFFERS alarms: entries whose author names another log than ours.
    """

    start: int
    leaves: tuple[bytes, ...]
    note: bytes
    logged: tuple[Logged, ...]
    steps: tuple[Step, ...]
    differing: tuple[Remark, ...]
    whole: bool
    proof: tuple[bytes, ...]

    def bridge(self) -> bytes:
        """What is stored with a piece: the note, and the proof that leads to it."""
        return msgspec.json.encode(_Bridge(self.note.decode("utf-8"), list(map(b64, self.proof))))


def decode_bridge(raw: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """Note and proof of a stored piece; raises `Malformed` for anything else."""
    try:
        bridge = msgspec.json.decode(raw, type=_Bridge)
        return bridge.note.encode("utf-8"), tuple(map(unb64, bridge.proof))
    except (msgspec.DecodeError, UnicodeError, RecursionError, InvalidValue) as error:
        raise Malformed("own store", "bridge", str(error)) from error


@dataclass(slots=True)
class Run:
    """All leaves from index `start` up to the size of a checkpoint to which they have been found to lead, and its note.

    `tree` holds all of them and everything before.
    """

    start: int
    leaves: Sequence[bytes]
    checkpoint: Checkpoint
    note: bytes
    tree: Tree

    def piece(self, size: int, picture: Picture, most: int) -> Proven:
        """The next leaves behind `size`, where `picture` stands; a few more than `most` where the host changes.

        A store that ends with a piece can be read again only if the host in force there has signed the note.
        """
        logged, steps, differing = list[Logged](), list[Step](), list[Remark]()
        end = size
        while end < self.checkpoint.size and (end - size < most or not self._signed_by_host(picture)):
            one = open_leaf(end, self.leaves[end - self.start])
            remark = head_fault(picture, one, self.tree)  # heads may name sizes inside the run
            differing += [] if remark is None else [remark]
            logged.append(one)
            steps.append(fold(picture, one))
            picture, end = steps[-1].picture, end + 1
        leaves, whole = tuple(self.leaves[size - self.start : end - self.start]), end == self.checkpoint.size
        proof = tuple(self.tree.consistency_proof(end, self.checkpoint.size))
        return Proven(size, leaves, self.note, tuple(logged), tuple(steps), tuple(differing), whole, proof)

    def _signed_by_host(self, picture: Picture) -> bool:
        if picture.host is not None and picture.host.origin == self.checkpoint.origin:
            with suppress(Unverified):
                open_checkpoint(self.note, picture.host.origin, unb64(picture.host.log))
                return True
        return False
