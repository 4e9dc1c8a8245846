"""Keys come and go: a standby's is registered, and revoked again by the recovery key; the sealing key is another."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from wellclear.channel.sealing import SealingKey
from wellclear.domain.canonical import b64
from wellclear.testing.world.scene import Said, Scene

WEIGHT = 2
KINDS = ("add_key", "revoke")
SEALING = 0.6
"""How often the key that is added is one under which the party's epochs open: all that it reads under ends."""


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
    if scene.dice.random() < SEALING:
        return _sealing(scene)
    fresh = (scene.party.public(f"standby{number}") for number in count())
    key = next(key for key in fresh if key not in scene.core.picture.keys)
    composed = scene.of_the_party("add_key", {"key": key, "use": "standby"})
    return scene.by_administrators(composed)


def _sealing(scene: Scene) -> Said:
    keys = (SealingKey(scene.party.seed_of(f"sealing{number}")) for number in count())
    fresh = next(key for key in keys if b64(key.public_key) not in scene.core.picture.keys)
    composed = scene.of_the_party("add_key", {"key": b64(fresh.public_key), "use": "sealing"})
    return replace(scene.by_administrators(composed), sealing=fresh)
