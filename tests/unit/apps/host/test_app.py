"""The host over real HTTP: entries in, proofs out, and nothing for strangers."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.unit.apps.host.world import Writer, read, served, service_of, store_sketch, submit
from wellclear.domain.reasons import Reason
from wellclear.testing.sketch import Sketch


@pytest.fixture(scope="module")
def sketch() -> Sketch:
    return Sketch.founded(seed=11)


def test_entries_are_logged_with_proofs_and_known_ones_proven_again(sketch: Sketch, tmp_path: Path) -> None:
    async def run() -> None:
        service = service_of(sketch, store_sketch(sketch, tmp_path))
        async with served(service) as client:
            north = Writer(sketch, "NORTHLAND")
            first, second = north.message("SOUTHLAND"), north.time()
            size = len(sketch.leaves)
            proven = await submit(client, sketch, first, second)
            assert [one.index for one in proven] == [size, size + 1]
            again = await submit(client, sketch, first)
            assert again[0].index == size
            skipped = [north.time(), north.time()][1]
            (refused,) = await submit(client, sketch, skipped)
            assert refused.refusal is not None
            assert refused.refusal.reason == Reason.NOT_NEXT
            answer = await read(client, sketch, "/checkpoint")
            assert answer.status_code == 200

    asyncio.run(run())
