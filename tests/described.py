"""The OpenAPI documents of both applications as the tests read them, and real answers held to them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import httpx
import schemathesis
from schemathesis.checks import CHECKS
from schemathesis.core.result import Ok

from wellclear.apps.host import app as host
from wellclear.apps.host.described import host_document
from wellclear.apps.node import app as node
from wellclear.apps.node.described import node_document

_BASE: Final = "http://127.0.0.1:8645"


def strict(document: bytes) -> dict[str, Any]:
    """The document without members beside those that it names, so that what is told and not described comes out.

    Who asks is left out as well: the tests show it with every request, and try the doors without.
    """
    found: dict[str, Any] = json.loads(document)
    for schema in found["components"]["schemas"].values():
        if "properties" in schema and not schema["title"].endswith("Body"):
            schema.setdefault("additionalProperties", False)
    for item in found["paths"].values():
        for said in item.values():
            said.pop("security", None)
    return found


def operations(document: dict[str, Any]) -> dict[str, Any]:
    """Each operation of Schemathesis by its name, such as `GET /status`."""
    made = schemathesis.openapi.from_dict(document)
    made.config.update(base_url=_BASE)
    found = [result.ok() for result in made.get_all_operations() if isinstance(result, Ok)]
    return {one.label: one for one in found}


HOST: Final = operations(strict(host_document(host.OFFERED, "members")))
NODE: Final = operations(strict(node_document(node.OFFERED)))


async def held_to_the_document(response: httpx.Response) -> None:
    """As a hook of a client to a node: status, media type and members of this answer are those that are described."""
    asked = response.request.url.raw_path.decode("ascii").partition("?")[0]
    if not asked.startswith("/api/") or response.headers.get("content-type", "").startswith("text/event-stream"):
        return
    await response.aread()
    response.elapsed = timedelta(0)  # else it is known only after the hook
    operation = operation_of(response.request.method, asked)
    case = operation.Case()
    names = ["status_code_conformance", "content_type_conformance", "response_schema_conformance"]
    case.validate_response(response, checks=checks_of(names))


def checks_of(names: Sequence[str]) -> list[Any]:
    """Checks of Schemathesis by their names."""
    return list(CHECKS.get_by_names(list(names)))


def operation_of(method: str, path: str) -> Any:
    """What the node describes of this request."""
    for label, found in NODE.items():
        asked, _, template = label.partition(" ")
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
        if asked == method and re.fullmatch(pattern, path):
            return found
    raise AssertionError(f"{method} {path} is not described")
