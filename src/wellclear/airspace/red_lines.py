"""Which red lines a draft touches, surely or possibly, and in which words (R31): local to the planner, told to nobody.

Geometry, heights and windows are judged by the reference engine, red lines as if they were notices of a party with
minima of nothing: touching counts (decision 0011), candidates come from its tree. What remains is logic with three
values: what holds for all that a draft may mean is `touches`, what holds for some of it `possible`. Nothing that is
unknown, coarse or not computable is taken for no.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from wellclear.airspace.conflict import Announced, Conflict
from wellclear.airspace.drafts import Draft, facts_of
from wellclear.airspace.expressions import Answer, Fact, Known
from wellclear.airspace.red_line_words import clause
from wellclear.airspace.reference import ReferenceEngine
from wellclear.airspace.rows import TAIL
from wellclear.airspace.triggers import Trigger
from wellclear.domain.quantities import Position
from wellclear.domain.volume import SeparationMinima, Volume
from wellclear.errors import InvalidValue

_NOTHING: Final = SeparationMinima(0, 0, 0)
_LINE: Final = "line/"
_DRAFT: Final = "draft/"  # sorts before every line, so it is always the first of a pair

_Memory = dict[tuple[Fact | None, ...], Answer]

TouchVerdict = Literal["touches", "possible"]


@dataclass(frozen=True, slots=True)
class Touch:
    """A draft touches a red line, or may touch it.

    `volume` is the index of the volume that does, and `leg` of its leg if it is a route with times (else 0). `clause`
    says why, in words for the planner; `unknown` are the names that would have to be known for a surer answer.
    `nearest` and the span are where and when volume and area meet; None without an area, or away from it.
    """

    verdict: TouchVerdict
    volume: int
    leg: int
    clause: str
    unknown: tuple[str, ...]
    nearest: Position | None
    start_us: int | None
    end_us: int | None


class _Leg(NamedTuple):
    """One volume of a draft as it is judged."""

    of: int
    number: int
    volume: Volume


class _Asked:
    """A draft while it is judged: its legs, and what is known of each, made once for all red lines."""

    def __init__(self, draft: Draft, now_us: int) -> None:
        self.draft = draft
        self.now_us = now_us
        self.legs = tuple(
            _Leg(index, number, leg)
            for index, volume in enumerate(draft.volumes)
            for number, leg in enumerate(volume.legs())
        )
        self._whole = draft.facts(now_us)
        self._known: dict[tuple[int, Answer], Known] = {}

    def known(self, at: int, inside: Answer) -> Known:
        """What is known of a leg that is inside an area, or is not, or nobody knows."""
        if (at, inside) not in self._known:
            leg = self.legs[at]
            facts = {**self._whole} if self.draft.vague(leg.of) else {**self._whole, **facts_of(leg.volume)}
            if inside != "unknown":
                facts["inside"] = inside == "yes"
            self._known[at, inside] = Known(facts)
        return self._known[at, inside]


class RedLines:
    """Holds triggers by an id, and tells which of them a draft touches.

    `tail` is the engine's; it changes what an answer costs and never what it says.
    """

    def __init__(self, tail: int = TAIL) -> None:
        self._engine = ReferenceEngine(lambda a, b: _NOTHING, tail)
        self._held: dict[str, Trigger] = {}
        self._anywhere: set[str] = set()

    def hold(self, line_id: str, trigger: Trigger) -> None:
        """Hold a red line; raises InvalidValue if its id is held already."""
        if line_id in self._held:
            raise InvalidValue("id", f"{line_id} is held already; drop it first")
        self._held[line_id] = trigger
        if trigger.area is not None:
            self._engine.add(Announced(_LINE + line_id, 1, _LINE, "", (trigger.area,)))
        if trigger.area is None or trigger.decides_place:
            self._anywhere.add(line_id)

    def drop(self, line_id: str) -> None:
        """Forget a red line; raises InvalidValue if its id is not held."""
        if line_id not in self._held:
            raise InvalidValue("id", f"{line_id} is not held")
        if self._held.pop(line_id).area is not None:
            self._engine.remove(_LINE + line_id)
        self._anywhere.discard(line_id)

    def trigger(self, line_id: str) -> Trigger:
        """A held trigger; raises InvalidValue if its id is not held."""
        if line_id not in self._held:
            raise InvalidValue("id", f"{line_id} is not held")
        return self._held[line_id]

    def judged(self, draft: Draft, now_us: int) -> dict[str, Touch]:
        """The red lines that a draft touches or may touch, by their ids in order; it never raises."""
        asked = _Asked(draft, now_us)
        meetings = self._meetings(draft, asked.legs)
        touches = {}
        for line_id in sorted(self._anywhere | meetings.keys()):
            touch = _judged(self._held[line_id], asked, meetings.get(line_id, {}))
            if touch is not None:
                touches[line_id] = touch
        return touches

    def _meetings(self, draft: Draft, legs: tuple[_Leg, ...]) -> dict[str, dict[int, Conflict]]:
        """Which areas which legs meet, by line and number of the leg in the draft."""
        items = []
        for at, leg in enumerate(legs):
            vague = frozenset({0}) if draft.vague(leg.of) else frozenset[int]()
            items.append(Announced(f"{_DRAFT}{at}", 1, _DRAFT, "", (leg.volume,), stand_ins=vague))
        found: dict[str, dict[int, Conflict]] = {}
        for at, conflicts in enumerate(self._engine.check_many(items)):
            for conflict in conflicts:
                found.setdefault(conflict.b.removeprefix(_LINE), {})[at] = conflict
        return found


def judge(trigger: Trigger, draft: Draft, now_us: int) -> Touch | None:
    """Whether a draft touches one red line: surely, possibly, or (None) not at all. It never raises."""
    lines = RedLines()
    lines.hold("", trigger)
    return lines.judged(draft, now_us).get("")


def _judged(trigger: Trigger, asked: _Asked, meetings: Mapping[int, Conflict]) -> Touch | None:
    """The graver of what its legs come to, the first of them where several are alike."""
    draft = asked.draft
    parts = {
        "category": _category(trigger, draft),
        "capabilities": _capability(trigger, draft),
        "lead_s": _lead(trigger, draft, asked.now_us),
    }
    if "no" in parts.values():
        return None
    by_place = trigger.area is not None and not trigger.decides_place
    memory: _Memory | None = {} if len(asked.legs) > 1 else None
    possible: Touch | None = None
    for at in meetings if by_place else range(len(asked.legs)):
        meeting = meetings.get(at)
        place: Answer = "no" if meeting is None else "yes" if meeting.verdict == "conflict" else "unknown"
        known = asked.known(at, "unknown" if trigger.area is None else place)
        answers = parts | {"cel": _expression(trigger, known, memory)} | ({"inside": place} if by_place else {})
        if "no" in answers.values():
            continue
        touch = _touch(trigger, draft, asked.legs[at], answers, known.facts, meeting)
        if touch.verdict == "touches":
            return touch
        possible = possible or touch
    return possible


def _category(trigger: Trigger, draft: Draft) -> Answer:
    if not trigger.categories:
        return "yes"
    return "unknown" if not draft.category else "yes" if draft.category in trigger.categories else "no"


def _capability(trigger: Trigger, draft: Draft) -> Answer:
    if not trigger.capabilities or draft.has.intersection(trigger.capabilities):
        return "yes"
    return "no" if draft.lacks.issuperset(trigger.capabilities) else "unknown"


def _lead(trigger: Trigger, draft: Draft, now_us: int) -> Answer:
    if trigger.lead_us is None:
        return "yes"
    starts_us = draft.starts_us()
    if starts_us is None:
        return "unknown"
    soon = [start_us - now_us < trigger.lead_us for start_us in starts_us]
    return "yes" if all(soon) else "unknown" if any(soon) else "no"


def _expression(trigger: Trigger, known: Known, memory: _Memory | None) -> Answer:
    """What the expression comes to; of several legs those that look alike to it are asked for once."""
    if trigger.expression is None:
        return "yes"
    if memory is None:
        return trigger.expression.answer(known)
    seen = tuple(known.facts.get(name) for name in trigger.expression.names)
    if seen not in memory:
        memory[seen] = trigger.expression.answer(known)
    return memory[seen]


def _touch(
    trigger: Trigger,
    draft: Draft,
    leg: _Leg,
    answers: Mapping[str, Answer],
    facts: Mapping[str, Fact],
    meeting: Conflict | None,
) -> Touch:
    certain = "unknown" not in answers.values()
    missing = {name for key, answer in answers.items() if answer == "unknown" for name in _asked(trigger, draft, key)}
    missing -= facts.keys()
    return Touch(
        verdict="touches" if certain else "possible",
        volume=leg.of,
        leg=leg.number,
        clause=clause(trigger, draft, leg.of, meeting, answers, sorted(missing)),
        unknown=tuple(sorted(missing)),
        nearest=None if meeting is None else meeting.a_nearest,
        start_us=None if meeting is None else meeting.start_us,
        end_us=None if meeting is None else meeting.end_us,
    )


def _asked(trigger: Trigger, draft: Draft, part: str) -> Iterator[str]:
    """The names on which a part of a trigger rests."""
    if part == "cel" and trigger.expression is not None:
        yield from trigger.expression.names
    elif part == "capabilities":
        yield from frozenset(trigger.capabilities) - draft.lacks
    else:
        yield part
