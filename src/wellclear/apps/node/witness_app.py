"""What a node serves to other nodes and to monitors, on an address of its own: notes, and nothing else.

    POST /add-checkpoint               C2SP tlog-witness: proof and checkpoint in, our cosignature out
    GET  /<origin hash>/checkpoint     the newest that we have cosigned (hash: SHA-256 of the origin, in hex)
    GET  /note                         our newest note of the host, or evidence against it
    POST /note                         the same, after hearing the asker's
    GET  /statement/<size>             what we state of our picture of so many entries

Nobody shows who they are: every word stands or falls by its signatures. Off unless the settings name an address.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from litestar import Litestar, MediaType, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from wellclear.apps.http import EXCEPTION_HANDLERS, not_found
from wellclear.apps.node.service import NodeService
from wellclear.edges.peers import WORD_BYTES_MAX
from wellclear.errors import Malformed
from wellclear.log.checkpoint import parse_number
from wellclear.log.witness import SIZE_TYPE, Answer

Service = NamedDependency[NodeService]
_NO_STORE: Final = {"Cache-Control": "no-store"}


def witness_app(service: NodeService) -> Litestar:
    """The application around a running service."""

    async def told_service() -> NodeService:
        return service

    return Litestar(
        route_handlers=[add_checkpoint, cosigned, note, exchange, stated],
        dependencies={"service": Provide(told_service)},
        exception_handlers=EXCEPTION_HANDLERS,
        request_max_body_size=WORD_BYTES_MAX,
        openapi_config=None,
        logging_config=None,
    )


@post("/add-checkpoint", status_code=200)
async def add_checkpoint(service: Service, request: Request[Any, Any, Any]) -> Response[bytes]:
    """Cosign a checkpoint that is proven to grow from what was seen last."""
    answer, body = service.add_checkpoint(await request.body())
    media = SIZE_TYPE if answer is Answer.OTHER_SIZE else str(MediaType.TEXT)
    headers = {"Content-Type": media}  # exactly that: as a media type it would be told with a charset
    return Response(body, status_code=answer.value, headers=headers)


@get("/{origin_hash:str}/checkpoint", media_type=MediaType.TEXT)
async def cosigned(service: Service, origin_hash: FromPath[str]) -> Response[Any]:
    """The newest checkpoint of a log that this node has cosigned."""
    store = service.core.store
    logs = {hashlib.sha256(origin.encode()).hexdigest(): origin for origin in store.cosigned_logs()}
    found = store.cosigned(logs[origin_hash]) if origin_hash in logs else None
    if found is None:
        return not_found("no such log is cosigned here")
    return Response(found, media_type=MediaType.TEXT, headers=_NO_STORE)


@get("/note", media_type=MediaType.TEXT)
async def note(service: Service) -> Response[bytes]:
    """Our newest note of the host, or evidence against it; empty before the first."""
    return Response(service.exchanged(b""), media_type=MediaType.TEXT, headers=_NO_STORE)


@post("/note", status_code=200)
async def exchange(service: Service, request: Request[Any, Any, Any]) -> Response[bytes]:
    """Hear the asker's note or evidence, and give ours."""
    word = await request.body()
    if len(word) > WORD_BYTES_MAX:
        raise Malformed("note", "", f"longer than {WORD_BYTES_MAX} bytes")
    return Response(service.exchanged(word), media_type=MediaType.TEXT, headers=_NO_STORE)


@get("/statement/{size:str}", media_type=MediaType.TEXT)
async def stated(service: Service, size: FromPath[str]) -> Response[Any]:
    """What this node states of its picture; so many answers a minute, and nothing beyond."""
    found = service.stated(parse_number(size, "request", "size"))
    if found is None:
        return not_found("there is no such statement here now")
    return Response(found, media_type=MediaType.TEXT, headers=_NO_STORE)
