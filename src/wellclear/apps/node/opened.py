"""The node's own log with the parts that it could open: what export and timeline read."""

from __future__ import annotations

from wellclear.edges.store import Store


class OpenedLog:
    """A store whose openings are read as parts. Open the store with its box key, else nothing but headers is there.

    In `enc: none` a part's stored bytes have its commitment for their hash, so both names find the same.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def size(self) -> int:
        return self._store.size()

    def checkpoint(self) -> bytes | None:
        return self._store.checkpoint()

    def leaves(self, start: int, end: int) -> list[bytes]:
        return self._store.leaves(start, end)

    def note(self, size: int) -> bytes | None:
        return self._store.note(size)

    def part(self, sha: str) -> bytes | None:
        return self._store.part(sha) or self._store.opening(sha)
