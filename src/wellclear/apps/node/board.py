"""The board: everything that a watch officer must see at once, as one JSON object for page and command line.

Every negative answer says against what (`compared`, `link.words`), and every moment stands twice, in microseconds and
as a date-time group. A derived state follows the later of now and the own clock; `overdue` follows now alone.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET

from wellclear.apps.node.alarms import Alarm
from wellclear.apps.node.core import NodeCore
from wellclear.apps.node.count_rows import count_rows
from wellclear.apps.node.outside import Heard
from wellclear.apps.node.record_rows import record_rows, speaking
from wellclear.apps.node.rows import (
    RUNG_NAMES,
    conflict_rows,
    duty_row,
    moments,
    notice_row,
    person_rows,
    request_row,
    yes,
)
from wellclear.apps.node.said import Row, safety_fields
from wellclear.apps.node.sheltering import in_a_list
from wellclear.apps.node.treaty_rows import consents_told
from wellclear.apps.node.units import asked_rows
from wellclear.apps.problems import reason_words
from wellclear.channel.outbox import AFTER_A_HALT, Item
from wellclear.channel.witnesses import FRESH_US
from wellclear.domain.canonical import b64, unb64
from wellclear.domain.spoken import spoken
from wellclear.log.equivocation import decode_evidence
from wellclear.picture.leave import is_away, stands_for
from wellclear.picture.view_items import Unopened
from wellclear.watch.clock import stands_still

LATEST_REMARKS = 200

UNPROVEN = "handed to the host; its record is not believed. Use the telephone as well."
NOT_HANDED = "the host has not taken it. Use the telephone."
KEPT_BACK = "this node has halted; it waits for the change of host."
OUTSIDE = "Heard outside the record: its author signed it, and the host's log is not believed. Answer by telephone."
STILL_WORKS = (
    "Safety still goes out by the host, unproven; that of others still rings, outside the record. Nothing else is sent."
)
TO_DO = "Telephone every party; export the log; change the host."

_GRAVE = {"halted", "head_differs", "picture_differs", "disk", "conflict", "outside"}
_KINDS = {
    "no_answer": "unanswered",
    "escalated": "unanswered",
    "readback_differs": "readback",
    "unconfirmed": "readback",
}


def board(core: NodeCore, link_words: str) -> Row:
    """The whole board; `link_words` is what the service last heard of the connection."""
    picture, own_us = core.picture, core.now_us
    drifts = core.drift.all()
    core.said.keep_only(core.view.items)
    items, consents = sorted(core.view.items.items()), consents_told(core)
    notices = [in_a_list(notice_row(core, item, consents)) for _, item in items if item.kind == "notice"]
    records = record_rows(core)
    return {
        "party": core.party, "channel": core.channel, "spoken": spoken(unb64(core.channel)),
        "exercise": yes(picture.exercise), "phase": phase(core), "agreement": picture.agreement,
        "size": core.follower.size, "digest": b64(picture.digest), **moments(now=picture.now_us, own=own_us),
        "stands_still": yes(stands_still(picture)),
        "drift_ms": max((drift.ahead_us for drift in drifts), key=abs, default=0) // 1000,
        "clocks": [{"party": drift.party, "ahead_ms": drift.ahead_us // 1000} for drift in drifts],
        "desks": own_desks(core), "peers": sorted(set(picture.desks) - set(own_desks(core))),
        "halt": halt(core), "outside": outside(core), "officers": officers(core),
        "link": link(core, link_words), "outbox": outbox(core),
        "alarms": alarms(core), "duties": duties(core),
        "units": asked_rows(core.units, max(picture.now_us, own_us)), "notices": notices,
        "conflicts": conflict_rows(core), "compared": compared(core),
        "safety": [notice_row(core, item) for _, item in items if item.kind == "safety"],
        "requests": requests(core), "messages": messages(core), "remarks": remarks(core),
        "doubtful": core.doubted.told(), "records": records, "own_counts": count_rows(records),
        "speaking": speaking(core),
    }  # fmt: skip


def phase(core: NodeCore) -> str:
    """Founding before the agreement, closed with fewer than two principals, else open."""
    if not core.picture.agreement:
        return "founding"
    return "open" if core.picture.open else "closed"


def own_desks(core: NodeCore) -> list[str]:
    """The party's own desks; those that only stand in for another come last, so that the first is one that speaks."""
    own = {desk: row for desk, row in core.picture.desks.items() if row.party == core.party}
    stand_ins = {row.stands_in for row in own.values()}
    return sorted(own, key=lambda desk: (desk in stand_ins, desk))


def officers(core: NodeCore) -> list[Row]:
    """The party's persons in the order of the ladder: who is away now, until when, and who stands for whom."""
    picture, now_us = core.picture, core.picture.now_us
    told = person_rows(picture, core.party)
    for row in told:
        name = f"{core.party}/{row['person']}"
        row["on_duty"] = yes(not is_away(picture.persons[name], now_us))
        row["stands_for"] = [other.partition("/")[2] for other in stands_for(picture, name, now_us)]
        if "away" in row:
            row["away"] |= moments(start=row["away"]["start_us"], end=row["away"]["end_us"])
    return told


def link(core: NodeCore, link_words: str) -> Row:
    """How the picture stands: who vouches for it, and how long ago."""
    silence_us = core.follower.silence_us(core.clock.monotonic_us())
    seen = witnesses(core)
    others = [row for row in seen if row["host"] == "no" and row["party"] != core.party]
    fresh = [row for row in others if row["fresh"] == "yes"]
    names = ", ".join(row["party"] for row in fresh)
    words = f"seen by {names} within {FRESH_US // 1_000_000} s" if fresh else "as the host tells it"
    if not others:
        words += "; no other party has cosigned this log"
    elif not fresh:
        words += "; " + ", ".join(f"{row['party']} has last cosigned {_ago(row)}" for row in others)
    if core.state == "halted":
        words = f"halted: {core.why_halted}; the evidence lies in {core.evidence_file}; what is shown is old"
    elif core.state == "left":
        words = f"{core.party} has left this channel with entry {core.left_at}; what was logged up to there is kept"
    elif core.state != "live":
        words = f"{core.state}: {core.why_silent or link_words}; what is shown is old"
    told: Row = {"state": core.state, "words": words, "connection": link_words, "witnesses": others, "fresh": fresh}
    told["witnessing"] = core.witnessing.why_not(core.picture)
    told["pictures"] = pictures(core)
    if silence_us is not None:
        told |= {"heard_ms": silence_us // 1000, "host_age_ms": silence_us // 1000}
    return told


def halt(core: NodeCore) -> Row:
    """Why this node has halted, by which two notes, what still works and what to do; empty unless it has."""
    if core.evidence is None:
        return {}
    told = decode_evidence(core.evidence)
    return {
        "why": core.why_halted, "notes": [told.note_a.decode("utf-8"), told.note_b.decode("utf-8")],
        "evidence": core.evidence_file, "works": STILL_WORKS, "do": TO_DO,
    }  # fmt: skip


def outside(core: NodeCore) -> Row:
    """Safety that was heard outside the record, newest first; `dropped` counts what later ones have pushed out."""
    rows = [outside_row(heard) for heard in core.outside.heard.values()]
    return {"rows": rows[::-1], "dropped": core.outside.dropped}


def outside_row(heard: Heard) -> Row:
    """One such message: what its author has signed, and nothing of what a record would add."""
    act = heard.entry.act
    told: Row = {
        "key": f"outside/{heard.name}", "id": act.id, "party": act.party, "desk": act.desk or act.party,
        "to": list(act.to), "code": act.code, "precedence": act.precedence, "by": heard.by.partition("/")[2],
        "mark": OUTSIDE, **moments(said=act.said, heard=heard.heard_us),
    }  # fmt: skip
    return told if heard.group is None else told | safety_fields(msgspec.to_builtins(heard.group))


def witnesses(core: NodeCore) -> list[Row]:
    """Who has cosigned this log last, over how many entries, and how long ago by the own clock."""
    host, own_us, mono_us = core.picture.host, core.now_us, core.clock.monotonic_us()
    return [
        {
            "party": one.party, "size": one.size, "age_ms": one.age_us(own_us, mono_us) // 1000,
            "fresh": yes(one.is_fresh(own_us, mono_us)), "ahead": yes(one.is_ahead(own_us)),
            "host": yes(host is not None and one.party == host.party),
        }
        for one in core.witnesses.newest(core.picture, own_us)
    ]  # fmt: skip


def pictures(core: NodeCore) -> list[Row]:
    """What the other parties state of their pictures: of how many entries theirs was ours, and where it was not."""
    rows: list[Row] = []
    for one in core.stating.book.standings():
        if one.party == core.party and not one.wrong:
            continue
        row: Row = {"party": one.party, "agrees": one.agrees}
        if one.wrong:
            row |= {"differs": one.differs or one.broken, "words": one.words()}
        if one.first is not None:
            row["first"] = one.first
        rows.append(row)
    return rows


def _ago(row: Row) -> str:
    return "by a clock that is ahead of ours" if row["ahead"] == "yes" else f"{row['age_ms'] // 1000} s ago"


def outbox(core: NodeCore) -> Row:
    """What is not sent yet, and why."""
    rows = sorted(core.outbox.items.values(), key=lambda item: item.number)
    states = ("waiting", "linked", "refused", "held", "unproven")
    counts = {state: sum(item.state == state for item in rows) for state in states}
    return {**counts, "entries": [_outbox_row(core, item) for item in rows if _worth_telling(item)]}


def outbox_opened(core: NodeCore) -> Row:
    """The outbox with what each act says in its parts, for who must decide about it."""
    told = outbox(core)
    for row in told["entries"]:
        known = core.parts.open_known(core.outbox.items[row["act_hash"]].act, core.opening)
        opened = {group.group: group for group in known.values() if not isinstance(group, Unopened)}
        row["groups"] = [msgspec.to_builtins(group) for group in opened.values()]  # of copies each once
    return told


def _worth_telling(item: Item) -> bool:
    return item.state != "logged" and not (item.act.kind in ("time", "receipt") and item.state != "refused")


def _outbox_row(core: NodeCore, item: Item) -> Row:
    persons = {row.key: handle.partition("/")[2] for handle, row in core.picture.persons.items()}
    told: Row = {
        "act_hash": item.id, "kind": item.act.kind, "id": _item_of(item.act), "state": item.state, "use": item.use,
        "to": list(item.act.to), "precedence": item.act.precedence, **moments(said=item.act.said),
        "by": [persons.get(approval.key, "unknown") for approval in item.approvals],
        "reason": item.reason, "why": why_unsent(core, item),
    }  # fmt: skip
    return told if item.act.code is UNSET else told | {"code": item.act.code}


def why_unsent(core: NodeCore, item: Item) -> str:
    """What an officer must know of an act that is not in the log; empty where waiting is all there is."""
    if item.state == "unproven":
        return UNPROVEN
    if core.state == "halted" and item.act.kind in AFTER_A_HALT and item.state in ("waiting", "linked"):
        return NOT_HANDED
    if core.state == "halted" and item.state == "waiting":
        return KEPT_BACK
    return reason_words(item.reason, item.detail) if item.reason else item.detail


def _item_of(act: Any) -> str:
    if act.id is not UNSET:
        return str(act.id)
    return str(act.subject.id) if act.subject is not UNSET else ""


def alarms(core: NodeCore) -> list[Row]:
    """What rings, or has rung: unseen ones first."""
    return [alarm_row(core, alarm) for alarm in core.alarms.listed()]


def alarm_row(core: NodeCore, alarm: Alarm) -> Row:
    """One alarm as board and ring tell it."""
    told: Row = {
        "key": alarm.key, "kind": _kind(core, alarm), "level": _level(alarm), "state": alarm.state,
        "title": alarm.words, "text": _text(core, alarm), "item": alarm.item,
        "desk": alarm.desk, "precedence": alarm.precedence, "index": alarm.index,
        "rung": RUNG_NAMES.get(alarm.rung, alarm.rung), "call": alarm.calls,
        **moments(since=alarm.since_us, rang=alarm.rang_us),
    }  # fmt: skip
    if alarm.version:
        told["version"] = alarm.version
    if alarm.state == "acked" and alarm.seen_by:
        told |= {"silenced_by": alarm.seen_by, **moments(silenced=alarm.seen_us)}
    asked = core.units.owed.get(alarm.key)
    if asked is not None and not asked.sheltered:
        told |= moments(due=asked.due_us)
    owing = core.duties.owings.get(alarm.key)
    if owing is not None and owing.open:
        told |= moments(due=owing.due_us)
    return told


def _text(core: NodeCore, alarm: Alarm) -> str:
    if alarm.kind == "halted":
        return f"{STILL_WORKS} {TO_DO} The evidence lies in {core.evidence_file}."
    return OUTSIDE if alarm.kind == "outside" else ""


def _kind(core: NodeCore, alarm: Alarm) -> str:
    if alarm.kind != "answer_owed":
        return _KINDS.get(alarm.kind, alarm.kind)
    row = core.picture.items.get(alarm.item)
    if row is None:
        return "notice"
    return "amend" if row.kind == "notice" and alarm.version > 1 else row.kind


def _level(alarm: Alarm) -> str:
    """Three levels for eye and ear; what is overdue is one level graver than what has come."""
    if alarm.kind in _GRAVE or alarm.precedence in "ZO":
        return "alarm"
    overdue = alarm.rung not in ("", "arrived") or alarm.kind == "units_not_told"
    if alarm.precedence == "P":
        return "alarm" if overdue else "warning"
    return "warning" if overdue else "caution"


def duties(core: NodeCore) -> list[Row]:
    """Every answer that is waited for, from whomever, by due moment."""
    return [duty_row(core, duty) for duty in core.duties.open_duties(core.picture, core.now_us)]


def compared(core: NodeCore) -> Row:
    """Against what "no conflict" was said."""
    found = core.detection.held()
    members = {name for name, row in core.picture.parties.items() if row.state == "member" and "principal" in row.roles}
    return {
        "notices": len(found), "parties": len(set(found.values())), "coarse": core.detection.coarse(core.view),
        "missing": sorted(members - set(found.values()) - {core.party}),
    }  # fmt: skip


def requests(core: NodeCore) -> list[Row]:
    """Requests about notices, with their answers."""
    return [request_row(core, request) for _, request in sorted(core.view.requests.items())]


def messages(core: NodeCore) -> list[Row]:
    """Messages that this node could open, newest first."""
    told = []
    for index, message in sorted(core.view.messages.items(), reverse=True):
        row: Row = {
            "id": message.id, "index": index, "from": message.desk, "to": list(message.to),
            "precedence": message.precedence, **moments(at=message.moment_us),
            "mine": yes(message.party == core.party),
        }  # fmt: skip
        if message.body is not None:
            row |= {"text": message.body.text, "language": message.body.language}
            if message.body.about is not UNSET:
                row["about"] = message.body.about
        told.append(row)
    return told


def remarks(core: NodeCore) -> list[Row]:
    """What the folds say of entries that cannot stand, newest first."""
    return [
        {
            "index": index, "reason": str(remark.reason), "sentence": remark.reason.sentence, "detail": remark.detail,
            "party": author, "mine": yes(author == core.party),
        }
        for index, author, remark in list(reversed(core.remarks))[:LATEST_REMARKS]
    ]  # fmt: skip
