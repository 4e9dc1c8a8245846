"""Equal log, equal public digest: on every machine, at every moment, and as a fresh fold of the log gives it."""

from __future__ import annotations

from collections.abc import Iterator

from wellclear.picture.picture import Picture
from wellclear.testing.checkers.checker import Checker, History
from wellclear.testing.checkers.watched import Watched


class OnePicture(Checker):
    """What machines held under some root, second by second, against one another and against the log itself.

    Excused: nothing. Two histories have other roots, and each of them has one picture for everybody who was shown it.
    """

    name = "one picture"

    def __init__(self, watched: Watched) -> None:
        super().__init__(watched)
        self._digests: dict[bytes, tuple[str, int, bytes]] = {}
        self._seen: dict[str, bytes] = {}

    def watch(self) -> Iterator[str]:
        for host in self.watched.hosts:
            held = host.held
            if held is not None and self._seen.get(host.name) != held[1].digest:
                yield from self._hold(host.name, *held)
        for node, core in self.nodes():
            if self._seen.get(node.name) != core.picture.digest and core.picture.size == core.follower.tree.size:
                yield from self._hold(node.name, core.follower.tree.root(), core.picture)

    def _hold(self, name: str, root: bytes, picture: Picture) -> Iterator[str]:
        self._seen[name] = picture.digest
        other, size, digest = self._digests.setdefault(root, (name, picture.size, picture.digest))
        if (size, digest) != (picture.size, picture.digest):
            yield f"{name} has another picture of {picture.size} entries than {other}"

    def finish(self, history: History) -> Iterator[str]:
        yield from self.watch()
        logs = [history]
        for _, core in self.nodes():
            leaves = tuple(core.store.leaves(0, core.store.size()))
            if leaves != history.leaves[: len(leaves)]:
                logs.append(History(leaves))
        told: set[str] = set()
        for log in logs:
            for root, step in zip(log.roots[1:], log.steps, strict=True):
                name, size, digest = self._digests.get(root, ("", 0, b""))
                if name and name not in told and digest != step.picture.digest:
                    told.add(name)
                    yield f"{name} had another picture of {size} entries than a fresh fold of them"
