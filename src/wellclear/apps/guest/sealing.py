"""Sealing on a device that has the log as a bundle, the party's sealing keys, and no node (protocol, "Epochs").

A key that seals lies nowhere on the device: what an epoch of the log wraps for its author is unwrapped again, and an
epoch that is opened here travels in the same file as what is sealed under it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from wellclear.channel.carrying import CarriedAct, to_be_carried
from wellclear.channel.epochs import ROTATE_AFTER_US, Wrapping, epoch_key, open_epoch
from wellclear.channel.sealing import EPOCH_KEY_BYTES, RANDOM_BYTES, SealingKey
from wellclear.domain.entry import decode_leaf
from wellclear.domain.kinds import Epoch, public_of
from wellclear.errors import Unverified
from wellclear.picture.picture import Picture
from wellclear.picture.rows import epoch_id

Entropy = Callable[[int], bytes]


@dataclass(slots=True)
class DeviceSealer:
    """The epochs of a guest, as the composing of its acts asks for them (`channel.composing.Sealer`)."""

    picture: Picture
    leaves: Sequence[bytes]
    """The log that the picture was folded from."""
    party: str
    via: str
    keys: Sequence[SealingKey]
    now_us: int
    entropy: Entropy
    wrap: Wrapping
    opened: list[CarriedAct] = field(default_factory=list)
    """Epochs that the log does not have yet, in their order: they go before what is sealed under them."""
    _fresh: dict[tuple[str, ...], tuple[int, bytes]] = field(default_factory=dict)

    def epoch_for(self, audience: tuple[str, ...]) -> tuple[int, bytes]:
        """The live epoch of the log for exactly these parties, if it is of today and opens here; else a new one.

        Raises:
            Refused: one of them has no live sealing key.
        """
        found = self._fresh.get(audience) or self._standing(audience)
        if found is None:
            number = (self.picture.epochs_made.get(self.party) or 0) + len(self.opened) + 1
            key = self.entropy(EPOCH_KEY_BYTES)
            made = open_epoch(self.picture, self.party, audience, number, key, self.now_us, self.wrap)
            self.opened.append(to_be_carried(made, self.via))
            found = self._fresh[audience] = (number, key)
        return found

    def random(self) -> bytes:
        """Thirty-two fresh bytes for one part."""
        return self.entropy(RANDOM_BYTES)

    def _standing(self, audience: tuple[str, ...]) -> tuple[int, bytes] | None:
        number = self.picture.epoch_of.get((self.party, audience))
        row = None if number is None else self.picture.epochs.get(epoch_id(self.party, number))
        if number is None or row is None:
            return None
        act = decode_leaf(self.leaves[row.index]).act
        body = public_of(act)
        assert isinstance(body, Epoch), "the picture's row is of an epoch's entry"
        if abs(self.now_us - act.said) >= ROTATE_AFTER_US:
            return None
        for key in self.keys:
            try:
                return number, epoch_key(key, self.picture.channel, self.party, body, self.party)
            except Unverified:
                continue  # made before a change of the sealing key: a new epoch then
        return None
