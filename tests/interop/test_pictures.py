"""Two real nodes over a real host: one of them folds an entry otherwise, and both are told which one."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.house.sources import ROOT
from tests.interop.live_channel import NORTH, PATIENCE_S, SOUTH, found, node_of, serve
from wellclear.apps.node.alarms import Alarm
from wellclear.apps.node.service import NodeService
from wellclear.channel.desk import claim_time

PARTS_AT = 41
ENTRIES = 70
_OTHER_FOLD = """
import asyncio, sys
from dataclasses import replace
from pathlib import Path
import msgspec
from tests.interop.live_channel import SOUTH, node_of
from wellclear.channel import follower, run
from wellclear.testing.sketch import Sketch

home, channel, url, parts_at = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
honest = follower.fold

def other(picture, logged):
    step = honest(picture, logged)
    if logged.index != parts_at:
        return step
    return replace(step, picture=msgspec.structs.replace(step.picture, digest=bytes(32)))

follower.fold = run.fold = other

async def main():
    node = node_of(home, Sketch(seed=11).party(SOUTH, "principal"), channel, url)
    node.start()
    while True:
        await node.changed(0.2)
        for alarm in node.core.alarms.listed():
            if alarm.kind == "picture_differs":
                print(node.core.state, alarm.words, flush=True)
                if "take differently" in alarm.words and await asyncio.to_thread(sys.stdin.read) == "":
                    return await node.stop()

asyncio.run(main())
"""


def differing(node: NodeService) -> list[Alarm]:
    return [alarm for alarm in node.core.alarms.listed() if alarm.kind == "picture_differs"]


async def until(node: NodeService, so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not so():
            await node.changed(0.2)


@pytest.mark.requirement("R33")
def test_two_nodes_that_fold_one_entry_otherwise_are_both_told_which(tmp_path: Path) -> None:
    channel, parties = found(tmp_path / "host")
    host = serve(tmp_path / "host")
    arguments = [str(tmp_path / "south"), channel, host.url, str(PARTS_AT)]

    async def run() -> str:
        north = node_of(tmp_path / "north", parties[NORTH], channel, host.url)
        north.start()
        await until(north, lambda: north.core.picture.size > 0)
        for _ in range(ENTRIES):
            north.put(claim_time(north.core.pen("")).act, (), ())
        await until(north, lambda: north.core.picture.size > ENTRIES)
        assert not differing(north)
        south = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _OTHER_FOLD, *arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert south.stdout is not None
        await until(north, lambda: any("take differently" in alarm.words for alarm in differing(north)))
        told = ""
        async with asyncio.timeout(PATIENCE_S):
            while "take differently" not in told:
                told = (await south.stdout.readline()).decode()
            _, faults = await south.communicate(b"")
        assert south.returncode == 0, faults.decode()
        (alarm,) = differing(north)
        assert alarm.words.startswith(f"{SOUTH} folds another picture")
        assert alarm.words.endswith(f"is entry {PARTS_AT}")
        assert north.core.state == "live", "a word halts nobody"
        await north.stop()
        places = sorted(path.name for path in (tmp_path / "north" / "evidence").iterdir())
        assert f"picture-{SOUTH}-{PARTS_AT}.txt" in places
        assert f"picture-{SOUTH}-{PARTS_AT + 1}.txt" in places
        return told.strip()

    try:
        told = asyncio.run(run())
    finally:
        host.stop()
    assert told.startswith(f"live {NORTH} folds another picture")
    assert told.endswith(f"is entry {PARTS_AT}")
