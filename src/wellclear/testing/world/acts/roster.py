"""The party's roster changes: the ladder's names in another order, by two administrators or the recovery key."""

from __future__ import annotations

import msgspec

from wellclear.testing.world.scene import Said, Scene

WEIGHT = 2


def say(scene: Scene) -> Said | None:
    """The same persons, shuffled."""
    roster = scene.party.roster()
    persons = list(roster.persons)
    scene.dice.shuffle(persons)
    public = msgspec.to_builtins(msgspec.structs.replace(roster, persons=persons))
    composed = scene.of_the_party("roster", public)
    if scene.dice.random() < 0.5:
        return scene.by_administrators(composed)
    return Said(composed, use="recovery")
