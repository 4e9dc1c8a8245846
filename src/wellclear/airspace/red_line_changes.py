"""The smallest changes of a draft after which it touches no red line that is held: of the kinds in a planner's hand.

Each kind is searched alone, and what is proposed has been judged again: it touches nothing, not even possibly. They
come in this order, what a plan is likely to miss least first: *state* (say what the draft leaves open, where it is
true), *heights*, *later*, *earlier*, *shorter*, *move*, *trim* (a smaller radius), *leave_out* (a capability). Of each
kind there is the smallest that was found in its step: heights in 10 m, windows in minutes, places in 100 m and sixteen
directions. Nothing found is an honest answer: it may take two changes at once, or none helps, or the search was long.

Only the volumes that touch are raised, cut, moved or trimmed; a plan is earlier or later as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from wellclear.airspace.drafts import Draft
from wellclear.airspace.moving import moved
from wellclear.airspace.red_line_search import Change, ChangeKind, Plan, between, least
from wellclear.airspace.red_line_terms import CAPABILITIES, Capability
from wellclear.airspace.red_lines import RedLines
from wellclear.airspace.triggers import Trigger
from wellclear.domain.agreement import DAY_US, MINUTE_US, SECOND_US
from wellclear.domain.measures import bare_height, duration, length
from wellclear.domain.quantities import WHOLE_MAX
from wellclear.domain.volume import AltitudeBand, Route, TimeWindow, Volume
from wellclear.errors import InvalidValue

HEIGHT_STEP_MM: Final = 10_000
PLACE_STEP_MM: Final = 100_000
HEIGHT_MM_MAX: Final = 20_000_000
MOVE_MM_MAX: Final = 1_000_000_000
SHIFT_US_MAX: Final = 366 * DAY_US
DIRECTIONS: Final = (
    "north", "north-north-east", "north-east", "east-north-east", "east", "east-south-east", "south-east",
    "south-south-east", "south", "south-south-west", "south-west", "west-south-west", "west", "west-north-west",
    "north-west", "north-north-west",
)  # fmt: skip
"""A sixteenth of a turn each, from true north by east."""

JUDGED_MAX: Final = 400
"""So many drafts are judged in one search at most, and nothing is found beyond; most take under a hundred."""

_MOMENTS_MAX: Final = 60
"""So many shifts of the window are tried at most, the smallest first."""
_FACTORS_MAX: Final = 16
"""Of so few numbers in an expression, products are tried as well: `3 * 86400`."""
_MM: Final = 1_000.0


def smallest_changes(lines: RedLines, draft: Draft, now_us: int) -> tuple[Change, ...]:
    """At most one change of each kind after which a draft touches no red line of these, in the order above.

    Empty where it touches none, and where none was found. A draft of which only a cell is known has no changes: it is
    somebody else's.
    """
    touches = lines.judged(draft, now_us)
    if not touches or draft.coarse:
        return ()
    triggers = tuple(lines.trigger(line_id) for line_id in touches)

    left = JUDGED_MAX

    def clear(changed: Draft) -> bool:
        nonlocal left
        left -= 1
        return left >= 0 and not lines.judged(changed, now_us)

    touching = _touching(lines, draft, now_us)
    plan = Plan(draft, touching, triggers, now_us, clear)
    searches = (_state, _heights, _later, _earlier, _shorter, _move, _trim, _leave_out)
    return tuple(change for search in searches if (change := search(plan)) is not None)


def _touching(lines: RedLines, draft: Draft, now_us: int) -> frozenset[int]:
    """The volumes that touch a red line each by itself; all where only together they do."""
    if len(draft.volumes) == 1:
        return frozenset({0})
    found = {
        at
        for at, volume in enumerate(draft.volumes)
        if lines.judged(replace(draft, volumes=(volume,), stand_ins=frozenset({0} if draft.vague(at) else ())), now_us)
    }
    return frozenset(found or range(len(draft.volumes)))


# What is stated -----------------------------------------------------------------------------------------------------


def _state(plan: Plan) -> Change | None:
    free = set(CAPABILITIES) - plan.draft.has - plan.draft.lacks
    return _capabilities(plan, "state", free, "say that there is no {}", " and no ")


def _leave_out(plan: Plan) -> Change | None:
    return _capabilities(plan, "leave_out", set(CAPABILITIES) - plan.draft.lacks, "leave out {}", " and ")


def _capabilities(plan: Plan, kind: ChangeKind, free: set[Capability], words: str, joint: str) -> Change | None:
    """One capability less, or all that are asked about; who is on board is not left out."""
    asked = {name for trigger in plan.triggers for name in trigger.capabilities}
    asked |= {name for name in CAPABILITIES if any(t.expression and name in t.expression.names for t in plan.triggers)}
    names = sorted(asked & free - {"crewed", "uncrewed"})
    for chosen in [[name] for name in names] + [names] * (len(names) > 1):
        changed = plan.draft.without(chosen)
        if plan.clear(changed):
            return Change(kind, len(chosen), None, words.format(joint.join(chosen)), changed)
    return None


# Heights ------------------------------------------------------------------------------------------------------------


_FACES: Final = (
    ("raise the band by {}", 1, 1), ("lower the band by {}", -1, -1), ("lower its upper face by {}", 0, -1),
    ("raise its lower face by {}", 1, 0),
)  # fmt: skip


def _heights(plan: Plan) -> Change | None:
    """The whole band higher or lower, or one face of it nearer to the other."""
    if plan.unsure or not any(_has_heights(trigger) for trigger in plan.triggers):
        return None
    best: Change | None = None
    for words, lower, upper in _FACES:

        def banded(mm: int, lower: int = lower, upper: int = upper) -> Draft | None:
            return plan.clears(lambda volume: replace(volume, band=_shifted(volume.band, lower * mm, upper * mm)))

        found = least(banded, HEIGHT_STEP_MM, HEIGHT_MM_MAX if best is None else best.amount - HEIGHT_STEP_MM)
        if found is not None:
            best = Change("heights", found[0], None, words.format(bare_height(found[0])) + plan.which, found[1])
    return best


def _has_heights(trigger: Trigger) -> bool:
    """Whether heights can matter to it."""
    band = None if trigger.area is None else trigger.area.band
    names = frozenset[str]() if trigger.expression is None else trigger.expression.names
    faces = band is not None and (band.lower_mm is not None or band.upper_mm is not None)
    return faces or not names.isdisjoint({"lower_m", "upper_m"})


def _shifted(band: AltitudeBand, lower_mm: int, upper_mm: int) -> AltitudeBand:
    """A band with its faces moved; one that is not there cannot be, and none goes below zero that was not."""
    faces = []
    for face_mm, by_mm in ((band.lower_mm, lower_mm), (band.upper_mm, upper_mm)):
        if by_mm and face_mm is None:
            raise InvalidValue("band", "has no such face")
        moved_mm = None if face_mm is None else face_mm + by_mm
        if moved_mm is not None and face_mm is not None and moved_mm < min(0, face_mm):
            raise InvalidValue("band", "would begin below zero")
        faces.append(moved_mm)
    return AltitudeBand(band.datum, *faces)


# Windows ------------------------------------------------------------------------------------------------------------


def _later(plan: Plan) -> Change | None:
    return _shift(plan, "later", 1)


def _earlier(plan: Plan) -> Change | None:
    return _shift(plan, "earlier", -1)


def _shift(plan: Plan, kind: ChangeKind, sign: int) -> Change | None:
    """The whole plan at another time, never before now."""
    if plan.draft.stand_ins:
        return None
    starts = plan.draft.starts_us()
    first_us = starts[0] if starts is not None else plan.now_us
    for by_us in sorted({_up(sign * shift_us) for shift_us in _shifts(plan)}):
        if not 0 < by_us <= SHIFT_US_MAX or (sign < 0 and first_us - by_us < plan.now_us):
            continue
        try:
            moved = tuple(_at_another_time(volume, sign * by_us) for volume in plan.draft.volumes)
        except InvalidValue:
            continue
        changed = replace(plan.draft, volumes=moved)
        if plan.clear(changed):
            return Change(kind, by_us, None, f"start {duration(by_us)} {kind}", changed)
    return None


def _shifts(plan: Plan) -> list[int]:
    """Shifts at which the answer may turn, the smallest first: past windows, to leads, to literals of expressions."""
    starts = plan.draft.starts_us()
    lead_us = 0 if starts is None else starts[0] - plan.now_us
    found: set[int] = set()
    for trigger in plan.triggers:
        leads = set() if trigger.lead_us is None else {trigger.lead_us}
        numbers = set() if trigger.expression is None else trigger.expression.numbers
        factors = numbers | {1} if len(numbers) <= _FACTORS_MAX else {1}
        leads |= {(a * b + more) * SECOND_US for a in numbers for b in factors for more in (0, 1)}
        found |= {asked_us - lead_us for asked_us in leads}
        for at in plan.touching:
            window = plan.draft.volumes[at].window
            for start_us, end_us in _closed(trigger):
                found |= {end_us + 1 - window.start_us, start_us - 1 - window.end_us}
                found |= {start_us - window.start_us, end_us - window.end_us}
    near = sorted((shift for shift in found if 0 < abs(shift) <= SHIFT_US_MAX), key=abs)
    return near[:_MOMENTS_MAX]


def _closed(trigger: Trigger) -> Iterator[tuple[int, int]]:
    """The window of a trigger, and the moments that its expression names."""
    if trigger.area is not None:
        yield trigger.area.window.start_us, trigger.area.window.end_us
    if trigger.expression is not None:
        yield from ((moment_us, moment_us) for moment_us in trigger.expression.moments_us)


def _up(us: int) -> int:
    """In whole minutes, away from zero."""
    return -(-us // MINUTE_US) * MINUTE_US


def _at_another_time(volume: Volume, by_us: int) -> Volume:
    window = TimeWindow(volume.window.start_us + by_us, volume.window.end_us + by_us)
    skeleton = volume.skeleton
    if isinstance(skeleton, Route) and skeleton.times_us:
        skeleton = Route(skeleton.vertices, tuple(moment_us + by_us for moment_us in skeleton.times_us))
    return replace(volume, skeleton=skeleton, window=window)


def _shorter(plan: Plan) -> Change | None:
    """The windows of the touching volumes without their end, or without their beginning."""
    if plan.unsure:
        return None
    best: tuple[int, str, Draft] | None = None
    for start_us, end_us in sorted({span for trigger in plan.triggers for span in _closed(trigger)}):
        for words, least_us, most_us in (
            ("end {} sooner", -WHOLE_MAX, (start_us - 1) // MINUTE_US * MINUTE_US),
            ("begin {} later", _up(end_us + 1), WHOLE_MAX),
        ):
            lost_us = max(_lost(plan.draft.volumes[at].window, least_us, most_us) for at in plan.touching)
            if lost_us and (best is None or lost_us < best[0]):

                def cut(volume: Volume, least_us: int = least_us, most_us: int = most_us) -> Volume:
                    return _within(volume, least_us, most_us)

                changed = plan.clears(cut)
                best = best if changed is None else (lost_us, words, changed)
    return (
        None
        if best is None
        else Change("shorter", best[0], None, best[1].format(duration(best[0])) + plan.which, best[2])
    )


def _within(volume: Volume, least_us: int, most_us: int) -> Volume:
    start_us, end_us = max(volume.window.start_us, least_us), min(volume.window.end_us, most_us)
    if start_us >= end_us:
        raise InvalidValue("window", "would be empty")
    return replace(volume, window=TimeWindow(start_us, end_us))


def _lost(window: TimeWindow, least_us: int, most_us: int) -> int:
    return max(0, least_us - window.start_us) + max(0, window.end_us - most_us)


# Places -------------------------------------------------------------------------------------------------------------


def _move(plan: Plan) -> Change | None:
    """The touching volumes elsewhere: each as it is, by one distance in one direction."""
    if plan.unsure or not any(trigger.area for trigger in plan.triggers):
        return None
    best: tuple[int, int, Draft] | None = None
    for sixteenth in range(len(DIRECTIONS)):

        def carried(mm: int, sixteenth: int = sixteenth) -> Draft | None:
            return plan.clears(lambda volume: moved(volume, sixteenth * 22.5, mm / _MM))

        if best is None:
            found = least(carried, PLACE_STEP_MM, MOVE_MM_MAX)
        elif best[0] <= PLACE_STEP_MM:
            break
        else:  # most directions are worse than the best so far, which one question tells
            found = between(carried, PLACE_STEP_MM, 0, best[0] // PLACE_STEP_MM - 1)
        if found is not None:
            best = found[0], sixteenth, found[1]
    if best is None:
        return None
    mm, sixteenth, changed = best
    return Change("move", mm, sixteenth * 225, f"move {length(mm)} {DIRECTIONS[sixteenth]}{plan.which}", changed)


def _trim(plan: Plan) -> Change | None:
    """A smaller radius or half-width of the touching circles and corridors."""
    if plan.unsure or not any(trigger.area for trigger in plan.triggers):
        return None

    def trimmed(mm: int) -> Draft | None:
        return plan.clears(lambda volume: replace(volume, radius_mm=volume.radius_mm - mm))

    most_mm = min(plan.draft.volumes[at].radius_mm for at in plan.touching) - PLACE_STEP_MM
    found = least(trimmed, PLACE_STEP_MM, most_mm)
    if found is None:
        return None
    return Change(
        "trim", found[0], None, f"make the radius or half-width {length(found[0])} smaller{plan.which}", found[1]
    )
