"""A party says what it holds of somebody's zone."""

from __future__ import annotations

from wellclear.channel.desk import write_act
from wellclear.testing.world.scene import Said, Scene

WEIGHT = 4


def say(scene: Scene) -> Said | None:
    """It concurs or disputes; a wild one speaks of its own zone."""
    zones = scene.items("zone", own=scene.wild)
    if not zones:
        return None
    id_, row = scene.dice.choice(zones)
    group = {"group": "zone_reply", "position": scene.dice.choice(["concurs", "concurs", "disputes"])}
    to = [row.desk] if not scene.wild else scene.desks()
    about = {"id": id_, "version": row.version}
    asked = {"to": to, "precedence": "R", "subject": about}
    return scene.released(write_act(scene.pen, "zone_reply", [group], asked)) if to else None
