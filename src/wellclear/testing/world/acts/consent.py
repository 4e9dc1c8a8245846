"""A host nation says whether it consents to what somebody announces."""

from __future__ import annotations

from wellclear.channel.desk import write_act
from wellclear.testing.world.scene import Said, Scene

WEIGHT = 3


def say(scene: Scene) -> Said | None:
    """To a notice of another party; whoever is no host nation is told so, and a wild one says it anyway."""
    notices, party = scene.items("notice", own=False), scene.core.picture.parties.get(scene.party.name)
    if not notices or party is None or ("host_nation" not in party.roles and not scene.wild):
        return None
    id_, row = scene.dice.choice(notices)
    consent = scene.dice.choice(["consents", "does_not_consent", "withdraws"])
    group = {"group": "consent", "about": id_, "version": row.version, "consent": consent}
    asked = {"to": [row.desk], "precedence": "P", "id": scene.new_id()}
    return scene.released(write_act(scene.pen, "consent", [group], asked))
