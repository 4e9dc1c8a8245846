"""How a statement stands for a reader: who has signed which sentence of its newest version; derived, never by silence.

A statement is agreed only while every party to it, its author too, agrees to the outcome and has signed every sentence
of the newest version (R38). What was signed of an older version counts nothing. Agreed is not published: people do that
(N6).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from wellclear.domain.names import party_of_desk
from wellclear.domain.statements import Statement, StatementSign
from wellclear.picture.view_records import RecordView

StatementState = Literal["agreed", "proposed", "refused", "called_off", "sealed"]


@dataclass(frozen=True, slots=True)
class Signer:
    """One party to a statement by its newest word about the newest version.

    `agrees` is None where it has said nothing, and `unread` where what it said is not open to this reader. `sentences`
    are those of the text that it has signed, from 1, in order; `index` is the entry of that word.
    """

    party: str
    agrees: bool | None = None
    sentences: tuple[int, ...] = ()
    index: int | None = None
    unread: bool = False


@dataclass(frozen=True, slots=True)
class StatementStanding:
    """The state, every party to it in the order of the names, and whom each sentence still waits for.

    `waits_for` has a row for each sentence, numbered from 1; `outcome` are those that have not agreed to the outcome.
    """

    state: StatementState
    signers: tuple[Signer, ...]
    waits_for: tuple[tuple[str, ...], ...]
    outcome: tuple[str, ...]


def statement_standing(record: RecordView) -> StatementStanding:
    """How a statement stands by the newest word of each party about its newest version."""
    text = record.current.groups.get("statement")
    count = len(text.sentences) if isinstance(text, Statement) else 0
    parties = sorted({record.party, *(party_of_desk(desk) for desk in record.current.to)})
    newest = {party: Signer(party) for party in parties}
    for reply in record.told():
        if reply.version == record.newest and reply.party in newest:
            signed = reply.groups.get("statement_sign")
            newest[reply.party] = (
                Signer(reply.party, signed.agrees == "yes", _of_text(signed, count), reply.index)
                if isinstance(signed, StatementSign)
                else Signer(reply.party, index=reply.index, unread=True)
            )
    signers = tuple(newest.values())
    waits_for = tuple(
        tuple(one.party for one in signers if number not in one.sentences) for number in range(1, count + 1)
    )
    outcome = tuple(one.party for one in signers if one.agrees is not True)
    return StatementStanding(_state(record, signers, waits_for, outcome), signers, waits_for, outcome)


def _of_text(signed: StatementSign, count: int) -> tuple[int, ...]:
    """The signed sentences that there are."""
    return tuple(number for number in signed.sentences if number <= count)


def _state(
    record: RecordView, signers: tuple[Signer, ...], waits_for: tuple[tuple[str, ...], ...], outcome: tuple[str, ...]
) -> StatementState:
    if record.ended_us is not None:
        return "called_off"
    if not isinstance(record.current.groups.get("statement"), Statement):
        return "sealed"
    if any(one.agrees is False for one in signers):
        return "refused"
    return "agreed" if not outcome and not any(waits_for) else "proposed"
