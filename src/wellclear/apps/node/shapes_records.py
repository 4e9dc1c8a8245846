"""The shapes of what the local API tells of records and of who speaks for whom; part of `shapes`."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from wellclear.apps.node.shapes_notices import Fields, YesNo
from wellclear.apps.node.shapes_treaty import HostConsentTold, TriggerTold, ZoneStanding
from wellclear.domain.records import Answer, Unit
from wellclear.domain.treaty import Position
from wellclear.picture.accounts import State
from wellclear.picture.view_statements import StatementState


class RecordRecipient(TypedDict):
    """How far one desk that a record is for has come."""

    desk: str
    party: str
    received_us: NotRequired[int]
    received: NotRequired[str]
    acked_us: NotRequired[int]
    acked: NotRequired[str]
    acked_by: NotRequired[str]
    replied_us: NotRequired[int]
    replied: NotRequired[str]


class ReplyRow(TypedDict):
    """What one desk has said of a record; `answer` and `checked_with`, of a zone `position`, where open here (R11)."""

    index: int
    kind: str
    party: str
    desk: str
    version: int
    at_us: int
    at: str
    said: NotRequired[Fields]
    words: list[str]
    answer: NotRequired[Answer]
    checked_with: NotRequired[list[str]]
    position: NotRequired[Position]


class AccountColumn(TypedDict):
    """One teller of an incident, in the order of the names; `accounts` are the indices of its replies (R35)."""

    party: str
    accounts: list[int]
    first: State
    first_due_us: int
    first_due: str
    full_due_us: int
    full_due: str
    words: list[str]


class StatementSigner(TypedDict):
    """One party to a statement by its newest word about the newest version; no `agrees` where it has said nothing."""

    party: str
    sentences: list[int]
    unread: YesNo
    agrees: NotRequired[YesNo]
    index: NotRequired[int]


class Signing(TypedDict):
    """How a statement stands (R38): `waits_for` has a row a sentence, `outcome_waits_for` who has not agreed to it."""

    state: StatementState
    words: list[str]
    signers: list[StatementSigner]
    waits_for: list[list[str]]
    outcome_waits_for: list[str]


class Record(TypedDict):
    """A record at its newest version; `waits_for` are the own desks from which an answer to a query is waited for.

    `columns` are those of an incident, `signing` is of a statement.
    `standing` is of a zone, `trigger` and `receipt` of a red line, `host_consent` of both.
    """

    id: str
    kind: Literal[
        "authority_scope", "consent", "incident", "intent", "red_line", "report", "series", "statement", "track_query",
        "zone",
    ]  # fmt: skip
    party: str
    desk: str
    to: list[str]
    version: int
    index: int
    precedence: str
    keep_until_day: int
    mine: YesNo
    at_us: int
    at: str
    ended_us: NotRequired[int]
    ended: NotRequired[str]
    said: NotRequired[Fields]
    words: list[str]
    replies: list[ReplyRow]
    recipients: list[RecordRecipient]
    waits_for: list[str]
    standing: NotRequired[ZoneStanding]
    trigger: NotRequired[TriggerTold]
    receipt: NotRequired[str]
    host_consent: NotRequired[HostConsentTold]
    columns: NotRequired[list[AccountColumn]]
    signing: NotRequired[Signing]


class CountColumn(TypedDict):
    """One party's own count by one definition (R36); `entries` are those in which it was declared."""

    name: str
    by: str
    party: str
    definition: str
    entries: list[int]


class CountRow(TypedDict):
    """A day, place and type: each column's count, null where it says nothing; how far apart the parties are."""

    day: str
    place: str
    type: str
    counts: list[int | None]
    difference: int | None


class OwnCounts(TypedDict):
    """Both sides' declared counts beside each other, never added."""

    columns: list[CountColumn]
    rows: list[CountRow]


class DeskScope(TypedDict):
    """For whom a desk speaks; without `scope` it has not said so, without `units` it is not open here."""

    desk: str
    scope: NotRequired[str]
    version: NotRequired[int]
    keep_until_day: NotRequired[int]
    at_us: NotRequired[int]
    at: NotRequired[str]
    units: NotRequired[list[Unit]]


class PartyScopes(TypedDict):
    """A party with its desks; `gap` says that none of them has told this party for whom it speaks."""

    party: str
    roles: list[str]
    desks: list[DeskScope]
    gap: str


class Speaking(TypedDict):
    """Who speaks for whom; `gap` says that nobody speaks for the host nation (R12)."""

    parties: list[PartyScopes]
    host_nation: list[str]
    gap: str


class Records(TypedDict):
    """Every record, and who speaks for whom."""

    records: list[Record]
    speaking: Speaking
