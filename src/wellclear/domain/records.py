"""The field groups of records: what parties say of the ground, of others and of each other (protocol, "Records").

A record is an item with an id; what others say of it is a *reply*. Each has one group, which is sealed like any part.
Nothing here asks for a place to be aimed at, an effect, or a judgement of a party (N4).
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, get_args

from msgspec import UNSET, Meta, UnsetType

from wellclear.domain.entry import Count, Micros, Wire, YesNo
from wellclear.domain.incidents import Account, Incident, Report, Series
from wellclear.domain.members import DatumName, Latitude, Longitude, ShortText, Signed
from wellclear.domain.names import is_item_id
from wellclear.domain.statements import Statement, StatementSign
from wellclear.domain.treaty import HostConsent, RedLine, Zone, ZoneReply

Mover = Literal["air", "drone", "ground", "sea", "not stated"]
Answer = Literal["ours", "not_ours", "not_known"]
UnitSort = Literal["force", "agency", "proxy", "air_defence", "other"]
IntentCode = Literal["no_confrontation", "warning", "no_further_activity", "routine"]

TRACK_ANSWERS: Final[tuple[Answer, ...]] = get_args(Answer)
UNIT_SORTS: Final[tuple[UnitSort, ...]] = get_args(UnitSort)
INTENTS: Final[tuple[IntentCode, ...]] = get_args(IntentCode)
UNITS_MAX: Final = 64


class Track(Wire, frozen=True):
    """An observed mover that somebody asks about (R11): where it was, how surely, and how it moved."""

    group: Literal["track"]
    lat_e7: Latitude
    lon_e7: Longitude
    at_us: Micros
    mover: Mover
    uncertainty_mm: Count | UnsetType = UNSET
    datum: DatumName | UnsetType = UNSET
    height_mm: Signed | UnsetType = UNSET
    course_deg: Annotated[int, Meta(ge=0, le=359)] | UnsetType = UNSET
    """True, over ground."""
    speed_mm_s: Count | UnsetType = UNSET

    def __post_init__(self) -> None:
        """A height is nothing without its datum."""
        if (self.datum is UNSET) != (self.height_mm is UNSET):
            raise ValueError("datum and height_mm go together")


class TrackReply(Wire, frozen=True):
    """What a desk says of a track, after asking its units (R11): whose it is, and with whom that was checked."""

    group: Literal["track_reply"]
    answer: Answer
    checked_with: Annotated[list[ShortText], Meta(max_length=UNITS_MAX)]

    def __post_init__(self) -> None:
        """NOT OURS is a claim about all of one's units; nobody makes it without having asked."""
        if self.answer == "not_ours" and not self.checked_with:
            raise ValueError("not_ours says with whom it was checked (checked_with); without that it is not_known")


class Unit(Wire, frozen=True):
    """A unit, force, agency or proxy that a desk speaks for, and whether the desk can stop it."""

    unit: ShortText
    sort: UnitSort
    can_stop: YesNo


class AuthorityScope(Wire, frozen=True):
    """For whom a desk speaks (R12); what is not on it, it does not speak for."""

    group: Literal["authority_scope"]
    units: Annotated[list[Unit], Meta(max_length=UNITS_MAX)]


class Intent(Wire, frozen=True):
    """A declaration about one's own activity, by a code and never in free text; `about` is an item of either side."""

    group: Literal["intent"]
    intent: IntentCode
    about: str | UnsetType = UNSET

    def __post_init__(self) -> None:
        """It may be shown with the item that it is about."""
        if self.about is not UNSET and not is_item_id(self.about):
            raise ValueError("about is the id of an item, such as NORTHLAND-1001-9")


RecordGroup = (
    Track | TrackReply | AuthorityScope | Intent | RedLine | Zone | ZoneReply | HostConsent | Incident | Account
    | Series | Report | Statement | StatementSign
)  # fmt: skip
RECORD_GROUPS: Final[dict[str, type[Wire]]] = {
    "track": Track, "track_reply": TrackReply, "authority_scope": AuthorityScope, "intent": Intent,
    "red_line": RedLine, "zone": Zone, "zone_reply": ZoneReply, "consent": HostConsent, "incident": Incident,
    "account": Account, "series": Series, "report": Report, "statement": Statement, "statement_sign": StatementSign,
}  # fmt: skip
GROUP_OF_RECORD: Final = {"track_query": "track"} | {name: name for name in RECORD_GROUPS if name != "track"}
"""Kinds of records and replies, each with its one group."""
