"""A host in a test's hand: a sketch that signs checkpoints, takes submissions and refuses on the envelope."""

from __future__ import annotations

from dataclasses import dataclass, field

from wellclear.channel.opening import open_leaf
from wellclear.domain.reasons import Reason
from wellclear.log.checkpoint import Checkpoint, sign_checkpoint
from wellclear.log.merkle import leaf_hash
from wellclear.picture.fold import envelope_fault
from wellclear.testing.sketch import Sketch


@dataclass
class Relay:
    sketch: Sketch
    places: dict[bytes, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.places = {leaf_hash(leaf): index for index, leaf in enumerate(self.sketch.leaves)}

    @property
    def size(self) -> int:
        return len(self.sketch.leaves)

    def note(self, size: int | None = None, root: bytes | None = None) -> bytes:
        size = self.size if size is None else size
        root = self.sketch.tree.root(size) if root is None else root
        return sign_checkpoint(
            Checkpoint(self.sketch.origin, size, root), self.sketch.parties[self.sketch.host].key("log")
        )

    def submit(self, leaf: bytes) -> int | Reason:
        """The index of the entry, which may have been known before; or why it is refused."""
        known = self.places.get(leaf_hash(leaf))
        if known is not None:
            return known
        fault = envelope_fault(self.sketch.picture, open_leaf(self.size, leaf))
        if fault is not None:
            return fault
        self.places[leaf_hash(leaf)] = self.size
        self.sketch.log(leaf)
        return self.size - 1
