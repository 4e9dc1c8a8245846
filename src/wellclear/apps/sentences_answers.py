"""Sentences for what a desk answers: receipt, acknowledgement and read-back, confirmation, units, requests."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import UNSET

from wellclear.apps.figures import words
from wellclear.apps.told import Sentence, Spoken, Told, facts_of, lead_time, sealed_lines
from wellclear.domain.kinds import OfDesk, Receipt
from wellclear.domain.measures import bare_height, height, moment, place, took
from wellclear.domain.parts import Readback, ReadbackRow, ReadbackWrong, RequestDetails, Units, Volumes
from wellclear.picture.rows import OwedRow, answer_id


def receipt(told: Told) -> Sentence:
    """receipt: which entries a party's machine has, and which did not open."""
    body = told.public
    assert isinstance(body, Receipt), "the fold has taken it"
    party, said, indices = told.act.party, [], []
    for change in told.step.changes:
        if change.table == "owed" and isinstance(change.row, OwedRow) and change.row.received_us is not UNSET:
            index = int(change.id.partition("/")[0])
            indices.append(index)
            after = took(change.row.received_us - change.row.start_us)
            said.append(f"{told.memory.labels.get(index, 'an entry')} (entry {index}), {after} after it was sent")
    shut = list(body.not_opened) if body.not_opened is not UNSET else []
    lines = [f"Not opened: entry {row.index}, {words(row.why)}." for row in shut]
    what = "; ".join(said) if said else f"everything addressed to it up to entry {body.through}, nothing of it new"
    return Sentence(f"{party}'s node received {what}.", tuple(lines), facts_of(told) | {"received": indices})


def ack(told: Told) -> Sentence:
    """ack: a person has read it and read it back; how long that took, and what lead time it left."""
    item, version = told.about
    spoken = told.memory.versions.get((item, version))
    answer = answer_id(item, version, told.who)
    since = f", {took(told.now_us - spoken.moment_us)} after it was sent" if spoken is not None else ""
    text = f"{told.officer} acknowledged {item} version {version}{since}."
    newest = told.step.picture.items.get(item)
    lines = []
    if newest is not None and newest.version > version:
        lines.append(f"Not version {newest.version}, which is the newest.")
    group = told.groups.get("readback")
    if isinstance(group, Readback):
        datums = _datums(spoken)
        for number, row in enumerate(group.volumes):
            name = f"volume {number + 1}: " if len(group.volumes) > 1 else ""
            lines.append(_readback_line(name, row, datums[number] if number < len(datums) else ""))
    facts = dict(facts_of(told)) | {"answer": answer}
    if spoken is not None:
        flag = lead_time(spoken, told.now_us)
        if flag is not None:
            lines.append(f"{flag[0][0].upper()}{flag[0][1:]}.")
            facts |= {"lead_time_us": flag[1], "lead_time_flag": flag[2]}
    return Sentence(text, (*lines, *sealed_lines(told)), facts)


def confirm(told: Told) -> Sentence:
    """confirm, readback_wrong: the announcer's word on a read-back."""
    item, version = told.about
    body = told.public
    desk = body.desk if isinstance(body, OfDesk) else "the desk"
    if told.act.kind == "confirm":
        text = f"{told.officer} confirmed the read-back of {desk} for {item} version {version}."
        return Sentence(text, (), facts_of(told))
    group = told.groups.get("readback_wrong")
    lines = []
    if isinstance(group, ReadbackWrong):
        lines = [f"{said[0].upper()}{said[1:]}." for said in map(str, group.differences)]
    text = f"{told.officer} told {desk} that its read-back of {item} version {version} differs from what was announced."
    return Sentence(text, (*lines, *sealed_lines(told)), facts_of(told))


def passed(told: Told) -> Sentence:
    """passed_to_units."""
    item, version = told.about
    group = told.groups.get("units")
    how = f" down to {group.echelon} at {moment(group.at_us)}" if isinstance(group, Units) else ""
    return Sentence(
        f"{told.officer} passed {item} version {version} to its units{how}.", sealed_lines(told), facts_of(told)
    )


def request(told: Told) -> Sentence:
    """request: asked of the announcer about one version of its notice."""
    subject = told.act.subject
    assert subject is not UNSET, "the fold has taken it"
    what = "another height" if told.act.code == "altitude" else "a later start"
    about = f"{subject.id} version {subject.version} (request {told.act.id})"
    text = f"{told.officer} asked {told.to()} for {what} of {about}."
    group = told.groups.get("request")
    lines = []
    if isinstance(group, RequestDetails):
        datum = group.datum if group.datum is not UNSET else "datum not stated"
        faces = [("from", group.lower_mm), ("to", group.upper_mm)]
        asked = " ".join(f"{name} {height(face, datum)}" for name, face in faces if face is not UNSET)
        lines += [f"Asked for: {asked}."] if asked else []
        lines += [f"Asked for: a start at {moment(group.start_us)}."] if group.start_us is not UNSET else []
    return Sentence(text, (*lines, *sealed_lines(told)), facts_of(told))


def request_answered(told: Told) -> Sentence:
    """comply, unable."""
    item, _ = told.about
    if told.act.kind == "comply":
        return Sentence(f"{told.officer} answered request {item}: it will comply.", (), facts_of(told))
    return Sentence(f"{told.officer} answered request {item}: unable, {words(str(told.act.code))}.", (), facts_of(told))


def _datums(spoken: Spoken | None) -> list[str]:
    """What the heights of a version are measured from, volume by volume; nothing where that is sealed."""
    volumes = spoken.groups.get("volume") if spoken is not None else None
    return [str(fields.get("datum", "")) for fields in volumes.volumes] if isinstance(volumes, Volumes) else []


def _readback_line(name: str, row: ReadbackRow, datum: str) -> str:
    """Heights in the datum of what was said: a read-back carries none of its own."""
    known = [face if face is not UNSET else None for face in (row.lower_mm, row.upper_mm)]
    faces = ["unbounded" if face is None else height(face, datum) if datum else bare_height(face) for face in known]
    where = place(row.lat_e7, row.lon_e7)
    return f"Read back: {name}{where}, {faces[0]} to {faces[1]}, start {moment(row.start_us)}."


TELL_ANSWER: dict[str, Callable[[Told], Sentence]] = {
    "receipt": receipt,
    "ack": ack,
    "confirm": confirm,
    "readback_wrong": confirm,
    "passed_to_units": passed,
    "request": request,
    "comply": request_answered,
    "unable": request_answered,
}
"""The sentence of each kind that answers, or asks for an answer about, what another desk has said."""
