"""A request of somebody else is answered."""

from __future__ import annotations

from wellclear.channel.desk import comply, unable
from wellclear.domain.kinds import REASON_CODES
from wellclear.domain.names import party_of_desk
from wellclear.testing.world.scene import Said, Scene

WEIGHT = 9
KINDS = ("comply", "unable")


def say(scene: Scene) -> Said | None:
    """Comply with it, or say why not."""
    asked = scene.items("request", own=False)
    asked = [one for one in asked if scene.party.name in map(party_of_desk, one[1].to)]
    if not asked:
        return None
    id_, _ = scene.dice.choice(asked)
    if scene.dice.random() < 0.5:
        return scene.watched(comply(scene.pen, scene.core.picture, id_))
    return scene.watched(unable(scene.pen, scene.core.picture, id_, scene.dice.choice(REASON_CODES)))
