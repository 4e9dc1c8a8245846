"""The OpenAPI documents: whole, without secrets, and every fault in the one shape."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.described import HOST
from tests.fuzz.applications import BEARER, asked, node_over
from tests.unit.apps.host.world import HandClock, Writer, read, running, service_of, store_sketch
from wellclear.apps.host import app as host
from wellclear.apps.host import described as of_host
from wellclear.apps.host.app import host_app
from wellclear.apps.node import app as node
from wellclear.apps.node import described as of_node
from wellclear.channel.submission import encode_frames
from wellclear.testing.sketch import Sketch

DOCUMENTS = {
    "host": of_host.host_document(host.OFFERED, "members"), "open host": of_host.host_document(host.OFFERED, "anyone"),
    "node": of_node.node_document(node.OFFERED),
}  # fmt: skip


def operations(document: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in json.loads(document)["paths"].items():
        for method, said in item.items():
            yield f"{method.upper()} {path}", said


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_operation_says_what_it_answers_and_every_fault_is_of_the_one_shape(name: str) -> None:
    found = json.loads(DOCUMENTS[name])
    shapes = {ref: said["content"] for ref, said in found["components"]["responses"].items()}
    assert {json.dumps(said) for said in shapes.values()} == {
        '{"application/json": {"schema": {"$ref": "#/components/schemas/ErrorAnswer"}}}'
    }
    for label, said in operations(DOCUMENTS[name]):
        assert said["summary"], label
        for status, response in said["responses"].items():
            if int(status) >= 400:
                assert response == {"$ref": f"#/components/responses/e{status}"}, label
            else:
                assert all(content["schema"] for content in response["content"].values()), label
        assert said["responses"].keys() >= {"500"}


def test_the_tables_describe_what_is_offered_and_nothing_else() -> None:
    for table, offered in ((of_host.OPERATIONS, host.OFFERED), (of_node.OPERATIONS, node.OFFERED)):
        assert table.keys() == {handler.fn.__name__ for handler in offered} | {"openapi"}


def test_who_asks_is_said_for_each_operation() -> None:
    def of(name: str) -> dict[str, Any]:
        return {label: said.get("security") for label, said in operations(DOCUMENTS[name])}

    members, anyone = of("host"), of("open host")
    assert [label for label, asks in members.items() if asks is None] == [
        "POST /cosignature",
        "GET /openapi.json",
        "POST /statement",
        "GET /status",
        "POST /submit",
    ]
    assert [label for label, asks in anyone.items() if asks and {} in asks] == [
        "GET /checkpoint", "GET /events", "GET /statement/{party}/{size}", "GET /tile/{path}"
    ]  # fmt: skip
    assert all(asks == [{"asker": []}] for asks in of("node").values())


def test_anybody_may_read_the_hosts_document_and_it_tells_nothing_of_the_channel(tmp_path: Path) -> None:
    sketch = Sketch.founded(seed=4)
    service = service_of(sketch, store_sketch(sketch, tmp_path), HandClock(sketch.now_us))
    answer = asked(host_app(service), "GET", of_host.PATH)
    service.close()
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.content == DOCUMENTS["host"]
    assert len(answer.content) < 16 * 1024
    for word in (sketch.channel, sketch.origin, *sketch.parties):
        assert word not in answer.text


def test_a_submission_that_is_logged_is_answered_as_described(tmp_path: Path) -> None:
    sketch = Sketch.founded(seed=4)
    service = service_of(sketch, store_sketch(sketch, tmp_path), HandClock(sketch.now_us))

    async def story() -> None:
        transport = httpx.ASGITransport(app=host_app(service))  # type: ignore[arg-type]  # two types of ASGI
        async with running(service), httpx.AsyncClient(transport=transport, base_url="http://h") as client:
            writer = Writer(sketch, "NORTHLAND")
            for body in (encode_frames([writer.message("SOUTHLAND")]), encode_frames([writer.time(head=99)])):
                headers = {"Content-Type": "application/octet-stream"}
                answer = await client.post("/submit", content=body, headers=headers)
                assert answer.status_code == 200
                HOST["POST /submit"].validate_response(answer)
            HOST["GET /checkpoint"].validate_response(await read(client, sketch, "/checkpoint"))

    asyncio.run(story())


@pytest.mark.parametrize("path", ["/api/nothing", "/api/openapi.yaml", "/api"])
def test_what_the_node_does_not_offer_is_told_in_the_one_shape(path: str, tmp_path: Path) -> None:
    """A framework's page of its own stood here."""
    with node_over(Sketch.founded(seed=4), tmp_path) as app:
        answer = asked(app, "GET", path, headers=BEARER)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"
