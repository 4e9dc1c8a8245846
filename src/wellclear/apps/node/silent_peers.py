"""Other nodes that do not answer: told in the log once, and asked ever less often, until one of them answers again.

A node that has no picture key states nothing, and has no other way to say so than not to answer.
"""

from __future__ import annotations

from typing import Final

ASK_AGAIN_US: Final = (20_000_000, 60_000_000, 180_000_000, 600_000_000)
"""So long after a question without an answer the next one is put; the last of them from then on."""


class SilentPeers:
    """Who has left how many questions of one sort unanswered, one after the other, and when to ask again."""

    def __init__(self) -> None:
        self._silent: dict[str, tuple[int, int]] = {}

    def due(self, url: str, mono_us: int) -> bool:
        """Whether it may be asked now."""
        return url not in self._silent or self._silent[url][1] <= mono_us

    def failed(self, url: str, mono_us: int) -> bool:
        """It has not answered; True the first time, which is when to tell."""
        tries, _ = self._silent.get(url, (0, 0))
        self._silent[url] = tries + 1, mono_us + ASK_AGAIN_US[min(tries, len(ASK_AGAIN_US) - 1)]
        return tries == 0

    def answered(self, url: str) -> bool:
        """It has answered; True where it had not before."""
        return self._silent.pop(url, None) is not None
