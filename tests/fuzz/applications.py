"""Both applications over real logs, for the tests that put foreign requests before them; without sockets."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from tests.unit.apps.host.world import HandClock, service_of, store_sketch
from tests.unit.apps.node.bench import Bench
from tests.unit.channel.relay import Relay
from wellclear.apps.host.app import host_app
from wellclear.apps.node.app import node_app
from wellclear.apps.node.service import NodeService
from wellclear.edges.client import HostClient
from wellclear.edges.keyring import KDF_BY_NAME, create_key
from wellclear.testing.sketch import Sketch

TOKEN = "the token of this test"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
BASE = "http://127.0.0.1:8645"


def asked(app: Any, method: str, url: str, **kwargs: Any) -> httpx.Response:
    """One request to an application, whose own faults would come out here."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            return await client.request(method, url, **kwargs)

    return asyncio.run(ask())


@contextmanager
def node_over(sketch: Sketch, base: Path, party: str = "SOUTHLAND") -> Iterator[Any]:
    """A party's node that has followed a whole log, with an officer's key; its host does not answer."""
    relay = Relay(sketch)
    bench = Bench(relay, party, base / "node.sqlite")
    bench.follow()
    bench.fetch()
    silent = httpx.MockTransport(lambda request: httpx.Response(503))
    author = sketch.parties[party]
    client = HostClient("http://198.51.100.7", sketch.channel, author.key("node"), bench.clock, transport=silent)
    officer = base / "keys" / "officers" / "W1.json"
    kdf = KDF_BY_NAME["minimum"]
    create_key(officer, "person", f"{party}/W1", "w", author.seed_of("W1"), exercise=True, kdf=kdf)

    async def made() -> NodeService:
        return NodeService(bench.core, client, base)

    with _quiet():
        yield node_app(asyncio.run(made()), TOKEN, "127.0.0.1")
    bench.core.store.close()


@cache
def watch(app: Any) -> str:
    """The session of the officer who has the watch at a node."""
    answer = asked(app, "POST", "/api/sessions", json={"person": "W1", "passphrase": "w"}, headers=BEARER)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["session"])


@contextmanager
def host_over(sketch: Sketch, base: Path, founding: Path | None = None) -> Iterator[Any]:
    """A host over a log, whose disk is never written to: what is sound would wait, so nothing sound is sent."""
    service = service_of(sketch, store_sketch(sketch, base), HandClock(sketch.now_us))
    with _quiet():
        yield host_app(service, founding)
    service.close()


@contextmanager
def _quiet() -> Iterator[None]:
    logger = logging.getLogger("wellclear.http")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    yield
    logger.setLevel(before)
