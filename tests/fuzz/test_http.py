"""Every operation of both applications before generated requests, in this process and without sockets.

Never a 5xx but "not now" (503), never a traceback; an error has the one shape; without the right to ask nothing is
told.
What the node offers is read from its own OpenAPI document, so a new operation needs no line here.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz import seeds
from tests.fuzz.mutations import spoilt
from tests.unit.apps.host.world import HandClock, service_of, store_sketch
from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.apps.host.app import host_app
from wellclear.apps.node.app import node_app
from wellclear.apps.node.service import NodeService
from wellclear.channel.requests import authorize
from wellclear.channel.submission import Frame, encode_frames
from wellclear.domain.canonical import b64
from wellclear.edges.client import HostClient
from wellclear.edges.keyring import KDF_BY_NAME, create_key
from wellclear.testing.sketch import Sketch
from wellclear.testing.strategies import json_values

TOKEN = "the token of this test"
STREAMS = ("/api/events", "/api/rings")
"""They end when the node does, so only their door is tried."""
ERROR = {"code", "message", "where", "do", "retry_after_s"}


def asked(app: Any, method: str, url: str, **kwargs: Any) -> httpx.Response:
    """One request to an application, whose own faults would come out here."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8645") as client:
            return await client.request(method, url, **kwargs)

    return asyncio.run(ask())


def hold(answer: httpx.Response) -> None:
    """No fault of the program, and errors in the one shape."""
    assert answer.status_code < 500 or answer.status_code == 503, answer.text
    if answer.status_code >= 400:
        told = answer.json()
        assert set(told) == {"error"}
        assert {"code", "message"} <= set(told["error"]) <= ERROR
        assert told["error"]["message"]
    elif answer.headers.get("content-type", "").startswith("application/json"):
        answer.json()


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """SOUTHLAND's node that has followed a whole log, with an officer's key; its host does not answer."""
    base = tmp_path_factory.mktemp("node")
    relay = Relay(Sketch.founded(seed=9))
    bench = Bench(relay, "SOUTHLAND", base / "node.sqlite")
    bench.follow()
    silent = httpx.MockTransport(lambda request: httpx.Response(503))
    signer = relay.sketch.parties["SOUTHLAND"].key("node")
    client = HostClient("http://198.51.100.7", relay.sketch.channel, signer, bench.clock, transport=silent)
    officer = base / "keys" / "officers" / "W1.json"
    create_key(
        officer, "person", "SOUTHLAND/W1", "w", relay.sketch.parties["SOUTHLAND"].seed_of("W1"), exercise=True,
        kdf=KDF_BY_NAME["minimum"],
    )  # fmt: skip

    async def made() -> NodeService:
        return NodeService(bench.core, client, base)

    yield node_app(asyncio.run(made()), TOKEN, "127.0.0.1")
    bench.core.store.close()


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path and description of everything that an OpenAPI document offers."""
    return [(method, path, said) for path, item in document["paths"].items() for method, said in item.items()
            if method in ("get", "post", "put", "patch", "delete")]  # fmt: skip


def of_schema(schema: dict[str, Any], document: dict[str, Any]) -> st.SearchStrategy[Any]:
    """What a schema allows, and now and then what it does not."""
    if "$ref" in schema:
        return of_schema(document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document)
    several = schema.get("oneOf") or schema.get("anyOf")
    if several:
        return st.one_of([of_schema(one, document) for one in several])
    match schema.get("type"):
        case "object" if "properties" in schema:
            members = {name: of_schema(one, document) for name, one in schema["properties"].items()}
            needed = {name: members.pop(name) for name in schema.get("required", []) if name in members}
            return st.one_of(st.fixed_dictionaries(needed, optional=members), json_values)
        case "array":
            return st.lists(of_schema(schema.get("items", {}), document), max_size=3)
        case "string":
            return st.one_of(st.sampled_from(_WORDS), st.text(max_size=12))
        case "integer":
            return st.one_of(st.integers(), st.integers(0, 3))
        case "number":
            return st.floats()
        case "boolean":
            return st.booleans()
    return json_values


_WORDS = ("", "W1", "w", "SOUTHLAND/OPS", "NORTHLAND/OPS", "notice", "message", "safety", "time", "ack", "cease",
          "again", "drop", "R", "node", "recovery", "AMSL", "NORTHLAND-1001-9", b64(bytes(32)), "2026")  # fmt: skip


def filled(path: str, draw: Any) -> str:
    """A path with its names filled in, by anything that a URL may spell."""
    pieces = []
    for piece in path.split("/"):
        if piece.startswith("{"):
            word = draw(
                st.one_of(st.sampled_from((*_WORDS, "acknowledge", "position", "a/acknowledge")), st.text(max_size=8))
            )
            piece = quote(word.encode("utf-8", "replace"), safe="")  # noqa: PLW2901  # what stands there from now on
        pieces.append(piece)
    return "/".join(pieces)


@cache
def _session(app: Any) -> str:
    answer = asked(app, "POST", "/api/sessions", json={"person": "W1", "passphrase": "w"},
                   headers={"Authorization": f"Bearer {TOKEN}"})  # fmt: skip
    return str(answer.json().get("session", ""))


@settings(max_examples=250)
@given(st.data())
def test_the_nodes_operations_answer_as_documented(node: Any, data: st.DataObject) -> None:
    document = _document(node)
    method, path, said = data.draw(st.sampled_from(operations(document)))
    url = filled(path, data.draw)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    if path in STREAMS or data.draw(st.integers(0, 9)) == 0:
        hold(answer := asked(node, method.upper(), url))
        assert answer.status_code in (401, 404)
        return
    content = None
    if "requestBody" in said:
        headers["Content-Type"] = "application/json"
        schema = said["requestBody"]["content"]["application/json"]["schema"]
        body = data.draw(of_schema(schema, document))
        if isinstance(body, dict) and "session" in body and data.draw(st.booleans()):
            body["session"] = _session(node)
        content = json.dumps(body).encode()
        content = data.draw(st.one_of(st.just(content), spoilt([content], 4096)))
    query = data.draw(st.sampled_from(("", "?wait=x", "?wait=-1", "?wait=nan", "?%FF=1")))
    answer = asked(node, method.upper(), url + query, headers=headers, content=content)
    hold(answer)
    if answer.status_code < 300:
        assert str(answer.status_code) in said["responses"]


def test_nothing_is_told_without_the_token(node: Any) -> None:
    document = _document(node)
    assert len(operations(document)) > 20
    for method, path, _ in operations(document):
        answer = asked(
            node, method.upper(), path.replace("{", "").replace("}", ""), json={} if method != "get" else None
        )
        hold(answer)
        assert answer.status_code == 401, path


@cache
def _document(app: Any) -> dict[str, Any]:
    told: dict[str, Any] = asked(app, "GET", "/api/openapi.json", headers={"Authorization": f"Bearer {TOKEN}"}).json()
    return told


# The host has few operations, which docs/protocol.md names; bodies there are bytes, not JSON.

HOST_PATHS = (
    "/status",
    "/checkpoint",
    "/founding",
    "/tile/0/000",
    "/tile/entries/000.p/7",
    "/part/" + "0" * 64,
    "/nothing",
)


@settings(max_examples=120)
@given(st.data())
def test_the_hosts_operations_answer_in_the_one_shape(host: tuple[Any, Sketch], data: st.DataObject) -> None:
    app, sketch = host
    if data.draw(st.booleans()):
        sound = [
            encode_frames([Frame(leaf)]) for leaf in (seeds.sound_leaves()[0], sketch.leaves[0], sketch.leaves[-1])
        ]
        content = data.draw(spoilt(sound, 8192))
        kind = data.draw(st.sampled_from(("application/octet-stream", "application/json", "")))
        hold(asked(app, "POST", "/submit", content=content, headers={"Content-Type": kind}))
        return
    path = data.draw(st.sampled_from(HOST_PATHS))
    if data.draw(st.booleans()):
        path += quote(data.draw(st.text(max_size=8)).encode("utf-8", "replace"), safe="/")
    signed = authorize(sketch.parties["NORTHLAND"].key("node"), sketch.channel, "GET", path, sketch.now_us)
    header = data.draw(st.one_of(st.just(signed.encode()), spoilt([signed.encode()], 400)))
    header = bytes(byte for byte in header if 32 <= byte < 127)
    hold(asked(app, data.draw(st.sampled_from(("GET", "GET", "GET", "POST", "DELETE"))), path,
               headers={"Authorization": header.decode()}))  # fmt: skip


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Sketch]]:
    """A host over a log, whose disk is never written to: what is sound would wait, so nothing sound is sent."""
    logger = logging.getLogger("wellclear.http")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    sketch = Sketch.founded(seed=9)
    service = service_of(sketch, store_sketch(sketch, Path(tmp_path_factory.mktemp("host"))), HandClock(sketch.now_us))
    yield host_app(service), sketch
    service.close()
    logger.setLevel(before)
