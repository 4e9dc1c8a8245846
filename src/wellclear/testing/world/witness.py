"""What is seen of a world while it lives: samples, rings, proofs, and how often everything has happened."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from wellclear.apps.node.alarms import Alarm
from wellclear.channel.outbox import Item
from wellclear.channel.submission import check_answers, decode_frames
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.logged import Logged
from wellclear.errors import Malformed, Unverified
from wellclear.log.checkpoint import parse_checkpoint
from wellclear.log.merkle import Frontier, leaf_hash
from wellclear.log.note import parse_note
from wellclear.picture.picture import Step
from wellclear.testing.world.ledger import Cosigned, Proof, Rang, Sample
from wellclear.testing.world.machines import HostMachine, NodeMachine
from wellclear.testing.world.meeting import meet

if TYPE_CHECKING:
    from wellclear.testing.world.world import World

EVIDENCE: Final = b"wellclear/"
LINE: Final = re.compile("\u2014 ([A-Z]+/cosigner) ([A-Za-z0-9+/=]+)".encode())
"""A cosignature line, as it stands in a note and in an event."""
KEPT_US: Final = 12_000_000
"""After so long nobody asks any more when a line was last heard."""
SLOW_S: Final = 0.5
"""A link is troubled where a message may take longer."""


class Seen(dict[str, Item]):
    """The items of one outbox; every change of a state is counted."""

    def __init__(self, items: dict[str, Item], count: Callable[[str], None]) -> None:
        super().__init__(items)
        self._count = count

    def __setitem__(self, name: str, item: Item) -> None:
        before = self[name].state if name in self else "new"
        if before != item.state:
            self._count(f"outbox {before} > {item.state}")
        super().__setitem__(name, item)

    def __delitem__(self, name: str) -> None:
        self._count(f"outbox {self[name].state} > gone")
        super().__delitem__(name)

    def pop(self, name: str, *otherwise: Any) -> Any:
        """As a dict does it."""
        if name in self:
            self._count(f"outbox {self[name].state} > dropped")
        return super().pop(name, *otherwise)


@dataclass
class Witness:
    """It writes everything into the world's ledger."""

    world: World
    _states: dict[str, str] = field(default_factory=dict)
    _committed: dict[tuple[str, int], Frontier] = field(default_factory=dict)
    """The entries that have been looked at, of each life of each host."""
    _doubtful: dict[str, list[str]] = field(default_factory=dict)
    """Roots of what each host's disk may not have kept of its last write: it shows when the host starts again."""

    def sample(self) -> None:
        """What every machine holds in this second."""
        world = self.world
        for machine in world.nodes.values():
            service = machine.live()
            state = "down" if service is None else service.core.state
            self._change(machine.name, state)
            if service is None:
                continue
            core, picture = service.core, service.core.picture
            self.meet(machine)
            self._trouble(machine)
            if state == "halted":
                world.ledger.halted[machine.party] = core.why_halted
            world.ledger.samples.append(Sample(machine.name, picture.size, picture.digest, state, world.loop.now_us))
        if world.host.up and world.host.service is not None:
            picture = world.host.service.sequencer.picture
            world.ledger.samples.append(
                Sample(world.host.name, picture.size, picture.digest, "host", world.loop.now_us)
            )

    def _trouble(self, machine: NodeMachine) -> None:
        """Whether what reaches the node in this second reaches it late, or not as it was sent."""
        world, name = self.world, machine.party
        link, disk = world.net.link(name), machine.disk
        fails = disk.armed or world.loop.time() - disk.failed_s < 1 or not world.host.up or world.host.disk.armed
        lied_to = name in world.net.muted or name in world.net.rerouted or name in world.host.apps
        bad = link.loss or link.cut or not link.up or not link.down or link.delay_s[1] > SLOW_S
        if fails or lied_to or bad:
            world.ledger.troubled_us[name] = world.loop.now_us

    def said(self, reader: str, path: str, body: bytes) -> None:
        """A node sends something: its cosignatures are written down, whether they arrive or not."""
        if path not in ("/cosignature", "/note") or not LINE.search(body) or body.startswith(EVIDENCE):
            return
        ledger, note = self.world.ledger, parse_note(body)
        checkpoint = parse_checkpoint(note.text)
        for name, rest in LINE.findall(body):
            line = name.decode(), rest.decode()
            if line not in ledger.cosigned_by:
                ledger.count("cosigned")
                place = checkpoint.origin, checkpoint.size, b64(checkpoint.root)
                ledger.cosigned_by[line] = told = Cosigned(reader, *place, line, body, self.world.loop.now_us)
                ledger.cosigned.append(told)

    def heard(self, reader: str, path: str, body: bytes) -> None:
        """A node's program takes up a piece of what its host has sent."""
        if path == "/events":
            heard, now_us = self.world.ledger.lines_heard.setdefault(reader, {}), self.world.loop.now_us
            for line in [line for line, at_us in heard.items() if at_us < now_us - KEPT_US]:
                del heard[line]
            heard.update(((name.decode(), rest.decode()), now_us) for name, rest in LINE.findall(body))

    def meet(self, machine: NodeMachine) -> None:
        """Look into the outbox of a node that has just started, or that has just taken something back."""
        service = machine.live()
        if service is not None and not isinstance(service.core.outbox.items, Seen):
            service.core.outbox.items = Seen(service.core.outbox.items, self.world.ledger.count)

    def _change(self, name: str, state: str) -> None:
        before = self._states.get(name, "new")
        if before != state:
            self.world.ledger.count(f"node {before} > {state}")
        self._states[name] = state

    def tally(self, logged: Sequence[Logged], steps: Sequence[Step]) -> None:
        """Count what the log holds: kinds, remarks, and what became of items."""
        ledger = self.world.ledger
        for one, step in zip(logged, steps, strict=True):
            if one.entry is not None:
                ledger.count(f"entry {one.entry.act.kind}")
            for remark in step.remarks:
                ledger.count(f"remark {remark.reason}")
            for change in step.changes:
                state = getattr(change.row, "state", "gone" if change.row is None else "")
                if state:
                    ledger.count(f"{change.table} {state}")
                elif change.table == "agreement":
                    ledger.count("agreement in force")
        if steps and steps[-1].picture.rules > 1:
            ledger.count("rules raised")

    def rang(self, machine: NodeMachine, alarm: Alarm) -> None:
        """An alarm has rung at a node."""
        world = self.world
        world.say(machine.name, f"RINGS {alarm.key} {alarm.rung}: {alarm.words}")
        world.ledger.count(f"alarm {alarm.kind}")
        index, early_us = self._of_rung(machine, alarm)
        rung = Rang(
            machine.party, alarm.key, alarm.rung, alarm.kind, machine.clock.now_us(), world.loop.now_us, machine.lives,
            early_us, index,
        )  # fmt: skip
        world.ledger.ring(rung)
        if alarm.kind == "head_differs":
            self._differs(machine, alarm.key)
        if machine.disk.armed == "full" or machine.disk.failed_s == world.loop.time():
            world.ledger.unkept.setdefault(machine.party, set()).add(f"{alarm.key}/{alarm.rung}")

    def _differs(self, machine: NodeMachine, key: str) -> None:
        """Whose entry it was is looked up now: a change of host may put another one there."""
        service, index = machine.live(), int(key.partition("/")[2])
        if service is not None and (hashes := service.core.store.leaf_hashes(index, index + 1)):
            self.world.ledger.differed[machine.party, key] = b64(hashes[0])

    @staticmethod
    def _of_rung(machine: NodeMachine, alarm: Alarm) -> tuple[int, int]:
        """The index of what is owed (-1: nothing is), and how long before its rung was passed it rang."""
        service = machine.service
        owing = service.core.duties.owings.get(alarm.key) if service is not None else None
        if service is None or owing is None:
            return -1, 0
        rungs = {rung.name: rung.at_us for rung in owing.rungs}
        if alarm.rung not in rungs:
            return owing.index, 0
        return owing.index, max(0, rungs[alarm.rung] + 1 - max(service.core.picture.now_us, service.core.now_us))

    def committed(self, host: HostMachine, *, doubtful: bool = False) -> None:
        """A host's disk has taken something; it may have forgotten, or have been brought forward, before its start."""
        service, committed_us = host.service, self.world.ledger.committed_us
        if service is None:
            return
        size, life = service.store.size(), (host.name, host.lives)
        known = self._committed.get(life, Frontier.empty())
        if size > known.size:
            self._committed[life], newest = _roots(known, service.store.leaf_hashes(known.size, size))
            for name in newest:
                committed_us.setdefault(name, self.world.loop.now_us)
            if doubtful:
                self._doubtful[host.name] = newest

    def begun(self, host: HostMachine) -> None:
        """A host has started: what it was about to take last, and does not hold, it takes later, if at all."""
        if host.service is None:
            return
        store = host.service.store
        held = set(_roots(Frontier.empty(), store.leaf_hashes(0, store.size()))[1])
        for name in self._doubtful.pop(host.name, []):
            if name not in held:
                self.world.ledger.committed_us.pop(name, None)
        self.committed(host)

    def tap(self, reader: str, method: str, path: str, sent: bytes, body: bytes) -> None:
        """A whole answer has reached a node: of the host, or of another node."""
        if path.endswith("/note") and method == "POST":
            meet(self.world, reader, path.partition("/")[0].upper(), sent, body)
        if method != "POST" or path != "/submit":
            return
        card, ledger, now_us = self.world.card, self.world.ledger, self.world.loop.now_us
        hashes = [leaf_hash(frame.leaf) for frame in decode_frames(sent)]
        try:
            checkpoint, fates = check_answers(body, hashes, card.origin, unb64(card.log), unb64(card.sequencer))
        except (Malformed, Unverified):
            return
        for fate in fates:
            if fate.index is not None:
                place = fate.index, checkpoint.size, b64(checkpoint.root)
                ledger.proofs.append(Proof(reader, b64(fate.leaf_hash), *place, now_us, card.origin))
            elif fate.refusal is not None:
                ledger.count(f"host refused {fate.refusal.reason}")


def _roots(known: Frontier, hashes: Sequence[bytes]) -> tuple[Frontier, list[str]]:
    """The tree after these leaves, and the root with which each of them ends, in base64."""
    roots = list[str]()
    for hash_ in hashes:
        known = known.extend([hash_])
        roots.append(b64(known.root()))
    return known, roots
