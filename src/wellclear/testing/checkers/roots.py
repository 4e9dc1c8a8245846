"""No two signed roots of one size."""

from __future__ import annotations

from collections.abc import Iterator

from wellclear.apps.node.core import NodeCore
from wellclear.domain.canonical import b64
from wellclear.errors import Malformed
from wellclear.log.checkpoint import parse_checkpoint
from wellclear.log.equivocation import decode_evidence
from wellclear.log.note import parse_note
from wellclear.testing.checkers.checker import Checker, History
from wellclear.testing.checkers.watched import Watched
from wellclear.testing.world.ledger import Cosigned


class OneRoot(Checker):
    """Every note that any machine holds or has cosigned, also as evidence, and every root that a proof led to.

    Excused: sizes above the one where a second signer began, or a host that had forgotten began again; and of those
    sizes there are no more roots than signers. Below it one root holds for all, then as before, and nothing convicts.
    A cosigner signs one root of a size, and never less than before, whatever was shown to it; excused is one whose own
    disk forgot, beside such a host.
    """

    name = "one root"

    def __init__(self, watched: Watched) -> None:
        super().__init__(watched)
        self._roots: dict[tuple[str, int], set[str]] = {}
        self._taken: set[bytes] = set()
        self._proofs = self._told = 0
        self._cosigned: dict[tuple[str, str], dict[int, str]] = {}

    def watch(self) -> Iterator[str]:
        for node, core in self.nodes():
            if core.evidence is not None and self.watched.fork_at() is None:
                yield f"{node.name} holds two notes that cannot both be true"
            for told in self._convicted(core):
                yield from self._take(told)
        notes = [core.follower.note for _, core in self.nodes()] + [host.note for host in self.watched.hosts]
        for note in notes:
            if note is not None:
                yield from self._take(note)
        proofs, origin = self.watched.ledger.proofs, self.watched.origin
        for proof in proofs[self._proofs :]:
            yield from self._hold(proof.origin or origin, proof.size, proof.root)
        self._proofs = len(proofs)
        cosigned = self.watched.ledger.cosigned
        for one in cosigned[self._told :]:
            yield from self._take(one.note)
            yield from self._cosign(one)
        self._told = len(cosigned)

    def _cosign(self, one: Cosigned) -> Iterator[str]:
        """A party's line, after those that it had said before."""
        known = self._cosigned.setdefault((one.party, one.origin), {})
        before, most = known.get(one.size, one.root), max(known, default=0)
        known[one.size] = one.root
        if self.cursed(one.party) and self.watched.fork_at(one.origin) is not None:
            return
        if one.line[0] != f"{one.party}/cosigner":
            yield f"{one.party} has said a line of {one.line[0]}"
        if before != one.root:
            yield f"{one.party} has cosigned two roots of {one.origin} at {one.size} entries"
        if one.size < most:
            yield f"{one.party} has cosigned {one.size} entries of {one.origin} after {most}"

    def finish(self, history: History) -> Iterator[str]:
        yield from self.watch()
        for _, core in self.nodes():
            for note in core.store.notes():
                yield from self._take(note)
        for (origin, size), roots in self._roots.items():
            known = size < len(history.roots) and origin == self.watched.origin and self._signers(origin, size) == 1
            if known and b64(history.roots[size]) not in roots:
                yield f"the root that was signed of {size} entries is not that of the log"

    def _convicted(self, core: NodeCore) -> tuple[bytes, ...]:
        """The two notes of a node's evidence: somebody signed them."""
        if core.evidence is None or core.evidence in self._taken:
            return ()
        self._taken.add(core.evidence)
        told = decode_evidence(core.evidence)
        return told.note_a, told.note_b

    def _take(self, note: bytes) -> Iterator[str]:
        if note in self._taken:
            return
        self._taken.add(note)
        try:
            checkpoint = parse_checkpoint(parse_note(note).text)
        except Malformed as error:
            yield f"a note that was verified is none: {error}"
            return
        yield from self._hold(checkpoint.origin, checkpoint.size, b64(checkpoint.root))

    def _hold(self, origin: str, size: int, root: str) -> Iterator[str]:
        known = self._roots.setdefault((origin, size), set())
        known.add(root)
        if len(known) > self._signers(origin, size):
            yield f"{len(known)} roots of {origin} at {size} entries"

    def _signers(self, origin: str, size: int) -> int:
        """How many signed this size, each for itself."""
        fork = self.watched.fork_at(origin)
        return 1 if fork is None or size <= fork else self.watched.memories(origin)
