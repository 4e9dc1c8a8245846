"""An open proposal is signed."""

from __future__ import annotations

from wellclear.testing.world.scene import Said, Scene

WEIGHT = 7


def say(scene: Scene) -> Said | None:
    """By the head of delegation of a principal that has not signed it yet."""
    picture = scene.core.picture
    if scene.party.name not in picture.principals:
        return None
    waits = [
        name
        for name, row in sorted(picture.proposals.items())
        if row.state == "open" and scene.party.name not in row.signed
    ]
    if not waits:
        return None
    public = {"proposal": scene.dice.choice(waits), "base": picture.agreement}
    return scene.by_head(scene.of_the_party("sign_agreement", public))
