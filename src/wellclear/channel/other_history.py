"""The other history: what a host shows whose leaves do not lead to its own notes.

Once may be the network. After `MISFITS_MAX` runs that did not fit, the host is asked for all of its leaves from index
0; only their hashes are kept. Whole, they show whether one key has signed two logs (protocol, "Log").
"""

from __future__ import annotations

from typing import Final

from wellclear.channel.ahead import BYTES_AHEAD_MAX, LEAF_COST_BYTES
from wellclear.log.merkle import Tree, leaf_hash

MISFITS_MAX: Final = 2
"""After so many runs that did not fit, the whole other history is asked for."""
LEAVES_MAX: Final = BYTES_AHEAD_MAX // LEAF_COST_BYTES


class OtherHistory:
    """Leaf hashes by index, gathered from the second misfit until they are judged or a run fits after all."""

    def __init__(self) -> None:
        self._hashes: dict[int, bytes] | None = None
        self._misfits = 0

    def misfit(self) -> None:
        """Another run of leaves that does not lead to the note above it."""
        self._misfits += 1
        if self._misfits >= MISFITS_MAX and self._hashes is None:
            self._hashes = {}

    def forget(self) -> None:
        """A run fitted, or all of it has been judged."""
        self._hashes, self._misfits = None, 0

    def give(self, index: int, leaf: bytes) -> None:
        """A leaf as it came; passed over unless it is being asked for."""
        if self._hashes is not None and len(self._hashes) < LEAVES_MAX:
            self._hashes[index] = leaf_hash(leaf)

    def gap(self, end: int) -> int | None:
        """The first index below `end` that is missing, `end` when none is; None while no such history is asked for."""
        hashes = self._hashes
        return None if hashes is None else next((index for index in range(end) if index not in hashes), end)

    def tree(self, size: int) -> Tree | None:
        """The tree of its first `size` leaves; None while one of them is missing."""
        if self._hashes is None or self.gap(size) != size:
            return None
        return Tree(self._hashes[index] for index in range(size))
