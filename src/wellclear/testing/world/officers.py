"""The people at one party's desk: they answer promptly, late, wrongly or never, and look after what the node asks.

What they will do about a thing depends on the seed and the thing alone, so that another world in which less happens
still has them do the same about it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

import msgspec
from msgspec import UNSET

from wellclear.apps.node.core import NodeCore
from wellclear.apps.node.service import NodeService
from wellclear.channel.desk import ack, confirm, read_back, readback_wrong, version_of, write_act
from wellclear.domain.canonical import unb64
from wellclear.domain.kinds import RECORDS
from wellclear.domain.parts import ReadbackRow
from wellclear.domain.records import TRACK_ANSWERS
from wellclear.picture.view_records import RecordView
from wellclear.testing.world.scene import Said, Scene

NEVER_S: Final = 1e9
ASIDE: Final = 50_000_000
"""A wrong read-back: five degrees."""


@dataclass(frozen=True, slots=True)
class Temper:
    """How likely an answer is late, wrong, or never given."""

    late: float = 0.1
    wrong: float = 0.1
    never: float = 0.1


@dataclass
class Officer:
    """One desk's people. `look` is called every second or so and says what is said now, each as a way to say it."""

    party: str
    seed: str
    temper: Temper
    did: Callable[[str], None]
    plans: dict[str, float] = field(default_factory=dict)
    """When what will be done about; `NEVER_S` when nobody will."""
    done: set[str] = field(default_factory=set)

    def look(self, service: NodeService, scene: Scene, now_s: float) -> Iterator[tuple[str, Callable[[], Said | None]]]:
        """What is done now, with a name for it; the caller says it to the node."""
        core = service.core
        for duty in core.duties.open_duties(core.picture, core.now_us, self.party):
            if duty.owing.what == "ack" and duty.owing.party == self.party:
                owing = duty.owing
                period_s = (owing.due_us - owing.start_us) / 1e6
                if self._time_for(owing.key, now_s, period_s):
                    there = replace(scene, at=owing.desk)
                    yield owing.key, partial(self._ack, there, owing.item, owing.version)
        for key, say in self._confirmations(scene):
            if self._time_for(key, now_s, 8.0):
                yield key, say

    def decide(self, service: NodeService, now_s: float) -> Iterator[tuple[str, bool]]:
        """What an officer says about acts that are held or refused: their names in hex, and whether to send again."""
        for item in list(service.core.outbox.items.values()):
            if item.state not in ("held", "refused"):
                continue
            key = f"decide/{item.id}/{item.state}/{item.reason}"
            if self._time_for(key, now_s, 10.0):
                dice = self._dice(key + "again")
                again = item.state == "held" and dice.random() < 0.7
                self.did("sent again" if again else "dropped")
                yield unb64(item.id).hex(), again

    def sees(self, service: NodeService, now_s: float) -> Iterator[str]:
        """Alarms that an officer has seen by now."""
        for alarm in service.core.alarms.listed():
            if alarm.state != "acked" and self._time_for(f"see/{alarm.key}/{alarm.rang_us}", now_s, 6.0):
                yield alarm.key

    def _confirmations(self, scene: Scene) -> Iterator[tuple[str, Callable[[], Said | None]]]:
        picture = scene.core.picture
        for name, row in sorted(picture.answers.items()):  # the order of a picture's map is nobody's
            if row.acked_us is UNSET or row.confirmed_us is not UNSET or row.readback_wrong_us is not UNSET:
                continue
            id_, version, desk = name.split("/", 2)
            item = picture.items.get(id_)
            if item is not None and item.party == self.party and item.kind not in RECORDS:  # which nobody reads back
                key = f"confirm/{name}/{row.acked_us}"
                yield key, partial(self._confirm, scene, id_, int(version), desk)

    def _ack(self, scene: Scene, item: str, version: int) -> Said:
        record = scene.core.view.records.get(item)
        if record is not None:
            return self._of_record(scene, record, version)
        rows = read_back(version_of(scene.core.view, item, version))
        dice = self._dice(f"rows/{item}/{version}/{scene.desk}")
        if rows and dice.random() < self.temper.wrong:
            self.did("wrong read-back")
            rows[0] = _aside(rows[0])
        return scene.watched(ack(scene.pen, scene.core.picture, item, version, rows))

    def _of_record(self, scene: Scene, record: RecordView, version: int) -> Said:
        """A record is read; whose a track is is answered, mostly after asking the units."""
        if record.kind != "track_query":
            return scene.watched(ack(scene.pen, scene.core.picture, record.id, version, []))
        answer = self._dice(f"track/{record.id}/{scene.desk}").choice(TRACK_ANSWERS)
        asked = [] if answer == "not_known" else ["air defence", "air operations"]
        group = {"group": "track_reply", "answer": answer, "checked_with": asked}
        members = {"to": [record.current.desk], "precedence": record.current.precedence}
        about = {"subject": {"id": record.id, "version": version}}
        return scene.watched(write_act(scene.pen, "track_reply", [group], members | about))

    def _confirm(self, scene: Scene, item: str, version: int, desk: str) -> Said:
        core = scene.core
        answer = core.view.items[item].versions[version].acks.get(desk)
        dice = self._dice(f"hasty/{item}/{version}/{desk}/{answer.index if answer else 0}")
        wrong = answer is not None and answer.rows is not None and _is_aside(core, item, version, answer.rows)
        if wrong and dice.random() < 0.8:
            return scene.watched(readback_wrong(scene.pen, core.picture, core.view, item, version, desk))
        return scene.watched(confirm(scene.pen, core.picture, core.view, item, version, desk))

    def _time_for(self, key: str, now_s: float, period_s: float) -> bool:
        if key in self.done:
            return False
        if key not in self.plans:
            self.plans[key] = now_s + self._delay_s(key, period_s)
        if now_s < self.plans[key]:
            return False
        self.done.add(key)
        return True

    def again(self, key: str, now_s: float) -> None:
        """It could not be said; it is tried once more."""
        self.done.discard(key)
        self.plans[key] = now_s + 3.0

    def _delay_s(self, key: str, period_s: float) -> float:
        dice = self._dice(key)
        fate = dice.random()
        if fate < self.temper.never and key.startswith("ack/"):
            self.did("no answer")
            return NEVER_S
        if fate < self.temper.never + self.temper.late:
            self.did("late answer")
            return period_s * dice.uniform(1.0, 2.5)
        return period_s * dice.uniform(0.05, 0.6)

    def _dice(self, key: str) -> random.Random:
        return random.Random(f"{self.seed}/{self.party}/{key}")


def _aside(row: ReadbackRow) -> ReadbackRow:
    lat_e7 = row.lat_e7 - ASIDE if row.lat_e7 > 0 else row.lat_e7 + ASIDE
    return msgspec.structs.replace(row, lat_e7=lat_e7)


def _is_aside(core: NodeCore, item: str, version: int, rows: tuple[ReadbackRow, ...]) -> bool:
    said = version_of(core.view, item, version)
    shapes = said.shapes or ()
    first = shapes[0].first if shapes else None
    return bool(rows) and first is not None and abs(rows[0].lat_e7 - first.lat_e7) >= ASIDE
