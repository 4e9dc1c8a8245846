"""Keys come and go: a standby's is registered, and revoked again by the recovery key."""

from __future__ import annotations

from itertools import count

from wellclear.testing.world.scene import Said, Scene

WEIGHT = 2
KINDS = ("add_key", "revoke")


def say(scene: Scene) -> Said | None:
    """One key more, or one that ends; but nobody revokes the key of the stand-by at which he sits."""
    live = sorted(
        key
        for key, row in scene.core.picture.keys.items()
        if (row.party, row.use, row.state) == (scene.party.name, "standby", "live")
    )
    if live and scene.dice.random() < 0.6 and not scene.core.stands_by:
        composed = scene.of_the_party("revoke", {"key": live[0], "since": scene.core.picture.size - 1})
        return Said(composed, use="recovery")
    fresh = (scene.party.public(f"standby{number}") for number in count())
    key = next(key for key in fresh if key not in scene.core.picture.keys)
    composed = scene.of_the_party("add_key", {"key": key, "use": "standby"})
    return scene.by_administrators(composed)
