"""A connection of SQLite that fails on purpose: at the n-th statement that writes, before or after it took effect."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

WRITES = ("BEGIN", "INSERT", "UPDATE", "DELETE", "COMMIT")


@dataclass(slots=True)
class Plan:
    """Which write fails; `seen` counts them from the moment on that it is armed."""

    at: int = -1
    after: bool = False
    times: int = 1
    code: int = sqlite3.SQLITE_IOERR
    seen: int = 0
    struck: int = 0

    def arm(self, at: int, *, after: bool, times: int = 1, code: int = sqlite3.SQLITE_IOERR) -> None:
        """Fail at the write number `at` from now on, and at the `times - 1` that follow it."""
        self.at, self.after, self.times, self.code, self.seen, self.struck = at, after, times, code, 0, 0

    def strike(self, sql: str, *, after: bool) -> None:
        if not sql.startswith(WRITES) or self.at < 0:
            return
        if after:
            self.seen += 1
        number = self.seen - 1 if after else self.seen
        if after == self.after and self.at <= number < self.at + self.times:
            self.struck += 1
            if not after:
                self.seen += 1
            error = sqlite3.OperationalError("on purpose")
            error.sqlite_errorcode = self.code
            raise error

    def connect(self, uri: str) -> sqlite3.Connection:
        """What `Store.open(connecting=...)` takes."""
        plan = self

        class Faulty(sqlite3.Connection):
            def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
                plan.strike(sql, after=False)
                found = super().execute(sql, *values)
                plan.strike(sql, after=True)
                return found

            def executemany(self, sql: str, *values: Any) -> sqlite3.Cursor:
                plan.strike(sql, after=False)
                found = super().executemany(sql, *values)
                plan.strike(sql, after=True)
                return found

        return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, factory=Faulty)
