"""How officers get their words into the node: each through its own program, with the keys that the words need."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Final

from wellclear.apps.node.service import NodeService
from wellclear.channel.outbox import Item
from wellclear.domain.canonical import b64
from wellclear.domain.entry import act_hash
from wellclear.errors import InvalidValue, Refused, Unavailable, WellclearError
from wellclear.testing.world.ledger import Put
from wellclear.testing.world.loop import PowerCut
from wellclear.testing.world.machines import NodeMachine
from wellclear.testing.world.scene import Said, Scene

if TYPE_CHECKING:
    from wellclear.testing.world.world import World

LEND_S: Final = 20.0
"""So long a key is lent for one act."""
LOOK_S: Final = 0.05
"""How soon it is seen that the node has taken it."""


@dataclass(frozen=True, slots=True)
class Speaking:
    """The desks of a world."""

    world: World

    def scene(self, machine: NodeMachine, service: NodeService, dice: Random) -> Scene:
        """What the officer of a node has at hand now."""
        world = self.world
        others = tuple(world.sketch.parties[name] for name in sorted(world.nodes) if name != machine.party)
        return Scene(service.core, world.party_of(machine), dice, others, dice.random() < 0.05)

    def do(self, machine: NodeMachine, what: str, say: Callable[[Scene], Said | None], dice: Random) -> bool:
        """An officer says something to the node; False when that could not be taken."""
        service = machine.live()
        if service is None:
            return False
        assert machine.life is not None, "it runs"
        try:
            said = machine.life.within(lambda: say(self.scene(machine, service, dice)))
            if said is None:
                return True
            if said.sealing is not None and said.sealing.public_key not in [one.public_key for one in machine.sealing]:
                machine.sealing = (said.sealing, *machine.sealing)  # it lies in the home, whatever becomes of the act
                machine.life.within(partial(service.core.sealing_added, [said.sealing]))
            if said.use not in service.core.outbox.signers:
                machine.life.spawn(self._lend(machine, service, said))
                return True
            item = machine.life.within(
                lambda: service.put(said.composed.act, said.approvals, said.composed.stored, said.use)
            )
        except PowerCut:
            return False
        except WellclearError as error:
            self._not_taken(machine, what, error)
            return False
        self._was_put(machine, what, item, said)
        return True

    def _not_taken(self, machine: NodeMachine, what: str, error: WellclearError) -> None:
        if isinstance(error, Refused | InvalidValue):
            reason = error.reason if isinstance(error, Refused) else "InvalidValue"
            self.world.ledger.count(f"own node refused {reason}")
        else:
            self.world.ledger.count(f"own node {type(error).__name__}")
        self.world.say(machine.name, f"{what}: {error}")

    def _was_put(self, machine: NodeMachine, what: str, item: Item, said: Said) -> None:
        world, act = self.world, said.composed.act
        readers = frozenset({act.party, *(desk.partition("/")[0] for desk in act.to)})
        world.ledger.mean(item.id, [ref.commit for ref in act.parts], said.meant or (readers,) * len(act.parts))
        world.say(machine.name, f"{what}: {item.act.kind} {item.act.id or ''} {item.id[:8]}")
        world.ledger.puts.append(Put(machine.party, item.id, item.act.kind, world.loop.now_us, machine.lives))

    async def _lend(self, machine: NodeMachine, service: NodeService, said: Said) -> None:
        """An act that another key of the party links: the node has the key for this one act."""
        act, world = said.composed.act, self.world
        own = machine.signer if said.use == "standby" else None  # a stand-by's home has no other key
        signer = own or world.party_of(machine).key(said.use)
        lent = asyncio.create_task(
            service.put_lent(act, said.approvals, said.composed.stored, said.use, signer, LEND_S)
        )
        name = b64(act_hash(act))
        while not lent.done() and name not in service.core.outbox.items:
            await asyncio.wait([lent], timeout=LOOK_S)
        try:
            taken = service.core.outbox.items.get(name) or await lent
            self._was_put(machine, f"by its {said.use} key", taken, said)  # whatever becomes of it
            await lent
        except WellclearError as error:
            world.ledger.count(f"own node {type(error).__name__}")
            world.say(machine.name, f"{act.kind}: {error}")

    def look(self, machine: NodeMachine) -> None:
        """What the officers of a node do in this second: answer, confirm, decide about held acts, see alarms."""
        world, now_s = self.world, self.world.loop.time()
        service, officer = machine.live(), world.officers[machine.party]
        if service is None or machine.life is None:
            return
        dice = world.rng(f"look {machine.party} {now_s}")
        scene = self.scene(machine, service, dice)
        for key, say in list(officer.look(service, scene, now_s)):
            if not self.do(machine, key, partial(_without_scene, say), dice):
                officer.again(key, now_s)
        try:
            for name, again in list(officer.decide(service, now_s)):
                machine.life.within(partial(service.decide, name, again=again))
                if not again:
                    world.ledger.dropped.add(b64(bytes.fromhex(name)))
            for key in list(officer.sees(service, now_s)):
                machine.life.within(partial(service.see_alarm, key, "W1"))
        except (PowerCut, Unavailable, InvalidValue):
            return


def _without_scene(say: Callable[[], Said | None], scene: Scene) -> Said | None:
    return say()
