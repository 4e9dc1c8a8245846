"""The golden timeline: what SOUTHLAND can tell of an eventful channel. `python -m tests.golden.timeline` writes it."""

from __future__ import annotations

from pathlib import Path

from tests.bundles import SketchSource, eventful
from wellclear.apps.timeline import timeline_of_store

GOLDEN = Path(__file__).with_name("timeline.txt")


def told() -> str:
    """The timeline as it is now."""
    return "\n".join(timeline_of_store(SketchSource(eventful(), "SOUTHLAND"), "SOUTHLAND").lines()) + "\n"


if __name__ == "__main__":
    GOLDEN.write_text(told(), encoding="utf-8")
