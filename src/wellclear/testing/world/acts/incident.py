"""Something has happened, and a party makes a record of it that all may tell of."""

from __future__ import annotations

from wellclear.channel.desk import write_act
from wellclear.domain.incidents import INCIDENT_SORTS, PLACE_PRECISIONS, TIME_PRECISIONS
from wellclear.testing.world.scene import Said, Scene

WEIGHT = 2


def say(scene: Scene) -> Said | None:
    """An incident, told to some desks."""
    to, dice = scene.desks(), scene.dice
    if not to:
        return None
    about = [id_ for id_, _ in scene.items("notice", own=False)][:2]
    group = {
        "group": "incident", "sort": dice.choice(INCIDENT_SORTS), "lat_e7": dice.randint(330_000_000, 360_000_000),
        "lon_e7": dice.randint(370_000_000, 400_000_000), "place_precision": dice.choice(PLACE_PRECISIONS),
        "at_us": scene.core.now_us, "time_precision": dice.choice(TIME_PRECISIONS), "about": about,
    }  # fmt: skip
    return scene.released(
        write_act(scene.pen, "incident", [group], {"to": to, "precedence": "P", "id": scene.new_id()})
    )
