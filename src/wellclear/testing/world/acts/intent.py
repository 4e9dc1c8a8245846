"""A party declares its intent, by a code."""

from __future__ import annotations

from wellclear.channel.desk import write_act
from wellclear.testing.world.scene import Said, Scene

WEIGHT = 1


def say(scene: Scene) -> Said | None:
    """A declaration to some desks."""
    to = scene.desks()
    if not to:
        return None
    group = {"group": "intent", "intent": scene.dice.choice(["no_confrontation", "warning", "routine"])}
    asked = {"to": to, "precedence": "P", "id": scene.new_id()}
    return scene.released(write_act(scene.pen, "intent", [group], asked))
