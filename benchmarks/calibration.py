"""What this machine can do right now: the limits that every figure is a share of.

The machine is shared and noisy, so absolute figures mean little; each round measures its own limits beside its figures.
"""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

from benchmarks.workload import Workload
from wellclear.domain.canonical import unb64
from wellclear.domain.entry import SIG_TAIL_BYTES, approval_message, entry_message
from wellclear.log.ed25519 import verify
from wellclear.log.merkle import leaf_hash

GROUP = 256
SPINS = 200_000


def spin_per_s() -> float:
    """A loop of plain Python, to see how fast the machine is at this moment."""
    start, total = time.perf_counter(), 0
    for number in range(SPINS):
        total += number & 7
    return SPINS / (time.perf_counter() - start)


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
    return sorted(times)[25] * 1000


def verify_all(workload: Workload) -> float:
    """Seconds to verify every signature of the workload, with nothing around it."""
    start = time.perf_counter()
    for entry in workload.entries:
        verify(unb64(entry.link.key), entry_message(entry.leaf[:-SIG_TAIL_BYTES]), unb64(entry.sig))
        for approval in entry.approvals:
            verify(unb64(approval.key), approval_message(entry.act_hash), unb64(approval.sig))
    return time.perf_counter() - start


def limit_per_s(workload: Workload, directory: Path) -> float:
    """Entries a second on one core that does only what must be done: verify, hash, commit durably in groups of 256."""
    path = directory / "limit.sqlite"
    database = sqlite3.connect(path, isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE leaves (number INTEGER PRIMARY KEY, hash BLOB, leaf BLOB)")
        database.execute("CREATE TABLE parts (sha TEXT PRIMARY KEY, stored BLOB)")
        start = time.perf_counter()
        verify_all(workload)
        for first in range(0, len(workload.frames), GROUP):
            group = workload.frames[first : first + GROUP]
            rows = [(first + at, leaf_hash(frame.leaf), frame.leaf) for at, frame in enumerate(group)]
            parts = [
                (f"{first + at} {number}", part)
                for at, one in enumerate(group)
                for number, part in enumerate(one.parts)
            ]
            database.execute("BEGIN IMMEDIATE")
            database.executemany("INSERT INTO leaves VALUES (?, ?, ?)", rows)
            database.executemany("INSERT INTO parts VALUES (?, ?)", parts)
            database.execute("COMMIT")
        return len(workload.frames) / (time.perf_counter() - start)
    finally:
        database.close()
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
