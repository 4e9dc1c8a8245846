"""Both applications before requests that Schemathesis makes from their OpenAPI documents, and their answers held to it.

Over ASGI in this process: a real host over a founded log, and a real node that has followed an eventful one. The cases
are the same in every run. Left out by name: the streams, which end when the program does (`test_http` tries their
doors), and the check `positive_data_acceptance`, since what fits a schema may still be refused for what it says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import httpx
import msgspec
import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case as AnyCase
from schemathesis import GenerationMode

from tests.bundles import eventful
from tests.described import HOST, NODE, checks_of
from tests.fuzz.applications import BASE, BEARER, asked, host_over, node_over, watch
from wellclear.apps.host.create import Founding
from wellclear.channel.bundle import may_show
from wellclear.channel.requests import authorize
from wellclear.domain.canonical import unb64
from wellclear.domain.entry import decode_leaf
from wellclear.testing.sketch import Sketch

pytestmark = pytest.mark.slow
EXAMPLES: Final = 12
ENDLESS: Final = ("GET /events", "GET /api/events", "GET /api/rings")
"""No case is made for them: an answer would never be whole."""
NEVER_WRONG: Final = (
    "GET /api/notices/{item}", "GET /api/notices/{item}/given", "GET /api/notices/{item}/versions/{version}",
    "GET /api/records/{item}", "GET /api/copies/{mark}",
    "DELETE /api/drafts/{name}", "DELETE /api/sessions/{token}", "POST /submit",
)  # fmt: skip
"""Any text is a name, and any bytes may be frames: no request is wrong by its form. `test_http` spoils the frames.

Of a version no wrong spelling is made beside a name of any text; a route knows numbers only.
"""
SLASHES: Final = {"path": "entries/000.p/45"}
"""Schemathesis makes no value of a path that holds slashes, so a tile's is given."""
HELD_TO: Final = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
    "negative_data_rejection",
)  # fmt: skip
"""Checks of Schemathesis; the first lets 503 pass as well, which says "not now"."""


NEGATIVE, POSITIVE = GenerationMode.NEGATIVE, GenerationMode.POSITIVE
Case = AnyCase[Any]


@pytest.fixture(scope="module")
def sketch() -> Sketch:
    return eventful()


@pytest.fixture(scope="module")
def node(sketch: Sketch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with node_over(sketch, tmp_path_factory.mktemp("node")) as app:
        yield app


@pytest.fixture(scope="module")
def host(sketch: Sketch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    founding = tmp_path_factory.mktemp("founding") / "founding.json"
    told = Founding(channel=sketch.channel, settings={}, settings_salt="", articles={}, articles_salt="")
    founding.write_bytes(msgspec.json.encode(told))
    with host_over(sketch, tmp_path_factory.mktemp("host"), founding) as app:
        yield app


def request_of(case: Case) -> requests.PreparedRequest:
    """The case as the request that it stands for."""
    return requests.Request(**case.as_transport_kwargs(base_url=BASE)).prepare()


Adjusted = Callable[[Case, bool], dict[str, str]]
"""Takes a case, and whether to put values into it that are known here; gives the headers that show who asks."""


def hold(app: Any, operation: Any, mode: GenerationMode, adjusted: Adjusted) -> None:
    """Some cases of one operation, each answer held to the document."""

    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(operation.as_strategy(generation_mode=mode, **_given(operation, mode)), st.booleans())
    def holds(case: Case, known: bool) -> None:
        shown = adjusted(case, known and mode is POSITIVE)
        made = request_of(case)
        response = asked(app, made.method or "", made.url or "", headers={**made.headers, **shown}, content=made.body)
        left_out = {"not_a_server_error"} if response.status_code == 503 else set()
        left_out |= {"negative_data_rejection"} if mode is POSITIVE else set()
        checks = [name for name in HELD_TO if name not in left_out]
        case.validate_response(response, checks=checks_of(checks))

    holds()


def _given(operation: Any, mode: GenerationMode) -> dict[str, Any]:
    return {"path_parameters": SLASHES} if mode is POSITIVE and "{path}" in operation.label else {}


def cases(operations: dict[str, Any]) -> list[tuple[str, GenerationMode]]:
    """Every operation in both modes; what takes nothing can be asked nothing wrong."""
    taken = {label: bool(one.body or one.path_parameters or one.query) and label not in NEVER_WRONG
             for label, one in operations.items() if label not in ENDLESS}  # fmt: skip
    return [
        (label, mode) for label, wrong in taken.items() for mode in (POSITIVE, NEGATIVE) if wrong or mode is POSITIVE
    ]


@pytest.mark.parametrize(("label", "mode"), cases(NODE))
def test_the_node_answers_as_it_is_described(node: Any, sketch: Sketch, label: str, mode: GenerationMode) -> None:
    there = {"item": min(sketch.picture.items.keys()), "name": "D1", "token": watch(node), "action": "safety"}

    def as_officer(case: Case, known: bool) -> dict[str, str]:
        if known:
            case.path_parameters |= {name: there[name] for name in case.path_parameters.keys() & there.keys()}
            if isinstance(case.body, dict) and "session" in case.body:
                case.body["session"] = watch(node)
        return BEARER

    hold(node, NODE[label], mode, as_officer)


@pytest.mark.parametrize(("label", "mode"), cases(HOST))
def test_the_host_answers_as_it_is_described(host: Any, sketch: Sketch, label: str, mode: GenerationMode) -> None:
    told = next(sha for sha in sketch.parts if any(
        ref.sha == sha and may_show(decode_leaf(leaf), ref, ["NORTHLAND"])
        for leaf in sketch.leaves if leaf.startswith(b"{") for ref in decode_leaf(leaf).act.parts
    ))  # fmt: skip
    there = {"sha": unb64(told).hex()}
    signer = sketch.parties["NORTHLAND"].key("node")

    def as_member(case: Case, known: bool) -> dict[str, str]:
        if known:
            case.path_parameters |= {name: there[name] for name in case.path_parameters.keys() & there.keys()}
        path = httpx.URL(request_of(case).url or "").raw_path.decode("ascii")
        return {"Authorization": authorize(signer, sketch.channel, case.method, path, sketch.now_us)}

    hold(host, HOST[label], mode, as_member)
