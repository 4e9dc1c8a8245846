"""Bad input and faults on a real channel, by the words of the list: each has a clear error, and nothing is lost.

Beside these: entries in `tests/unit/channel/test_bad_entries.py`, full disks in `test_full_disk.py` of the node and in
`tests/simulation`, kills there too, bundles in `tests/properties/test_bundle.py`, foreign pages in `test_guard.py`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from tests.interop.live_channel import SOUTH, Desk, Host, found, serve
from tests.interop.test_node_api import BEARER, announce, board_until, notice_in, run, take_watch
from wellclear.channel.composing import approve
from wellclear.channel.submission import Frame
from wellclear.domain.entry import Act
from wellclear.errors import Unavailable
from wellclear.testing.sketch import SketchParty, circle

Live = tuple[Host, str, dict[str, SketchParty], Path]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    base = tmp_path_factory.mktemp("faults")
    channel, parties = found(base / "host")
    host = serve(base / "host")
    yield host, channel, parties, base
    host.stop()


DEEP = b"[" * 100_000 + b"]" * 100_000
MESSAGE: dict[str, Any] = {
    "kind": "message", "to": [f"{SOUTH}/OPS"], "groups": [{"group": "message", "language": "en", "text": "x"}],
}  # fmt: skip


def said(**changes: Any) -> dict[str, Any]:
    return MESSAGE | changes


def text(words: str) -> dict[str, Any]:
    return said(groups=[{"group": "message", "language": "en", "text": words}])


def volume(**changes: Any) -> dict[str, Any]:
    groups = [{"group": "volume", "volumes": [circle(34.5, 38.3, 5_000) | changes]}]
    groups += [{"group": "category", "category": "air"}, {"group": "rest"}]
    return {"kind": "notice", "to": [f"{SOUTH}/OPS"], "keep_until": "2030-01-01", "groups": groups}


BODIES: list[tuple[str, Any, int, str]] = [
    ("no JSON", b"{", 400, ""),
    ("no UTF-8", b"\xff\xfe", 400, ""),
    ("too deep", DEEP, 400, "body"),
    ("too deep inside", b'{"kind":"notice","groups":' + DEEP + b"}", 400, "body"),
    ("another type", {"kind": 5}, 400, "kind"),
    ("another type inside", said(audience=[5]), 400, "audience"),
    ("an unknown kind", {"kind": "permission"}, 422, "kind"),
    ("an id that is none", said(id="nonsense"), 422, "act.id"),
    ("a desk twice", said(to=[f"{SOUTH}/OPS"] * 2), 422, "act.to"),
    ("too many desks", said(to=[f"{SOUTH}/D{number}" for number in range(500)]), 422, "act.to"),
    ("another's desk", said(desk=f"{SOUTH}/OPS"), 422, "act.desk"),
    ("a part twice", said(groups=MESSAGE["groups"] * 2), 422, "act.parts"),
    ("a group that is none", said(groups=[{}]), 422, "groups[0].group"),
    ("a salt that is none", said(salts={"message": "!!"}), 422, "salts"),
    ("text that turns", text("a\u202eb"), 422, "message.text"),
    ("text that is long", text("x" * 20_000), 422, "groups[0].message.text"),
    ("end before start", volume(end_us=1), 422, "end_us"),
    ("a time that is no number", volume(start_us="now"), 422, "start_us"),
    ("a time that is no moment", volume(start_us=1e20), 422, "start_us"),
    ("an unknown datum", volume(band={"datum": "MOON"}), 422, "band.datum"),
    ("an unknown unit", volume(band={"datum": "AMSL", "lower_ft": 1}), 422, "band.lower_ft"),
    ("a band upside down", volume(band={"datum": "AMSL", "lower_mm": 2, "upper_mm": 1}), 422, "band"),
    ("a radius below nothing", volume(radius_mm=-1), 422, "radius_mm"),
    ("a place beyond the pole", volume(centre=[950_000_000, 0]), 422, "centre"),
    ("a shape that is none", volume(kind="cube"), 422, "kind"),
]  # fmt: skip


def test_what_is_no_act_is_refused_with_its_field_and_never_ends_in_a_traceback(
    live: Live, caplog: pytest.LogCaptureFixture
) -> None:
    """Malformed, oversized, too deep; nonsense geometry; end before start; unknown units and datums."""

    async def story(north: httpx.AsyncClient, south: httpx.AsyncClient, a: Desk, b: Desk) -> None:
        for what, body, status, where in BODIES:
            content = body if isinstance(body, bytes) else msgspec.json.encode(body)
            answer = await north.post("/api/acts", content=content, headers={"Content-Type": "application/json"})
            error = answer.json().get("error", {})
            assert (answer.status_code, bool(error.get("message"))) == (status, True), f"{what}: {answer.text}"
            assert where in error.get("where", ""), f"{what}: {error}"
        composed = (await north.post("/api/acts", json=MESSAGE)).json()
        by = msgspec.to_builtins([approve(msgspec.convert(composed["act"], Act), a.party.key("W1"), "watch_officer")])
        told = {"act": composed["act"], "parts": composed["parts"], "approvals": by}
        for what, body, where in (
            ("no act", {"act": {}}, "act"),
            ("parts that are missing", told | {"parts": []}, "parts"),
            ("a part that is no base64", told | {"parts": ["%"]}, "parts[0]"),
            ("a part of other bytes", told | {"parts": ["AAAA"]}, "parts[0]"),
            ("an approval that is none", told | {"approvals": [{"key": "x"}]}, "approvals[0].key"),
            ("an id that is none", told | {"act": composed["act"] | {"id": "x"}}, "act.id"),
        ):
            answer = await north.post("/api/entries", json=body)
            assert (answer.status_code, where in answer.json()["error"]["where"]) == (422, True), (
                f"{what}: {answer.text}"
            )
        for wait in ("nan", "inf", "-1"):
            answer = await north.post(f"/api/entries?wait={wait}", json=told)
            assert answer.status_code in (200, 202, 409), f"{wait}: {answer.text}"

    with caplog.at_level(logging.ERROR):
        run(live, story)
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []


def test_a_page_of_another_origin_cannot_speak_for_the_desk_even_with_a_session(live: Live) -> None:
    async def story(north: httpx.AsyncClient, south: httpx.AsyncClient, a: Desk, b: Desk) -> None:
        body = {"session": await take_watch(north), "code": "cease", "to": [f"{SOUTH}/OPS"]}
        size = a.node.core.follower.size
        for headers, status in (
            ({"Origin": "http://evil.example"}, 403),
            ({"Host": "evil.example"}, 403),
            ({"Sec-Fetch-Site": "cross-site"}, 403),
            ({"Content-Type": "text/plain"}, 415),
            ({"Authorization": "Bearer guess"}, 401),
        ):
            answer = await north.post("/api/desk/safety", content=msgspec.json.encode(body), headers=BEARER | headers)
            assert answer.status_code == status, headers
        assert not [item for item in a.node.core.outbox.items.values() if item.act.kind == "safety"]
        assert not [row for row in a.node.core.picture.items.values() if row.kind == "safety" and row.index >= size]

    run(live, story)


@pytest.mark.requirement("R33")
def test_a_retry_after_a_lost_answer_is_logged_once_and_gets_its_proof(live: Live) -> None:
    """The host logs it; the answer never arrives; the node sends the same bytes and takes the proof."""

    async def story(north: httpx.AsyncClient, south: httpx.AsyncClient, a: Desk, b: Desk) -> None:
        submit, lost = a.node.client.submit, list[Sequence[Frame]]()

        async def losing(frames: Sequence[Frame]) -> bytes:
            answer = await submit(frames)
            if not lost:
                lost.append(frames)
                raise Unavailable("host", "the line broke before the answer came")
            return answer

        a.node.client.submit = losing  # type: ignore[method-assign]  # a line that breaks at the worst moment
        item = await announce(north, a, lat=5.0)
        await a.until(lambda: lost)  # the log's stream may be faster than the answer
        await board_until(south, b, lambda board: notice_in(board, item))
        await a.until(lambda: item not in {row.act.id for row in a.node.core.outbox.items.values()})
        leaves = a.node.core.store.leaves(0, a.node.core.follower.size)
        assert sum(f'"id":"{item}"'.encode() in leaf for leaf in leaves) == 1

    run(live, story)


@pytest.mark.requirement("R21")
def test_an_approval_given_while_the_node_sends_other_entries_holds(live: Live) -> None:
    """Between composing and sending, six other entries of the same key are logged."""

    async def story(north: httpx.AsyncClient, south: httpx.AsyncClient, a: Desk, b: Desk) -> None:
        composed = (await north.post("/api/acts", json=text("composed first"))).json()
        act = msgspec.convert(composed["act"], Act)
        session = await take_watch(north)
        meanwhile = {"session": session, "to": [f"{SOUTH}/OPS"], "text": "meanwhile"}
        said = await asyncio.gather(*(north.post("/api/desk/message", json=meanwhile) for _ in range(6)))
        assert {answer.status_code for answer in said} == {200}
        by = msgspec.to_builtins([approve(act, a.party.key("W1"), "watch_officer")])
        told = {"act": composed["act"], "parts": composed["parts"], "approvals": by}
        sent = await north.post("/api/entries?wait=60", json=told)
        assert (sent.status_code, sent.json().get("remarks")) == (200, []), sent.text
        assert sent.json()["index"] > max(answer.json()["index"] for answer in said)

    run(live, story)


@pytest.mark.requirement("R23")
def test_bidi_control_characters_are_refused_with_their_field_wherever_people_write(live: Live) -> None:
    async def story(north: httpx.AsyncClient, south: httpx.AsyncClient, a: Desk, b: Desk) -> None:
        session = await take_watch(north)
        to = {"session": session, "to": [f"{SOUTH}/OPS"]}
        for character in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069":
            told = await north.post("/api/desk/message", json=to | {"text": f"a{character}b"})
            assert (told.status_code, told.json()["error"]["where"]) == (422, "message.text")
            assert f"U+{ord(character):04X}" in told.json()["error"]["message"]
            who = await north.post("/api/desk/safety", json=to | {"code": "cease", "who": f"a{character}b"})
            assert (who.status_code, who.json()["error"]["where"]) == (422, "safety.who")

    run(live, story)


@pytest.mark.requirement("R24")
def test_every_answer_and_page_of_an_exercise_says_so(live: Live) -> None:
    async def story(north: httpx.AsyncClient, south: httpx.AsyncClient, a: Desk, b: Desk) -> None:
        assert (await north.get("/api/board")).json()["exercise"] == "yes"
        assert (await north.get("/api/status")).json()["exercise"] == "yes"
        host: Any = await a.node.client.status()
        assert host["exercise"] == "yes"

    run(live, story)


def opened(item: str, board: dict[str, Any]) -> bool:
    return bool(notice_in(board, item).get("volumes"))


@pytest.mark.requirement("R6")
def test_what_is_under_way_or_over_is_announced_all_the_same(live: Live) -> None:
    """A start in the past blocks nothing: it is stored, rings, and is flagged as what it is."""

    async def story(north: httpx.AsyncClient, south: httpx.AsyncClient, a: Desk, b: Desk) -> None:
        hour_us = 3_600_000_000
        for begun_us, ended_us, flag in ((-hour_us, hour_us, "IN_PROGRESS"), (-2 * hour_us, -hour_us, "AFTER")):
            now_us = a.node.core.now_us
            groups = [
                {"group": "volume", "volumes": [
                    circle(-5.0, 38.3, 5_000, start_us=now_us + begun_us, end_us=now_us + ended_us)
                ]},
                {"group": "category", "category": "air"}, {"group": "rest"},
            ]  # fmt: skip
            body = {"kind": "notice", "to": [f"{SOUTH}/OPS"], "precedence": "Z", "keep_until": "2030-01-01"}
            composed = (await north.post("/api/acts", json=body | {"groups": groups})).json()
            act = msgspec.convert(composed["act"], Act)
            by = [approve(act, a.party.key("W1"), "drafter"), approve(act, a.party.key("R1"), "release_authority")]
            told = {"act": composed["act"], "parts": composed["parts"], "approvals": msgspec.to_builtins(by)}
            assert (await north.post("/api/entries?wait=60", json=told)).json()["remarks"] == []
            shown = partial(opened, str(act.id))
            board = await board_until(south, b, shown)
            row = notice_in(board, str(act.id))
            assert any(alarm["item"] == act.id and alarm["precedence"] == "Z" for alarm in board["alarms"])
            assert flag in f"{row['lead']} {row['flags']}".replace(" ", "_"), row

    run(live, story)
