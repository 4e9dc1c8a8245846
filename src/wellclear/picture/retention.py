"""When rows leave the picture: after the day that a notice names, or after the agreement's `keep_days`.

The log keeps everything. What leaves here is only what everybody must carry in memory; a notice's answers leave with
it.
"""

from __future__ import annotations

from datetime import date

from msgspec import UNSET
from rpds import HashTrieSet, List

from wellclear.domain.agreement import DAY_US
from wellclear.domain.entry import Act
from wellclear.picture.picture import Draft
from wellclear.picture.rows import ItemRow, OwedRow, Table

_EPOCH = date(1970, 1, 1)


def keep_until_day(draft: Draft, act: Act) -> int | None:
    """The day, counted from 1970, after which what this act makes leaves; None when the act names no real day ahead."""
    if act.keep_until is UNSET:
        return draft.now_us // DAY_US + draft.before.terms.keep_days
    try:
        day = (date.fromisoformat(act.keep_until) - _EPOCH).days
    except ValueError:
        return None
    return day if day >= draft.now_us // DAY_US else None


def keep(draft: Draft, until_day: int, *places: tuple[Table, str]) -> None:
    """Have rows leave after this day."""
    days = draft.read("days")
    rows = days.get(until_day) or List()
    for place in places:
        rows = rows.push_front(place)
    draft.write("days", days.insert(until_day, rows))


def move_days(draft: Draft) -> None:
    """Let everything leave whose day is over."""
    today = draft.now_us // DAY_US
    if today == draft.before.today:
        return
    for day in sorted(day for day in draft.before.days if day < today):
        rows = draft.read("days")[day]
        draft.write("days", draft.read("days").remove(day))
        for table, id_ in rows:
            _leave(draft, table, id_, today)


def _leave(draft: Draft, table: Table, id_: str, today: int) -> None:
    if table == "epoch":
        draft.drop(table, id_)
        return
    rows, key = ("owed", id_) if table == "owed" else ("items", id_.partition("/")[0])
    row: ItemRow | OwedRow | None = draft.read(rows).get(key)
    if row is not None and row.keep_until >= today:  # amended to stay longer; its answers stay with it
        keep(draft, row.keep_until, (table, id_))
        return
    if table == "owed":
        index, _, party = id_.partition("/")
        stop_waiting(draft, party, int(index))
    draft.drop(table, id_)


def stop_waiting(draft: Draft, party: str, index: int) -> None:
    """No receipt is waited for any more from this party for this entry."""
    waiting = draft.read("waiting")
    indices = waiting.get(party) or HashTrieSet()
    if index in indices:
        draft.write("waiting", waiting.insert(party, indices.remove(index)))
