"""One SQLite file with one writer: connections, transactions, and every fault of SQLite in our own words.

WAL with synchronous=FULL: a commit that returned is on the disk. Reads run beside the writer on a connection of their
own, except inside a transaction, which sees what it wrote. The writer holds a lock file as long as it lives, so a
second process, or a second writer in this one, refuses to open.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from wellclear.errors import Misconfigured, Unavailable

Connect = Callable[[str], sqlite3.Connection]
"""How a connection is made from a URI; tests hand in one that fails on purpose."""

FORM = 2
_FIRST_PAGE_BYTES = 4096
"""Until there are tables, a file has one page; they may still lie in its log of writes when it has no more."""
BUSY_TIMEOUT_S = 5
RETRY_AFTER_S = 5
_APPLICATION_ID = 0x57434C52  # "WCLR": other files of SQLite are refused


def connect(uri: str) -> sqlite3.Connection:
    """A connection whose transactions we begin and end ourselves."""
    return sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)


class Database:
    """An open file. `create` makes a new one from a schema; `__init__` opens one that is there.

    `changes` are the statements that bring a file of an older form to the next one, by the older one's number; they
    take effect with the new number or not at all, and only a writer makes them.
    """

    def __init__(
        self,
        path: Path,
        *,
        writing: bool = True,
        connecting: Connect = connect,
        changes: Mapping[int, str] | None = None,
    ) -> None:
        if not path.is_file():
            raise Misconfigured(str(path), "there is no store here", do="Nothing is created unasked: check the path")
        self.path = path
        self._lock = threading.RLock()
        self._read_lock = threading.Lock()
        self._depth = 0
        self._owner = 0
        self._lock_file = _sole_writer(path) if writing else None
        try:
            with self.ours():
                self._writer = _opened(connecting(f"{path.absolute().as_uri()}?mode={'rw' if writing else 'ro'}"))
                self._check_form((changes or {}) if writing else {})
                self._reader = _opened(connecting(f"{path.absolute().as_uri()}?mode=ro"))
        except BaseException:
            self._unlock()
            raise

    @classmethod
    def create(cls, path: Path, schema: str, *, connecting: Connect = connect) -> Database:
        """A new file, readable by its owner only. One that was killed before it held anything is finished.

        Raises:
            Misconfigured: there is one already; it is never overwritten.
            Unavailable: the disk would not take it.
        """
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError as error:
            if not cls.is_only_begun(path, connecting=connecting):
                raise Misconfigured(str(path), "there is a store here already", do="Move it away first") from error
        except OSError as error:
            raise Unavailable(str(path), f"cannot be created: {error.strerror}") from error
        lock = _sole_writer(path)
        try:
            if not cls.is_only_begun(path, connecting=connecting):  # somebody else has finished it meanwhile
                raise Misconfigured(str(path), "there is a store here already", do="Move it away first")
            _fill(path, schema, connecting)
        finally:
            os.close(lock)
        return cls(path, connecting=connecting)

    @staticmethod
    def is_only_begun(path: Path, *, connecting: Connect = connect) -> bool:
        """Whether whoever created this file was killed before its tables took effect: there is nothing in it.

        Tables, form and mark come with one transaction, so they are all there or none is.
        """
        try:
            size = path.stat().st_size
            if size == 0 or size > _FIRST_PAGE_BYTES:
                return size == 0
            with _Translated(path):
                looking = connecting(f"{path.absolute().as_uri()}?mode=rw")
                try:
                    (tables,) = looking.execute("SELECT count(*) FROM sqlite_master").fetchone()
                    (application,) = looking.execute("PRAGMA application_id").fetchone()
                finally:
                    looking.close()
        except (OSError, Misconfigured, Unavailable):
            return False  # whatever it is, it is not ours to finish
        return (tables, application) == (0, 0)

    def close(self) -> None:
        """Give the file back; a second call does nothing."""
        with self._lock:
            for connection in (self._reader, self._writer):
                with self.ours():
                    connection.close()
            self._unlock()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing of what is written inside; one inside another is part of the outer one.

        Raises:
            Unavailable, Misconfigured: as `ours`; nothing of it took effect, unless the failure came after the very
                commit, which `Store.append` tells apart by looking again.
        """
        with self._lock, self.ours():
            self._depth += 1
            try:
                if self._depth == 1:
                    self._owner = threading.get_ident()
                    self._writer.execute("BEGIN IMMEDIATE")
                yield
                if self._depth == 1:
                    self._writer.execute("COMMIT")
            except BaseException:
                if self._depth == 1:
                    self._roll_back()
                raise
            finally:
                self._depth -= 1
                self._owner = self._owner if self._depth else 0

    def write(self, sql: str, values: Iterable[Any] = ()) -> int:
        """Run one statement, in a transaction of its own if none is open; the number of rows that it changed."""
        with self.transaction():
            return self._writer.execute(sql, tuple(values)).rowcount

    def write_many(self, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Run one statement for each row."""
        with self.transaction():
            self._writer.executemany(sql, rows)

    def rows(self, sql: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        """What a query gives; inside a transaction, what it has written is seen."""
        if self._owner == threading.get_ident():
            with self.ours():
                return self._writer.execute(sql, tuple(values)).fetchall()
        with self._read_lock, self.ours():
            return self._reader.execute(sql, tuple(values)).fetchall()

    # SQLite keeps a value of any type in any column, so a damaged or foreign file may hold what was never written.

    def whole(self, value: Any) -> int:
        """A value that was written as a number from 0 on; raises `Misconfigured` where another one stands there."""
        if type(value) is not int or value < 0:
            raise self.damaged()
        return value

    def blob(self, value: Any) -> bytes:
        """A value that was written as bytes; raises as `whole`."""
        if type(value) is not bytes:
            raise self.damaged()
        return value

    def damaged(self) -> Misconfigured:
        """What to raise where something stands that this software never writes."""
        do = "Restore a backup and bring it up to date from a member's copy"
        return Misconfigured(str(self.path), "is damaged: it holds a value that was never written", do=do)

    def backup(self, path: Path) -> None:
        """A consistent copy while others write (SQLite's online backup).

        Raises:
            Misconfigured: something lies there already.
            Unavailable: the disk would not take it.
        """
        if path.exists():
            raise Misconfigured(str(path), "is there already", do="Name another file; nothing is overwritten")
        with self._read_lock, self.ours():
            copy = sqlite3.connect(path)
            try:
                self._reader.backup(copy)
            finally:
                copy.close()

    def ours(self) -> AbstractContextManager[None]:
        """Turn what SQLite raises into `Unavailable` or `Misconfigured`."""
        return _Translated(self.path)

    def _check_form(self, changes: Mapping[int, str]) -> None:
        (application,) = self._writer.execute("PRAGMA application_id").fetchone()
        if application != _APPLICATION_ID:
            raise Misconfigured(str(self.path), "is no store of Wellclear")
        (form,) = self._writer.execute("PRAGMA user_version").fetchone()
        while form in changes and form < FORM:
            try:
                self._writer.executescript(f"BEGIN IMMEDIATE; {changes[form]} PRAGMA user_version={form + 1}; COMMIT;")
            except sqlite3.Error:
                self._roll_back()
                raise
            form += 1
        if form != FORM:
            older = "Start its host or node once with this software, which brings it forward" if form < FORM else ""
            raise Misconfigured(str(self.path), f"has form {form}; this software reads form {FORM}", do=older)

    def _roll_back(self) -> None:
        try:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
        except sqlite3.Error:  # the error that led here says more; SQLite rolls back what is left at the next opening
            return

    def _unlock(self) -> None:
        if self._lock_file is not None:
            os.close(self._lock_file)
            self._lock_file = None


def _fill(path: Path, schema: str, connecting: Connect) -> None:
    """The tables of a file that is empty; it goes again if the disk would not take them."""
    try:
        with _Translated(path):
            made = connecting(f"{path.absolute().as_uri()}?mode=rw")
            made.execute("PRAGMA journal_mode=WAL")
            made.executescript(
                f"BEGIN; {schema} PRAGMA application_id={_APPLICATION_ID}; PRAGMA user_version={FORM}; COMMIT;"
            )
            made.close()
    except BaseException:
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        raise


def _opened(connection: sqlite3.Connection) -> sqlite3.Connection:
    for pragma in ("synchronous=FULL", "trusted_schema=OFF", "cell_size_check=ON", "mmap_size=0"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _sole_writer(path: Path) -> int:
    lock = path.with_name(path.name + ".lock")
    try:
        handle = os.open(lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Misconfigured(str(lock), f"cannot be opened: {error.strerror}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise Misconfigured(str(path), "somebody else writes to it", do="Stop that one first") from error
    return handle


_ON_PURPOSE = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk reports an error",
    sqlite3.SQLITE_BUSY: "somebody else holds it",
    sqlite3.SQLITE_LOCKED: "somebody else holds it",
    sqlite3.SQLITE_NOMEM: "there is no memory left",
    sqlite3.SQLITE_INTERRUPT: "it was interrupted",
}
_BY_A_PERSON = {
    sqlite3.SQLITE_CORRUPT: ("is damaged", "Restore a backup and bring it up to date from a member's copy"),
    sqlite3.SQLITE_NOTADB: ("is no store, or is damaged", "Restore a backup"),
    sqlite3.SQLITE_READONLY: ("may not be written", "Check owner and mode of the file and its directory"),
    sqlite3.SQLITE_CANTOPEN: ("cannot be opened", "Check owner and mode of the file and its directory"),
    sqlite3.SQLITE_PERM: ("may not be opened", "Check owner and mode"),
}


class _Translated:
    """Every statement passes through one, so it is a class: a generator would cost more than many a statement."""

    __slots__ = ("_path",)

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, sqlite3.ProgrammingError):
            raise Unavailable(str(self._path), "it was closed") from error
        if isinstance(error, sqlite3.Error):
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code in _BY_A_PERSON:
                why, do = _BY_A_PERSON[code]
                raise Misconfigured(str(self._path), why, do=do) from error
            raise Unavailable(
                str(self._path), _ON_PURPOSE.get(code, str(error)), retry_after_s=RETRY_AFTER_S
            ) from error
