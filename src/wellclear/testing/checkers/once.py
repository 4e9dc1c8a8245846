"""An acknowledged entry exists exactly once, and in its author's order; what a node has taken is never lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from msgspec import UNSET

from wellclear.domain.canonical import b64
from wellclear.testing.checkers.checker import Checker, History, is_logged


class AcknowledgedOnce(Checker):
    """Proofs that reached a node, and acts that a node took from its officers, against the log."""

    name = "acknowledged once"

    def finish(self, history: History) -> Iterator[str]:
        places = Counter(b64(one.leaf_hash) for one in history.logged)
        yield from (f"leaf {leaf[:8]} stands {times} times" for leaf, times in places.items() if times > 1)
        if "history" not in self.world.ledger.guilty:
            yield from self._proofs(history)
        yield from self._order(history)
        yield from self._acts(history)

    def _proofs(self, history: History) -> Iterator[str]:
        for proof in self.world.ledger.proofs:
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
                standing[name] += bool(one.entry.approvals) and not step.remarks
        yield from (f"act {name[:8]} counts {times} times" for name, times in standing.items() if times > 1)
        for put in self.world.ledger.puts:
            node = self.world.nodes[put.party]
            service = node.live()
            if put.act in logged or put.act in self.world.ledger.dropped or self.cursed(node.name) or service is None:
                continue
            if put.act not in service.core.outbox.items and not is_logged(node, put.act):
                yield f"{put.party} took {put.kind} {put.act[:8]} at {put.at_us / 1e6:.3f} s, and it is nowhere"
