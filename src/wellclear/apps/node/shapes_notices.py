"""The shapes of what the local API tells of notices: volumes, recipients, who was shown what; part of `shapes`."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from wellclear.apps.node.shapes_persons import DoubtRow
from wellclear.apps.node.shapes_treaty import HostConsentTold
from wellclear.domain.parts import Cell, ReadbackRow

YesNo = Literal["yes", "no"]
Fields = dict[str, Any]


class Window(TypedDict, total=False):
    """From when to when."""

    start_us: int
    start: str
    end_us: int
    end: str


class Volume(Window):
    """One volume: `raw` is exactly what was said, the rest is for people."""

    kind: str
    raw: Fields
    positions: list[list[str]]
    radius_m: NotRequired[str]
    lower: NotRequired[str]
    upper: NotRequired[str]
    grid: NotRequired[str]


class Change(TypedDict):
    """What differs from the version before."""

    field: str
    old: str
    new: str


class Lead(TypedDict):
    """A lead time against what is agreed (R7)."""

    flag: str
    lead_us: int
    at_best: YesNo


class Departure(TypedDict):
    """One value that came back other than it was said."""

    volume: int
    field: str
    said: str
    read: str


class UnitsAsked(TypedDict):
    """Until when a desk is to prove that its units know of one version, and how that stands (R28)."""

    version: int
    state: Literal["asked", "overdue", "passed", "passed_late", "closed"]
    due_us: int
    due: str
    start_us: int
    start: str
    words: str


class UnitsRow(TypedDict):
    """The same in a list of all, while it is waited for; without hours of another party's site and the like."""

    version: int
    state: Literal["asked", "overdue", "passed", "passed_late", "closed"]
    due_us: NotRequired[int]
    due: NotRequired[str]
    start_us: NotRequired[int]
    start: NotRequired[str]
    words: str
    item: str
    desk: str
    party: str
    author: str
    precedence: str
    mine: YesNo


class Recipient(TypedDict):
    """One desk's answers; four marks that are never merged (R2)."""

    desk: str
    party: str
    version: int
    standing: str
    unconfirmed: YesNo
    sent_us: int
    sent: str
    received_us: NotRequired[int]
    received: NotRequired[str]
    acked_us: NotRequired[int]
    acked: NotRequired[str]
    confirmed_us: NotRequired[int]
    confirmed: NotRequired[str]
    readback_wrong_us: NotRequired[int]
    readback_wrong: NotRequired[str]
    passed_us: NotRequired[int]
    passed: NotRequired[str]
    acked_by: NotRequired[str]
    acked_version: NotRequired[int]
    echelon: NotRequired[str]
    lead: NotRequired[Lead]
    readback: NotRequired[list[ReadbackRow]]
    differences: NotRequired[list[str]]
    departures: NotRequired[list[Departure]]
    units: NotRequired[UnitsAsked]
    units_earlier: NotRequired[list[UnitsAsked]]


class SafetyWords(TypedDict, total=False):
    """What a safety message's part says, as far as a desk shows it."""

    text: str
    who: str
    call_sign: str
    until_us: int
    lat_e7: int
    lon_e7: int
    lat: str
    lon: str


class Disclosed(TypedDict):
    """What was shown later of this version, and to whom."""

    index: int
    at_us: int
    at: str
    groups: list[str]
    to: list[str]


class DisclosedTo(TypedDict):
    """What was shown later to one party."""

    index: int
    at_us: int
    at: str
    groups: list[str]


class AckedBy(TypedDict):
    """One desk's acknowledgement of one version."""

    desk: str
    at_us: int
    at: str


class GivenRow(TypedDict):
    """One version of an own notice as one party was given it; `received` is absent until it said that it opened."""

    version: int
    party: str
    level: int
    groups: list[str]
    desks: list[str]
    given_us: int
    given: str
    received_us: NotRequired[int]
    received: NotRequired[str]
    mark: NotRequired[str]
    disclosed: list[DisclosedTo]
    acked: list[AckedBy]


class Given(TypedDict):
    """The access list of an own notice (R29)."""

    id: str
    party: str
    given: list[GivenRow]
    words: str


class CopyOf(TypedDict):
    """The mark of this party's own copy, and whose it is; it stands wherever the notice is shown (R29)."""

    mark: str
    party: str
    desk: str


class MarkedCopy(TypedDict):
    """A copy of an own notice that has the mark which was asked for; `newest` is whether that version stands."""

    id: str
    version: int
    newest: YesNo
    party: str
    desks: list[str]
    groups: list[str]
    at_us: int
    at: str


class MarkedCopies(TypedDict):
    """Whose copy a mark is, among so many that were `looked` at; `not_held` are those whose text is gone from here."""

    mark: str
    copies: list[MarkedCopy]
    looked: int
    not_held: int
    words: str


class Notice(Window, SafetyWords):
    """A notice, or a safety message, at its newest version."""

    id: str
    version: int
    party: str
    desk: str
    to: list[str]
    kind: Literal["notice", "safety"]
    state: str
    precedence: str
    index: int
    mine: YesNo
    at_us: int
    at: str
    recipients: list[Recipient]
    answers: list[Recipient]
    keep_until_day: NotRequired[int]
    code: NotRequired[str]
    volumes: list[Volume]
    cell: NotRequired[Cell]
    category: NotRequired[str]
    contact: NotRequired[str]
    rest: NotRequired[Fields]
    flags: list[str]
    changes: list[Change]
    lead: dict[str, str]
    shown: dict[str, list[str]]
    levels: dict[str, int]
    disclosed: list[Disclosed]
    doubtful: list[DoubtRow]
    host_consent: NotRequired[HostConsentTold]
    protection: NotRequired[str]
    copy: NotRequired[CopyOf]
    sheltered: NotRequired[YesNo]
    left_out: NotRequired[str]
