"""A simulated world, as the checkers look at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wellclear.apps.node.core import NodeCore
from wellclear.channel.sealing import SealingKey
from wellclear.picture.picture import Picture
from wellclear.testing.checkers.watched import WatchedHost, WatchedMachine, WatchedNode
from wellclear.testing.world.ledger import Ledger
from wellclear.testing.world.machines import HostMachine, Machine, NodeMachine
from wellclear.testing.world.world import World


@dataclass(frozen=True, slots=True)
class LivingMachine:
    """Any machine of it."""

    machine: Machine

    @property
    def name(self) -> str:
        return self.machine.name

    @property
    def ends(self) -> Sequence[str]:
        faults = self.machine.life.faults if self.machine.life is not None else []
        return [*self.machine.died, *(f"a task: {fault!r}" for fault in faults)]


@dataclass(frozen=True, slots=True)
class LivingNode:
    """A node of it."""

    machine: NodeMachine

    @property
    def name(self) -> str:
        return self.machine.name

    @property
    def ends(self) -> Sequence[str]:
        return LivingMachine(self.machine).ends

    @property
    def party(self) -> str:
        return self.machine.party

    @property
    def lives(self) -> int:
        return self.machine.lives

    @property
    def up_since_us(self) -> int:
        return self.machine.up_since_us

    @property
    def core(self) -> NodeCore | None:
        service = self.machine.live()
        return None if service is None else service.core

    def evidence_files(self) -> Mapping[str, bytes]:
        place = self.machine.disk.home / "evidence"
        return {path.name: path.read_bytes() for path in sorted(place.glob("*.txt"))}


@dataclass(frozen=True, slots=True)
class LivingHost:
    """Its host."""

    machine: HostMachine

    @property
    def name(self) -> str:
        return self.machine.name

    @property
    def up(self) -> bool:
        service = self.machine.service
        return self.machine.up and service is not None and service.sequencer.stopped is None

    @property
    def up_since_us(self) -> int:
        return self.machine.up_since_us

    @property
    def note(self) -> bytes | None:
        service = self.machine.service
        return service.sequencer.note if self.machine.up and service is not None else None

    @property
    def held(self) -> tuple[bytes, Picture] | None:
        service = self.machine.service
        if not self.machine.up or service is None:
            return None
        picture = service.sequencer.picture
        return service.sequencer.tree.root(picture.size), picture

    @property
    def why_down(self) -> str:
        return self.machine.why_down

    def leaves(self) -> Sequence[bytes]:
        service = self.machine.service
        running = self.machine.up and service is not None
        return service.store.leaves(0, service.store.size()) if running and service is not None else ()


@dataclass(frozen=True)
class Living:
    """`Watched`, as a world is. Make one for all its checkers, and let them look every second."""

    world: World
    _forks: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def now_us(self) -> int:
        return self.world.loop.now_us

    @property
    def origin(self) -> str:
        return self.world.origin

    @property
    def nodes(self) -> Mapping[str, WatchedNode]:
        return {party: LivingNode(machine) for party, machine in self.world.nodes.items()}

    @property
    def hosts(self) -> Sequence[WatchedHost]:
        twin = self.world.twin
        return [LivingHost(self.world.host), *([LivingHost(twin)] if twin is not None else [])]

    @property
    def machines(self) -> Sequence[WatchedMachine]:
        return [LivingMachine(machine) for machine in self.world.everything()]

    @property
    def ledger(self) -> Ledger:
        return self.world.ledger

    @property
    def found(self) -> Sequence[str]:
        return self.world.found

    @property
    def sealing(self) -> Mapping[str, tuple[SealingKey, ...]]:
        own = {party: node.sealing for party, node in self.world.nodes.items()}
        return {name: own.get(name) or (party.sealing,) for name, party in self.world.sketch.parties.items()}

    def files(self) -> Mapping[str, bytes]:
        machines = self.world.everything()
        return {f"{one.name}/{name}": raw for one in machines for name, raw in one.disk.image().items()}

    def heard_us(self, node: str) -> int:
        return self.world.net.news_us.get(node, 0)

    def fork_at(self, origin: str = "") -> int | None:
        self._keep()
        forks = [one for name, one in self._forks.items() if origin in ("", name)]
        return min((size for one in forks for size in one.values()), default=None)

    def memories(self, origin: str) -> int:
        self._keep()
        return 1 + len(self._forks.get(origin, {}))

    def _keep(self) -> None:
        world = self.world
        found = dict[str, int]()
        if world.twin is not None and world.twin.began_at:
            found[world.twin.name] = world.twin.began_at[0]
        if f"disk {world.host.name}" in world.ledger.guilty:
            found |= {f"{world.host.name} {number}": size for number, size in enumerate(world.host.forgot_at)}
        if found:
            self._forks.setdefault(world.origin, {}).update(found)

    def unrest(self) -> str:
        return "" if self.world.at_rest() else self.world.unrest() or "something is on its way"
