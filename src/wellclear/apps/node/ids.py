"""Spoken ids: each desk takes its counters from blocks of a thousand of its own (protocol, "Ids").

Inside a block counters only rise, so an id that is logged late, behind a later one of its block, would be taken. Acts
are logged in another order than they were written: a draft waits for its release, safety overtakes what waits in the
outbox. So a block gives out no further id while its last one is still on its way; the desk goes on in another block.

A gap between a party's ids tells every reader that something was drafted and not sent. So an id that nobody has handed
over to be sent, and that nobody can send any more, is given out again; one that was handed over never is, whatever
became of it. A draft that is refused while it is composed gives its id back at once.

Which blocks a desk has is kept in the store. A fresh or restored node, or one that met an own entry it had not made,
starts the block after the highest one that its party has logged, so an id that another copy gave out never comes back.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from wellclear.domain.agreement import HOUR_US
from wellclear.domain.names import BLOCK_SIZE, ItemId
from wellclear.errors import Malformed
from wellclear.picture.picture import Picture

ON_ITS_WAY_AGES = 2
"""After so many times the age that an approval may have, nobody can send an act with this id any more."""


class Given(msgspec.Struct, frozen=True, array_like=True):
    """The last counter that was given out of a block, when, and whether an act with it was taken to be sent."""

    counter: int
    at_us: int
    sent: bool = False


@dataclass(slots=True)
class Counters:
    """What each desk has given out of each of its blocks."""

    last: dict[str, list[Given]] = field(default_factory=dict)

    def next_id(self, picture: Picture, party: str, desk: str, now_us: int) -> str:
        """A fresh id for a desk; store `encode()` before it is shown to anybody."""
        age_us = ON_ITS_WAY_AGES * (picture.terms.approval_age_us if picture.agreement else HOUR_US)
        lanes = self.last.setdefault(desk, [])
        for place, given in enumerate(lanes):
            logged = picture.blocks.get((party, given.counter // BLOCK_SIZE)) or 0
            over, used = now_us - given.at_us > age_us, given.sent or logged >= given.counter
            counter = max(given.counter, logged) + 1 if used else given.counter
            if (logged >= given.counter or over) and counter % BLOCK_SIZE:
                lanes[place] = Given(counter, now_us)
                return str(ItemId(party, counter))
        own = [block for owner, block in picture.blocks if owner == party]
        held = [given.counter // BLOCK_SIZE for others in self.last.values() for given in others]
        counter = (max([*own, *held], default=0) + 1) * BLOCK_SIZE + 1
        lanes.append(Given(counter, now_us))
        return str(ItemId(party, counter))

    def sent(self, item: ItemId) -> bool:
        """An act with this id is taken to be sent, so it is never given out again; whether it was given out here."""
        for lanes in self.last.values():
            for place, given in enumerate(lanes):
                if given.counter == item.counter:
                    lanes[place] = Given(given.counter, given.at_us, sent=True)
                    return True
        return False

    def forget(self) -> None:
        """Start new blocks from now on."""
        self.last.clear()

    def encode(self) -> bytes:
        """As the store keeps it."""
        return msgspec.json.encode(self.last)


def decode_counters(raw: bytes | None) -> Counters:
    """From the store; raises `Malformed` for anything else."""
    try:
        return Counters(msgspec.json.decode(raw, type=dict[str, list[Given]]) if raw else {})
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed("counters", "", str(error)) from error
