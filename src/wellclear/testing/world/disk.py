"""The disk of one machine: real SQLite on real files, whose power is cut and whose promises are broken on purpose.

Files lie where memory serves as a disk, if the machine has such a place, so that a sync costs nothing. At a loss of
power the files are kept as they are at that moment, then bent as the fault says, and put back; what SQLite makes of
them at the next start is SQLite's own recovery.

    fault     at the next commit
    -----     ------------------
    before    the power goes before it took effect
    after     the power goes after it took effect, before anybody is told
    torn      the power goes while it is written: some sectors are the old ones
    lost      it seems to take effect; at the next loss of power it, and all after it, never happened
    fsync     it took effect, and an error is reported
    error     it did not take effect, and an error is reported
    full      as `error`, until somebody makes room
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from wellclear.edges.database import BUSY_TIMEOUT_S
from wellclear.testing.world.loop import Life, PowerCut

SECTOR: Final = 512
MEMORY: Final = Path("/dev/shm")  # noqa: S108  # a directory of our own is made in it
POWER_FAULTS: Final = ("before", "after", "torn")
REPORTED_FAULTS: Final = {"fsync": sqlite3.SQLITE_IOERR, "error": sqlite3.SQLITE_IOERR, "full": sqlite3.SQLITE_FULL}

Image = dict[str, bytes]
"""What a directory of one machine holds, by file name."""


def new_place() -> Path:
    """A fresh directory for the disks of one world."""
    return Path(tempfile.mkdtemp(prefix="wellclear-world-", dir=MEMORY if MEMORY.is_dir() else None))


def forget_place(place: Path) -> None:
    """Remove the disks of a world."""
    shutil.rmtree(place, ignore_errors=True)


@dataclass(slots=True)
class SimDisk:
    """One machine's directory. `on_struck` is told each fault at the moment when it strikes."""

    home: Path
    dice: random.Random
    on_struck: Callable[[str], None]
    life: Life | None = None
    armed: str = ""
    writes: int = 0
    """Commits that took effect."""
    on_commit: Callable[[bool], None] = lambda doubtful: None
    """A write has taken effect; doubtful is one that its own fault may yet undo, before anybody has been told of it."""
    failed_s: float = -1.0
    """When it last reported an error."""
    _open: list[sqlite3.Connection] = field(default_factory=list)
    _promised: Image | None = None
    """What the disk falls back to, after it has lied about a commit."""

    def power(self, life: Life) -> None:
        """A new life of the machine's process begins."""
        self.life = life

    def connect(self, uri: str) -> sqlite3.Connection:
        """What `Store.open(connecting=...)` takes."""
        self._check_power()
        made = sqlite3.connect(
            uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, factory=_Connection
        )
        made.disk = self
        self._open.append(made)
        return made

    def image(self) -> Image:
        """Everything that lies here now, but for SQLite's shared memory and the locks."""
        names = sorted(path for path in self.home.iterdir() if path.is_file())
        return {path.name: path.read_bytes() for path in names if not path.name.endswith(("-shm", ".lock"))}

    def put(self, image: Image) -> None:
        """Make the directory hold exactly this; nobody may have it open."""
        for path in self.home.iterdir():
            if path.is_file():
                path.unlink()
        for name, content in image.items():
            (self.home / name).write_bytes(content)
            (self.home / name).chmod(0o600)

    def cut(self, image: Image | None = None) -> None:
        """The power goes now. The directory is left as it is, or as `image`, or as it was before the disk lied."""
        kept = self._promised or image or self.image()
        if self._promised is not None:
            self.on_struck("lost")
        self._promised, self.armed = None, ""
        if self.life is not None:
            self.life.end()
        connections, self._open = self._open, []
        for connection in connections:
            connection.close()
        self.put(kept)

    def flip(self) -> str:
        """Turn one bit of what lies here; nobody may have it open. The file's name; empty where no store lies here."""
        files = [path for path in sorted(self.home.iterdir()) if path.suffix in (".sqlite", ".sqlite-wal")]
        if not files:
            return ""  # the machine was put in another's place, and has not been started yet
        files = [path for path in files if path.stat().st_size] or files
        path = self.dice.choice(files)
        content = bytearray(path.read_bytes())
        if content:
            content[self.dice.randrange(len(content))] ^= 1 << self.dice.randrange(8)
            path.write_bytes(content)
        return path.name

    # What the connections ask.

    def run(self, statement: str, doing: Callable[[], sqlite3.Cursor]) -> sqlite3.Cursor:
        """One statement on the way to SQLite, with the fault that is armed."""
        self._check_power()
        if self.armed == "full" and statement.startswith(("INSERT", "UPDATE", "DELETE")):
            self._report("full")
        if statement != "COMMIT":
            return doing()
        fault, self.armed = self.armed, self.armed if self.armed == "full" else ""
        if fault in ("", "full"):
            return self._took_effect(doing, doubtful=False)
        return self._strike(fault, doing)

    def _took_effect(self, doing: Callable[[], sqlite3.Cursor], *, doubtful: bool) -> sqlite3.Cursor:
        found = doing()
        self.writes += 1
        self.on_commit(doubtful)
        return found

    def _strike(self, fault: str, doing: Callable[[], sqlite3.Cursor]) -> sqlite3.Cursor:
        if fault == "error":
            self._report(fault)
        if fault == "before":
            self.on_struck(fault)
            self.cut()
            raise PowerCut(fault)
        before = self.image()
        found = self._took_effect(doing, doubtful=fault in ("torn", "fsync"))
        if fault == "lost":
            self._promised = before if self._promised is None else self._promised
            return found
        if fault == "fsync":
            self._report(fault)
        self.on_struck(fault)
        self.cut(_mixed(before, self.image(), self.dice) if fault == "torn" else None)
        raise PowerCut(fault)

    def _report(self, fault: str) -> None:
        self.failed_s = self.life.loop.time() if self.life is not None else -1.0
        self.on_struck(fault)
        error = sqlite3.OperationalError(f"{fault}, on purpose")
        error.sqlite_errorcode = REPORTED_FAULTS[fault]
        raise error

    def _check_power(self) -> None:
        if self.life is not None and not self.life.alive:
            raise PowerCut("there is no power")


class _Connection(sqlite3.Connection):
    disk: SimDisk

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        return self.disk.run(sql, lambda: super(_Connection, self).execute(sql, *values))

    def executemany(self, sql: str, *values: Any) -> sqlite3.Cursor:
        return self.disk.run(sql, lambda: super(_Connection, self).executemany(sql, *values))


def _mixed(before: Image, after: Image, dice: random.Random) -> Image:
    """A write that was interrupted: sectors of both. SQLite syncs its log before it touches the database itself."""
    stable = [
        name for name in after if name.endswith("-wal") and _database_of(name, before) != _database_of(name, after)
    ]
    mixed = dict(after)
    for name, content in after.items():
        old = before.get(name, b"")
        if name in stable or old == content:
            continue
        pieces = [
            content[at : at + SECTOR] if dice.random() < 0.5 else old[at : at + SECTOR]
            for at in range(0, len(content), SECTOR)
        ]
        mixed[name] = b"".join(_padded(piece, number, content) for number, piece in enumerate(pieces))
    return mixed


def _padded(piece: bytes, number: int, content: bytes) -> bytes:
    return piece.ljust(min(SECTOR, len(content) - number * SECTOR), b"\0")


def _database_of(wal: str, image: Image) -> bytes | None:
    return image.get(wal.removesuffix("-wal"))
