"""What every checker is, and the log as it stands at the end, folded once for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from wellclear.apps.node.core import NodeCore
from wellclear.channel.opening import open_leaf
from wellclear.domain.canonical import b64
from wellclear.domain.logged import Logged
from wellclear.log.merkle import Frontier, leaf_hash
from wellclear.picture.fold import fold
from wellclear.picture.picture import Picture, Step
from wellclear.testing.checkers.watched import Watched, WatchedNode
from wellclear.watch.duties import Owing, duties

OF_A_NODE: Final = frozenset({"receipt", "time", "finding", "epoch"})
"""Kinds that a node says by itself, and composes anew where they are in vain."""


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

    @cached_property
    def roots(self) -> tuple[bytes, ...]:
        """The root of each size, from 0 entries on."""
        frontier, roots = Frontier.empty(), list[bytes]()
        roots.append(frontier.root())
        for leaf in self.leaves:
            frontier = frontier.extend([leaf_hash(leaf)])
            roots.append(frontier.root())
        return tuple(roots)

    @property
    def picture(self) -> Picture:
        """After all of it."""
        return self.steps[-1].picture


class Checker:
    """Build it over what has not begun, or over files."""

    name = ""

    def __init__(self, watched: Watched) -> None:
        self.watched = watched

    def watch(self) -> Iterator[str]:
        """What may not be so now."""
        yield from ()

    def finish(self, history: History) -> Iterator[str]:
        """What may not be so at the end; `history` is the log of the host."""
        yield from ()

    def nodes(self) -> list[tuple[WatchedNode, NodeCore]]:
        """The nodes that run."""
        return [(node, core) for node in self.watched.nodes.values() if (core := node.core) is not None]

    def cursed(self, name: str) -> bool:
        """Whether the disk of a machine has broken a promise, so that this machine may have forgotten."""
        return f"disk {name}" in self.watched.ledger.guilty


def history_of(watched: Watched) -> History | None:
    """The host's log at the end, or the longest of the nodes' where the host does not run."""
    leaves = watched.hosts[0].leaves()
    if leaves:
        return History(tuple(leaves))
    stores = [core.store for node in watched.nodes.values() if (core := node.core) is not None]
    longest = max(stores, key=lambda store: store.size(), default=None)
    return None if longest is None else History(tuple(longest.leaves(0, longest.size())))


def is_logged(core: NodeCore, name: str) -> bool:
    """Whether an act, by the base64 of its hash, stands in the node's own log."""
    entries = (open_leaf(index, leaf).entry for index, leaf in core.store.each_leaf())
    return any(entry is not None and b64(entry.act_hash) == name for entry in entries)


_OWINGS: dict[bytes, tuple[Owing, ...]] = {}
_OWINGS_MAX = 16


def owings_of(picture: Picture) -> tuple[Owing, ...]:
    """Every owed answer of a picture, looked at afresh: once for all nodes and seconds that have this very picture."""
    found = _OWINGS.get(picture.digest)
    if found is None:
        while len(_OWINGS) >= _OWINGS_MAX:
            del _OWINGS[next(iter(_OWINGS))]
        found = _OWINGS[picture.digest] = tuple(duty.owing for duty in duties(picture))
    return found
