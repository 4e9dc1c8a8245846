"""Alarms: one for each situation, that rings once for each of its rungs and stays until somebody has seen it.

    state     event                                    next
    ------    -------------------------------------    -----------------------------------
    (none)    the situation begins                     unack, and it rings
    unack     an officer has seen it                   acked
    unack     the situation ends                       cleared
    acked     the situation gets worse (a rung)        unack, and it rings again
    acked     the situation ends, or its cause is met  gone
    unack     an event, such as a message, is seen     gone
    cleared   an officer has seen it                   gone
    cleared   the situation begins again               unack, and it rings

The store remembers what has rung, so that a node that is started again does not ring everything anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from wellclear.domain.entry import Precedence
from wellclear.errors import InvalidValue, Misconfigured, Unavailable

AlarmState = Literal["unack", "acked", "cleared"]
AlarmKind = Literal[
    "answer_owed", "no_answer", "escalated", "conflict", "refused", "remark", "asks_officer", "head_differs", "stale",
    "halted", "readback_differs", "unconfirmed", "clock", "disk", "request", "message", "outside",
]  # fmt: skip


_EVENTS = frozenset({"message", "remark", "unconfirmed", "outside"})
"""What happened and is over: once somebody has seen it, it goes."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One situation. `calls` is who is called, `rung` how far up the ladder it is; moments in microseconds UTC."""

    key: str
    kind: AlarmKind
    precedence: Precedence
    words: str
    since_us: int
    rang_us: int
    state: AlarmState = "unack"
    rung: str = ""
    calls: str = ""
    item: str = ""
    version: int = 0
    index: int = -1
    desk: str = ""


class AlarmBook:
    """All alarms of one node.

    `ring_once(name, at_us)` is the store's: True the first time. `on_ring` is called with each alarm that rings.
    """

    def __init__(self, ring_once: Callable[[str, int], bool]) -> None:
        self.alarms: dict[str, Alarm] = {}
        self.on_ring: Callable[[Alarm], None] = lambda alarm: None
        self._ring_once = ring_once
        self._unstored: set[str] = set()

    def begin(self, alarm: Alarm, *, again: str = "") -> bool:
        """A situation begins, or has reached another rung; True when it rings.

        It rings once for each (key, rung); `again` makes further rings of the same rung possible, one for each value.
        """
        known = self.alarms.get(alarm.key)
        name = "/".join(part for part in (alarm.key, alarm.rung, again) if part)
        rings = self._first_time(name, alarm.rang_us)
        if known is not None and not rings:
            reopened = known.state == "cleared"
            self.alarms[alarm.key] = replace(
                alarm, since_us=known.since_us, rang_us=known.rang_us, state="unack" if reopened else known.state
            )
            return False
        self.alarms[alarm.key] = alarm if known is None else replace(alarm, since_us=known.since_us)
        if rings:
            self.on_ring(alarm)
        return rings

    def _first_time(self, name: str, at_us: int) -> bool:
        """Whether this has not rung yet. A store that cannot take it silences nothing; a restart may ring it again."""
        try:
            return self._ring_once(name, at_us) and name not in self._unstored
        except (Unavailable, Misconfigured):
            fresh = name not in self._unstored
            self._unstored.add(name)
            return fresh

    def end(self, key: str) -> None:
        """The situation is over by itself; one that nobody has seen stays, cleared."""
        known = self.alarms.get(key)
        if known is None:
            return
        if known.state == "acked":
            del self.alarms[key]
        else:
            self.alarms[key] = replace(known, state="cleared")

    def settle(self, key: str) -> None:
        """What it called for has been done; nobody needs to see it any more."""
        self.alarms.pop(key, None)

    def see(self, key: str) -> None:
        """An officer has seen it; raises `InvalidValue` when there is no such alarm."""
        known = self.alarms.get(key)
        if known is None:
            raise InvalidValue("alarm", f"none is called {key[:80]}")
        if known.state == "cleared" or known.kind in _EVENTS:
            del self.alarms[key]
        else:
            self.alarms[key] = replace(known, state="acked")

    def listed(self) -> list[Alarm]:
        """Unseen ones first, then by precedence and age."""
        return sorted(
            self.alarms.values(),
            key=lambda alarm: (alarm.state != "unack", "ZOPR".index(alarm.precedence), alarm.since_us, alarm.key),
        )
