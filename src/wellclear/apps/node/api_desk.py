"""The page's actions: an officer takes the watch, then acts with one key press; the session's key signs.

The node composes each act from the picture and the few values that the officer gave, approves it with the session's key
as watch officer, and waits five seconds for its place in the log.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import unquote

import msgspec
from litestar import Request, Response, delete, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from wellclear.apps.http import not_found
from wellclear.apps.node.api_act import own_desk, seconds_of, send
from wellclear.apps.node.said import Row
from wellclear.apps.node.service import NodeService
from wellclear.apps.node.sessions import Sessions
from wellclear.channel import desk as desks
from wellclear.channel.composing import Composed, approve
from wellclear.channel.desk import Pen
from wellclear.domain.canonical import b64
from wellclear.domain.entry import plainly
from wellclear.domain.parts import ReadbackRow, RequestDetails
from wellclear.errors import InvalidValue

Service = NamedDependency[NodeService]
Watch = NamedDependency[Sessions]
WAIT_S: Final = 5.0


class SessionBody(msgspec.Struct, kw_only=True):
    """Who takes the watch."""

    person: str
    passphrase: str


class DeskBody(msgspec.Struct, kw_only=True):
    """What an officer gave for one action; which members it needs, the action says."""

    session: str
    id: str = ""
    version: int = 1
    desk: str = ""
    readback: list[dict[str, Any]] = []
    echelon: str = ""
    code: str = ""
    to: list[str] = []
    text: str = ""
    language: str = "en"
    precedence: str = "R"
    about: str | None = None
    lat_e7: int | None = None
    lon_e7: int | None = None
    who: str | None = None
    datum: str | None = None
    lower_mm: int | None = None
    upper_mm: int | None = None
    start_us: int | None = None
    answer: str = ""
    checked_with: list[str] = []

    def given(self, *names: str) -> dict[str, Any]:
        """Those of some members that were given."""
        told = {name: getattr(self, name) for name in names}
        return {name: value for name, value in told.items() if value not in (None, "")}


class AlarmBody(msgspec.Struct, kw_only=True):
    """Who silences an alarm."""

    session: str


@post("/api/sessions", status_code=201)
async def take_watch(service: Service, sessions: Watch, data: JSONBody[SessionBody]) -> Row:
    """Unlock an officer's key for the page; it stays in memory until the watch ends."""
    signer = await asyncio.to_thread(sessions.unlock, data.person, data.passphrase, real=service.core.real)
    session = sessions.begin(data.person, signer, service.core.picture)
    return {"session": session.token, "person": session.person, "expires_us": session.expires_us}


@delete("/api/sessions/{token:str}", status_code=200)
async def end_watch(sessions: Watch, token: FromPath[str]) -> Row:
    """Forget the session and its key."""
    sessions.end(token)
    return {"session": "ended"}


@post("/api/desk/{action:str}")
async def act(service: Service, sessions: Watch, action: FromPath[str], data: JSONBody[DeskBody]) -> Response[Any]:
    """One action of the officer on watch."""
    build = ACTIONS.get(action)
    if build is None:
        return not_found(f"no such action: {action[:40]}")
    session = sessions.of(data.session)
    with service.core.unless_refused():
        composed = build(service, data)
    approval = await asyncio.to_thread(approve, composed.act, session.signer, "watch_officer")  # a token takes its time
    answer = await send(service, composed.act, [approval], composed.stored, WAIT_S)
    if composed.unread:
        answer.content["warnings"] = [composed.unread]
    return answer


@post("/api/alarms/{key:path}", status_code=200)
async def see_alarm(
    request: Request[Any, Any, Any], service: Service, sessions: Watch, data: JSONBody[AlarmBody]
) -> Response[Any]:
    """`/api/alarms/{key}/acknowledge`: a named person has seen an alarm; this stays here and is no acknowledgement."""
    path = unquote(
        request.scope["raw_path"].decode("latin-1")
    )  # the router makes one slash of two, and hashes have two
    name, slash, what = path.removeprefix("/api/alarms/").rpartition("/")
    if not slash or what != "acknowledge":
        return not_found("an alarm is acknowledged here, and nothing else")
    session = sessions.of(data.session)
    service.see_alarm(name, session.person)
    return Response({"key": name, "by": session.person})


@post("/api/outbox/{name:str}", status_code=200)
async def outbox_item(
    service: Service, sessions: Watch, name: FromPath[str], data: JSONBody[DeskBody], wait: FromQuery[float] = 0
) -> Row:
    """An officer's word on an act that waits for it: `code` is `again` or `drop`. The name is the act's hash in hex.

    With `wait` it is answered once what goes out again is logged and folded.
    """
    session = sessions.of(data.session)
    if data.code not in ("again", "drop"):
        raise InvalidValue("code", "again or drop")
    service.decide(name, again=data.code == "again")
    item = service.core.outbox.items.get(b64(bytes.fromhex(name)))
    if item is not None and wait > 0:
        await service.wait_for(item.act, item.id, seconds_of(wait))
    return {"act_hash": name, "by": session.person}


# Each action from what the officer gave.


def _pen(service: NodeService, data: DeskBody) -> Pen:
    return service.core.pen(data.desk or own_desk(service))


def _own(service: NodeService) -> Pen:
    return service.core.pen(own_desk(service))


def _ack(service: NodeService, data: DeskBody) -> Composed:
    rows = [_converted(row, ReadbackRow, f"readback[{number}]") for number, row in enumerate(data.readback)]
    return desks.ack(_pen(service, data), service.core.picture, data.id, data.version, rows)


def _confirm(service: NodeService, data: DeskBody) -> Composed:
    core = service.core
    return desks.confirm(_answering(service, data), core.picture, core.view, data.id, data.version, data.desk)


def _readback_wrong(service: NodeService, data: DeskBody) -> Composed:
    core = service.core
    return desks.readback_wrong(_answering(service, data), core.picture, core.view, data.id, data.version, data.desk)


def _answering(service: NodeService, data: DeskBody) -> Pen:
    """The desk that announced it answers, whichever desk the body names as the other side's."""
    return service.core.pen(desks.item_of(service.core.picture, data.id).desk)


def _passed(service: NodeService, data: DeskBody) -> Composed:
    core = service.core
    return desks.passed(_pen(service, data), core.picture, data.id, data.version, data.echelon, core.now_us)


def _comply(service: NodeService, data: DeskBody) -> Composed:
    return desks.comply(_pen(service, data), service.core.picture, data.id)


def _unable(service: NodeService, data: DeskBody) -> Composed:
    return desks.unable(_pen(service, data), service.core.picture, data.id, data.code)


def _message(service: NodeService, data: DeskBody) -> Composed:
    pen = _own(service)
    fields = {"text": data.text, "language": data.language, **data.given("about")}
    return desks.message(pen, service.core.next_id(pen.desk), data.to, fields, data.precedence)


def _safety(service: NodeService, data: DeskBody) -> Composed:
    pen = _own(service)
    fields = data.given("lat_e7", "lon_e7", "who", "text")
    return desks.safety(pen, service.core.next_id(pen.desk), data.to, data.code, fields)


def _request(service: NodeService, data: DeskBody) -> Composed:
    pen = _own(service)
    fields = {"group": "request", **data.given("datum", "lower_mm", "upper_mm", "start_us")}
    details = _converted(fields, RequestDetails, "request")
    id_ = service.core.next_id(pen.desk)
    return desks.request(pen, service.core.picture, id_, (data.id, data.version), data.code, details)


def _track_reply(service: NodeService, data: DeskBody) -> Composed:
    """What a desk says of a track (R11); NOT OURS that was checked with nobody is no such group."""
    row = desks.item_of(service.core.picture, data.id)
    group = {"group": "track_reply", "answer": data.answer, "checked_with": data.checked_with}
    members = {"to": [row.desk], "precedence": row.precedence, "subject": {"id": data.id, "version": row.version}}
    return desks.write_act(_pen(service, data), "track_reply", [group], members)


def _converted(fields: Any, kind: Any, where: str) -> Any:
    try:
        return msgspec.convert(fields, kind, strict=True)
    except msgspec.ValidationError as error:
        raise InvalidValue(*plainly(error, where)) from error


ACTIONS: Final[dict[str, Callable[[NodeService, DeskBody], Composed]]] = {
    "ack": _ack, "confirm": _confirm, "readback_wrong": _readback_wrong, "passed": _passed, "comply": _comply,
    "unable": _unable, "message": _message, "safety": _safety, "request": _request, "track_reply": _track_reply,
}  # fmt: skip
"""The page's actions by name."""

DESK: Final = [take_watch, end_watch, act, see_alarm, outbox_item]
"""The handlers of this module."""
