"""Passed to units, in words: what a desk was asked and what it has proven (R28). The same on board, page and lists."""

from __future__ import annotations

from typing import Final

from wellclear.watch.passing import PassingState

HOUR_LEFT_OUT: Final = "an hour that the notice itself tells"
"""Of another party's site, movement, deployment or survey: its hours stand in no list."""


def passing_words(state: PassingState, due: str, passed: str) -> str:
    """One desk and version, with its moments as they are shown; nothing here says that the units agree, or obey."""
    match state:
        case "asked":
            return f"asked by {due}"
        case "overdue":
            return f"asked by {due}, not proven"
        case "passed":
            return f"asked by {due}, proven {passed}"
        case "passed_late":
            return f"asked by {due}, proven late, {passed}"
        case "closed":
            return f"was asked by {due}, until a newer version or an end came"
