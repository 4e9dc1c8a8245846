"""The announcer of a notice is asked for other heights or a later start."""

from __future__ import annotations

from wellclear.channel.desk import request
from wellclear.domain.parts import RequestDetails
from wellclear.testing.world.scene import Said, Scene

WEIGHT = 5


def say(scene: Scene) -> Said | None:
    """A request about somebody else's notice."""
    foreign = scene.items("notice", own=False)
    if not foreign:
        return None
    id_, row = scene.dice.choice(foreign)
    details = RequestDetails(group="request", start_us=scene.core.now_us + 3_600_000_000)
    return scene.watched(request(scene.pen, scene.core.picture, scene.new_id(), (id_, row.version), "delay", details))
