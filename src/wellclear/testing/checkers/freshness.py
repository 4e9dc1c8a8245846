"""A picture is shown as seen by others while they have just seen it, and never longer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from wellclear.apps.node.board import link
from wellclear.apps.node.core import NodeCore
from wellclear.channel.policy import cosigners
from wellclear.domain.canonical import b64
from wellclear.testing.checkers.checker import Checker
from wellclear.testing.checkers.watched import WatchedNode
from wellclear.testing.world.ledger import Cosigned

FRESH_US: Final = 10_000_000
"""So old a cosignature may be (protocol, "Freshness")."""
SLACK_US: Final = 1_000_000
"""For clocks that are right, and drift a little."""
TAKEN_UP_US: Final = 1_500_000
"""So long a program may take over what it has heard."""
YOUNG_US: Final = FRESH_US - 3_000_000
"""Whoever has cosigned no longer ago is shown; the time in a line is in whole seconds."""
CALM_US: Final = 12_000_000
"""After trouble, so long nobody is asked to know anything."""


class Freshness(Checker):
    """Whom a node shows as having just seen its picture, against who had said so, and what of it had reached the node.

    Excused: pairs of which one's clock has been wrong: they are held only to a line that there is. For a node whose
    link, disk or host was troubled a moment ago it is not asked whom it shows, only whom it must not show.
    """

    name = "freshness"

    def watch(self) -> Iterator[str]:
        ledger = self.watched.ledger
        if not ledger.cosigned:
            return  # nobody witnesses here, or nobody has watched it
        last: dict[str, Cosigned] = {}
        sizes: set[tuple[str, int]] = set()
        for one in ledger.cosigned:
            if one.origin == self.watched.origin:
                last[one.party] = one
                sizes.add((one.party, one.size))
        for node, core in self.nodes():
            shown = link(core, "")["fresh"]
            yield from self._not_longer(node, core, shown, last, sizes)
            if core.state == "live" and self._calm(node):
                yield from self._all_of_them(node, core, {row["party"] for row in shown})

    def _not_longer(
        self,
        node: WatchedNode,
        core: NodeCore,
        shown: list[Any],
        last: dict[str, Cosigned],
        sizes: set[tuple[str, int]],
    ) -> Iterator[str]:
        host, now_us = core.picture.host, self.watched.now_us
        if host is None or host.origin != self.watched.origin:
            return  # it has not heard yet that there is another one
        for row in shown:
            party = row["party"]
            if party in (node.party, host.party):
                yield f"{node.name} shows {party} as a witness, which is host or itself"
            elif (party, row["size"]) not in sizes:
                yield f"{node.name} shows that {party} has cosigned {row['size']} entries, and it never has"
            elif self._right(node.party, party) and now_us - last[party].at_us > FRESH_US + SLACK_US:
                ago_s = (now_us - last[party].at_us) / 1e6
                yield f"{node.name} shows {party} as a witness of now, {ago_s:.1f} s after its last word"

    def _all_of_them(self, node: WatchedNode, core: NodeCore, shown: set[str]) -> Iterator[str]:
        """Whose young line has been taken up by the node, over what the node has itself, is shown."""
        ledger, now_us, tree = self.watched.ledger, self.watched.now_us, core.follower.tree
        host, live = core.picture.host, {party for party, _ in cosigners(core.picture)}
        missing = set[str]()
        for line, heard_us in ledger.lines_heard.get(node.party, {}).items():
            one = ledger.cosigned_by.get(line)
            young = one is not None and now_us - one.at_us < YOUNG_US
            if not young or one is None or one.party in shown or heard_us > now_us - TAKEN_UP_US:
                continue
            if host is None or one.party in (node.party, host.party) or one.party not in live:
                continue
            over_own = one.origin == host.origin and one.size <= tree.size and b64(tree.root(one.size)) == one.root
            if over_own and heard_us >= node.up_since_us and self._right(node.party, one.party):
                missing.add(one.party)
        for party in sorted(missing):
            yield f"{node.name} does not show that {party} has just cosigned, and has heard it"

    def _right(self, *parties: str) -> bool:
        return not any(wrong.party in parties for wrong in self.watched.ledger.wrong)

    def _calm(self, node: WatchedNode) -> bool:
        troubled_us = self.watched.ledger.troubled_us.get(node.name, -CALM_US)
        return self.watched.now_us - max(troubled_us, node.up_since_us) >= CALM_US
