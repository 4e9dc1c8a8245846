"""Evidence for every lie that was seen, stale for every silence, and neither when nobody lied or was silent."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Final

from msgspec import UNSET

from wellclear.apps.node.core import NodeCore
from wellclear.channel.follower import STALE_AFTER_US
from wellclear.channel.opening import open_leaf
from wellclear.domain.canonical import b64
from wellclear.errors import WellclearError
from wellclear.log.checkpoint import parse_checkpoint
from wellclear.log.equivocation import check_evidence, decode_evidence
from wellclear.log.note import parse_note
from wellclear.testing.checkers.checker import Checker, History
from wellclear.testing.checkers.watched import Watched, WatchedNode
from wellclear.testing.world.ledger import Proof

SLACK_US: Final = 2_000_000
HEARD_US: Final = 15_000_000
MET_US: Final = 300_000
"""So long a node may take over what another one has handed to it."""
BEHIND_US: Final = STALE_AFTER_US + 30_000_000
"""The last good word, and the longest way that any word takes, there and back."""


class Evidence(Checker):
    """What nodes say of their host, against what is known of it.

    Excused: evidence and differing heads about sizes beyond the one where a second signer, or a host that had
    forgotten, went on; of a host that the heads have replaced, nobody shows the other side any more, so that a node may
    hold one side and no evidence. Heads that strange hands have named in a party's name. A node whose own disk forgot
    may have forgotten what it was shown; what reached a node in the second in which its power went, it may not have
    seen.
    """

    name = "evidence"

    def __init__(self, watched: Watched) -> None:
        super().__init__(watched)
        self._judged: set[bytes] = set()
        self._sizes: deque[tuple[int, int]] = deque()
        self._proofs = self._met = 0
        self._shown: dict[str, list[Proof]] = {}

    # Every second.

    def watch(self) -> Iterator[str]:
        now_us = self.watched.now_us
        held = self.watched.hosts[0].held
        if held is not None:
            if self._sizes and held[1].size < self._sizes[-1][1]:
                self._sizes.clear()  # it has forgotten, or another host goes on from earlier
            self._sizes.append((now_us, held[1].size))
        for node, core in self.nodes():
            yield from self._halted(node, core)
            silent_us = now_us - max(self.watched.heard_us(node.name), node.up_since_us)
            if core.state == "live":
                if silent_us > self._stale_after_us(node) + SLACK_US:
                    yield f"{node.name} is live, {silent_us / 1e6:.1f} s after the last news of its host"
                yield from self._behind(node, core, now_us)
        self._keep_shown()
        yield from self._meet(now_us)

    def _meet(self, now_us: int) -> Iterator[str]:
        """Whoever was handed two histories by another node has halted, or its host has been changed since."""
        shown, decisions = self.watched.ledger.shown, self.watched.ledger.decisions
        while self._met < len(shown) and shown[self._met].at_us < now_us - MET_US:
            one, self._met = shown[self._met], self._met + 1
            node = self.watched.nodes[one.party]
            core = node.core if node.lives == one.life else None
            if core is None or any(at_us >= one.at_us for at_us, _ in decisions):
                continue
            if core.state not in ("halted", "left"):
                yield f"{node.name} was handed two histories by another node, and has not halted"

    def _halted(self, node: WatchedNode, core: NodeCore) -> Iterator[str]:
        """Whoever has halted convicts the host of a lie that was told, by a file that anybody can check."""
        if core.state != "halted":
            return
        file = core.evidence
        if self.watched.fork_at() is None:
            yield f"{node.name} has halted ({core.why_halted}), and nobody has shown two histories"
            return
        if file is None or (kept := node.evidence_files().get(core.evidence_file.partition("/")[2])) is None:
            yield f"{node.name} has halted, and there is no file that says why"
            return
        if kept in self._judged:
            return
        self._judged.add(kept)
        try:
            check_evidence(kept)
            told = decode_evidence(kept)
            notes = [parse_checkpoint(parse_note(note).text) for note in (told.note_a, told.note_b)]
            fork, size = self.watched.fork_at(notes[0].origin), max(note.size for note in notes)
        except WellclearError as error:
            yield f"{node.name}'s evidence convinces nobody: {error}"
            return
        if fork is None or size <= fork:
            yield f"{node.name} has evidence about {size} entries, and only beyond {fork} another log was shown"

    def _stale_after_us(self, node: WatchedNode) -> int:
        """What ten seconds of its own may last, where its clock may run a fifth too slow."""
        wrong = any(one.party == node.party and not one.hosting for one in self.watched.ledger.wrong)
        return STALE_AFTER_US * (5 if wrong else 4) // 4

    def _behind(self, node: WatchedNode, core: NodeCore, now_us: int) -> Iterator[str]:
        """A node that calls its picture live holds what the host had some time ago."""
        while len(self._sizes) > 1 and self._sizes[1][0] < now_us - BEHIND_US:
            self._sizes.popleft()
        then_us, size = self._sizes[0] if self._sizes else (now_us, 0)
        settled = max(then_us, node.up_since_us) < now_us - BEHIND_US
        if settled and core.follower.size < size and self.watched.fork_at() is None:
            yield f"{node.name} is live with {core.follower.size} entries; its host had {size} long ago"

    def _keep_shown(self) -> None:
        """What a node was given, and has outlived: from then on it knows of it."""
        proofs = self.watched.ledger.proofs
        for proof in proofs[self._proofs :]:
            node = self.watched.nodes.get(proof.reader)
            if node is not None and node.core is not None and node.up_since_us <= proof.at_us:
                self._shown.setdefault(proof.reader, []).append(proof)
        self._proofs = len(proofs)

    # At the end.

    def finish(self, history: History) -> Iterator[str]:
        yield from self.watch()
        for rang in self.watched.ledger.rang:
            core = self.watched.nodes[rang.party].core
            if rang.kind == "head_differs" and core is not None and not self._was_lied_to(core, rang.key):
                yield f"{rang.party} rang {rang.key}, and nobody has shown two histories"
        for node, core in self.nodes():
            if not self.cursed(node.name):
                yield from self._forked(node, core, history)

    def _was_lied_to(self, core: NodeCore, key: str) -> bool:
        """Whether a head that differs may be another one: named by strange hands, or of another history."""
        if self.watched.ledger.differed.get((core.party, key)) in self.watched.ledger.strange:
            return True
        index, fork = int(key.partition("/")[2]), self.watched.fork_at()  # of any host that there was
        leaves = core.store.leaves(index, index + 1)
        entry = open_leaf(index, leaves[0]).entry if leaves else None
        if entry is None:
            return fork is not None  # it rang before the disk forgot it
        if b64(entry.leaf_hash) in self.watched.ledger.strange:
            return True
        return fork is not None and entry.link.head is not UNSET and entry.link.head.size > fork

    def _forked(self, node: WatchedNode, core: NodeCore, history: History) -> Iterator[str]:
        """Who holds another history than the host shows at the end, or a proof that it does not keep, has evidence."""
        if core.state == "halted" or not self._heard(node):
            return
        own = core.store.leaves(0, core.store.size())
        shared = min(len(own), len(history.leaves))
        unlike = next((index for index in range(shared) if own[index] != history.leaves[index]), None)
        if unlike is not None and not self._of_a_former_host(unlike):
            yield f"{node.name} holds another log than its host shows, and no evidence"
        tree, ledger = core.follower.tree, self.watched.ledger
        if ledger.decisions and node.party in ledger.halted:
            return  # its evidence has served, and it follows another host
        for proof in self._shown.get(node.name, []):
            there = proof.index < len(history.logged) and b64(history.logged[proof.index].leaf_hash) == proof.leaf_hash
            if ledger.voided(proof.index, proof.at_us) or self._of_a_former_host(proof.index):
                continue
            if not there and len(own) > proof.index:
                yield f"{node.name} was given a proof of entry {proof.index} that does not hold, and has no evidence"
                return
            voided = ledger.voided(proof.size - 1, proof.at_us)
            if not voided and proof.size <= tree.size and b64(tree.root(proof.size)) != proof.root:
                yield f"{node.name} was shown another root of {proof.size} entries than its own, and has no evidence"
                return

    def _of_a_former_host(self, index: int) -> bool:
        """Whether a host that is host no more has forked before there: nobody shows the other side any more."""
        fork, decisions = self.watched.fork_at(), self.watched.ledger.decisions
        return bool(decisions) and fork is not None and fork <= index < decisions[-1][1]

    def _heard(self, node: WatchedNode) -> bool:
        """Whether the node has listened to its host for a while, and the host has not stopped of itself."""
        host, now_us = self.watched.hosts[0], self.watched.now_us
        since_us = max(host.up_since_us, node.up_since_us)
        return host.up and now_us - since_us > HEARD_US and now_us - self.watched.heard_us(node.name) < HEARD_US
