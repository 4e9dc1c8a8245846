"""Why a draft touches a red line, in words for the planner who wrote it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wellclear.airspace.conflict import Conflict
from wellclear.airspace.drafts import NOWHERE_SAID, Draft
from wellclear.airspace.expressions import Answer
from wellclear.airspace.triggers import Trigger
from wellclear.domain.measures import duration, moment
from wellclear.domain.quantities import WHOLE_MAX


def clause(
    trigger: Trigger,
    draft: Draft,
    volume: int,
    meeting: Conflict | None,
    answers: Mapping[str, Answer],
    missing: Sequence[str],
) -> str:
    """One sentence: what of the trigger holds, part by part, and what would have to be known where it only may."""
    parts = []
    if meeting is not None:
        parts.append(_place(draft, volume, meeting))
    elif trigger.area is not None and not trigger.decides_place:
        parts.append(f"volume {volume + 1} may lie in its area")
    if trigger.categories and answers["category"] == "yes":
        parts.append(f"the category is {draft.category}")
    if trigger.capabilities and answers["capabilities"] == "yes":
        parts.append(f"it has {_all(sorted(draft.has.intersection(trigger.capabilities)))}")
    if trigger.lead_us is not None and answers["lead_s"] == "yes":
        parts.append(f"it starts in less than {duration(trigger.lead_us)}")
    if trigger.expression is not None:
        parts.append(f"`{trigger.expression.source}` {'holds' if answers['cel'] == 'yes' else 'may hold'}")
    said = _all(parts)
    open_ = f"; not known: {', '.join(missing)}" if missing else ""
    return f"{said[:1].upper()}{said[1:]}{open_}." if said else f"It asks for what the draft leaves open{open_}."


def _place(draft: Draft, volume: int, meeting: Conflict) -> str:
    sure = meeting.verdict == "conflict"
    if draft.volumes[volume] is NOWHERE_SAID:
        return "no place is said, so it may be in its area"
    what = "the disclosed cell" if draft.coarse else f"volume {volume + 1}"
    touches = "touches" if sure else "may touch"
    why = "" if sure else _why(draft, volume)
    when = ""
    if meeting.start_us > -WHOLE_MAX and meeting.end_us < WHOLE_MAX:
        when = f" from {moment(meeting.start_us)} to {moment(meeting.end_us)}"
    return f"{what} {touches} its area at {meeting.a_nearest}{when}{why}"


def _why(draft: Draft, volume: int) -> str:
    if draft.coarse:
        return " (only a cell and a slot are known)"
    if volume in draft.stand_ins:
        return " (it could not be computed, and a wider circle stands for it)"
    return " (heights of two datums leave it open)"


def _all(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1] if names else ""
