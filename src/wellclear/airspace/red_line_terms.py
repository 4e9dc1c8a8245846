"""What the trigger of a red line can speak of: the closed words and the names that an expression knows (R30, R31, N4).

Everything here is something that a draft can state of itself: a category, a capability, a place, a window, a band, a
number, a purpose code. There is no name for what an activity is directed at or would bring about.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

from wellclear.domain.agreement import CATEGORIES

Capability = Literal[
    "air_defence", "armed_escort", "crewed", "jamming", "lasers", "live_weapons", "radar", "uncrewed"
]  # fmt: skip
CAPABILITIES: Final[tuple[Capability, ...]] = get_args(Capability)
"""The closed list: what R30 limits by zone, and what a notice states of itself; `uncrewed` is not `crewed`."""

Kind = Literal["bool", "int", "timestamp", "duration", "category", "purpose", "text", "texts", "ints"]
"""Types of an expression; `text`, `texts` and `ints` are literals, which stand only where they are compared."""

NAMES: Final[dict[str, Kind]] = {
    "inside": "bool",
    "category": "category",
    "purpose": "purpose",
    "count": "int",
    "lead_s": "int",
    "start": "timestamp",
    "end": "timestamp",
    "lower_m": "int",
    "upper_m": "int",
    **dict.fromkeys(CAPABILITIES, "bool"),
}
"""Every name that an expression knows, and its type; one that a draft leaves open is unknown while it is judged."""

MEANING: Final[dict[str, str]] = {
    "inside": "the volume touches the area, its heights and its window; asks for an area",
    "category": f"one of {', '.join(CATEGORIES)}",
    "purpose": "the purpose code of the notice",
    "count": "how many there are",
    "lead_s": "whole seconds from now until the first start of the draft; negative after it",
    "start": "when the volume (of a route with times, the leg) starts",
    "end": "when it ends",
    "lower_m": "its lower face in metres above mean sea level, rounded down; far below the ground if there is none",
    "upper_m": "its upper face in metres above mean sea level, rounded up; far above the air if there is none",
    **dict.fromkeys(CAPABILITIES, "whether the draft states it: true for yes, false for no, unknown otherwise"),
}

NO_FACE_M: Final = 1_000_000_000
"""What `lower_m` and `upper_m` are, with their sign, where a band has no such face."""
