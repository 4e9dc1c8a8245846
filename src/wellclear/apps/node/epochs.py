"""The node's epochs: the keys that it holds, and the next one where there is none for some readers yet.

An epoch is opened when it is needed, and usable at once: its entry goes out before anything that is sealed under it.
Keys rest encrypted in the store; one that is missing is taken from its entry again, as long as the sealing key opens
it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from msgspec import UNSET

from wellclear.apps.node.parts import each_part
from wellclear.channel.composing import Composed
from wellclear.channel.epochs import ROTATE_AFTER_US, Wrapping, epoch_key, open_epoch
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
from wellclear.domain.entry import Act, PartRef, decode_leaf
from wellclear.domain.kinds import Epoch, public_of
from wellclear.domain.logged import Logged
from wellclear.domain.reasons import Reason
from wellclear.edges.store import Store
from wellclear.errors import Refused, Unverified
from wellclear.log.ed25519 import Signer
from wellclear.picture.picture import Picture, Step
from wellclear.picture.rows import epoch_id

Entropy = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class NodeKeys:
    """The private keys that a node holds while it runs: the node's, which signs, and the party's own two."""

    signer: Signer
    sealing: SealingKey
    cosigner: Signer | None = None
    """Without it the node runs, and does not witness."""
    further: tuple[SealingKey, ...] = ()
    """The party's sealing keys before this one, and one that is about to replace it."""
    picture: Signer | None = None
    """Without it the node compares pictures, and states none."""
    cosigner_mldsa44: Signer | None = None
    """Where the party has one, each cosignature is two lines."""


@dataclass(slots=True)
class EpochKeys:
    """What one node opens with."""

    party: str
    store: Store
    sealing: list[SealingKey]
    """The party's sealing keys, old ones as well; each wrap names the one that it is for."""
    unreadable: dict[tuple[str, int], str] = field(default_factory=dict)
    """Epochs of others that hold no key for us, and why."""
    closed: dict[tuple[str, int], int] = field(default_factory=dict)
    """Epochs that seal nothing new, though their keys may be held here, and the moment since when."""

    def heard(self, logged: Logged) -> None:
        """Take the key out of an epoch's entry that stands in the log; what holds none for us is remembered."""
        entry = logged.entry
        assert entry is not None and entry.act.channel is not UNSET, "the fold has taken it"
        body = public_of(entry.act)
        assert isinstance(body, Epoch), "it is an epoch"
        author = entry.act.party
        if self.party not in {author, *body.audience}:
            return
        if self.store.epoch_dropped(author, body.number):
            self.unreadable[author, body.number] = f"the key of {author}'s epoch {body.number} was deleted here"
            return
        held, info = self.key_of(author, body.number), epoch_info(entry.act.channel, author, body.number)
        if held is not None and epoch_commitment(info, held) == unb64(body.commit):
            return
        for sealing in self.sealing:
            try:
                key = epoch_key(sealing, entry.act.channel, author, body, self.party)
            except Unverified as error:
                self.unreadable[author, body.number] = str(error)
            else:
                self.store.put_epoch_key(author, body.number, key)
                self.unreadable.pop((author, body.number), None)
                return

    def folded(self, step: Step) -> None:
        """Remember since when an epoch that we may hold the key of seals nothing new."""
        for change in step.changes:
            row = step.picture.epochs.get(change.id) if change.table == "epoch" else None
            if row is None or (row.ended is UNSET and row.renewed is UNSET):
                continue
            author, _, number = change.id.partition("/")
            if self.party in {author, *row.audience} and not self.store.epoch_dropped(author, int(number)):
                self.closed.setdefault((author, int(number)), step.picture.now_us)

    def drop_old(self, before_us: int, in_use: Callable[[], set[tuple[str, int]]]) -> bool:
        """Forget the keys of epochs that seal nothing new since before a moment, but for those `in_use`."""
        old = [name for name, at_us in self.closed.items() if at_us < before_us]
        gone = [name for name in old if name not in in_use()] if old else []
        for party, number in gone:
            self.store.drop_epoch_key(party, number)
            del self.closed[party, number]
        return bool(gone)

    def state_of(self, author: str, number: int) -> str:
        """`held` or `deleted`; else `unreadable` where its entry holds no key for us."""
        if self.store.epoch_dropped(author, number):
            return "deleted"
        return "held" if self.key_of(author, number) is not None else "unreadable"

    def key_of(self, party: str, number: int) -> bytes | None:
        """The key of an epoch, if this node holds it."""
        return self.store.epoch_key(party, number)

    def opening(self, act: Act, ref: PartRef, stored: bytes) -> bytes:
        """What a part's stored bytes hold: salt and text, not yet proven against the commitment.

        Raises:
            Unverified: no key of this epoch is held here, or the bytes are not sealed under it into this header.
            Refused: RANDOM_REUSED: another part has used their randomness.
        """
        return self._unsealed(act, ref, stored)[0]

    def opening_unkept(self, act: Act, ref: PartRef, stored: bytes) -> bytes:
        """The same of what is kept nowhere, as what is heard outside the record: a full disk must not silence it.

        Raises:
            Unverified: as `opening`. Whether its randomness was used before is not asked.
        """
        return self._unsealed(act, ref, stored, kept=False)[0]

    def part_key(self, act: Act, ref: PartRef, stored: bytes) -> PartKey | None:
        """The key of one sealed part alone, to show what it holds; None of one in clear. Raises as `opening`."""
        return self._unsealed(act, ref, stored)[1]

    def fits(self, act: Act, ref: PartRef, stored: bytes) -> bool:
        """Whether a part opens under the key that is held for its epoch; of one that is not held, nothing is known."""
        key = self.key_of(act.party, ref.epoch) if ref.epoch is not UNSET else None
        try:
            if key is not None:
                unseal(stored, key, act, ref)
        except Unverified:
            return False
        return True

    def openings(self, act: Act, stored: Sequence[bytes]) -> list[bytes]:
        """What all parts of an own act hold, from their stored bytes.

        Raises:
            InvalidValue: these are not the parts that the act names; says which.
        """
        return each_part(act, stored, lambda raw, ref: self.opening(act, ref, raw))

    def _unsealed(self, act: Act, ref: PartRef, stored: bytes, *, kept: bool = True) -> tuple[bytes, PartKey | None]:
        if not ref.sealed or ref.epoch is UNSET or ref.sha is UNSET:
            return stored, None
        key = self.key_of(act.party, ref.epoch)
        if key is None:
            why = self.unreadable.get((act.party, ref.epoch), f"{act.party}'s epoch {ref.epoch} is not known here")
            raise Unverified(f"part {ref.commit[:8]}", why)
        opening, part_key = unseal(stored, key, act, ref)
        if kept and not self.store.random_is(random_of(stored), ref.sha):
            raise Refused(Reason.RANDOM_REUSED, f"part {ref.commit[:8]}: another part has used its randomness")
        return opening, part_key


@dataclass(slots=True)
class NodeSealer:
    """What one node seals with. `check` asks of a new epoch's entry what everybody will; `put` queues it."""

    keys: EpochKeys
    entropy: Entropy
    wrapping: Wrapping
    picture: Callable[[], Picture]
    waiting: Callable[[], Sequence[Act]]
    """Own acts that are on their way, in order."""
    check: Callable[[Act], None]
    put: Callable[[Composed], object]
    may_renew: Callable[[], bool]
    """Whether the log is followed now, so that an old key may be replaced by a new one."""
    now_us: Callable[[], int]

    def epoch_for(self, audience: tuple[str, ...]) -> tuple[int, bytes]:
        """The live epoch for exactly these parties, or the one on its way; else a new one, queued here and now.

        Raises:
            Refused: one of them has no live sealing key, or what else the log would remark of a new one.
            Unavailable, Misconfigured: the store would not keep it.
        """
        number = self.standing(audience)
        key = None if number is None else self.keys.key_of(self.keys.party, number)
        if number is not None and key is not None:
            return number, key
        number, key, act = self.opened(audience)
        self.check(act.act)
        self.keys.store.put_epoch_key(self.keys.party, number, key)
        self.put(act)
        return number, key

    def standing(self, audience: tuple[str, ...]) -> int | None:
        """The epoch for these parties under which an act may be sealed now, if there is one."""
        queued = next((epoch.number for epoch in reversed(self._queued()) if tuple(epoch.audience) == audience), None)
        if queued is not None:
            return queued
        number = self.picture().epoch_of.get((self.keys.party, audience))
        return None if number is None or (self.may_renew() and self._is_old(number)) else number

    def opened(self, audience: tuple[str, ...], beyond: int = 0) -> tuple[int, bytes, Composed]:
        """The next epoch, or one `beyond` it, its key, and the act that makes it; nothing is kept of it here.

        Raises:
            Refused: one of these parties has no live sealing key.
        """
        picture, party = self.picture(), self.keys.party
        number = max([picture.epochs_made.get(party) or 0, *(epoch.number for epoch in self._queued())]) + 1 + beyond
        key = self.entropy(EPOCH_KEY_BYTES)
        return number, key, open_epoch(picture, party, audience, number, key, self.now_us(), self.wrapping)

    def random(self) -> bytes:
        """Thirty-two fresh bytes for one part."""
        return self.entropy(RANDOM_BYTES)

    def _is_old(self, number: int) -> bool:
        """By the own clock, when the epoch was made and now: a clock that has jumped makes a new key at most."""
        row = self.picture().epochs.get(epoch_id(self.keys.party, number))
        if row is None:
            return False
        leaves = self.keys.store.leaves(row.index, row.index + 1)
        made_us = decode_leaf(leaves[0]).act.said if leaves else self.now_us()
        return abs(self.now_us() - made_us) >= ROTATE_AFTER_US

    def _queued(self) -> list[Epoch]:
        bodies = [public_of(act) for act in self.waiting() if act.kind == "epoch"]
        return [body for body in bodies if isinstance(body, Epoch)]


@dataclass(slots=True)
class TrialSealer:
    """Seals what is only looked at, as the node would, under epochs and keys that nobody keeps."""

    sealer: NodeSealer
    made: list[Act] = field(default_factory=list)
    """The epochs that the node would open for it, in order."""

    def epoch_for(self, audience: tuple[str, ...]) -> tuple[int, bytes]:
        """As `NodeSealer.epoch_for`, but nothing is queued and nothing stored."""
        key = self.random()
        for body in map(public_of, self.made):
            if isinstance(body, Epoch) and tuple(body.audience) == audience:
                return body.number, key
        number = self.sealer.standing(audience)
        if number is not None:
            return number, key
        number, key, act = self.sealer.opened(audience, len(self.made))
        self.made.append(act.act)
        return number, key

    def random(self) -> bytes:
        """Thirty-two bytes, which seal nothing that is sent."""
        return self.sealer.random()
