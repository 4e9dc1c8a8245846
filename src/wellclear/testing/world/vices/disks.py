"""Disks that lie, fail, fill up, rot, or come back from a backup; and a second writer."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from wellclear.edges.store import Store
from wellclear.errors import Misconfigured
from wellclear.testing.world.disk import SimDisk
from wellclear.testing.world.machines import HostMachine, Machine, NodeMachine
from wellclear.testing.world.vices import Vice
from wellclear.testing.world.vices.power import any_machine

if TYPE_CHECKING:
    from wellclear.testing.world.world import World


def _armed(name: str, fault: str) -> Vice:
    def begin(world: World, dice: Random) -> None:
        machine = any_machine(world, dice)
        world.say(machine.name, f"its disk will fail: {fault}")
        machine.disk.armed = fault
        if fault == "full":
            world.loop.call_outside(_make_room, machine.disk, after_s=dice.choice([1.0, 5.0, 20.0]))

    return Vice(name, begin)


def _make_room(disk: SimDisk) -> None:
    if disk.armed == "full":
        disk.armed = ""


def _lost(world: World, dice: Random) -> None:
    machine = any_machine(world, dice)
    _curse(world, machine)
    machine.disk.armed = "lost"
    world.loop.call_outside(machine.crash, after_s=dice.choice([0.5, 3.0, 10.0]))


def _flip(world: World, dice: Random) -> None:
    machine = any_machine(world, dice)
    _curse(world, machine)
    machine.crash()
    machine.after_cut()
    turned = machine.disk.flip()
    if turned:
        world.say(machine.name, f"a bit of {turned} has turned")


def _backup(world: World, dice: Random) -> None:
    """Today's copy, put back some time later; the host's promise beside it, or not."""
    machine = any_machine(world, dice)
    if not machine.up:
        return
    image, marked = machine.disk.image(), dice.random() < 0.7

    def restore() -> None:
        _curse(world, machine)
        machine.crash()
        machine.after_cut()
        kept = {name: raw for name, raw in machine.disk.image().items() if name == "host.promised" and marked}
        machine.disk.put(image | kept)
        if isinstance(machine, NodeMachine) and marked:
            machine.mark_restored()
        world.say(
            machine.name, f"is restored from a backup{', as its operator should' if marked else ', file by file'}"
        )

    world.loop.call_outside(restore, after_s=dice.choice([3.0, 10.0, 25.0]))


def _second_writer(world: World, dice: Random) -> None:
    """Somebody starts the same home once more."""
    machine = any_machine(world, dice)
    if not machine.up:
        return
    path = machine.files.store if isinstance(machine, HostMachine) else machine.disk.home / "node.sqlite"
    try:
        Store.open(path).close()
    except Misconfigured:
        world.struck("second writer was refused")
        return
    world.found.append(f"{machine.name} lets a second writer open its store")


def _curse(world: World, machine: Machine) -> None:
    """It may have forgotten from now on; a host that has forgotten may sign a second history."""
    world.ledger.guilty.add(f"disk {machine.name}")
    if machine is world.host:
        world.ledger.guilty.add("history")


VICES = [
    _armed("disk error", "error"), _armed("fsync error", "fsync"), _armed("disk full", "full"),
    Vice("lost write", _lost), Vice("bit flip", _flip), Vice("backup restored", _backup),
    Vice("second writer", _second_writer),
]  # fmt: skip
