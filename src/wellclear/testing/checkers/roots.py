"""No two signed roots of one size."""

from __future__ import annotations

from collections.abc import Iterator

from wellclear.domain.canonical import b64
from wellclear.errors import Malformed
from wellclear.log.checkpoint import parse_checkpoint
from wellclear.log.note import parse_note
from wellclear.testing.checkers.checker import Checker, History
from wellclear.testing.world.world import World


class OneRoot(Checker):
    """Every note that any machine holds, and every root that a proof led to."""

    name = "one root"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._roots: dict[tuple[str, int], str] = {}
        self._seen = 0

    def watch(self) -> Iterator[str]:
        if "history" in self.world.ledger.guilty:
            return
        for node in self.nodes():
            if node.service is not None and node.service.core.evidence is not None:
                yield f"{node.name} holds two notes that cannot both be true"
        notes = [node.service.core.follower.note for node in self.nodes() if node.service is not None]
        if self.world.host.up and self.world.host.service is not None:
            notes.append(self.world.host.service.sequencer.note)
        for note in notes:
            if note is not None:
                yield from self._take(note)
        origin = self.world.origin
        for proof in self.world.ledger.proofs[self._seen :]:
            yield from self._hold(origin, proof.size, proof.root)
        self._seen = len(self.world.ledger.proofs)

    def finish(self, history: History) -> Iterator[str]:
        yield from self.watch()
        if "history" not in self.world.ledger.guilty:
            for node in self.nodes():
                assert node.service is not None, "it runs"
                for note in node.service.core.store.notes():
                    yield from self._take(note)

    def _take(self, note: bytes) -> Iterator[str]:
        try:
            checkpoint = parse_checkpoint(parse_note(note).text)
        except Malformed as error:
            yield f"a note that was verified is none: {error}"
            return
        yield from self._hold(checkpoint.origin, checkpoint.size, b64(checkpoint.root))

    def _hold(self, origin: str, size: int, root: str) -> Iterator[str]:
        known = self._roots.setdefault((origin, size), root)
        if known != root:
            yield f"two roots of {origin} at {size} entries"
