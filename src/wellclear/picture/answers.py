"""What addressees answer: receipts, acknowledgements, confirmations, passed to units (R2, R3, R5).

Four different marks that are never merged: *received* is a machine's, *acknowledged* a person's, *confirmed* says that
the read-back fits, *passed to units* that those who act know. None of them is consent, and none is a permission (N3).
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from wellclear.domain.entry import Entry
from wellclear.domain.kinds import AUTHOR_REPLIES, REPLIES_TO, OfDesk, Receipt, public_of
from wellclear.domain.names import party_of_desk
from wellclear.domain.reasons import Reason
from wellclear.picture.clocks import clock_start_us
from wellclear.picture.items import owe
from wellclear.picture.picture import Draft
from wellclear.picture.retention import keep_until_day, stop_waiting
from wellclear.picture.rows import AnswerRow, ItemRow, OwedRow, answer_id, owed_id


def receipt(draft: Draft, entry: Entry) -> None:
    """receipt: everything that still waits for this party up to `through`, but for what did not open."""
    body = public_of(entry.act)
    head = entry.link.head
    assert isinstance(body, Receipt) and head is not UNSET, "public_of and the envelope have seen both"
    if body.through >= head.size:
        draft.remark(Reason.RECEIPT_AHEAD, f"through {body.through}, but its author had seen {head.size} entries")
        return
    shut = {row.index for row in body.not_opened} if body.not_opened is not UNSET else set()
    party, unopened = entry.act.party, []
    for index in _reached(draft, party, body.through):
        if index > body.through or index in shut:
            unopened.append(index)
        else:
            _receive(draft, entry, index)
    draft.write("unopened", draft.read("unopened").insert(party, tuple(unopened)))


def _reached(draft: Draft, party: str, through: int) -> list[int]:
    """What still waits among the entries that this or an earlier receipt of the party reaches, in order.

    What no receipt has reached is not looked at, and what one has listed is at most a receipt's list: so a party that
    sends receipts of little cannot make everybody search all that waits for it.
    """
    waiting = draft.read("waiting").get(party) or ()
    reached = [index for index in draft.read("unopened").get(party) or () if index in waiting]
    arrivals = draft.read("arrivals")
    first, end = draft.read("queues").get(party) or (0, 0)
    while first < end and (index := arrivals[party, first]) <= through:
        if index in waiting:
            reached.append(index)
        arrivals = arrivals.remove((party, first))
        first += 1
    draft.write("arrivals", arrivals)
    draft.write("queues", draft.read("queues").insert(party, (first, end)))
    return reached


def ack(draft: Draft, entry: Entry) -> None:
    """ack: a person of one desk has read one version and reads it back; it is a receipt too."""
    answer, row = _answer_of(draft, entry, entry.act.desk)
    if row is None:
        return
    if row.acked_us is not UNSET and row.readback_wrong_us is UNSET:
        draft.remark(Reason.ALREADY_ANSWERED, answer)
        return
    _receive(draft, entry, row.index)
    first_us = draft.now_us if row.acked_us is UNSET else row.acked_us  # read back again: the first answer was in time
    changed = msgspec.structs.replace(
        row, acked_us=first_us, acked_by=_answering(draft, entry), readback_wrong_us=UNSET
    )
    draft.put("answer", answer, changed)


def confirm(draft: Draft, entry: Entry) -> None:
    """confirm, readback_wrong: the announcer's verdict on a desk's read-back; the newest one stands."""
    body = public_of(entry.act)
    subject = entry.act.subject
    assert isinstance(body, OfDesk) and subject is not UNSET, "public_of has seen both"
    answer, row = _answer_of(draft, entry, body.desk)
    if row is None:
        return
    if draft.read("items")[subject.id].party != entry.act.party:
        draft.remark(Reason.NOT_THE_ANNOUNCER, subject.id)
    elif row.acked_us is UNSET:
        draft.remark(Reason.NOT_ACKNOWLEDGED, answer)
    elif entry.act.kind == "confirm":
        changed = msgspec.structs.replace(row, confirmed_us=draft.now_us, readback_wrong_us=UNSET)
        draft.put("answer", answer, changed)
    else:  # the desk is asked to read back again; that it answered in time stays on record
        changed = msgspec.structs.replace(row, readback_wrong_us=draft.now_us, confirmed_us=UNSET)
        draft.put("answer", answer, changed)


def passed_to_units(draft: Draft, entry: Entry) -> None:
    """passed_to_units: a flag with a moment, in any order with the other answers."""
    answer, row = _answer_of(draft, entry, entry.act.desk)
    if row is None:
        return
    until_day = keep_until_day(draft, entry.act)
    if until_day is None:
        draft.remark(Reason.KEPT_TOO_SHORT, answer)
        return
    draft.put("answer", answer, msgspec.structs.replace(row, passed_us=draft.now_us))
    owe(draft, entry, "", 1, until_day)


def reply(draft: Draft, entry: Entry) -> None:
    """track_reply, zone_reply, account, statement_sign: a party's own word on a record that it was told of.

    For the desk that says it, that is an acknowledgement too. A party may reply again, when it knows more; every reply
    is kept in the log, and the newest moment here. What an author says of its own record stands in no answer row.
    """
    act, subject = entry.act, entry.act.subject
    assert subject is not UNSET and act.desk is not UNSET, "public_of has seen both"
    item: ItemRow | None = draft.read("items").get(subject.id)
    if item is None or item.kind != REPLIES_TO[act.kind]:
        draft.remark(Reason.UNKNOWN_NOTICE, subject.id)
        return
    asked = {party_of_desk(desk) for desk in item.to} | ({item.party} if act.kind in AUTHOR_REPLIES else set())
    if act.party not in asked:
        draft.remark(Reason.NOT_ADDRESSED, subject.id)
        return
    if subject.version != item.version:
        draft.remark(Reason.OLD_VERSION, f"{subject.id} is at version {item.version}")
        return
    answer = answer_id(subject.id, subject.version, act.desk)
    row: AnswerRow | None = draft.read("answers").get(answer)
    if row is not None:
        _receive(draft, entry, row.index)
        changed = msgspec.structs.replace(row, replied_us=draft.now_us)
        if row.acked_us is UNSET:
            changed = msgspec.structs.replace(changed, acked_us=draft.now_us, acked_by=_answering(draft, entry))
        draft.put("answer", answer, changed)
    owe(draft, entry, "", 1, item.keep_until)


def _answering(draft: Draft, entry: Entry) -> str | UnsetType:
    """Who has answered for the desk, by PARTY/HANDLE: its watch officer or release authority; a head has no handle."""
    for role in ("watch_officer", "release_authority"):
        for approval in entry.approvals:
            if approval.role == role:
                return draft.before.keys[approval.key].person
    return UNSET


def _answer_of(draft: Draft, entry: Entry, desk: object) -> tuple[str, AnswerRow | None]:
    """The answer row that an entry speaks of; None, with a remark, where that desk was never asked."""
    subject = entry.act.subject
    assert subject is not UNSET and isinstance(desk, str), "public_of has seen both"
    answer = answer_id(subject.id, subject.version, desk)
    row: AnswerRow | None = draft.read("answers").get(answer)
    if row is None:
        known = subject.id in draft.read("items")
        draft.remark(Reason.NOT_ADDRESSED if known else Reason.UNKNOWN_NOTICE, answer)
    return answer, row


def _receive(draft: Draft, entry: Entry, index: int) -> None:
    party = entry.act.party
    owed: OwedRow | None = draft.read("owed").get(owed_id(index, party))
    stop_waiting(draft, party, index)
    if owed is None or owed.received_us is not UNSET:
        return
    due_us = owed.start_us + draft.before.settings[owed.terms].deadlines.receipt.of(owed.precedence)
    start_us = min(clock_start_us(draft, entry.link), due_us)  # a late receipt puts nothing off
    received = msgspec.structs.replace(owed, received_us=draft.now_us, ack_start_us=start_us)
    draft.put("owed", owed_id(index, party), received)
