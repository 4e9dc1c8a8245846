"""The rows of the public picture: facts with moments, no derived states, no remarks (protocol, "Public items").

Every row is a wire `Struct`, so that its canonical spelling, and with it the digest, follows from the type.
"""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType

from wellclear.domain.entry import Precedence, Wire, YesNo
from wellclear.domain.kinds import Away, KeyUse

Table = Literal["agreement", "answer", "channel", "desk", "epoch", "item", "key", "owed", "party", "person", "proposal"]


ItemKind = Literal[
    "authority_scope", "consent", "incident", "intent", "notice", "red_line", "report", "request", "safety", "series",
    "statement", "track_query", "zone",
]  # fmt: skip


class ChannelRow(Wire, frozen=True):
    """The channel itself, by its id: who sequences it, under which agreement and rules."""

    exercise: YesNo
    host: str
    origin: str
    agreement: int
    rules: int


class AgreementRow(Wire, frozen=True):
    """One version of the agreement: the SHA-256 of its canonical settings, and the entry that put it in force."""

    settings: str
    index: int


class PartyRow(Wire, frozen=True):
    """A party by name."""

    roles: list[str]
    state: Literal["member", "removed", "withdrawn"]
    since: int


class KeyRow(Wire, frozen=True):
    """A public key: whose, for what, and whether what it signs still counts."""

    party: str
    use: KeyUse
    state: Literal["live", "replaced", "revoked"]
    since: int
    until: int | UnsetType = UNSET
    person: str | UnsetType = UNSET


class DeskRow(Wire, frozen=True):
    """A desk by its address."""

    party: str
    stands_in: str | UnsetType = UNSET


class EpochRow(Wire, frozen=True):
    """A key of one party for one audience, by PARTY/number.

    `renewed` when the same readers have a newer one; `ended` when one of them, or the author, has left or has another
    sealing key, so that somebody else may hold it.
    """

    audience: list[str]
    commit: str
    index: int
    renewed: int | UnsetType = UNSET
    ended: int | UnsetType = UNSET


class PersonRow(Wire, frozen=True):
    """A person by PARTY/HANDLE; `rank` is the place in the order that the ladder calls, `away` the time of absence."""

    key: str
    roles: list[str]
    rank: int
    away: Away | UnsetType = UNSET


class ProposalRow(Wire, frozen=True):
    """A joint act by its leaf hash, with the parties that have signed it."""

    party: str
    do: str
    base: int
    signed: list[str]
    state: Literal["open", "done", "void"]


class ItemRow(Wire, frozen=True):
    """A notice, safety message, request or record by its id, at its newest version."""

    kind: ItemKind
    party: str
    desk: str
    version: int
    state: Literal["RELEASED", "COMPLETED", "CANCELLED", "COMPLIED", "UNABLE"]
    precedence: Precedence
    to: list[str]
    index: int
    keep_until: int
    code: str | UnsetType = UNSET


class OwedRow(Wire, frozen=True):
    """A receipt that one party owes for one entry, by index/PARTY.

    `start_us` is when its clock started; `received_us` the moment of the receipt; `ack_start_us` when the receipt
    starts the acknowledgement's clock. `terms` is the agreement's version that sets the periods.
    """

    precedence: Precedence
    terms: int
    start_us: int
    keep_until: int
    received_us: int | UnsetType = UNSET
    ack_start_us: int | UnsetType = UNSET


class AnswerRow(Wire, frozen=True):
    """What one desk has answered to one version of one item, by id/version/PARTY/DESK; each a moment."""

    index: int
    party: str
    acked_us: int | UnsetType = UNSET
    acked_by: str | UnsetType = UNSET
    confirmed_us: int | UnsetType = UNSET
    readback_wrong_us: int | UnsetType = UNSET
    passed_us: int | UnsetType = UNSET
    replied_us: int | UnsetType = UNSET


Row = (
    AgreementRow | AnswerRow | ChannelRow | DeskRow | EpochRow | ItemRow | KeyRow | OwedRow | PartyRow | PersonRow
    | ProposalRow
)  # fmt: skip


def epoch_id(party: str, number: int) -> str:
    """Where an epoch of a party stands."""
    return f"{party}/{number}"


def owed_id(index: int, party: str) -> str:
    """Where the receipt of a party for one entry stands."""
    return f"{index}/{party}"


def answer_id(item: str, version: int, desk: str) -> str:
    """Where the answers of a desk to one version of an item stand."""
    return f"{item}/{version}/{desk}"
