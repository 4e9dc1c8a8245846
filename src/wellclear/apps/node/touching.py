"""Own red lines and zones against what others have disclosed: the declarer's own officer is told, nobody else (N12).

Only what this node could open is judged, so a notice of which a cell is open is possible and never sure. Nothing of it
is public: no entry, no finding. A notice is judged as of the moment when it was logged, so that a node that is started
again says the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from wellclear.apps.check.drawn import KINDS, Drawn, disclosed_in, standing
from wellclear.apps.check.drawn_words import entered_words, touched_words
from wellclear.picture.picture import Picture
from wellclear.picture.view_items import View

AT_ONCE: Final = 8
"""So many notices are judged before everything else has its turn."""
TouchKind = Literal["own_red_line", "own_zone"]


@dataclass(frozen=True, slots=True)
class TouchRing:
    """What is to be told of one notice and the own red lines, or zones; `words` are empty once there is nothing.

    `again` differs with whatever makes it another situation: other versions, another verdict.
    """

    kind: TouchKind
    item: str
    version: int
    words: str = ""
    again: str = ""
    sure: bool = False


class Touching:
    """Which notices of others touch one party's own red lines and zones, as far as they are open here."""

    def __init__(self, party: str) -> None:
        self.party = party
        self._changed: set[str] = set()
        self._drawn = Drawn(())
        self._ends: dict[str, int] = {}

    def touch(self, items: Iterable[str]) -> None:
        """These notices, red lines or zones have changed, or more of them was opened."""
        self._changed.update(items)

    @property
    def waiting(self) -> bool:
        """Whether something is still to be looked at."""
        return bool(self._changed)

    def look(self, picture: Picture, view: View, now_us: int) -> list[TouchRing]:
        """What is to be told of the next few notices that have changed, or are over."""
        self._changed |= {id_ for id_, end_us in self._ends.items() if end_us < now_us}
        drawn = {id_ for id_ in self._changed if (one := view.records.get(id_)) is not None and one.kind in KINDS}
        if any(view.records[id_].party == self.party for id_ in drawn):
            self._drawn = Drawn(one for one in standing(picture, view, self.party) if one.party == self.party)
            self._changed |= {id_ for id_, item in view.items.items() if item.kind == "notice"}
        self._changed -= drawn
        found: list[TouchRing] = []
        for id_ in sorted(self._changed)[:AT_ONCE]:
            self._changed.discard(id_)
            found += self._told(picture, view, id_, now_us)
        return found

    def _told(self, picture: Picture, view: View, id_: str, now_us: int) -> list[TouchRing]:
        self._ends.pop(id_, None)
        row, item = picture.items.get(id_), view.items.get(id_)
        gone = [TouchRing("own_red_line", id_, 0), TouchRing("own_zone", id_, 0)]
        if row is None or item is None or row.state != "RELEASED" or item.party == self.party:
            return gone
        draft = disclosed_in(item)
        if draft is None or (end_us := max(volume.window.end_us for volume in draft.volumes)) < now_us:
            return gone
        judged = self._drawn.judged(draft, item.current.moment_us, changes=False)
        if judged.touched or judged.entered:
            self._ends[id_] = end_us
        lines = [(one.touch.verdict == "touches", one.record, touched_words(one)) for one in judged.touched]
        zones = [(one.conflict.verdict == "conflict", one.record, entered_words(one)) for one in judged.entered]
        found: list[TouchRing] = []
        kinds: tuple[TouchKind, TouchKind] = ("own_red_line", "own_zone")
        for kind, rows in zip(kinds, (lines, zones), strict=True):
            if not rows:
                found.append(TouchRing(kind, id_, 0))
                continue
            rows.sort(key=lambda one: (not one[0], one[1].id))
            sure, _, why = rows[0]
            more = f" And {len(rows) - 1} more of yours" if len(rows) > 1 else ""
            version = item.current.version
            words = f"{id_} version {version} of {item.party} {why}{more}"
            again = f"{version}.{'/'.join(f'{one.id}.{one.newest}.{touches:d}' for touches, one, _ in rows[:AT_ONCE])}"
            found.append(TouchRing(kind, id_, version, words, again, sure))
        return found
