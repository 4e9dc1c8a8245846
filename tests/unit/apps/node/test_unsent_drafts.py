"""A draft that was never sent leaves no gap between the ids that others see (R31)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.apps.node.api_act import ActBody, composed_of
from wellclear.apps.node.ids import Given, decode_counters
from wellclear.apps.node.service import NodeService
from wellclear.channel.desk import message
from wellclear.domain.agreement import HOUR_US
from wellclear.domain.names import parse_item_id
from wellclear.edges.client import HostClient
from wellclear.errors import InvalidValue, WellclearError
from wellclear.testing.sketch import Sketch

NORTH, SOUTH = "NORTHLAND", "SOUTHLAND"
DESK = f"{SOUTH}/OPS"
TEXT = {"group": "message", "text": "later", "language": "en"}


@pytest.fixture
def relay() -> Relay:
    return Relay(Sketch.founded(seed=71, epochs=True))


@pytest.fixture
def south(relay: Relay, tmp_path: Path) -> Bench:
    bench = Bench(relay, SOUTH, tmp_path / "south.sqlite")
    bench.follow()
    return bench


def at(bench: Bench, home: Path, work: Callable[[NodeService], None]) -> None:
    """Work at a service whose host does not answer."""

    async def working() -> None:
        signer, transport = bench.core.outbox.signers["node"], httpx.MockTransport(lambda _: httpx.Response(503))
        client = HostClient("http://host", bench.relay.sketch.channel, signer, bench.clock, transport=transport)
        work(NodeService(bench.core, client, home))
        await client.close()

    asyncio.run(working())


def given(bench: Bench) -> list[Given]:
    return [one for lanes in decode_counters(bench.core.store.get_meta("counters")).last.values() for one in lanes]


@pytest.mark.requirement("R31")
def test_what_is_refused_while_it_is_composed_gives_its_id_back(south: Bench, tmp_path: Path) -> None:
    asked = ActBody(kind="message", desk=DESK, to=[f"{NORTH}/OPS"], precedence="R", groups=[TEXT])
    refused = ActBody(kind="message", desk=DESK, to=["NOBODY/OPS"], precedence="R", groups=[TEXT])
    likely = south.core.likely_id(DESK)

    def drafting(service: NodeService) -> None:
        for _ in range(3):
            with pytest.raises(WellclearError):
                composed_of(service, refused)
        assert given(south) == [] and south.core.likely_id(DESK) == likely
        assert composed_of(service, asked).act.id == likely

    at(south, tmp_path, drafting)
    assert [one.counter for one in given(south)] == [parse_item_id(likely).counter]


@pytest.mark.requirement("R31")
def test_a_draft_that_was_dropped_leaves_its_id_to_a_later_one(relay: Relay, south: Bench) -> None:
    dropped = south.core.next_id(DESK)
    for _ in range(2):
        relay.sketch.advance(HOUR_US // 1_000_000 + 1)
        south.clock.advance(HOUR_US // 1_000_000 + 1)
    assert south.core.next_id(DESK) == dropped


@pytest.mark.requirement("R31")
def test_an_id_that_was_put_is_marked_with_it_and_never_comes_back(relay: Relay, south: Bench) -> None:
    pen = south.core.pen(DESK)
    composed = message(pen, south.core.next_id(DESK), [f"{NORTH}/OPS"], {"text": "later", "language": "en"}, "R")
    assert [one.sent for one in given(south)] == [False]
    south.core.put(composed.act, relay.sketch.watched(composed), composed.stored)
    assert [one.sent for one in given(south)] == [True]


@pytest.mark.requirement("R31")
def test_of_two_acts_with_one_id_only_the_first_is_taken(relay: Relay, south: Bench) -> None:
    pen, id_ = south.core.pen(DESK), south.core.next_id(DESK)
    one, other = (message(pen, id_, [f"{NORTH}/OPS"], {"text": text, "language": "en"}, "R") for text in ("a", "b"))
    south.core.put(one.act, relay.sketch.watched(one), one.stored)
    with pytest.raises(WellclearError) as refused:
        south.core.put(other.act, relay.sketch.watched(other), other.stored)
    assert not isinstance(refused.value, InvalidValue) and "ID_TAKEN" in str(refused.value)
