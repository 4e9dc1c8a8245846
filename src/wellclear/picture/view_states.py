"""What a reader derives from the view: states, lead time, who has answered what, and what a conflict engine is given.

All of it is computed on demand from the view, the public picture and a moment; nothing here is kept, signed or
digested.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from msgspec import UNSET

from wellclear.domain.agreement import DAY_US, Settings
from wellclear.domain.names import party_of_desk
from wellclear.domain.parts import NOTICE_GROUPS
from wellclear.domain.volume import Volume
from wellclear.picture.cells import cell_volume
from wellclear.picture.picture import Picture
from wellclear.picture.readback import ReadbackDifference, readback_differences
from wellclear.picture.rows import AnswerRow, answer_id, owed_id
from wellclear.picture.view_items import ItemView, Version, View

State = Literal["RELEASED", "ACTIVE", "COMPLETED", "CANCELLED", "EXPIRED"]
"""The life cycle that entries and times make; DRAFT is the desk's own, before anything is logged (R9)."""
LeadFlag = Literal["AGREED", "SHORT", "NO_REACTION_TIME", "IN_PROGRESS", "AFTER"]
"""What a lead time is called, on every screen and in every report (R7); see `lead_flag`."""


class Times(NamedTuple):
    """When a version starts and ends, as far as this reader was told; None where it was not."""

    start_us: int | None
    end_us: int | None


def times_of(version: Version) -> Times:
    """First start and last end of its volumes; where only level 1 is open, its slot."""
    windows = [shape.volume.window for shape in version.shapes or () if shape.timed]
    if windows:
        return Times(min(window.start_us for window in windows), max(window.end_us for window in windows))
    cell = version.cell
    return Times(cell.start_us, cell.end_us) if cell is not None and cell.start_us <= cell.end_us else Times(None, None)


def state_of(item: ItemView, moment_us: int) -> State:
    """The derived state at a moment. Every item expires, at the latest after the day that it names in clear."""
    if item.ended is not None:
        return item.ended[0]
    version = item.current
    start_us, end_us = times_of(version)
    last_us = (version.keep_until_day + 1) * DAY_US - 1
    if moment_us > (last_us if end_us is None else min(end_us, last_us)):
        return "EXPIRED"
    return "ACTIVE" if start_us is not None and moment_us >= start_us else "RELEASED"


@dataclass(frozen=True, slots=True)
class LeadTime:
    """Planned start minus the moment of the recipient's acknowledgement (R7); `at_best` before there is one.

    `least_us` is what the agreement asks for this category, or None while the category is not open to this reader.
    """

    flag: LeadFlag
    lead_us: int
    least_us: int | None
    at_best: bool


def lead_time(version: Version, acked_us: int | None, now_us: int) -> LeadTime | None:
    """The lead time of one recipient; None while the start is not open to this reader."""
    start_us, end_us = times_of(version)
    if start_us is None or end_us is None:
        return None
    moment_us = now_us if acked_us is None else acked_us
    terms = version.terms
    least_us = terms.lead_time_us(version.nature.category) if version.nature is not None else None
    flag = lead_flag(moment_us, start_us, end_us, terms, least_us)
    return LeadTime(flag, start_us - moment_us, least_us, acked_us is None)


def lead_flag(moment_us: int, start_us: int, end_us: int, terms: Settings, least_us: int | None) -> LeadFlag:
    """What the lead time at a moment is called; `least_us` is what the agreement asks for the category, where known.

    AGREED asks for the category's minimum and for `short_us`, whichever is longer; SHORT is less than that. At the very
    start it is IN_PROGRESS, later than the end AFTER; neither is ever refused (R6).
    """
    lead_us = start_us - moment_us
    if moment_us > end_us:
        return "AFTER"
    if lead_us <= 0:
        return "IN_PROGRESS"
    if lead_us < terms.no_reaction_us:
        return "NO_REACTION_TIME"
    return "SHORT" if lead_us < max(terms.short_us, least_us or 0) else "AGREED"


Standing = Literal["NOT_ASKED", "SENT", "RECEIVED", "ACKED", "UNCONFIRMED", "CONFIRMED"]
"""How far one recipient has come. UNCONFIRMED: its read-back differs, whatever anybody has confirmed (R5)."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One desk's answers to the newest version: public moments, and what the parts beside them say.

    `differences` is None while the read-back or what was said is not open to this reader. `acked_version` is the newest
    version that the desk has acknowledged at all; 0 when none.
    """

    desk: str
    party: str
    version: int
    standing: Standing
    sent_us: int
    received_us: int | None
    acked_us: int | None
    acked_by: str
    acked_version: int
    confirmed_us: int | None
    readback_wrong_us: int | None
    differences: tuple[ReadbackDifference, ...] | None
    passed_us: int | None
    echelon: str | None
    lead: LeadTime | None


def recipients(item: ItemView, picture: Picture, now_us: int) -> tuple[Recipient, ...]:
    """Who was sent the newest version, received, acknowledged, confirmed it, and passed it on; in the order of `to`."""
    return tuple(_recipient(item, desk, picture, now_us) for desk in item.current.to)


def _recipient(item: ItemView, desk: str, picture: Picture, now_us: int) -> Recipient:
    version, party = item.current, party_of_desk(desk)
    row = picture.answers.get(answer_id(item.id, version.version, desk))
    owed = picture.owed.get(owed_id(version.index, party))
    answer = row or AnswerRow(index=version.index, party=party)
    acked_us = None if answer.acked_us is UNSET else answer.acked_us
    received_us = None if owed is None or owed.received_us is UNSET else owed.received_us
    ack, passed = version.acks.get(desk), version.passed.get(desk)
    differences = readback_differences(version, ack) if ack is not None else None
    return Recipient(
        desk=desk, party=party, version=version.version,
        standing=_standing(row, received_us, bool(differences)),
        sent_us=version.moment_us, received_us=received_us, acked_us=acked_us,
        acked_by="" if answer.acked_by is UNSET else answer.acked_by,
        acked_version=item.acked.get(desk) or 0,
        confirmed_us=None if answer.confirmed_us is UNSET else answer.confirmed_us,
        readback_wrong_us=None if answer.readback_wrong_us is UNSET else answer.readback_wrong_us,
        differences=differences,
        passed_us=None if answer.passed_us is UNSET else answer.passed_us,
        echelon=passed.echelon if passed is not None else None,
        lead=lead_time(version, acked_us, now_us),
    )  # fmt: skip


def _standing(row: AnswerRow | None, received_us: int | None, differs: bool) -> Standing:
    if row is None:
        return "NOT_ASKED"
    if row.acked_us is UNSET:
        return "SENT" if received_us is None else "RECEIVED"
    if differs or row.readback_wrong_us is not UNSET:
        return "UNCONFIRMED"
    return "ACKED" if row.confirmed_us is UNSET else "CONFIRMED"


class AnnouncedNotice(NamedTuple):
    """What a conflict engine must know of one notice, in the order of its own input.

    `category` is empty where it is not open (the agreement's default minima hold then). `coarse`: the one volume is the
    disclosed cell and slot. `stand_ins` are the indexes of volumes that stand in for what could not be computed.
    """

    id: str
    version: int
    party: str
    category: str
    volumes: tuple[Volume, ...]
    coarse: bool
    stand_ins: frozenset[int]


def announced(view: View, shown_to: str | None = None) -> list[AnnouncedNotice]:
    """Every notice that is neither completed nor cancelled and of which a place is open, by id.

    With `shown_to`, only what its author has shown to that party: nothing that crosses the channel may depend on more
    than the other side was shown (protocol, "Conflicts").
    """
    found = (announced_notice(item, shown_to) for _, item in sorted(view.items.items()))
    return [notice for notice in found if notice is not None]


def announced_notice(item: ItemView, shown_to: str | None = None) -> AnnouncedNotice | None:
    """One notice for the engine; None where it is over, no notice, or no place of it is open."""
    if item.kind != "notice" or item.ended is not None:
        return None
    version = item.current
    open_groups = [
        name
        for name, readers in zip(NOTICE_GROUPS, version.shown_to, strict=False)
        if shown_to is None or shown_to in readers or shown_to == item.party
    ]
    category = version.nature.category if version.nature is not None and "category" in open_groups else ""
    if version.shapes is not None and "volume" in open_groups:
        volumes = tuple(shape.volume for shape in version.shapes)
        stand_ins = frozenset(number for number, shape in enumerate(version.shapes) if shape.fault is not None)
        return AnnouncedNotice(item.id, version.version, item.party, category, volumes, False, stand_ins)
    if version.cell is not None and "cell" in open_groups:
        cell = (cell_volume(version.cell),)
        return AnnouncedNotice(item.id, version.version, item.party, category, cell, True, frozenset())
    return None
