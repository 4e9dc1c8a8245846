"""The host's HTTP interface (protocol, "Host"): one small handler each; whoever reads shows a member's key."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from litestar import Litestar, MediaType, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from wellclear.apps.described import described_at
from wellclear.apps.host.cosignatures import CosignatureAnswer
from wellclear.apps.host.described import PATH, host_document
from wellclear.apps.host.events import EventStream
from wellclear.apps.host.service import HostService
from wellclear.apps.http import EXCEPTION_HANDLERS, not_found
from wellclear.channel.requests import check_request, reader_of
from wellclear.domain.entry import SUBMISSION_BYTES_MAX
from wellclear.domain.reasons import Reason
from wellclear.errors import InvalidValue, Malformed, Refused, Unverified
from wellclear.log.checkpoint import parse_number
from wellclear.log.tiles import WIDTH, parse_path

Readers = Literal["members", "anyone"]


class Asker(NamedTuple):
    """Who reads: a member by one of its keys; both empty where anyone may."""

    party: str = ""
    key: str = ""


Service = NamedDependency[HostService]
Reader = NamedDependency[Asker]
Listener = NamedDependency[Asker]
Founding = NamedDependency[Path | None]
_SHA = re.compile(r"[0-9a-f]{64}")
_FOR_EVER = {"Cache-Control": "private, max-age=31536000, immutable"}
_NO_STORE = {"Cache-Control": "no-store"}


def host_app(service: HostService, founding: Path | None = None, readers: Readers = "members") -> Litestar:
    """The application around a running service.

    Args:
        service: what it serves; started and stopped by the caller.
        founding: the file that principals may fetch, if there is one.
        readers: with `anyone`, log and events need no key; parts always do.
    """

    async def reader(request: Request[Any, Any, Any]) -> Asker:
        return _reader(service, request, readers)

    async def listener(request: Request[Any, Any, Any]) -> Asker:
        return _listener(service, request, readers)

    async def told_service() -> HostService:
        return service

    async def told_founding() -> Path | None:
        return founding

    return Litestar(
        route_handlers=[*OFFERED, described_at(PATH, host_document(OFFERED, readers))],
        dependencies={
            "reader": Provide(reader),
            "listener": Provide(listener),
            "service": Provide(told_service),
            "founding": Provide(told_founding),
        },
        exception_handlers=EXCEPTION_HANDLERS,
        request_max_body_size=SUBMISSION_BYTES_MAX,
        openapi_config=None,
        logging_config=None,
    )


@get("/status")
async def status(service: Service) -> dict[str, str | int]:
    """No secrets: what anybody may know who finds the address."""
    return service.status()


@get("/checkpoint", media_type=MediaType.TEXT, response_headers=_NO_STORE)
async def checkpoint(service: Service, reader: Reader) -> bytes:
    """The newest note, with the host party's cosignature no older than five seconds."""
    return service.checkpoint()


@get("/tile/{path:path}")
async def tile(service: Service, reader: Reader, path: FromPath[str]) -> Response[Any]:
    """Hashes and entries as immutable files (C2SP tlog-tiles)."""
    try:
        found = parse_path(f"tile{path}")
        raw = await service.tile(found)
    except (Malformed, InvalidValue):
        return not_found("no such tile")
    headers = _FOR_EVER if found.width == WIDTH else _NO_STORE
    return Response(raw, media_type="application/octet-stream", headers=headers)


@get("/part/{sha:str}")
async def part(service: Service, reader: Reader, sha: FromPath[str]) -> Response[Any]:
    """A part's stored bytes, for the parties that its header names; to all others it is not there."""
    stored = None
    if _SHA.fullmatch(sha) and service.may_read(sha, reader.party):
        stored = await service.part(sha)
    if stored is None:
        return not_found("no such part for you")
    return Response(stored, media_type="application/octet-stream", headers=_FOR_EVER)


@post("/submit", status_code=200)
async def submit(service: Service, request: Request[Any, Any, Any]) -> Response[bytes]:
    """Take entries; the answer is their proofs, or the signed refusals."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/octet-stream":
        raise Malformed("submission", "Content-Type", "application/octet-stream expected")
    answer = await service.submit(await request.body())
    return Response(answer, media_type=MediaType.JSON)


@post("/cosignature", status_code=200)
async def cosignature(service: Service, request: Request[Any, Any, Any]) -> CosignatureAnswer:
    """Take a checkpoint of this log with a live cosigner's line; it is merged into the checkpoint and told to all."""
    return service.take_cosignature(await request.body())


@post("/statement", status_code=200)
async def statement(service: Service, request: Request[Any, Any, Any]) -> CosignatureAnswer:
    """Take what a party states of its picture, by its own signature; it is told to all and believed by nobody."""
    size, news = service.statements.take(await request.body())
    return CosignatureAnswer(size=size, news="yes" if news else "no")


@get("/statement/{party:str}/{size:str}", media_type=MediaType.TEXT)
async def stated(service: Service, reader: Reader, party: FromPath[str], size: FromPath[str]) -> Response[bytes]:
    """A party's statement of its picture of so many entries; empty while that party's nodes are asked for it."""
    found = service.statements.ask(reader.party, party, parse_number(size, "request", "size"))
    return Response(found, media_type=MediaType.TEXT, headers=_NO_STORE)


@get("/events")
async def events(service: Service, listener: Listener, request: Request[Any, Any, Any]) -> EventStream:
    """Server-sent events from a size on; for a party that has left, up to the entry by which it left."""
    start = request.query_params.get("from") or request.headers.get("last-event-id") or "0"
    return service.events(listener.party, listener.key, parse_number(start, "request", "from"))


@get("/founding")
async def founding_file(service: Service, reader: Reader, founding: Founding) -> Response[Any]:
    """Settings, salt and articles that the genesis commits to; for the principals alone."""
    if reader.party not in service.sequencer.picture.principals:
        raise Refused(Reason.NOT_A_PRINCIPAL, "the articles are for the principals")
    if founding is None:
        return not_found("this host keeps no founding file")
    return Response(await service.read(founding), media_type=MediaType.JSON, headers=_NO_STORE)


OFFERED: Final = (status, checkpoint, tile, part, submit, cosignature, statement, stated, events, founding_file)
"""Every operation of the host."""


def _reader(service: HostService, request: Request[Any, Any, Any], readers: Readers) -> Asker:
    """The party that asks.

    Raises:
        Malformed, Unverified, Refused: as `channel.requests`.
    """
    key = _shown_key(service, request, readers)
    return Asker(reader_of(service.sequencer.picture, key), key) if key else Asker()


def _listener(service: HostService, request: Request[Any, Any, Any], readers: Readers) -> Asker:
    """The party that asks, also one that has left; raises as `_reader`."""
    key = _shown_key(service, request, readers)
    gone = service.departures.of(key)
    if gone is not None:
        return Asker(gone[0], key)
    return Asker(reader_of(service.sequencer.picture, key), key) if key else Asker()


def _shown_key(service: HostService, request: Request[Any, Any, Any], readers: Readers) -> str:
    header = request.headers.get("authorization")
    if header is None and readers == "anyone":
        return ""
    if header is None:
        raise Unverified("request", "only members read here; sign the request (Authorization: Wellclear ...)")
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    query = request.scope.get("query_string", b"")
    path = (raw + b"?" + query if query else raw).decode("latin-1")
    picture = service.sequencer.picture
    return check_request(header, picture.channel, request.method, path, service.clock.now_us())
