"""A party leaves. Rarely: with it goes everything that it says."""

from __future__ import annotations

from wellclear.testing.world.scene import Said, Scene

WEIGHT = 1


def say(scene: Scene) -> Said | None:
    """An observer, or one of three principals."""
    picture = scene.core.picture
    principal = scene.party.name in picture.principals
    if scene.dice.random() < 0.7 or (principal and len(picture.principals) < 3):
        return None
    return scene.by_head(scene.of_the_party("withdraw"))
