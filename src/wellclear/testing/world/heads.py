"""The heads of delegation of a world: when the host is gone or convicted, they decide who goes on.

They follow the manual ("The host is lost"): they compare what their nodes hold, and whoever has seen only one of two
histories takes the other's evidence or log (`conviction`); then the longest log that all can stand on, the approvals of
all principals but the new host's own, a new home made from one party's node, and every node follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wellclear.apps.copies import LogCopy
from wellclear.apps.host.starting import HostKeys
from wellclear.apps.host.takeover import resume, take_over
from wellclear.apps.node.changing import follow_decision
from wellclear.apps.node.serve import STORE_FILE
from wellclear.channel.composing import approve
from wellclear.channel.host_change import (
    Decision,
    Known,
    card_of,
    check_decision,
    check_place,
    check_root,
    decide,
    known_log,
    missing,
)
from wellclear.channel.opening import open_leaf
from wellclear.channel.outbox import OF_THE_NODE, decode_item
from wellclear.domain.canonical import b64
from wellclear.domain.kinds import HostChange
from wellclear.edges.keyring import box_key
from wellclear.edges.settings import HostSettings
from wellclear.edges.store import Store
from wellclear.errors import Refused, WellclearError
from wellclear.log.checkpoint import parse_checkpoint
from wellclear.log.note import parse_note
from wellclear.picture.picture import Picture
from wellclear.testing.world.conviction import compare, halted, look_for_strays
from wellclear.testing.world.founding import HOST
from wellclear.testing.world.machines import HostMachine, NodeMachine
from wellclear.testing.world.people import welcome

if TYPE_CHECKING:
    from wellclear.testing.world.world import World

SOON_S: Final = 3.0
AGAIN_S: Final = 3.0
PATIENCE_S: Final = 60.0
"""After so long a party whose log is another one begins anew, where nothing convicts the host, rather than keep all
others waiting: disks have forgotten what they were shown."""


@dataclass
class Heads:
    """Look every second; `lost` says that the host will not come back by itself."""

    world: World
    lost: bool = False
    changes: int = 0
    decision: Decision | None = None
    """The newest one."""
    _at_s: float = -1.0
    _since_s: float = -1.0

    @property
    def powerless(self) -> bool:
        """Whether they cannot change the host, because fewer than two principals are left."""
        return not self._picture().open

    def _picture(self) -> Picture:
        """The longest that anybody has."""
        running = [node.service for node in self.world.nodes.values() if node.service is not None]
        pictures = [service.core.picture for service in running if service.core.picture.size]
        return max(pictures, key=lambda picture: picture.size, default=self.world.sketch.picture)

    def look(self) -> None:
        """Decide, if there is a reason, and if it is time."""
        now_s = self.world.loop.time()
        if not self._trouble():
            self._at_s = -1.0
            look_for_strays(self.world)
            return
        if self._at_s < 0:
            self._since_s = now_s
            self._at_s = now_s + self.world.rng(f"heads {self.changes}").choice([4.0, 12.0, 30.0])
        if self.world.healed:
            self._at_s = min(self._at_s, now_s + SOON_S)
        if now_s < self._at_s:
            return
        self._at_s = now_s + AGAIN_S
        if not self.powerless:
            self._try()
        elif self.lost:
            self.lost = False
            self.world.say(self.world.host.name, "is found again: nobody is left who could decide")

    def _trouble(self) -> bool:
        members = self._picture().parties
        convicted = any(
            halted(node) and members[name].state == "member"
            for name, node in self.world.nodes.items()
            if name in members
        )
        return self.lost or convicted

    # The decision.

    def _try(self) -> None:
        from wellclear.testing.world.operators import copy_of

        nodes = self.world.nodes
        if not all(node.up for node in nodes.values()):
            return  # they are asked again when all of them answer
        copies = {name: copy for name, node in nodes.items() if (copy := copy_of(node)) is not None}
        if compare(self.world, copies):
            return  # they meet again when everybody's node is up
        for name in sorted(copies, key=lambda name: (-copies[name].size, name)):
            if self._stands_on(copies[name], copies) and self._decide(copies[name], copies):
                return
        if copies and self.world.loop.time() - self._since_s > PATIENCE_S:
            self._decide(max(copies.values(), key=lambda copy: copy.size), copies)

    def _stands_on(self, base: LogCopy, copies: dict[str, LogCopy]) -> bool:
        """Whether all who hold no evidence against the host can go on from this log."""
        return all(self._may_follow(base, name, copy) for name, copy in copies.items())

    def _may_follow(self, base: LogCopy, party: str, copy: LogCopy) -> bool:
        return halted(self.world.nodes[party]) or base.leaves[: copy.size] == copy.leaves

    def _decide(self, base: LogCopy, copies: dict[str, LogCopy]) -> bool:
        """Propose, approve, take over, follow; False where they cannot agree on this log."""
        world, known = self.world, known_log(base.leaves, base.size)
        if not known.picture.open:
            return False
        newcomers = sorted(set(known.picture.principals) - set(world.nodes))
        for name in newcomers:  # their admission was the last that the host has logged
            welcome(world, name, known.picture.parties[name])
        if newcomers:
            return True  # they are asked as well
        dice = world.rng(f"heads decide {world.loop.time()}")
        party = dice.choice([name for name in known.picture.principals if name in copies])
        host = self._new_machine(party)
        assert host.keys is not None, "it was furnished"
        try:
            decision = self._approved(party, host.keys, known, copies)
            leaves, parts = base.leaves, {**base.parts, **copies[party].parts}
            settings = HostSettings(host.disk.home, party, decision.body.host.origin)
            size = take_over(settings, host.keys, decision, leaves, parts, host.clock.now_us())
        except WellclearError as error:
            world.say("heads", f"cannot decide: {error}")
            world.ledger.count(f"heads refused {error.reason if isinstance(error, Refused) else type(error).__name__}")
            return False
        world.say("heads", f"have decided: {party} is host from entry {size - 1} on")
        astray = {name for name in copies if not self._may_follow(base, name, copies[name])}
        self._hand_over(host, decision, astray)
        return True

    def _new_machine(self, party: str) -> HostMachine:
        keys, number = self.world.sketch.parties[party], self.changes + 2
        host = HostMachine(**self.world.machine_of(f"HOST{number}"))
        host.keys = HostKeys(keys.key(f"log{number}"), keys.key(f"sequencer{number}"), keys.key("cosigner"))
        return host

    def _approved(self, party: str, keys: HostKeys, known: Known, copies: dict[str, LogCopy]) -> Decision:
        """The file after it has gone round."""
        world, tree, picture = self.world, known.tree, known.picture
        origin = f"{party.lower()}.example/{self.changes + 2}"
        card = card_of(party, origin, b64(keys.log.public_key), b64(keys.sequencer.public_key))
        body = HostChange(size=tree.size, root=b64(tree.root()), host=card)
        decision = decide(picture.channel, body, world.nodes[party].clock.now_us(), f"http://{HOST}")
        check_root(decision, tree)
        for name in picture.principals:
            if name in copies:  # whose node has nothing yet looks at another's copy
                named = self._named(world.nodes[name])
                check_place(decision, known, named)
                check_place(decision, known_log(copies[name].leaves, tree.size), named)
            if name != party:
                head = world.sketch.parties[name].key("head_of_delegation")
                decision = decision.approved(approve(decision.act, head, "head_of_delegation"))
        check_decision(decision, known)
        return decision

    @staticmethod
    def _named(node: NodeMachine) -> list[int]:
        assert node.service is not None, "it has given its copy"
        return [parse_checkpoint(parse_note(note).text).size for note in node.service.core.store.notes()]

    def resume(self, host: HostMachine, copies: dict[str, LogCopy]) -> None:
        """The host was restored, and knows that it has signed more than anybody holds: all let it go on from there.

        Raises:
            WellclearError: they cannot decide so; says why.
        """
        longest, card = max(copies.values(), key=lambda copy: copy.size), self.world.card
        known = known_log(longest.leaves, longest.size)
        body = HostChange(size=longest.size, root=b64(known.tree.root()), host=card)
        decision = decide(known.picture.channel, body, self.world.nodes[longest.party].clock.now_us(), f"http://{HOST}")
        for name in missing(decision, known.picture):
            if name in copies:
                check_place(decision, known_log(copies[name].leaves, longest.size), self._named(self.world.nodes[name]))
            if name not in self.world.nodes:  # its admission was among the last that anybody holds
                welcome(self.world, name, known.picture.parties[name])
            head = self.world.sketch.parties[name].key("head_of_delegation")
            decision = decision.approved(approve(decision.act, head, "head_of_delegation"))
        assert host.keys is not None, "it was furnished"
        size, _ = resume(host.files, host.keys, decision)
        self.world.say("heads", f"let {host.name} go on from {size} entries")
        self.world.ledger.count("host resumed")

    # What follows from it.

    def _hand_over(self, host: HostMachine, decision: Decision, astray: set[str]) -> None:
        """The old host and all nodes are stopped; `astray` are those whose log is another one, without evidence."""
        world = self.world
        for machine in world.everything():
            machine.crash()
            machine.after_cut()
        world.twin = None
        world.net.rerouted.clear()
        world.net.muted.clear()
        world.ledger.decide(world.loop.now_us, decision.body.size)
        world.ledger.count("host changed")
        self.lost, self._at_s, self.changes, self.decision = False, -1.0, self.changes + 1, decision
        host.first_image = host.disk.image()
        world.card = decision.body.host
        world.serve_by(host)
        world.bring_up(host)
        for node in world.nodes.values():
            if node.party in astray:
                self.begin_anew(node, "its log begins otherwise than that of the others")
            else:
                self.follow(node, decision)
            world.bring_up(node)

    def follow(self, node: NodeMachine, decision: Decision) -> None:
        """As `wellclear host change follow` does it, on the stopped node's store."""
        world, signer = self.world, node.signer
        assert signer is not None, "it is furnished"
        path = node.disk.home / STORE_FILE
        if not path.exists():
            return  # it will be made, and shown the log of the host that there is then
        try:
            store = Store.open(path, box_key=box_key(signer))
            try:
                self._forget_own(store)
                before = dict(store.each_leaf())
                done = follow_decision(store, node.party, signer, decision)
            finally:
                store.close()
        except WellclearError as error:
            self.begin_anew(node, str(error))
            return
        world.ledger.count("node followed another host")
        world.ledger.count("outbox waiting after a change of host", done.waiting)
        world.ledger.count("outbox held after a change of host", done.held)
        for index, _ in done.say_again:
            entry = open_leaf(index, before[index]).entry
            assert entry is not None, "it names an entry"
            world.ledger.dropped.add(b64(entry.act_hash))
        world.ledger.cuts.append((node.party, world.loop.now_us, done.size))
        world.say(node.name, f"follows from {done.size} entries on; {done.waiting} wait, {done.held} are held")

    def begin_anew(self, node: NodeMachine, why: str) -> None:
        """Put an empty home in place of a node's; it must be stopped."""
        self.world.say(node.name, f"does not follow, and begins anew: {why}")
        self.world.ledger.count("node begun anew after a change of host")
        self.world.ledger.guilty.add(f"disk {node.name}")
        node.disk.put({})
        node.mark_restored()

    def _forget_own(self, store: Store) -> None:
        """What a node says by itself is composed anew under another host."""
        for row in store.outbox():
            item = decode_item(row.row)
            if item.act.kind in OF_THE_NODE:
                self.world.ledger.dropped.add(item.id)
