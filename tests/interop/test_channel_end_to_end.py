"""A real host and two real nodes: what one announces rings at the other, is acknowledged and confirmed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.live_channel import NORTH, SOUTH, Desk, Host, agree, found, node_of, notice, serve
from wellclear.apps.node.alarms import Alarm
from wellclear.channel.desk import ack, confirm, read_back, version_of
from wellclear.testing.sketch import SketchParty, circle


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Host, str, dict[str, SketchParty], Path]]:
    base = tmp_path_factory.mktemp("channel")
    channel, parties = found(base / "host")
    host = serve(base / "host")
    yield host, channel, parties, base
    host.stop()


@pytest.mark.requirement("R2", "R5", "R33")
def test_a_notice_rings_is_acknowledged_and_confirmed(
    live: tuple[Host, str, dict[str, SketchParty], Path],
) -> None:
    host, channel, parties, base = live

    async def story() -> None:
        north = Desk(parties[NORTH], node_of(base / NORTH, parties[NORTH], channel, host.url))
        south = Desk(parties[SOUTH], node_of(base / SOUTH, parties[SOUTH], channel, host.url))
        north.node.start()
        south.node.start()
        try:
            await agree(north, south, host.home)
            await announce_and_answer(north, south)
            await both_see_the_same(north, south)
        finally:
            await north.node.stop()
            await south.node.stop()

    asyncio.run(story())


async def announce_and_answer(north: Desk, south: Desk) -> None:
    rang: list[Alarm] = []
    south.node.core.alarms.on_ring = rang.append
    now_us = north.node.core.now_us
    composed = notice(north, [south.desk], [circle(34.5, 38.3, 5_000, start_us=now_us + 7_200_000_000)])
    id_ = str(composed.act.id)
    await north.send(composed, ("W1", "drafter"), ("R1", "release_authority"))
    await south.until(lambda: any(alarm.kind == "answer_owed" and alarm.item == id_ for alarm in rang))
    await south.until(lambda: version_of(south.node.core.view, id_, 1).shapes is not None)
    core = south.node.core
    rows = read_back(version_of(core.view, id_, 1))
    await south.send(ack(core.pen(south.desk), core.picture, id_, 1, rows), ("W1", "watch_officer"))
    assert not [alarm for alarm in core.alarms.listed() if alarm.item == id_], "an answer settles its alarm"
    assert not core.wants_look, "the host has told how long its log is; what came after that was fresh"
    assert NORTH in {drift.party for drift in core.drift.all()} and not core.drift.blocks_lead_time()
    mine = north.node.core
    await north.until(lambda: version_of(mine.view, id_, 1).acks.get(south.desk) is not None)
    await north.until(lambda: version_of(mine.view, id_, 1).acks[south.desk].rows is not None)
    said = confirm(mine.pen(north.desk), mine.picture, mine.view, id_, 1, south.desk)
    await north.send(said, ("W2", "watch_officer"))
    row = mine.picture.answers[f"{id_}/1/{south.desk}"]
    assert isinstance(row.acked_us, int)
    assert isinstance(row.confirmed_us, int)
    assert row.acked_by == f"{SOUTH}/W1"


async def both_see_the_same(north: Desk, south: Desk) -> None:
    """Receipts have gone both ways, and then both pictures have one digest."""
    for desk in (north, south):
        await desk.until(lambda desk=desk: not desk.node.core.picture.waiting.get(desk.party.name))
    await south.until(lambda: south.node.core.picture.size == north.node.core.picture.size)
    a, b = north.node.core.picture, south.node.core.picture
    assert (a.size, a.digest) == (b.size, b.digest)
