"""What parties of a world show each other, when their nodes hold unlike logs and not all of them have halted.

They follow the manual ("Two parties hold unlike logs"): whoever has seen one of two histories only takes the other's
evidence or export, with the node stopped. What proves nothing halts nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from wellclear.apps.copies import LogCopy
from wellclear.apps.node.convicting import evidence_in, take_evidence
from wellclear.apps.node.serve import STORE_FILE
from wellclear.edges.store import Store
from wellclear.errors import WellclearError
from wellclear.testing.world.machines import NodeMachine

if TYPE_CHECKING:
    from wellclear.testing.world.world import World

STRAY_S: Final = 15.0
"""So long may a node that has just begun to follow hear nothing that it believes, before anybody asks why."""


def compare(world: World, copies: Mapping[str, LogCopy]) -> bool:
    """Show each node that has not halted what contradicts its own log; whether any of them has been stopped for it."""
    shown = False
    for name in sorted(copies):
        unlike = [copies[other] for other in sorted(copies) if _unlike(copies[name], copies[other])]
        if unlike and not halted(world.nodes[name]):
            shown = _show(world, world.nodes[name], unlike) or shown
    return shown


def look_for_strays(world: World) -> None:
    """A node that nobody can tell anything, because its log is not that of its host, and its own evidence is lost."""
    host = world.host.service
    if host is None or not world.host.up or world.net.rerouted or world.heads.decision is None:
        return
    for node in list(world.nodes.values()):
        service = node.live()
        since_s = (world.loop.now_us - node.up_since_us) / 1e6
        if service is None or service.core.state != "stale" or since_s < STRAY_S:
            continue
        own = service.core.follower.tree
        if not own.size or own.size > host.sequencer.size or own.root(own.size) == host.sequencer.tree.root(own.size):
            continue
        if not _show(world, node, []):
            _stop(node)
            world.heads.begin_anew(node, "its log is not that of its host, and nobody has evidence")
        else:
            _stop(node)
            world.heads.follow(node, world.heads.decision)
        world.bring_up(node)


def halted(node: NodeMachine) -> bool:
    """Whether it runs and holds evidence against its host; also where its party has left."""
    return node.service is not None and node.service.core.evidence is not None


def _unlike(one: LogCopy, other: LogCopy) -> bool:
    shared = min(one.size, other.size)
    return one.leaves[:shared] != other.leaves[:shared]


def _show(world: World, node: NodeMachine, unlike: list[LogCopy]) -> bool:
    """Evidence files of the others first, then their logs; whether one of them convicts the host of this node's log."""
    _stop(node)
    try:
        store = Store.open(node.disk.home / STORE_FILE)
    except WellclearError as error:  # its disk has forgotten more than was seen of it
        world.say(node.name, f"cannot be shown anything: {error}")
        world.bring_up(node)
        return False
    try:
        for source, file in _offered(world, node, unlike, store):
            try:
                take_evidence(store, file)
            except WellclearError as error:
                world.say(node.name, f"is shown nothing by {source}: {error}")
                continue
            world.say(node.name, f"takes the evidence of {source}")
            world.ledger.count("evidence taken from another party")
            return True
    finally:
        store.close()
        world.bring_up(node)
    return False


def _offered(world: World, node: NodeMachine, unlike: list[LogCopy], store: Store) -> Iterator[tuple[str, bytes]]:
    for other in world.nodes.values():
        if other is not node:
            yield from (
                (other.party, path.read_bytes()) for path in sorted((other.disk.home / "evidence").glob("*.txt"))
            )
    for copy in unlike:
        try:
            yield copy.party, evidence_in(store, copy)
        except WellclearError as error:
            world.say(node.name, f"is shown nothing by {copy.party}'s log: {error}")


def _stop(node: NodeMachine) -> None:
    node.crash()
    node.after_cut()
