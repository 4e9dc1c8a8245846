"""A party tells of a zone, or renews it."""

from __future__ import annotations

from wellclear.channel.desk import write_act
from wellclear.testing.sketch import SECOND_US
from wellclear.testing.world.scene import Said, Scene

WEIGHT = 2
KINDS = ("zone", "amend")
DAY_US = 86_400 * SECOND_US
TOO_LONG = "2027-06-01"


def say(scene: Scene) -> Said | None:
    """The first zone of a party, and later its next version; now and then one that would stand for ever."""
    to, dice = scene.desks(), scene.dice
    if not to:
        return None
    start_us = scene.core.now_us
    limits = [{"text": "patrols of the observers only"}, {"text": "persons at most", "at_most": dice.randint(0, 40)}]
    group = {
        "group": "zone", "sort": dice.choice(["area_of_separation", "caution_area", "closure"]), "name": "Eastern road",
        "language": "en", "volumes": scene.volumes(), "limits": limits[: dice.choice([0, 1, 2])], "start_us": start_us,
        "end_us": start_us + dice.randint(1, 30) * DAY_US,
    }  # fmt: skip
    asked = {"to": to, "precedence": "R", "keep_until": TOO_LONG if scene.wild else scene.keep_until()}
    own = scene.items("zone", own=True)
    if not own:
        return scene.released(write_act(scene.pen, "zone", [group], {**asked, "id": scene.new_id()}))
    id_, row = own[0]
    return scene.released(
        write_act(scene.pen, "amend", [group], {**asked, "subject": {"id": id_, "version": row.version + 1}})
    )
