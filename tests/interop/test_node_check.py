"""Own drafts against a real node over its local API: told at its level, and nobody hears of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.interop.live_channel import SOUTH, Desk, Host, found, serve
from tests.interop.test_node_api import announce, run
from wellclear.testing.sketch import SketchParty, circle

Live = tuple[Host, str, dict[str, SketchParty], Path]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    base = tmp_path_factory.mktemp("check")
    channel, parties = found(base / "host")
    host = serve(base / "host")
    yield host, channel, parties, base
    host.stop()


@pytest.mark.requirement("N13", "R32")
def test_drafts_are_compared_and_nothing_is_sent(live: Live) -> None:
    async def story(north: httpx.AsyncClient, south: httpx.AsyncClient, a: Desk, b: Desk) -> None:
        id_ = await announce(north, a)
        await b.until(lambda: id_ in b.node.core.detection.held())
        start_us = a.node.core.now_us + 7_200_000_000
        draft = {"id": "any name", "category": "air", "volumes": [circle(34.5, 38.3, 5_000, start_us=start_us)]}
        far = {"id": "far", "volumes": [circle(-34.5, 38.3, 5_000, start_us=start_us)]}
        answer = await south.post("/api/check", json={"drafts": [draft, far]})
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert [(row["a"], row["b"], row["verdict"]) for row in told["meetings"]] == [("any name", id_, "conflict")]
        assert (told["party"], told["agreement"]) == (SOUTH, 1)
        assert told["compared"] == {"notices": 1, "parties": 1, "coarse": 0, "missing": []}
        assert told["drawn"] == {
            "red_lines": 0, "zones": 0, "as_of_us": told["drawn"]["as_of_us"], "drafts": [], "not_judged": [],
        }  # fmt: skip
        assert told["settings"]["default_minima"]["lateral_mm"] > 0
        assert "any name" not in b.node.core.detection.held()
        assert all("any name" not in str(item.act) for item in b.node.core.outbox.items.values())
        own = await north.post("/api/check", json={"drafts": [draft]})
        assert own.json()["meetings"] == []
        assert own.json()["compared"]["missing"] == [SOUTH]

    run(live, story)


def test_a_bad_question_is_a_sentence_and_the_door_is_guarded(live: Live) -> None:
    async def story(north: httpx.AsyncClient, south: httpx.AsyncClient, a: Desk, b: Desk) -> None:
        answer = await north.post("/api/check", json={"drafts": [{"id": "x", "volumes": [{"kind": "cube"}]}]})
        assert answer.status_code == 422
        assert answer.json()["error"]["where"] == "drafts[0].volumes[0].kind"
        odd = {"id": "x", "volumes": [circle(34.5, 38.3, 5_000)], "states": {"aim": "x"}}
        answer = await north.post("/api/check", json={"drafts": [odd]})
        assert (answer.status_code, answer.json()["error"]["where"]) == (422, "drafts[0].states.aim")
        closed = await north.post("/api/check", json={"drafts": []}, headers={"Authorization": "Bearer no"})
        assert closed.status_code == 401

    run(live, story)
