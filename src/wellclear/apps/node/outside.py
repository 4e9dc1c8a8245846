"""Safety that is heard outside the record, after a halt.

Theory of operation. A host that has signed two histories is not believed about order, completeness or time; but an
entry that it still brings carries its author's own signature, and a call to cease fire must ring. So of what the host
shows after the halt, `safety` for this party rings once if the log that was verified knows the key that signed it.
Nothing of it is folded, counted, received or acknowledged. What a party has said last is kept, so that a flood of one
party's messages pushes out only its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from msgspec import UNSET

from wellclear.apps.node.parts import AGAIN_AFTER_US, Parts, Unseal, Wanted
from wellclear.channel.opening import open_leaf
from wellclear.domain.canonical import b64
from wellclear.domain.entry import Entry
from wellclear.domain.kinds import KINDS, public_of
from wellclear.domain.logged import Logged
from wellclear.domain.names import party_of_desk
from wellclear.domain.parts import Group
from wellclear.errors import InvalidValue
from wellclear.picture.approvals import approvals_fault
from wellclear.picture.picture import Picture
from wellclear.picture.view_items import Unopened

KIND: Final = "safety"
OF_PARTY_MAX: Final = 32
TRIES_MAX: Final = 2 * len(AGAIN_AFTER_US)
_MARK = b'"kind":"safety"'
"""In canonical JSON a leaf of this kind cannot spell it otherwise; all others are not looked at."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One message. `name` is its act's hash; `by` the officer, empty where no verified roster knows the key."""

    name: str
    number: int
    entry: Entry
    by: str
    heard_us: int
    group: Group | None = None


class Outside:
    """What one party's node has heard outside the record."""

    def __init__(self, party: str, unseal: Unseal) -> None:
        self.party = party
        self.heard: dict[str, Heard] = {}
        self.dropped = 0
        self._parts = Parts(party)
        self._unseal = unseal
        self._numbers = 0

    def take(
        self, picture: Picture, leaf: bytes, in_record: Callable[[Entry], bool], now_us: int, mono_us: int
    ) -> tuple[Heard | None, list[str]]:
        """What a leaf newly says to this party, and the names of what it pushes out; None for anything else.

        Args:
            picture: as it was verified up to the halt.
            leaf: as the host shows it now, at whatever index.
            in_record: whether this act stands in the own verified log, and has rung from there.
            now_us: the own clock.
            mono_us: the same machine's monotonic clock.
        """
        if _MARK not in leaf:
            return None, []
        logged = open_leaf(0, leaf)
        entry = logged.entry
        if entry is None or not self._for_us(picture, entry) or in_record(entry):
            return None, []
        name = b64(entry.act_hash)
        if name in self.heard:
            return None, []
        self._numbers += 1
        heard = self.heard[name] = Heard(name, self._numbers, entry, _officer(picture, logged), now_us)
        self._parts.want(Logged(heard.number, logged.leaf_hash, entry, None, logged.approved), {}, mono_us)
        return heard, self._drop_oldest(entry.act.party)

    def _for_us(self, picture: Picture, entry: Entry) -> bool:
        act, key = entry.act, picture.keys.get(entry.link.key)
        if act.kind != KIND or act.channel != picture.channel or act.party == self.party or key is None:
            return False
        if (key.party, key.state) != (act.party, "live") or not KINDS[KIND].linked.allows(key.use):
            return False
        try:
            public_of(act)
            return any(party_of_desk(desk) == self.party for desk in act.to)
        except InvalidValue:
            return False

    def _drop_oldest(self, party: str) -> list[str]:
        own = [heard for heard in self.heard.values() if heard.entry.act.party == party]
        gone = sorted(own, key=lambda heard: heard.number)[:-OF_PARTY_MAX]
        for heard in gone:
            del self.heard[heard.name]
            self._forget_parts(heard.number)
        self.dropped += len(gone)
        return [heard.name for heard in gone]

    # What it says in its parts; the commitment in the signed act proves it, whoever brings it.

    def due(self, mono_us: int) -> list[Wanted]:
        """The parts to ask the host for now."""
        return self._parts.due(mono_us)

    def came(self, row: Wanted, stored: bytes | None, mono_us: int) -> None:
        """A part was fetched, or the host had none; after `TRIES_MAX` it is asked for no more."""
        group = self._parts.came(row, stored, mono_us, lambda ref, sealed, opening: None, self._unseal)
        heard = next((one for one in self.heard.values() if one.number == row.index), None)
        if heard is None or row.tries >= TRIES_MAX:
            self._forget_parts(row.index)
        if heard is not None and not isinstance(group, Unopened):
            self.heard[heard.name] = replace(heard, group=group)

    def _forget_parts(self, number: int) -> None:
        for key in [key for key in self._parts.wanted if key[0] == number]:
            del self._parts.wanted[key]


def _officer(picture: Picture, logged: Logged) -> str:
    """Who approved it, by the rosters that were verified; a newer officer than those know rings all the same."""
    entry = logged.entry
    if entry is None or approvals_fault(picture, entry, logged.approved)[0] is not None:
        return ""
    row = picture.keys.get(entry.approvals[0].key)
    return "" if row is None or row.person is UNSET else row.person
