"""Those who act know of it."""

from __future__ import annotations

from wellclear.channel.desk import passed
from wellclear.testing.world.scene import Said, Scene

WEIGHT = 3


def say(scene: Scene) -> Said | None:
    """About something that was addressed to this desk, acknowledged or not."""
    told = [*scene.items("notice", own=False), *scene.items("safety", own=False)]
    told = [one for one in told if scene.desk in one[1].to]
    if not told:
        return None
    id_, row = scene.dice.choice(told)
    return scene.watched(passed(scene.pen, scene.core.picture, id_, row.version, "company", scene.core.now_us))
