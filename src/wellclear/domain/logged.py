"""An entry at its place in the log, and what the fold says of one that cannot stand."""

from __future__ import annotations

from dataclasses import dataclass

from wellclear.domain.entry import Entry
from wellclear.domain.reasons import Reason


@dataclass(frozen=True, slots=True)
class Logged:
    """What was logged at one index, after everything that can be proven from its bytes alone.

    `entry` is None for bytes that do not decode. `fault` is the first failure of those proofs (`BAD_ENVELOPE`,
    `BAD_SIGNATURE`, ...); an entry with one moves nothing. `approved` tells, for each approval, whether its signature
    fits the act.
    """

    index: int
    leaf_hash: bytes
    entry: Entry | None
    fault: Reason | None = None
    approved: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """What cannot stand, with its reason; `detail` names the field, desk or item for a person to look at."""

    index: int
    reason: Reason
    detail: str = ""
