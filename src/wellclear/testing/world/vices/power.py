"""Machines that lose their power, between two of their steps or in the middle of a write."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from wellclear.testing.world.machines import Machine
from wellclear.testing.world.vices import Vice

if TYPE_CHECKING:
    from wellclear.testing.world.world import World


def any_machine(world: World, dice: Random) -> Machine:
    """One of them; the host as often as a node."""
    return world.host if dice.random() < 0.4 else world.nodes[dice.choice(sorted(world.nodes))]


def _crash(world: World, dice: Random) -> None:
    any_machine(world, dice).crash()


def _at_write(fault: str) -> Vice:
    def begin(world: World, dice: Random) -> None:
        machine = any_machine(world, dice)
        world.say(machine.name, f"the power will go at its next write: {fault}")
        machine.disk.armed = fault

    return Vice(f"crash {fault}", begin)


VICES = [Vice("crash", _crash), _at_write("before"), _at_write("after"), _at_write("torn")]
