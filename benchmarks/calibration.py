"""What this machine can do right now: a fixed loop, a durable write, and the raw operations that bound our figures.

The machine is shared and noisy, so absolute figures mean little; each round measures its own limits beside its figures.
"""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

from benchmarks.runs import Calibration
from benchmarks.statistics import Spread
from benchmarks.workload import Workload
from wellclear.domain.canonical import unb64
from wellclear.domain.entry import SIG_TAIL_BYTES, approval_message, entry_message
from wellclear.log.ed25519 import verify
from wellclear.log.merkle import leaf_hash

GROUP = 256
TURNS = 200_000
LOOPS = 9


def spin() -> tuple[float, float]:
    """One fixed loop of plain Python: million turns a second, and how much longer it took than its own CPU time."""
    start, cpu, total = time.perf_counter(), time.thread_time(), 0
    for number in range(TURNS):
        total += number & 7
    taken, own = time.perf_counter() - start, time.thread_time() - cpu
    return TURNS / taken / 1e6, max(1.0, taken / own)


def calibrate(number: int, directory: Path) -> Calibration:
    """The machine at the start of a round: medians of several loops and of 50 durable writes."""
    loops = [spin() for _ in range(LOOPS)]
    speed, waited = (Spread.of([loop[at] for loop in loops]).median for at in (0, 1))
    return Calibration(number, speed, waited, sync_ms(directory))


def sync_ms(directory: Path) -> float:
    """The median time of 50 durable writes of 4 KiB to the disk that the stores lie on, in milliseconds."""
    path, times = directory / "sync.probe", []
    handle = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        for _ in range(50):
            start = time.perf_counter()
            os.pwrite(handle, bytes(4096), 0)
            os.fdatasync(handle)
            times.append(time.perf_counter() - start)
    finally:
        os.close(handle)
        path.unlink()
    return Spread.of(times).median * 1000


def signed(workload: Workload) -> list[tuple[bytes, bytes, bytes]]:
    """Key, message and signature of everything that is signed in the workload."""
    found = []
    for entry in workload.entries:
        found.append((unb64(entry.link.key), entry_message(entry.leaf[:-SIG_TAIL_BYTES]), unb64(entry.sig)))
        for approval in entry.approvals:
            found.append((unb64(approval.key), approval_message(entry.act_hash), unb64(approval.sig)))
    return found


def verify_s(rows: list[tuple[bytes, bytes, bytes]]) -> float:
    """Seconds to verify, with nothing around it."""
    start = time.perf_counter()
    for key, message, signature in rows:
        verify(key, message, signature)
    return time.perf_counter() - start


def limit_per_s(workload: Workload, rows: list[tuple[bytes, bytes, bytes]], directory: Path) -> float:
    """Entries a second on one core that does only what must be done: verify, hash, commit durably in groups of 256."""
    path = directory / "limit.sqlite"
    database = sqlite3.connect(path, isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE leaves (number INTEGER PRIMARY KEY, hash BLOB, leaf BLOB)")
        database.execute("CREATE TABLE parts (sha TEXT PRIMARY KEY, stored BLOB)")
        start = time.perf_counter()
        verify_s(rows)
        for first in range(0, len(workload.frames), GROUP):
            _commit(database, workload, first)
        return len(workload.frames) / (time.perf_counter() - start)
    finally:
        database.close()
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def _commit(database: sqlite3.Connection, workload: Workload, first: int) -> None:
    group = workload.frames[first : first + GROUP]
    rows = [(first + at, leaf_hash(frame.leaf), frame.leaf) for at, frame in enumerate(group)]
    parts = [(f"{first + at} {number}", part) for at, one in enumerate(group) for number, part in enumerate(one.parts)]
    database.execute("BEGIN IMMEDIATE")
    database.executemany("INSERT INTO leaves VALUES (?, ?, ?)", rows)
    database.executemany("INSERT INTO parts VALUES (?, ?)", parts)
    database.execute("COMMIT")
