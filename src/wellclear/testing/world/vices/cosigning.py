"""A host that keeps cosignatures to itself, shows old ones again, or makes some up."""

from __future__ import annotations

import re
from random import Random
from typing import TYPE_CHECKING, Any

from wellclear.apps.host.events import cosigned_event
from wellclear.channel.policy import cosigner_name
from wellclear.domain.canonical import b64
from wellclear.log.checkpoint import cosign
from wellclear.log.note import parse_note
from wellclear.testing.world.ledger import Cosigned
from wellclear.testing.world.vices import Vice
from wellclear.testing.world.vices.hosts import show

if TYPE_CHECKING:
    from wellclear.testing.world.world import World

AGAIN_S = (0.3, 2.0, 5.0, 11.0, 14.0)
"""After so long what is old or made up is shown once more."""


def _keep(world: World, dice: Random) -> None:
    """One reader is shown the log as it is, without anybody's line but the host's own; or one's line is not taken."""
    reader = dice.choice(sorted(world.nodes))
    if reader in world.net.muted or reader in world.host.apps:
        return
    others = re.compile(f"\u2014 (?!{world.card.party}/)[A-Z]+/cosigner [A-Za-z0-9+/=]+(\\\\n|\n)".encode())

    async def app(scope: Any, receive: Any, send: Any) -> None:
        true = world.host.true_app

        async def bent(message: Any) -> None:
            if message["type"] == "http.response.body" and message.get("body"):
                message = message | {"body": others.sub(b"", message["body"])}
            elif message["type"] == "http.response.start":
                headers = [(name, value) for name, value in message["headers"] if name != b"content-length"]
                message = message | {"headers": headers}
            await send(message)

        if true is not None:
            await true(scope, receive, bent if scope["path"] in ("/events", "/checkpoint") else send)

    show(world, reader, app, dice.choice([8.0, 20.0, 30.0]))
    world.net.cut_reader(reader)
    world.say("HOST", f"keeps the others' cosignatures from {reader}")


def _replay(world: World, dice: Random) -> None:
    """What was cosigned some time ago comes once more, and once more."""
    told = [one for one in world.ledger.cosigned if one.origin == world.card.origin]
    if told:
        old = dice.sample(told, min(len(told), 4))
        world.say("HOST", f"shows {len(old)} old cosignatures again")
        _push(world, [one.note for one in old])


def _forge(world: World, dice: Random) -> None:
    """Lines that no party has made: under a key of the host's, or with another time than was signed."""
    service, keys = world.host.service, world.host.keys
    if service is None or keys is None or not world.host.up:
        return
    now_s = world.host.clock.now_us() // 1_000_000
    of = cosigner_name(dice.choice(sorted(world.nodes)))
    plain = service.sequencer.note
    notes = [plain + cosign(plain, of, keys.log, now_s)]
    notes += [_later(one, dice) for one in world.ledger.cosigned[-3:] if one.origin == world.card.origin]
    world.say("HOST", f"makes up {len(notes)} cosignatures")
    _push(world, notes)


def _later(one: Cosigned, dice: Random) -> bytes:
    """A note whose last line says another time than was signed."""
    line = parse_note(one.note).signatures[-1]
    raw = line.key_id + (int.from_bytes(line.signature[:8], "big") + dice.choice([1, 5, 3600])).to_bytes(8, "big")
    text = f"\u2014 {line.name} {b64(raw + line.signature[8:])}\n".encode()
    return one.note.replace(line.encode(), text)


def _push(world: World, notes: list[bytes]) -> None:
    host = world.host

    def push() -> None:
        if host is world.host and host.service is not None and host.up:
            for note in notes:
                host.service.followers.publish(cosigned_event(note))

    for after_s in AGAIN_S:
        world.loop.call_outside(push, after_s=after_s)


def _false(world: World, dice: Random) -> None:
    """Cosignatures that say nothing of now."""
    (_replay if dice.random() < 0.5 else _forge)(world, dice)


VICES = [Vice("host keeps cosignatures", _keep), Vice("false cosignatures", _false)]
