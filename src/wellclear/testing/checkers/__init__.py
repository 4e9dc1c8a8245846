"""Who watches a world: small checkers that read logs, stores, rings and what officers saw, and share nothing with it.

Each looks every second (`watch`) and once at the end (`finish`), and says what may not be so, in sentences.
"""

from __future__ import annotations

from wellclear.testing.checkers.alive import Alive
from wellclear.testing.checkers.checker import Checker
from wellclear.testing.checkers.clocks import HonestClocks
from wellclear.testing.checkers.deadlines import Rung
from wellclear.testing.checkers.disclosure import Disclosure
from wellclear.testing.checkers.evidence import Evidence
from wellclear.testing.checkers.freshness import Freshness
from wellclear.testing.checkers.once import AcknowledgedOnce
from wellclear.testing.checkers.overdue import OverdueAlike
from wellclear.testing.checkers.pictures import OnePicture
from wellclear.testing.checkers.receipts import TrueReceipts
from wellclear.testing.checkers.restart import Continues
from wellclear.testing.checkers.roots import OneRoot

ALL: tuple[type[Checker], ...] = (
    AcknowledgedOnce, OnePicture, OneRoot, Evidence, Freshness, OverdueAlike, Rung, HonestClocks, Continues,
    TrueReceipts, Disclosure, Alive,
)  # fmt: skip

__all__ = ["ALL", "Checker"]
