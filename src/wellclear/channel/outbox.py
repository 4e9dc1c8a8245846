"""The outbox: acts that wait for their place in the log, and get exactly one.

Theory of operation. Persons approve an act; the outbox gives it its link: the next `seq` and `prev` of the key, the
newest verified log as `head`, the hour. Every change of an item is first handed out to be stored and only then sent, so
a killed node starts again from what it stored and sends the same bytes. The host's answer to them is a proof, also when
they are in the log already. Two links of one `seq` can never both be logged, and an act counts once; so nothing is
lost and nothing is doubled whatever is lost, delayed or repeated on the way.

    state      event                                                  next
    -------    ---------------------------------------------------    -------------------------------
    waiting    its turn (safety first, findings last), < 4 linked      linked
    waiting    approved longer ago than the agreement allows           refused STALE_APPROVAL
    linked     proof of inclusion, or seen in the verified log         logged
    linked     30 s without either, and no later link was proven       waiting (linked again, new hour)
    linked     refused NOT_NEXT, RATE                                  waiting
    linked     refused for any other reason                            refused; an officer is rung
    linked     another entry of its key logged at its seq or above     waiting (its link is void)
    linked     an own entry in the log that this node never made       held; an officer is asked. An epoch waits
    held       an officer says again                                   waiting
    waiting    its key was lent, and is locked again                   held; an officer is told
    linked     the host changes                                       waiting (its link is void)
    logged     the host changes, and the log is cut back before it    waiting (in the order in which it was logged)
    refused, logged, held    an officer has seen it                    gone

After a halt the host's proofs prove nothing, and only safety is linked, as best effort (decision 0014):

    linked     the halt                                               waiting (its link is void)
    logged     the halt, and the own log does not hold it             unproven if it is safety, else waiting
    linked     proof of inclusion, or seen in what the host shows     unproven
    unproven   the host changes; so does safety that still waits      held; an officer is asked

What holds before another host is in `next_host`.

Times are UTC microseconds for the link, monotonic ones for waiting; both are handed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from wellclear.channel.composing import Chain, link
from wellclear.channel.turns import in_turn
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import Act, Approval, Entry, act_hash
from wellclear.domain.logged import Logged
from wellclear.domain.reasons import FINAL_NOT, Reason
from wellclear.errors import InvalidValue, Malformed, WellclearError
from wellclear.log.ed25519 import Signer
from wellclear.log.merkle import leaf_hash
from wellclear.picture.picture import Picture

LINKED_MAX = 4
LINK_AGAIN_US = 30_000_000
RATE_PAUSE_US = 1_000_000
NOT_NEXT_PAUSE_US = 200_000

OF_THE_NODE = frozenset({"receipt", "time", "finding"})
"""Kinds that no person approves: the node says them as soon as they are due."""

AFTER_A_HALT = frozenset({"safety", "epoch"})
"""Kinds that still go to a host whose record is not believed: a cry for help must not fail for bookkeeping."""
LOCKED = "the {use} key that links it was open for one moment only, and the log does not have it"

ItemState = Literal["waiting", "linked", "logged", "refused", "held", "unproven"]


@dataclass(frozen=True, slots=True)
class Item:
    """One act on its way. `id` is its hash in base64; `number` the order of arrival; `use` the key that links it.

    `key` is the one that linked it last, for a lent key is known no longer. `note` is the checkpoint to which the host
    proved its place, until the own log shows the entry there.
    """

    id: str
    number: int
    act: Act
    approvals: tuple[Approval, ...]
    parts: tuple[bytes, ...]
    use: str = "node"
    key: str = ""
    state: ItemState = "waiting"
    leaf: bytes = b""
    seq: int = 0
    index: int = -1
    reason: str = ""
    detail: str = ""
    note: bytes = b""
    linked_us: int = 0
    pause_until_us: int = 0

    def freed(self, reason: str = "", pause_until_us: int = 0) -> Item:
        """The same act without a link, waiting for its next turn."""
        return replace(
            self, state="waiting", leaf=b"", seq=0, note=b"", reason=reason, detail="", pause_until_us=pause_until_us
        )

    def encode(self) -> bytes:
        """The item as the store keeps it, parts and link included."""
        return msgspec.json.encode(self)


def decode_item(row: bytes) -> Item:
    """A stored item; raises `Malformed` for anything else.

    Monotonic times do not survive a restart: whoever loads it sets `linked_us` to the start's.
    """
    try:
        return replace(msgspec.json.decode(row, type=Item), linked_us=0, pause_until_us=0)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed("outbox", "", str(error)) from error


class Outbox:
    """The items of one node. Methods that change items return them: store those, then act on what they say."""

    def __init__(self, signers: dict[str, Signer]) -> None:
        self.signers = signers
        self.items: dict[str, Item] = {}
        self.adopted: list[int] = []
        self.halted = False
        self._numbers = 0
        self._shown: dict[str, Chain] = {}

    # What persons and the node put in.

    def add(
        self, act: Act, approvals: Iterable[Approval], parts: Sequence[bytes], use: str = "node"
    ) -> tuple[Item, bool]:
        """Take an act; the same act again is the item that is there, and False."""
        name = b64(act_hash(act))
        known = self.items.get(name)
        if known is not None and known.state != "refused":
            return known, False
        self._numbers += 1
        item = Item(name, self._numbers, act, tuple(approvals), tuple(parts), use)
        self.items[name] = item
        return item, True

    def load(self, items: Iterable[Item]) -> None:
        """What the store held when the node stopped; links that were sent, or not, will be sent again."""
        for item in items:
            self.items[item.id] = item
            self._numbers = max(self._numbers, item.number)

    def hold_all(self) -> list[Item]:
        """Everything waits for an officer's word: this node was restored, and may have sent it before."""
        rows = [item for item in self.items.values() if item.state in ("waiting", "linked")]
        return [self._set(replace(item.freed(), state="held")) for item in rows]

    def hold_locked(self) -> list[Item]:
        """What waits for a key that is lent no longer is held; what is linked by one is signed, and is sent on."""
        rows = [item for item in self.items.values() if item.state == "waiting" and item.use not in self.signers]
        return [self._set(replace(item, state="held", detail=LOCKED.format(use=item.use))) for item in rows]

    def again(self, name: str) -> Item:
        """An officer wants a held or refused act to go out after all; raises InvalidValue for any other."""
        item = self._one(name)
        if item.state not in ("held", "refused"):
            raise InvalidValue("id", f"{name} is {item.state}; only a held or refused act can be sent again")
        if item.use not in self.signers:
            raise InvalidValue("id", f"the {item.use} key is locked: give the command of this act again, and drop this")
        return self._set(item.freed())

    def drop(self, name: str) -> Item:
        """An officer has seen how an item ended, or takes back one that never had a link."""
        item = self._one(name)
        if item.state in ("linked", "unproven"):
            raise InvalidValue("id", f"{name} is on its way; it can no longer be taken back")
        return self.items.pop(name)

    @contextmanager
    def undone_on_failure(self) -> Iterator[None]:
        """Whatever changes inside is undone when it cannot be stored: nothing is known here that a restart forgets."""
        items, adopted, shown = dict(self.items), len(self.adopted), dict(self._shown)
        try:
            yield
        except WellclearError:
            self.items, self._shown = items, shown
            del self.adopted[adopted:]
            raise

    @property
    def under_way(self) -> bool:
        """Whether anything waits for a link, or is linked and waits for its answer."""
        return any(item.state in ("waiting", "linked") for item in self.items.values())

    # Linking.

    def link_next(
        self, picture: Picture, head: tuple[int, bytes], now_us: int, mono_us: int, approval_age_us: int | None
    ) -> list[Item]:
        """Link the next acts, at most four in flight a key; the changed items, in the order of the chain."""
        changed = [self._set(item) for item in self._outdated(now_us, approval_age_us)] + self.hold_locked()
        for use, signer in self.signers.items():
            chain = self._chain(picture, use)
            flying = [item for item in self.items.values() if item.use == use and item.state == "linked"]
            for item in self._in_turn(use, mono_us)[: max(0, LINKED_MAX - len(flying))]:
                leaf = link(item.act, item.approvals, signer, chain, head, now_us)
                chain = chain.next(leaf_hash(leaf))
                linked = replace(item, state="linked", key=b64(signer.public_key), leaf=leaf, seq=chain.seq)
                changed.append(self._set(replace(linked, linked_us=mono_us)))
        return changed

    def to_send(self) -> list[Item]:
        """What is linked and has no answer yet, in the order of the chain."""
        return sorted((item for item in self.items.values() if item.state == "linked"), key=lambda item: item.seq)

    def link_again(self, mono_us: int) -> list[Item]:
        """Free what has waited 30 s for its answer; a link behind a freed one has lost its `prev` and is freed too."""
        open_ = [item for item in self.to_send() if item.seq > self._proven_seq(item.use)]
        uses = {item.use for item in open_ if mono_us - item.linked_us >= LINK_AGAIN_US}
        return [self._set(item.freed()) for item in open_ if item.use in uses]

    # What comes back.

    def proved(self, name: str, leaf: bytes, index: int, note: bytes = b"") -> list[Item]:
        """The host's proof of inclusion, to the checkpoint of `note`, held for exactly these bytes."""
        item = self.items.get(name)
        if item is None or item.state != "linked" or item.leaf != leaf:
            return []
        if self.halted:
            return [self._unproven(item)]
        return [self._set(replace(item, state="logged", index=index, note=note, reason="", detail=""))]

    def refused(self, name: str, leaf: bytes, reason: str, detail: str, mono_us: int) -> list[Item]:
        """The host's signed refusal of exactly these bytes; what was linked behind them is freed as well.

        A refusal that was overtaken by the proof of a later link is an old one: the entry is in the log.
        """
        item = self.items.get(name)
        if item is None or item.state != "linked" or item.leaf != leaf or item.seq <= self._proven_seq(item.use):
            return []
        behind = [other for other in self._flying(item.use) if other.seq > item.seq]
        if reason in FINAL_NOT:
            pause_us = RATE_PAUSE_US if reason == Reason.RATE else NOT_NEXT_PAUSE_US
            changed = [self._set(item.freed(reason, mono_us + pause_us))]
        else:
            changed = [self._set(replace(item, state="refused", leaf=b"", seq=0, reason=reason, detail=detail))]
        return changed + [self._set(other.freed()) for other in behind]

    @staticmethod
    def _asks_or_waits(item: Item) -> Item:
        """What was on its way when somebody else has used our key. An epoch goes on: what is held is sealed under it.

        Were it held, its number would be given out anew, and what is sealed under the one could pass for the other.
        """
        return item.freed() if item.act.kind == "epoch" else replace(item.freed(), state="held")

    def saw(self, logged: Logged) -> list[Item]:
        """An entry of the verified log, in order: it answers an item, voids links, or was made elsewhere."""
        entry = logged.entry
        if entry is None or logged.fault is not None:
            return []
        item = self.items.get(b64(entry.act_hash))
        lent = item.use if item is not None and item.key == entry.link.key else None
        use = self._use_of(entry.link.key) or lent
        if use is None:
            return []
        flying = [other for other in self._flying(use) if item is None or other.id != item.id]
        if item is None:
            self.adopted.append(logged.index)
            return [self._set(self._asks_or_waits(other)) for other in flying]
        changed = []
        ours = item.leaf == entry.leaf
        if item.state != "logged":
            done = replace(item, state="logged", index=logged.index, leaf=entry.leaf, seq=entry.link.seq)
            changed.append(self._set(replace(done, reason="", detail="")))
        if not ours:  # the place was taken by another link than the one in flight: what hangs behind that is void
            changed += [self._set(other.freed()) for other in flying]
        return changed

    def end(self) -> tuple[list[Item], list[Item]]:
        """This party has left: nothing more of it is logged. What persons said is refused, the rest dropped.

        Returns the changed items and the dropped ones.
        """
        rows = [item for item in self.items.values() if item.state in ("waiting", "linked")]
        dropped = [self.items.pop(item.id) for item in rows if item.act.kind in OF_THE_NODE]
        reason = str(Reason.KEY_NOT_LIVE)
        spoken = [item for item in rows if item.act.kind not in OF_THE_NODE]
        return [self._set(replace(item.freed(reason), state="refused")) for item in spoken], dropped

    # After a halt.

    def halt(self) -> list[Item]:
        """The host is convicted: what was on its way waits, and only safety goes on, unproven. The changed items."""
        self.halted = True
        changed = []
        for item in [item for item in self.items.values() if item.state in ("linked", "logged")]:
            promised = item.state == "logged" and item.act.kind in AFTER_A_HALT
            changed.append(self._unproven(item) if promised else self._set(item.freed()))
        return changed

    @property
    def lost(self) -> bool:
        """Whether a host that is not believed says that the own chain ends elsewhere in what it shows."""
        return self.halted and any(
            item.state == "waiting" and item.use == "node" and item.reason == Reason.NOT_NEXT
            for item in self.items.values()
        )

    def shown(self, own: Entry | None) -> list[Item]:
        """The newest own entry in what such a host shows; the next link of the node's key goes behind it.

        Safety that waits and stands there already is not sent once more. Returns the changed items.
        """
        self._shown["node"] = Chain(0, None) if own is None else Chain(own.link.seq, own.leaf_hash)
        item = None if own is None else self.items.get(b64(own.act_hash))
        if own is None or item is None or item.state not in ("waiting", "linked") or not self._goes_out(item):
            return []
        return [self._unproven(replace(item, leaf=own.leaf, seq=own.link.seq))]

    def _unproven(self, item: Item) -> Item:
        if item.use in self._shown:
            self._shown[item.use] = Chain(item.seq, leaf_hash(item.leaf))
        return self._set(replace(item, state="unproven", index=-1, note=b"", reason="", detail=""))

    # The parts.

    def _one(self, name: str) -> Item:
        item = self.items.get(name)
        if item is None:
            raise InvalidValue("id", f"nothing in the outbox is called {name}")
        return item

    def _set(self, item: Item) -> Item:
        self.items[item.id] = item
        return item

    def _flying(self, use: str) -> list[Item]:
        return [item for item in self.to_send() if item.use == use]

    def _proven_seq(self, use: str) -> int:
        """The newest link of a key that is proven to be logged; what is linked before it is in the log as well."""
        if self.halted:
            return 0
        return max((item.seq for item in self.items.values() if item.use == use and item.state == "logged"), default=0)

    def _chain(self, picture: Picture, use: str) -> Chain:
        """Where the next link of a key goes: after its last one in flight, proved, shown, or folded."""
        last, shown = picture.chains.get(b64(self.signers[use].public_key)), self._shown.get(use)
        chain = shown or (Chain(0, None) if last is None else Chain(last[0], unb64(last[1])))
        ahead = [item for item in self.items.values() if item.use == use and item.leaf and item.seq > chain.seq]
        if shown is not None:
            ahead = [item for item in ahead if item.state == "linked"]  # what was handed to another history is not here
        if not ahead:
            return chain
        tip = max(ahead, key=lambda item: item.seq)
        return Chain(tip.seq, leaf_hash(tip.leaf))

    def _use_of(self, key: str) -> str | None:
        return next((use for use, signer in self.signers.items() if b64(signer.public_key) == key), None)

    def _outdated(self, now_us: int, approval_age_us: int | None) -> Iterator[Item]:
        if approval_age_us is None:
            return
        for item in list(self.items.values()):
            ours = item.state == "waiting" and item.approvals and self._goes_out(item)
            if ours and item.act.said < now_us - approval_age_us:
                yield replace(item, state="refused", reason=str(Reason.STALE_APPROVAL), detail="approve it again")

    def _goes_out(self, item: Item) -> bool:
        return not self.halted or item.act.kind in AFTER_A_HALT

    def _in_turn(self, use: str, mono_us: int) -> list[Item]:
        """What waits for a link of this key, in the order in which it gets one."""
        mine = [item for item in self.items.values() if item.use == use and item.state == "waiting"]
        return in_turn([item for item in mine if self._goes_out(item)], mono_us)
