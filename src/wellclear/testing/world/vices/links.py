"""Links that are slow, lossy, doubled, out of order, cut, or carry one way only."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Any

from wellclear.testing.world.vices import Vice

if TYPE_CHECKING:
    from wellclear.testing.world.world import World


def _for_a_while(world: World, dice: Random, **changed: Any) -> None:
    party = dice.choice(sorted(world.nodes))
    link = world.net.link(party)
    before = {name: getattr(link, name) for name in changed}
    for name, value in changed.items():
        setattr(link, name, value)
    world.say(party, f"link: {changed}")

    def over() -> None:
        if world.net.link(party) is link:
            for name, value in before.items():
                setattr(link, name, value if name not in ("up", "down") else True)

    world.loop.call_outside(over, after_s=dice.choice([2.0, 8.0, 25.0]))


def _of(**choices: Callable[[Random], Any]) -> Callable[[World, Random], None]:
    def begin(world: World, dice: Random) -> None:
        _for_a_while(world, dice, **{name: choose(dice) for name, choose in choices.items()})

    return begin


VICES = [
    Vice("delay", _of(delay_s=lambda dice: dice.choice([(0.1, 1.0), (0.5, 4.0), (3.0, 12.0)]))),
    Vice("loss", _of(loss=lambda dice: dice.choice([0.05, 0.3, 0.7]))),
    Vice("doubling", _of(doubled=lambda dice: dice.choice([0.2, 0.8]))),
    Vice("reordering", _of(reordered=lambda dice: dice.choice([0.2, 0.8]), delay_s=lambda dice: (0.0, 1.5))),
    Vice("cutting", _of(cut=lambda dice: dice.choice([0.05, 0.3]))),
    Vice("partition", _of(up=lambda dice: False, down=lambda dice: False)),
    Vice("no way out", _of(up=lambda dice: False)),
    Vice("no way back", _of(down=lambda dice: False)),
]
"""After each of them the link is `Link()` again as it was."""
