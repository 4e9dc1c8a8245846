"""A party enters what an outlet reports."""

from __future__ import annotations

from wellclear.channel.desk import write_act
from wellclear.testing.world.scene import Said, Scene

WEIGHT = 1


def say(scene: Scene) -> Said | None:
    """One report, with what it claims."""
    to = scene.desks()
    if not to:
        return None
    group = {
        "group": "report", "outlet": "A daily", "language": "en", "claims": ["the channel exists"],
        "on_record": scene.dice.choice(["yes", "no", "not stated"]), "printed": "2026-11-20",
    }  # fmt: skip
    return scene.released(write_act(scene.pen, "report", [group], {"to": to, "precedence": "R", "id": scene.new_id()}))
