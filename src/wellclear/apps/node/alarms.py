"""Alarms: one for each situation, that rings once for each of its rungs and stays until somebody has seen it.

    state     event                                    next
    ------    -------------------------------------    -----------------------------------
    (none)    the situation begins                     unack, and it rings
    unack     an officer has seen it                   acked
    unack     the situation ends                       cleared
    acked     the situation gets worse (a rung)        unack, and it rings again
    acked     the node is started again                acked, with the name of who silenced it
    acked     the situation ends, or its cause is met  gone
    unack     an event, such as a message, is seen     gone
    cleared   an officer has seen it                   gone
    cleared   the situation begins again               unack, and it rings

The store remembers what has rung, and who has silenced it when, so that a node that is started again neither rings
everything anew nor forgets that it stands. A silence holds for what had rung until then: with any later ring, or a
graver situation, it is void.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

import msgspec

from wellclear.domain.entry import Precedence
from wellclear.edges.node_tables import NodeTables
from wellclear.errors import InvalidValue, Misconfigured, Unavailable

AlarmState = Literal["unack", "acked", "cleared"]
AlarmKind = Literal[
    "answer_owed", "no_answer", "escalated", "conflict", "refused", "remark", "asks_officer", "head_differs", "stale",
    "halted", "false_part", "readback_differs", "unconfirmed", "clock", "disk", "request", "message", "outside",
    "doubtful", "picture_differs", "own_red_line", "own_zone",
    "units_not_told",
]  # fmt: skip


_SILENCE: Final = "silence/"
_EVENTS = frozenset({"message", "remark", "unconfirmed", "outside", "doubtful"})
"""What happened and is over: once somebody has seen it, it goes."""
_FIRST = {"halted": 0, "outside": 1}


@dataclass(frozen=True, slots=True)
class Alarm:
    """One situation. `calls` is who is called, `rung` how far up the ladder it is; moments in microseconds UTC.

    `gravity` orders the states of a situation whose rings cannot be told apart by rungs, such as a conflict: a silence
    holds for what is no graver. It is 0 where each rung has a name of its own. `seen_by` is who silenced it.
    """

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
    gravity: int = 0
    seen_by: str = ""
    seen_us: int = 0


class Silence(msgspec.Struct, frozen=True):
    """Who has silenced a situation, when, how grave it was, and how often it had rung by then."""

    person: str
    at_us: int
    gravity: int
    rings: int


class AlarmBook:
    """All alarms of one node.

    The store keeps what has rung and what was silenced. `on_ring` is called with each alarm that rings.
    """

    def __init__(self, store: NodeTables) -> None:
        self.alarms: dict[str, Alarm] = {}
        self.on_ring: Callable[[Alarm], None] = lambda alarm: None
        self._store = store
        self._of_item: dict[str, set[str]] = {}
        self._silences: dict[str, Silence] = {}
        self._unstored: set[str] = set()

    def load(self) -> None:
        """What was silenced before the node was started; call it once its log is folded, before anything begins."""
        rows = self._store.meta_under(_SILENCE)
        self._silences = {key: msgspec.json.decode(row, type=Silence) for key, row in rows.items()}

    def of_item(self, item: str) -> list[Alarm]:
        """Those about an item: a log of years is followed without looking at all of them for each entry."""
        return [self.alarms[key] for key in sorted(self._of_item.get(item, ()))]

    def _stand(self, alarm: Alarm) -> None:
        self._go(alarm.key)
        self.alarms[alarm.key] = alarm
        if alarm.item:
            self._of_item.setdefault(alarm.item, set()).add(alarm.key)

    def _go(self, key: str) -> None:
        alarm = self.alarms.pop(key, None)
        if alarm is not None and alarm.item:
            keys = self._of_item[alarm.item]
            keys.discard(key)
            if not keys:
                del self._of_item[alarm.item]

    def begin(self, alarm: Alarm, *, again: str = "") -> bool:
        """A situation begins, or has reached another rung; True when it rings.

        It rings once for each (key, rung); `again` makes further rings of the same rung possible, one for each value.
        """
        known = self.alarms.get(alarm.key)
        if known is None and alarm.gravity and (stood := self._silenced(alarm)) is not None:
            self._stand(stood)
            return False
        name = "/".join(part for part in (alarm.key, alarm.rung, again) if part)
        rings = self._first_time(name, alarm.rang_us)
        if known is None and not rings:
            self._stands_again(alarm)
            return False
        if known is not None and not rings:
            reopened = known.state == "cleared"
            self._stand(replace(
                alarm, since_us=known.since_us, rang_us=known.rang_us, state="unack" if reopened else known.state,
                seen_by=known.seen_by, seen_us=known.seen_us,
            ))  # fmt: skip
            return False
        self._stand(alarm if known is None else replace(alarm, since_us=known.since_us))
        if rings:
            self.on_ring(alarm)
        return rings

    def _first_time(self, name: str, at_us: int) -> bool:
        """Whether this has not rung yet. A store that cannot take it silences nothing; a restart may ring it again."""
        try:
            return self._store.ring_once(name, at_us) and name not in self._unstored
        except (Unavailable, Misconfigured):
            fresh = name not in self._unstored
            self._unstored.add(name)
            return fresh

    def _stands_again(self, alarm: Alarm) -> None:
        """What rang before a restart: silenced if it was; an event that was seen is gone."""
        stood = self._silenced(alarm)
        if stood is None:
            _, first_us, last_us = self._rang(alarm.key)
            stood = replace(alarm, since_us=first_us or alarm.since_us, rang_us=last_us or alarm.rang_us)
        elif alarm.kind in _EVENTS:
            return
        self._stand(stood)

    def _silenced(self, alarm: Alarm) -> Alarm | None:
        """The alarm as it was silenced before a restart; None if it was not, has rung since then, or is graver now."""
        silence = self._silences.get(alarm.key)
        if silence is None or alarm.gravity > silence.gravity:
            return None
        count, first_us, last_us = self._rang(alarm.key)
        if count != silence.rings:
            return None
        return replace(
            alarm, state="acked", seen_by=silence.person, seen_us=silence.at_us,
            since_us=first_us or alarm.since_us, rang_us=last_us or alarm.rang_us,
        )  # fmt: skip

    def _rang(self, key: str) -> tuple[int, int, int]:
        try:
            return self._store.rang(key)
        except (Unavailable, Misconfigured):
            return 0, 0, 0

    def end(self, key: str) -> None:
        """The situation is over by itself; one that nobody has seen stays, cleared. If it begins again, it rings."""
        known = self.alarms.get(key)
        if known is not None or key in self._silences:
            self._forget(key, rings=True)
        if known is None:
            return
        if known.state == "acked":
            self._go(key)
        else:
            self._stand(replace(known, state="cleared"))

    def settle(self, key: str, *, anew: bool = False) -> None:
        """What it called for has been done; nobody needs to see it any more. With `anew` it may ring once more."""
        self._go(key)
        if anew or key in self._silences:
            self._forget(key, rings=anew)

    def _forget(self, key: str, *, rings: bool = False) -> None:
        """No silence holds for it any more. What the store does not take now is void by the next ring."""
        silence = self._silences.pop(key, None)
        try:
            if silence is not None:
                self._store.drop_meta(_SILENCE + key)
            if rings:
                self._store.forget_rings(key)
        except (Unavailable, Misconfigured):
            return

    def see(self, key: str, person: str, at_us: int) -> None:
        """An officer has seen it, by her handle and at that moment; raises `InvalidValue` when there is no such alarm.

        A store that cannot take it changes nothing here; then a restart may ring it again.
        """
        known = self.alarms.get(key)
        if known is None:
            raise InvalidValue("alarm", f"none is called {key[:80]}")
        if known.state == "acked":
            return
        if known.state == "cleared" or known.kind in _EVENTS:
            self._go(key)
        else:
            self._stand(replace(known, state="acked", seen_by=person, seen_us=at_us))
        if known.state != "cleared":
            self._keep_silence(known, person, at_us)

    def _keep_silence(self, alarm: Alarm, person: str, at_us: int) -> None:
        try:
            silence = Silence(person, at_us, alarm.gravity, self._store.rang(alarm.key)[0])
            self._store.put_meta(_SILENCE + alarm.key, msgspec.json.encode(silence))
        except (Unavailable, Misconfigured):
            return
        self._silences[alarm.key] = silence

    def listed(self) -> list[Alarm]:
        """Unseen ones first, then by precedence and age; after a halt first why, and who calls for help."""
        return sorted(
            self.alarms.values(),
            key=lambda alarm: (
                alarm.state != "unack", _FIRST.get(alarm.kind, len(_FIRST)), "ZOPR".index(alarm.precedence),
                alarm.since_us, alarm.key,
            ),
        )  # fmt: skip
