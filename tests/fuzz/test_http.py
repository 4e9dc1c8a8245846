"""Both applications before bytes that are no request: bodies and headers that are spoilt, names that nobody meant.

Never a 5xx but "not now" (503), never a traceback; an error has the one shape; without the right to ask nothing is
told. What is whole and wrong, or whole and right, Schemathesis makes from the OpenAPI documents: `test_described`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.described import NODE
from tests.fuzz import seeds
from tests.fuzz.applications import BEARER, asked, host_over, node_over, watch
from tests.fuzz.mutations import spoilt
from wellclear.channel.requests import authorize
from wellclear.channel.submission import Frame, encode_frames
from wellclear.testing.sketch import Sketch

ERROR: Final = {"code", "message", "where", "do", "retry_after_s"}


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
    with node_over(Sketch.founded(seed=9), tmp_path_factory.mktemp("node")) as app:
        yield app


BODIES: Final[dict[str, dict[str, Any]]] = {
    "/api/acts": {"kind": "message", "to": ["NORTHLAND/OPS"], "groups": [{"group": "message", "text": "x"}]},
    "/api/entries": {"act": {"kind": "time"}, "parts": ["AAAA"], "approvals": [{"alg": "x"}], "use": "node"},
    "/api/carried": {"wellclear_acts": 1, "acts": [{"act": {"kind": "time"}}], "entries": ["AAAA"]},
    "/api/drafts": {"act": {"kind": "notice"}, "parts": [], "approvals": []},
    "/api/drafts/D1/release": {"approvals": []},
    "/api/check": {"drafts": [{"id": "1", "category": "air", "volumes": [{"kind": "circle", "radius_mm": 5}]}]},
    "/api/sessions": {"person": "W1", "passphrase": "w"},
    "/api/desk/safety": {"session": "", "code": "cease", "to": ["NORTHLAND/OPS"], "text": "x", "lat_e7": 1},
    "/api/desk/ack": {"session": "", "id": "NORTHLAND-1001-1", "version": 1, "readback": [{"lat_e7": 345500000}]},
    "/api/alarms/a/acknowledge": {"session": ""},
    "/api/sealing": {"passphrase": "w"},
    "/api/cosigner": {"passphrase": "w"},
    "/api/outbox/0": {"session": "", "code": "again"},
}
"""A body for everything that takes one, sound as far as its form goes."""


def test_a_body_is_spoilt_for_whatever_takes_one() -> None:
    takers = {label.removeprefix("POST ") for label, one in NODE.items() if one.body}
    patterns = [taker.partition("{")[0] for taker in takers]
    assert all(any(path.startswith(pattern) for path in BODIES) for pattern in patterns)


@settings(max_examples=150)
@given(st.data())
def test_no_spoilt_body_is_a_fault_of_the_node(node: Any, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(BODIES)))
    body = dict(BODIES[path])
    if "session" in body and data.draw(st.booleans()):
        body["session"] = watch(node)
    content = data.draw(spoilt([json.dumps(body).encode()], 4096))
    query = data.draw(st.sampled_from(("", "?wait=x", "?wait=-1", "?wait=nan", "?%FF=1")))
    headers = {**BEARER, "Content-Type": "application/json"}
    hold(asked(node, "POST", path + query, headers=headers, content=content))


@settings(max_examples=80)
@given(st.data())
def test_no_odd_name_is_a_fault_of_the_node(node: Any, data: st.DataObject) -> None:
    """Names as a URL may spell them, whole paths that are none, and methods that do nothing there."""
    start = data.draw(st.sampled_from(("/api/notices/", "/api/drafts/", "/api/sessions/", "/api/", "/page/", "/")))
    word = data.draw(st.one_of(st.text(max_size=8), st.sampled_from(("a/acknowledge", "..", "%2e%2e", "nothing"))))
    url = start + quote(word.encode("utf-8", "replace"), safe="")
    hold(asked(node, data.draw(st.sampled_from(("GET", "GET", "DELETE", "PUT"))), url,
               headers={**BEARER, "Content-Type": "application/json"}))  # fmt: skip


def test_nothing_is_told_without_the_token(node: Any) -> None:
    assert len(NODE) > 20
    for label in NODE:
        method, _, path = label.partition(" ")
        answer = asked(node, method, path.replace("{", "").replace("}", ""), json={} if method != "GET" else None)
        hold(answer)
        assert answer.status_code == 401, path


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
    sketch = Sketch.founded(seed=9)
    with host_over(sketch, tmp_path_factory.mktemp("host")) as app:
        yield app, sketch
