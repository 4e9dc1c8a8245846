"""What a guest's device has handed over, sent by this node: acts that name it in `via`, and whole entries (0043)."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody

from wellclear.apps.node.api_act import answer
from wellclear.apps.node.said import Row
from wellclear.apps.node.service import NodeService
from wellclear.channel.carrying import CarriedAct, HandedOver, read_handed_over
from wellclear.channel.outbox import Item
from wellclear.channel.submission import Proven
from wellclear.domain.entry import Act, decode_leaf
from wellclear.domain.reasons import Reason
from wellclear.errors import Refused

Service = NamedDependency[NodeService]


class HandedBody(msgspec.Struct, kw_only=True):
    """The file of `guest form`, `end` or `roster`, without what is not sent."""

    wellclear_acts: int
    acts: list[dict[str, Any]] = []
    entries: list[str] = []


@post("/api/carried")
async def carry(service: Service, data: JSONBody[HandedBody], wait: FromQuery[float] = 0) -> Response[Row]:
    """Carry all of it or nothing; with `wait` answer once it is logged, else with what is in the outbox.

    200 where everything stands in the log; 202 where some of it waits.
    """
    handed = read_handed_over(msgspec.json.encode(data), "body")
    rows = [_passed(leaf, one) for leaf, one in await _pass_on(service, handed)]
    items = service.carry(handed.acts)
    rows += [await _carried(service, one, item, wait) for one, item in zip(handed.acts, items, strict=True)]
    return Response({"carried": rows}, status_code=200 if all("index" in row for row in rows) else 202)


async def _pass_on(service: NodeService, handed: HandedOver) -> list[tuple[bytes, Proven]]:
    leaves = handed.leaves()
    return list(zip(leaves, await service.pass_on(leaves), strict=True)) if leaves else []


def _passed(leaf: bytes, one: Proven) -> Row:
    if one.refusal is not None:
        reason = Reason.__members__.get(one.refusal.reason, Reason.BAD_FIELDS)
        raise Refused(reason, f"the host refused it: {one.refusal.detail or reason.sentence}")
    return _named(decode_leaf(leaf).act) | ({} if one.index is None else {"index": one.index})


async def _carried(service: NodeService, one: CarriedAct, item: Item, wait: float) -> Row:
    told = (await answer(service, item, wait)).content
    return _named(one.act) | {name: told[name] for name in ("act_hash", "index", "state", "words") if name in told}


def _named(act: Act) -> Row:
    subject = act.subject.id if act.subject else ""
    return {"kind": act.kind, "id": act.id or subject, "party": act.party}


CARRYING: Final = [carry]
"""The handlers of this module."""
