"""A host that shows two histories, as two processes under one key, and what still passes through it."""

from __future__ import annotations

import asyncio
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.interop.live_channel import NORTH, PASSPHRASE, PATIENCE_S, SOUTH, Desk, Host, agree, found, node_of, serve
from wellclear.apps.node.api_act import answer
from wellclear.apps.node.board import OUTSIDE, UNPROVEN, board
from wellclear.channel.desk import ack, message, safety
from wellclear.domain.entry import Role
from wellclear.errors import Refused
from wellclear.log.equivocation import check_evidence
from wellclear.testing.sketch import SketchParty

# The one thing that a liar changes: nobody's claim to have seen another log stops it.
_LIE = """
import sys
from pathlib import Path
from wellclear.apps.host.serve import serve
from wellclear.edges.settings import load_host
serve(load_host(Path(sys.argv[1])), sys.argv[2], unheeded=sys.argv[3:], on_ready=lambda url: print(url, flush=True))
"""
WATCH: tuple[str, Role] = ("W1", "watch_officer")
Fork = tuple[Host, Host, str, dict[str, SketchParty], Path]


def lie(home: Path) -> Host:
    """A second host over a copy of the first one's home."""
    process = subprocess.Popen(
        [sys.executable, "-c", _LIE, str(home), PASSPHRASE, NORTH, SOUTH], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], PATIENCE_S)
    assert ready, "the host did not start"
    return Host(home, process, process.stdout.readline().strip())


@pytest.fixture
def fork(tmp_path: Path) -> Iterator[Fork]:
    """One channel, agreed and at rest; from there on two hosts go on with it."""
    channel, parties = found(tmp_path / "host")
    host = serve(tmp_path / "host")
    try:
        asyncio.run(agreed(channel, parties, tmp_path, host))
    finally:
        host.stop()
    shutil.copytree(tmp_path / "host", tmp_path / "other")
    hosts: list[Host] = []
    try:
        hosts += [serve(tmp_path / "host"), lie(tmp_path / "other")]
        yield hosts[0], hosts[1], channel, parties, tmp_path
    finally:
        for one in hosts:
            one.stop()


async def agreed(channel: str, parties: dict[str, SketchParty], base: Path, host: Host) -> None:
    north, south = (
        Desk(parties[name], node_of(base / name, parties[name], channel, host.url)) for name in (NORTH, SOUTH)
    )
    for desk in (north, south):
        desk.node.start()
    try:
        await agree(north, south, host.home)
        await said(north, SOUTH, "the last word that both have heard")
        await south.until(lambda: south.node.core.follower.size >= north.node.core.follower.size)
        await south.until(lambda: not south.node.core.picture.waiting.get(SOUTH))
        await north.until(lambda: north.node.core.follower.size >= south.node.core.follower.size)
    finally:
        for desk in (north, south):
            await desk.node.stop()


async def said(desk: Desk, to: str, text: str) -> None:
    core = desk.node.core
    fields = {"language": "en", "text": text}
    await desk.send(message(core.pen(desk.desk), core.next_id(desk.desk), [f"{to}/OPS"], fields), WATCH)


async def cry(desk: Desk, to: str, code: str, text: str) -> tuple[str, dict[str, Any]]:
    """A safety message, as page and command line hand it in; its id, and what the local API answers."""
    core = desk.node.core
    composed = safety(core.pen(desk.desk), core.next_id(desk.desk), [f"{to}/OPS"], code, {"text": text})
    item = desk.node.put(composed.act, desk.by(composed, WATCH), composed.stored)
    told = await answer(desk.node, item, PATIENCE_S)
    return str(composed.act.id), told.content | {"status": told.status_code}


@pytest.mark.requirement("R4", "R33")
def test_a_cry_for_help_passes_through_a_host_that_nobody_believes(fork: Fork) -> None:
    one, other, channel, parties, base = fork

    async def story() -> None:
        await say_what_only_one_history_holds(one, channel, parties, base)
        north, south = (
            Desk(parties[name], node_of(base / name, parties[name], channel, other.url)) for name in (NORTH, SOUTH)
        )
        north.node.start()
        try:
            await north.until(lambda: north.node.core.state == "live")
            for number in range(8):
                await said(north, SOUTH, f"only the other history holds this: {number}")
            south.node.start()
            await south.until(lambda: south.node.core.state == "halted")
            await out(north, south)
            await in_again(north, south)
        finally:
            await south.node.stop()
            await north.node.stop()

    asyncio.run(story())


async def say_what_only_one_history_holds(
    host: Host, channel: str, parties: dict[str, SketchParty], base: Path
) -> None:
    """SOUTHLAND's chain is longer there than in the history that it will be shown later."""
    south = Desk(parties[SOUTH], node_of(base / SOUTH, parties[SOUTH], channel, host.url))
    south.node.start()
    try:
        await south.until(lambda: south.node.core.state == "live")
        await said(south, NORTH, "only one history holds this")
    finally:
        await south.node.stop()


async def out(north: Desk, south: Desk) -> None:
    """The halted officer's CEASE rings at the other desk, which follows a history that it was never part of."""
    size = south.node.core.follower.size
    (file,) = (south.node.home / "evidence").iterdir()
    check_evidence(file.read_bytes())
    id_, told = await cry(south, NORTH, "cease", "a convoy is in your area")
    assert (told["status"], told["state"], told["words"]) == (202, "unproven", UNPROVEN)
    await north.until(lambda: any(alarm.item == id_ for alarm in north.node.core.alarms.listed()))
    kinds = {alarm.kind for alarm in north.node.core.alarms.listed()}
    assert {"answer_owed", "head_differs"} <= kinds, "and what the author has seen is another log"
    (row,) = [row for row in board(south.node.core, "")["outbox"]["entries"] if row["state"] == "unproven"]
    assert (row["id"], row["why"]) == (id_, UNPROVEN)
    assert north.node.core.view.items[id_].current.safety is None, "its text could not be sealed for that history"
    assert south.node.core.follower.size == size


async def in_again(north: Desk, south: Desk) -> None:
    """The other desk's safety rings outside the record at the halted one, whose node answers nothing."""
    id_, told = await cry(north, SOUTH, "emergency", "two on board")
    assert told["status"] == 200
    core = south.node.core
    await south.until(lambda: any(row["id"] == id_ for row in board(core, "")["outside"]["rows"]))
    await south.until(lambda: any(row.get("text") == "two on board" for row in board(core, "")["outside"]["rows"]))
    (row,) = board(core, "")["outside"]["rows"]
    assert (row["by"], row["mark"]) == ("W1", OUTSIDE)
    assert id_ not in core.view.items
    pen = core.pen(south.desk)
    for composed in (
        ack(pen, north.node.core.picture, id_, 1, ()),
        message(pen, core.next_id(south.desk), [north.desk], {"language": "en", "text": "heard you"}),
    ):
        with pytest.raises(Refused, match="halted"):
            south.node.put(composed.act, south.by(composed, WATCH), composed.stored)
    waiting = north.node.core.picture.waiting.get(SOUTH)
    index = north.node.core.picture.items[id_].index
    assert waiting is not None and index in waiting, "no receipt either"
