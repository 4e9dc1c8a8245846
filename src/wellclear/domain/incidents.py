"""The field groups of what is over: incidents, accounts of them, series of counts, reports (protocol, "Records").

One event has as many accounts as tellers. They stand beside each other and are never merged (N8): an account is a
reply of its teller's own, so nobody else can change it. Numbers are ranges, places and times carry their precision,
and evidence is named by its hash; it lies with its owner.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, get_args

from msgspec import UNSET, Meta, UnsetType

from wellclear.domain.entry import Count, Micros, Wire
from wellclear.domain.members import Language, Latitude, Longitude, ShortText, Text, YesNoOrNot
from wellclear.domain.names import is_item_id

IncidentSort = Literal["crash", "entry", "explosion", "injury", "interference", "near_miss", "shots", "other"]
PlacePrecision = Literal["exact", "near", "district", "region"]
TimePrecision = Literal["exact", "hour", "day", "week"]

INCIDENT_SORTS: Final[tuple[IncidentSort, ...]] = get_args(IncidentSort)
PLACE_PRECISIONS: Final[tuple[PlacePrecision, ...]] = get_args(PlacePrecision)
TIME_PRECISIONS: Final[tuple[TimePrecision, ...]] = get_args(TimePrecision)
DAY = r"^\d{4}-\d{2}-\d{2}\Z"


class Incident(Wire, frozen=True):
    """One event, so that accounts of it have something to be about: roughly what, where, when, and nothing of why."""

    group: Literal["incident"]
    sort: IncidentSort
    lat_e7: Latitude
    lon_e7: Longitude
    place_precision: PlacePrecision
    at_us: Micros
    time_precision: TimePrecision
    about: Annotated[list[str], Meta(max_length=16)]

    def __post_init__(self) -> None:
        """What it may concern is named by id."""
        if not all(is_item_id(item) for item in self.about):
            raise ValueError("about lists ids of items, such as NORTHLAND-1001-9")


class Tally(Wire, frozen=True):
    """How many of something, as a range; both ends alike where it is known."""

    what: ShortText
    at_least: Count
    at_most: Count

    def __post_init__(self) -> None:
        """A range does not end before it begins."""
        if self.at_least > self.at_most:
            raise ValueError("at_least is not above at_most")


class Evidence(Wire, frozen=True):
    """Something that the teller holds, by the SHA-256 of its bytes."""

    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
    what: ShortText


class Account(Wire, frozen=True):
    """What one party tells of an incident (R35), in its own words; its next account stands beside the first."""

    group: Literal["account"]
    language: Language
    text: Text
    tallies: Annotated[list[Tally], Meta(max_length=32)]
    evidence: Annotated[list[Evidence], Meta(max_length=32)]


class SeriesRow(Wire, frozen=True):
    """A count for one day, place and type."""

    day: Annotated[str, Meta(pattern=DAY)]
    place: ShortText
    type: ShortText
    count: Count


class Series(Wire, frozen=True):
    """A party's own counts with their written definition (R36); a monitor's table lies outside the channel."""

    group: Literal["series"]
    name: ShortText
    language: Language
    definition: Text
    rows: Annotated[list[SeriesRow], Meta(min_length=1, max_length=128)]


class Report(Wire, frozen=True):
    """What an outlet printed: who is behind it, and what is claimed; claims of one origin count once."""

    group: Literal["report"]
    outlet: ShortText
    language: Language
    claims: Annotated[list[ShortText], Meta(min_length=1, max_length=32)]
    on_record: YesNoOrNot
    printed: Annotated[str, Meta(pattern=DAY)] | UnsetType = UNSET
    said: Annotated[str, Meta(pattern=DAY)] | UnsetType = UNSET
    agency: ShortText | UnsetType = UNSET
    speaker: ShortText | UnsetType = UNSET
