"""What a node serves as a witness, held to the specification over the wire (C2SP tlog-witness, by its sections)."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.apps.node.service import NodeService
from wellclear.apps.node.witness_app import witness_app
from wellclear.channel.policy import cosigners_of, log_verifier
from wellclear.edges.client import HostClient
from wellclear.log.checkpoint import cosignatures, open_checkpoint, parse_checkpoint
from wellclear.log.note import parse_note
from wellclear.log.witness import AddCheckpoint
from wellclear.testing.sketch import Sketch

SOUTH = "SOUTHLAND"
Asking = Callable[[httpx.AsyncClient], Coroutine[Any, Any, None]]


@pytest.fixture
def south(tmp_path: Path) -> Bench:
    bench = Bench(Relay(Sketch.founded(seed=74, epochs=True)), SOUTH, tmp_path / "south.sqlite")
    bench.follow()
    return bench


def over(bench: Bench, do: Asking) -> None:
    """Ask a node's witness, as strangers do."""

    async def run() -> None:
        signer = bench.core.outbox.signers["node"]
        client = HostClient("http://host", bench.core.channel, signer, bench.clock)
        service = NodeService(bench.core, client, bench.path.parent)
        wire = httpx.ASGITransport(app=witness_app(service))  # type: ignore[arg-type]  # one ASGI, two spellings
        async with httpx.AsyncClient(transport=wire, base_url="http://witness") as http:
            await do(http)
        await client.close()

    asyncio.run(run())


def of_log(origin: str) -> str:
    return f"/{hashlib.sha256(origin.encode()).hexdigest()}/checkpoint"


@pytest.mark.requirement("R33")
def test_another_size_is_told_with_the_one_content_type(south: Bench) -> None:
    """add-checkpoint: 409, the size of the latest *cosigned* checkpoint, a newline, and `text/x.tlog.size` as it is.

    What the node has followed binds it, so it has cosigned that before it names its size: monitors find it there.
    """
    sketch, size = south.relay.sketch, south.core.follower.size

    async def do(http: httpx.AsyncClient) -> None:
        assert (await http.get(of_log(sketch.origin))).status_code == 404, "nothing was ever cosigned"
        answer = await http.post("/add-checkpoint", content=AddCheckpoint(0, (), south.relay.note()).encode())
        assert (answer.status_code, answer.text) == (409, f"{size}\n")
        assert answer.headers["content-type"] == "text/x.tlog.size"
        served = await http.get(of_log(sketch.origin))
        assert parse_checkpoint(parse_note(served.content).text).size == size

    over(south, do)


@pytest.mark.requirement("R33")
def test_monitors_get_the_logs_line_and_ours_as_add_checkpoint_gave_it(south: Bench) -> None:
    """Monitor Retrieval Mechanism: the log's own signature and the cosignature that was returned; 404 before."""
    sketch, size = south.relay.sketch, south.core.follower.size
    for _ in range(2):
        sketch.time("CASPIA")
    proof = tuple(sketch.tree.consistency_proof(size, south.relay.size))

    async def do(http: httpx.AsyncClient) -> None:
        answer = await http.post("/add-checkpoint", content=AddCheckpoint(size, proof, south.relay.note()).encode())
        assert answer.status_code == 200 and answer.content.startswith("— SOUTHLAND/cosigner ".encode())
        served = await http.get(of_log(sketch.origin))
        assert served.status_code == 200 and served.content.endswith(answer.content)
        key = log_verifier(sketch.picture).public_key
        assert open_checkpoint(served.content, sketch.origin, key).size == south.relay.size
        (found,) = cosignatures(served.content, cosigners_of(sketch.picture, SOUTH))
        assert found[1] == south.clock.utc_us // 1_000_000 != 0, "a cosignature must not omit its time"
        for wrong in (
            of_log("caspia.example/other"),
            of_log(sketch.origin).upper().replace("CHECKPOINT", "checkpoint"),
        ):
            assert (await http.get(wrong)).status_code == 404, "the hash is of the origin, in lowercase"
        assert (await http.post(of_log(sketch.origin))).status_code == 405

    over(south, do)


@pytest.mark.requirement("R33")
def test_a_log_that_was_cosigned_under_a_former_host_is_served_as_well(south: Bench) -> None:
    """Monitor Retrieval Mechanism: a checkpoint "for each log it cosigned"; the origin changes with the host."""
    note = south.relay.note()
    assert south.core.store.keep_cosigned("former.example/log", 0, 3, note)

    async def do(http: httpx.AsyncClient) -> None:
        assert (await http.get(of_log("former.example/log"))).content == note
        assert (await http.get(of_log(south.relay.sketch.origin))).status_code == 404

    over(south, do)


@pytest.mark.parametrize("path", ["/add-checkpoint"])
def test_only_posts_add_checkpoints(south: Bench, path: str) -> None:
    """add-checkpoint: "The request MUST be an HTTP POST"."""

    async def do(http: httpx.AsyncClient) -> None:
        assert [(await http.request(method, path)).status_code for method in ("GET", "PUT", "DELETE")] == [405] * 3

    over(south, do)
