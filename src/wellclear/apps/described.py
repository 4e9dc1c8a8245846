"""The OpenAPI document of an application, made from its own handlers: paths, words, bodies, answers and faults.

What a handler cannot say by its signature stands in a table of `Operation` beside the application. Every 4xx and 5xx
has the one shape of errors (`apps.problems`). Nothing in it depends on a channel, a home or a key.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, NotRequired, TypedDict

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from wellclear import __version__

OPENAPI: Final = "3.1.0"


class Told(TypedDict):
    """What is wrong: a small word or a reason code, a sentence, the place, what to do, when to ask again."""

    code: str
    message: str
    where: NotRequired[str]
    do: NotRequired[str]
    retry_after_s: NotRequired[int]


class ErrorAnswer(TypedDict):
    """The one shape in which an error is told."""

    error: Told


FAULTS: Final = {
    400: "The request is not of the form that belongs here.",
    401: "Nothing shows that the asker may ask.",
    403: "What shows who asks does not hold, or is not meant for here.",
    404: "There is no such thing here, or not for the asker.",
    409: "Refused, with a reason code.",
    413: "The body is larger than this program takes.",
    415: "The body is not of the media type that belongs here.",
    422: "A value cannot be what it says; `where` names it.",
    500: "This program or its settings need a person.",
    503: "Not now; ask again, after `retry_after_s` where it is told.",
}
"""What each status says of an error."""


@dataclass(frozen=True, slots=True)
class Bytes:
    """A body that is no JSON: its media type, and what stands in it."""

    media: str
    words: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value in the path, the query or a header, with its JSON schema."""

    name: str
    place: Literal["path", "query", "header"]
    schema: Mapping[str, Any]
    words: str


@dataclass(frozen=True, slots=True)
class Operation:
    """What a handler does not say itself.

    Args:
        answers: the type of the JSON, or the `Bytes`, of each status below 400.
        faults: the other statuses that it may answer with.
        body: the type of its JSON, or its `Bytes`; None where it takes none.
        parameters: all that it reads beside the body; a name in the path that is not here is any text.
        path: as people call it, where that is not as the router has it.
        asks: whether who asks must show something; `maybe` where it is taken and not needed.
    """

    answers: Mapping[int, Any]
    faults: tuple[int, ...] = ()
    body: Any = None
    parameters: tuple[Parameter, ...] = ()
    path: str = ""
    asks: Literal["yes", "no", "maybe"] = "yes"


def document(
    path: str,
    title: str,
    about: str,
    handlers: Iterable[HTTPRouteHandler],
    operations: Mapping[str, Operation],
    authorization: Mapping[str, str],
) -> bytes:
    """The document as JSON.

    Args:
        path: where the document itself is served, by `described_at`.
        title: of the application.
        about: what it is for, in a sentence or two.
        handlers: everything else that it offers; each needs a row in `operations`, by its function's name.
        operations: see `Operation`.
        authorization: the security scheme (OpenAPI 3.1, section 4.8.27) of those that ask for one.
    """
    schemas, components = _schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for handler in (*handlers, described_at(path, b"")):
        name = handler.fn.__name__
        said = operations[name]
        for method in sorted(handler.http_methods - {"OPTIONS", "HEAD"}):
            called = said.path or re.sub(r":\w+}", "}", min(handler.paths))
            told = _operation(name, inspect.getdoc(handler.fn) or "", called, said, schemas)
            paths.setdefault(called, {})[method.lower()] = told
    return msgspec.json.encode({
        "openapi": OPENAPI, "info": {"title": title, "version": __version__, "description": about},
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": components, "responses": {f"e{status}": _error(status, schemas) for status in FAULTS},
            "securitySchemes": {"asker": authorization},
        },
    })  # fmt: skip


def described_at(path: str, raw: bytes) -> HTTPRouteHandler:
    """The handler that serves a document as it stands."""

    @get(path)
    async def openapi() -> Response[bytes]:
        """What this program offers over HTTP: this document."""
        return Response(raw, media_type="application/json", headers={"Cache-Control": "no-cache"})

    return openapi


DOCUMENT: Final = Operation({200: dict[str, Any]})
"""Of the handler that `described_at` makes."""


def _schemas(operations: Mapping[str, Operation]) -> tuple[dict[Any, dict[str, Any]], dict[str, Any]]:
    kinds: list[Any] = [ErrorAnswer]
    for said in operations.values():
        kinds += [kind for kind in (said.body, *said.answers.values()) if kind is not None and not _plain(kind)]
    made, components = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    return {repr(kind): schema for kind, schema in zip(kinds, made, strict=True)}, components


def _plain(kind: Any) -> bool:
    return isinstance(kind, Bytes)


def _operation(
    name: str, words: str, path: str, said: Operation, schemas: Mapping[str, dict[str, Any]]
) -> dict[str, Any]:
    first, _, rest = words.partition("\n")
    told: dict[str, Any] = {"operationId": name, "summary": first}
    if rest.strip():
        told["description"] = rest.strip()
    by_name = {one.name: one for one in said.parameters}
    for one in re.findall(r"{(\w+)}", path):
        by_name.setdefault(one, Parameter(one, "path", {"type": "string", "minLength": 1}, ""))
    if by_name:
        told["parameters"] = [_parameter(one) for one in by_name.values()]
    if said.body is not None:
        told["requestBody"] = {"required": True, "content": _content(said.body, schemas)}
    told["responses"] = {
        str(status): {"description": _words(kind), "content": _content(kind, schemas)}
        for status, kind in said.answers.items()
    } | {str(status): {"$ref": f"#/components/responses/e{status}"} for status in sorted(said.faults)}
    if said.asks != "no":
        told["security"] = [{"asker": []}] if said.asks == "yes" else [{"asker": []}, {}]
    return told


def _parameter(said: Parameter) -> dict[str, Any]:
    told: dict[str, Any] = {"name": said.name, "in": said.place, "required": said.place == "path"}
    told["schema"] = dict(said.schema)
    return told | ({"description": said.words} if said.words else {})


def _words(kind: Any) -> str:
    words = kind.words if isinstance(kind, Bytes) else inspect.getdoc(kind) if isinstance(kind, type) else ""
    return (words or "The answer.").partition("\n")[0]


def _content(kind: Any, schemas: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    if isinstance(kind, Bytes):
        binary = (
            {"type": "string", "format": "binary"} if kind.media == "application/octet-stream" else {"type": "string"}
        )
        return {kind.media: {"schema": binary}}
    return {"application/json": {"schema": schemas[repr(kind)]}}


def _error(status: int, schemas: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    return {"description": FAULTS[status], "content": _content(ErrorAnswer, schemas)}
