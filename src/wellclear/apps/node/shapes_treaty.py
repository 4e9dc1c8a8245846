"""The shapes of what is derived of red lines, zones and a host nation's consent; part of `shapes`."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from wellclear.domain.treaty import Consent
from wellclear.picture.view_treaty import ZoneState


class ZoneStanding(TypedDict):
    """How a zone stands; each party that its current version was told to, by what it says of that version (N3)."""

    state: ZoneState
    words: str
    concurs: list[str]
    disputes: list[str]
    silent: list[str]
    unread: list[str]


class TriggerTold(TypedDict):
    """Whether the trigger of a red line can be judged here, and why not."""

    judged: Literal["yes", "no"]
    words: str


class NationTold(TypedDict):
    """What a host nation has last said of this version; without `consent` it has said nothing, which is no consent.

    `sealed_since`: it has said something since, of whatever notice, that is not open here.
    """

    party: str
    words: str
    sealed_since: Literal["yes", "no"]
    consent: NotRequired[Consent]
    record: NotRequired[str]
    at_us: NotRequired[int]
    at: NotRequired[str]


class HostConsentTold(TypedDict):
    """Each host nation that has a desk, by its newest word; `gap` where no desk speaks for one (R29, N3)."""

    nations: list[NationTold]
    gap: str
