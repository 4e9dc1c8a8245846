"""The node's epochs: the keys that it holds, and the next one where there is none for some readers yet.

An epoch is opened when it is needed, and usable at once: its entry goes out before anything that is sealed under it.
Keys rest encrypted in the store; one that is missing is taken from its entry again, as long as the sealing key opens
it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from msgspec import UNSET

from wellclear.channel.composing import Composed
from wellclear.channel.epochs import Wrapping, epoch_key, open_epoch
from wellclear.channel.sealing import (
    EPOCH_KEY_BYTES,
    RANDOM_BYTES,
    PartKey,
    SealingKey,
    epoch_commitment,
    epoch_info,
    random_of,
    unseal,
)
from wellclear.domain.canonical import unb64
from wellclear.domain.entry import Act, PartRef
from wellclear.domain.kinds import Epoch, public_of
from wellclear.domain.logged import Logged
from wellclear.edges.store import Store
from wellclear.errors import InvalidValue, Unverified
from wellclear.log.ed25519 import Signer
from wellclear.picture.picture import Picture

Entropy = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class NodeKeys:
    """The private keys that a node holds while it runs: the node's, which signs, and the party's own two."""

    signer: Signer
    sealing: SealingKey
    cosigner: Signer | None = None
    """Without it the node runs, and does not witness."""


@dataclass(slots=True)
class EpochKeys:
    """What one node opens with."""

    party: str
    store: Store
    sealing: SealingKey
    unreadable: dict[tuple[str, int], str] = field(default_factory=dict)
    """Epochs of others that hold no key for us, and why."""

    def heard(self, logged: Logged) -> None:
        """Take the key out of an epoch's entry that stands in the log; what holds none for us is remembered."""
        entry = logged.entry
        assert entry is not None and entry.act.channel is not UNSET, "the fold has taken it"
        body = public_of(entry.act)
        assert isinstance(body, Epoch), "it is an epoch"
        author = entry.act.party
        if self.party not in {author, *body.audience}:
            return
        held, info = self.key_of(author, body.number), epoch_info(entry.act.channel, author, body.number)
        if held is not None and epoch_commitment(info, held) == unb64(body.commit):
            return
        try:
            key = epoch_key(self.sealing, entry.act.channel, author, body, self.party)
        except Unverified as error:
            self.unreadable[author, body.number] = str(error)
        else:
            self.store.put_epoch_key(author, body.number, key)

    def key_of(self, party: str, number: int) -> bytes | None:
        """The key of an epoch, if this node holds it."""
        return self.store.epoch_key(party, number)

    def opening(self, act: Act, ref: PartRef, stored: bytes) -> bytes:
        """What a part's stored bytes hold: salt and text, not yet proven against the commitment.

        Raises:
            Unverified: no key of this epoch is held here, the bytes are not sealed under it into this header, or their
                randomness has been used before.
        """
        return self._unsealed(act, ref, stored)[0]

    def part_key(self, act: Act, ref: PartRef, stored: bytes) -> PartKey | None:
        """The key of one sealed part alone, to show what it holds; None of one in clear. Raises as `opening`."""
        return self._unsealed(act, ref, stored)[1]

    def openings(self, act: Act, stored: Sequence[bytes]) -> list[bytes]:
        """What all parts of an own act hold, from their stored bytes.

        Raises:
            InvalidValue: these are not the parts that the act names; says which.
        """
        if len(stored) != len(act.parts):
            raise InvalidValue("parts", f"{len(stored)} parts where the act commits to {len(act.parts)}")
        found = []
        for number, (raw, ref) in enumerate(zip(stored, act.parts, strict=True)):
            try:
                found.append(self.opening(act, ref, raw))
            except Unverified as error:
                raise InvalidValue(f"parts[{number}]", str(error)) from error
        return found

    def _unsealed(self, act: Act, ref: PartRef, stored: bytes) -> tuple[bytes, PartKey | None]:
        if not ref.sealed or ref.epoch is UNSET or ref.sha is UNSET:
            return stored, None
        key = self.key_of(act.party, ref.epoch)
        if key is None:
            why = self.unreadable.get((act.party, ref.epoch), f"{act.party}'s epoch {ref.epoch} is not known here")
            raise Unverified(f"part {ref.commit[:8]}", why)
        opening, part_key = unseal(stored, key, act, ref)
        if not self.store.random_is(random_of(stored), ref.sha):
            raise Unverified(f"part {ref.commit[:8]}", "it is sealed with randomness that another part has used")
        return opening, part_key


@dataclass(slots=True)
class NodeSealer:
    """What one node seals with. `put` queues the entry of a new epoch in the node's outbox."""

    keys: EpochKeys
    entropy: Entropy
    wrapping: Wrapping
    picture: Callable[[], Picture]
    waiting: Callable[[], Sequence[Act]]
    """Own acts that are on their way, in order."""
    put: Callable[[Composed], object]
    now_us: Callable[[], int]

    def epoch_for(self, audience: tuple[str, ...]) -> tuple[int, bytes]:
        """The live epoch for exactly these parties, or the one on its way; else a new one, queued here and now.

        Raises:
            Refused: one of them has no live sealing key.
            Unavailable, Misconfigured: the store would not keep it.
        """
        picture = self.picture()
        number = self._on_its_way(audience) or picture.epoch_of.get((self.keys.party, audience))
        if number is not None:
            key = self.keys.key_of(self.keys.party, number)
            if key is not None:
                return number, key
        return self._open(picture, audience)

    def random(self) -> bytes:
        """Thirty-two fresh bytes for one part."""
        return self.entropy(RANDOM_BYTES)

    def _open(self, picture: Picture, audience: tuple[str, ...]) -> tuple[int, bytes]:
        on_their_way = [epoch.number for epoch in self._queued()]
        party = self.keys.party
        number = max([picture.epochs_made.get(party) or 0, *on_their_way]) + 1
        key = self.entropy(EPOCH_KEY_BYTES)
        act = open_epoch(picture, party, audience, number, key, self.now_us(), self.wrapping)
        self.keys.store.put_epoch_key(party, number, key)
        self.put(act)
        return number, key

    def _on_its_way(self, audience: tuple[str, ...]) -> int | None:
        return next((epoch.number for epoch in reversed(self._queued()) if tuple(epoch.audience) == audience), None)

    def _queued(self) -> list[Epoch]:
        bodies = [public_of(act) for act in self.waiting() if act.kind == "epoch"]
        return [body for body in bodies if isinstance(body, Epoch)]
