"""What the people do who tend a machine, when its program says that only a person can help.

They follow the manual: a damaged or old host, or one whose keys have signed more than it knows, is brought forward
from its members' copies; where it has signed more than anybody holds, it goes on from the longest by decision of the
heads. A damaged node is begun anew from an empty home, and told that it was restored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wellclear.apps.copies import LogCopy
from wellclear.apps.host.recover import recover_from
from wellclear.apps.node.opened import OpenedLog
from wellclear.channel.opening import open_leaf
from wellclear.errors import Misconfigured, Refused, WellclearError
from wellclear.testing.world.machines import HostMachine, Machine, NodeMachine

if TYPE_CHECKING:
    from wellclear.testing.world.world import World

OUTRUN: Final = "behind its own promises"
OLD_COPY: Final = "it is an old copy"
SHORT_US: Final = 15_000_000
"""So long may a node hear nothing that it believes, before anybody compares."""
DAMAGED: Final = ("damaged", "changed", "missing", "holds leaves", "lead to", "no store", "does not hold")


def tend(world: World, machine: Machine) -> bool:
    """Try to bring up a machine whose program would not start, or has stopped; whether it runs then."""
    outrun = "two histories" in world.ledger.guilty and OUTRUN in machine.why_down
    if not outrun and f"disk {machine.name}" not in world.ledger.guilty:
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


def look_for_a_short_host(world: World) -> None:
    """A host that shows less than it has signed to a member that heard nothing since: an old copy, brought forward.

    It contradicts nothing, so nobody has evidence; its members see that it is silent, compare sizes, and say so.
    """
    host = world.host.service
    if host is None or not world.healed or not world.host.up or world.net.rerouted:
        return
    for node in world.nodes.values():
        service = node.live()
        if service is None or service.core.state != "stale" or world.loop.now_us - node.up_since_us < SHORT_US:
            continue
        own = service.core.follower.tree
        if own.size > host.sequencer.size and own.root(host.sequencer.size) == host.sequencer.tree.root():
            world.say(node.name, f"holds {own.size} entries, and its host shows {host.sequencer.size}")
            world.host.crash()
            world.host.after_cut()
            _recover(world, world.host)
            return


def _recover(world: World, host: HostMachine) -> bool:
    """From the longest copy of the members; the first image of the disk where its own is damaged."""
    if not all(node.up for node in world.nodes.values()):
        return False  # they are asked again when all of them answer
    copies = {name: copy for name, node in world.nodes.items() if (copy := copy_of(node)) is not None}
    if not copies:
        return False
    for _ in ("the disk as it is", "the first image"):
        if any(word in host.why_down for word in DAMAGED):
            host.disk.put(host.first_image)
        try:
            _bring_forward(world, host, copies)
            return host.start()
        except WellclearError as error:
            host.why_down = str(error)
        if not any(word in host.why_down for word in DAMAGED):
            break  # what is only an old copy may turn out to be damaged as well
    if "two histories" in host.why_down:
        world.heads.lost = True  # "the members must change the host"
    world.say(host.name, f"cannot be recovered: {host.why_down}")
    return False


def _bring_forward(world: World, host: HostMachine, copies: dict[str, LogCopy]) -> None:
    try:
        size = recover_from(host.files, list(copies.values()))
    except (Misconfigured, Refused) as error:
        if not isinstance(error, Refused) and OLD_COPY not in str(error):
            raise
        recover_from(host.files, list(copies.values()), from_all=False)
        world.heads.resume(host, copies)
        return
    world.say(host.name, f"is brought forward to {size} entries from its members' copies")
    world.ledger.count("host recovered")


def copy_of(node: NodeMachine) -> LogCopy | None:
    """What a node exports: its log, its newest note, and the parts that it has opened; None while it has nothing."""
    if node.service is None:
        return None
    store = node.service.core.store
    note = store.checkpoint()
    leaves = [leaf for _, leaf in store.each_leaf()]
    refs = [ref for leaf in leaves if (entry := open_leaf(0, leaf).entry) is not None for ref in entry.act.parts]
    log = OpenedLog(store)
    parts = {ref.sha: raw for ref in refs if isinstance(ref.sha, str) and (raw := log.part(ref.sha)) is not None}
    return None if note is None else LogCopy(node.name, node.party, note, leaves, parts)
