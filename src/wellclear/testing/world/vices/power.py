"""Machines that lose their power, between two of their steps or in the middle of a write."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import TYPE_CHECKING

from wellclear.testing.world.machines import Machine, NodeMachine
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


def _dead(world: World, dice: Random) -> None:
    """A node's machine is gone for good; its stand-by, a home of its own, begins to follow and then takes over."""
    machine = world.nodes[dice.choice(sorted(world.nodes))]
    picture = world.host.service.sequencer.picture if world.host.service is not None else None
    keys = {} if picture is None else {key: (row.party, row.use, row.state) for key, row in picture.keys.items()}
    if _revokes(machine):
        return
    standbys = [use for use in (f"standby{number}" for number in range(9)) if _live(world, machine, use, keys)]
    if not standbys:
        return  # then they mend it
    machine.crash()
    machine.after_cut()
    world.ledger.guilty.add(f"disk {machine.name}")
    world.say(machine.name, f"its machine is dead; {standbys[0]} is started in its place")
    world.struck("node dead for good")
    machine.begin_anew(world.party_of(machine).key(standbys[0]))


def _revokes(machine: NodeMachine) -> bool:
    """Whether a key of the party is about to end: it may be that of the stand-by."""
    service = machine.live()
    return service is not None and any(item.act.kind == "revoke" for item in service.core.outbox.items.values())


def _live(world: World, machine: NodeMachine, use: str, keys: Mapping[str, tuple[str, str, str]]) -> bool:
    return keys.get(world.party_of(machine).public(use)) == (machine.party, "standby", "live")


VICES = [
    Vice("crash", _crash), _at_write("before"), _at_write("after"), _at_write("torn"),
    Vice("node dead", _dead),
]  # fmt: skip
