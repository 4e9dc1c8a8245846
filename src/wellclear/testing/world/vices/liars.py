"""A party's node in strange hands: it says whatever its own keys can sign, and as much of it as it can."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from wellclear.channel.composing import Chain, Composed, Told, approve, compose, link, subject
from wellclear.channel.submission import Frame, encode_frames
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import Approval
from wellclear.domain.names import ItemId
from wellclear.domain.parts import Message, Safety
from wellclear.errors import InvalidValue, WellclearError
from wellclear.log.merkle import leaf_hash
from wellclear.picture.picture import Picture
from wellclear.testing.world.ledger import Wrong
from wellclear.testing.world.vices import Vice

if TYPE_CHECKING:
    from wellclear.testing.world.world import World

HOUR_US = 3_600_000_000
FOR_GOOD_US = 10**12
Words = Callable[["World", str, Random], Composed]
"""What a corrupted node says next."""


def _lie(world: World, dice: Random) -> None:
    send_past(world, dice, dice.randint(1, 4), _words, hostile=True)


def _flood(world: World, dice: Random) -> None:
    send_past(world, dice, dice.choice([30, 120, 300]), _time)


def send_past(world: World, dice: Random, count: int, words: Words, *, hostile: bool = False, party: str = "") -> None:
    """Frames under the key of one party's node, past the node itself; hostile ones lie about the log and the hour."""
    host, service = world.host, world.host.service
    if not host.up or service is None or host.life is None:
        return
    party = party or dice.choice(sorted(world.nodes))
    world.ledger.guilty |= {"liar", f"liar {party}"}
    if hostile:
        world.ledger.wrong.append(Wrong(party, world.loop.now_us, FOR_GOOD_US))
    node = world.nodes[party]
    assert node.signer is not None, "it was furnished"
    picture = service.sequencer.pending_picture
    last = picture.chains.get(b64(node.signer.public_key))
    chain = Chain(0, None) if last is None else Chain(last[0], unb64(last[1]))
    size = service.sequencer.size
    frames = []
    for _ in range(count):
        root = dice.randbytes(32) if hostile and dice.random() < 0.2 else service.sequencer.tree.root(size)
        time_us = node.clock.now_us() + (dice.randint(-HOUR_US, HOUR_US) if hostile and dice.random() < 0.3 else 0)
        try:
            said = words(world, party, dice)
            leaf = link(said.act, _approvals(world, party, said, dice), node.signer, chain, (size, root), time_us)
        except InvalidValue:
            continue
        chain = chain.next(leaf_hash(leaf))
        world.ledger.strange.add(b64(leaf_hash(leaf)))
        frames.append(Frame(leaf, said.sent))
    world.say(party, f"its node is in strange hands: {len(frames)} entries past it")
    for start in range(0, len(frames), 50):
        host.life.spawn(_submit(world, frames[start : start + 50]))


async def _submit(world: World, frames: list[Frame]) -> None:
    service = world.host.service
    try:
        if service is not None and frames:
            await service.submit(encode_frames(frames))
    except WellclearError as error:
        world.say(world.host.name, f"refuses: {error}")


def composing(world: World, party: str) -> partial[Composed]:
    """An act of the party, of no desk unless one is named."""
    picture = pending(world)
    return partial(compose, channel=picture.channel, party=party, said_us=world.nodes[party].clock.now_us())


def pending(world: World) -> Picture:
    """What the host has folded."""
    assert world.host.service is not None, "it runs"
    return world.host.service.sequencer.pending_picture


def _time(world: World, party: str, dice: Random) -> Composed:
    return composing(world, party)("time")


def _words(world: World, party: str, dice: Random) -> Composed:
    picture, said = pending(world), composing(world, party)
    others = [desk for desk in sorted(picture.desks) if not desk.startswith(f"{party}/")]
    desk, to = f"{party}/OPS", [dice.choice(others)]
    items = sorted(picture.items)
    audience = tuple(sorted({party, to[0].partition("/")[0]}))
    match dice.choice(["ahead", "id", "answer", "cancel", "parts", "time", "sign"]):
        case "ahead":
            through = dice.choice([picture.size + 5, picture.size - 2, 0])
            return said("receipt", public={"through": max(0, through)})
        case "id":
            words = Message(group="message", language="en", text="stolen")
            taken = dice.choice(items) if items else f"{party}-1001-9"
            return said("message", desk=desk, to=to, id=taken, told=[_told(words, audience, dice)])
        case "parts":
            group = Safety(group="safety", who="nobody")
            told = [_told(group, audience, dice)]
            return said("safety", desk=desk, to=to, id=_fresh(party, dice), code="cease", precedence="Z", told=told)
        case "answer" if items:
            of_desk = {"desk": dice.choice(others)}
            return said("confirm", desk=desk, to=to, subject=subject(dice.choice(items), 1), public=of_desk)
        case "cancel" if items:
            return said("cancel", desk=desk, to=to, subject=subject(dice.choice(items), 1))
        case "sign" if picture.proposals:
            signed = {"proposal": dice.choice(sorted(picture.proposals)), "base": picture.agreement}
            return said("sign_agreement", public=signed)
        case _:
            return said("time")


def _told(group: Message | Safety, audience: tuple[str, ...], dice: Random) -> Told:
    return Told(group, audience, dice.randbytes(32))


def _fresh(party: str, dice: Random) -> str:
    return str(ItemId(party, dice.randint(900_001, 999_999)))


def _approvals(world: World, party: str, said: Composed, dice: Random) -> tuple[Approval, ...]:
    if dice.random() < 0.4:
        return ()
    keys = world.sketch.parties[party]
    return (approve(said.act, keys.key(dice.choice(["W1", "W2", "A1"])), "watch_officer"),)


VICES = [Vice("node in strange hands", _lie), Vice("flood", _flood)]
