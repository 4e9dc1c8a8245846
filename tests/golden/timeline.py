"""The golden timeline: what SOUTHLAND can tell of an eventful channel. `make golden` writes it."""

from __future__ import annotations

from pathlib import Path

from tests.bundles import SketchSource, eventful
from wellclear.apps.timeline import timeline_of_store

GOLDEN = Path(__file__).with_name("timeline.txt")


def told() -> str:
    """The timeline as it is now."""
    return "\n".join(timeline_of_store(SketchSource(eventful(), "SOUTHLAND"), "SOUTHLAND").lines()) + "\n"
