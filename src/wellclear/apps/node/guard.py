"""The door of the local API (protocol, "Local API"): a page that an officer happens to visit must not act as the party.

Four things are asked before any handler runs. The `Host` header names this node itself, so a name that was rebound to
loopback is of no use. An `Origin`, where a browser sends one, is this node's own. Everything but the page's own files
carries the start-up token, which no foreign page knows and no cookie carries. A request with a body says that it is
JSON, which no plain form of a foreign page can say.
"""

from __future__ import annotations

import hmac
import re
from typing import Final

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

BODY_BYTES_MAX: Final = 1024 * 1024
_NAMES: Final = ("localhost", "127.0.0.1", "[::1]")
_PAGE: Final = re.compile(r"/|/page/[A-Za-z0-9_-]+\.[a-z]+")
"""What needs no token: the page's own files. A router may read one path in several spellings, so all else needs it."""


class Guard:
    """ASGI middleware around the node's application.

    Args:
        app: what is guarded.
        token: the content of `HOME/token`.
        listen_host: the address that the node listens on, beside loopback's names.
    """

    def __init__(self, app: ASGIApp, token: str, listen_host: str) -> None:
        self._app, self._expected = app, f"Bearer {token}".encode()
        name = f"[{listen_host}]" if ":" in listen_host else listen_host
        self._names = frozenset({*_NAMES, name.lower()})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may pass; answer the rest in the one shape of errors."""
        if scope["type"] is ScopeType.WEBSOCKET or "method" not in scope:
            return  # this application has no web sockets; a connection that is not taken up ends by itself
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await _answer(send, *refusal)

    def _refusal(self, scope: HTTPScope) -> tuple[int, str, str] | None:
        headers = {name.lower(): value for name, value in scope["headers"]}
        host = headers.get(b"host", b"").decode("latin-1").lower()
        if not self._is_ours(host):
            return 403, "wrong_host", "this node answers to its own name only"
        origin = headers.get(b"origin")
        if origin is not None and origin.decode("latin-1").lower() != f"http://{host}":
            return 403, "wrong_origin", "a page of another origin may not speak to this node"
        if headers.get(b"sec-fetch-site", b"same-origin") not in (b"same-origin", b"none"):
            return 403, "wrong_origin", "a page of another site may not speak to this node"
        if _PAGE.fullmatch(str(scope["path"])):
            return None
        if not hmac.compare_digest(headers.get(b"authorization", b""), self._expected):
            return 401, "no_token", "the token from this node's home belongs into the Authorization header"
        return _body_fault(scope["method"], headers)

    def _is_ours(self, host: str) -> bool:
        name, colon, port = host.rpartition(":")
        if not colon or host.endswith("]"):
            name, port = host, "80"
        return name in self._names and port.isascii() and port.isdecimal()


def _body_fault(method: str, headers: dict[bytes, bytes]) -> tuple[int, str, str] | None:
    if method not in ("POST", "PUT", "PATCH"):
        return None
    if headers.get(b"content-type", b"").partition(b";")[0].strip().lower() != b"application/json":
        return 415, "not_json", "a request's body is application/json"
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length) > BODY_BYTES_MAX:
        return 413, "too_large", f"a request has at most {BODY_BYTES_MAX} bytes"
    return None


async def _answer(send: Send, status: int, code: str, message: str) -> None:
    body = msgspec.json.encode({"error": {"code": code, "message": message}})
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
