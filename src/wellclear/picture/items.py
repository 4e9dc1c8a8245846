"""Notices, safety messages, requests, records and what is merely said: their public life cycle (R4, R6, R9).

Nothing here waits for an answer (N3), and nothing is refused for being late: a notice whose start has passed is
announced like any other (R6). Geometry, times and texts are sealed; the public fold never sees them.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Final, Literal, cast

import msgspec
from msgspec import UNSET
from rpds import HashTrieSet

from wellclear.domain.agreement import DAY_US
from wellclear.domain.entry import Act, Entry
from wellclear.domain.kinds import CHANGED_BY_AMEND, DAYS_MAX, KINDS
from wellclear.domain.names import party_of_desk, proven_item_id
from wellclear.domain.reasons import Reason
from wellclear.picture.clocks import clock_start_us
from wellclear.picture.epochs import readers
from wellclear.picture.picture import Draft
from wellclear.picture.retention import keep, keep_until_day
from wellclear.picture.rows import AnswerRow, ItemKind, ItemRow, OwedRow, Table, answer_id, owed_id

_NOTICES: Final = frozenset({"notice"})
_ENDS: dict[str, Literal["CANCELLED", "COMPLETED"]] = {"cancel": "CANCELLED", "complete": "COMPLETED"}
_ANSWERS: dict[str, Literal["COMPLIED", "UNABLE"]] = {"comply": "COMPLIED", "unable": "UNABLE"}


def announce(draft: Draft, entry: Entry) -> None:
    """notice, safety, records: a new item at version 1, and what its addressees owe."""
    act = entry.act
    until_day = _new_item(draft, act)
    if until_day is None:
        return
    _put_item(draft, act, until_day)
    owe(draft, entry, act.id if act.id is not UNSET else "", 1, until_day)


def consent(draft: Draft, entry: Entry) -> None:
    """consent: what a host nation says of a notice; nobody else has a territory to speak for."""
    party = draft.read("parties")[entry.act.party]
    if "host_nation" not in party.roles:
        draft.remark(Reason.NOT_HOST_NATION, entry.act.party)
        return
    announce(draft, entry)


def amend(draft: Draft, entry: Entry) -> None:
    """amend: the next version; new clocks start, what was overdue stays on record."""
    act = entry.act
    item = _own_item(draft, act, CHANGED_BY_AMEND)
    if item is None:
        return
    subject = act.subject
    assert subject is not UNSET, "public_of has seen it"
    if subject.version != item.version + 1:
        draft.remark(Reason.VERSION_NOT_NEXT, f"{subject.id} is at version {item.version}")
        return
    until_day = _kept_until(draft, act, subject.id, item.kind)
    if until_day is None:
        return
    until_day = max(until_day, item.keep_until)
    changed = msgspec.structs.replace(
        item, version=subject.version, precedence=act.precedence, to=act.to, index=draft.index, keep_until=until_day
    )
    draft.put("item", subject.id, changed)
    owe(draft, entry, subject.id, subject.version, until_day)


def end(draft: Draft, entry: Entry) -> None:
    """cancel, complete: the end of an item's life cycle; only what is done can be completed, a notice."""
    act = entry.act
    item = _own_item(draft, act, CHANGED_BY_AMEND if act.kind == "cancel" else _NOTICES)
    if item is None:
        return
    subject = act.subject
    assert subject is not UNSET, "public_of has seen it"
    if subject.version != item.version:
        draft.remark(Reason.OLD_VERSION, f"{subject.id} is at version {item.version}")
        return
    draft.put("item", subject.id, msgspec.structs.replace(item, state=_ENDS[act.kind]))
    owe(draft, entry, subject.id, item.version, item.keep_until)


def disclose(draft: Draft, entry: Entry) -> None:
    """disclose: a version of an own notice opened further; that it holds what was committed to, its readers see."""
    act = entry.act
    subject = act.subject
    assert subject is not UNSET, "public_of has seen it"
    item = _announced(draft, act, _NOTICES)
    if item is None:
        return
    if subject.version > item.version:
        draft.remark(Reason.UNKNOWN_NOTICE, f"{subject.id} is at version {item.version}")
    else:
        owe(draft, entry, "", 1, item.keep_until)


def request(draft: Draft, entry: Entry) -> None:
    """request: an item of its own, about the current version of somebody's notice."""
    act = entry.act
    subject = act.subject
    assert subject is not UNSET, "public_of has seen it"
    about = draft.read("items").get(subject.id)
    if about is None or about.kind != "notice":
        draft.remark(Reason.UNKNOWN_NOTICE, subject.id)
        return
    if subject.version != about.version:
        draft.remark(Reason.OLD_VERSION, f"{subject.id} is at version {about.version}")
        return
    until_day = _new_item(draft, act)
    if until_day is None:
        return
    _put_item(draft, act, until_day)
    owe(draft, entry, "", 1, until_day)


def answer_request(draft: Draft, entry: Entry) -> None:
    """comply, unable: the addressee's answer to a request; the first one counts."""
    act = entry.act
    subject = act.subject
    assert subject is not UNSET, "public_of has seen it"
    item = draft.read("items").get(subject.id)
    if item is None or item.kind != "request":
        draft.remark(Reason.UNKNOWN_NOTICE, subject.id)
    elif act.party not in {party_of_desk(desk) for desk in item.to}:
        draft.remark(Reason.NOT_ADDRESSED, subject.id)
    elif item.state != "RELEASED":
        draft.remark(Reason.ALREADY_ANSWERED, subject.id)
    else:
        draft.put("item", subject.id, msgspec.structs.replace(item, state=_ANSWERS[act.kind]))
        owe(draft, entry, "", 1, item.keep_until)


def say(draft: Draft, entry: Entry) -> None:
    """message, finding: nothing but the receipts that they make owed."""
    act = entry.act
    until_day = _new_item(draft, act) if act.id is not UNSET else _kept_until(draft, act, act.kind, act.kind)
    if until_day is not None:
        owe(draft, entry, "", 1, until_day)


def _kept_until(draft: Draft, act: Act, what: str, kind: str) -> int | None:
    until_day = keep_until_day(draft, act)
    if until_day is None:
        draft.remark(Reason.KEPT_TOO_SHORT, what)
    elif kind in DAYS_MAX and until_day - draft.now_us // DAY_US > DAYS_MAX[kind]:
        draft.remark(Reason.KEPT_TOO_LONG, f"{what}: {kind} stands at most {DAYS_MAX[kind]} days")
        return None
    return until_day


def _new_item(draft: Draft, act: Act) -> int | None:
    """Take a new id and tell how long what it names is kept; None, with a remark, when it cannot stand."""
    assert act.id is not UNSET, "public_of has seen it"
    name = proven_item_id(act.id)  # the envelope has seen it
    if name.party != act.party:
        draft.remark(Reason.NOT_YOUR_NAME, act.id)
        return None
    blocks = draft.before.blocks
    at = (name.party, name.block)
    if name.counter <= (blocks.get(at) or 0):
        draft.remark(Reason.ID_TAKEN, act.id)
        return None
    until_day = _kept_until(draft, act, act.id, act.kind)
    if until_day is None:
        return None
    draft.write("blocks", blocks.insert(at, name.counter))
    return until_day


def _put_item(draft: Draft, act: Act, until_day: int) -> None:
    assert act.id is not UNSET and act.desk is not UNSET, "public_of has seen both"
    kind = cast(ItemKind, act.kind)  # the kinds with an id that their handlers put here
    row = ItemRow(
        kind=kind, party=act.party, desk=act.desk, version=1, state="RELEASED", precedence=act.precedence, to=act.to,
        index=draft.index, keep_until=until_day, code=act.code,
    )  # fmt: skip
    draft.put("item", act.id, row)
    keep(draft, until_day, ("item", act.id))


def _announced(draft: Draft, act: Act, kinds: Container[str]) -> ItemRow | None:
    """The item of some kind that an act is about, which its own party has announced; None with a remark."""
    assert act.subject is not UNSET, "public_of has seen it"
    item: ItemRow | None = draft.read("items").get(act.subject.id)
    if item is None or item.kind not in kinds:
        draft.remark(Reason.UNKNOWN_NOTICE, act.subject.id)
    elif item.party != act.party:
        draft.remark(Reason.NOT_THE_ANNOUNCER, act.subject.id)
    else:
        return item
    return None


def _own_item(draft: Draft, act: Act, kinds: Container[str]) -> ItemRow | None:
    """The same, as long as it is not over."""
    item = _announced(draft, act, kinds)
    if item is not None and item.state != "RELEASED":
        assert act.subject is not UNSET, "it was found by that"
        draft.remark(Reason.ALREADY_OVER, act.subject.id)
        return None
    return item


def owe(draft: Draft, entry: Entry, item: str, version: int, until_day: int) -> None:
    """Start the clocks: one receipt a party, and one acknowledgement a desk where the kind asks a person for it."""
    act = entry.act
    may_read = readers(draft, act)
    owing: set[str] = set()
    kept: list[tuple[Table, str]] = []
    for desk in act.to:
        party = party_of_desk(desk)
        if desk not in draft.before.desks:
            draft.remark(Reason.UNKNOWN_DESK, desk)
        elif act.parts and party not in may_read:
            draft.remark(Reason.NOTHING_TO_READ, desk)
        elif party != act.party:
            owing.add(party)
            if item and KINDS[act.kind].owes_ack:
                answer = answer_id(item, version, desk)
                draft.put("answer", answer, AnswerRow(index=draft.index, party=party))
                kept.append(("answer", answer))
    for party in sorted(owing):
        kept.append(("owed", _owe_receipt(draft, entry, party, until_day)))
    if kept:
        keep(draft, until_day, *kept)


def _owe_receipt(draft: Draft, entry: Entry, party: str, until_day: int) -> str:
    row = OwedRow(
        precedence=entry.act.precedence, terms=draft.before.agreement, start_us=clock_start_us(draft, entry.link),
        keep_until=until_day,
    )  # fmt: skip
    owed = owed_id(draft.index, party)
    draft.put("owed", owed, row)
    waiting = draft.read("waiting")
    draft.write("waiting", waiting.insert(party, (waiting.get(party) or HashTrieSet()).insert(draft.index)))
    first, end = draft.read("queues").get(party) or (0, 0)
    draft.write("arrivals", draft.read("arrivals").insert((party, end), draft.index))
    draft.write("queues", draft.read("queues").insert(party, (first, end + 1)))
    return owed
