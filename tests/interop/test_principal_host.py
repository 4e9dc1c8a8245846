"""A principal plays the host: sequencing gives it no power, and the other's dead node stops nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from tests.interop.live_channel import NORTH, SOUTH, Desk, agree, found, node_of, notice, serve
from wellclear.channel.desk import ack, read_back, safety, version_of
from wellclear.domain.agreement import Deadlines, Periods, Settings, default_settings
from wellclear.testing.sketch import SketchParty, circle


def in_seconds() -> Settings:
    """An exercise's terms: due after 5 s, and then a rung each second."""

    def all_of(seconds: int) -> Periods:
        return Periods(**dict.fromkeys("ZOPR", seconds * 1_000_000))

    rungs = Deadlines(receipt=all_of(5), ack=all_of(6), next_name=all_of(7), other_desk=all_of(8), host=all_of(9))
    return msgspec.structs.replace(default_settings(), deadlines=rungs)


@pytest.mark.slow
@pytest.mark.requirement("R2", "R33")
def test_a_principal_hosts_also_while_the_other_node_is_dead(tmp_path: Path) -> None:
    channel, parties = found(tmp_path / "host", NORTH, in_seconds())
    host = serve(tmp_path / "host")
    try:
        asyncio.run(story(tmp_path, parties, channel, host.url))
    finally:
        host.stop()


async def story(base: Path, parties: dict[str, SketchParty], channel: str, url: str) -> None:
    north = Desk(parties[NORTH], node_of(base / NORTH, parties[NORTH], channel, url))
    south = Desk(parties[SOUTH], node_of(base / SOUTH, parties[SOUTH], channel, url))
    north.node.start()
    south.node.start()
    try:
        await agree(north, south, base / "host")
        await south.node.stop()
        notice_id = await announced_to_a_dead_node(north, south.desk)
        south.node = node_of(base / SOUTH, parties[SOUTH], channel, url)
        south.node.start()
        await answered_after_all(north, south, notice_id)
    finally:
        await north.node.stop()
        await south.node.stop()


async def announced_to_a_dead_node(north: Desk, to: str) -> str:
    """The host alone makes entries durable; its own desk learns by its own clock that nobody answers."""
    mine = north.node.core
    composed = notice(north, [to], [circle(34.5, 38.3, 5_000, start_us=mine.now_us + 7_200_000_000)])
    id_ = str(composed.act.id)
    await north.send(composed, ("W1", "drafter"), ("R1", "release_authority"))
    cease = safety(mine.pen(north.desk), mine.next_id(north.desk), [to], "cease", {"who": "an exercise unit"})
    await north.send(cease, ("W2", "watch_officer"))
    await north.until(lambda: any(one.kind == "no_answer" and one.item == id_ for one in mine.alarms.listed()))
    row = mine.picture.answers[f"{id_}/1/{to}"]
    assert not isinstance(row.acked_us, int), "silence is never an answer"
    return id_


async def answered_after_all(north: Desk, south: Desk, notice_id: str) -> None:
    core = south.node.core
    await south.until(lambda: notice_id in core.view.items and core.view.items[notice_id].current.shapes is not None)
    rows = read_back(version_of(core.view, notice_id, 1))
    await south.send(ack(core.pen(south.desk), core.picture, notice_id, 1, rows), ("W1", "watch_officer"))
    answer = f"{notice_id}/1/{south.desk}"
    await north.until(lambda: isinstance(north.node.core.picture.answers[answer].acked_us, int))
    for desk in (north, south):
        await desk.until(lambda desk=desk: not desk.node.core.picture.waiting.get(desk.party.name))
    await north.until(lambda: north.node.core.picture.size == core.picture.size)
    assert north.node.core.picture.digest == core.picture.digest
