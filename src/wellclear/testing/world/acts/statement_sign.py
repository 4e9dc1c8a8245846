"""A head of delegation signs sentences of a statement."""

from __future__ import annotations

from wellclear.channel.desk import write_act
from wellclear.testing.world.scene import Said, Scene

WEIGHT = 5


def say(scene: Scene) -> Said | None:
    """Of a statement of either side; a wild one leaves the head out."""
    own = scene.dice.random() < 0.3
    texts, to = scene.items("statement", own=own), scene.desks()
    if not texts or not to:
        return None
    id_, row = scene.dice.choice(texts)
    group = {"group": "statement_sign", "agrees": scene.dice.choice(["yes", "yes", "no"]), "sentences": [1]}
    asked = {"to": to if own else [row.desk], "precedence": "R", "subject": {"id": id_, "version": row.version}}
    composed = write_act(scene.pen, "statement_sign", [group], asked)
    return scene.watched(composed) if scene.wild else scene.by_head(composed)
