"""A planner's question and the node's own work share one loop: neither waits for the whole of the other."""

from __future__ import annotations

import asyncio

import pytest

from tests.unit.apps.check.test_against import draft, node_of
from tests.unit.apps.node.test_detection import SOUTH, announce
from wellclear.apps.node.api_check import meetings_in_turns
from wellclear.testing.sketch import START_US, Sketch, circle


@pytest.mark.requirement("R32")
def test_between_two_drafts_the_node_has_its_turn() -> None:
    sketch = Sketch.founded(seed=2, epochs=True)
    announce(sketch, SOUTH, [circle(34.5, 38.3, 5_000, start_us=START_US)])
    node, drafts = node_of(sketch), [draft(f"D-{number}") for number in range(4)]
    turns: list[int] = []

    async def bell(done: asyncio.Event) -> None:
        while not done.is_set():
            turns.append(1)
            await asyncio.sleep(0)

    async def both() -> list[str]:
        done = asyncio.Event()
        ringing = asyncio.create_task(bell(done))
        found = await meetings_in_turns(node, drafts, work_s=0)
        done.set()
        await ringing
        return [meeting.a for meeting in found]

    assert asyncio.run(both()) == [one.id for one in drafts]
    assert len(turns) >= len(drafts)
    assert node.meetings(drafts) == asyncio.run(meetings_in_turns(node, drafts)), "the same as at once"
