"""What the people do who tend a machine, when its program says that only a person can help.

They follow the manual: a damaged or old host is brought forward from its members' copies; a damaged node is begun anew
from an empty home, and told that it was restored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wellclear.apps.copies import LogCopy
from wellclear.apps.host.recover import recover_from
from wellclear.channel.opening import open_leaf
from wellclear.errors import WellclearError
from wellclear.testing.world.machines import HostMachine, Machine, NodeMachine

if TYPE_CHECKING:
    from wellclear.testing.world.world import World

DAMAGED: Final = ("damaged", "changed", "missing", "holds leaves", "lead to", "no store", "does not hold")


def tend(world: World, machine: Machine) -> bool:
    """Try to bring up a machine whose program would not start, or has stopped; whether it runs then."""
    if f"disk {machine.name}" not in world.ledger.guilty:
        return False  # then it should have started, and a checker will say so
    machine.after_cut()
    if isinstance(machine, NodeMachine):
        world.say(machine.name, "is begun anew, from an empty home")
        world.ledger.count("node begun anew")
        machine.disk.put({})
        machine.mark_restored()
        return machine.start()
    assert isinstance(machine, HostMachine), "there are these two"
    return _recover(world, machine)


def _recover(world: World, host: HostMachine) -> bool:
    """From the longest copy of the members; the first image of the disk where its own is damaged."""
    copies = [copy_of(node) for node in world.nodes.values() if node.up]
    if len(copies) < len(world.nodes) or not copies:
        return False  # they are asked again when all of them answer
    if any(word in host.why_down for word in DAMAGED):
        host.disk.put(host.first_image)
    try:
        size = recover_from(host.files, [copy for copy in copies if copy is not None])
        world.say(host.name, f"is brought forward to {size} entries from its members' copies")
        world.ledger.count("host recovered")
        return host.start()
    except WellclearError as error:
        host.why_down = str(error)
        if "two histories" in host.why_down:
            world.heads.lost = True  # "the members must change the host"
        world.say(host.name, f"cannot be recovered: {error}")
        return False


def copy_of(node: NodeMachine) -> LogCopy | None:
    """What a node exports: its log, its newest note, and the parts that it has opened; None while it has nothing."""
    if node.service is None:
        return None
    store = node.service.core.store
    note = store.checkpoint()
    leaves = [leaf for _, leaf in store.each_leaf()]
    refs = [ref for leaf in leaves if (entry := open_leaf(0, leaf).entry) is not None for ref in entry.act.parts]
    parts = {
        ref.sha: raw for ref in refs if isinstance(ref.sha, str) and (raw := store.opening(ref.commit)) is not None
    }
    return None if note is None else LogCopy(node.name, node.party, note, leaves, parts)
