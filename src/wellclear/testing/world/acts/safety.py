"""Cease, emergency, and the like: any watch officer, at once."""

from __future__ import annotations

from wellclear.channel.desk import safety
from wellclear.domain.kinds import SAFETY_CODES
from wellclear.testing.world.scene import Said, Scene

WEIGHT = 5


def say(scene: Scene) -> Said | None:
    """A safety message to some desks."""
    code = scene.dice.choice(SAFETY_CODES)
    return scene.watched(safety(scene.pen, scene.new_id(), scene.desks(), code, {"who": "an exercise unit"}))
