"""An acknowledged entry exists exactly once, and in its author's order; what a node has taken is never lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from msgspec import UNSET

from wellclear.domain.canonical import b64
from wellclear.testing.checkers.checker import OF_A_NODE, Checker, History, is_logged
from wellclear.testing.checkers.watched import Watched


class AcknowledgedOnce(Checker):
    """Proofs that reached a node, and acts that a node took from its officers, against the log.

    Excused: proofs of places beyond the one where a second signer, or a host that had forgotten, went on (for these
    `Evidence` asks), or that such a host does not show because it does not start; what the heads cut away when they
    changed the host; acts that were taken by a node whose own disk forgot, and those that an officer let go.
    """

    name = "acknowledged once"

    def __init__(self, watched: Watched) -> None:
        super().__init__(watched)
        self._waiting: dict[str, tuple[int, frozenset[str]]] = {}

    def watch(self) -> Iterator[str]:
        """What waited in a node's outbox a second ago waits still, stands in its log, or was let go by an officer."""
        for node, core in self.nodes():
            items = core.outbox.items.values()
            waiting = frozenset(item.id for item in items if item.act.kind not in OF_A_NODE)
            life, before = self._waiting.get(node.name, (node.lives, waiting))
            self._waiting[node.name] = node.lives, waiting
            gone = before - waiting - self.watched.ledger.dropped if life == node.lives else frozenset[str]()
            for name in sorted(gone):
                if name not in core.logged_at and not is_logged(core, name):
                    yield f"{node.name} had {name[:8]} in its outbox, and it is nowhere"

    def finish(self, history: History) -> Iterator[str]:
        yield from self._once(history)
        for _, core in self.nodes():
            leaves = tuple(core.store.leaves(0, core.store.size()))
            if leaves != history.leaves[: len(leaves)]:
                yield from self._once(History(leaves))
        yield from self._proofs(history)
        yield from self._acts(history)

    def _once(self, history: History) -> Iterator[str]:
        places = Counter(b64(one.leaf_hash) for one in history.logged)
        yield from (f"leaf {leaf[:8]} stands {times} times" for leaf, times in places.items() if times > 1)
        yield from self._order(history)

    def _proofs(self, history: History) -> Iterator[str]:
        unknown = not self.watched.hosts[0].up and any(
            word.startswith("disk HOST") for word in self.watched.ledger.guilty
        )
        for proof in self.watched.ledger.proofs:
            fork = len(history.logged) if unknown else self.watched.fork_at(proof.origin)
            gone = self.watched.ledger.voided(proof.index, proof.at_us)
            if gone or (fork is not None and proof.index >= fork):
                continue
            there = proof.index < len(history.logged) and b64(history.logged[proof.index].leaf_hash) == proof.leaf_hash
            if not there:
                yield f"{proof.reader} has a proof of {proof.leaf_hash[:8]} at {proof.index}; the log has none there"

    @staticmethod
    def _order(history: History) -> Iterator[str]:
        last: dict[str, tuple[int, str | None]] = {}
        for one in history.logged:
            entry = one.entry
            if one.fault is not None or entry is None:
                yield f"entry {one.index} has the fault {one.fault}, and was logged"
                continue
            seq, before = last.get(entry.link.key, (0, None))
            prev = None if entry.link.prev is UNSET else entry.link.prev
            if (entry.link.seq, prev) != (seq + 1, before):
                yield f"entry {one.index} has seq {entry.link.seq} after {seq} of its key"
            last[entry.link.key] = (entry.link.seq, b64(one.leaf_hash))

    def _acts(self, history: History) -> Iterator[str]:
        standing = Counter[str]()
        logged = set[str]()
        for one, step in zip(history.logged, history.steps, strict=True):
            if one.entry is not None:
                name = b64(one.entry.act_hash)
                logged.add(name)
                standing[name] += bool(one.entry.approvals) and step.stands
        yield from (f"act {name[:8]} counts {times} times" for name, times in standing.items() if times > 1)
        for put in self.watched.ledger.puts:
            node = self.watched.nodes[put.party]
            core = node.core
            if put.act in logged or put.act in self.watched.ledger.dropped or self.cursed(node.name) or core is None:
                continue
            if put.act not in core.outbox.items and not is_logged(core, put.act):
                yield f"{put.party} took {put.kind} {put.act[:8]} at {put.at_us / 1e6:.3f} s, and it is nowhere"
