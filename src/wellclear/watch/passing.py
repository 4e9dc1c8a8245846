"""By when the units that act must know of a notice, and which desk has not proven it (R2, R28).

The public picture knows who has said "passed to units", and cannot know the start, which is sealed. So this is derived
at each node from what it can open, and is never an entry (protocol, "Passed to units").

* Every notice asks, whatever its category: a desk that was shown a cell alone does not know it.
* A desk is asked by start - `passed_before_us`. The start is that of what its *own party* was shown: of the volumes,
  else of the slot. So author and desk reckon with the same moment, and no deadline tells what was held back (N12).
* The next version asks anew and closes this one, as an end does. What was not proven by then stays on record.
* Overdue is strict: (the proof's moment, else the end's, else now) > due. Nothing waits for it: silence is no consent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from msgspec import UNSET

from wellclear.domain.entry import Precedence
from wellclear.domain.names import party_of_desk
from wellclear.domain.parts import NOTICE_GROUPS
from wellclear.picture.copies import is_sheltered
from wellclear.picture.picture import Picture
from wellclear.picture.rows import answer_id
from wellclear.picture.view_items import ItemView, Version
from wellclear.picture.view_states import Times, times_of

PassingState = Literal["asked", "overdue", "passed", "passed_late", "closed"]
"""Of one desk and version: not due yet; due without proof; proven, in time or not; over before it was due."""


@dataclass(frozen=True, slots=True)
class Passing:
    """One desk that is asked to prove that its units know of one version; moments in microseconds UTC.

    `start_us` and `end_us` are those that the desk was shown. `closed_us` is when the next version came, or the item
    was completed or cancelled; `gone`: its party is no member any more.
    `sheltered`: another party's site, movement, deployment or survey to this reader, whose hours stand in no list.
    """

    item: str
    version: int
    index: int
    desk: str
    party: str
    author: str
    author_desk: str
    precedence: Precedence
    start_us: int
    end_us: int
    due_us: int
    passed_us: int | None
    closed_us: int | None
    gone: bool
    sheltered: bool

    @property
    def key(self) -> str:
        """What rings once: the version and the desk."""
        return f"passed/{self.item}/{self.version}/{self.desk}"

    @property
    def open(self) -> bool:
        """Whether proof is still waited for: none came, no newer version, not over by anybody's word."""
        return self.passed_us is None and self.closed_us is None and not self.gone

    def over(self, moment_us: int) -> bool:
        """Whether all that the desk was shown of it lies in the past."""
        return moment_us > self.end_us

    def rings(self, moment_us: int) -> bool:
        """Whether both desks are to be called at a moment."""
        return self.open and self.due_us < moment_us and not self.over(moment_us)

    def state(self, now_us: int) -> PassingState:
        """How it stands on record."""
        if self.closed_us is not None and self.closed_us <= self.due_us:
            return "closed" if self.passed_us is None else "passed"
        if self.passed_us is not None:
            return "passed" if self.passed_us <= self.due_us else "passed_late"
        if self.gone:
            return "closed"
        return "overdue" if self.closed_us is not None or now_us > self.due_us else "asked"


def passings(item: ItemView, picture: Picture, reader: str) -> Iterator[Passing]:
    """What each desk of a notice's newest version owes, as far as this reader can judge it."""
    for desk in item.current.to if item.kind == "notice" else ():
        found = passing(item, item.current, desk, picture, reader)
        if found is not None:
            yield found


def passing(item: ItemView, version: Version, desk: str, picture: Picture, reader: str) -> Passing | None:
    """What one desk owes, or owed, of one version; None where it is not asked, or this reader cannot tell when."""
    answer = picture.answers.get(answer_id(item.id, version.version, desk))
    start_us, end_us = _shown(version, party_of_desk(desk), reader)
    if item.kind != "notice" or answer is None or start_us is None or end_us is None:
        return None
    after = item.versions.get(version.version + 1)
    ended_us = item.ended[1] if item.ended is not None else None
    member = picture.parties.get(answer.party)
    return Passing(
        item=item.id, version=version.version, index=version.index, desk=desk, party=answer.party, author=item.party,
        author_desk=version.desk, precedence=version.precedence, start_us=start_us, end_us=end_us,
        due_us=start_us - version.terms.units_before_us,
        passed_us=None if answer.passed_us is UNSET else answer.passed_us,
        closed_us=after.moment_us if after is not None else ended_us,
        gone=member is None or member.state != "member", sheltered=is_sheltered(item, version, reader),
    )  # fmt: skip


def not_proven(item: ItemView, desk: str, picture: Picture, reader: str, now_us: int) -> list[Passing]:
    """Earlier versions that a desk has not proven, or proven late; the newest of them first."""
    rows = [
        passing(item, item.versions[number], desk, picture, reader)
        for number in sorted(item.versions, reverse=True)
        if number < item.newest and desk in item.versions[number].to
    ]
    return [row for row in rows if row is not None and row.state(now_us) in ("overdue", "passed_late")]


def _shown(version: Version, party: str, reader: str) -> Times:
    """Start and end as a party was shown them.

    Of volumes that are not open here, only the reader itself may be judged by the cell: it knows no better.
    """
    readers = dict(zip(NOTICE_GROUPS, version.shown_to, strict=False))
    if party in readers.get("volume", ()):
        if any(shape.timed for shape in version.shapes or ()):
            return times_of(version)
        if version.shapes is None and reader != party:
            return Times(None, None)
    cell = version.cell
    if party in readers.get("cell", ()) and cell is not None and cell.start_us <= cell.end_us:
        return Times(cell.start_us, cell.end_us)
    return Times(None, None)
