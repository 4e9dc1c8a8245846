"""Parts meant for this party: what is still to be fetched, what opened, what did not, and the receipt that says so.

A receipt is sent when it tells something new. It covers everything up to the first entry whose parts are still being
fetched; after `PATIENCE_US` without them an entry is told as not opened, and again as received once it opens after all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from msgspec import UNSET

from wellclear.channel.false_part import fits
from wellclear.channel.sealing import check_sha
from wellclear.domain.entry import Act, PartRef
from wellclear.domain.logged import Logged
from wellclear.domain.parts import Group, open_part
from wellclear.errors import InvalidValue, Malformed, Refused, Unverified
from wellclear.picture.picture import Picture
from wellclear.picture.view_items import REUSED, Unopened

Read = TypeVar("Read")
PATIENCE_US = 5_000_000
AGAIN_AFTER_US = (200_000, 1_000_000, 5_000_000, 30_000_000, 300_000_000)
NOT_OPENED_MAX = 256
FALSE = "false"
"""Why a part did not open whose text is not the one that its author committed to."""
FINAL = (FALSE, REUSED)
"""Other bytes will never come."""

Opening = Callable[[str], bytes | None]
"""The stored bytes behind a commitment, if this node holds them."""
Keep = Callable[[PartRef, bytes, bytes], None]
"""Keeps a part: its stored bytes, and what they open to."""
Unseal = Callable[[Act, PartRef, bytes], bytes]
"""What stored bytes hold; raises `Unverified`."""


@dataclass(slots=True)
class Wanted:
    """One part on its way: asked for at the latest when `next_us` has come."""

    index: int
    act: Act
    ref: PartRef
    since_us: int
    next_us: int
    tries: int = 0
    why: str = "missing"
    busy: bool = False


@dataclass(slots=True)
class Parts:
    """The parts of one node.

    Commitments stand in the header for all to copy, so what is wanted is known by entry and commitment, and nothing
    that is held opens for another party's entry unless that entry was sent to us.
    """

    party: str
    wanted: dict[tuple[int, str], Wanted] = field(default_factory=dict)
    reported: set[int] = field(default_factory=set)

    def open_known(self, act: Act, opening: Opening) -> dict[str, Group | Unopened]:
        """The field groups of an act that this node can open from what it holds."""
        found: dict[str, Group | Unopened] = {}
        for ref in act.parts:
            ours = act.party == self.party or self._meant(act, ref)
            stored = opening(ref.commit) if ours else None
            if stored is not None:
                found[ref.commit] = opened(stored, ref)
        return found

    def want(self, logged: Logged, known: dict[str, Group | Unopened], now_us: int) -> None:
        """Note which parts of a new entry must still be fetched."""
        if logged.entry is None or logged.fault is not None:
            return
        for ref in logged.entry.act.parts:
            if self._meant(logged.entry.act, ref) and isinstance(known.get(ref.commit, Unopened("missing")), Unopened):
                self.wanted[logged.index, ref.commit] = Wanted(logged.index, logged.entry.act, ref, now_us, now_us)

    def _meant(self, act: Act, ref: PartRef) -> bool:
        """Also what is the party's own: a stand-by has not sent it, and opens it as all others do."""
        return ref.to is not UNSET and (self.party in ref.to or act.party == self.party)

    def due(self, now_us: int) -> list[Wanted]:
        """What to ask for now, oldest last so that the newest is seen first; each is marked busy until it came."""
        rows = [row for row in self.wanted.values() if not row.busy and row.next_us <= now_us and row.why not in FINAL]
        for row in rows:
            row.busy = True
        return sorted(rows, key=lambda row: -row.index)

    def host_is_back(self, now_us: int) -> None:
        """What did not come while the host was away is asked for at once: a cry for help may stand in it."""
        for row in self.wanted.values():
            row.next_us, row.tries = min(row.next_us, now_us), 0

    def came(self, row: Wanted, stored: bytes | None, now_us: int, keep: Keep, unseal: Unseal) -> Group | Unopened:
        """What was fetched, or None when the host had nothing; it is asked for again until it opens and is kept.

        Raises:
            Unavailable: `keep` could not; it is still wanted, so that no receipt claims it.
        """
        opening, group = _came(row, stored, unseal)
        row.busy = False
        row.next_us = now_us + AGAIN_AFTER_US[min(row.tries, len(AGAIN_AFTER_US) - 1)]
        row.tries += 1
        if isinstance(group, Unopened):
            row.why = group.why
        else:
            assert stored is not None, "it was opened"
            keep(row.ref, stored, opening)
            self.wanted.pop((row.index, row.ref.commit), None)
        return group

    def again(self, rows: Sequence[Wanted]) -> None:
        """What came could not be kept, whatever `came` has seen: it is wanted as before, at the next moment due."""
        for row in rows:
            row.busy = False
            self.wanted[row.index, row.ref.commit] = row

    def receipt(self, picture: Picture, now_us: int) -> tuple[int, dict[int, str]] | None:
        """`through` and `not_opened` of the receipt to send now; None while there is nothing new to tell."""
        waiting = picture.waiting.get(self.party)
        if not waiting:
            return None
        shut: dict[int, str] = {}
        first_open = picture.size
        for row in self.wanted.values():
            if row.index in waiting:
                if now_us - row.since_us < PATIENCE_US and row.why == "missing":
                    first_open = min(first_open, row.index)
                else:
                    shut[row.index] = row.why
        covered = sorted(index for index in waiting if index < first_open)
        shut = {index: why for index, why in sorted(shut.items())[:NOT_OPENED_MAX] if index < first_open}
        fresh = [index for index in covered if index not in shut]
        news = [index for index in shut if index not in self.reported]
        if not covered or not (fresh or news):
            return None
        self.reported |= shut.keys()
        return (picture.size if first_open == picture.size else first_open) - 1, shut


def _came(row: Wanted, stored: bytes | None, unseal: Unseal) -> tuple[bytes, Group | Unopened]:
    if stored is None:
        return b"", Unopened("missing")
    try:
        check_sha(stored, row.ref)
        opening = unseal(row.act, row.ref, stored)
    except Unverified:
        return b"", Unopened("unverified")
    except Refused:
        return b"", Unopened(REUSED)
    if not fits(opening, row.ref):
        return b"", Unopened(FALSE)
    return opening, opened(opening, row.ref)


def opened(opening: bytes, ref: PartRef) -> Group | Unopened:
    """The group in a part's opening, or why it is none."""
    try:
        return open_part(opening, ref)
    except Unverified:
        return Unopened("unverified")
    except Malformed:
        return Unopened("malformed")


def groups_of(act: Act, openings: Sequence[bytes]) -> list[Group]:
    """The field groups of an own act, from what all its parts open to.

    Raises:
        InvalidValue: these are not the parts that the act names; says which.
    """
    return each_part(act, openings, open_part)


def each_part(act: Act, rows: Sequence[bytes], read: Callable[[bytes, PartRef], Read]) -> list[Read]:
    """What is read of each of an act's own parts; raises as `groups_of`."""
    if len(rows) != len(act.parts):
        raise InvalidValue("parts", f"{len(rows)} parts where the act commits to {len(act.parts)}")
    found = []
    for number, (raw, ref) in enumerate(zip(rows, act.parts, strict=True)):
        try:
            found.append(read(raw, ref))
        except (Unverified, Malformed, Refused) as error:
            raise InvalidValue(f"parts[{number}]", str(error)) from error
    return found
