"""Clocks that drift, or that somebody sets wrong by up to an hour."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from wellclear.testing.world.ledger import Wrong
from wellclear.testing.world.machines import Machine, NodeMachine
from wellclear.testing.world.vices import Vice
from wellclear.testing.world.vices.power import any_machine

if TYPE_CHECKING:
    from wellclear.testing.world.world import World

HOUR_US = 3_600_000_000
FOR_GOOD_US = 10**12


def _jump(world: World, dice: Random) -> None:
    machine = any_machine(world, dice)
    by_us = dice.choice([1, -1]) * dice.choice([3_000_000, 40_000_000, dice.randint(60_000_000, HOUR_US)])
    lasts_s = dice.choice([5.0, 20.0, 60.0])
    _note(world, machine, round(lasts_s * 1_000_000), fast=by_us > 0)
    world.say(machine.name, f"its clock is set by {by_us / 1e6:+.0f} s")
    machine.clock.ahead_us += by_us

    def back() -> None:
        machine.clock.ahead_us -= by_us

    world.loop.call_outside(lambda: back() if not world.healed else None, after_s=lasts_s)


def _drift(world: World, dice: Random) -> None:
    machine = any_machine(world, dice)
    machine.clock.run_at(dice.choice([-200_000, -20_000, 20_000, 200_000]))
    _note(world, machine, FOR_GOOD_US, fast=machine.clock.drift_ppm > 0)
    world.say(machine.name, f"its clock runs {machine.clock.drift_ppm / 10_000:+.0f} % fast")


def _note(world: World, machine: Machine, lasts_us: int, *, fast: bool) -> None:
    now_us = world.loop.now_us
    world.ledger.guilty |= {"clock", f"clock {machine.name}"}
    hosting = not isinstance(machine, NodeMachine)
    party = machine.party if isinstance(machine, NodeMachine) else world.card.party
    world.ledger.wrong.append(Wrong(party, now_us, now_us + lasts_us, hosting, fast))


def _right(world: World) -> None:
    """They are set right, by people: UTC may go back."""
    for machine in world.machines():
        machine.clock.set_right()


VICES = [Vice("clock jump", _jump, _right), Vice("clock drift", _drift, _right)]
