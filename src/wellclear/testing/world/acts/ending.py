"""An own notice is over: cancelled or completed."""

from __future__ import annotations

from wellclear.channel.composing import subject
from wellclear.testing.world.scene import Said, Scene

WEIGHT = 3
KINDS = ("cancel", "complete")


def say(scene: Scene) -> Said | None:
    """One of the two, about an own notice at its current version."""
    own = scene.items("notice", own=True)
    if not own:
        return None
    id_, row = scene.dice.choice(own)
    kind = scene.dice.choice(KINDS)
    composed = scene.pen.write(kind, subject=subject(id_, row.version), to=list(row.to), precedence=row.precedence)
    return scene.released(composed) if kind == "cancel" else scene.watched(composed)
