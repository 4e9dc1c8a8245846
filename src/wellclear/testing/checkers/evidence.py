"""Evidence for every lie that was seen, stale for every silence, and neither when nobody lied or was silent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from wellclear.channel.follower import STALE_AFTER_US
from wellclear.testing.checkers.checker import Checker, History

SLACK_US: Final = 2_000_000


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
        for party, why in sorted(world.ledger.must_halt.items()):
            service = world.nodes[party].live()
            if service is not None and not world.ledger.halted.get(party):
                yield f"{party} holds no evidence: {why}"
