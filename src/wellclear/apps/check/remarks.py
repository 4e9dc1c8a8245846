"""What was skipped and what should be known, in few lines: one fault of many features is told once and counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from wellclear.apps.check.plan import Plan
from wellclear.interop.planned import Planned, Skipped
from wellclear.interop.straightness import LEAVES

LINES_MAX: Final = 20
NOTES_MAX: Final = 8
_ALIKE_MAX: Final = 3
_IDS_MAX: Final = 4


def skipped_lines(skipped: Sequence[Skipped]) -> list[str]:
    """At most about twenty lines: of features with the same fault the first, the rest counted beside them."""
    alike: dict[tuple[str, str, str, str], list[Skipped]] = {}
    for one in skipped:
        alike.setdefault((one.place.file, one.field, one.reason, one.do), []).append(one)
    lines: list[str] = []
    left = len(skipped)
    for (file, field, reason, _), several in alike.items():
        if len(lines) >= LINES_MAX:
            break
        shown = several[: 1 if len(several) > _ALIKE_MAX else _ALIKE_MAX]
        lines += [str(one) for one in shown]
        left -= len(several)
        if len(several) > len(shown):
            more = f"{len(several) - len(shown):,} more of {file}"
            ids = _ids(several[len(shown) :])
            lines.append(f"... and {more} with the same ({field}: {reason}){ids}")
    return [*lines, f"... and {left:,} more features; --json lists them all"] if left else lines


def note_lines(plan: Plan) -> list[str]:
    """At most a few lines: what holds for many volumes of one file is told once and counted."""
    alike: dict[tuple[str, str], list[tuple[Planned, str]]] = {}
    for planned, note in plan.notes():
        kind = LEAVES if LEAVES in note else note
        alike.setdefault((planned.place.file, kind), []).append((planned, note))
    lines = []
    for several in list(alike.values())[:NOTES_MAX]:
        first, note = several[0]
        others = ""
        if len(several) > 1:
            others = f" (and {len(several) - 1:,} more of that file{_ids([one for one, _ in several[1:]])})"
        end = "" if note.endswith("?") else "."
        lines.append(f"Note: {first.place} ({first.id}): {note}{others}{end}")
    left = sum(len(several) for several in list(alike.values())[NOTES_MAX:])
    return [*lines, f"... and {left:,} more notes; --json lists them all."] if left else lines


def _ids(several: Sequence[Planned | Skipped]) -> str:
    """The ids of the first few, where there are any."""
    named = [one.id for one in several[:_IDS_MAX] if one.id]
    if not named:
        return ""
    return f": {', '.join(named)}{', ...' if len(several) > len(named) else ''}"
