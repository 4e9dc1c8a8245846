"""What every checker is, and the log as it stands at the end, folded once for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from wellclear.channel.opening import open_leaf
from wellclear.domain.canonical import b64
from wellclear.domain.logged import Logged
from wellclear.picture.fold import fold
from wellclear.picture.picture import Picture, Step
from wellclear.testing.world.machines import NodeMachine
from wellclear.testing.world.world import World


@dataclass(frozen=True)
class History:
    """One log from its first leaf on."""

    leaves: tuple[bytes, ...]

    @cached_property
    def logged(self) -> tuple[Logged, ...]:
        """Every leaf opened, signatures and all."""
        return tuple(open_leaf(index, leaf) for index, leaf in enumerate(self.leaves))

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """What each entry did."""
        picture, steps = Picture(), list[Step]()
        for one in self.logged:
            steps.append(fold(picture, one))
            picture = steps[-1].picture
        return tuple(steps)

    @property
    def picture(self) -> Picture:
        """After all of it."""
        return self.steps[-1].picture


class Checker:
    """Build it over a world that has not begun."""

    name = ""

    def __init__(self, world: World) -> None:
        self.world = world

    def watch(self) -> Iterator[str]:
        """What may not be so now."""
        yield from ()

    def finish(self, history: History) -> Iterator[str]:
        """What may not be so at the end; `history` is the log of the host."""
        yield from ()

    def nodes(self) -> list[NodeMachine]:
        """The nodes that run, those that nobody has corrupted."""
        return [node for node in self.world.nodes.values() if node.live() is not None]

    def cursed(self, name: str) -> bool:
        """Whether the disk of a machine has broken a promise, so that it may have forgotten."""
        return f"disk {name}" in self.world.ledger.guilty


def history_of(world: World) -> History | None:
    """The host's log at the end, or the longest of the nodes' where the host does not run."""
    if world.host.up and world.host.service is not None:
        store = world.host.service.store
        return History(tuple(store.leaves(0, store.size())))
    stores = [node.service.core.store for node in world.nodes.values() if node.service is not None and node.up]
    longest = max(stores, key=lambda store: store.size(), default=None)
    return None if longest is None else History(tuple(longest.leaves(0, longest.size())))


def is_logged(node: NodeMachine, name: str) -> bool:
    """Whether an act, by the base64 of its hash, stands in the node's own log."""
    assert node.service is not None, "it runs"
    entries = (open_leaf(index, leaf).entry for index, leaf in node.service.core.store.each_leaf())
    return any(entry is not None and b64(entry.act_hash) == name for entry in entries)
