"""A track is seen, and somebody is asked whose it is."""

from __future__ import annotations

from wellclear.channel.desk import write_act
from wellclear.testing.world.scene import Said, Scene

WEIGHT = 3


def say(scene: Scene) -> Said | None:
    """A track query to some desks."""
    to, dice = scene.desks(), scene.dice
    if not to:
        return None
    track = {
        "group": "track", "lat_e7": dice.randint(330_000_000, 360_000_000),
        "lon_e7": dice.randint(370_000_000, 400_000_000), "at_us": scene.core.now_us,
        "mover": dice.choice(["air", "drone", "ground", "not stated"]),
    }  # fmt: skip
    asked = {"to": to, "precedence": dice.choice(["Z", "O"]), "id": scene.new_id()}
    return scene.watched(write_act(scene.pen, "track_query", [track], asked))
