"""A desk says for whom it speaks, or for whom it speaks now."""

from __future__ import annotations

from wellclear.channel.desk import write_act
from wellclear.testing.world.scene import Said, Scene

WEIGHT = 2
KINDS = ("authority_scope", "amend")


def say(scene: Scene) -> Said | None:
    """The first scope of a party, and later its next version."""
    to, dice = scene.desks(), scene.dice
    if not to:
        return None
    units = [
        {"unit": f"unit {number}", "sort": dice.choice(["force", "proxy", "air_defence"]), "can_stop": "yes"}
        for number in range(dice.choice([0, 1, 3]))
    ]
    group = {"group": "authority_scope", "units": units}
    asked = {"to": to, "precedence": "R", "keep_until": "2026-12-24"}
    own = scene.items("authority_scope", own=True)
    if not own:
        return scene.released(write_act(scene.pen, "authority_scope", [group], {**asked, "id": scene.new_id()}))
    id_, row = own[0]
    about = {"id": id_, "version": row.version + (2 if scene.wild else 1)}
    return scene.released(write_act(scene.pen, "amend", [group], {**asked, "subject": about}))
