"""Parts: the field groups that lie beside the log, each under one salt and one commitment (protocol, "Parts").

    text       = canonical JSON of the group LF zeros      padded to 1, 2, 4, 8 or 16 KiB
    commitment = SHA-256(salt || text)                     in the header, for all readers, sent or not
    opening    = salt || text                              what opens the commitment
    stored     = the opening                               `enc: none`, exercise channels only
               = the opening sealed (channel/sealing)      `enc: aes256gcm`

The padding is committed to as well: otherwise the length would tell the kind of site. A notice always commits to its
four groups, so that another group or audience can be opened later and the reader sees that nothing was changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from wellclear.domain import canonical
from wellclear.domain.agreement import Category
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.entry import (
    PART_TEXT_BYTES_MAX,
    SALT_BYTES,
    Count,
    Day,
    Micros,
    Ordinal,
    PartRef,
    Wire,
    YesNo,
    plainly,
)
from wellclear.domain.members import DatumName, Language, Latitude, Longitude, ShortText, Signed, Text, YesNoOrNot
from wellclear.domain.notice_words import VEHICLE_ROWS_MAX, Purpose, SiteSort, Vehicles
from wellclear.domain.records import GROUP_OF_RECORD, RECORD_GROUPS, RecordGroup
from wellclear.errors import InvalidValue, Malformed, Unverified

TEXT_BYTES = (1024, 2048, 4096, 8192, PART_TEXT_BYTES_MAX)


class Cell(Wire, frozen=True):
    """Level 1: a cell and a time slot around everything that the notice covers; `west` may lie east of `east`."""

    group: Literal["cell"]
    south_e7: Latitude
    west_e7: Longitude
    north_e7: Latitude
    east_e7: Longitude
    start_us: Micros
    end_us: Micros


class Volumes(Wire, frozen=True):
    """Level 2: volumes and times, in the form of `domain.volume`; kept as said even where they cannot be computed."""

    group: Literal["volume"]
    volumes: Annotated[list[dict[str, Any]], Meta(min_length=1, max_length=64)]


class Nature(Wire, frozen=True):
    """Level 3: the category, and whom to call."""

    group: Literal["category"]
    category: Category
    contact: ShortText | UnsetType = UNSET


class Rest(Wire, frozen=True):
    """Level 4: what else is announced. There is no field for target, aim point, effect or free purpose (N4).

    `site`, `last_checked` belong to a protected site, `vehicles` to what moves, `invitation` to who comes or looks
    at somebody's invitation (R27, R29); which category asks for which is the node's rule, not the reader's. What it
    carries or emits (`notice_words.STATED`) is said with yes or no, each by itself; absent is not said, never no.
    """

    group: Literal["rest"]
    activity: ShortText | UnsetType = UNSET
    platform: ShortText | UnsetType = UNSET
    count: Count | UnsetType = UNSET
    crewed: YesNoOrNot | UnsetType = UNSET
    live_weapons: YesNoOrNot | UnsetType = UNSET
    armed_escort: YesNo | UnsetType = UNSET
    call_sign: ShortText | UnsetType = UNSET
    radio: ShortText | UnsetType = UNSET
    squawk: Annotated[str, Meta(pattern=r"^[0-7]{4}\Z")] | UnsetType = UNSET
    contact_on_board: ShortText | UnsetType = UNSET
    uncertainty_mm: Count | UnsetType = UNSET
    purpose: Purpose | UnsetType = UNSET
    invitation: ShortText | UnsetType = UNSET
    site: SiteSort | UnsetType = UNSET
    last_checked: Day | UnsetType = UNSET
    vehicles: Annotated[list[Vehicles], Meta(min_length=1, max_length=VEHICLE_ROWS_MAX)] | UnsetType = UNSET
    air_defence: YesNoOrNot | UnsetType = UNSET
    jamming: YesNoOrNot | UnsetType = UNSET
    lasers: YesNoOrNot | UnsetType = UNSET
    radar: YesNoOrNot | UnsetType = UNSET


class Safety(Wire, frozen=True):
    """What a safety message says beside its code: where, who, until when; every member may be missing."""

    group: Literal["safety"]
    lat_e7: Latitude | UnsetType = UNSET
    lon_e7: Longitude | UnsetType = UNSET
    who: ShortText | UnsetType = UNSET
    call_sign: ShortText | UnsetType = UNSET
    text: Text | UnsetType = UNSET
    until_us: Micros | UnsetType = UNSET
    volumes: Annotated[list[dict[str, Any]], Meta(max_length=16)] | UnsetType = UNSET


class Message(Wire, frozen=True):
    """Free text, marked as such, in the sender's words (R14)."""

    group: Literal["message"]
    language: Language
    text: Text
    about: ShortText | UnsetType = UNSET


class ReadbackRow(Wire, frozen=True):
    """What the acknowledging officer reads back of one volume: first position, lower, upper, start (R5)."""

    lat_e7: Latitude
    lon_e7: Longitude
    start_us: Micros
    lower_mm: Signed | UnsetType = UNSET
    upper_mm: Signed | UnsetType = UNSET


class Readback(Wire, frozen=True):
    """One row for each volume of the version that is acknowledged, in its order; none for what has no volumes."""

    group: Literal["readback"]
    volumes: Annotated[list[ReadbackRow], Meta(max_length=64)]


class Difference(Wire, frozen=True):
    """One value that came back other than it was said, both in words; `volume` counts from 0, people from 1."""

    volume: Count
    field: Literal["position", "lower", "upper", "start", "count"]
    said: ShortText
    read: ShortText

    def __str__(self) -> str:
        """For people: `volume 1, lower: 5,000 ft AMSL read back, 6,000 ft AMSL announced`."""
        if self.field == "count":
            return f"volumes: {self.read} read back, {self.said} announced"
        name = "first position" if self.field == "position" else self.field
        return f"volume {self.volume + 1}, {name}: {self.read} read back, {self.said} announced"


class ReadbackWrong(Wire, frozen=True):
    """Where the read-back departs from what was said."""

    group: Literal["readback_wrong"]
    differences: Annotated[list[Difference], Meta(min_length=1, max_length=64)]


class Units(Wire, frozen=True):
    """Passed to units: the lowest echelon reached, and when (R2, R28)."""

    group: Literal["units"]
    echelon: ShortText
    at_us: Micros


class RequestDetails(Wire, frozen=True):
    """What is asked for: a band of heights in whole millimetres of one datum, or a later start."""

    group: Literal["request"]
    datum: DatumName | UnsetType = UNSET
    lower_mm: Signed | UnsetType = UNSET
    upper_mm: Signed | UnsetType = UNSET
    start_us: Micros | UnsetType = UNSET


class FindingRow(Wire, frozen=True):
    """One verdict on one pair, complete in itself; margins in whole millimetres and microseconds."""

    a: str
    a_version: Ordinal
    b: str
    b_version: Ordinal
    verdict: Literal["conflict", "possible", "none"]
    lateral_mm: Count
    vertical_mm: Count
    time_us: Count
    start_us: Micros
    end_us: Micros
    lat_e7: Latitude
    lon_e7: Longitude


class Findings(Wire, frozen=True):
    """What one party of each pair has computed, under which minima and by which engine."""

    group: Literal["finding"]
    engine: ShortText
    agreement: Ordinal
    rows: Annotated[list[FindingRow], Meta(min_length=1, max_length=32)]
    more: Count | UnsetType = UNSET


class Articles(Wire, frozen=True):
    """The agreement's text, for the principals; open points are named as such."""

    group: Literal["articles"]
    text: Text
    open_points: Annotated[list[ShortText], Meta(max_length=32)]


Group = (
    Cell | Volumes | Nature | Rest | Safety | Message | Readback | ReadbackWrong | Units | RequestDetails | Findings
    | Articles | RecordGroup
)  # fmt: skip
_GROUPS: dict[str, type[Wire]] = {
    "cell": Cell, "volume": Volumes, "category": Nature, "rest": Rest, "safety": Safety, "message": Message,
    "readback": Readback, "readback_wrong": ReadbackWrong, "units": Units, "request": RequestDetails,
    "finding": Findings, "articles": Articles, **RECORD_GROUPS,
}  # fmt: skip
NOTICE_GROUPS = ("cell", "volume", "category", "rest")
"""A notice or amendment commits to exactly these, in this order."""
LEVEL_OF_GROUP = {"cell": 1, "volume": 2, "category": 3, "rest": 4}
GROUPS_OF_KIND: dict[str, tuple[str, ...]] = {
    "notice": NOTICE_GROUPS, "amend": NOTICE_GROUPS, "safety": ("safety",), "message": ("message",),
    "ack": ("readback",), "readback_wrong": ("readback_wrong",), "passed_to_units": ("units",),
    "request": ("request",), "finding": ("finding",), "propose": ("articles",),
    **{kind: (name,) for kind, name in GROUP_OF_RECORD.items()},
}  # fmt: skip


def pad(text: bytes) -> bytes:
    """The text, one line feed, zeros up to the next of the five sizes; raises `InvalidValue` when none is enough."""
    for size in TEXT_BYTES:
        if len(text) + 1 <= size:
            return text + b"\n" + bytes(size - len(text) - 1)
    raise InvalidValue("part", f"{len(text)} bytes; a part holds at most {PART_TEXT_BYTES_MAX - 1}")


def commitment(salt: bytes, padded: bytes) -> bytes:
    """SHA-256(salt || padded text)."""
    return hashlib.sha256(salt + padded).digest()


def opening_of(group: Group, salt: bytes) -> bytes:
    """What a part commits to: salt and padded text.

    Raises:
        InvalidValue: the group is too large, or holds what no entry may hold.
    """
    if len(salt) != SALT_BYTES:
        raise InvalidValue("salt", f"{len(salt)} bytes where {SALT_BYTES} belong")
    return salt + pad(canonical.encode(_checked(group)))


def store_in_clear(group: Group, salt: bytes, audience: tuple[str, ...]) -> tuple[PartRef, bytes]:
    """A part's place in the header and its stored bytes; with no audience it is committed to but not sent.

    Raises:
        InvalidValue: as `opening_of`.
    """
    opening = opening_of(group, salt)
    commit = b64(hashlib.sha256(opening).digest())
    if not audience:
        return PartRef(commit=commit, enc="none"), opening
    return PartRef(commit=commit, enc="none", sha=commit, to=list(audience)), opening


def _checked(group: Group) -> Group:
    canonical.check_value(msgspec.to_builtins(group), group.group)
    return group


def open_part(opening: bytes, ref: PartRef) -> Group:
    """The field group in a part's opening, proven against the header's commitment.

    Of a part in clear the stored bytes are the opening; a sealed one is unsealed before (`channel/sealing`).

    Raises:
        Unverified: the bytes are not those that the header names or commits to.
        Malformed: they are, but no field group stands in them.
    """
    name = f"part {ref.commit[:8]}"
    if ref.sha is not UNSET and not ref.sealed and hashlib.sha256(opening).digest() != unb64(ref.sha):
        raise Unverified(name, "its bytes are not those that the header names")
    salt, padded = opening[:SALT_BYTES], opening[SALT_BYTES:]
    if commitment(salt, padded) != unb64(ref.commit):
        raise Unverified(name, "its text does not fit its commitment")
    if len(padded) not in TEXT_BYTES:
        raise Malformed(name, "", "padded to none of the five sizes")
    text, _, zeros = padded.partition(b"\n")
    if zeros.strip(b"\x00") or pad(text) != padded:
        raise Malformed(name, "", "not padded by one line feed and zeros to the least size")
    return group_from(canonical.decode(text, name), name)


def group_from(fields: Mapping[str, Any], source: str) -> Group:
    """The field group that a decoded object holds.

    Raises:
        Malformed: no group of that name, or its members are wrong (field and reason).
    """
    kind = _GROUPS.get(str(fields.get("group")))
    if kind is None:
        raise Malformed(source, "group", f"one of {', '.join(_GROUPS)}")
    try:
        group: Group = msgspec.convert(fields, kind, strict=True)  # type: ignore[assignment]  # the table holds groups only
    except msgspec.ValidationError as error:
        raise Malformed(source, *plainly(error, str(fields["group"]))) from error
    return group
