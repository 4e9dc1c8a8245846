"""What a node keeps beside the log, and the box for what it has opened; the lower half of `Store`.

Openings (plaintext and salt of parts), the parts of what waits, and drafts are encrypted under a key that the node
hands in at opening: whoever finds the file reads envelopes, but no content.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from wellclear.edges.database import Database
from wellclear.errors import Misconfigured

_FIRST = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE notes (size INTEGER PRIMARY KEY, note BLOB NOT NULL);
CREATE TABLE outbox (place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL,
    row BLOB NOT NULL);
CREATE TABLE outbox_parts (id TEXT NOT NULL REFERENCES outbox (id), number INTEGER NOT NULL, stored BLOB NOT NULL,
    PRIMARY KEY (id, number));
CREATE TABLE drafts (id TEXT PRIMARY KEY, row BLOB NOT NULL);
CREATE TABLE rings (name TEXT PRIMARY KEY, at_us INTEGER NOT NULL);
CREATE TABLE openings (commitment TEXT PRIMARY KEY, box BLOB NOT NULL);
"""
_SEALED = """
CREATE TABLE IF NOT EXISTS epoch_keys (party TEXT NOT NULL, number INTEGER NOT NULL, box BLOB NOT NULL,
    PRIMARY KEY (party, number));
CREATE TABLE IF NOT EXISTS randoms (random BLOB PRIMARY KEY, sha TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS cosigned (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, note BLOB NOT NULL);
"""
NODE_SCHEMA = _FIRST + _SEALED
CHANGES: Final = {1: _SEALED}
"""What brings a store of an older form to the next. Form 1 was written before parts were sealed, and by some later."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One act on its way: its name, state, the outbox's own row as JSON, and the stored bytes of its parts."""

    id: str
    state: str
    row: bytes
    parts: tuple[bytes, ...]


class NodeTables:
    """Plain keeping and finding; every method raises `Unavailable` or `Misconfigured` as `Database` does."""

    def __init__(self, database: Database, box_key: bytes | None) -> None:
        self.database = database
        self._box = None if box_key is None else SecretBox(box_key)

    def get_meta(self, name: str) -> bytes | None:
        """A small value by name."""
        found = self.database.rows("SELECT value FROM meta WHERE name = ?", (name,))
        return self.database.blob(found[0][0]) if found else None

    def put_meta(self, name: str, value: bytes) -> None:
        """Keep a small value; the former one goes."""
        self.database.write("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def drop_meta(self, name: str) -> None:
        """Forget a small value."""
        self.database.write("DELETE FROM meta WHERE name = ?", (name,))

    def meta_under(self, prefix: str) -> dict[str, bytes]:
        """Every small value whose name begins so, by the rest of its name."""
        rows = self.database.rows(
            "SELECT name, value FROM meta WHERE substr(name, 1, ?) = ? ORDER BY name", (len(prefix), prefix)
        )
        return {name[len(prefix) :]: self.database.blob(value) for name, value in rows}

    def keep_note(self, size: int, note: bytes) -> None:
        """Keep a note that an own entry names as its head: evidence that it was seen. The first one stays."""
        self.database.write("INSERT OR IGNORE INTO notes VALUES (?, ?)", (size, note))

    def note(self, size: int) -> bytes | None:
        """The kept note of that size."""
        found = self.database.rows("SELECT note FROM notes WHERE size = ?", (size,))
        return self.database.blob(found[0][0]) if found else None

    def notes(self) -> list[bytes]:
        """Every kept note, by size."""
        return [self.database.blob(note) for (note,) in self.database.rows("SELECT note FROM notes ORDER BY size")]

    def cosigned(self, origin: str) -> bytes | None:
        """The note of this log that was cosigned last, with the own line; None before the first."""
        found = self.database.rows("SELECT note FROM cosigned WHERE origin = ?", (origin,))
        return (self.database.blob(found[0][0]) or None) if found else None

    def cosigned_logs(self) -> list[str]:
        """The origins of the logs that were ever cosigned here, former hosts' as well."""
        return [origin for (origin,) in self.database.rows("SELECT origin FROM cosigned ORDER BY origin")]

    def keep_cosigned(self, origin: str, old_size: int, size: int, note: bytes) -> bool:
        """Keep a note that is cosigned, if the one before is over `old_size` entries (0: there is none yet, or of 0).

        False, and nothing is changed, where it is not: then another line was stored meanwhile.
        """
        assert 0 <= old_size <= size, "nobody cosigns backwards"
        with self.database.transaction():
            self.database.write("INSERT OR IGNORE INTO cosigned VALUES (?, 0, x'')", (origin,))
            moved = self.database.write(
                "UPDATE cosigned SET size = ?, note = ? WHERE origin = ? AND size = ?", (size, note, origin, old_size)
            )
        return moved == 1

    def put_outbox(self, id_: str, state: str, row: bytes, parts: Sequence[bytes] | None = None) -> None:
        """A new or changed row; it keeps its place. `parts=None` leaves the parts as they are.

        Raises:
            Misconfigured: it has parts, and the store was opened without its box key.
        """
        with self.database.transaction():
            self.database.write(
                "INSERT INTO outbox (id, state, row) VALUES (?, ?, ?) "
                "ON CONFLICT (id) DO UPDATE SET state = excluded.state, row = excluded.row",
                (id_, state, row),
            )
            if parts is not None:
                self.database.write("DELETE FROM outbox_parts WHERE id = ?", (id_,))
                rows = [(id_, number, self._shut(stored)) for number, stored in enumerate(parts)]
                self.database.write_many("INSERT INTO outbox_parts VALUES (?, ?, ?)", rows)

    def outbox(self) -> list[OutboxRow]:
        """Every row in the order in which it came; raises as `opening`."""
        parts: dict[str, list[bytes]] = {}
        for id_, stored in self.database.rows("SELECT id, stored FROM outbox_parts ORDER BY id, number"):
            parts.setdefault(id_, []).append(self._open_again(stored))
        rows = self.database.rows("SELECT id, state, row FROM outbox ORDER BY place")
        return [OutboxRow(id_, state, self.database.blob(row), tuple(parts.get(id_, ()))) for id_, state, row in rows]

    def drop_outbox(self, id_: str) -> None:
        """Forget a row with its parts."""
        with self.database.transaction():
            self.database.write("DELETE FROM outbox_parts WHERE id = ?", (id_,))
            self.database.write("DELETE FROM outbox WHERE id = ?", (id_,))

    def put_draft(self, id_: str, row: bytes) -> None:
        """A new or changed draft; raises as `put_opening`."""
        self.database.write("INSERT OR REPLACE INTO drafts VALUES (?, ?)", (id_, self._shut(row)))

    def drafts(self) -> dict[str, bytes]:
        """Every draft by id; raises as `opening`."""
        return {id_: self._open_again(row) for id_, row in self.database.rows("SELECT id, row FROM drafts ORDER BY id")}

    def drop_draft(self, id_: str) -> None:
        """Forget a draft."""
        self.database.write("DELETE FROM drafts WHERE id = ?", (id_,))

    def ring_once(self, name: str, at_us: int) -> bool:
        """True the first time that something rings; for ever False after that, restarts included."""
        return self.database.write("INSERT OR IGNORE INTO rings VALUES (?, ?)", (name, at_us)) == 1

    def rings(self) -> dict[str, int]:
        """What has rung, and when."""
        return dict(self.database.rows("SELECT name, at_us FROM rings ORDER BY at_us, name"))

    def rang(self, key: str) -> tuple[int, int, int]:
        """How often a situation has rung (`key`, or `key/…` for each of its rungs), first and last; zeros if never."""
        ((count, first_us, last_us),) = self.database.rows(
            "SELECT count(*), ifnull(min(at_us), 0), ifnull(max(at_us), 0) FROM rings "
            "WHERE name = ? OR (name > ? AND name < ?)",
            _of_key(key),
        )
        return count, first_us, last_us

    def forget_rings(self, key: str) -> None:
        """A situation is over; when it begins again, it rings again."""
        self.database.write("DELETE FROM rings WHERE name = ? OR (name > ? AND name < ?)", _of_key(key))

    def put_opening(self, commitment: str, opened: bytes) -> None:
        """Keep what a part's commitment opens to (salt and text), encrypted.

        Raises:
            Misconfigured: the store was opened without its box key.
        """
        self.database.write("INSERT OR IGNORE INTO openings VALUES (?, ?)", (commitment, self._shut(opened)))

    def opening(self, commitment: str) -> bytes | None:
        """What a commitment opens to, if it is known here.

        Raises:
            Misconfigured: no box key, another one, or the row was changed.
        """
        found = self.database.rows("SELECT box FROM openings WHERE commitment = ?", (commitment,))
        return self._open_again(found[0][0]) if found else None

    def put_epoch_key(self, party: str, number: int, key: bytes) -> None:
        """Keep the key of a party's epoch, encrypted; the former one of that number goes. Raises as `put_opening`."""
        self.database.write("INSERT OR REPLACE INTO epoch_keys VALUES (?, ?, ?)", (party, number, self._shut(key)))

    def epoch_key(self, party: str, number: int) -> bytes | None:
        """The key of a party's epoch, if it is held here; raises as `opening`."""
        rows = self.database.rows("SELECT box FROM epoch_keys WHERE party = ? AND number = ?", (party, number))
        return self._open_again(rows[0][0]) if rows and rows[0][0] else None

    def drop_epoch_key(self, party: str, number: int) -> None:
        """Forget an epoch's key: what was sealed under it, and is not opened yet, nobody opens here any more.

        That it was forgotten is remembered, so that nobody takes it out of its entry again.
        """
        self.database.write("INSERT OR REPLACE INTO epoch_keys VALUES (?, ?, x'')", (party, number))

    def epoch_dropped(self, party: str, number: int) -> bool:
        """Whether an epoch's key was held here and then forgotten."""
        rows = self.database.rows("SELECT box FROM epoch_keys WHERE party = ? AND number = ?", (party, number))
        return bool(rows) and not rows[0][0]

    def epoch_keys(self) -> list[tuple[str, int]]:
        """Whose epochs, by number, can be opened here."""
        return [(party, number) for party, number in self.database.rows(
            "SELECT party, number FROM epoch_keys WHERE length(box) > 0 ORDER BY party, number"
        )]  # fmt: skip

    def random_is(self, random: bytes, sha: str) -> bool:
        """Whether the randomness of a sealed part was never seen but in these very bytes; it is remembered."""
        self.database.write("INSERT OR IGNORE INTO randoms VALUES (?, ?)", (random, sha))
        rows = self.database.rows("SELECT sha FROM randoms WHERE random = ?", (random,))
        return bool(rows[0][0] == sha)

    def _shut(self, content: bytes) -> bytes:
        return bytes(self._opened_box().encrypt(content))

    def _open_again(self, box: bytes) -> bytes:
        try:
            return bytes(self._opened_box().decrypt(bytes(box)))
        except CryptoError as error:
            raise Misconfigured(str(self.database.path), "this key does not open what the node has kept") from error

    def _opened_box(self) -> SecretBox:
        if self._box is None:
            raise Misconfigured(str(self.database.path), "was opened without the key to what the node has kept")
        return self._box


def _of_key(key: str) -> tuple[str, str, str]:
    """A key, and the bounds of the names below it: the zero is the character after the slash."""
    return key, f"{key}/", f"{key}0"
