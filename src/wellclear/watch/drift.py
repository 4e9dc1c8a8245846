"""How far the clocks of others are from one's own (R20): over 2 s is shown, over 30 s blocks lead-time claims.

Only *fresh* claims are compared: those of entries that arrive while the log is followed live. On its way a claim can
only grow older, so of a clock's latest few claims the one that came out highest is the best measure.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

SHOWN_US = 2_000_000
BLOCKING_US = 30_000_000
_KEPT = 8


@dataclass(frozen=True, slots=True)
class Drift:
    """A party's clock against one's own; positive: it is ahead."""

    party: str
    ahead_us: int

    @property
    def shown(self) -> bool:
        """More than 2 s either way."""
        return abs(self.ahead_us) > SHOWN_US

    @property
    def blocks_lead_time(self) -> bool:
        """More than 30 s either way: no lead time may be claimed with these two clocks."""
        return abs(self.ahead_us) > BLOCKING_US


class DriftWatch:
    """The latest fresh claims of each party."""

    def __init__(self) -> None:
        self._ahead: dict[str, deque[int]] = {}

    def take(self, party: str, claim_us: int, own_us: int) -> Drift:
        """Compare a fresh claim with one's own clock at its arrival."""
        ahead = self._ahead.setdefault(party, deque(maxlen=_KEPT))
        ahead.append(claim_us - own_us)
        return Drift(party, max(ahead))

    def all(self) -> list[Drift]:
        """Every party heard so far, by name."""
        return [Drift(party, max(ahead)) for party, ahead in sorted(self._ahead.items())]

    def blocks_lead_time(self) -> bool:
        """Whether this node may claim no lead time: it is more than 30 s from at least half of the clocks it has heard.

        One foreign clock that is off must not silence a party whose own clock is right; where there is but one to
        compare with, that one decides.
        """
        drifts = self.all()
        return bool(drifts) and 2 * sum(drift.blocks_lead_time for drift in drifts) >= len(drifts)
