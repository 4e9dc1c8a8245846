"""The store: log, parts and everything that a host or node must still know after a crash, in one SQLite file.

`append` is the only way into the log: one transaction that inserts, reads back what it inserted, lets the caller hash
and sign that, moves the checkpoint from the size that the caller expected, and commits. Signed bytes leave this module
only after the commit. Who follows a log puts a long run there in pieces, by `append_before`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from wellclear.edges.database import Connect, Database, connect
from wellclear.edges.node_tables import CHANGES, NODE_SCHEMA, NodeTables
from wellclear.errors import InvalidValue, Malformed, Misconfigured
from wellclear.log.checkpoint import parse_checkpoint
from wellclear.log.merkle import Frontier, leaf_hash
from wellclear.log.note import parse_note

_LOG_SCHEMA = """
CREATE TABLE leaves (number INTEGER PRIMARY KEY, hash BLOB NOT NULL, leaf BLOB NOT NULL);
CREATE INDEX leaves_by_hash ON leaves (hash);
CREATE TABLE checkpoint (only INTEGER PRIMARY KEY CHECK (only = 1), size INTEGER NOT NULL, note BLOB NOT NULL);
INSERT INTO checkpoint VALUES (1, 0, x'');
CREATE TABLE parts (sha TEXT PRIMARY KEY, stored BLOB NOT NULL);
"""
_CHUNK = 1024
_BRIDGE = "bridge"


class Store(NodeTables):
    """One open store. Build it with `create` or `open`."""

    def __init__(self, database: Database, box_key: bytes | None = None) -> None:
        super().__init__(database, box_key)

    @classmethod
    def create(
        cls, path: Path, channel: str | None = None, *, box_key: bytes | None = None, connecting: Connect = connect
    ) -> Store:
        """A new, empty store; `channel` is None until a node has joined one.

        Raises:
            Misconfigured: there is one already.
            Unavailable: the disk would not take it.
        """
        named = ""
        if channel is not None:  # in the same transaction: a store that is there knows its channel
            spelled = channel.encode("ascii").hex()
            named = f"INSERT INTO meta VALUES ('channel', x'{spelled}');"  # noqa: S608  # hex digits and nothing else
        return cls(Database.create(path, _LOG_SCHEMA + NODE_SCHEMA + named, connecting=connecting), box_key)

    @classmethod
    def open(
        cls, path: Path, *, box_key: bytes | None = None, writing: bool = True, connecting: Connect = connect
    ) -> Store:
        """A store that is there; with `writing=False` beside a running writer. A writer brings an older one forward.

        Raises:
            Misconfigured: there is none, it is damaged, of a form that is not ours, or another process writes to it.
        """
        return cls(Database(path, writing=writing, connecting=connecting, changes=CHANGES), box_key)

    def close(self) -> None:
        """Give the file back."""
        self.database.close()

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing of what is written inside."""
        return self.database.transaction()

    @property
    def channel(self) -> str | None:
        """The channel that this store belongs to."""
        raw = self.get_meta("channel")
        if raw is not None and not raw.isascii():
            raise self.database.damaged()
        return None if raw is None else raw.decode("ascii")

    # The log.

    def append(
        self,
        expected_size: int,
        leaves: Sequence[bytes],
        parts: Mapping[str, bytes],
        seal: Callable[[list[bytes]], bytes],
    ) -> bytes:
        """Put leaves and parts into the log under the note that `seal` returns for the hashes that were read back.

        It covers also what `append_before` has put there.

        Raises:
            Unavailable: the disk would not; look at `size` to learn whether it took effect before trying again.
            Misconfigured: somebody else wrote to this log. Sign nothing any more.
        """
        with self.database.transaction():
            covered = self.size()
            note = seal(self._insert(expected_size, leaves, parts))
            moved = self.database.write(
                "UPDATE checkpoint SET size = ?, note = ? WHERE only = 1 AND size = ?",
                (expected_size + len(leaves), note, covered),
            )
            if moved != 1:
                raise _another_writer(self.database.path)
            if covered != expected_size:
                self.drop_meta(_BRIDGE)
        return note

    def append_before(
        self, expected_size: int, leaves: Sequence[bytes], bridge: bytes, check: Callable[[list[bytes]], object]
    ) -> None:
        """Put leaves behind those that the checkpoint covers: a piece of a run whose note comes with its last one.

        `bridge` says what covers them and takes the place of the former one; `check` gets the hashes that were read
        back. The log that `size`, `checkpoint` and `each_leaf` tell of is as before. Raises as `append`; look at
        `held` to learn whether it took effect.
        """
        with self.database.transaction():
            check(self._insert(expected_size, leaves, {}))
            self.put_meta(_BRIDGE, bridge)

    def held(self) -> int:
        """The number of leaves, with those behind the checkpoint."""
        return self.database.whole(self.database.rows("SELECT coalesce(max(number) + 1, 0) FROM leaves")[0][0])

    def bridge(self) -> bytes | None:
        """What covers the leaves behind the checkpoint, as it was given; None where there are none."""
        return self.get_meta(_BRIDGE)

    def _insert(self, start: int, leaves: Sequence[bytes], parts: Mapping[str, bytes]) -> list[bytes]:
        """The hashes as they were read back."""
        if self.held() != start or (self.size() != start and self.bridge() is None):
            raise _another_writer(self.database.path)
        rows = [(number, leaf_hash(leaf), leaf) for number, leaf in enumerate(leaves, start)]
        self.database.write_many("INSERT INTO leaves VALUES (?, ?, ?)", rows)
        if parts:
            self.database.write_many("INSERT OR IGNORE INTO parts VALUES (?, ?)", list(parts.items()))
        written = self.database.rows("SELECT leaf FROM leaves WHERE number >= ? ORDER BY number", (start,))
        if len(written) != len(leaves):
            raise _another_writer(self.database.path)
        return [leaf_hash(leaf) for (leaf,) in written]

    def put_part(self, sha: str, stored: bytes) -> None:
        """Keep a part's bytes by their SHA-256, base64, as they travelled."""
        self.database.write("INSERT OR IGNORE INTO parts VALUES (?, ?)", (sha, stored))

    def size(self) -> int:
        """The number of leaves under the newest checkpoint."""
        return self.database.whole(self._newest("size"))

    def checkpoint(self) -> bytes | None:
        """The newest note; None while the log is empty."""
        return self.database.blob(self._newest("note")) or None

    def _newest(self, column: str) -> Any:
        found = self.database.rows("SELECT size, note FROM checkpoint")
        if len(found) != 1:
            raise self.database.damaged()
        return found[0][column == "note"]

    def cut(self, size: int, note: bytes) -> None:
        """Take back everything from index `size` on, under the note of what stays (empty when nothing does).

        For a decision of the heads of delegation about the host, never else. Kept notes of larger logs go too.

        Raises:
            InvalidValue: there is not so much to keep.
        """
        with self.database.transaction():
            if not 0 <= size <= self.size():
                raise InvalidValue("size", f"{size} of {self.size()} entries cannot be kept")
            self.database.write("DELETE FROM leaves WHERE number >= ?", (size,))
            self.database.write("DELETE FROM notes WHERE size > ?", (size,))
            self.database.write("UPDATE checkpoint SET size = ?, note = ? WHERE only = 1", (size, note))
            self.drop_meta(_BRIDGE)

    def leaves(self, start: int, end: int) -> list[bytes]:
        """The leaves from index `start` up to `end`, as far as there are any."""
        query = "SELECT leaf FROM leaves WHERE number >= ? AND number < ? ORDER BY number"
        return [self.database.blob(leaf) for (leaf,) in self.database.rows(query, (start, end))]

    def leaf_hashes(self, start: int, end: int) -> list[bytes]:
        """The stored hashes of the leaves from index `start` up to `end`."""
        query = "SELECT hash FROM leaves WHERE number >= ? AND number < ? ORDER BY number"
        return [self.database.blob(one) for (one,) in self.database.rows(query, (start, end))]

    def each_leaf(self) -> Iterator[tuple[int, bytes]]:
        """Every index and leaf in order, read in chunks."""
        for start in range(0, self.size(), _CHUNK):
            yield from enumerate(self.leaves(start, min(start + _CHUNK, self.size())), start)

    def find(self, leaf_hash: bytes) -> int | None:
        """The first index at which a leaf with this hash stands."""
        found = self.database.rows("SELECT min(number) FROM leaves WHERE hash = ?", (leaf_hash,))
        return None if found[0][0] is None else self.database.whole(found[0][0])

    # Parts.

    def part(self, sha: str) -> bytes | None:
        """The stored bytes of a part, by the base64 of their SHA-256."""
        found = self.database.rows("SELECT stored FROM parts WHERE sha = ?", (sha,))
        return self.database.blob(found[0][0]) if found else None

    # Care.

    def fsck(self, progress: Callable[[int, int], None] | None = None) -> Frontier:
        """Hash every leaf anew and hold the tree to the stored checkpoint; returns the frontier.

        The note's signature is the caller's to check: the store knows no keys.

        Raises:
            Misconfigured: a leaf or hash was changed, one is missing, or the root is another; names the first index.
        """
        size, highest, frontier = self.size(), self.held(), Frontier.empty()
        what = str(self.database.path)
        if highest != size and (highest < size or self.bridge() is None):
            raise Misconfigured(what, f"holds leaves up to {highest}, its checkpoint says {size}", do=_RESTORE)
        for start in range(0, size, _CHUNK):
            end = min(start + _CHUNK, size)
            frontier = frontier.extend(self._sound(start, end))
            if progress is not None:
                progress(end, size)
        self._check_root(frontier)
        for start in range(size, highest, _CHUNK):  # a node goes on from there, by its bridge
            self._sound(start, min(start + _CHUNK, highest))
        return frontier

    def _sound(self, start: int, end: int) -> list[bytes]:
        """The hashes of some leaves, each as it was stored beside its leaf; raises as `fsck`."""
        what = str(self.database.path)
        leaves, stored = self.leaves(start, end), self.leaf_hashes(start, end)
        if len(leaves) != end - start:
            raise Misconfigured(what, f"a leaf is missing between {start} and {end}", do=_RESTORE)
        hashes = [leaf_hash(leaf) for leaf in leaves]
        if hashes != stored:
            pairs = enumerate(zip(hashes, stored, strict=True), start)
            first = next(at for at, (found, said) in pairs if found != said)
            raise Misconfigured(what, f"entry {first} was changed", do=_RESTORE)
        return hashes

    def _check_root(self, frontier: Frontier) -> None:
        note, what = self.checkpoint(), str(self.database.path)
        if note is None:
            return
        try:
            checkpoint = parse_checkpoint(parse_note(note).text)
        except Malformed as error:
            raise Misconfigured(what, f"its checkpoint was changed: {error}", do=_RESTORE) from error
        if (checkpoint.size, checkpoint.root) != (frontier.size, frontier.root()):
            raise Misconfigured(what, "the entries do not lead to the checkpoint's root", do=_RESTORE)

    def backup(self, path: Path) -> None:
        """A consistent copy while others write; raises `Misconfigured` if something lies there already."""
        self.database.backup(path)


_RESTORE = "Restore a backup and bring it up to date from a member's copy of the log"


def _another_writer(path: Path) -> Misconfigured:
    return Misconfigured(str(path), "somebody else wrote to this log", do="Find the second host and stop it")
