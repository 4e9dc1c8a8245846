"""The local API on a real node over loopback: the door, the page's actions, the command line's way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
import pytest

from tests.described import held_to_the_document
from tests.interop.live_channel import (
    NORTH,
    PASSPHRASE,
    PATIENCE_S,
    SOUTH,
    Desk,
    Host,
    agree,
    found,
    key_of,
    node_of,
    serve,
)
from wellclear.apps.node.app import node_app
from wellclear.channel.composing import approve
from wellclear.domain.entry import Act
from wellclear.edges.keyring import create_key
from wellclear.testing.sketch import SketchParty, circle

TOKEN = "the token of this test"
BASE = "http://127.0.0.1:8645"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Host, str, dict[str, SketchParty], Path]]:
    base = tmp_path_factory.mktemp("api")
    channel, parties = found(base / "host")
    host = serve(base / "host")
    yield host, channel, parties, base
    host.stop()


Story = Callable[[httpx.AsyncClient, httpx.AsyncClient, Desk, Desk], Awaitable[None]]


def run(live: tuple[Host, str, dict[str, SketchParty], Path], story: Story) -> None:
    host, channel, parties, base = live

    async def tell() -> None:
        async with running(parties[NORTH], base / NORTH, channel, host.url) as north:  # noqa: SIM117  # reads better
            async with running(parties[SOUTH], base / SOUTH, channel, host.url) as south:
                if not north[0].node.core.picture.agreement:
                    await agree(north[0], south[0], host.home)
                for desk, _ in (north, south):
                    await desk.until(lambda desk=desk: desk.node.core.state == "live")
                await story(north[1], south[1], north[0], south[0])

    asyncio.run(tell())


@asynccontextmanager
async def running(
    party: SketchParty, home: Path, channel: str, url: str
) -> AsyncIterator[tuple[Desk, httpx.AsyncClient]]:
    node = node_of(home, party, channel, url)
    for use in ("recovery", *(f"officers/{person}" for person in ("W1", "R1"))):
        path = home / "keys" / f"{use}.json"
        person = use.rpartition("/")[2]
        owner = party.name if use == "recovery" else f"{party.name}/{person}"
        if not path.exists():
            create_key(path, "recovery" if use == "recovery" else "person", owner, PASSPHRASE, **key_of(party, person))
    node.start()
    transport = httpx.ASGITransport(app=node_app(node, TOKEN, "127.0.0.1"))  # type: ignore[arg-type]  # two types of ASGI
    try:
        hooks = {"response": [held_to_the_document]}
        async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=BEARER, event_hooks=hooks) as client:
            yield Desk(party, node), client
    finally:
        await node.stop()


async def take_watch(client: httpx.AsyncClient, person: str = "W1") -> str:
    answer = await client.post("/api/sessions", json={"person": person, "passphrase": PASSPHRASE})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["session"])


async def announce(client: httpx.AsyncClient, desk: Desk, *, lat: float = 34.5, name: str = "") -> str:
    """A notice by the command line's way: compose, approve twice, send and wait."""
    start_us = desk.node.core.now_us + 7_200_000_000
    body = {
        "kind": "notice", "to": [f"{SOUTH if desk.party.name == NORTH else NORTH}/OPS"], "precedence": "P",
        "keep_until": "2030-01-01", "groups": [
            {"group": "volume", "volumes": [circle(lat, 38.3, 5_000, start_us=start_us)]},
            {"group": "category", "category": "air"}, {"group": "rest", "crewed": "yes"},
        ],
    }  # fmt: skip
    composed = await client.post("/api/acts", json=body)
    assert composed.status_code == 200, composed.text
    act = msgspec.convert(composed.json()["act"], Act)
    approvals = [
        approve(act, desk.party.key("W1"), "drafter"),
        approve(act, desk.party.key("R1"), "release_authority"),
    ]
    told = {"act": composed.json()["act"], "parts": composed.json()["parts"]}
    sent = await client.post("/api/entries?wait=60", json={**told, "approvals": msgspec.to_builtins(approvals)})
    assert sent.status_code == 200, sent.text
    assert sent.json()["remarks"] == []
    return str(act.id)


async def board_until(client: httpx.AsyncClient, desk: Desk, seen: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            board: dict[str, Any] = (await client.get("/api/board")).json()
            if seen(board):
                return board
            await desk.node.changed(0.5)


def notice_in(board: dict[str, Any], item: str) -> dict[str, Any]:
    return next((row for row in board["notices"] if row["id"] == item), {})


@pytest.mark.requirement("R2", "R3", "R5", "R7")
def test_the_page_acknowledges_and_the_announcer_confirms(
    live: tuple[Host, str, dict[str, SketchParty], Path],
) -> None:
    async def story(north: httpx.AsyncClient, south: httpx.AsyncClient, a: Desk, b: Desk) -> None:
        item = await announce(north, a)
        board = await board_until(south, b, lambda board: notice_in(board, item).get("volumes"))
        alarm = next(row for row in board["alarms"] if row["item"] == item)
        assert (alarm["kind"], alarm["state"], alarm["rung"]) == ("notice", "unack", "ring")
        assert any(row["item"] == item and row["mine"] == "yes" for row in board["duties"])
        row = notice_in(board, item)
        assert row["lead"] == {SOUTH: "SHORT"}, "two hours where an air notice wants a day"
        raw = row["volumes"][0]["raw"]
        session = await take_watch(south)
        read = {
            "lat_e7": raw["centre"][0], "lon_e7": raw["centre"][1], "start_us": raw["start_us"],
            "lower_mm": 0, "upper_mm": 10_000_000,
        }  # fmt: skip
        answer = await south.post(
            "/api/desk/ack",
            json={"session": session, "id": item, "version": 1, "desk": f"{SOUTH}/OPS", "readback": [read]},
        )
        assert (answer.status_code, answer.json()["remarks"]) == (200, [])
        await board_until(north, a, lambda board: notice_in(board, item)["recipients"][0].get("readback"))
        mine = await take_watch(north)
        about = {"session": mine, "id": item, "version": 1, "desk": f"{SOUTH}/OPS"}
        done = await north.post("/api/desk/confirm", json=about)
        assert done.status_code == 200, done.text
        board = await board_until(south, b, lambda board: notice_in(board, item)["recipients"][0].get("confirmed"))
        assert not [row for row in board["alarms"] if row["item"] == item]

    run(live, story)


@pytest.mark.requirement("R5")
def test_a_read_back_nine_kilometres_off_is_never_confirmed(
    live: tuple[Host, str, dict[str, SketchParty], Path],
) -> None:
    async def story(north: httpx.AsyncClient, south: httpx.AsyncClient, a: Desk, b: Desk) -> None:
        item = await announce(north, a, lat=33.0)
        row = notice_in(await board_until(south, b, lambda board: notice_in(board, item).get("volumes")), item)
        raw = row["volumes"][0]["raw"]
        read = {
            "lat_e7": raw["centre"][0] + 810_000, "lon_e7": raw["centre"][1], "start_us": raw["start_us"],
            "lower_mm": 0, "upper_mm": 10_000_000,
        }  # fmt: skip
        session = await take_watch(south)
        body = {"session": session, "id": item, "version": 1, "desk": f"{SOUTH}/OPS", "readback": [read]}
        assert (await south.post("/api/desk/ack", json=body)).status_code == 200
        board = await board_until(
            north, a, lambda board: notice_in(board, item)["recipients"][0]["unconfirmed"] == "yes"
        )
        assert any(row["kind"] == "readback" for row in board["alarms"])
        mine = await take_watch(north)
        about = {"session": mine, "id": item, "version": 1, "desk": f"{SOUTH}/OPS"}
        refused = await north.post("/api/desk/confirm", json=about)
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "READBACK_DIFFERS")
        assert (await north.post("/api/desk/readback_wrong", json=about)).status_code == 200
        await board_until(south, b, lambda board: any(row["kind"] == "readback" for row in board["alarms"]))

    run(live, story)


@pytest.mark.requirement("R32")
def test_a_conflict_rings_at_both_desks_and_both_log_a_finding(
    live: tuple[Host, str, dict[str, SketchParty], Path],
) -> None:
    async def story(north: httpx.AsyncClient, south: httpx.AsyncClient, a: Desk, b: Desk) -> None:
        one, other = await announce(north, a, lat=10.0), await announce(south, b, lat=10.01)
        pair = tuple(sorted((one, other)))
        for client, desk in ((north, a), (south, b)):
            board = await board_until(
                client, desk, lambda board: any(
                    (row["a"], row["b"]) == pair and row["ours"] and row["theirs"] for row in board["conflicts"]
                ),
            )  # fmt: skip
            row = next(row for row in board["conflicts"] if (row["a"], row["b"]) == pair)
            assert (row["verdict"], row["ours"], row["theirs"], row["disputed"]) == ("conflict",) * 3 + ("no",)
            assert any(alarm["kind"] == "conflict" and pair[0] in alarm["key"] for alarm in board["alarms"])
            assert board["compared"]["notices"] >= 2

    run(live, story)


@pytest.mark.requirement("R11")
def test_an_officer_on_watch_answers_a_track_query_and_never_not_ours_unchecked(
    live: tuple[Host, str, dict[str, SketchParty], Path],
) -> None:
    async def story(north: httpx.AsyncClient, south: httpx.AsyncClient, a: Desk, b: Desk) -> None:
        track = {"group": "track", "lat_e7": 345600000, "lon_e7": 382700000, "at_us": 1_700_000_000_000_000}
        asked = {"kind": "track_query", "to": [f"{SOUTH}/OPS"], "groups": [{**track, "mover": "drone"}]}
        made = (await north.post("/api/acts", json=asked)).json()
        act = msgspec.convert(made["act"], Act)
        approvals = msgspec.to_builtins([approve(act, a.party.key("W1"), "watch_officer")])
        body = {"act": made["act"], "parts": made["parts"], "approvals": approvals}
        assert (await north.post("/api/entries?wait=60", json=body)).status_code == 200
        board = await board_until(south, b, lambda board: any(row.get("said") for row in board["records"]))
        assert board["records"][0]["waits_for"] == [f"{SOUTH}/OPS"]
        reply = {"session": await take_watch(south), "id": act.id, "desk": f"{SOUTH}/OPS", "answer": "not_ours"}
        refused = await south.post("/api/desk/track_reply", json=reply)
        assert refused.status_code in (400, 422) and "checked_with" in refused.text
        sent = await south.post("/api/desk/track_reply", json={**reply, "checked_with": ["air wing"]})
        assert sent.status_code == 200, sent.text
        await board_until(north, a, lambda board: any("answer" in one for one in board["records"][0]["replies"]))
        row = (await north.get(f"/api/records/{act.id}")).json()
        assert [(one["answer"], one["checked_with"]) for one in row["replies"]] == [("not_ours", ["air wing"])]

    run(live, story)


@pytest.mark.requirement("R4")
def test_a_cease_needs_one_officer_and_no_release(live: tuple[Host, str, dict[str, SketchParty], Path]) -> None:
    async def story(north: httpx.AsyncClient, south: httpx.AsyncClient, a: Desk, b: Desk) -> None:
        session = await take_watch(north)
        body = {"session": session, "code": "cease", "to": [f"{SOUTH}/OPS"], "text": "hold fire"}
        sent = await north.post("/api/desk/safety", json=body)
        assert sent.status_code == 200, sent.text
        board = await board_until(south, b, lambda board: any(row.get("text") for row in board["safety"]))
        alarm = next(row for row in board["alarms"] if row["kind"] == "safety")
        assert (alarm["precedence"], alarm["level"], alarm["state"]) == ("Z", "alarm", "unack")

    run(live, story)


@pytest.mark.requirement("R21")
def test_the_node_refuses_with_a_sentence_before_anything_is_signed(
    live: tuple[Host, str, dict[str, SketchParty], Path],
) -> None:
    async def story(north: httpx.AsyncClient, south: httpx.AsyncClient, a: Desk, b: Desk) -> None:
        nonsense = circle(34.5, 38.3, -5)
        body: dict[str, Any] = {
            "kind": "notice", "to": [f"{SOUTH}/OPS"], "keep_until": "2030-01-01", "groups": [
                {"group": "volume", "volumes": [nonsense]}, {"group": "category", "category": "air"}, {"group": "rest"},
            ],
        }  # fmt: skip
        bad = await north.post("/api/acts", json=body)
        assert (bad.status_code, bad.json()["error"]["code"]) == (422, "invalid")
        body["groups"][0]["volumes"] = [circle(34.5, 38.3, 5_000, start_us=a.node.core.now_us)]
        body["groups"][1]["category"] = "aid_movement"
        bad = await north.post("/api/acts", json=body)
        assert (bad.status_code, bad.json()["error"]["code"]) == (422, "invalid")
        assert "consent" in bad.text, "nobody was named whom it is given to"
        bad = await north.post("/api/acts", json=body | {"consent": [SOUTH]})
        assert (bad.status_code, bad.json()["error"]["code"]) == (409, "BAD_FIELDS")
        body["groups"][1]["category"] = "air"
        good = (await north.post("/api/acts", json=body)).json()
        act = msgspec.convert(good["act"], Act)
        same = [approve(act, a.party.key("R1"), role) for role in ("drafter", "release_authority")]
        told = {"act": good["act"], "parts": good["parts"], "approvals": msgspec.to_builtins(same)}
        refused = await north.post("/api/entries", json=told)
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "SAME_PERSON")
        ghost = {"kind": "cancel", "to": [f"{SOUTH}/OPS"], "subject": {"id": "NORTHLAND-9001-1", "version": 1}}
        assert (await north.post("/api/acts", json=ghost)).json()["error"]["code"] in (
            "UNKNOWN_NOTICE",
            "BAD_FIELDS",
            "invalid",
        )

    run(live, story)


def test_a_draft_waits_until_another_officer_releases_it(
    live: tuple[Host, str, dict[str, SketchParty], Path],
) -> None:
    async def story(north: httpx.AsyncClient, south: httpx.AsyncClient, a: Desk, b: Desk) -> None:
        item = await announce(north, a, lat=-20.0)
        body = {"kind": "cancel", "to": [f"{SOUTH}/OPS"], "subject": {"id": item, "version": 1}}
        told = (await north.post("/api/acts", json=body)).json()
        act = msgspec.convert(told["act"], Act)
        first = msgspec.to_builtins([approve(act, a.party.key("W1"), "drafter")])
        kept = await north.post("/api/drafts", json={"act": told["act"], "parts": told["parts"], "approvals": first})
        name = kept.json()["draft"]
        drafts = (await north.get("/api/drafts")).json()["drafts"]
        assert [row["by"] for row in drafts if row["draft"] == name] == [["W1"]]
        second = msgspec.to_builtins([approve(act, a.party.key("R1"), "release_authority")])
        done = await north.post(f"/api/drafts/{name}/release?wait=60", json={"approvals": second})
        assert done.json()["remarks"] == []
        await board_until(south, b, lambda board: notice_in(board, item).get("state") == "CANCELLED")

    run(live, story)


def test_every_list_of_the_api_answers(live: tuple[Host, str, dict[str, SketchParty], Path]) -> None:
    async def story(north: httpx.AsyncClient, south: httpx.AsyncClient, a: Desk, b: Desk) -> None:
        for name in (
            "status", "board", "notices", "conflicts", "duties", "alarms", "messages", "requests", "roster",
            "agreement", "remarks", "outbox", "timeline", "drafts", "openapi.json",
        ):  # fmt: skip
            answer = await north.get(f"/api/{name}")
            assert answer.status_code == 200, f"{name}: {answer.text}"
        assert (await north.get("/api/agreement")).json()["version"] == 1
        roster = (await north.get("/api/roster")).json()
        assert [row["person"] for row in roster["persons"]][:2] == ["W1", "W2"]
        page = await north.get("/", headers={"Authorization": ""})
        assert page.status_code == 200
        assert "default-src 'self'" in page.headers["content-security-policy"]

    run(live, story)


def test_officers_with_a_wrong_passphrase_or_none_act_for_nobody(
    live: tuple[Host, str, dict[str, SketchParty], Path],
) -> None:
    async def story(north: httpx.AsyncClient, south: httpx.AsyncClient, a: Desk, b: Desk) -> None:
        wrong = await north.post("/api/sessions", json={"person": "W1", "passphrase": "guess"})
        assert wrong.status_code == 409
        assert wrong.json()["error"]["code"] == "KEY_NOT_OPENED"
        none = await north.post("/api/desk/comply", json={"session": "none", "id": "x"})
        assert none.json()["error"]["code"] == "NO_SESSION"
        session = await take_watch(north)
        assert (await north.delete(f"/api/sessions/{session}")).status_code == 200
        after = await north.post("/api/desk/comply", json={"session": session, "id": "x"})
        assert after.json()["error"]["code"] == "NO_SESSION"

    run(live, story)


@pytest.mark.requirement("R2")
def test_a_named_person_silences_an_alarm_here(live: tuple[Host, str, dict[str, SketchParty], Path]) -> None:
    async def story(north: httpx.AsyncClient, south: httpx.AsyncClient, a: Desk, b: Desk) -> None:
        item = await announce(north, a, lat=-30.0)
        board = await board_until(south, b, lambda board: any(row["item"] == item for row in board["alarms"]))
        key = next(row["key"] for row in board["alarms"] if row["item"] == item)
        assert "/" in key
        path = f"/api/alarms/{quote(key, safe='')}/acknowledge"
        assert (await south.post(path, json={"session": "none"})).json()["error"]["code"] == "NO_SESSION"
        seen = await south.post(path, json={"session": await take_watch(south)})
        assert (seen.status_code, seen.json()["by"]) == (200, "W1")
        board = (await south.get("/api/board")).json()
        assert [row["state"] for row in board["alarms"] if row["key"] == key] == ["acked"]
        assert any(row["item"] == item for row in board["duties"]), "the duty stays: nothing was acknowledged"

    run(live, story)


def test_a_ring_is_told_ahead_of_the_board(live: tuple[Host, str, dict[str, SketchParty], Path]) -> None:
    async def story(north: httpx.AsyncClient, south: httpx.AsyncClient, a: Desk, b: Desk) -> None:
        heard = b.node.rings()
        first = asyncio.ensure_future(anext(heard))
        await asyncio.sleep(0)
        item = await announce(north, a, lat=-41.0)
        alarm = await first
        async with asyncio.timeout(PATIENCE_S):
            while alarm is None or alarm.item != item:
                alarm = await anext(heard)
        assert (alarm.kind, alarm.precedence) == ("answer_owed", "P")
        b.node.end_streams()
        assert [row async for row in heard if row is not None] == []

    run(live, story)


def test_the_board_is_streamed_whenever_it_changes(live: tuple[Host, str, dict[str, SketchParty], Path]) -> None:
    async def story(north: httpx.AsyncClient, south: httpx.AsyncClient, a: Desk, b: Desk) -> None:
        boards = b.node.boards(lambda: len(b.node.core.view.items))
        before = await anext(boards)
        await announce(north, a, lat=-40.0)
        async with asyncio.timeout(PATIENCE_S):
            while await anext(boards) == before:
                pass
        b.node.end_streams()
        assert [row async for row in boards] == []

    run(live, story)
