"""Free words."""

from __future__ import annotations

from wellclear.channel.desk import message
from wellclear.testing.world.scene import Said, Scene

WEIGHT = 6


def say(scene: Scene) -> Said | None:
    """A message to some desks."""
    fields = {"text": f"words {scene.dice.randrange(10**6)}", "language": "en"}
    return scene.watched(message(scene.pen, scene.new_id(), scene.desks(), fields, scene.precedence()))
