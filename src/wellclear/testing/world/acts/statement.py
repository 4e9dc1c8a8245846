"""A party proposes what to say together, or words it anew."""

from __future__ import annotations

from wellclear.channel.desk import write_act
from wellclear.testing.world.scene import Said, Scene

WEIGHT = 2
KINDS = ("statement", "amend")


def say(scene: Scene) -> Said | None:
    """The first statement of a party, and later its next version."""
    to, dice = scene.desks(), scene.dice
    if not to:
        return None
    outcome = dice.choice(["statement", "statement", "no_statement", "neither_confirm_nor_deny"])
    words = [{"language": "en", "text": "Talks were held."}, {"language": "ar", "text": "عقدت محادثات."}]
    sentences = [{"words": words[: dice.choice([1, 2])]} for _ in range(dice.choice([1, 3]))]
    group = {"group": "statement", "outcome": outcome, "sentences": sentences if outcome == "statement" else []}
    own = scene.items("statement", own=True)
    if not own:
        asked = {"to": to, "precedence": "R", "id": scene.new_id()}
        return scene.released(write_act(scene.pen, "statement", [group], asked))
    id_, row = own[0]
    asked = {"to": to, "precedence": "R", "keep_until": scene.keep_until()}
    about = {"id": id_, "version": row.version + (2 if scene.wild else 1)}
    return scene.released(write_act(scene.pen, "amend", [group], {**asked, "subject": about}))
