"""What a node holds: its store, and everything that is derived from the log that lies there.

Theory of operation. Nothing here changes by itself: `taking` brings what the log says, `core` what the party says.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from msgspec import UNSET

from wellclear.airspace.turns import Turns
from wellclear.apps.node.alarms import AlarmBook
from wellclear.apps.node.detection import Change, Detection
from wellclear.apps.node.doubted import Doubted
from wellclear.apps.node.drawing import Drawing
from wellclear.apps.node.epochs import EpochKeys, NodeKeys
from wellclear.apps.node.ids import decode_counters
from wellclear.apps.node.outside import Outside
from wellclear.apps.node.parts import Parts
from wellclear.apps.node.ringing import Ringing
from wellclear.apps.node.said import SaidRows
from wellclear.apps.node.stating import Stating
from wellclear.apps.node.touching import Touching
from wellclear.apps.node.units import Units
from wellclear.apps.node.unread import Unread
from wellclear.apps.node.unstored import Unstored
from wellclear.apps.node.witnessing import Witnessing
from wellclear.channel.epochs import Wrapping
from wellclear.channel.follower import Follower
from wellclear.channel.opening import open_leaf
from wellclear.channel.outbox import Item, Outbox
from wellclear.channel.witnesses import Witnesses
from wellclear.domain.entry import Act, PartRef, act_hash, decode_leaf
from wellclear.domain.logged import Remark
from wellclear.edges.clock import Clock
from wellclear.edges.store import Store
from wellclear.edges.wrapping import wrap
from wellclear.errors import Malformed, Misconfigured, Unavailable
from wellclear.picture.picture import Picture
from wellclear.picture.view_items import View
from wellclear.watch.drift import DriftWatch
from wellclear.watch.duties import DutyBook

FOLLOWING: Final = "following: {size:,} of {goal:,} entries"
REMARKS_KEPT: Final = 1_000
PARTED: Final = (
    "this log differs from the one that the heads of delegation go on with: what is shown after its {size} entries "
    "does not lead to what they have named at {at}. Take the evidence of another party (`wellclear evidence take`), "
    "then give `wellclear host change follow` again"
)


def evidence_name(file: bytes) -> str:
    """Where a file of evidence lies in the node's home."""
    return f"evidence/{hashlib.sha256(file).hexdigest()[:16]}.txt"


class Holding:
    """All that one party's node holds. The halves that hear and speak are `Hearing` and `NodeCore`.

    Args:
        party: whose node this is.
        channel: the channel's id, as people have read it to each other.
        store: its own store; nobody else writes there.
        keys: the node's, which links entries, the party's, under which epochs open, its cosigner and picture keys.
        clock: the machine's.
        entropy: so many random bytes, for salts and keys.
        wrapping: how an epoch's key is wrapped for a reader.
    """

    def __init__(
        self,
        party: str,
        channel: str,
        store: Store,
        keys: NodeKeys,
        clock: Clock,
        entropy: Callable[[int], bytes],
        wrapping: Wrapping = wrap,
    ) -> None:
        self.party, self.channel, self.store, self.clock = party, channel, store, clock
        self.follower = Follower(channel)
        self.outbox = Outbox({"node": keys.signer})
        self.view = View()
        self.duties = DutyBook()
        self.drift = DriftWatch()
        self.alarms = AlarmBook(store)
        self.ringing = Ringing(party, self.alarms, self.duties, self._act_at)
        self.parts = Parts(party)
        self.detection = Detection(party)
        self.drawing, self.touching, self.units = Drawing(party), Touching(party), Units(party)
        self._detecting: Turns[list[Change]] | None = None
        self.said = SaidRows()
        self.doubted = Doubted(self._act_there)
        self.epochs = EpochKeys(party, store, [keys.sealing, *keys.further])
        self.outside = Outside(party, self.epochs.opening_unkept)
        self.unstored = Unstored(store)
        self.witnesses = Witnesses()
        self.witnessing = Witnessing(party, store, keys.cosigner, self.witnesses, keys.cosigner_mldsa44)
        self.stating = Stating(party, store, self.unstored, keys.picture, self.ringing)
        self.unread = Unread()
        self.remarks: deque[tuple[int, str, Remark]] = deque(maxlen=REMARKS_KEPT)
        self.logged_at: dict[str, int] = {}
        self.false_parts: dict[str, bytes] = {}
        self.left_at: int | None = None
        """The entry by which this party has left, or was removed."""
        self.turned_away = ""
        """Why the host, by its own word, lets this node read no more; empty while it does."""
        self.wants_exchange = False
        """Somebody has seen another log: other nodes are to be asked now for the notes behind it."""
        self.changed = True
        self.exercise_key = False
        """The node's key was made for exercises: in a real channel it links nothing."""
        self._entropy, self._wrapping = entropy, wrapping
        self._counters = decode_counters(store.get_meta("counters"))
        self._more = False
        self._started_us = clock.monotonic_us()
        self._findings_at_us = 0

    # What stands in it.

    @property
    def picture(self) -> Picture:
        """The public picture after everything that was verified and stored."""
        return self.follower.picture

    @property
    def real(self) -> bool:
        """Whether the channel is no exercise; raises `Unavailable` while its genesis is not known."""
        if not self.picture.size:
            raise Unavailable("channel", "the node has heard nothing of it yet", retry_after_s=1)
        return not self.picture.exercise

    def check_key(self) -> None:
        """Raise `Misconfigured` where the node's key was made for exercises and the channel turns out to be real."""
        if self.exercise_key and self.picture.size and self.real:
            raise Misconfigured(
                "node", f"{self.party}'s key for node was made for exercises, and this channel is REAL",
                do="Nothing was sent. Make new keys in another home, with `wellclear node init --real --party "
                   f"{self.party}`, and send the new card",
            )  # fmt: skip

    @property
    def now_us(self) -> int:
        """The node's own clock."""
        return self.clock.now_us()

    @property
    def state(self) -> str:
        """live, stale or halted; left, once the log shows that this party is no member any more.

        It is not live while more is proven than was taken.
        """
        state = self.follower.state(self.clock.monotonic_us())
        state = "stale" if state == "live" and self._more else state
        return state if self.left_at is None or state == "halted" else "left"

    @property
    def evidence(self) -> bytes | None:
        """The file that convicts the host; None unless this node has halted."""
        found = self.follower.evidence
        return None if found is None else found.evidence[2]

    @property
    def why_silent(self) -> str:
        """Why nothing is heard that this node could believe, where more is known than that; else empty."""
        if self.turned_away:
            return f"the host turns this node away: {self.turned_away}. Nothing here proves it: ask the other parties"
        if self._more:
            return FOLLOWING.format(size=self.follower.size, goal=self.follower.goal)
        bound = self.follower.bound
        if self.state != "stale" or bound is None or not self.follower.parted():
            return ""
        return PARTED.format(size=self.follower.size, at=bound.size)

    @property
    def why_halted(self) -> str:
        """What the evidence proves; empty unless this node has halted."""
        return "" if self.follower.evidence is None else self.follower.evidence.why

    @property
    def evidence_file(self) -> str:
        """Where the evidence lies in the node's home; empty unless this node has halted."""
        return "" if self.evidence is None else evidence_name(self.evidence)

    @property
    def evidence_files(self) -> dict[str, bytes]:
        """Every file of evidence that this node holds, by its place in the home: against its host, and parties."""
        return (
            self.false_parts
            | self.stating.files
            | ({} if self.evidence is None else {self.evidence_file: self.evidence})
        )

    def _act_at(self, index: int) -> bytes:
        """The hash of the act that stands at an index of the own log; empty where none can be read there."""
        act = self._act_there(index)
        return b"" if act is None else act_hash(act)

    def _act_there(self, index: int) -> Act | None:
        leaves = self.store.leaves(index, index + 1)
        try:
            return decode_leaf(leaves[0]).act if leaves else None
        except Malformed:
            return None

    def author_of(self, index: int) -> str:
        """The party that an entry names as its author; empty where it cannot be told."""
        leaf = self.store.leaves(index, index + 1)
        entry = open_leaf(index, leaf[0]).entry if leaf else None
        return entry.act.party if entry is not None else ""

    def opening(self, commitment: str) -> bytes | None:
        """The stored bytes behind a commitment, if this node holds them."""
        return self.store.opening(commitment)

    def _keep_part(self, ref: PartRef, stored: bytes, opening: bytes) -> None:
        """The bytes that travelled, for whoever has to bring a lost host forward, and what they hold."""
        self.store.put_opening(ref.commit, opening)
        if ref.sealed and ref.sha is not UNSET:
            self.store.put_part(ref.sha, stored)

    # The outbox, as it is stored and rung.

    def _store_item(self, item: Item, *, with_parts: bool = False) -> None:
        row = replace(item, parts=()).encode()
        self.store.put_outbox(item.id, item.state, row, item.parts if with_parts else None)

    def _settle_unstored(self) -> None:
        error = self.unstored.settle()
        if error is not None:
            self.ringing.disk(str(error), self.now_us)
            self.changed = True

    def _ended(self, item: Item) -> None:
        """Ring for what cannot go out by itself."""
        self.ringing.outbox_changed(item, self.now_us)
