"""The node's own log with the parts that it could open: what export and timeline read."""

from __future__ import annotations

from wellclear.edges.store import Store
from wellclear.log.checkpoint import merge_signatures, parse_checkpoint
from wellclear.log.note import parse_note


class OpenedLog:
    """A store whose openings are read as parts. Open the store with its box key, else nothing but headers is there.

    In `enc: none` a part's stored bytes have its commitment for their hash, so both names find the same.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def size(self) -> int:
        return self._store.size()

    def checkpoint(self) -> bytes | None:
        """The newest note, with the own cosignature where that is over the same tree."""
        note = self._store.checkpoint()
        if note is None:
            return None
        tree = parse_note(note).text
        ours = self._store.cosigned(parse_checkpoint(tree).origin)
        if ours is None or parse_note(ours).text != tree:
            return note
        return merge_signatures(note, [line.encode() for line in parse_note(ours).signatures])

    def leaves(self, start: int, end: int) -> list[bytes]:
        return self._store.leaves(start, end)

    def note(self, size: int) -> bytes | None:
        return self._store.note(size)

    def part(self, sha: str) -> bytes | None:
        return self._store.part(sha) or self._store.opening(sha)
