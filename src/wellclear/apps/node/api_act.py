"""What the local API does: compose, take approved acts, keep drafts.

The command line's officers sign with keys of their own, so nothing here holds a person's key; the page's actions are in
`api_desk`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from wellclear.apps.http import not_found
from wellclear.apps.node.board import UNPROVEN, own_desks, why_unsent
from wellclear.apps.node.core import NodeCore
from wellclear.apps.node.disclosing import salts_of
from wellclear.apps.node.epochs import TrialSealer
from wellclear.apps.node.parts import groups_of
from wellclear.apps.node.record_acts import next_version
from wellclear.apps.node.said import Row
from wellclear.apps.node.service import NodeService
from wellclear.apps.node.sessions import asked_to_open
from wellclear.channel.composing import Composed
from wellclear.channel.desk import write_act
from wellclear.channel.outbox import Item
from wellclear.channel.own_rules import past_warning
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import Act, Approval, act_hash, plainly
from wellclear.domain.kinds import KINDS
from wellclear.domain.names import party_of_desk
from wellclear.domain.parts import Group
from wellclear.edges.keyring import Keyring
from wellclear.errors import InvalidValue, Refused
from wellclear.picture.copies import SIZE, are_copies

Service = NamedDependency[NodeService]
Home = NamedDependency[Keyring]
WAIT_S_MAX: Final = 60.0
LENT_S: Final = 5.0
"""At least so long is a key lent that links one act."""
ASKED: Final = (
    "to", "precedence", "id", "subject", "code", "keep_until", "public", "audience", "withhold", "levels",
    "disclose", "consent", "salts",
)  # fmt: skip


class ActBody(msgspec.Struct, kw_only=True):
    """What an officer wants to say; `as` is who is meant to approve it, for warnings only."""

    kind: str
    groups: list[dict[str, Any]] = []
    desk: str = ""
    to: list[str] = []
    precedence: str | None = None
    id: str | None = None
    subject: dict[str, Any] | None = None
    code: str | None = None
    keep_until: str | None = None
    public: dict[str, Any] | None = None
    audience: list[str] = []
    withhold: list[str] = []
    levels: dict[str, int] = {}
    """Of a notice: the level of a recipient's party, up to what its category is shown at by default."""
    disclose: dict[str, int] = {}
    """The same, and more than that."""
    consent: list[str] = []
    """Of a site, movement, deployment or survey: the parties that are given it, each named; nobody else is."""
    salts: dict[str, str] = {}
    preview: bool = False
    """Only to be looked at: no id is taken for it."""

    def asked(self) -> dict[str, Any]:
        """The members that were named."""
        told = {name: getattr(self, name) for name in ASKED}
        return {name: value for name, value in told.items() if value not in (None, [], {})}


class EntryBody(msgspec.Struct, kw_only=True):
    """An approved act with the stored bytes of all its parts; `use` and `passphrase` where another key links it."""

    act: dict[str, Any]
    parts: list[str] = []
    approvals: list[dict[str, Any]] = []
    use: str = "node"
    passphrase: str = ""


class ReleaseBody(msgspec.Struct, kw_only=True):
    """What releases a draft: the approvals that it lacked."""

    approvals: list[dict[str, Any]]


@post("/api/acts", status_code=200)
async def compose_act(service: Service, data: JSONBody[ActBody]) -> Row:
    """An act that fits what was asked and that this node would send; nothing is stored but its id."""
    composed = composed_of(service, data)
    warnings = await warnings_of(service, groups_of(composed.act, composed.openings))
    return told_act(composed, [*warnings, *left_out(data, composed)])


def composed_of(service: NodeService, data: ActBody) -> Composed:
    """Compose and check an act, whose id is given back where it is refused; raises as `NodeCore.check_draft`."""
    with service.core.unless_refused():
        return _composed_of(service.core, service, data)


def _composed_of(core: NodeCore, service: NodeService, data: ActBody) -> Composed:
    kind = KINDS.get(data.kind)
    if kind is None:
        raise InvalidValue("kind", f"{data.kind[:40]!r} is no kind of entry")
    desk = data.desk or (own_desk(service) if kind.has_desk else "")
    asked = data.asked()
    if kind.has_id and "id" not in asked:
        asked["id"] = core.likely_id(desk) if data.preview else core.next_id(desk)
    trial = TrialSealer(core.sealer) if data.preview else None
    if data.kind == "disclose" and data.subject is not None:
        readers = data.audience or [party_of_desk(one, field="to") for one in data.to]
        asked["salts"] = salts_of(core, data.subject, data.groups, readers)
    terms = core.picture.terms if core.picture.agreement else None
    pen = core.pen(desk, trial)
    if data.kind == "amend" and data.subject is not None and str(data.subject.get("id")) in core.view.records:
        composed = next_version(pen, data.groups, asked)
    else:
        composed = write_act(pen, data.kind, data.groups, asked, terms)
    core.check_draft(composed.act, groups_of(composed.act, composed.openings), trial)
    return composed


def left_out(data: ActBody, composed: Composed) -> list[str]:
    """A warning for each desk that was named and is not addressed, because its party gets nothing."""
    gone = [desk for desk in data.to if desk not in composed.act.to]
    return [f"{desk} gets nothing and is not addressed (level 0)" for desk in gone]


def own_desk(service: NodeService) -> str:
    """The party's first desk; raises `Refused` where the roster has none."""
    desks = own_desks(service.core)
    if not desks:
        raise Refused("NOT_YOUR_DESK", "this party has no desk on its roster yet", field="desk")
    return desks[0]


async def warnings_of(service: NodeService, groups: Sequence[Group]) -> list[str]:
    """What an officer should know before approving an act that says this; told here, and to nobody else."""
    core, found = service.core, list[str]()
    if service.core.state == "halted":
        found.append(f"this node has halted; what it sends is {UNPROVEN}")
    elif service.core.state != "live":
        found.append(f"the picture is {service.core.state}: others may have said more since")
    if service.core.drift.blocks_lead_time():
        found.append("this node's clock is more than 30 s from the others'; no lead time can be claimed")
    past = past_warning(groups, service.core.now_us)
    found += [past] if past else []
    return found + await core.drawing.warned(core.picture, core.view, groups, core.now_us)


def told_act(composed: Composed, warnings: Sequence[str]) -> Row:
    """An act as the API tells it; with the key of each sealed part, so that who approves it sees what it holds."""
    act = composed.act
    return {
        "act": msgspec.to_builtins(act), "act_hash": b64(act_hash(act)),
        "parts": [b64(raw) for raw in composed.stored],
        "warnings": [*warnings, composed.unread] if composed.unread else list(warnings),
        "keys": [b64(key.key) if key is not None else "" for key in composed.keys],
    }  # fmt: skip


@post("/api/entries")
async def take_entry(
    service: Service, keyring: Home, data: JSONBody[EntryBody], wait: FromQuery[float] = 0
) -> Response[Row]:
    """Take an approved act into the outbox; with `wait` answer once it is logged and folded."""
    act, approvals, stored = read_act(data.act), read_approvals(data.approvals), read_parts(data.parts)
    if data.use == "node":
        return await send(service, act, approvals, stored, wait)
    if data.use not in ("recovery", "standby"):
        raise InvalidValue("use", "node, recovery or standby")
    with asked_to_open():
        signer = await asyncio.to_thread(keyring.unlock, data.use, data.passphrase, real=service.core.real)
    item = await service.put_lent(act, approvals, stored, data.use, signer, seconds_of(max(wait, LENT_S)))
    return await answer(service, item, 0)


async def send(
    service: NodeService, act: Act, approvals: Sequence[Approval], stored: Sequence[bytes], wait: float
) -> Response[Row]:
    """Put an act, wait for it, and tell where it stands; a refusal by the host is one here."""
    return await answer(service, service.put(act, approvals, stored), wait)


async def answer(service: NodeService, item: Item, wait: float) -> Response[Row]:
    """Where an item stands after at most so many seconds."""
    act, name = item.act, item.id
    done = await service.wait_for(act, name, seconds_of(wait))
    if done is None:
        return Response(_unsent(service, item, name), status_code=202)
    index, remarks = done
    rows = [
        {"reason": str(remark.reason), "sentence": remark.reason.sentence, "detail": remark.detail}
        for remark in remarks
    ]
    return Response({"act_hash": name, "index": index, "remarks": rows}, status_code=200)


def seconds_of(wait: float) -> float:
    """How long a request may wait for its answer."""
    return min(wait, WAIT_S_MAX) if wait > 0 else 0.0  # what is no number waits for nothing


def _unsent(service: NodeService, item: Item, name: str) -> Row:
    now = service.core.outbox.items.get(name, item)
    if now.state == "refused":
        raise Refused(now.reason, f"the host refused it{f': {now.detail}' if now.detail else ''}")
    told = {"act_hash": name, "state": "not sent" if now.state in ("waiting", "linked") else now.state}
    words = why_unsent(service.core, now)
    return told | ({"words": words} if words else {})


def read_act(fields: Mapping[str, Any]) -> Act:
    """An act from JSON; raises `InvalidValue` with the field."""
    act: Act = _converted(fields, Act, "act")
    return act


def read_approvals(rows: Sequence[Mapping[str, Any]]) -> list[Approval]:
    """Approvals from JSON; raises `InvalidValue` with the field."""
    return [_converted(row, Approval, f"approvals[{number}]") for number, row in enumerate(rows)]


def read_parts(rows: Sequence[str]) -> list[bytes]:
    """The stored bytes of an act's parts from base64; raises `InvalidValue` with the place."""
    return [unb64(row, field=f"parts[{number}]") for number, row in enumerate(rows)]


def _converted(fields: Any, kind: Any, where: str) -> Any:
    try:
        return msgspec.convert(fields, kind, strict=True)
    except msgspec.ValidationError as error:
        raise InvalidValue(*plainly(error, where)) from error


# Drafts: an act with its drafter's approval, until somebody else releases it.


@post("/api/drafts", status_code=201)
async def keep_draft(service: Service, data: JSONBody[EntryBody]) -> Row:
    """Keep an act until it is released."""
    act, approvals = read_act(data.act), read_approvals(data.approvals)
    stored = read_parts(data.parts)
    groups = groups_of(act, service.core.epochs.openings(act, stored))
    service.core.check_draft(act, groups)
    warnings = await warnings_of(service, groups)
    store = service.core.store
    last = int(store.get_meta("drafts") or b"0") + 1
    name = f"D{last}"
    row = {"act": msgspec.to_builtins(act), "parts": data.parts, "approvals": msgspec.to_builtins(approvals)}
    with store.transaction():
        store.put_meta("drafts", str(last).encode())
        store.put_draft(name, msgspec.json.encode(row))
    return {"draft": name, "act_hash": b64(act_hash(act)), "warnings": warnings}


@get("/api/drafts")
async def list_drafts(service: Service) -> Row:
    """Every draft that waits for its release."""
    return {"drafts": [await _draft_row(service, name, row) for name, row in service.core.store.drafts().items()]}


@post("/api/drafts/{name:str}/release")
async def release_draft(
    service: Service, name: FromPath[str], data: JSONBody[ReleaseBody], wait: FromQuery[float] = 0
) -> Response[Any]:
    """Send a draft with the approvals that it lacked."""
    raw = service.core.store.drafts().get(name)
    if raw is None:
        return not_found(f"no draft is called {name[:40]}")
    row = msgspec.json.decode(raw)
    act = read_act(row["act"])
    approvals = [*read_approvals(row["approvals"]), *read_approvals(data.approvals)]
    stored = read_parts(row["parts"])
    item = service.put(act, approvals, stored)
    service.core.store.drop_draft(name)
    return await answer(service, item, wait)


@delete("/api/drafts/{name:str}", status_code=200)
async def drop_draft(service: Service, name: FromPath[str]) -> Response[Any]:
    """Throw a draft away."""
    if name not in service.core.store.drafts():
        return not_found(f"no draft is called {name[:40]}")
    service.core.store.drop_draft(name)
    return Response({"draft": name})


async def _draft_row(service: NodeService, name: str, raw: bytes) -> Row:
    row = msgspec.json.decode(raw)
    act = read_act(row["act"])
    persons = {person.key: handle.partition("/")[2] for handle, person in service.core.picture.persons.items()}
    stored, epochs = read_parts(row["parts"]), service.core.epochs
    groups = groups_of(act, epochs.openings(act, stored))
    keys = [epochs.part_key(act, ref, raw) for ref, raw in zip(act.parts, stored, strict=True)]
    return {
        "draft": name, "act_hash": b64(act_hash(act)), **row, "said_us": act.said,
        "by": [persons.get(approval["key"], "unknown") for approval in row["approvals"]],
        "keys": [b64(key.key) if key is not None else "" for key in keys],
        "groups": [msgspec.to_builtins(group) for group in said_once(groups)],
        "warnings": await warnings_of(service, groups),
    }  # fmt: skip


def said_once(groups: Sequence[Group]) -> Sequence[Group]:
    """The field groups of an own act without the copies of them, which its node holds to be alike."""
    return groups[:SIZE] if are_copies(len(groups)) else groups


ACTING: Final = [compose_act, take_entry, keep_draft, list_drafts, release_draft, drop_draft]
"""The handlers of this module."""
