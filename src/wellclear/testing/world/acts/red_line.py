"""A party draws a red line, in its own words, or draws it otherwise."""

from __future__ import annotations

from wellclear.channel.desk import write_act
from wellclear.testing.world.scene import Said, Scene

WEIGHT = 1
KINDS = ("red_line", "amend")


def say(scene: Scene) -> Said | None:
    """The first red line of a party, and later its next version."""
    to, dice = scene.desks(), scene.dice
    if not to:
        return None
    group = {"group": "red_line", "language": dice.choice(["en", "ar", "he"]), "text": "No deployment here."}
    asked = {"to": to, "precedence": "P", "keep_until": "2026-12-24"}
    own = scene.items("red_line", own=True)
    if not own:
        return scene.released(write_act(scene.pen, "red_line", [group], {**asked, "id": scene.new_id()}))
    id_, row = own[0]
    about = {"id": id_, "version": row.version + (2 if scene.wild else 1)}
    return scene.released(write_act(scene.pen, "amend", [group], {**asked, "subject": about}))
