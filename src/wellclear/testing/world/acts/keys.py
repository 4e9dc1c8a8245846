"""Keys come and go: a standby's is registered, and revoked again by the recovery key."""

from __future__ import annotations

from wellclear.domain.canonical import b64
from wellclear.log.ed25519 import SigningKey
from wellclear.testing.world.scene import Said, Scene

WEIGHT = 2
KINDS = ("add_key", "revoke")


def say(scene: Scene) -> Said | None:
    """One key more, or one that ends."""
    live = sorted(
        key
        for key, row in scene.core.picture.keys.items()
        if (row.party, row.use, row.state) == (scene.party.name, "standby", "live")
    )
    if live and scene.dice.random() < 0.6:
        composed = scene.of_the_party("revoke", {"key": live[0], "since": scene.core.picture.size - 1})
        return Said(composed, use="recovery")
    key = SigningKey(scene.dice.randbytes(32))
    composed = scene.of_the_party("add_key", {"key": b64(key.public_key), "use": "standby"})
    return scene.by_administrators(composed)
