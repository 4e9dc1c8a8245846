"""What an outbox holds once the log goes on with another host: every link is void, and what was cut away waits again.

What the node composes by itself (receipt, time, finding) is not among it: it speaks of a log that is no more, and is
composed anew. What safety was said during a halt may be stale by now, so an officer is asked (decision 0014).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from typing import Final

from wellclear.channel.outbox import OF_THE_NODE, Item
from wellclear.domain.canonical import b64
from wellclear.domain.entry import Act, Approval, act_hash
from wellclear.log.merkle import leaf_hash

ASKED_AFTER_A_HALT: Final = "it was said while the host's record was not believed"

CutAway = tuple[Act, Sequence[Approval], Sequence[bytes]]
"""An own act as the log had it before it was cut, its approvals, and its parts as they travelled."""


def carried_over(items: Iterable[Item], kept: Sequence[bytes], cut: Iterable[CutAway], *, halted: bool) -> list[Item]:
    """The items before the next host, numbered in their order: first what is to be logged again.

    Args:
        items: of the outbox until now.
        kept: the leaf hashes of the own log as far as it stays: a place that was proven is one only if the very leaf
            stands there.
        cut: this node's own acts from the entries that were cut away, in their order.
        halted: whether this node had halted on the host until now.
    """
    again = (Item(b64(act_hash(act)), 0, act, tuple(approvals), tuple(parts)) for act, approvals, parts in cut)
    waited = (_before_next(item, kept, halted=halted) for item in sorted(items, key=lambda item: item.number))
    rows: dict[str, Item] = {}
    for item in chain(again, waited):
        if item.act.kind not in OF_THE_NODE and item.id not in rows:
            rows[item.id] = replace(item, number=len(rows) + 1)
    return list(rows.values())


def _before_next(item: Item, kept: Sequence[bytes], *, halted: bool) -> Item:
    if halted and item.act.kind == "safety" and item.state in ("waiting", "linked", "logged", "unproven"):
        return replace(item.freed(), state="held", detail=ASKED_AFTER_A_HALT)
    if item.state == "logged":
        stands = item.index < len(kept) and kept[item.index] == leaf_hash(item.leaf)
        return item if stands else item.freed()
    return item.freed() if item.state in ("linked", "unproven") else item
