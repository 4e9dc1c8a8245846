"""The clocks of one machine in the world: they run fast or slow, and somebody may set them."""

from __future__ import annotations

from dataclasses import dataclass

from wellclear.testing.sketch import START_US
from wellclear.testing.world.loop import SimLoop

PPM = 1_000_000
LOOKS_MAX = 100_000
"""Nobody looks at a clock so often at one moment: where time passes only while all wait, that is for ever."""


@dataclass(slots=True)
class SimClock:
    """UTC and monotonic time of one machine, both in whole microseconds.

    `drift_ppm` is how much faster than the world it runs; `ahead_us` how far it was set wrong. UTC is the world's,
    which begins at the sketch's end; the monotonic clock has been running for a day.
    """

    loop: SimLoop
    drift_ppm: int = 0
    ahead_us: int = 0
    up_us: int = 86_400_000_000
    starts_us: int = START_US
    _ran_us: int = 0
    _since_us: int = 0
    _at_us: int = -1
    _looks: int = 0

    def run_at(self, drift_ppm: int) -> None:
        """From now on it runs that much faster than the world. No clock goes back by this."""
        self._ran_us, self._since_us, self.drift_ppm = self._run_us(), self.loop.now_us, drift_ppm

    def set_right(self) -> None:
        """Somebody sets UTC to what it is, and mends what made it run fast or slow."""
        self.run_at(0)
        self.ahead_us = self.loop.now_us - self._ran_us

    def now_us(self) -> int:
        return self.starts_us + self._run_us() + self.ahead_us

    def monotonic_us(self) -> int:
        return self.up_us + self._run_us()

    def _run_us(self) -> int:
        passed_us = self.loop.now_us
        self._looks = self._looks + 1 if passed_us == self._at_us else 0
        self._at_us = passed_us
        assert self._looks < LOOKS_MAX, "a program waits for the time without letting it pass"
        since_us = passed_us - self._since_us
        return self._ran_us + since_us + since_us * self.drift_ppm // PPM
