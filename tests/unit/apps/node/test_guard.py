"""The door of the local API: what a page that an officer happens to visit would try."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from litestar.types import Receive, Scope, Send

from wellclear.apps.node.guard import BODY_BYTES_MAX, Guard

TOKEN = "only this node's home holds it"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
JSON = {"Content-Type": "application/json"}


async def inside(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"inside", "more_body": False})


def ask(method: str, path: str, headers: dict[str, str], base: str = "http://127.0.0.1:8645", **more: Any) -> int:
    async def tell() -> int:
        transport = httpx.ASGITransport(app=Guard(inside, TOKEN, "127.0.0.1"))  # type: ignore[arg-type]  # two types of ASGI
        async with httpx.AsyncClient(transport=transport, base_url=base) as client:
            return (await client.request(method, path, headers=headers, **more)).status_code

    return asyncio.run(tell())


def test_the_nodes_own_page_passes() -> None:
    own = {"Origin": "http://127.0.0.1:8645", "Sec-Fetch-Site": "same-origin"}
    assert ask("POST", "/api/desk/ack", BEARER | JSON | own, content="{}") == 200
    assert ask("GET", "/", {}) == 200


@pytest.mark.parametrize("base", ["http://localhost:8645", "http://[::1]:8645"])
def test_loopback_has_three_names(base: str) -> None:
    assert ask("GET", "/api/board", BEARER, base) == 200


@pytest.mark.parametrize("token", ["", "Bearer ", "Bearer guess", f"Basic {TOKEN}"])
def test_without_the_token_nothing_is_told(token: str) -> None:
    assert ask("GET", "/api/board", {"Authorization": token}) == 401
    assert ask("GET", "/api", {"Authorization": token}) == 401


@pytest.mark.parametrize("path", ["//api/board", "/%2fapi/board", "///api", "/page/x/../../api/board", "/anything"])
def test_no_other_spelling_of_a_path_goes_around_the_token(path: str) -> None:
    """The router below joins doubled slashes; whatever is not the page itself asks for the token."""

    async def tell() -> int:
        transport = httpx.ASGITransport(app=Guard(inside, TOKEN, "127.0.0.1"))  # type: ignore[arg-type]  # two types of ASGI
        url = httpx.URL("http://127.0.0.1:8645").copy_with(raw_path=path.encode())
        async with httpx.AsyncClient(transport=transport) as client:
            return (await client.get(url)).status_code

    assert asyncio.run(tell()) == 401


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:8645", "http://127.0.0.1:9999"])
def test_a_foreign_origin_does_not_pass_even_with_the_token(origin: str) -> None:
    assert ask("POST", "/api/desk/ack", BEARER | JSON | {"Origin": origin}, content="{}") == 403
    assert ask("GET", "/", {"Origin": origin}) == 403


@pytest.mark.parametrize("base", ["http://evil.example:8645", "http://127.0.0.1.evil.example", "http://10.0.0.7:8645"])
def test_a_name_rebound_to_loopback_is_of_no_use(base: str) -> None:
    assert ask("GET", "/api/board", BEARER, base) == 403
    assert ask("GET", "/", {}, base) == 403


def test_a_cross_site_request_without_origin_does_not_pass() -> None:
    assert ask("GET", "/api/board", BEARER | {"Sec-Fetch-Site": "cross-site"}) == 403


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_only_json_is_taken(media: str) -> None:
    headers = BEARER | ({"Content-Type": media} if media else {})
    assert ask("POST", "/api/desk/safety", headers, content='{"session": "x"}') == 415


def test_a_large_body_is_refused_by_its_length() -> None:
    assert ask("POST", "/api/acts", BEARER | JSON, content=b" " * (BODY_BYTES_MAX + 1)) == 413
