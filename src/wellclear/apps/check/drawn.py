"""Red lines and zones that stand and are open here, judged over a draft or over what was disclosed (R30, R31, N12).

Nothing of an answer is stored, logged or sent. A red line is judged by its trigger, a zone like any volume, with its
own minima and for as long as it stands. What cannot be judged here is said, and is never taken for no.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

import msgspec
from msgspec import UNSET

from wellclear.airspace.conflict import Announced, Conflict
from wellclear.airspace.drafts import Draft, draft_from, draft_of
from wellclear.airspace.red_line_changes import smallest_changes
from wellclear.airspace.red_line_search import Change
from wellclear.airspace.red_lines import RedLines, Touch
from wellclear.airspace.reference import ReferenceEngine
from wellclear.airspace.triggers import Trigger, trigger_from
from wellclear.domain import canonical
from wellclear.domain.parts import Group, Nature, Rest, Volumes
from wellclear.domain.treaty import RedLine, Zone
from wellclear.domain.volume import SeparationMinima, TimeWindow, Volume
from wellclear.domain.volume_fields import volume_or_cap
from wellclear.errors import InvalidValue, WellclearError
from wellclear.picture.picture import Picture
from wellclear.picture.view_items import ItemView, View
from wellclear.picture.view_records import RecordView
from wellclear.picture.view_states import announced_notice
from wellclear.picture.view_treaty import is_over

KINDS: Final = ("red_line", "zone")
NOT_OPEN: Final = "its words are not open here yet, or cannot be read"
OUT_OF_TIME: Final = "none of its volumes lies within its own time"
NO_TRIGGER: Final = ""
"""Of a red line without a trigger: people judge it by its words alone."""
_DRAFT: Final = "draft"
_ZONE: Final = "zone/"


@dataclass(frozen=True, slots=True)
class Touched:
    """A red line that is touched, or may be: whose it is, what it says, and why."""

    record: RecordView
    line: RedLine
    touch: Touch


@dataclass(frozen=True, slots=True)
class Entered:
    """A zone that is entered, or may be, by its own minima."""

    record: RecordView
    zone: Zone
    conflict: Conflict


@dataclass(frozen=True, slots=True)
class Judged:
    """What a draft comes to: what it touches, what it enters, and the changes after which it touches no red line.

    `unjudged` are the records that could not be judged here, each with the reason; it is `NO_TRIGGER` where people are
    to judge by its words.
    """

    touched: tuple[Touched, ...]
    changes: tuple[Change, ...]
    entered: tuple[Entered, ...]
    unjudged: tuple[tuple[RecordView, str], ...]


def standing(picture: Picture, view: View, reader: str) -> list[RecordView]:
    """The red lines and zones of the picture that stand and that this reader was shown, by id."""
    found = []
    for id_, record in view.records.items():
        if record.kind not in KINDS or record.ended_us is not None or id_ not in picture.items:
            continue
        if record.kind == "zone" and is_over(record, picture.now_us):
            continue
        shown = {party for readers in record.current.shown_to for party in readers}
        if reader in shown or record.party == reader or record.kind in record.current.groups:
            found.append(record)
    return sorted(found, key=lambda one: one.id)


class Drawn:
    """Red lines and zones, each in its newest version, ready to be asked; what is held never changes."""

    def __init__(self, records: Iterable[RecordView]) -> None:
        self._red, self._lines = RedLines(), dict[str, tuple[RecordView, RedLine]]()
        self._zones: dict[str, tuple[RecordView, Zone]] = {}
        self._minima: dict[str, SeparationMinima] = {}
        self._engine = ReferenceEngine(lambda a, b: self._minima[max(a, b)])
        self._unjudged: list[tuple[RecordView, str]] = []
        for record in records:
            why = self._held(record)
            if why is not None:
                self._unjudged.append((record, why))

    @property
    def red_lines(self) -> int:
        """How many red lines can be judged here."""
        return len(self._lines)

    @property
    def zones(self) -> int:
        """How many zones."""
        return len(self._zones)

    @property
    def unjudged(self) -> tuple[tuple[RecordView, str], ...]:
        """Those that cannot be, each with the reason; `NO_TRIGGER` where people are to judge by its words."""
        return tuple(self._unjudged)

    def judged(self, draft: Draft, now_us: int, *, changes: bool = True) -> Judged:
        """What a draft touches and enters, judged at a moment; it never raises."""
        touched = [Touched(*self._lines[id_], touch) for id_, touch in self._red.judged(draft, now_us).items()]
        found = smallest_changes(self._red, draft, now_us) if changes and touched else ()
        return Judged(tuple(touched), found, tuple(self._entered(draft)), self.unjudged)

    def _held(self, record: RecordView) -> str | None:
        """Hold one; why it cannot be judged, if it cannot."""
        group = record.current.groups.get(record.kind)
        try:
            if isinstance(group, RedLine):
                if group.trigger is UNSET:
                    return NO_TRIGGER
                self._red.hold(record.id, compiled(group.trigger))
                self._lines[record.id] = record, group
                return None
            if isinstance(group, Zone):
                return self._held_zone(record, group)
        except WellclearError as error:
            return str(error)
        return NOT_OPEN

    def _held_zone(self, record: RecordView, zone: Zone) -> str | None:
        read = [volume_or_cap(fields) for fields in zone.volumes]
        kept = [(cut, fault) for volume, fault in read if (cut := within(volume, zone)) is not None]
        if not kept:
            return OUT_OF_TIME
        name, minima = _ZONE + record.id, zone.minima
        self._minima[name] = (
            SeparationMinima(0, 0, 0)
            if minima is UNSET
            else SeparationMinima(minima.lateral_mm, minima.vertical_mm, minima.time_us)
        )
        vague = frozenset(at for at, (_, fault) in enumerate(kept) if fault is not None)
        volumes = tuple(volume for volume, _ in kept)
        self._engine.add(Announced(name, record.newest, _ZONE, name, volumes, stand_ins=vague))
        self._zones[name] = record, zone
        return None

    def _entered(self, draft: Draft) -> Iterator[Entered]:
        if not self._zones:
            return
        item = Announced(_DRAFT, 1, _DRAFT, "", draft.volumes, draft.coarse, draft.stand_ins)
        for conflict in self._engine.check(item):
            yield Entered(*self._zones[conflict.b], conflict)


def within(volume: Volume, zone: Zone) -> Volume | None:
    """A volume of a zone for as long as the zone stands; None where it is over before, or begins after."""
    start_us, end_us = max(volume.window.start_us, zone.start_us), min(volume.window.end_us, zone.end_us)
    if start_us > end_us:
        return None
    try:
        return replace(volume, window=TimeWindow(start_us, end_us))
    except InvalidValue:  # a route with times cannot be cut; all of it is compared
        return volume


def compiled(trigger: dict[str, Any]) -> Trigger:
    """A trigger as it was said; raises `InvalidValue`, or another `WellclearError`, where it cannot be judged here."""
    return _compiled(canonical.encode(trigger))


@lru_cache(maxsize=4096)
def _compiled(trigger: bytes) -> Trigger:
    return trigger_from(canonical.decode(trigger, "trigger"))


# What is judged.


def draft_in(groups: Sequence[Group]) -> Draft | None:
    """The draft of a notice from its groups; None where these are no notice's."""
    volumes = next((group for group in groups if isinstance(group, Volumes)), None)
    if volumes is None and not any(isinstance(group, Nature) for group in groups):
        return None
    return draft_from([] if volumes is None else volumes.volumes, _fields(groups))


def disclosed_in(item: ItemView) -> Draft | None:
    """A notice exactly as far as it is open to this reader; None while no place of it is, or when it is over."""
    notice, said = announced_notice(item), item.current
    if notice is None:
        return None
    groups = [group for group in (said.nature, said.rest) if group is not None]
    return draft_of(notice.volumes, _fields(groups), coarse=notice.coarse, stand_ins=notice.stand_ins)


def _fields(groups: Sequence[Group]) -> dict[str, object]:
    """The members of the groups that say what is planned, beside where and when."""
    fields: dict[str, object] = {}
    for group in groups:
        if isinstance(group, Nature | Rest):
            fields |= msgspec.to_builtins(group)
    return fields
