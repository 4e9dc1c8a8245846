"""A host that lies: it freezes for one reader, swallows what one sends, or shows two histories under one key."""

from __future__ import annotations

import asyncio
from random import Random
from typing import TYPE_CHECKING, Any

from wellclear.apps.host.events import alive_event
from wellclear.testing.world.clock import SimClock
from wellclear.testing.world.disk import SimDisk
from wellclear.testing.world.machines import HostMachine
from wellclear.testing.world.vices import Vice

if TYPE_CHECKING:
    from wellclear.testing.world.world import World

ALIVE_S = 2.0


def _frozen(note: bytes) -> Any:
    """An application that shows one note for ever, and answers nothing else."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] != "/events":
            await asyncio.sleep(3600)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        while True:
            await send({"type": "http.response.body", "body": alive_event(note), "more_body": True})
            await asyncio.sleep(ALIVE_S)

    return app


def _freeze(world: World, dice: Random) -> None:
    reader = dice.choice(sorted(world.nodes))
    if world.host.service is None or not world.host.up or reader in world.net.muted:
        return
    world.host.apps[reader] = _frozen(world.host.service.checkpoint())
    world.net.muted.add(reader)
    world.net.cut_reader(reader)
    world.say("HOST", f"is frozen for {reader}")
    world.loop.call_outside(_thaw, world, reader, after_s=dice.choice([5.0, 15.0, 30.0]))


def _thaw(world: World, reader: str) -> None:
    if reader in world.net.muted:
        world.net.muted.discard(reader)
        world.net.told.discard(reader)
        world.host.apps.pop(reader, None)
        world.net.cut_reader(reader)


def _swallow(world: World, dice: Random) -> None:
    """What one party sends is never logged; what is logged it is shown."""
    reader = dice.choice(sorted(world.nodes))
    if reader in world.net.muted:
        return

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/submit":
            await asyncio.sleep(3600)
        true = world.host.true_app
        if true is not None:
            await true(scope, receive, send)

    show(world, reader, app, dice.choice([5.0, 15.0, 30.0]))
    world.say("HOST", f"swallows what {reader} sends")


def show(world: World, reader: str, app: Any, lasts_s: float) -> None:
    """One reader is answered by another application for a while, unless it is shown yet another one meanwhile."""
    apps = world.host.apps
    apps[reader] = app

    def over() -> None:
        if apps.get(reader) is app:
            del apps[reader]
            world.net.cut_reader(reader)

    world.loop.call_outside(over, after_s=lasts_s)


def _two_histories(world: World, dice: Random) -> None:
    """A second signer with the same keys goes on from the same log, for some of the readers."""
    if world.twin is not None or not world.host.up or world.host.service is None:
        return
    world.ledger.guilty |= {"two histories", "history"}
    image = world.host.disk.image()
    home = world.place / f"twin of {world.host.name}"
    home.mkdir(mode=0o700)
    disk = SimDisk(home, dice, world.struck)
    disk.put(image)
    clock = SimClock(world.loop, starts_us=world.sketch.now_us)
    twin = HostMachine(
        "TWIN", world.loop, clock, disk, dice, world.say, keys=world.host.keys, net=world.net
    )  # fmt: skip
    disk.on_commit = lambda doubtful: world.witness.committed(twin, doubtful=doubtful)
    if not twin.start():
        return
    world.twin = twin
    readers = sorted(world.nodes)
    fooled = dice.sample(readers, dice.randint(1, len(readers) - 1))
    world.say("TWIN", f"shows {', '.join(fooled)} a history of its own")
    for reader in fooled:
        world.net.rerouted[reader] = twin
        world.net.cut_reader(reader)
    world.loop.call_outside(_one_history, world, after_s=dice.choice([8.0, 20.0, 40.0]))


def _one_history(world: World) -> None:
    """Everybody is shown the first one again."""
    if world.twin is not None:
        for reader in list(world.net.rerouted):
            del world.net.rerouted[reader]
            world.net.cut_reader(reader)
        world.twin.crash()


def _lose(world: World, dice: Random) -> None:
    """The host is gone for good; the same log goes on with another one as soon as the heads decide so."""
    if not world.heads.powerless and not world.heads.lost:
        world.heads.lost = True
        world.host.crash()
        world.say(world.host.name, "is gone for good")


def _end(world: World) -> None:
    for reader in list(world.net.muted):
        _thaw(world, reader)
    world.host.apps.clear()
    _one_history(world)


VICES = [
    Vice("host freezes", _freeze, _end),
    Vice("host swallows", _swallow, _end),
    Vice("two histories", _two_histories, _end),
    Vice("host lost", _lose),
]
