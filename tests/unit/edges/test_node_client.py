"""The client against a real server on loopback that answers as told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from wellclear.edges.node_client import NodeClient, error_from
from wellclear.errors import InvalidValue, Malformed, Misconfigured, Refused, Unavailable

EVENTS = (
    b'event: hello\ndata: 1\n\nevent: board\ndata: {"size":\ndata: 7}\n\n: rest\n\nevent: board\ndata: {"size": 8}\n\n'
)


class Handler(BaseHTTPRequestHandler):
    """Answers by path; tells what it was asked where that is asked for."""

    def do_GET(self) -> None:
        known: dict[str, tuple[int, bytes]] = {
            "/api/none": (204, b""),
            "/api/garbage": (200, b"<html>"),
            "/api/refused": (409, b'{"error": {"code": "ID_TAKEN", "message": "taken", "where": "act.id"}}'),
            "/api/odd": (502, b"<html>"),
            "/api/strange": (400, b'{"error": {"code": "something", "message": "new"}}'),
            "/api/events": (200, EVENTS),
        }
        asked = {"path": self.path, "auth": self.headers["Authorization"], "type": self.headers["Content-Type"]}
        self._tell(*known.get(self.path, (200, json.dumps(asked).encode())))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._tell(
            200,
            json.dumps({"path": self.path, "type": self.headers["Content-Type"], "body": json.loads(body)}).encode(),
        )

    def _tell(self, status: int, raw: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def client(tmp_path: Path) -> Iterator[NodeClient]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    (tmp_path / "token").write_text("secret\n")
    with NodeClient.at(tmp_path, f"http://127.0.0.1:{server.server_address[1]}") as client:
        yield client
    server.shutdown()
    server.server_close()
    thread.join()


def test_every_request_carries_the_token(client: NodeClient) -> None:
    assert client.get("board")["auth"] == "Bearer secret"
    assert client.get("timeline", start=3)["path"] == "/api/timeline?start=3"


def test_a_body_goes_as_json(client: NodeClient) -> None:
    told = client.post("entries", {"act": {}}, wait_s=5)
    assert told == {"path": "/api/entries?wait=5", "type": "application/json", "body": {"act": {}}}
    assert client.get("none") == {}


def test_an_error_comes_back_as_what_it_was(client: NodeClient) -> None:
    with pytest.raises(Refused) as caught:
        client.get("refused")
    assert (caught.value.reason, caught.value.field) == ("ID_TAKEN", "act.id")


@pytest.mark.parametrize("path", ["garbage", "odd", "strange"])
def test_what_is_no_answer_is_malformed(client: NodeClient, path: str) -> None:
    with pytest.raises(Malformed):
        client.get(path)


def test_boards_come_one_after_the_other(client: NodeClient) -> None:
    assert list(client.boards()) == [{"size": 7}, {"size": 8}]


def test_only_a_line_feed_ends_a_line_of_the_stream() -> None:
    """A host's words may hold what other programs call a line separator; they come through whole."""
    told = {"why": "a\u2028b\x85c"}
    answer = b"event: board\r\ndata: %s\n\n" % json.dumps(told, ensure_ascii=False).encode()
    client = NodeClient("http://127.0.0.1:1", "token")
    client.close()
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=answer))
    client._http = httpx.Client(base_url="http://127.0.0.1:1", transport=transport)
    assert list(client.boards()) == [told]


def test_nobody_there_says_how_to_start(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="wellclear node serve"):
        NodeClient.at(tmp_path, "http://127.0.0.1:1")
    (tmp_path / "token").write_text("x")
    with NodeClient.at(tmp_path, "http://127.0.0.1:1") as client:
        with pytest.raises(Unavailable, match="wellclear node serve"):
            client.get("board")
        with pytest.raises(Unavailable):
            list(client.boards())


def test_a_token_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(b"\xff")
    with pytest.raises(Misconfigured):
        NodeClient.at(tmp_path, "http://127.0.0.1:1")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{}",
        b'{"error": 7}',
        b'{"error": {"code": "invalid"}}',
        b"[" * 5000,
        b'{"error": {"code": "RATE", "message": "\\ud800"}}',
    ],
)
def test_an_answer_that_tells_no_error(raw: bytes) -> None:
    assert isinstance(error_from(500, raw), Malformed)


def test_members_of_the_wrong_type_do_no_harm() -> None:
    raw = b'{"error": {"code": "unavailable", "message": 7, "retry_after_s": "soon"}}'
    error = error_from(503, raw)
    assert isinstance(error, Unavailable)
    assert error.retry_after_s is None
    assert isinstance(error_from(422, b'{"error": {"code": "invalid", "message": "m", "where": "w"}}'), InvalidValue)
