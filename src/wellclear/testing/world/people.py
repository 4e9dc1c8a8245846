"""What the people of a world see to without being told: a newcomer's node, a first roster, a stand-by's taking over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from wellclear.domain.canonical import b64
from wellclear.domain.kinds import PartyRole
from wellclear.picture.rows import PartyRow
from wellclear.testing.sketch import SketchParty
from wellclear.testing.world.acts import sign_agreement
from wellclear.testing.world.machines import NodeMachine
from wellclear.testing.world.scene import Said, Scene

if TYPE_CHECKING:
    from wellclear.testing.world.world import World

AGAIN_S: Final = 5
"""What has not come about after so long is said once more."""
SIGNS: Final = 0.3
"""How likely a head of delegation signs now, where somebody is to be admitted."""
GUEST: Final = "GUEST"
"""How the names of parties begin that are admitted while the world lives."""


def bring_along(world: World) -> None:
    """Every second: whoever was admitted gets a node; whoever has something of its own to see to does so."""
    if world.host.service is not None:
        members = world.host.service.sequencer.picture.parties
        for name, row in sorted(members.items()):
            if name.startswith(GUEST) and name not in world.nodes and row.state == "member":
                welcome(world, name, row)
    if round(world.loop.time()) % AGAIN_S == 0:
        for node in world.nodes.values():
            _see_to(world, node)


def welcome(world: World, name: str, row: PartyRow) -> None:
    """A party that was admitted starts a node of its own."""
    world.sketch.parties[name] = SketchParty(name, msgspec.convert(row.roles, tuple[PartyRole, ...]), 0)
    world.ledger.count("newcomer's node")
    world.say(name, "was admitted, and starts a node")
    world.bring_up(world.join(name))


def _see_to(world: World, node: NodeMachine) -> None:
    service = node.live()
    if service is None or service.core.state != "live" or node.signer is None or not service.core.picture.size:
        return
    picture, dice = service.core.picture, world.rng(f"errand {node.party} {world.loop.time()}")
    row = picture.keys.get(b64(node.signer.public_key))
    party = picture.parties.get(node.party)
    if party is None or party.state != "member":
        return
    if any(item.act.kind in ("takeover", "roster") for item in service.core.outbox.items.values()):
        return
    if row is not None and row.state == "live" and row.use == "standby":
        world.speaking.do(node, "the stand-by takes over", _takeover, dice)
    elif dice.random() < SIGNS and any(one.state == "open" and one.do == "admit" for one in picture.proposals.values()):
        world.speaking.do(node, "a newcomer is waited for", sign_agreement.say, dice)
    elif not any(desk.party == node.party for desk in picture.desks.values()):
        world.speaking.do(node, "its first roster", _roster, dice)


def _takeover(scene: Scene) -> Said:
    composed = scene.of_the_party("takeover")
    return Said(composed, scene.by_administrators(composed).approvals, "standby")


def _roster(scene: Scene) -> Said:
    return Said(scene.of_the_party("roster", msgspec.to_builtins(scene.party.roster())), use="recovery")
