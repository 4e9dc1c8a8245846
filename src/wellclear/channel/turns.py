"""Whose turn it is: in which order what waits in the outbox is linked.

Keys first, then safety that is sealed under them, then what answers people, then the rest, findings last; inside that
by precedence, then by age. Nothing overtakes an earlier act about the same item, and nothing goes before the key that
opens it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import UNSET

from wellclear.domain.entry import Act
from wellclear.domain.kinds import KINDS

if TYPE_CHECKING:
    from wellclear.channel.outbox import Item


def in_turn(waiting: Iterable[Item], mono_us: int) -> list[Item]:
    """What waits, in order; while something is paused, only what is never made to wait for it."""
    rows = sorted(waiting, key=lambda item: item.number)
    paused = [item for item in rows if item.pause_until_us > mono_us]
    if paused:
        keys = {item.act.public["number"] for item in paused if item.act.kind == "epoch" and item.act.public}
        rows = [item for item in rows if KINDS[item.act.kind].always and item.pause_until_us <= mono_us]
        rows = [item for item in rows if not keys & {ref.epoch for ref in item.act.parts}]  # nobody could open them
    latest: dict[str, tuple[int, int]] = {}
    order: dict[str, tuple[tuple[int, int], int]] = {}
    for item in rows:
        about = _about(item.act)
        urgency = max([_urgency(item.act), *(latest[name] for name in about if name in latest)])
        latest.update(dict.fromkeys(about, urgency))
        order[item.id] = (urgency, item.number)
    return sorted(rows, key=lambda item: order[item.id])


def _about(act: Act) -> list[str]:
    return [name for name in (act.id, act.subject.id if act.subject is not UNSET else UNSET) if isinstance(name, str)]


def _urgency(act: Act) -> tuple[int, int]:
    """Keys, safety sealed under them, what answers people, the rest, findings last; inside that by precedence."""
    kind = KINDS[act.kind]
    if act.kind == "epoch":
        return 0, -1
    group = 0 if act.kind == "safety" else 3 if act.kind == "finding" else 1 if kind.always else 2
    return group, "ZOPR".index(act.precedence)
