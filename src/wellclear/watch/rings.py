"""What rings at this node, and who is called (R2): once per answer owed, rung and node.

The desk that owes an answer rings on its own screen, at the third rung the desk of its party that stands in for it; the
author's desk rings because nobody has answered, and at the last rung the host's. A node whose clock is ahead of the
record rings by its own clock. Names come from the roster in force when it rings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from msgspec import UNSET

from wellclear.domain.entry import Precedence
from wellclear.picture.leave import on_duty
from wellclear.picture.picture import Picture, Step
from wellclear.watch.duties import DutyBook, Owing, Rung, RungName

RingRole = Literal["owes", "author", "stands_in", "host"]


@dataclass(frozen=True, slots=True)
class Ring:
    """One alarm at this node.

    `key` is the owed answer and the rung: what must ring only once. `role` is why it rings here, `calls` whom it calls:
    a person (PARTY/HANDLE), a desk, or nobody (empty) when the roster has no further name. `arrived` is the ring of
    what has just come in, before anything is due.
    """

    key: str
    role: RingRole
    rung: Literal["arrived"] | RungName
    desk: str
    calls: str
    at_us: int
    owing: Owing
    precedence: Precedence


def rings_now(book: DutyBook, picture: Picture, party: str, own_us: int) -> list[Ring]:
    """What rings at a party's node now, in the order of the rungs' moments; each rung is handed out once by the book.

    A node that was started again asks its store which keys have rung before.
    """
    found = []
    for owing, rung in book.take_passed(max(picture.now_us, own_us)):
        ring = ring_of(picture, owing, rung, party, book.authors.get(owing.index))
        if ring is not None:
            found.append(ring)
    return found


def ring_of(
    picture: Picture, owing: Owing, rung: Rung, party: str, author: tuple[str, str] | None = None
) -> Ring | None:
    """The ring of one rung at one party's node; None when it is no business of that node.

    `author` is party and desk of the entry's author; without it, only that of a notice or safety message is known.
    """
    role, desk = _role(picture, owing, rung.name, party, author)
    if role is None:
        return None
    calls = who_is_called(picture, owing, rung)
    return Ring(f"{owing.key}/{rung.name}", role, rung.name, desk, calls, rung.at_us, owing, owing.precedence)


def arrivals(step: Step, book: DutyBook, party: str) -> list[Ring]:
    """What rings because it has just come: acknowledgements that this entry makes a party's desks owe."""
    index = step.picture.size - 1
    found = []
    for change in step.changes:
        owing = book.owings.get(f"ack/{change.id}") if change.table == "answer" and change.row is not None else None
        if owing is not None and owing.party == party and owing.index == index:
            calls = _name(step.picture, party, 0, step.picture.now_us)
            key = f"{owing.key}/arrived"
            found.append(Ring(key, "owes", "arrived", owing.desk, calls, owing.start_us, owing, owing.precedence))
    return found


def who_is_called(picture: Picture, owing: Owing, rung: Rung) -> str:
    """The first watch officer on duty, the next one, the desk that stands in, or the host's desk; empty for none.

    Who is away when the rung is passed is not called; a deputy has that person's place. What rings is the desk, so it
    rings also where nobody can be named.
    """
    if owing.what == "receipt":
        return ""  # a machine owes it; the author's desk looks for another path
    match rung.name:
        case "due":
            return _name(picture, owing.party, 0, rung.at_us)
        case "next_name":
            return _name(picture, owing.party, 1, rung.at_us)
        case "other_desk":
            return _stand_in(picture, owing)
        case "host":
            return _host_desk(picture)


def _role(
    picture: Picture, owing: Owing, rung: RungName, party: str, author: tuple[str, str] | None
) -> tuple[RingRole | None, str]:
    """Why a rung rings at a party's node, and at which of its desks; the strongest reason where there are two."""
    if owing.party == party:
        stand_in = _stand_in(picture, owing) if rung == "other_desk" else ""
        return ("stands_in", stand_in) if stand_in else ("owes", owing.desk)
    if rung == "host" and picture.host is not None and picture.host.party == party:
        return "host", _host_desk(picture)
    item = picture.items.get(owing.item)
    if author is None and item is not None:
        author = (item.party, item.desk)
    return ("author", author[1]) if author is not None and author[0] == party else (None, "")


def _stand_in(picture: Picture, owing: Owing) -> str:
    row = picture.desks.get(owing.desk)
    return "" if row is None or row.stands_in is UNSET else row.stands_in


def _host_desk(picture: Picture) -> str:
    host = picture.host.party if picture.host is not None else ""
    return min((desk for desk, row in picture.desks.items() if row.party == host), default="")


def _name(picture: Picture, party: str, place: int, at_us: int) -> str:
    """The watch officer at a place of the ladder's order; empty when nobody else is on duty."""
    names = on_duty(picture, party, "watch_officer", at_us)
    return names[place] if place < len(names) else ""
