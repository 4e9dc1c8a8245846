"""Clocks that drift, or that somebody sets wrong by up to an hour."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from wellclear.testing.world.vices import Vice
from wellclear.testing.world.vices.power import any_machine

if TYPE_CHECKING:
    from wellclear.testing.world.world import World

HOUR_US = 3_600_000_000


def _jump(world: World, dice: Random) -> None:
    machine = any_machine(world, dice)
    by_us = dice.choice([1, -1]) * dice.choice([3_000_000, 40_000_000, dice.randint(60_000_000, HOUR_US)])
    world.ledger.guilty.add("clock")
    world.say(machine.name, f"its clock is set by {by_us / 1e6:+.0f} s")
    machine.clock.ahead_us += by_us

    def back() -> None:
        machine.clock.ahead_us = 0

    world.loop.call_outside(back, after_s=dice.choice([5.0, 20.0, 60.0]))


def _drift(world: World, dice: Random) -> None:
    machine = any_machine(world, dice)
    world.ledger.guilty.add("clock")
    kept_us = machine.clock.now_us()
    machine.clock.drift_ppm = dice.choice([-200_000, -20_000, 20_000, 200_000])
    machine.clock.ahead_us += kept_us - machine.clock.now_us()
    world.say(machine.name, f"its clock runs {machine.clock.drift_ppm / 10_000:+.0f} % fast")


def _right(world: World) -> None:
    """They are set right, by people: UTC may go back."""
    for machine in world.machines():
        machine.clock.ahead_us = 0


VICES = [Vice("clock jump", _jump, _right), Vice("clock drift", _drift, _right)]
