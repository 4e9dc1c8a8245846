"""A plan: what was read from files, gathered into notices, and checked against itself.

    gathering = Gathering(); gathering.take(...); plan = gathering.plan()
    checked(plan, minima)

Several volumes of one notice are one thing to the engine, so they must agree on party and category. Ids are compared
here, because only here all files are seen together. Nothing that was given is left out in silence: it is a volume of
a notice, or it is `Skipped` with its place and what to write instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from wellclear.airspace.conflict import Announced, Conflict, Engine, MinimaOf
from wellclear.airspace.reference import ENGINE_VERSION, ReferenceEngine
from wellclear.apps.check.found import Conflicts
from wellclear.apps.check.minima import Minima
from wellclear.apps.check.places import nearest_places
from wellclear.domain.quantities import Position
from wellclear.interop.planned import Place, Planned, Skipped
from wellclear.interop.straightness import LEAVES
from wellclear.interop.unread import MISSING, NOT_READ

Progress = Callable[[str, int, int], None]
"""Told now and then: what is being done, how much of it is done, how much there is (0: not known)."""
EngineOf = Callable[[MinimaOf], Engine]

SAME_ID = "another party has the same id in another file, so it is told here with its party's name"
_EVERY = 256
_OPTIONS = {
    "party": "--party", "start": "--start", "end": "--end", "radius": "--radius", "radius_m": "--radius",
    "half_width": "--half-width", "half_width_m": "--half-width",
}  # fmt: skip


@dataclass(slots=True)
class PlannedNotice:
    """All volumes that one party plans under one id, in the order in which they were read."""

    id: str
    party: str
    category: str
    planned: list[Planned]

    def announced(self) -> Announced:
        """As the engine takes it."""
        return Announced(self.id, 1, self.party, self.category, tuple(one.volume for one in self.planned))

    @property
    def states(self) -> dict[str, object]:
        """What its volumes say that it carries or emits: yes if one says yes, no only if none says anything else."""
        stated: dict[str, object] = {}
        for rank in ("no", "not stated", "yes"):
            stated |= {name: said for one in self.planned for name, said in one.states if said == rank}
        return stated


@dataclass(frozen=True, slots=True)
class Plan:
    """What was read: notices by id, and what could not be used."""

    notices: dict[str, PlannedNotice] = field(default_factory=dict)
    skipped: tuple[Skipped, ...] = ()

    @property
    def volumes(self) -> int:
        """How many volumes there are, over all notices."""
        return sum(len(notice.planned) for notice in self.notices.values())

    @property
    def parties(self) -> dict[str, int]:
        """How many volumes each party has, in the alphabet's order."""
        counted: dict[str, int] = {}
        for notice in self.notices.values():
            counted[notice.party] = counted.get(notice.party, 0) + len(notice.planned)
        return dict(sorted(counted.items()))

    def notes(self) -> Iterator[tuple[Planned, str]]:
        """What the caller should know of how it was read: first what was not, last how edges run."""
        for rank in range(3):
            for notice in self.notices.values():
                for planned in notice.planned:
                    yield from ((planned, note) for note in planned.notes if _rank(note) == rank)


class Gathering:
    """Takes what readers give, in any order of files.

    Args:
        own: the only party whose volumes are wanted; empty for all.
    """

    def __init__(self, own: str = "") -> None:
        self._own = own
        self._notices: dict[str, PlannedNotice] = {}
        self._places: dict[str, tuple[Place, str]] = {}
        self._skipped: list[Skipped] = []

    def take(self, item: Planned | Skipped) -> None:
        """One volume, or one feature that could not be used."""
        if isinstance(item, Planned):
            item = self._apart(item)
            fault = self._fault(item)
            if fault is None:
                self._place(item)
                return
            item = Skipped(item.place, item.id, *fault)
        self._skipped.append(_with_option(item))

    def take_all(self, items: Iterable[Planned | Skipped]) -> None:
        """All of them."""
        for item in items:
            self.take(item)

    def plan(self) -> Plan:
        """What was gathered so far."""
        return Plan(self._notices, tuple(self._skipped))

    def _apart(self, item: Planned) -> Planned:
        """Parties that do not know of each other both have a `Route 1`: in another file it is told with its party."""
        taken, notice = self._places.get(item.id), self._notices.get(item.notice)
        id_is_theirs = taken is not None and taken[1] != item.party and taken[0].file != item.place.file
        is_theirs = notice is not None and notice.party != item.party
        if is_theirs and notice is not None and notice.planned[0].place.file == item.place.file:
            return item
        if not id_is_theirs and not is_theirs:
            return item
        return replace(
            item,
            id=f"{item.id} ({item.party})" if id_is_theirs else item.id,
            notice=f"{item.notice} ({item.party})" if is_theirs else item.notice,
            notes=(*item.notes, SAME_ID),
        )

    def _fault(self, item: Planned) -> tuple[str, str, str] | None:
        """Field, reason and what to write instead; None where the volume is good."""
        if not item.party:
            return "party", "is missing", "say whose it is, or give --party for all that name none"
        if self._own and item.party != self._own:
            return "party", f"is {item.party}, but this check is for the drafts of {self._own} alone", "leave it out"
        taken = self._places.get(item.id)
        if taken is not None:
            do = "give it another id; several volumes of one notice keep ids of their own and share “notice”"
            return "id", f"is taken already by {taken[0]}", do
        first = self._notices.get(item.notice)
        if first is None:
            return None
        for name, said, mine in (("party", item.party, first.party), ("category", item.category, first.category)):
            if said != mine:
                where = f"{first.planned[0].place} says {mine or 'none'} for the same notice {item.notice}"
                return name, f"is {said or 'missing'}, but {where}", f"say one {name} for all volumes of a notice"
        return None

    def _place(self, item: Planned) -> None:
        self._places[item.id] = item.place, item.party
        notice = self._notices.get(item.notice)
        if notice is None:
            self._notices[item.notice] = PlannedNotice(item.notice, item.party, item.category, [item])
        else:
            notice.planned.append(item)


def _rank(note: str) -> int:
    return 0 if NOT_READ in note or MISSING in note else 2 if LEAVES in note else 1


def _with_option(skipped: Skipped) -> Skipped:
    """What is missing in one feature can be said once for all; readers do not know by which option."""
    option = _OPTIONS.get(skipped.field)
    if option is None or not skipped.reason.startswith("is missing") or option in skipped.do:
        return skipped
    joint = " with" if skipped.do.endswith("the whole file") else ", or give"
    return replace(skipped, do=f"{skipped.do}{joint} {option}")


@dataclass(frozen=True, slots=True)
class Checked:
    """A plan with its conflicts. `was_compared` is False where one party stands alone: nobody to conflict with."""

    plan: Plan
    conflicts: Conflicts
    minima: Minima
    was_compared: bool
    engine: str

    @property
    def exit_code(self) -> int:
        """1 with a conflict, whatever was skipped beside it; else 3 where something was skipped; else 0."""
        return 1 if self.conflicts else 3 if self.plan.skipped else 0

    def volume_of(self, conflict: Conflict, side: str) -> Planned:
        """The volume of side `a` or `b` that comes nearest."""
        notice = self.plan.notices[conflict.a if side == "a" else conflict.b]
        return notice.planned[conflict.a_volume if side == "a" else conflict.b_volume]

    def places(self, conflict: Conflict) -> tuple[Position, Position]:
        """The nearest positions of both footprints; the same one where they meet."""
        a, b = (self.volume_of(conflict, name).volume.radius_mm for name in "ab")
        return nearest_places(conflict, a, b)

    def compared(self) -> dict[str, Any]:
        """Against what the answer was given."""
        parties = self.plan.parties
        return {
            "volumes": self.plan.volumes, "notices": len(self.plan.notices), "parties": len(parties),
            "volumes_of": parties, "skipped": len(self.plan.skipped), "coarse": 0,
            "nothing_was_compared": "no" if self.was_compared else "yes",
        }  # fmt: skip


def checked(
    plan: Plan, minima: Minima, progress: Progress | None = None, engine_of: EngineOf = ReferenceEngine
) -> Checked:
    """Compare all that different parties plan; one party's own volumes never conflict."""
    if len(plan.parties) < 2:
        return Checked(plan, Conflicts(lambda: iter(())), minima, False, ENGINE_VERSION)
    engine = engine_of(minima.of)
    told = progress or _unheard
    total = len(plan.notices)
    for number, notice in enumerate(plan.notices.values()):
        if number % _EVERY == 0:
            told("sorting volumes into the airspace", number, total)
        engine.add(notice.announced())
    found = Conflicts(lambda: engine.swept(lambda done, of: told("comparing", done, of)))
    found.counts()
    return Checked(plan, found, minima, True, ENGINE_VERSION)


def _unheard(what: str, done: int, of: int) -> None:
    """For callers who do not watch."""
