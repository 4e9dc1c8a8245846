"""What the host asks of an entry before it looks at the log: sizes, signature, parts; and each party's share of it.

`examine` is pure and may run on another thread; nothing in it depends on the log. `Shares` holds the token buckets.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container
from dataclasses import dataclass, field
from enum import Enum

from msgspec import UNSET

from wellclear.channel.opening import open_leaf, verify_leaf
from wellclear.channel.submission import Frame
from wellclear.domain.canonical import b64
from wellclear.domain.entry import PART_BYTES_MAX, Entry, claimed_key, decode_leaf
from wellclear.domain.kinds import KINDS
from wellclear.domain.logged import Logged
from wellclear.domain.reasons import Reason
from wellclear.errors import Malformed

MINUTE_US = 60_000_000
RESERVED_PART = 4
"""The share that ordinary entries cannot use up is a quarter of the whole."""
NEVER_REFUSED = "safety"
WHY_LENGTH_MAX = 200


@dataclass(frozen=True, slots=True)
class Examined:
    """One frame after every check that needs no log; `logged.index` means nothing yet."""

    frame: Frame
    logged: Logged
    parts: dict[str, bytes]
    fault: Reason | None

    @property
    def leaf(self) -> bytes:
        return self.frame.leaf

    @property
    def leaf_hash(self) -> bytes:
        return self.logged.leaf_hash

    @property
    def entry(self) -> Entry | None:
        return self.logged.entry


def examine(frame: Frame, keys: Container[str] | None = None) -> Examined:
    """Open one frame. Total: whatever is wrong stands in `fault`.

    With `keys`, a leaf that claims another key is a stranger's: its signature is not looked at.
    """
    if keys is not None and not _of_known_key(frame.leaf, keys):
        leaf_hash = hashlib.sha256(b"\x00" + frame.leaf).digest()
        logged = Logged(0, leaf_hash, None, Reason.UNKNOWN_KEY)
        return Examined(frame, logged, {}, Reason.UNKNOWN_KEY)
    logged = open_leaf(0, frame.leaf)
    parts = {b64(hashlib.sha256(part).digest()): part for part in frame.parts}
    fault = logged.fault
    if logged.entry is None:
        fault = fault or Reason.BAD_ENVELOPE
    elif fault is None:
        fault = _parts_fault(logged.entry, frame.parts, parts)
    return Examined(frame, logged, parts, fault)


def why_not(examined: Examined, reason: Reason) -> str:
    """What the refusal tells its author: for bytes that are no envelope, the field and what belongs there.

    Only printable ASCII of it goes back, since the refusal is signed and those bytes were anybody's.
    """
    if reason is not Reason.BAD_ENVELOPE or examined.entry is not None:
        return reason.sentence
    try:
        verify_leaf(examined.leaf)
        decode_leaf(examined.leaf)
    except Malformed as error:
        told = f"{error.where}: {error.why}" if error.where else error.why
        return ascii(told[:WHY_LENGTH_MAX])[1:-1]
    return reason.sentence


def _of_known_key(leaf: bytes, keys: Container[str]) -> bool:
    try:
        return claimed_key(leaf) in keys
    except Malformed:
        return True  # `open_leaf` says what is wrong with it


def _parts_fault(entry: Entry, sent: tuple[bytes, ...], by_sha: dict[str, bytes]) -> Reason | None:
    """Each part that the header names was sent, hashing right, and no other; none is too large."""
    if any(len(part) > PART_BYTES_MAX for part in sent):
        return Reason.TOO_LARGE
    named = {ref.sha for ref in entry.act.parts if ref.sha is not UNSET}
    if named - by_sha.keys():
        return Reason.PART_MISSING
    if by_sha.keys() - named or len(sent) != len(by_sha):
        return Reason.PART_UNNAMED
    return None


@dataclass(slots=True)
class Bucket:
    """Tokens in millionths of an entry; refilled as time passes, never above its size."""

    size: int
    per_minute: int
    tokens: int = field(init=False)
    at_us: int = -1

    def __post_init__(self) -> None:
        self.tokens = self.size * MINUTE_US

    def take(self, now_us: int) -> bool:
        if self.at_us >= 0 and now_us > self.at_us:
            self.tokens = min(self.size * MINUTE_US, self.tokens + (now_us - self.at_us) * self.per_minute)
        self.at_us = max(self.at_us, now_us)
        if self.tokens < MINUTE_US:
            return False
        self.tokens -= MINUTE_US
        return True


class Draw(Enum):
    """Out of what an entry was taken: its party's share or reserve, beyond its share (`safety` only), or not at all."""

    SHARE = "share"
    RESERVE = "reserve"
    BEYOND = "beyond"
    REFUSED = "refused"


class Shares:
    """A token bucket for each authenticated party, and a reserved one for what must get through (R4).

    A whole minute's share may come at once. `safety` is never refused; its answers, receipts and `time` draw from the
    reserve when the ordinary share is used up.
    """

    def __init__(self, entries_per_minute: int) -> None:
        self.entries_per_minute = entries_per_minute
        self._ordinary: dict[str, Bucket] = {}
        self._reserved: dict[str, Bucket] = {}

    def agree(self, entries_per_minute: int) -> None:
        """A new agreement: everybody starts with a full share of the new size."""
        if entries_per_minute != self.entries_per_minute:
            self.entries_per_minute = entries_per_minute
            self._ordinary.clear()
            self._reserved.clear()

    def take(self, party: str, kind: str, now_us: int) -> Draw:
        """Out of what one more entry of this party is taken; it is counted there."""
        within = self._bucket(self._ordinary, party, self.entries_per_minute).take(now_us)
        if within or kind == NEVER_REFUSED:
            return Draw.SHARE if within else Draw.BEYOND
        known = KINDS.get(kind)
        if known is None or not known.always:
            return Draw.REFUSED
        share = max(1, self.entries_per_minute // RESERVED_PART)
        return Draw.RESERVE if self._bucket(self._reserved, party, share).take(now_us) else Draw.REFUSED

    @staticmethod
    def _bucket(buckets: dict[str, Bucket], party: str, share: int) -> Bucket:
        if party not in buckets:
            buckets[party] = Bucket(share, share)
        return buckets[party]
