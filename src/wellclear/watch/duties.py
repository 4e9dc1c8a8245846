"""Who must answer what by when: receipts, acknowledgements and the rungs of the ladder (R2, R19).

Everything follows from the public picture, so that it is alike for everybody who has the same one. Overdue is *strict*:
(the answer's moment, else now) > due. It is derived and never logged.

* A receipt's clock starts where `OwedRow.start_us` says.
* An acknowledgement's clock starts with the receipt's (`ack_start_us`), and at most at the moment when the receipt is
  due: nobody puts it off by not receiving.
* The periods are those of the agreement under which the entry was logged (`OwedRow.terms`).
* The next version of a notice closes what the same desk owed on the one before, at the moment when its own clock
  starts; what was overdue by then stays overdue.
* Of an item that is over, or of a party that has left, nothing is waited for any more (`ended`): nobody is rung. What
  was never answered goes on being overdue on record.

Public states follow now alone. Desks look at now *or their own clock*, whichever is later (`overdue_here`, `rung`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from msgspec import UNSET

from wellclear.domain.agreement import Deadlines
from wellclear.domain.entry import Entry, Precedence
from wellclear.picture.picture import Picture, Step
from wellclear.picture.rows import OwedRow, answer_id, owed_id
from wellclear.watch.instants import Instants

RungName = Literal["due", "next_name", "other_desk", "host"]
RUNGS: tuple[RungName, ...] = get_args(RungName)
"""The ladder: the answer is due; the next name of the desk, the desk that stands in, the host are called."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder, and when it is passed."""

    name: RungName
    at_us: int


@dataclass(frozen=True, slots=True)
class Owing:
    """One answer that is owed, as the public rows state it.

    `key` is `receipt/INDEX/PARTY` or `ack/ID/VERSION/DESK`; `item`, `version` and `desk` are empty, 0 and empty for a
    receipt. `closed_us` is when a newer version took this one's place.
    """

    key: str
    what: Literal["receipt", "ack"]
    index: int
    party: str
    item: str
    version: int
    desk: str
    precedence: Precedence
    start_us: int
    rungs: tuple[Rung, ...]
    answered_us: int | None
    closed_us: int | None
    ended: bool

    @property
    def due_us(self) -> int:
        """When the answer is due."""
        return self.rungs[0].at_us

    @property
    def open(self) -> bool:
        """Whether an answer is still waited for: none came, no newer version, not cancelled or completed."""
        return self.answered_us is None and self.closed_us is None and not self.ended

    def overdue(self, now_us: int) -> bool:
        """(The answer's moment, else the newer version's, else now) > due, strictly."""
        ends = [moment for moment in (self.answered_us, self.closed_us) if moment is not None]
        return min(ends, default=now_us) > self.due_us

    def rung(self, moment_us: int) -> RungName | None:
        """The highest rung that is passed while the answer is still open; None before it is due."""
        passed = [rung.name for rung in self.rungs if moment_us > rung.at_us] if self.open else []
        return passed[-1] if passed else None


@dataclass(frozen=True, slots=True)
class Duty:
    """An owed answer at a moment: `overdue` is on record (now alone), `overdue_here` also by this node's own clock."""

    owing: Owing
    overdue: bool
    overdue_here: bool
    rung: RungName | None


def owed_receipt(picture: Picture, index: int, party: str) -> Owing | None:
    """The receipt that a party owes for an entry; None when there is no such row."""
    owed = picture.owed.get(owed_id(index, party))
    if owed is None:
        return None
    due_us = owed.start_us + _deadlines(picture, owed).receipt.of(owed.precedence)
    return Owing(
        key=f"receipt/{index}/{party}", what="receipt", index=index, party=party, item="", version=0, desk="",
        precedence=owed.precedence, start_us=owed.start_us, rungs=(Rung("due", due_us),),
        answered_us=_moment(owed.received_us), closed_us=None, ended=_has_left(picture, party),
    )  # fmt: skip


def owed_ack(picture: Picture, answer: str) -> Owing | None:
    """The acknowledgement that a desk owes, by the id of its answer row; None when it, or its clock, is gone."""
    row = picture.answers.get(answer)
    owed = picture.owed.get(owed_id(row.index, row.party)) if row is not None else None
    if row is None or owed is None:
        return None
    item, version, desk = answer.split("/", 2)
    deadlines = _deadlines(picture, owed)
    start_us = owed.start_us + deadlines.receipt.of(owed.precedence)
    if owed.ack_start_us is not UNSET:
        start_us = min(owed.ack_start_us, start_us)
    rungs = tuple(
        Rung(name, start_us + periods.of(owed.precedence))
        for name, periods in zip(
            RUNGS, (deadlines.ack, deadlines.next_name, deadlines.other_desk, deadlines.host), strict=True
        )
    )
    closed_us, ended = _closed(picture, item, int(version), desk)
    return Owing(
        key=f"ack/{answer}", what="ack", index=row.index, party=row.party, item=item, version=int(version), desk=desk,
        precedence=owed.precedence, start_us=start_us, rungs=rungs, answered_us=_moment(row.acked_us),
        closed_us=closed_us, ended=ended or _has_left(picture, row.party),
    )  # fmt: skip


def duties(picture: Picture, own_us: int = 0, party: str | None = None) -> list[Duty]:
    """Every owed answer of a picture, answered ones included, or of one party; by due moment, then key.

    `own_us` is the reader's own clock, for what it sees beside the record.
    """
    found: list[Owing | None] = []
    for row_id in picture.owed:
        index, _, owing_party = row_id.partition("/")
        if party in (None, owing_party):
            found.append(owed_receipt(picture, int(index), owing_party))
    for answer, row in picture.answers.items():
        if party in (None, row.party):
            found.append(owed_ack(picture, answer))
    return _at(picture, own_us, (owing for owing in found if owing is not None))


def _at(picture: Picture, own_us: int, owings: Iterable[Owing]) -> list[Duty]:
    here_us = max(picture.now_us, own_us)
    return [
        Duty(owing, owing.overdue(picture.now_us), owing.overdue(here_us), owing.rung(here_us))
        for owing in sorted(owings, key=lambda owing: (owing.due_us, owing.key))
    ]


def _deadlines(picture: Picture, owed: OwedRow) -> Deadlines:
    return picture.settings[owed.terms].deadlines


def _moment(moment_us: object) -> int | None:
    return moment_us if isinstance(moment_us, int) else None


def _has_left(picture: Picture, party: str) -> bool:
    row = picture.parties.get(party)
    return row is None or row.state != "member"


def _version_before(answer: str) -> tuple[str, ...]:
    """The answer row that this one closes."""
    item, version, desk = answer.split("/", 2)
    return (answer_id(item, int(version) - 1, desk),) if int(version) > 1 else ()


def _closed(picture: Picture, item: str, version: int, desk: str) -> tuple[int | None, bool]:
    """When the next version closed this one for a desk, and whether nothing is waited for any more.

    A desk that the next version no longer addresses has no moment of its own; it is not waited for either.
    """
    row = picture.items.get(item)
    if row is None:
        return None, True
    after = picture.answers.get(answer_id(item, version + 1, desk))
    owed = picture.owed.get(owed_id(after.index, after.party)) if after is not None else None
    closed_us = owed.start_us if owed is not None else None
    return closed_us, row.state != "RELEASED" or row.version > version


class DutyBook:
    """The same duties, kept up entry by entry from the changes of each step; and what of them has not yet rung.

    `open_instants` holds every due instant and rung that is still open, by (key, rung). `take_passed` hands out each
    (key, rung) once. `authors` remembers who has sent what by index, as (party, desk), for whom the ladder also calls.
    """

    def __init__(self, picture: Picture | None = None) -> None:
        self.owings: dict[str, Owing] = {}
        self.authors: dict[int, tuple[str, str]] = {}
        self.open_instants: Instants[tuple[str, RungName]] = Instants()
        self._quiet: Instants[tuple[str, RungName]] = Instants()
        self._rung: dict[str, set[RungName]] = {}
        self._acks_of_owed: dict[str, set[str]] = {}
        self._acks_of_item: dict[str, set[str]] = {}
        self._open_of: dict[str, set[str]] = {}
        if picture is not None:
            for row_id in picture.owed:
                self._receipt(picture, row_id)
            for answer in picture.answers:
                self._answer(picture, answer)

    def apply(self, step: Step, entry: Entry | None = None) -> None:
        """Take what one entry changed; `entry` is that entry itself, where it could be decoded."""
        picture = step.picture
        stale: set[str] = set()
        for change in step.changes:
            if change.table == "owed":
                if entry is not None and change.id.startswith(f"{picture.size - 1}/"):
                    desk = entry.act.desk
                    self.authors[picture.size - 1] = (entry.act.party, desk if desk is not UNSET else "")
                self._receipt(picture, change.id)
                stale |= self._acks_of_owed.get(change.id, set())
            elif change.table == "answer":
                stale |= {change.id, *_version_before(change.id)}
            elif change.table == "item":
                stale |= self._acks_of_item.get(change.id, set())
            elif change.table == "party":
                stale |= self._of_party(picture, change.id)
        for answer in stale:
            self._answer(picture, answer)

    def duties(self, picture: Picture, own_us: int = 0, party: str | None = None) -> list[Duty]:
        """As `duties` of this module, from what the book holds."""
        return _at(picture, own_us, (owing for owing in self.owings.values() if party in (None, owing.party)))

    def open_duties(self, picture: Picture, own_us: int = 0, party: str | None = None) -> list[Duty]:
        """Only those whose answer is still waited for."""
        keys = self._open_of.get(party, set()) if party is not None else set().union(*self._open_of.values())
        return _at(picture, own_us, (self.owings[key] for key in keys))

    def take_passed(self, moment_us: int) -> list[tuple[Owing, Rung]]:
        """Open rungs that were passed before a moment and not yet handed out, in the order of their moments."""
        found = []
        for at_us, (key, name) in self._quiet.passed(moment_us):
            self._quiet.drop((key, name))
            self._rung.setdefault(key, set()).add(name)
            found.append((self.owings[key], Rung(name, at_us)))
        return sorted(found, key=lambda row: (row[1].at_us, RUNGS.index(row[1].name), row[0].key))

    def _of_party(self, picture: Picture, party: str) -> set[str]:
        """Take its receipts anew, answered ones too; the answer rows that must be as well."""
        keys = [key.split("/", 1) for key, owing in self.owings.items() if owing.party == party]
        for what, row_id in keys:
            if what == "receipt":
                self._receipt(picture, row_id)
        return {row_id for what, row_id in keys if what == "ack"}

    def _receipt(self, picture: Picture, row_id: str) -> None:
        index, _, party = row_id.partition("/")
        self._put(f"receipt/{row_id}", owed_receipt(picture, int(index), party))
        if row_id not in picture.owed:  # rows of one entry leave on one day
            self.authors.pop(int(index), None)

    def _answer(self, picture: Picture, answer: str) -> None:
        row, before = picture.answers.get(answer), self.owings.get(f"ack/{answer}")
        item = answer.partition("/")[0]
        if row is not None:
            self._acks_of_owed.setdefault(owed_id(row.index, row.party), set()).add(answer)
            self._acks_of_item.setdefault(item, set()).add(answer)
        else:
            _discard(self._acks_of_item, item, answer)
            if before is not None:
                _discard(self._acks_of_owed, owed_id(before.index, before.party), answer)
        self._put(f"ack/{answer}", owed_ack(picture, answer))

    def _put(self, key: str, owing: Owing | None) -> None:
        before = self.owings.pop(key, None)
        for rung in before.rungs if before is not None else ():
            self.open_instants.drop((key, rung.name))
            self._quiet.drop((key, rung.name))
        if before is not None:
            _discard(self._open_of, before.party, key)
        if owing is None:
            self._rung.pop(key, None)
            return
        self.owings[key] = owing
        if not owing.open:
            return
        self._open_of.setdefault(owing.party, set()).add(key)
        done = self._rung.get(key, set())
        for rung in owing.rungs:
            self.open_instants.put((key, rung.name), rung.at_us)
            if rung.name not in done:
                self._quiet.put((key, rung.name), rung.at_us)


def _discard(table: dict[str, set[str]], place: str, member: str) -> None:
    members = table.get(place)
    if members is not None:
        members.discard(member)
        if not members:
            del table[place]
