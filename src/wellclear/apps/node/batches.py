"""How what is linked is cut into submissions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from wellclear.channel.outbox import Item
from wellclear.channel.submission import Frame

SEND_BYTES_MAX: Final = 900 * 1024


def submissions(items: Sequence[Item]) -> list[tuple[list[Item], list[Frame]]]:
    """Items as submissions of at most 1 MiB, in their order."""
    batches: list[tuple[list[Item], list[Frame]]] = []
    room = 0
    for item in items:
        size = len(item.leaf) + sum(map(len, item.parts)) + 64
        if not batches or size > room:
            batches.append(([], []))
            room = SEND_BYTES_MAX
        batches[-1][0].append(item)
        batches[-1][1].append(Frame(item.leaf, item.parts))
        room -= size
    return batches
