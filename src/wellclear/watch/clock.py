"""When a node must say what time it is (protocol, "Time").

Now moves only by entries. So the node of each clock, the host's included, sends `time` once when a public due instant
or rung is still open that its own clock has passed, while now and its own latest claim have not: as soon as two clocks
have said so, now has passed it too, and everybody sees the same thing overdue.
"""

from __future__ import annotations

from wellclear.picture.picture import Picture
from wellclear.watch.duties import RungName
from wellclear.watch.instants import Instants


def time_due(
    picture: Picture,
    party: str,
    own_us: int,
    open_instants: Instants[tuple[str, RungName]],
    *,
    waiting_claim_us: int = 0,
) -> bool:
    """Whether the node of a party must send `time` now.

    `open_instants` are those of a `DutyBook`; `waiting_claim_us` is the latest claim that this node has linked and that
    is not in the log yet, lest it sends another one meanwhile. An instant is passed strictly: overdue is now > due.
    """
    if party not in picture.clocks:
        return False
    said_us = max(picture.claims.get(party) or 0, waiting_claim_us, picture.now_us)
    return open_instants.any_between(said_us, own_us)


def stands_still(picture: Picture) -> bool:
    """Whether one silent clock keeps now, and all that is overdue on record, from moving: fewer than three clocks."""
    return len(picture.clocks) < 3
