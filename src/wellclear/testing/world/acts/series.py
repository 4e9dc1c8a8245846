"""A party gives its own counts."""

from __future__ import annotations

from wellclear.channel.desk import write_act
from wellclear.testing.world.scene import Said, Scene

WEIGHT = 1


def say(scene: Scene) -> Said | None:
    """A short series, with what it counts."""
    to, dice = scene.desks(), scene.dice
    if not to:
        return None
    rows = [
        {"day": f"2026-11-{day:02}", "place": "Palmyra", "type": "entry", "count": dice.randint(0, 9)}
        for day in range(1, dice.choice([2, 5, 20]))
    ]
    group = {
        "group": "series", "name": "Entries by air", "language": "en",
        "definition": "A flight that crosses the line, once a day.", "rows": rows,
    }  # fmt: skip
    return scene.released(write_act(scene.pen, "series", [group], {"to": to, "precedence": "R", "id": scene.new_id()}))
