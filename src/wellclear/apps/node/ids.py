"""Spoken ids: each desk takes its counters from a block of a thousand of its own (protocol, "Ids").

Which block a desk has is kept in the store. A fresh or restored node, or one that met an own entry it had not made,
starts the block after the highest one that its party has logged, so an id that another copy gave out never comes back.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from wellclear.domain.names import BLOCK_SIZE, ItemId
from wellclear.errors import Malformed
from wellclear.picture.picture import Picture


@dataclass(slots=True)
class Counters:
    """The last counter that each desk has given out."""

    last: dict[str, int] = field(default_factory=dict)

    def next_id(self, picture: Picture, party: str, desk: str) -> str:
        """A fresh id for a desk; store `encode()` before it is shown to anybody."""
        counter = self.last.get(desk)
        if counter is not None:
            counter = max(counter, picture.blocks.get((party, counter // BLOCK_SIZE)) or 0) + 1
        if counter is None or counter % BLOCK_SIZE == 0:
            logged = [block for owner, block in picture.blocks if owner == party]
            given = [last // BLOCK_SIZE for last in self.last.values()]
            counter = (max([*logged, *given], default=0) + 1) * BLOCK_SIZE + 1
        self.last[desk] = counter
        return str(ItemId(party, counter))

    def forget(self) -> None:
        """Start new blocks from now on."""
        self.last.clear()

    def encode(self) -> bytes:
        """As the store keeps it."""
        return msgspec.json.encode(self.last)


def decode_counters(raw: bytes | None) -> Counters:
    """From the store; raises `Malformed` for anything else."""
    try:
        return Counters(msgspec.json.decode(raw, type=dict[str, int]) if raw else {})
    except msgspec.DecodeError as error:
        raise Malformed("counters", "", str(error)) from error
