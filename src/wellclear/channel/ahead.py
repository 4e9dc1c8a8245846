"""Leaves that were given and that no note covers yet: kept by index, in bounded memory, and believed by nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

BYTES_AHEAD_MAX: Final = 512 * 1024 * 1024
"""So much is kept; a hostile stream cannot fill the memory."""
LEAF_COST_BYTES: Final = 256
"""What keeping a leaf, or only its hash, takes beside its bytes; else a stream of empty leaves would be free."""


class Ahead(Mapping[int, bytes]):
    """The leaves by index."""

    def __init__(self) -> None:
        self._leaves: dict[int, bytes] = {}
        self._bytes, self._top = 0, -1

    def __getitem__(self, index: int) -> bytes:
        return self._leaves[index]

    def __iter__(self) -> Iterator[int]:
        return iter(self._leaves)

    def __len__(self) -> int:
        return len(self._leaves)

    def put(self, index: int, leaf: bytes) -> None:
        """Keep a leaf instead of what was there, if there is room for it.

        What lies further ahead makes way: junk there must not keep out what is next.
        """
        self.drop(index)
        if self._bytes + _cost(leaf) > BYTES_AHEAD_MAX and index < self._top:
            for further in [at for at in self._leaves if at > index]:
                self.drop(further)
            self._top = index
        if self._bytes + _cost(leaf) <= BYTES_AHEAD_MAX:
            self._bytes += _cost(leaf)
            self._leaves[index] = leaf
            self._top = max(self._top, index)

    def drop(self, *indexes: int) -> None:
        """Forget leaves, as far as they are there."""
        for index in indexes:
            leaf = self._leaves.pop(index, None)
            self._bytes -= 0 if leaf is None else _cost(leaf)

    def run(self, start: int, end: int) -> list[bytes] | None:
        """The leaves from index `start` up to `end`; None while one of them is missing."""
        return [self._leaves[index] for index in range(start, end)] if self.gap(start) >= end else None

    def gap(self, start: int) -> int:
        """The first index from `start` on that is not there."""
        return next(index for index in range(start, max(start, self._top) + 2) if index not in self._leaves)


def _cost(leaf: bytes) -> int:
    return len(leaf) + LEAF_COST_BYTES
