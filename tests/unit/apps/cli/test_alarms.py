"""`alarm list|ack` against a real node's API: what is silenced here, what is still owed, and who is not told."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
from litestar.types import ASGIApp

from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.apps.cli.alarms import deed, short_key, told
from wellclear.apps.cli.main import main
from wellclear.apps.node.alarms import Alarm, AlarmKind
from wellclear.apps.node.app import node_app
from wellclear.apps.node.service import NodeService
from wellclear.channel.desk import message
from wellclear.edges.client import HostClient
from wellclear.edges.keyring import KDF_BY_NAME, Keyring, create_key
from wellclear.edges.settings import NodeSettings, write_node
from wellclear.testing.sketch import Sketch, circle

NORTH, SOUTH = "NORTHLAND", "SOUTHLAND"
PASS, TOKEN = "correct horse", "of this test"


class InProcess(httpx.BaseTransport):
    """The wire between command line and node, without a socket: the whole application behind it is the real one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = httpx.ASGITransport(app=app)  # type: ignore[arg-type]  # two types of ASGI

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        async def ask() -> httpx.Response:
            answer = await self._app.handle_async_request(request)
            return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())

        return asyncio.run(ask())


class Home:
    """SOUTHLAND's home, its node in this process, and what the command line says of it."""

    def __init__(self, bench: Bench, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.bench, self.path, self.capsys = bench, path, capsys

    def run(self, *words: str, json_: bool = True) -> tuple[int, Any, str]:
        code = main([*words, "--home", str(self.path), *(["--json"] if json_ else [])])
        out, err = self.capsys.readouterr()
        return code, json.loads(out) if json_ and out else out, err

    def states(self) -> dict[str, str]:
        return {alarm.key: alarm.state for alarm in self.bench.core.alarms.listed()}


@pytest.fixture
def south(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Home:
    return home_in(Relay(Sketch.founded(seed=81, epochs=True)), tmp_path, monkeypatch, capsys)


def home_in(relay: Relay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Home:
    """SOUTHLAND's home in a channel; its node has followed it."""
    bench = Bench(relay, SOUTH, tmp_path / "node.sqlite")
    core, sketch = bench.core, relay.sketch
    write_node(NodeSettings(tmp_path, SOUTH, "http://127.0.0.1:1", sketch.channel, kdf="minimum"))
    officer = sketch.parties[SOUTH].key("W1")
    create_key(
        Keyring(tmp_path).officer_path("W1"), "person", f"{SOUTH}/W1", PASS, sketch.parties[SOUTH].seed_of("W1"),
        exercise=True, kdf=KDF_BY_NAME["minimum"],
    )  # fmt: skip
    service = NodeService(core, HostClient("http://127.0.0.1:1", sketch.channel, officer, bench.clock), tmp_path)
    (tmp_path / "token").write_text(TOKEN)
    monkeypatch.setenv("WELLCLEAR_PASSPHRASE", PASS)
    bench.follow()
    client, wire = httpx.Client, InProcess(node_app(service, TOKEN, "127.0.0.1"))
    monkeypatch.setattr(httpx, "Client", lambda **options: client(**options, transport=wire))
    return Home(bench, tmp_path, capsys)


def ring(south: Home) -> tuple[str, str]:
    """A notice of NORTHLAND's to acknowledge, a text from it, and an own act that the host refused; id and hash."""
    bench, sketch = south.bench, south.bench.relay.sketch
    item, _ = sketch.announce(NORTH, [f"{SOUTH}/OPS"], [circle(34.5, 38.3, 5_000)])
    sketch.message(NORTH, [f"{SOUTH}/OPS"], "the convoy is late")
    bench.follow()
    bench.fetch()
    pen = bench.core.pen(f"{SOUTH}/OPS")
    said = message(pen, bench.core.next_id(pen.desk), [f"{NORTH}/OPS"], {"text": "x", "language": "en"}, "R")
    kept = bench.core.put(said.act, sketch.watched(said), said.stored)
    bench.clock.advance(7_200)
    sketch.now_us = bench.clock.utc_us
    sketch.time(NORTH)
    bench.follow()
    bench.core.link()
    assert bench.core.outbox.items[kept.id].state == "refused", "its approval is too old"
    return item, kept.id


def by_kind(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["kind"]: row for row in rows}


@pytest.mark.requirement("R2")
def test_the_list_names_key_and_the_command_that_answers(south: Home) -> None:
    assert south.run("alarm", "list")[:2] == (0, {"alarms": [], "sounding": 0})
    item, _ = ring(south)
    code, value, _ = south.run("alarm", "list")
    rows = by_kind(value["alarms"])
    assert (code, value["sounding"], set(rows)) == (1, 3, {"notice", "message", "refused"})
    home = f"--home {south.path}"
    assert rows["notice"]["do"] == f"wellclear ack {item} {home}"
    assert rows["message"]["do"] == f"wellclear messages {home}"
    assert [rows[kind]["waits"] for kind in ("notice", "message", "refused")] == ["yes", "no", "no"]
    code, shown, _ = south.run("alarm", "list", json_=False)
    assert code == 1
    assert all(row["short"] in shown and row["do"] in shown for row in value["alarms"])
    assert "wellclear alarm list" in south.run("status", json_=False)[1]


@pytest.mark.requirement("R2")
def test_a_named_officer_silences_what_is_typed_and_nothing_else(south: Home) -> None:
    item, act = ring(south)
    rows = by_kind(south.run("alarm", "list")[1]["alarms"])
    assert rows["refused"]["key"] == f"outbox/{act}"
    size = south.bench.relay.size
    for name in (rows["refused"]["short"], rows["message"]["short"]):
        code, value, _ = south.run("alarm", "ack", name, "--as", "W1")
        assert (code, value["by"], len(value["silenced"])) == (0, "SOUTHLAND/W1", 1)
    assert south.states() == {rows["notice"]["key"]: "unack", f"outbox/{act}": "acked"}, "a text that was seen is gone"
    code, told_, _ = south.run("alarm", "ack", rows["notice"]["key"], "--as", "W1", json_=False)
    assert (code, south.states()[rows["notice"]["key"]]) == (0, "acked")
    assert f"NOT ACKNOWLEDGED to the other side, who waits: wellclear ack {item}" in told_
    south.bench.follow()
    assert south.bench.relay.size == size, "nobody else hears of it"
    code, value, _ = south.run("status")
    assert (code, value["alarms_sounding"], value["mine_open"]) == (1, 0, 1), "what is owed stays owed"


@pytest.mark.requirement("R2")
def test_list_and_board_say_who_silenced_it_also_after_a_restart(south: Home) -> None:
    ring(south)
    key = by_kind(south.run("alarm", "list")[1]["alarms"])["notice"]["key"]
    assert south.run("alarm", "ack", key, "--as", "W1")[0] == 0
    row = by_kind(south.run("alarm", "list")[1]["alarms"])["notice"]
    words = f"silenced by W1 at {row['silenced']}"
    assert (row["state"], row["silenced_by"], row["silenced_us"]) == ("acked", "W1", south.bench.clock.utc_us)
    for command in (["alarm", "list"], ["board", "--once"]):
        assert words in south.run(*command, json_=False)[1]
    south.bench.core.store.close()
    south.bench.start()
    (alarm,) = [alarm for alarm in south.bench.core.alarms.listed() if alarm.key == key]
    assert (alarm.state, alarm.seen_by, alarm.seen_us) == ("acked", "W1", row["silenced_us"])


@pytest.mark.requirement("R2")
def test_all_is_shown_first_and_leaves_what_the_other_side_waits_for(south: Home) -> None:
    item, _ = ring(south)
    code, _, told_ = south.run("alarm", "ack", "--all", "--as", "W1")
    assert (code, set(south.states().values())) == (6, {"unack"}), "nobody sits here, and --yes was not given"
    assert "message" in told_
    code, value, told_ = south.run("alarm", "ack", "--all", "--as", "W1", "--yes")
    assert (code, sorted(row["kind"] for row in value["silenced"])) == (0, ["message", "refused"])
    assert all(row["short"] in told_ for row in value["silenced"])
    assert [row["item"] for row in value["left"]] == [item]
    code, told_, _ = south.run("alarm", "ack", "--all", "--as", "W1", "--yes", json_=False)
    assert "STILL RINGS" in told_
    assert f"wellclear ack {item}" in told_
    assert "SILENCED" not in told_


def test_a_key_that_is_none_silences_nothing(south: Home) -> None:
    ring(south)
    rows = by_kind(south.run("alarm", "list")[1]["alarms"])
    code, _, said = south.run("alarm", "ack", rows["message"]["key"], "message/9999", "--as", "W1")
    assert (code, json.loads(said.splitlines()[-1])["error"]["where"]) == (2, "KEY")
    assert set(south.states().values()) == {"unack"}
    for words in ([], [rows["message"]["key"], "--all"]):
        assert south.run("alarm", "ack", *words, "--as", "W1")[0] == 2


def test_nobody_silences_in_anothers_name_and_no_watch_is_left_open(
    south: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring(south)
    key = by_kind(south.run("alarm", "list")[1]["alarms"])["message"]["key"]
    assert south.run("alarm", "ack", key, "--as", "W2")[0] == 3, "no such key on this node"
    monkeypatch.setenv("WELLCLEAR_PASSPHRASE", "a guess of mine")
    assert south.run("alarm", "ack", key, "--as", "W1")[0] == 3
    assert set(south.states().values()) == {"unack"}
    monkeypatch.setenv("WELLCLEAR_PASSPHRASE", PASS)
    for _ in range(20):  # more than may be on watch at once
        assert south.run("alarm", "ack", "--all", "--yes", "--as", "W1")[0] == 0


BOARD: dict[str, Any] = {
    "party": NORTH, "desks": ["NORTHLAND/OPS", "NORTHLAND/AIR"],
    "requests": [{"id": "SOUTHLAND-1002-4", "state": "open"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("alarm", "said", "waits"),
    [
        ({"kind": "amend", "key": "ack/S-1/2/NORTHLAND/OPS", "item": "S-1"}, "wellclear ack S-1", "yes"),
        ({"kind": "safety", "key": "ack/S-1/1/NORTHLAND/AIR", "item": "S-1"},
         "wellclear ack S-1 --desk NORTHLAND/AIR", "yes"),
        ({"kind": "unanswered", "key": "ack/S-1/1/NORTHLAND/OPS", "item": "S-1", "desk": "NORTHLAND/AIR"},
         "wellclear ack S-1", "yes"),
        ({"kind": "unanswered", "key": "ack/N-1/1/SOUTHLAND/OPS", "item": "N-1", "call": "SOUTHLAND/W2"},
         "call SOUTHLAND/W2", "no"),
        ({"kind": "unanswered", "key": "receipt/7/SOUTHLAND", "desk": "SOUTHLAND/OPS"}, "call SOUTHLAND/OPS", "no"),
        ({"kind": "conflict", "key": "conflict/NORTHLAND-1/SOUTHLAND-2"},
         "wellclear amend NORTHLAND-1, or wellclear request SOUTHLAND-2 altitude", "no"),
        ({"kind": "request", "key": "request/9", "title": "request SOUTHLAND-1002-4 from SOUTHLAND/OPS"},
         "wellclear comply SOUTHLAND-1002-4, or unable", "yes"),
        ({"kind": "readback", "key": "readback/9", "item": "NORTHLAND-1", "desk": "SOUTHLAND/OPS"},
         "wellclear readback-wrong NORTHLAND-1 --of SOUTHLAND/OPS", "no"),
        ({"kind": "readback", "key": "unconfirmed/9", "item": "SOUTHLAND-2"},
         "wellclear ack SOUTHLAND-2, read back anew", "no"),
        ({"kind": "units_not_told", "key": "passed/S-1/2/NORTHLAND/OPS", "item": "S-1", "desk": "NORTHLAND/OPS"},
         "wellclear passed S-1 --echelon WHO --at TIME", "no"),
        ({"kind": "units_not_told", "key": "passed/N-1/2/SOUTHLAND/OPS", "item": "N-1", "desk": "SOUTHLAND/OPS"},
         "call SOUTHLAND/OPS", "no"),
        ({"kind": "stale", "key": "link"}, "check the link; telephone", "no"),
        ({"kind": "amend", "key": "ack/S-1/2/NORTHLAND/OPS", "item": "S-1", "state": "cleared"}, "it is over", "no"),
    ],
)  # fmt: skip
def test_each_kind_says_what_to_do(alarm: dict[str, Any], said: str, waits: str) -> None:
    row = {"state": "unack", "title": "", **alarm}
    assert deed(row, BOARD) == said
    assert [shown["waits"] for shown in told({**BOARD, "alarms": [row]})] == [waits]


def test_every_kind_of_alarm_says_what_to_do() -> None:
    board_kinds = {"no_answer": "unanswered", "escalated": "unanswered", "readback_differs": "readback",
                   "unconfirmed": "readback", "answer_owed": "notice"}  # fmt: skip
    for kind in get_args(AlarmKind):
        row = {"kind": board_kinds.get(kind, kind), "key": "x/NORTHLAND-1", "state": "unack", "title": ""}
        assert deed(row, BOARD), kind


def test_a_key_can_be_typed() -> None:
    assert short_key("outbox/" + "+/" * 21 + "8=") == "outbox/fbffbffbffbf"
    assert short_key("conflict/NORTHLAND-1/SOUTHLAND-2") == "conflict/NORTHLAND-1/SOUTHLAND-2"


def test_every_letter_of_a_key_reaches_the_node(south: Home) -> None:
    for key in ("outbox/" + "/+//" * 10 + "/+8=", "remark/7/NOT_YOUR_KEY"):
        south.bench.core.alarms.begin(Alarm(key, "refused", "O", "notice was refused", 1, 1))
        code, value, _ = south.run("alarm", "ack", short_key(key), "--as", "W1")
        assert (code, [row["key"] for row in value["silenced"]]) == (0, [key])
        assert south.states()[key] == "acked"
