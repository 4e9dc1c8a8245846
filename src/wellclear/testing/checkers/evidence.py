"""Evidence for every lie that was seen, stale for every silence, and neither when nobody lied or was silent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from wellclear.channel.follower import STALE_AFTER_US
from wellclear.domain.canonical import b64
from wellclear.testing.checkers.checker import Checker, History
from wellclear.testing.world.machines import NodeMachine

SLACK_US: Final = 2_000_000
HEARD_US: Final = 15_000_000


class Evidence(Checker):
    """What nodes say of their host, against what the world knows of it."""

    name = "evidence"

    def watch(self) -> Iterator[str]:
        world = self.world
        for node in self.nodes():
            assert node.service is not None, "it runs"
            core, now_us = node.service.core, world.loop.now_us
            if core.state == "halted" and not world.ledger.guilty & {"history", "two histories"}:
                yield f"{node.name} has halted ({core.why_halted}), and nobody has shown two histories"
            silent_us = now_us - max(world.net.news_us.get(node.name, 0), node.up_since_us)
            if core.state == "live" and silent_us > STALE_AFTER_US + SLACK_US:
                yield f"{node.name} is live, {silent_us / 1e6:.1f} s after the last news of its host"

    def finish(self, history: History) -> Iterator[str]:
        world = self.world
        for rang in world.ledger.rang:
            if rang.kind == "head_differs" and not world.ledger.guilty & {"history", "two histories", "liar"}:
                yield f"{rang.party} rang {rang.key}, and nobody has shown two histories"
        for node in self.nodes():
            if not self.cursed(node.name):
                yield from self._forked(node, history)

    def _forked(self, node: NodeMachine, history: History) -> Iterator[str]:
        """Who holds another history than the host shows at the end, or a proof that it does not keep, has evidence."""
        assert node.service is not None, "it runs"
        core = node.service.core
        if core.state == "halted" or not self._heard(node):
            return
        own = core.store.leaves(0, core.store.size())
        shared = min(len(own), len(history.leaves))
        if tuple(own[:shared]) != history.leaves[:shared]:
            yield f"{node.name} holds another log than its host shows, and no evidence"
        for proof in self.world.ledger.proofs:
            there = proof.index < len(history.logged) and b64(history.logged[proof.index].leaf_hash) == proof.leaf_hash
            if proof.reader == node.name and not there and len(own) > proof.index:
                yield f"{node.name} was given a proof of entry {proof.index} that does not hold, and has no evidence"
                return

    def _heard(self, node: NodeMachine) -> bool:
        """Whether the node has listened to its host for a while, and the host has not stopped of itself."""
        world = self.world
        service, now_us = world.host.service, world.loop.now_us
        running = service is not None and service.sequencer.stopped is None and world.host.up
        since_us = max(world.host.up_since_us, node.up_since_us)
        return running and now_us - since_us > HEARD_US and now_us - world.net.news_us.get(node.name, 0) < HEARD_US
