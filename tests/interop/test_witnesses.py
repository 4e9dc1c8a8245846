"""Nodes witness each other's log over a real host, and what is shown when one of them falls silent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.interop.live_channel import HOST, NORTH, PATIENCE_S, SOUTH, found, node_of, serve
from wellclear.apps.node.board import link
from wellclear.apps.node.service import NodeService


async def until(service: NodeService, seen: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    ends = loop.time() + PATIENCE_S
    while not seen(row := link(service.core, service.link_words)):
        left = ends - loop.time()
        assert left > 0, row
        await service.changed(min(left, 0.2))
    return row


@pytest.mark.requirement("R33")
def test_two_nodes_make_each_other_fresh_and_the_host_alone_makes_nobody(tmp_path: Path) -> None:
    channel, parties = found(tmp_path / "host")
    host = serve(tmp_path / "host")

    async def run() -> None:
        north = node_of(tmp_path / "north", parties[NORTH], channel, host.url)
        south = node_of(tmp_path / "south", parties[SOUTH], channel, host.url)
        north.start()
        row = await until(north, lambda row: row["state"] == "live" and north.core.follower.size > 0)
        assert row["words"] == "as the host tells it; no other party has cosigned this log"
        south.start()
        row = await until(north, lambda row: bool(row["fresh"]))
        assert row["words"] == f"seen by {SOUTH} within 10 s"
        row = await until(south, lambda row: bool(row["fresh"]))
        assert [one["party"] for one in row["witnesses"]] == [NORTH], f"{HOST} and the reader are no witnesses"
        await south.stop()
        await north.stop()
        assert south.core.witnessing.why_not(south.core.picture) == ""

    try:
        asyncio.run(run())
    finally:
        host.stop()
