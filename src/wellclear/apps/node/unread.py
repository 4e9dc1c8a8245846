"""How long what a node reads from its host's stream may have waited unread.

A node that asks its host for something else reads nothing meanwhile; what it reads then may be as old as that took, and
must keep nobody live for longer. What has to be waited for is fresh: everything before it had been read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LONG_US: Final = 1_000_000
"""What is shorter than this does not count: a busy node must not call a busy host silent."""
AT_ONCE_US: Final = 20_000
"""What came later than this after it was asked for had not waited."""


@dataclass(slots=True)
class Unread:
    """Say `connected` once, then of each event `reads` when it is there and `has_taken` when it was dealt with."""

    late_us: int = 0
    """How old what was read now may be."""
    _asked_us: int = 0
    _read_us: int = 0

    def connected(self, now_us: int) -> None:
        """A new stream: nothing of it has waited."""
        self.late_us, self._asked_us = 0, now_us

    def reads(self, now_us: int) -> None:
        """The next event is there."""
        if now_us - self._asked_us > AT_ONCE_US:
            self.late_us = 0
        self._read_us = now_us

    def has_taken(self, now_us: int) -> None:
        """The event was dealt with, and the next one is asked for."""
        took_us = now_us - self._read_us
        if took_us > LONG_US:
            self.late_us = max(self.late_us, took_us)
        self._asked_us = now_us
