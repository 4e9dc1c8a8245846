"""The command line's way to the node on the same machine: its local API over loopback, by the node's start-up token.

Every fault of the wire becomes one of our errors here, and the node's own errors come back as what they were there.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import msgspec

from wellclear.errors import (
    Equivocation,
    InvalidValue,
    Malformed,
    Misconfigured,
    Refused,
    Unavailable,
    Unverified,
    WellclearError,
)

TOKEN_FILE = "token"  # noqa: S105  # the name of a file
TIMEOUT_S = 10.0
LINE_BYTES_MAX = 64 * 1024 * 1024
"""Of the stream: a whole board is one line."""
Answer = Any
"""Decoded JSON, as the node's API describes it."""


class NodeClient:
    """A connection to the node's local API. Use it as a context manager, or call `close`.

    Args:
        url: such as `http://127.0.0.1:8645`.
        token: the content of `HOME/token`.
        home: HOME, where it is known.
    """

    def __init__(self, url: str, token: str, home: Path | None = None) -> None:
        self._url, self._home = url, home
        # No proxy and no .netrc of the environment may come between the desk and its own node.
        self._http = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT_S, trust_env=False
        )

    @classmethod
    def at(cls, home: Path, url: str) -> Self:
        """The client for the node of a home directory.

        Raises:
            Unavailable: the node is not running, or never did.
            Misconfigured: its token may not be read.
        """
        try:
            token = (home / TOKEN_FILE).read_text("ascii").strip()
        except FileNotFoundError as error:
            raise Unavailable("node", f"is not running from {home}; start it with: {serving(home)}") from error
        except (OSError, UnicodeDecodeError) as error:
            raise Misconfigured(str(home / TOKEN_FILE), f"cannot be read: {error}") from error
        return cls(url, token, home)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def get(self, path: str, **params: str | int) -> Answer:
        """GET below `/api`; raises what the node raised, or `Unavailable`."""
        return self._ask("GET", path, params=params)

    def post(self, path: str, body: Mapping[str, Any], *, wait_s: int = 0) -> Answer:
        """POST a JSON object below `/api`; with `wait_s` the node may take so long to answer."""
        params = {"wait": wait_s} if wait_s else {}
        return self._ask("POST", path, params=params, body=body, timeout_s=TIMEOUT_S + wait_s)

    def delete(self, path: str) -> Answer:
        """DELETE below `/api`."""
        return self._ask("DELETE", path)

    def boards(self) -> Iterator[Answer]:
        """The board, again and again, whenever it changes; ends when the node does.

        Raises:
            Unavailable: the node stopped answering.
            Malformed: what it sends is no board.
        """
        yield from self._stream("/api/events", "board")

    def rings(self) -> Iterator[Answer]:
        """Each alarm as it rings, ahead of the board; raises as `boards`."""
        yield from self._stream("/api/rings", "ring")

    def _stream(self, path: str, name: str) -> Iterator[Answer]:
        try:
            with self._http.stream("GET", path) as response:
                if response.status_code >= 400:
                    response.read()
                    raise error_from(response.status_code, response.content)
                yield from _events(_lines(response.iter_bytes()), name)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error

    def _ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> Answer:
        content = None if body is None else json.dumps(body).encode()
        headers = {} if content is None else {"Content-Type": "application/json"}
        try:
            response = self._http.request(
                method, f"/api/{path}", params=params, content=content, headers=headers, timeout=timeout_s
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._unreachable(error) from error
        if response.status_code >= 400:
            raise error_from(response.status_code, response.content)
        return _decoded(response.content) if response.content else {}

    def _unreachable(self, error: Exception) -> Unavailable:
        if isinstance(error, httpx.ConnectError):
            return Unavailable("node", f"nobody answers at {self._url}; start it with: {serving(self._home)}")
        return Unavailable("node", f"{self._url} did not answer: {type(error).__name__}")


def serving(home: Path | None) -> str:
    """The command that starts the node of a home, to be pasted."""
    return "wellclear node serve" if home is None else f"wellclear node serve --home {shlex.quote(str(home))}"


def error_from(status: int, content: bytes) -> WellclearError:
    """The error that an answer tells, in the class that it had on the other side."""
    try:
        told = msgspec.json.decode(content)["error"]
        code, message = str(told["code"]), str(told["message"])
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError, RecursionError):
        return Malformed("node", f"status {status}", "an answer that tells no error of ours")
    where, retry = str(told.get("where", "")), told.get("retry_after_s")
    match code:
        case "invalid":
            return InvalidValue(where, message)
        case "malformed":
            return Malformed(where, "", message)
        case "unverified":
            return Unverified(where, message)
        case "equivocation":
            return Equivocation(where, message, ())
        case "unavailable":
            return Unavailable(where, message, retry_after_s=retry if isinstance(retry, int) else None)
        case "misconfigured":
            return Misconfigured(where, message, do=str(told.get("do", "")))
    if code.isupper():
        return Refused(code, message, field=where)
    return Malformed("node", f"status {status}", f"{code}: {message}")


def _decoded(content: bytes) -> Answer:
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed("node", "", "an answer that is no JSON") from error


def _lines(pieces: Iterator[bytes]) -> Iterator[str]:
    """The lines of a stream, ended by LF alone; U+2028 and its like are text, at which `httpx` would cut."""
    rest = bytearray()
    for piece in pieces:
        rest += piece
        if len(rest) > LINE_BYTES_MAX:
            raise Malformed("node", "", f"a line of more than {LINE_BYTES_MAX} bytes")
        if b"\n" in piece:
            *lines, tail = bytes(rest).split(b"\n")
            rest = bytearray(tail)
            for line in lines:
                yield line.removesuffix(b"\r").decode("utf-8", "replace")


def _events(lines: Iterator[str], name: str) -> Iterator[Answer]:
    """The data of each event of one name in a stream of server-sent events (HTML standard, section 9.2)."""
    event, data = "", list[str]()
    for line in lines:
        if not line:
            if event == name and data:
                yield _decoded("\n".join(data).encode())
            event, data = "", []
        elif line.startswith("event:"):
            event = line.removeprefix("event:").strip()
        elif line.startswith("data:"):
            data.append(line.removeprefix("data:").removeprefix(" "))
