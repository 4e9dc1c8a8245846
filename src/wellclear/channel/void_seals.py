"""What waits in the outbox under a key that the log will never have, so that nobody could read it.

A node gives each of its epochs the next number, and seals under it at once. Two things part the number and the key: the
log shows another epoch of the party under that number (this node was restored from a backup, or runs twice), or the
host refuses the epoch's entry for good. And one of its readers may have left before the entry was logged. Then

    the epoch's entry                  is dropped: its number is taken
    what the node says by itself       is dropped, and composed anew, under a fresh key
    what persons have approved         is refused: an approval covers the seal, so they say it again
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable
from dataclasses import replace
from typing import Final

from msgspec import UNSET

from wellclear.channel.outbox import OF_THE_NODE, Item, Outbox
from wellclear.domain.entry import Act
from wellclear.domain.kinds import Epoch, public_of
from wellclear.domain.reasons import Reason

SAY_AGAIN: Final = "it is sealed under a key that is not in the log, and never will be: say it again"


def parted_epochs(items: Iterable[Item], members: Container[str]) -> frozenset[int]:
    """The numbers of waiting epochs from the first on of which a reader is no member any more: no log takes them.

    Also those behind it, whose numbers would leave a gap.
    """
    own = [item.act for item in items if item.state in ("waiting", "held") and item.act.via is UNSET]
    bodies = [public_of(act) for act in own if act.kind == "epoch"]
    epochs = [body for body in bodies if isinstance(body, Epoch)]
    parted = [body.number for body in epochs if not all(party in members for party in body.audience)]
    return frozenset(body.number for body in epochs if parted and body.number >= min(parted))


def epoch_number(act: Act) -> int | None:
    """The number of the epoch that an act makes; None of any other act."""
    body = public_of(act) if act.kind == "epoch" else None
    return body.number if isinstance(body, Epoch) else None


def refused_epochs(items: Iterable[Item], made: int) -> frozenset[int]:
    """The numbers beyond the `made` ones that the host has refused, and that no later entry on its way gives out."""
    found: dict[bool, set[int]] = {True: set(), False: set()}
    for item in items:
        number = epoch_number(item.act)
        if number is not None and number > made and item.act.via is UNSET:
            found[item.state == "refused"].add(number)
    return frozenset(found[True] - found[False])


def void(
    outbox: Outbox, made: int, never: Collection[int], opens: Callable[[Item], bool]
) -> tuple[list[Item], list[Item]]:
    """End what waits, or is held, in vain; the changed items and the dropped ones.

    Args:
        outbox: changed in place.
        made: as many epochs of this party the log has.
        never: `refused_epochs` and `parted_epochs`.
        opens: whether the key that is held for an act's epoch opens the act's parts.
    """
    changed, dropped = [], []
    for item in [item for item in outbox.items.values() if item.state in ("waiting", "held")]:
        if item.act.via is not UNSET:  # its epochs are another party's
            continue
        number = epoch_number(item.act)
        if number is not None:
            in_vain = number <= made or number in never
        else:
            in_vain = any(ref.epoch in never for ref in item.act.parts if ref.epoch is not UNSET) or not opens(item)
        if in_vain and (number is not None or item.act.kind in OF_THE_NODE):
            dropped.append(outbox.items.pop(item.id))
        elif in_vain:
            ended = replace(item.freed(str(Reason.UNKNOWN_EPOCH)), state="refused", detail=SAY_AGAIN)
            outbox.items[item.id] = ended
            changed.append(ended)
    return changed, dropped
