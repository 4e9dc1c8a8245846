"""Rows of the board: each item as page and command line show it, moments in microseconds and as date-time group.

Everything here is said as it was opened; nothing is converted between datums, and what was not shown is absent.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import UNSET

from wellclear.apps.node.copies import copy_row
from wellclear.apps.node.core import NodeCore
from wellclear.apps.node.said import Row, stamp
from wellclear.apps.node.sheltering import with_sentence
from wellclear.apps.node.treaty_rows import consent_row, consents_told
from wellclear.apps.node.units import recipient_units
from wellclear.channel.levels import levels_shown
from wellclear.domain.parts import NOTICE_GROUPS
from wellclear.domain.quantities import degrees_from_e7
from wellclear.picture.picture import Picture
from wellclear.picture.view_items import ItemView, PairView, RequestView, Version
from wellclear.picture.view_states import Recipient, recipients, state_of, times_of
from wellclear.picture.view_treaty import ConsentWords
from wellclear.watch.duties import Duty, Owing
from wellclear.watch.rings import who_is_called

RUNG_NAMES = {"arrived": "ring", "due": "ack"}
"""The ladder in the board's words; the other rungs are called alike."""


def yes(value: object) -> str:
    """Yes or no, as canonical JSON spells them; the board does as well."""
    return "yes" if value else "no"


def moments(**named: int | None) -> Row:
    """Each moment twice: `start_us` and `start`."""
    told: Row = {}
    for name, moment_us in named.items():
        if moment_us is not None:
            told[f"{name}_us"], told[name] = moment_us, stamp(moment_us)
    return told


def person_rows(picture: Picture, party: str) -> list[Row]:
    """A party's persons as its roster writes them, in the order of the ladder."""
    own = [(row.rank, name, row) for name, row in picture.persons.items() if name.startswith(f"{party}/")]
    return [
        {"person": name.partition("/")[2], "key": row.key, "roles": list(row.roles)}
        | ({} if row.away is UNSET else {"away": msgspec.to_builtins(row.away)})
        for _, name, row in sorted(own, key=lambda told: told[:2])
    ]


def roster_row(picture: Picture, party: str) -> Row:
    """A party's roster as an entry writes it."""
    desks = [
        {"desk": desk, **({"stands_in": row.stands_in} if isinstance(row.stands_in, str) else {})}
        for desk, row in sorted(picture.desks.items())
        if row.party == party
    ]
    return {"desks": desks, "persons": person_rows(picture, party)}


# Notices and safety messages.


def notice_row(core: NodeCore, item: ItemView, consents: ConsentWords | None = None) -> Row:
    """A notice, or a safety message, at its newest version; `consents` where many rows are made of one picture."""
    version, now_us = item.current, max(core.picture.now_us, core.now_us)
    row = core.picture.items.get(item.id)
    times = times_of(version)
    told: Row = {
        "id": item.id, "version": version.version, "party": item.party, "desk": version.desk, "to": list(version.to),
        "kind": item.kind, "state": state_of(item, now_us), "precedence": version.precedence, "index": version.index,
        "mine": yes(item.party == core.party), **moments(start=times.start_us, end=times.end_us, at=version.moment_us),
        "recipients": [
            recipient_row(one, version) | recipient_units(item, one.desk, core.picture, core.party, now_us)
            for one in recipients(item, core.picture, now_us)
        ],
    }  # fmt: skip
    told["answers"] = told["recipients"]
    if row is not None:
        told["keep_until_day"] = row.keep_until
    if item.code:
        told["code"] = item.code
    if item.kind == "notice":
        words = consents_told(core) if consents is None else consents
        told["host_consent"] = consent_row(core, item.id, version.version, words)
    told["doubtful"] = list(core.doubted.of_item(item.id))
    told |= core.said.row_of(item) | _leads(core, told["recipients"]) | shown_row(version)
    return with_sentence(told) | copy_row(core, item, version)


def shown_row(version: Version) -> Row:
    """Who reads which field groups, at first or later: that stands in the header, for all to see (R25)."""
    parts = zip(NOTICE_GROUPS, version.shown_to, strict=False) if len(version.shown_to) == len(NOTICE_GROUPS) else ()
    shown = {group: list(parties) for group, parties in parts}
    return {
        "shown": shown, "levels": levels_shown(list(shown), list(shown.values())),
        "disclosed": [
            {"index": one.index, **moments(at=one.moment_us), "groups": list(one.groups), "to": list(one.parties)}
            for one in version.disclosed
        ],
    }  # fmt: skip


def _leads(core: NodeCore, told: list[Row]) -> Row:
    """Lead times by recipient (R7), as far as the clocks allow to say them."""
    leads = {row["party"]: row["lead"]["flag"] for row in told if "lead" in row}
    return {"lead": dict.fromkeys(leads, "CLOCKS DIFFER") if core.drift.blocks_lead_time() else leads}


def recipient_row(one: Recipient, version: Version) -> Row:
    """One desk's answers; four marks that are never merged (R2)."""
    told: Row = {
        "desk": one.desk, "party": one.party, "version": one.version, "standing": one.standing,
        "unconfirmed": yes(one.standing == "UNCONFIRMED"),
        **moments(sent=one.sent_us, received=one.received_us, acked=one.acked_us, confirmed=one.confirmed_us,
                  readback_wrong=one.readback_wrong_us, passed=one.passed_us),
    }  # fmt: skip
    if one.acked_by:
        told["acked_by"] = one.acked_by.partition("/")[2]
    if one.acked_version:
        told["acked_version"] = one.acked_version
    if one.echelon is not None:
        told["echelon"] = one.echelon
    if one.lead is not None:
        told["lead"] = {"flag": one.lead.flag, "lead_us": one.lead.lead_us, "at_best": yes(one.lead.at_best)}
    ack = version.acks.get(one.desk)
    if ack is not None and ack.rows is not None:
        told["readback"] = [msgspec.to_builtins(row) for row in ack.rows]
    if one.differences is not None:
        told["differences"] = [str(difference) for difference in one.differences]
        told["departures"] = [msgspec.to_builtins(difference.as_part()) for difference in one.differences]
    return told


# Duties.


def duty_row(core: NodeCore, duty: Duty) -> Row:
    """An answer that is waited for, with its ladder."""
    owing = duty.owing
    author = core.duties.authors.get(owing.index, ("", ""))
    item = core.picture.items.get(owing.item)
    kind = "" if item is None else "amend" if item.kind == "notice" and owing.version > 1 else item.kind
    return {
        "item": owing.item or f"#{owing.index}", "version": owing.version, "index": owing.index, "kind": kind,
        "from": author[1] or author[0], "desk": owing.desk or owing.party, "precedence": owing.precedence,
        "what": "acknowledge" if owing.what == "ack" else "receipt", "start_us": owing.start_us,
        **moments(due=owing.due_us), "overdue": yes(duty.overdue), "overdue_here": yes(duty.overdue_here),
        "rung": RUNG_NAMES.get(duty.rung or "", duty.rung or "ring"), "rungs": _rungs(core.picture, owing),
        "mine": yes(owing.party == core.party and owing.what == "ack"),
    }  # fmt: skip


def _rungs(picture: Picture, owing: Owing) -> list[Row]:
    return [
        {
            "rung": RUNG_NAMES.get(rung.name, rung.name), **moments(at=rung.at_us),
            "who": who_is_called(picture, owing, rung),
        }
        for rung in owing.rungs
    ]  # fmt: skip


# Requests, messages, conflicts.


def request_row(core: NodeCore, request: RequestView) -> Row:
    """A request and its answer."""
    told: Row = {
        "id": request.id, "version": 1, "about": request.about, "about_version": request.about_version,
        "code": request.code, "from": request.desk, "to": list(request.to), "precedence": request.precedence,
        "state": "open", "mine": yes(request.party == core.party), "details": {}, **moments(at=request.moment_us),
    }  # fmt: skip
    if request.details is not None:
        told["details"] = {
            name: value for name, value in msgspec.to_builtins(request.details).items() if name != "group"
        }
    if request.answer is not None:
        told["state"] = "complied" if request.answer.kind == "comply" else "unable"
        told["answer"] = {
            "party": request.answer.party, "code": request.answer.code, **moments(at=request.answer.moment_us)
        }  # fmt: skip
    return told


def conflict_rows(core: NodeCore) -> list[Row]:
    """Every pair that this node finds or that was logged: ours as computed here, both verdicts as logged (R32)."""
    pairs = sorted({*core.detection.conflicts, *core.view.pairs})
    return [row for row in (_conflict_row(core, pair) for pair in pairs) if row is not None]


def _conflict_row(core: NodeCore, key: tuple[str, str]) -> Row | None:
    found, pair = core.detection.conflicts.get(key), core.view.pairs.get(key)
    items = [core.view.items.get(id_) for id_ in key]
    if any(item is None for item in items):
        return None
    logged = _verdicts(core, pair, items)
    if found is None and not any(logged.values()):
        return None
    told: Row = {
        "a": key[0], "b": key[1], "verdict": found.verdict if found is not None else "none",
        "ours": logged["ours"], "theirs": logged["theirs"], "minima": {},
        "disputed": yes(pair is not None and pair.disputed),
    }  # fmt: skip
    if found is not None:
        told |= {
            "a_version": found.a_version, "b_version": found.b_version,
            "lateral_m": f"{found.lateral_mm / 1000:.3f}", "vertical_m": f"{found.vertical_mm / 1000:.3f}",
            "time_s": f"{found.time_us / 1_000_000:.0f}", **moments(start=found.start_us, end=found.end_us),
            "lat": degrees_from_e7(found.a_nearest.lat_e7), "lon": degrees_from_e7(found.a_nearest.lon_e7),
            "minima": {
                "lateral_mm": found.minima.lateral_mm, "vertical_mm": found.minima.vertical_mm,
                "time_us": found.minima.time_us,
            },
            "engine": found.engine,
        }  # fmt: skip
    return told


def _verdicts(core: NodeCore, pair: PairView | None, items: Sequence[ItemView | None]) -> dict[str, str]:
    """What each party has logged on the newest versions; empty where it is silent."""
    told = {"ours": "", "theirs": ""}
    newest = tuple(item.newest for item in items if item is not None)
    for party, verdict in pair.verdicts.items() if pair is not None else ():
        if (verdict.row.a_version, verdict.row.b_version) == newest:
            told["ours" if party == core.party else "theirs"] = verdict.row.verdict
    return told
