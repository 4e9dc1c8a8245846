"""What the node's OpenAPI document says of each operation, beside what its handlers say themselves."""

from __future__ import annotations

from functools import cache
from typing import Any, Final, Literal, NotRequired, TypedDict

from litestar.handlers import HTTPRouteHandler

from wellclear.apps.check.drawn_rows import DrawnAnswer
from wellclear.apps.described import DOCUMENT, Bytes, Operation, Parameter, document
from wellclear.apps.host.create import Founding
from wellclear.apps.node import shapes
from wellclear.apps.node.api_act import ActBody, EntryBody, ReleaseBody
from wellclear.apps.node.api_carried import HandedBody
from wellclear.apps.node.api_check import DraftsBody
from wellclear.apps.node.api_desk import ACTIONS, AlarmBody, DeskBody, SessionBody
from wellclear.apps.node.api_keys import SealingBody
from wellclear.apps.node.shapes_notices import CopyOf, Disclosed, Fields, Given, MarkedCopies, Notice, YesNo
from wellclear.apps.node.shapes_persons import DeskRow, Officer, PartyKeys, Preview
from wellclear.apps.node.shapes_records import Record, Records
from wellclear.domain.entry import Act, Approval
from wellclear.domain.parts import Articles

PATH: Final = "/api/openapi.json"
_ABOUT: Final = (
    "A party's own node, for the programs and the page of that party. It answers to its own name only, and to nobody "
    "who does not show the token of its home."
)
_ASKER: Final = {
    "type": "http", "scheme": "bearer",
    "description": "The content of the file `token` in the node's home, made anew at each start.",
}  # fmt: skip


class Roster(TypedDict):
    """Desks and persons of one party."""

    desks: list[DeskRow]
    persons: list[Officer]


class RosterAnswer(Roster):
    """The own roster as an entry writes it, and everybody's."""

    party: str
    parties: dict[str, Roster]


class Proposal(TypedDict):
    """A proposal, and what it says as far as it is open here."""

    proposal: str
    do: str
    base: int
    by: str
    signed: list[str]
    state: str
    required: list[str]
    public: Fields
    index: NotRequired[int]
    leaf: NotRequired[str]
    parts: NotRequired[dict[str, str]]


class Agreement(TypedDict):
    """Settings and articles in force, and what is proposed."""

    version: int
    rules: int
    principals: list[str]
    settings: Fields
    proposals: list[Proposal]
    articles: NotRequired[Articles]
    founding: NotRequired[Founding]
    founding_fault: NotRequired[str]


class Line(TypedDict):
    """One line of the timeline; `derived` where it tells no entry of its own."""

    at_us: int
    at: str
    kind: str
    index: NotRequired[int]
    derived: NotRequired[Literal["yes"]]
    text: str
    details: list[str]
    facts: Fields
    routine: NotRequired[YesNo]


class Timeline(TypedDict):
    """What happened, entry by entry."""

    channel: str
    reader: str
    entries: int
    exercise: YesNo
    left_out: int
    lines: list[Line]


class ActAnswer(TypedDict):
    """An act that fits what was asked, the stored bytes of its parts in base64, and what to know before approving."""

    act: Act
    act_hash: str
    parts: list[str]
    keys: list[str]
    """Of each sealed part, the key that opens it alone; empty for one in clear."""
    warnings: list[str]


class Remark(TypedDict):
    """What the fold says of an entry that cannot stand."""

    reason: str
    sentence: str
    detail: str


class Logged(TypedDict):
    """Logged at `index`, and what the fold says of it."""

    act_hash: str
    index: int
    remarks: list[Remark]
    warnings: NotRequired[list[str]]


class CarriedRow(TypedDict):
    """One thing of another party's that was carried: where it stands, or why it waits."""

    kind: str
    id: str
    party: str
    act_hash: NotRequired[str]
    index: NotRequired[int]
    state: NotRequired[str]
    words: NotRequired[str]


class CarriedAnswer(TypedDict):
    """Everything of what a guest has handed over, in its order."""

    carried: list[CarriedRow]


class NotYet(TypedDict):
    """Kept, and not logged by now; `words` where waiting is not all there is."""

    act_hash: str
    state: str
    words: NotRequired[str]
    warnings: NotRequired[list[str]]


class DraftAnswer(TypedDict):
    """A draft by its name."""

    draft: str
    act_hash: NotRequired[str]
    warnings: NotRequired[list[str]]


class DraftRow(TypedDict):
    """A draft that waits for its release."""

    draft: str
    act_hash: str
    act: Act
    parts: list[str]
    keys: list[str]
    approvals: list[Approval]
    said_us: int
    by: list[str]
    groups: list[Fields]
    warnings: list[str]


class Drafts(TypedDict):
    """Every draft."""

    drafts: list[DraftRow]


class Meeting(TypedDict):
    """One own draft and one announced notice that conflict, or may."""

    a: str
    b: str
    b_version: int
    b_party: str
    verdict: Literal["conflict", "possible"]
    why: str
    a_volume: int
    a_leg: int
    engine: str
    figures: NotRequired[Fields]


class Checked(TypedDict):
    """Which announced notices, red lines and zones the drafts would meet, and against what they were compared."""

    party: str
    agreement: int
    settings: Fields
    compared: shapes.Compared
    size: int
    link: shapes.Link
    meetings: list[Meeting]
    drawn: DrawnAnswer


class SessionAnswer(TypedDict):
    """Who has the watch, and until when."""

    session: str
    person: str
    expires_us: int


class Ended(TypedDict):
    """The watch has ended."""

    session: Literal["ended"]


class Silenced(TypedDict):
    """Who has seen an alarm."""

    key: str
    by: str


class Decided(TypedDict):
    """Who has decided about an act in the outbox."""

    act_hash: str
    by: str


class EpochTold(TypedDict):
    """One party's key for one audience; `key` says whether this node holds it."""

    author: str
    number: int
    audience: list[str]
    since: int
    renewed: NotRequired[int]
    ended: NotRequired[int]
    key: Literal["held", "deleted", "unreadable", "not ours"]


class Epochs(TypedDict):
    """Every epoch in the picture."""

    epochs: list[EpochTold]


class SealingKeys(TypedDict):
    """The public halves of the sealing keys that the node opens with now."""

    keys: list[str]


DOOR: Final = (401, 403, 500, 503)
"""The token, the node's own name and origin; and what its home or disk may lead to."""
SENT: Final = (*DOOR, 400, 409, 413, 415, 422)
"""Of whatever takes a body and may be refused."""
_STREAM: Final = "text/event-stream"
_WAIT: Final = Parameter("wait", "query", {"type": "number"}, "So many seconds at most, until it is logged; up to 60.")
_SENDING: Final[dict[int, Any]] = {200: Logged, 202: NotYet}


def _told(kind: Any, *faults: int) -> Operation:
    return Operation({200: kind}, (*DOOR, *faults))


class NoticeVersion(TypedDict):
    """One version of a notice with the field groups that are open here."""

    id: str
    version: int
    party: str
    mine: YesNo
    to: list[str]
    groups: list[dict[str, Any]]
    shown: dict[str, list[str]]
    levels: dict[str, int]
    disclosed: list[Disclosed]
    copy: NotRequired[CopyOf]
    sheltered: NotRequired[YesNo]


OPERATIONS: Final[dict[str, Operation]] = {
    "openapi": Operation(DOCUMENT.answers, DOOR),
    "status": _told(shapes.StatusAnswer),
    "board": _told(shapes.Board),
    "events": _told(Bytes(_STREAM, "Events `board`, each with the whole board.")),
    "rings": _told(Bytes(_STREAM, "Events `ring`, each with an alarm.")),
    "notices": _told(list[Notice]),
    "notice": _told(Notice, 404),
    "notice_version": _told(NoticeVersion, 404),
    "notice_given": _told(Given, 404, 409),
    "copies_marked": _told(MarkedCopies, 422),
    "conflicts": _told(shapes.Conflicts),
    "duties": _told(list[shapes.Duty]),
    "alarms": _told(list[shapes.Alarm]),
    "messages": _told(list[shapes.Message]),
    "requests": _told(list[shapes.Request]),
    "records": _told(Records),
    "record": _told(Record, 404),
    "remarks": _told(list[shapes.RemarkRow]),
    "outbox": _told(shapes.Outbox),
    "roster": _told(RosterAnswer),
    "agreement": _told(Agreement),
    "timeline": _told(Timeline),
    "compose_act": Operation({200: ActAnswer}, SENT, ActBody),
    "take_entry": Operation(_SENDING, SENT, EntryBody, (_WAIT,)),
    "carry": Operation({200: CarriedAnswer, 202: CarriedAnswer}, (*SENT, 502), HandedBody, (_WAIT,)),
    "keep_draft": Operation({201: DraftAnswer}, SENT, EntryBody),
    "list_drafts": _told(Drafts),
    "release_draft": Operation(_SENDING, (*SENT, 404), ReleaseBody, (_WAIT,)),
    "drop_draft": _told(DraftAnswer, 404),
    "check_drafts": Operation({200: Checked}, SENT, DraftsBody),
    "take_watch": Operation({201: SessionAnswer}, SENT, SessionBody),
    "end_watch": _told(Ended, 409),
    "act": Operation(_SENDING, (*SENT, 404), DeskBody, (
        Parameter("action", "path", {"type": "string", "enum": sorted(ACTIONS)}, "What the officer does."),
    )),
    "see_alarm": Operation({200: Silenced}, (*SENT, 404), AlarmBody, path="/api/alarms/{key}/acknowledge"),
    "outbox_item": Operation({200: Decided}, SENT, DeskBody),
    "epochs": _told(Epochs),
    "party_keys": _told(PartyKeys),
    "doubtful": Operation({200: Preview}, (*DOOR, 400, 422), None, (
        Parameter("key", "query", {"type": "string"}, "The public key, base64."),
        Parameter("since", "query", {"type": "integer"}, "The entry since which it may have been in other hands."),
        Parameter("lost_us", "query", {"type": "integer"}, "Or the moment, in microseconds UTC, of the picture."),
    )),
    "take_sealing": Operation({200: SealingKeys}, SENT, SealingBody),
    "take_cosigner": Operation({200: SealingKeys}, SENT, SealingBody),
}  # fmt: skip


@cache
def node_document(handlers: tuple[HTTPRouteHandler, ...]) -> bytes:
    """The document of a node."""
    return document(PATH, "Wellclear node", _ABOUT, handlers, OPERATIONS, _ASKER)
