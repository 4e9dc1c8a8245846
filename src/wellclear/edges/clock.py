"""What time it is: the only place that asks the machine."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """UTC for what is said to others, and a monotonic time for waiting; both in whole microseconds."""

    def now_us(self) -> int:
        """UTC since 1970; may be set back by whoever tends the machine."""
        ...

    def monotonic_us(self) -> int:
        """Never goes back; means nothing outside this process."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def now_us(self) -> int:
        return time.time_ns() // 1000

    def monotonic_us(self) -> int:
        return time.monotonic_ns() // 1000
