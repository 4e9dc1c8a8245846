"""What becomes doubtful when a lost key is revoked: a mark beside entries, in no row and no digest.

(Protocol, "Doubtful".) A `revoke` names the index since which the key may have been in other hands. Until the entry
that ends it, nobody can tell who used it: what it linked or approved in between is *doubtful*, and so is what every key
said that it has added since. Nothing is undone, and no state changes; people are told, and ask.

Everything here follows from the log alone, so all who have the same log mark the same entries.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass
from typing import Literal

from msgspec import UNSET

from wellclear.domain.entry import Entry
from wellclear.domain.kinds import Revoke, public_of
from wellclear.domain.logged import Logged
from wellclear.errors import InvalidValue
from wellclear.picture.picture import Picture, Step
from wellclear.picture.rows import KeyRow

How = Literal["linked", "approved"]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why one entry is doubtful. `holder` is PARTY/HANDLE for a person's key, else the party's name."""

    index: int
    key: str
    how: How
    holder: str
    use: str
    revoked: int
    """The entry that ended the key."""

    @property
    def words(self) -> str:
        """For people, after the name of the entry."""
        whose = f"{self.holder}'s key" if "/" in self.holder else f"{self.holder}'s {self.use} key"
        return f"{self.how} by {whose}, which may have been in other hands by then; entry {self.revoked} revokes it"


class DoubtBook:
    """Takes the log entry by entry; `marks` holds what is doubtful by now, by index.

    It remembers for each key what it linked and approved, and each entry's moment, 8 bytes apiece.
    """

    def __init__(self) -> None:
        self.marks: dict[int, tuple[Doubt, ...]] = {}
        self._said: dict[How, dict[str, array[int]]] = {"linked": {}, "approved": {}}
        self._moments: array[int] = array("Q")
        self._picture = Picture()

    def take(self, logged: Logged, step: Step) -> tuple[Doubt, ...]:
        """One entry and what it did; returns what has become doubtful by it."""
        before, self._picture = self._picture, step.picture
        entry = logged.entry
        if entry is None or before.chains.get(entry.link.key) == step.picture.chains.get(entry.link.key):
            self._moments.append(step.picture.now_us)
            return ()  # no key's word: the host should have refused it
        self._moments.append(max(step.picture.now_us, entry.link.time))
        self._keep("linked", entry.link.key, logged.index)
        for key in {one.key for one, holds in zip(entry.approvals, logged.approved, strict=True) if holds}:
            self._keep("approved", key, logged.index)
        return self._mark(entry, before, step) if entry.act.kind == "revoke" else ()

    def would(self, key: str, since: int) -> tuple[Doubt, ...]:
        """What would become doubtful if the next entry revoked a key; nothing of a key that is not known."""
        return tuple(self._doubts(self._picture, key, since, self._picture.size))

    def index_at(self, moment_us: int) -> int:
        """The first entry at or after a moment, by the picture's now or by its author's clock, whichever is earlier.

        Now lags behind while clocks are silent; but a host opens each batch with its own time. The size of the log
        where there is none.
        """
        return next((index for index, at_us in enumerate(self._moments) if at_us >= moment_us), len(self._moments))

    def _keep(self, how: How, key: str, index: int) -> None:
        self._said[how].setdefault(key, array("Q")).append(index)

    def _mark(self, entry: Entry, before: Picture, step: Step) -> tuple[Doubt, ...]:
        body = _revoked_by(entry, before, step)
        found = () if body is None else tuple(self._doubts(before, body.key, body.since, step.picture.size - 1))
        for doubt in found:
            self.marks[doubt.index] = (*self.marks.get(doubt.index, ()), doubt)
        return found

    def _doubts(self, picture: Picture, key: str, since: int, end: int) -> list[Doubt]:
        found = []
        for one, row in _with_added(picture, key, since):
            holder = row.party if row.person is UNSET else row.person
            for how, said in self._said.items():
                indices = said.get(one, array("Q"))
                first, last = bisect_left(indices, since), bisect_left(indices, end)
                found += [Doubt(index, one, how, holder, row.use, end) for index in indices[first:last]]
        return sorted(found, key=lambda doubt: (doubt.index, doubt.key, doubt.how))


def _revoked_by(entry: Entry, before: Picture, step: Step) -> Revoke | None:
    """What a `revoke` says, if it has just ended the key that it names."""
    try:
        body = public_of(entry.act)
    except InvalidValue:
        return None
    if not isinstance(body, Revoke):
        return None
    was, now = before.keys.get(body.key), step.picture.keys.get(body.key)
    ended = was is not None and now is not None and was.state != "revoked" and now.state == "revoked"
    return body if ended else None


def _with_added(picture: Picture, key: str, since: int) -> list[tuple[str, KeyRow]]:
    """A key and those that it has added since an index, also ones that ended before."""
    row = picture.keys.get(key)
    if row is None:
        return []
    rows = [
        (one, picture.keys[one]) for one in picture.keys_of.get(row.party) or () if picture.added_by.get(one) == key
    ]
    return [(key, row), *sorted((one, added) for one, added in rows if added.since >= since)]
