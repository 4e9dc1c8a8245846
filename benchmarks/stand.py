"""What measurements are taken on: a scratch directory, real entries, files of work, and the peers themselves.

What is costly is made when it is first needed, and kept: for one round (`sampled`) or for the whole run (`kept`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

from benchmarks.peer import Absent, Peer, python_of
from benchmarks.workload import AGENCIES, Workload, ordinary

T = TypeVar("T")


class Stand:
    """One run's things. `sizes` says how much work a round holds."""

    def __init__(self, directory: Path, sizes: dict[str, int], peers_python: Path) -> None:
        self.directory = directory
        self.sizes = sizes
        self.peers_python = peers_python
        self._round: dict[str, object] = {}
        self._run: dict[str, object] = {}
        self._peers: dict[str, Peer] = {}

    def next_round(self) -> None:
        """Forget what was sampled in the last one."""
        self._round.clear()

    def sampled(self, key: str, take: Callable[[], T]) -> T:
        """What was taken under this name in this round, so that one sample gives several figures."""
        return _once(self._round, key, take)

    def kept(self, key: str, make: Callable[[], T]) -> T:
        """What was made under this name in this run."""
        return _once(self._run, key, make)

    @property
    def workload(self) -> Workload:
        """Ordinary traffic, signed."""
        return self.kept("workload", partial(ordinary, self.sizes["entries"] // 4))

    @property
    def long(self) -> Workload:
        """A long log of the same traffic."""
        return self.kept("long", partial(ordinary, self.sizes["long"] // 4))

    @property
    def missed(self) -> Workload:
        """What a node has missed: traffic in which its party, an agency, is told things and says nothing."""
        return self.kept("missed", partial(ordinary, self.sizes["missed"] // 4, AGENCIES[:-1], AGENCIES[-1]))

    def peer(self, name: str, use: str = "") -> Peer:
        """The peer of this name, started if it is not there yet; a process of its own for each use.

        Raises:
            Absent: it does not take part.
        """
        key = f"{name} {use}"
        if key not in self._peers:
            self._peers[key] = Peer(name, python_of(name, self.peers_python))
        return self._peers[key]

    def close(self) -> None:
        """End the peers; those that ended early as well."""
        for peer in self._peers.values():
            with contextlib.suppress(Absent, BrokenPipeError):
                peer.close()
        self._peers.clear()


def _once(held: dict[str, object], key: str, make: Callable[[], T]) -> T:
    """A failure is held too: a peer that could not load is not asked to load again in the same round."""
    if key not in held:
        try:
            held[key] = make()
        except Absent as absent:
            held[key] = absent
    found = held[key]
    if isinstance(found, Absent):
        raise Absent(str(found)) from found
    return found  # type: ignore[return-value]  # the same key is always made by the same function


@contextlib.contextmanager
def opened(directory: Path, sizes: dict[str, int], peers_python: Path) -> Iterator[Stand]:
    """A stand whose peers end with it."""
    stand = Stand(directory, sizes, peers_python)
    try:
        yield stand
    finally:
        stand.close()
