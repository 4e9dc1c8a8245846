"""The field groups of what parties hold each other to: red lines, zones, a host nation's consent (protocol, "Records").

All of it is said by one party and stays that party's word: receipt of a red line is not acceptance (R31), a zone is
agreed only while every party that it was told to concurs, and silence is never consent (N3).
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, get_args

from msgspec import UNSET, Meta, UnsetType

from wellclear.domain.agreement import DAY_US
from wellclear.domain.entry import Count, Micros, Ordinal, Wire
from wellclear.domain.members import Language, ShortText, Text
from wellclear.domain.names import is_item_id

ZoneSort = Literal["area_of_separation", "caution_area", "closure"]
Position = Literal["concurs", "disputes"]
Consent = Literal["consents", "does_not_consent", "withdraws"]

ZONE_SORTS: Final[tuple[ZoneSort, ...]] = get_args(ZoneSort)
POSITIONS: Final[tuple[Position, ...]] = get_args(Position)
CONSENTS: Final[tuple[Consent, ...]] = get_args(Consent)
ZONE_DAYS_MAX: Final = 90
"""A zone that nobody renews ends; a longer one would outlive those who agreed to it."""


class RedLine(Wire, frozen=True):
    """A declaration in the declarer's own words (R31), and what a draft must be to touch it, for software.

    `trigger` has the form of `airspace.triggers`; it is kept as said even where it cannot be judged.
    """

    group: Literal["red_line"]
    language: Language
    text: Text
    trigger: dict[str, Any] | UnsetType = UNSET


class Limit(Wire, frozen=True):
    """One limit inside a zone, in words, with its number where it has one."""

    text: ShortText
    at_most: Count | UnsetType = UNSET


class ZoneMinima(Wire, frozen=True):
    """How far from the zone counts as in it: whole millimetres and microseconds."""

    lateral_mm: Count
    vertical_mm: Count
    time_us: Count


class Zone(Wire, frozen=True):
    """A zone as its author says it: volumes (`domain.volume_fields`), limits, and when it ends by itself."""

    group: Literal["zone"]
    sort: ZoneSort
    name: ShortText
    language: Language
    volumes: Annotated[list[dict[str, Any]], Meta(min_length=1, max_length=16)]
    limits: Annotated[list[Limit], Meta(max_length=32)]
    start_us: Micros
    end_us: Micros
    minima: ZoneMinima | UnsetType = UNSET

    def __post_init__(self) -> None:
        """It ends after it begins, and within the agreed days."""
        if not 0 < self.end_us - self.start_us <= ZONE_DAYS_MAX * DAY_US:
            raise ValueError(f"end_us lies after start_us by at most {ZONE_DAYS_MAX} days; renew it before it ends")


class ZoneReply(Wire, frozen=True):
    """What a party says of somebody's zone; a party that says nothing has said nothing (N3)."""

    group: Literal["zone_reply"]
    position: Position
    language: Language | UnsetType = UNSET
    text: Text | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Words carry their language (R14)."""
        if (self.language is UNSET) != (self.text is UNSET):
            raise ValueError("text and its language go together")


class HostConsent(Wire, frozen=True):
    """What a host nation says of one version of a notice over its own territory; the newest stands."""

    group: Literal["consent"]
    about: str
    version: Ordinal
    consent: Consent

    def __post_init__(self) -> None:
        """It names one notice."""
        if not is_item_id(self.about):
            raise ValueError("about is the id of a notice, such as NORTHLAND-1001-9")
