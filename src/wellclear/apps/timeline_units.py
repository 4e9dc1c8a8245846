"""Whose units were not proven to know of a notice before it started, as far as a copy of the log can judge (R28).

The start is sealed, so of each desk only that is judged which this reader could open: an author all that it told, a
desk what it was told itself. What is not open here is passed over, and no sentence says that all was proven. Nor is
the hour of another party's site, movement, deployment or survey told here: the desk's own node rings for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from msgspec import UNSET

from wellclear.domain.entry import Entry
from wellclear.domain.logged import Logged
from wellclear.domain.measures import moment
from wellclear.domain.parts import Group
from wellclear.picture.picture import Picture, Step
from wellclear.picture.view import fold_view
from wellclear.picture.view_items import View
from wellclear.watch.instants import Instants
from wellclear.watch.passing import Passing, passings

KINDS = frozenset({"notice", "amend", "disclose", "cancel", "complete"})
"""What moves a deadline; the proof itself stands in the public picture."""


class UnitsReader:
    """Deadlines of a log, entry by entry: `passed` hands out each version and desk once, when now goes by unproven."""

    def __init__(self, reader: str) -> None:
        self._reader = reader
        self._view = View()
        self._due: Instants[tuple[str, int, str]] = Instants()
        self._told: set[tuple[str, int, str]] = set()

    def passed(self, before: Picture, now_us: int) -> list[Passing]:
        """What had not been proven when this was due, by the picture before the entry that brings now."""
        found: list[Passing] = []
        for _, key in self._due.passed(now_us):
            self._due.drop(key)
            late = [one for one in self._of(key[0], before) if _key(one) == key and one.open]
            found += late
            self._told.update(key for _ in late)
        return found

    def late(self, entry: Entry, picture: Picture) -> Passing | None:
        """The deadline that a desk's word came after, where this reader can tell."""
        act = entry.act
        if act.kind != "passed_to_units" or act.subject is UNSET or act.desk is UNSET:
            return None
        said = (act.subject.id, act.subject.version, act.desk)
        late = [one for one in self._of(act.subject.id, picture) if _key(one) == said]
        return next((one for one in late if one.state(picture.now_us) == "passed_late"), None)

    def take(self, logged: Logged, step: Step, opened: Mapping[str, Group]) -> None:
        """An entry with the field groups of it that are open here, by commitment."""
        entry = logged.entry
        if entry is None or entry.act.kind not in KINDS or not step.stands:
            return
        act = entry.act
        id_ = act.id if act.id is not UNSET else act.subject.id if act.subject is not UNSET else ""
        if act.kind != "notice" and id_ not in self._view.items:
            return  # a record's
        self._view, _ = fold_view(replace(self._view, size=logged.index), logged, step, opened)
        for one in self._of(id_, step.picture):
            if one.open and _key(one) not in self._told:
                self._due.put(_key(one), one.due_us)

    def _of(self, id_: str, picture: Picture) -> list[Passing]:
        item = self._view.items.get(id_)
        rows = passings(item, picture, self._reader) if item is not None else ()
        return [one for one in rows if not one.sheltered]


def _key(one: Passing) -> tuple[str, int, str]:
    return one.item, one.version, one.desk


def units_sentence(one: Passing) -> str:
    """That a deadline has passed without proof; it says nothing of what the units knew."""
    return (
        f"Nothing on record says that the units of {one.desk} know of {one.item} version {one.version}, "
        f"as was asked by {moment(one.due_us)}, before its start at {moment(one.start_us)}."
    )


def units_facts(one: Passing) -> dict[str, object]:
    """The same for programs."""
    return {
        "owed": "passed_to_units", "party": one.party, "entry": one.index, "due_us": one.due_us, "item": one.item,
        "version": one.version, "desk": one.desk, "start_us": one.start_us, "rung": "due", "called": "",
    }  # fmt: skip
