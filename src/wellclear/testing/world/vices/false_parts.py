"""A party's node in strange hands seals another text than it has committed to: its readers see it, and can prove it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING

import msgspec

from wellclear.channel.composing import Composed, Told
from wellclear.channel.sealing import context, random_of, unseal
from wellclear.domain.canonical import b64
from wellclear.domain.names import ItemId
from wellclear.domain.parts import Message, opening_of
from wellclear.testing.world.vices import Vice
from wellclear.testing.world.vices.liars import composing, pending, send_past

if TYPE_CHECKING:
    from wellclear.testing.world.world import World


@dataclass(frozen=True, slots=True)
class _Stolen:
    """Seals under an epoch of the party whose node is in strange hands."""

    number: int
    key: bytes
    dice: Random

    def epoch_for(self, audience: tuple[str, ...]) -> tuple[int, bytes]:
        return self.number, self.key

    def random(self) -> bytes:
        return self.dice.randbytes(32)


def _false(world: World, dice: Random) -> None:
    host, party = world.host, dice.choice(sorted(world.nodes))
    service = world.nodes[party].live()
    if not host.up or host.service is None or service is None:
        return
    epochs = pending(world).epoch_of
    own = sorted((audience, number) for (author, audience), number in epochs.items() if author == party)
    held = [(audience, number, service.core.epochs.key_of(party, number)) for audience, number in own]
    usable = [(audience, number, key) for audience, number, key in held if key is not None]
    if not usable:
        return  # it has not spoken to anybody yet
    audience, number, key = dice.choice(usable)
    sealer, before = _Stolen(number, key, dice), set(world.ledger.strange)
    send_past(world, dice, 1, lambda world, party, dice: _lie(world, party, dice, audience, sealer), party=party)
    world.ledger.false_parts |= dict.fromkeys(world.ledger.strange - before, party)


def _lie(world: World, party: str, dice: Random, audience: tuple[str, ...], sealer: _Stolen) -> Composed:
    """A message whose stored bytes open to other words than those in the commitment."""
    told = Told(_message("north of the river"), tuple(sorted({party, *audience})), dice.randbytes(32))
    id_ = str(ItemId(party, dice.randint(900_001, 999_999)))
    said = composing(world, party)(
        "message", desk=f"{party}/OPS", to=[f"{audience[0]}/OPS"], id=id_, told=[told], sealer=sealer
    )
    (ref,), (true,) = said.act.parts, said.stored
    _, key = unseal(true, sealer.key, said.act, ref)
    stored = key.seal(opening_of(_message("south of the river"), told.salt), random_of(true), context(said.act, ref))
    ref = msgspec.structs.replace(ref, sha=b64(hashlib.sha256(stored).digest()))
    return replace(said, act=msgspec.structs.replace(said.act, parts=[ref]), stored=(stored,))


def _message(text: str) -> Message:
    return Message(group="message", language="en", text=text)


VICES = [Vice("false part", _false)]
