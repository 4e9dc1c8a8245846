"""What others count and report, kept by one party for itself: a file of SQLite beside the node's own store, or alone.

Nothing of it is of the channel: nothing here is signed, sent, or folded. An import is one transaction. The same file
again changes nothing; a newer edition of a table brings new rows and newer ones, and whatever a row said before is
kept with the editions that it belonged to, so that a figure that was shown can be shown again (N9). A series keeps the
definition that it began with: other words for what is counted are another series (N8). What an event or a report holds
is text here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from wellclear.edges.database import FORM, Connect, Database, connect
from wellclear.errors import InvalidValue, Misconfigured

FILE: Final = "outside.sqlite"
_SCHEMA: Final = """
CREATE TABLE series (name TEXT PRIMARY KEY, definition TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE editions (series TEXT NOT NULL, number INTEGER NOT NULL, file TEXT NOT NULL, at_us INTEGER NOT NULL,
    added INTEGER NOT NULL, changed INTEGER NOT NULL, withdrawn INTEGER NOT NULL,
    PRIMARY KEY (series, number)) WITHOUT ROWID;
CREATE TABLE events (series TEXT NOT NULL, id TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER, event TEXT NOT NULL,
    PRIMARY KEY (series, id, since)) WITHOUT ROWID;
CREATE TABLE reports (id TEXT PRIMARY KEY, report TEXT NOT NULL) WITHOUT ROWID;
"""
_TABLES: Final = {"series", "editions", "events", "reports"}
_CHANGES: Final = dict.fromkeys(range(FORM), "")
"""The forms are those of nodes' and hosts' stores; none of their changes was one of this file."""
_DO: Final = "Import the tables again into a new file"


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import did: added, changed, said as before, withdrawn; `absent` are kept, but not in the file.

    `edition` is the series' edition afterwards; an import that changed nothing makes none.
    """

    added: int
    changed: int
    same: int
    withdrawn: int
    absent: int
    edition: int

    @property
    def nothing(self) -> bool:
        """Whether all was there already."""
        return not (self.added or self.changed or self.withdrawn)


@dataclass(frozen=True, slots=True)
class Held:
    """A series that is kept: its definition, how many events it has now, and its editions, oldest first."""

    name: str
    definition: Mapping[str, str]
    events: int
    editions: tuple[Edition, ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """One import that changed something: the file's name, when, and what."""

    number: int
    file: str
    at_us: int
    added: int
    changed: int
    withdrawn: int


class Outside:
    """The open file; use it as a context manager by `opened`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        tables = {row[0] for row in database.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables >= _TABLES:
            raise Misconfigured(str(database.path), "is a store of something else", do="Name another file with --store")

    # Series -----------------------------------------------------------------------------------------------------------

    def take_series(
        self, name: str, definition: Mapping[str, str], said: Mapping[str, str], file: str, at_us: int, *, whole: bool
    ) -> Taken:
        """Take the events of one table in, texts by their ids; with `whole` those that it does not hold are withdrawn.

        Raises:
            InvalidValue: the series is kept with another definition; nothing was taken.
            Unavailable, Misconfigured: of the file.
        """
        with self._database.transaction():
            self._same_definition(name, definition)
            (number,) = self._database.rows("SELECT coalesce(max(number), 0) FROM editions WHERE series = ?", (name,))[
                0
            ]
            kept = dict(self._rows("SELECT id, event FROM events WHERE series = ? AND until IS NULL", (name,)))
            added = [id_ for id_ in said if id_ not in kept]
            changed = [id_ for id_, text in said.items() if id_ in kept and kept[id_] != text]
            absent = [id_ for id_ in kept if id_ not in said]
            gone = absent if whole else []
            if not (added or changed or gone):
                return Taken(0, 0, len(said), 0, len(absent), number)
            number += 1
            self._end(name, [*changed, *gone], number)
            self._database.write_many(
                "INSERT INTO events VALUES (?, ?, ?, NULL, ?)",
                ((name, id_, number, said[id_]) for id_ in (*added, *changed)),
            )
            row = (name, number, file, at_us, len(added), len(changed), len(gone))
            self._database.write("INSERT INTO editions VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        same = len(said) - len(added) - len(changed)
        return Taken(len(added), len(changed), same, len(gone), 0 if whole else len(absent), number)

    def _same_definition(self, name: str, definition: Mapping[str, str]) -> None:
        kept = self._rows("SELECT definition FROM series WHERE name = ?", (name,))
        if not kept:
            text = json.dumps(dict(definition), ensure_ascii=False)
            self._database.write("INSERT INTO series VALUES (?, ?)", (name, text))
            return
        before = self._definition(kept[0][0])
        unlike = ", ".join(word for word in sorted({*before, *definition}) if before.get(word) != definition.get(word))
        if unlike:
            why = f"{name} is kept with another definition (unlike in: {unlike}), and unlike series are never one"
            raise InvalidValue("series", f"{why}; give this one another name in its mapping, such as {name[:28]}-2")

    def _end(self, name: str, ids: Iterable[str], number: int) -> None:
        self._database.write_many(
            "UPDATE events SET until = ? WHERE series = ? AND id = ? AND until IS NULL",
            ((number, name, id_) for id_ in ids),
        )

    def series(self) -> list[Held]:
        """Every series that is kept, by name."""
        counted = dict(self._rows("SELECT series, count(*) FROM events WHERE until IS NULL GROUP BY series"))
        found = []
        for name, text in self._rows("SELECT name, definition FROM series ORDER BY name"):
            rows = self._rows(
                "SELECT number, file, at_us, added, changed, withdrawn FROM editions WHERE series = ? ORDER BY number",
                (name,),
            )
            editions = tuple(Edition(*row) for row in rows)
            found.append(Held(name, self._definition(text), counted.get(name, 0), editions))
        return found

    def chosen(self, name: str) -> Held:
        """The series of a name; raises InvalidValue with those that there are."""
        there = self.series()
        found = next((held for held in there if held.name == name), None)
        if found is None:
            names = ", ".join(held.name for held in there) or "none yet: `wellclear series import`"
            raise InvalidValue("series", f"{name[:40]!r} is not kept here; there are {names}")
        return found

    def events(self, name: str, edition: int | None = None) -> Iterator[str]:
        """The events of a series as they are now, or as they were in an edition, in the order of their ids."""
        if edition is None:
            rows = self._rows("SELECT event FROM events WHERE series = ? AND until IS NULL ORDER BY id", (name,))
        else:
            sql = (
                "SELECT event FROM events WHERE series = ? AND since <= ? AND (until IS NULL OR until > ?) ORDER BY id"
            )
            rows = self._rows(sql, (name, edition, edition))
        return (self._text(row[0]) for row in rows)

    # Reports ----------------------------------------------------------------------------------------------------------

    def take_reports(self, said: Mapping[str, str]) -> Taken:
        """Take reports in, texts by their ids; one that says something else than before is changed."""
        with self._database.transaction():
            kept = dict(self._rows("SELECT id, report FROM reports"))
            added = sum(id_ not in kept for id_ in said)
            fresh = [(id_, text) for id_, text in said.items() if kept.get(id_) != text]
            self._database.write_many("INSERT OR REPLACE INTO reports VALUES (?, ?)", fresh)
        absent = sum(id_ not in said for id_ in kept)
        return Taken(added, len(fresh) - added, len(said) - len(fresh), 0, absent, 0)

    def reports(self) -> list[str]:
        """Every report that is kept, by id."""
        return [self._text(text) for (text,) in self._rows("SELECT report FROM reports ORDER BY id")]

    # What SQLite gives back is not taken at its word ------------------------------------------------------------------

    def _rows(self, sql: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        return self._database.rows(sql, values)

    def _definition(self, text: Any) -> dict[str, str]:
        try:
            found = json.loads(self._text(text))
        except ValueError as error:
            raise self.damaged() from error
        if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
            raise self.damaged()
        return found

    def _text(self, value: Any) -> str:
        if not isinstance(value, str):
            raise self.damaged()
        return value

    def damaged(self) -> Misconfigured:
        """What to raise where something stands that this software never writes."""
        return Misconfigured(str(self._database.path), "holds what was never written", do=_DO)


@contextmanager
def opened(path: Path, *, writing: bool = False, connecting: Connect = connect) -> Iterator[Outside]:
    """The file at a path; a writer makes it where it is not there.

    Raises:
        Misconfigured: not there for a reader, no file of this kind, damaged, or somebody else writes to it.
        Unavailable: the disk would not do it.
    """
    if writing and (not path.exists() or Database.is_only_begun(path, connecting=connecting)):
        database = Database.create(path, _SCHEMA, connecting=connecting)
    elif not path.exists():
        do = "wellclear series import, or wellclear reports import"
        raise Misconfigured(str(path), "nothing is kept here yet", do=do)
    else:
        database = Database(path, writing=writing, connecting=connecting, changes=_CHANGES)
    try:
        yield Outside(database)
    finally:
        database.close()
