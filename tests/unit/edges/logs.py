"""A log in a store, as a host keeps one."""

from __future__ import annotations

from wellclear.edges.store import Store
from wellclear.log.checkpoint import Checkpoint, sign_checkpoint
from wellclear.log.ed25519 import SigningKey
from wellclear.log.merkle import Frontier, leaf_hash

KEY = SigningKey(b"k" * 32)


class Log:
    """Appends numbered leaves as a host does."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.frontier = Frontier.empty()

    def append(self, *leaves: bytes) -> bytes:
        def seal(hashes: list[bytes]) -> bytes:
            after = self.frontier.extend(hashes)
            return sign_checkpoint(Checkpoint("o/l", after.size, after.root()), KEY)

        parts = {f"sha of {leaf!r}": leaf * 2 for leaf in leaves}
        note = self.store.append(self.frontier.size, leaves, parts, seal)
        self.frontier = self.frontier.extend([leaf_hash(leaf) for leaf in leaves])
        return note
