"""A party gives its own account of an incident, and perhaps another one later."""

from __future__ import annotations

from wellclear.channel.desk import write_act
from wellclear.testing.world.scene import Said, Scene

WEIGHT = 4


def say(scene: Scene) -> Said | None:
    """About an incident of either side."""
    own = scene.dice.random() < 0.3
    events, to = scene.items("incident", own=own), scene.desks()
    if not events or not to:
        return None
    id_, row = scene.dice.choice(events)
    least = scene.dice.randint(0, 5)
    tally = {"what": "persons hurt", "at_least": least, "at_most": least + scene.dice.randint(0, 3)}
    group = {
        "group": "account", "language": "en", "text": "What was seen from here.", "tallies": [tally],
        "evidence": [{"sha256": "ab" * 32, "what": "a recording"}],
    }  # fmt: skip
    asked = {"to": to if own else [row.desk], "precedence": "P", "subject": {"id": id_, "version": row.version}}
    return scene.released(write_act(scene.pen, "account", [group], asked))
