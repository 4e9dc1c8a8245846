"""Whose units have not been proven to know of a notice: what rings at both desks, and what the board says of it (R28).

What each desk owes is derived (`watch.passing`); here stands when this node's own officer is called: once for each
version and desk, over restarts as well, and no more once there is proof, a newer version, or an end. The desk that is
asked rings at its own node, the author's at the author's; nobody else is called.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from wellclear.apps.node.said import Row, stamp
from wellclear.apps.units_words import HOUR_LEFT_OUT, passing_words
from wellclear.picture.leave import on_duty
from wellclear.picture.picture import Picture, Step
from wellclear.picture.view_items import ItemView, View
from wellclear.watch.instants import Instants
from wellclear.watch.passing import Passing, not_proven, passing, passings

AT_ONCE: Final = 256
"""So many notices are looked at before everything else has its turn; the rest follow at the next tick."""


@dataclass(frozen=True, slots=True)
class UnitsRing:
    """What has become of one desk and version: it rings, was settled by somebody's word, or is over by its time."""

    key: str
    state: Literal["rings", "settled", "over"]
    owed: Passing | None = None
    calls: str = ""


class Units:
    """What is asked of, and by, one party's desks; `owed` is what still is, by the key that rings."""

    def __init__(self, party: str) -> None:
        self.party = party
        self.owed: dict[str, Passing] = {}
        self._changed: set[str] = set()
        self._keys: dict[str, set[str]] = {}
        self._moments: Instants[str] = Instants()

    def touch(self, items: Iterable[str]) -> None:
        """These notices, or the answers to them, have changed, or more of them was opened."""
        self._changed.update(items)

    def look(self, picture: Picture, view: View, now_us: int) -> list[UnitsRing]:
        """What is new, by the later of the picture's now and this node's own clock."""
        moment_us = max(picture.now_us, now_us)
        self._changed |= {self.owed[key].item for _, key in self._moments.passed(moment_us) if key in self.owed}
        found: list[UnitsRing] = []
        for id_ in sorted(self._changed)[:AT_ONCE]:
            self._changed.discard(id_)
            found += self._of(picture, view.items.get(id_), id_, moment_us)
        return found

    def _of(self, picture: Picture, item: ItemView | None, id_: str, moment_us: int) -> list[UnitsRing]:
        rows = [] if item is None else [one for one in passings(item, picture, self.party) if self._ours(one)]
        before = self._keys.pop(id_, set())
        found = [UnitsRing(key, "settled") for key in sorted(before - {one.key for one in rows})]
        for key in before:
            self.owed.pop(key, None)
            self._moments.drop(key)
        if rows:
            self._keys[id_] = {one.key for one in rows}
        return found + [self._one(picture, one, moment_us) for one in rows]

    def _one(self, picture: Picture, one: Passing, moment_us: int) -> UnitsRing:
        if not one.open:
            return UnitsRing(one.key, "settled")
        if one.over(moment_us):
            return UnitsRing(one.key, "over")
        self.owed[one.key] = one
        if not one.rings(moment_us):  # also where a later disclosure has shown a later start
            self._moments.put(one.key, one.due_us)
            return UnitsRing(one.key, "over")
        self._moments.put(one.key, one.end_us)
        names = on_duty(picture, one.party, "watch_officer", moment_us)
        return UnitsRing(one.key, "rings", one, names[0] if names else "")

    def _ours(self, one: Passing) -> bool:
        return self.party in (one.party, one.author)


def items_of(step: Step, view: View) -> Iterable[str]:
    """The items whose units an entry may have changed something for: all of them, where a party has come or gone."""
    if any(change.table == "party" for change in step.changes):
        return [id_ for id_, item in view.items.items() if item.kind == "notice"]
    return [change.id.partition("/")[0] for change in step.changes if change.table in ("item", "answer")]


def asked_rows(units: Units, now_us: int) -> list[Row]:
    """What this party's desks and those that it has told are still asked, by due moment: the own ones first."""
    rows = [
        {
            "item": one.item, "desk": one.desk, "party": one.party, "author": one.author,
            "precedence": one.precedence, "mine": "yes" if one.party == units.party else "no",
            **(_sheltered_row if one.sheltered else _row)(one, now_us),
        }
        for one in units.owed.values()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["mine"] != "yes", row.get("due_us", 0), row["item"], row["desk"]))


def recipient_units(item: ItemView, desk: str, picture: Picture, reader: str, now_us: int) -> Row:
    """What one desk is asked of the newest version, and what it never proved of earlier ones; empty where nothing is.

    A mark of its own beside the four, and none of them (R2).
    """
    one = passing(item, item.current, desk, picture, reader)
    told: Row = {} if one is None else {"units": _row(one, now_us)}
    if item.newest > 1 and item.kind == "notice":
        earlier = not_proven(item, desk, picture, reader, now_us)
        told |= {"units_earlier": [_row(old, now_us) for old in earlier]} if earlier else {}
    return told


def _row(one: Passing, now_us: int) -> Row:
    state = one.state(now_us)
    return {
        "version": one.version, "state": state, "due_us": one.due_us, "due": stamp(one.due_us),
        "start_us": one.start_us, "start": stamp(one.start_us),
        "words": passing_words(state, stamp(one.due_us), stamp(one.passed_us)),
    }  # fmt: skip


def _sheltered_row(one: Passing, now_us: int) -> Row:
    """In a list of all: that it is asked, and no hour of another party's site, movement, deployment or survey (N1)."""
    state = one.state(now_us)
    return {"version": one.version, "state": state, "words": passing_words(state, HOUR_LEFT_OUT, "")}


def units_words(one: Passing, party: str, calls: str) -> str:
    """One alarm in words, for the desk that is asked or for the author's."""
    what = f"{one.item} version {one.version}"
    times = f"asked by {stamp(one.due_us)}, start {stamp(one.start_us)}"
    if one.sheltered:
        times = f"asked by {HOUR_LEFT_OUT}"
    if one.party != party:
        return f"No proof that the units of {one.desk} know of {what}: {times}" + (f"; call {calls}" if calls else "")
    return f"{one.desk} has not proven that its units know of {what}: {times}"
