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
from wellclear.channel.submission import Proven
from wellclear.domain.canonical import b64
from wellclear.domain.entry import Act, act_hash, decode_leaf
from wellclear.domain.reasons import Reason
from wellclear.errors import Refused

Service = NamedDependency[NodeService]
KEYS_S: Final = 5.0
"""At least so long what is handed over waits for the keys that it is sealed under."""
_TOLD: Final = ("act_hash", "index", "state", "words")
KEY_FIRST: Final = "the key that it is sealed under is not logged yet; hand the same file over once more"


class HandedBody(msgspec.Struct, kw_only=True):
    """The file of `guest form`, `end` or `roster`, without what is not sent."""

    wellclear_acts: int
    acts: list[dict[str, Any]] = []
    entries: list[str] = []


@post("/api/carried")
async def carry(service: Service, data: JSONBody[HandedBody], wait: FromQuery[float] = 0) -> Response[Row]:
    """Carry all of it or nothing; with `wait` answer once it is logged, else with what is in the outbox.

    Nothing is queued behind a key that the log does not have: two carriers of one guest may each hold another key under
    its next number, and what was sealed under the one that comes late could be read by nobody. 200 where everything
    stands in the log; 202 where some of it waits, or has to be handed over once more.
    """
    handed = read_handed_over(msgspec.json.encode(data), "body")
    ahead = [one for one in handed.acts if service.core.place_of(one.act) is None]
    service.core.check_carried(ahead)
    rows = [_passed(leaf, one) for leaf, one in await _pass_on(service, handed)]
    keys = [one for one in handed.acts if one.act.kind == "epoch"]
    rows += [await _carried(service, one, max(wait, KEYS_S)) for one in keys]
    said = [one for one in handed.acts if one.act.kind != "epoch"]
    if all("index" in row for row in rows):
        rows += [await _carried(service, one, wait) for one in said]
    else:
        rows += [_named(one.act) | {"state": "not taken", "words": KEY_FIRST} for one in said]
    return Response({"carried": rows}, status_code=200 if all("index" in row for row in rows) else 202)


async def _pass_on(service: NodeService, handed: HandedOver) -> list[tuple[bytes, Proven]]:
    leaves = handed.leaves()
    return list(zip(leaves, await service.pass_on(leaves), strict=True)) if leaves else []


def _passed(leaf: bytes, one: Proven) -> Row:
    if one.refusal is not None:
        reason = Reason.__members__.get(one.refusal.reason, Reason.BAD_FIELDS)
        raise Refused(reason, f"the host refused it: {one.refusal.detail or reason.sentence}")
    return _named(decode_leaf(leaf).act) | ({} if one.index is None else {"index": one.index})


async def _carried(service: NodeService, one: CarriedAct, wait: float) -> Row:
    """Where it stands after at most so many seconds; raises `Refused` where the log has it, and it does not stand."""
    name = b64(act_hash(one.act))
    if service.core.place_of(one.act) is None:
        [item] = service.carry([one])
        told = (await answer(service, item, wait)).content
    else:
        index, remarks = await service.wait_for(one.act, name, wait) or (None, [])
        told = {"act_hash": name, "remarks": [{"reason": str(remark.reason)} for remark in remarks]}
        told |= {} if index is None else {"index": index}
    for remark in told.get("remarks", ()):
        reason = Reason[remark["reason"]]
        raise Refused(reason, f"the log has it, but it does not stand: {reason.sentence}")
    return _named(one.act) | {member: told[member] for member in _TOLD if member in told}


def _named(act: Act) -> Row:
    subject = act.subject.id if act.subject else ""
    return {"kind": act.kind, "id": act.id or subject, "party": act.party}


CARRYING: Final = [carry]
"""The handlers of this module."""
