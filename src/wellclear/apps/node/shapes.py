"""The shapes of what the local API tells, for its OpenAPI document; the tests hold the real answers to them.

The rows themselves are made in `board`, `rows` and `said`. Moments stand twice, `x_us` in microseconds UTC and `x` as a
date-time group; units are last in names; what was not shown to this party is absent.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from wellclear.apps.node.shapes_notices import Fields, Notice, SafetyWords, UnitsRow, Volume, Window, YesNo
from wellclear.apps.node.shapes_persons import Doubtful, Officer
from wellclear.apps.node.shapes_records import OwnCounts, Record, Speaking


class StatusAnswer(TypedDict):
    """How the node stands, in a few words."""

    software: str
    party: str
    channel: str
    spoken: str
    exercise: YesNo
    phase: Literal["founding", "closed", "open"]
    size: int
    digest: str
    link: Link


class Witness(TypedDict):
    """A party that has cosigned this log: over how many entries last, and how old that is.

    `ahead` says that its time lies so far ahead of this node's clock that it says nothing of now.
    """

    party: str
    size: int
    age_ms: int
    fresh: YesNo
    ahead: YesNo
    host: YesNo


class PictureRow(TypedDict):
    """What a party states of its picture: of `agrees` entries it was ours last, of `differs` it was not.

    `first` is the index of the first entry that the two folds take differently, once it is known.
    """

    party: str
    agrees: int
    differs: NotRequired[int]
    first: NotRequired[int]
    words: NotRequired[str]


class Link(TypedDict):
    """How the picture stands: who vouches for it, and how long ago.

    `fresh` are those witnesses that make it fresh; `witnessing` says why this node cosigns nothing, empty if it does.
    """

    state: str
    words: str
    connection: str
    witnesses: list[Witness]
    fresh: list[Witness]
    witnessing: str
    pictures: list[PictureRow]
    heard_ms: NotRequired[int]
    host_age_ms: NotRequired[int]


class RungRow(TypedDict):
    """One rung of a ladder, and who is called there."""

    rung: str
    at_us: int
    at: str
    who: str


Duty = TypedDict(
    "Duty",
    {
        "item": str, "version": int, "index": int, "kind": str, "from": str, "desk": str, "precedence": str,
        "what": Literal["acknowledge", "receipt"], "start_us": int | None, "due_us": int, "due": str, "overdue": YesNo,
        "overdue_here": YesNo, "rung": str, "rungs": list[RungRow], "mine": YesNo,
    },
)  # fmt: skip
"""An answer that is waited for, with its ladder."""


class RequestAnswer(TypedDict):
    """Complied with, or unable."""

    party: str
    code: str
    at_us: int
    at: str


Request = TypedDict(
    "Request",
    {
        "id": str, "version": int, "about": str, "about_version": int, "code": str, "from": str, "to": list[str],
        "precedence": str, "state": Literal["open", "complied", "unable"], "mine": YesNo, "details": Fields,
        "at_us": int, "at": str, "answer": NotRequired[RequestAnswer],
    },
)  # fmt: skip
"""A request about a notice, and its answer."""

Message = TypedDict(
    "Message",
    {
        "id": str, "index": int, "from": str, "to": list[str], "precedence": str, "at_us": int, "at": str,
        "mine": YesNo, "text": NotRequired[str], "language": NotRequired[str], "about": NotRequired[str],
    },
)  # fmt: skip
"""A message that this node could open, or the fact of one."""


class Alarm(TypedDict):
    """What rings, or has rung."""

    key: str
    kind: str
    level: Literal["alarm", "warning", "caution"]
    state: str
    title: str
    text: str
    item: str
    desk: str
    precedence: str
    index: int
    rung: str
    call: str
    since_us: int
    since: str
    rang_us: int
    rang: str
    version: NotRequired[int]
    silenced_by: NotRequired[str]
    silenced_us: NotRequired[int]
    silenced: NotRequired[str]
    due_us: NotRequired[int]
    due: NotRequired[str]


class Minima(TypedDict):
    """Separation minima of a pair."""

    lateral_mm: NotRequired[int]
    vertical_mm: NotRequired[int]
    time_us: NotRequired[int]


class Conflict(Window):
    """A pair that this node finds or that was logged: computed here, and both verdicts as logged (R32)."""

    a: str
    b: str
    verdict: str
    ours: str
    theirs: str
    minima: Minima
    disputed: YesNo
    a_version: NotRequired[int]
    b_version: NotRequired[int]
    lateral_m: NotRequired[str]
    vertical_m: NotRequired[str]
    time_s: NotRequired[str]
    lat: NotRequired[str]
    lon: NotRequired[str]
    engine: NotRequired[str]


class Compared(TypedDict):
    """Against what a "no conflict" was said."""

    notices: int
    parties: int
    coarse: int
    missing: list[str]


class Conflicts(TypedDict):
    """Conflicts, and against what they were looked for."""

    conflicts: list[Conflict]
    compared: Compared


class RemarkRow(TypedDict):
    """What cannot stand, and why."""

    index: int
    reason: str
    sentence: str
    detail: str
    party: str
    mine: YesNo


class OutboxRow(TypedDict):
    """One act that is not sent yet."""

    act_hash: str
    kind: str
    id: str
    state: str
    to: list[str]
    use: str
    precedence: str
    said_us: int
    said: str
    by: list[str]
    reason: str
    why: str
    code: NotRequired[str]
    groups: NotRequired[list[Fields]]


class Outbox(TypedDict):
    """How many acts stand how, and those that are worth telling."""

    waiting: int
    linked: int
    refused: int
    held: int
    unproven: int
    entries: list[OutboxRow]


class Halt(TypedDict, total=False):
    """Why this node has halted; empty unless it has."""

    why: str
    notes: list[str]
    evidence: str
    works: str
    do: str


class OutsideRow(SafetyWords):
    """A safety message that was heard outside the record."""

    key: str
    id: str
    party: str
    desk: str
    to: list[str]
    code: str
    precedence: str
    by: str
    mark: str
    said_us: int
    said: str
    heard_us: int
    heard: str
    volumes: NotRequired[list[Volume]]


class Outside(TypedDict):
    """Such messages, newest first, and how many later ones have pushed out."""

    rows: list[OutsideRow]
    dropped: int


class Clock(TypedDict):
    """How far another party's clock is ahead of the own one."""

    party: str
    ahead_ms: int


class Board(TypedDict):
    """Everything that a watch officer must see at once."""

    party: str
    channel: str
    spoken: str
    exercise: YesNo
    phase: Literal["founding", "closed", "open"]
    agreement: int
    size: int
    digest: str
    now_us: int
    now: str
    own_us: int
    own: str
    stands_still: YesNo
    drift_ms: int
    clocks: list[Clock]
    desks: list[str]
    peers: list[str]
    halt: Halt
    outside: Outside
    officers: list[Officer]
    link: Link
    outbox: Outbox
    alarms: list[Alarm]
    duties: list[Duty]
    units: list[UnitsRow]
    notices: list[Notice]
    conflicts: list[Conflict]
    compared: Compared
    safety: list[Notice]
    requests: list[Request]
    messages: list[Message]
    remarks: list[RemarkRow]
    doubtful: Doubtful
    records: list[Record]
    own_counts: OwnCounts
    speaking: Speaking
