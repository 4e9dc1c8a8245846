"""One world: it is founded, lives for some steps, is healed, and comes to rest; everything from one seed.

Each step has dice of its own, by seed and number, so that a world with fewer steps or vices does the same in those
that are left: a failure shrinks. What is seen goes into the ledger; whether it may be so, the checkers say.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from wellclear.apps.host.starting import HostKeys
from wellclear.apps.node.core import NodeCore
from wellclear.domain.kinds import HostCard
from wellclear.domain.logged import Logged
from wellclear.picture.picture import Step
from wellclear.testing.sketch import Sketch, SketchParty
from wellclear.testing.world.acts import habits
from wellclear.testing.world.clock import SimClock
from wellclear.testing.world.disk import SimDisk, forget_place, new_place
from wellclear.testing.world.founding import HOST, found
from wellclear.testing.world.heads import Heads
from wellclear.testing.world.ledger import Ledger
from wellclear.testing.world.loop import SimLoop, life_now
from wellclear.testing.world.machines import HostMachine, Machine, NodeMachine, node_home
from wellclear.testing.world.network import Link, Network
from wellclear.testing.world.officers import Officer, Temper
from wellclear.testing.world.operators import look_for_a_short_host, tend
from wellclear.testing.world.people import bring_along
from wellclear.testing.world.speaking import Speaking
from wellclear.testing.world.vices import Vice, vices
from wellclear.testing.world.witness import Witness

LOOK_S: Final = 1.0
STEP_S: Final = 1.2
FIRST_S: Final = 3.0
"""By then everybody has followed the founding."""
HEALED_AFTER_S: Final = 0.001
"""Of the last step: what begins at the moment of the healing would never end."""
REST_S: Final = 45.0
REST_STEP_S: Final = 15.0
REST_MAX_S: Final = 180.0
WITNESSED: Final = 0.4
"""In so many worlds anybody witnesses; what is cosigned and told to all takes a third of such a world's time."""
WITNESSES: Final = 0.75
"""So many of the nodes have a cosigner key in their homes then; the others run, and do not witness."""
MEETING: Final = 0.5
"""In so many worlds nodes reach each other."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What makes a world: the same plan is the same world, to the byte of its log."""

    seed: int
    steps: int = 120
    without: frozenset[str] = frozenset()
    """Vices that do not happen in it."""
    every: frozenset[str] = frozenset()
    """Vices that happen in it for sure; the seed chooses others."""


class World:
    """Build it, `run` it, look at it, `close` it.

    `watchers` are called every second of the world, `at_rest` tells whether everything has come to its end.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.loop = SimLoop()
        self.ledger = Ledger()
        self.witness = Witness(self)
        self.speaking = Speaking(self)
        self.place = new_place()
        self.sketch: Sketch = found(plan.seed)
        self.dice = self.rng("profile")
        self.vices: dict[str, Vice] = self._chosen()
        self.watchers: list[Callable[[], None]] = []
        self.net = Network(
            self.loop, self.rng("net"), self.struck, taps=[self.witness.tap], said=self.witness.said,
            heard=self.witness.heard,
        )  # fmt: skip
        assert self.sketch.picture.host is not None, "it was founded"
        self.card: HostCard = self.sketch.picture.host
        """The host in force, as the heads of delegation have last decided."""
        self.heads = Heads(self)
        self.witnessed = self.rng("witnesses").random() < WITNESSED
        self.meeting = self.rng("meeting").random() < MEETING
        """Whether nodes exchange the host's notes past the host."""
        self.calm = Link(delay_s=(0.002, self.dice.choice([0.02, 0.2])))
        self.host = self._host()
        self.nodes: dict[str, NodeMachine] = {}
        self.officers: dict[str, Officer] = {}
        self.healed = self._stopped = self._over = False
        self.twin: HostMachine | None = None
        """A second signer with the host's keys."""
        self.found: list[str] = []
        """What a vice itself saw that may not be."""
        for name in sorted(self.sketch.parties):
            if name != self.sketch.host:
                self.join(name)
        self._habits = habits()

    def rng(self, what: str) -> random.Random:
        """Dice of their own for one thing."""
        return random.Random(f"{self.plan.seed}/{what}")

    def _chosen(self) -> dict[str, Vice]:
        """The vices of this world: of all that there are, each is there or not, and some worlds have none."""
        share = self.dice.choice([0.0, 0.15, 0.3, 0.5])
        found = {}
        for name, vice in vices().items():
            there = self.dice.random() < share
            if (there or name in self.plan.every) and name not in self.plan.without:
                found[name] = vice
        return found

    # Machines.

    def machine_of(self, name: str) -> dict[str, Any]:
        """What a fresh computer of that name has."""
        (self.place / name.lower()).mkdir(mode=0o700, exist_ok=True)
        disk = SimDisk(self.place / name.lower(), self.rng(f"disk {name}"), self.struck)
        clock = SimClock(self.loop, drift_ppm=self.rng(f"clock {name}").randint(-50, 50), starts_us=self.sketch.now_us)
        return {
            "name": name, "loop": self.loop, "clock": clock, "disk": disk, "dice": self.rng(f"machine {name}"),
            "say": self.say, "net": self.net,
        }  # fmt: skip

    def _host(self) -> HostMachine:
        party = self.sketch.parties[self.sketch.host]
        host = HostMachine(**self.machine_of("HOST"))
        host.found(self.sketch, HostKeys(party.key("log"), party.key("sequencer"), party.key("cosigner")))
        return self.serve_by(host)

    def serve_by(self, host: HostMachine) -> HostMachine:
        """From now on this machine is the one that everybody reaches as the host."""
        host.disk.on_commit = lambda doubtful: self.witness.committed(host, doubtful=doubtful)
        self.net.servers[HOST] = self.host = host
        return host

    def join(self, party: str) -> NodeMachine:
        """A node for a party of the sketch, with an officer at its desk."""
        others = sorted({*self.sketch.parties, *self.nodes} - {self.sketch.host, party}) if self.meeting else []
        settings = node_home(self.place, self.sketch, party, HOST, others)
        keys = self.sketch.parties[party]
        witnesses = self.witnessed and self.rng(f"cosigner {party}").random() < WITNESSES
        machine = NodeMachine(
            **self.machine_of(party), party=party, signer=keys.key("node"), sealing=(keys.sealing,),
            cosigner=keys.key("cosigner") if witnesses else None, settings=settings,
        )  # fmt: skip
        machine.rang = lambda alarm: self.witness.rang(machine, alarm)
        self.nodes[party] = self.net.peers[party.lower()] = machine
        self.net.links[party] = Link(delay_s=self.calm.delay_s)
        temper = Temper(*(self.rng(f"temper {party}").choice([0.0, 0.1, 0.3]) for _ in range(3)))
        self.officers[party] = Officer(
            party, f"{self.plan.seed}", temper, lambda what: self.ledger.count(f"officer {what}")
        )
        return machine

    def machines(self) -> list[Machine]:
        """All of them, the host first."""
        return [self.host, *self.nodes.values()]

    def everything(self) -> list[Machine]:
        """The twin of a host that shows two histories as well."""
        return [*self.machines(), *([self.twin] if self.twin is not None else [])]

    def bring_up(self, machine: Machine) -> None:
        """Start what is down, as its operator does; at the end of the world nobody does any more."""
        if not self._over and not machine.up and not (machine is self.host and self.heads.lost):
            machine.after_cut()
            started = machine.start()
            if not started and machine.why_down:
                started = tend(self, machine)
            if started:
                self.ledger.count(f"start {'HOST' if machine is self.host else 'node'}")
                if isinstance(machine, NodeMachine):
                    self.net.told.discard(machine.party)
                    self.witness.meet(machine)
                elif isinstance(machine, HostMachine):
                    self.witness.begun(machine)

    # Life.

    def run(self) -> None:
        """From the founding to the rest."""
        for machine in self.machines():
            self.loop.call_outside(self.bring_up, machine)
        self.loop.call_outside(self._look, after_s=LOOK_S)
        at_s, gaps = FIRST_S, self.rng("gaps")
        for number in range(self.plan.steps):
            at_s += gaps.expovariate(1 / STEP_S)
            self.loop.call_outside(self._step, number, after_s=at_s)
        at_s += HEALED_AFTER_S
        self.loop.call_outside(self.heal, after_s=at_s)
        self._until(at_s + HEALED_AFTER_S)
        self._until(self.loop.time() + REST_S)
        while not self._stopped and not self.at_rest() and self.loop.time() < at_s + REST_MAX_S:
            self._until(self.loop.time() + REST_STEP_S)

    def _until(self, at_s: float) -> None:
        """Let it live up to a moment, or until it is stopped."""
        if not self._stopped:
            timer = self.loop.call_at(at_s, self.loop.stop)
            self.loop.run_forever()
            timer.cancel()
            if self.loop.faults:
                raise self.loop.faults[0]

    def stop(self) -> None:
        """Something was found: nothing more needs to happen."""
        self._stopped = True
        self.loop.stop()

    def close(self) -> None:
        """Take the power from everything and forget the disks."""
        self._over = True
        for machine in self.everything():
            if machine.up:
                machine.disk.on_commit = lambda doubtful: None
                machine.crash()
            machine.after_cut()
        self._stopped = False
        self._until(self.loop.time() + 0.001)  # what has lost its power is taken down
        self.loop.close()
        forget_place(self.place)

    def heal(self) -> None:
        """From now on nothing goes wrong: links carry, disks hold, whoever lay down is started."""
        self.say("world", "is healed")
        self.healed = True
        for party in self.net.links:
            self.net.links[party] = Link(delay_s=self.calm.delay_s)
        for vice in self.vices.values():
            vice.end(self)
        for machine in self.machines():
            machine.disk.armed = ""
            self.bring_up(machine)

    def at_rest(self) -> bool:
        """Everybody is up and has followed, and nothing is on its way."""
        service = self.host.service
        if service is None and self.heads.powerless and "two histories" in self.host.why_down:
            return True  # and so it stays: nobody is left who could decide
        if service is None or not all(node.up for node in self.nodes.values()):
            return False
        size = service.sequencer.size
        members = service.sequencer.picture.parties
        left = {party for party in self.nodes if party in members and members[party].state != "member"}
        cores = [node.service.core for node in self.nodes.values() if node.service is not None]
        cores = [core for core in cores if core.party not in left]  # whoever has left may not read how it goes on
        return all(
            (core.state == "halted" and self.heads.powerless)
            or self._went(core)
            or (
                core.follower.size == size
                and not any(
                    item.state in ("waiting", "linked") and item.use == "node" for item in core.outbox.items.values()
                )
            )
            for core in cores
        )

    @staticmethod
    def _went(core: NodeCore) -> bool:
        """Whether a node has left by its own party's word, also on a history that was shown to it alone."""
        return core.state == "left" and core.left_at is not None and core.author_of(core.left_at) == core.party

    def unrest(self) -> str:
        """What is still on its way, in words."""
        told = [f"{one.name} is down ({one.why_down})" for one in self.machines() if not one.up]
        size = self.host.service.sequencer.size if self.host.service is not None else 0
        for node in self.nodes.values():
            if node.service is not None:
                core = node.service.core
                waits = [f"{one.act.kind} {one.state} {one.reason}" for one in core.outbox.items.values()]
                told.append(f"{node.name} {core.state} {core.follower.size} of {size}, {waits[:4]}")
        return "; ".join(told)

    @property
    def origin(self) -> str:
        """Of the host's checkpoints."""
        return self.card.origin

    # Steps.

    def _step(self, number: int) -> None:
        dice = self.rng(f"step {number}")
        wicked = dice.random() < 0.25
        if wicked and self.vices:
            name = dice.choice(sorted(self.vices))
            self.say("world", f"step {number}: {name}")
            self.ledger.count(f"vice {name}")
            self.vices[name].begin(self, dice)
            return
        party = dice.choice(sorted(self.nodes))
        habit = dice.choices(self._habits, [habit.weight for habit in self._habits])[0]
        self.speaking.do(self.nodes[party], f"step {number}: {habit.name}", habit.say, dice)

    def party_of(self, machine: NodeMachine) -> SketchParty:
        """The sketch's party, with its keys."""
        return self.sketch.parties[machine.party]

    # Every second.

    def _look(self) -> None:
        if self._over:
            return
        self.loop.call_outside(self._look, after_s=LOOK_S)
        for node in list(self.nodes.values()):
            self.speaking.look(node)
        for machine in self.machines():
            if not machine.up and not machine.died and self.dice.random() < (1.0 if self.healed else 0.2):
                self.bring_up(machine)
        bring_along(self)
        self.heads.look()
        look_for_a_short_host(self)
        stopped = self.host.service.sequencer.stopped if self.host.service is not None else None
        if self.host.up and stopped is not None:
            self.say(self.host.name, f"has stopped: {stopped}")
            self.host.crash()
            self.host.why_down = str(stopped)
            tend(self, self.host)
        self.witness.sample()
        for watcher in self.watchers:
            watcher()

    # What is seen.

    def say(self, who: str, what: str) -> None:
        """A line of the trace, without the place where the disks of this world happen to lie."""
        self.ledger.say(self.loop.now_us, who, what.replace(f"{self.place}/", ""))

    def heard(self, words: str) -> None:
        """A program has logged something."""
        life = life_now()
        self.say(life.name if life is not None else "world", words)

    def tally(self, logged: Sequence[Logged], steps: Sequence[Step]) -> None:
        """Count what the log holds."""
        self.witness.tally(logged, steps)

    def struck(self, vice: str) -> None:
        """A vice has had its effect."""
        self.ledger.count(f"struck {vice}")
