"""What was notified near a place and hour, to whom, at which level, and how it was answered: from the log alone (N1).

A pure function over what one reader gathered from a log. It searches by place and time of an incident, as widely as
these are known, and tells every notice whose volumes or cell come there, each recipient with its marks, and the
requests and safety messages of that time. Each line names its entries, so that whoever has a bundle can check it. It
judges nothing and orders by the log alone: whether anybody should have known is for people to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from wellclear.airspace.conflict import Announced
from wellclear.airspace.reference import ReferenceEngine
from wellclear.apps.figures import volume_lines
from wellclear.apps.gathering import Gathered, Mark
from wellclear.apps.record_words import record_lines
from wellclear.channel.levels import levels_shown
from wellclear.domain.agreement import DAY_US, HOUR_US
from wellclear.domain.canonical import b64
from wellclear.domain.incidents import Incident, PlacePrecision, TimePrecision
from wellclear.domain.measures import distance, moment, place
from wellclear.domain.names import party_of_desk
from wellclear.domain.quantities import Datum, Position
from wellclear.domain.volume import AltitudeBand, Point, SeparationMinima, TimeWindow, Volume
from wellclear.errors import InvalidValue
from wellclear.picture.cells import cell_volume
from wellclear.picture.copies import is_sheltered
from wellclear.picture.rows import answer_id, owed_id
from wellclear.picture.view_items import ItemView, RequestView, Version
from wellclear.picture.view_records import RecordView

Row = dict[str, Any]
FORM: Final = "wellclear/incident-pack/1"
WITHIN_MM: Final[dict[PlacePrecision, int]] = {
    "exact": 5_000_000, "near": 25_000_000, "district": 75_000_000, "region": 300_000_000,
}  # fmt: skip
"""How far around the place is looked, by how well it is known."""
AROUND_US: Final[dict[TimePrecision, int]] = {
    "exact": HOUR_US // 4, "hour": HOUR_US, "day": DAY_US, "week": 7 * DAY_US,
}  # fmt: skip
"""How long before and after the moment is looked, by how well it is known."""
_NO_MINIMA: Final = SeparationMinima(0, 0, 0)
_PLACE: Final = "-"
LEFT_OUT: Final = "Where and when is in no pack: another party's site or the like. On a node: wellclear notice show ID."


def pack(gathered: Gathered, item: str) -> Row:
    """The pack of an incident.

    Raises:
        InvalidValue: no incident of this log has that id, or its place and time are not open to this reader.
    """
    record = gathered.records.get(item)
    if record is None or record.kind != "incident":
        raise InvalidValue("ID", f"{item[:40]} is no incident in this log: wellclear incident list")
    event = record.current.groups.get("incident")
    if not isinstance(event, Incident):
        raise InvalidValue("ID", f"where and when {item} was is not open to {gathered.reader or 'this reader'}")
    window = search_window(event)
    near, closed = _notices(gathered, window)
    span = window.window
    requests = [_request(one) for one in gathered.requests.values() if span.start_us <= one.moment_us <= span.end_us]
    told: Row = {
        "form": FORM, "exercise": "yes" if gathered.picture.exercise else "no",
        "log": {"channel": gathered.picture.channel, "entries": len(gathered.leaves),
                "picture": b64(gathered.picture.digest), "reader": gathered.reader},
        "incident": _incident(record, event), "window": _window(event, window), "notices": near,
        "not_open": closed, "requests": _in_order(requests), "safety": _safety(gathered, span),
    }  # fmt: skip
    return told | {"entries": [{"index": one, "leaf": b64(gathered.leaves[one])} for one in sorted(_indices(told))]}


def search_window(event: Incident) -> Volume:
    """The place and hour of an incident as a volume of all heights, as wide as their precision."""
    around_us = AROUND_US[event.time_precision]
    return Volume(
        Point(Position(event.lat_e7, event.lon_e7)), WITHIN_MM[event.place_precision],
        AltitudeBand(Datum.AMSL, None, None), TimeWindow(event.at_us - around_us, event.at_us + around_us),
    )  # fmt: skip


def _incident(record: RecordView, event: Incident) -> Row:
    said = record.current
    return {
        "id": record.id, "entry": said.index, "party": record.party, "desk": said.desk, "to": list(said.to),
        **_at(said.moment_us), "words": list(record_lines(event)),
    }  # fmt: skip


def _window(event: Incident, window: Volume) -> Row:
    span = window.window
    return {
        "place": place(event.lat_e7, event.lon_e7), "within_mm": window.radius_mm, "start_us": span.start_us,
        "end_us": span.end_us, "start": moment(span.start_us), "end": moment(span.end_us),
    }  # fmt: skip


def _notices(gathered: Gathered, window: Volume) -> tuple[list[Row], list[Row]]:
    """The versions of notices that come there, and those of which neither volumes nor cell are open."""
    engine = ReferenceEngine(lambda one, other: _NO_MINIMA)
    engine.add(Announced(_PLACE, 1, "", "", (window,)))
    versions = sorted(
        ((item, version) for item in gathered.items.values() if item.kind == "notice"
         for _, version in item.versions.items()),
        key=lambda one: one[1].index,
    )  # fmt: skip
    shaped = [(item, version, _volumes(version)) for item, version in versions]
    asked = [
        Announced(item.id, version.version, item.party, "", volumes) for item, version, volumes in shaped if volumes
    ]
    near = {(one.id, one.version) for one, found in zip(asked, engine.check_many(asked), strict=True) if found}
    rows = [_notice(gathered, item, version) for item, version, _ in shaped if (item.id, version.version) in near]
    closed = [
        {"id": item.id, "version": version.version, "entry": version.index, "party": item.party}
        for item, version, volumes in shaped if not volumes
    ]  # fmt: skip
    return rows, closed


def _volumes(version: Version) -> tuple[Volume, ...]:
    """What was announced, as exactly as this reader could open it."""
    if version.shapes is not None:
        return tuple(shape.volume for shape in version.shapes)
    return (cell_volume(version.cell),) if version.cell is not None else ()


def _notice(gathered: Gathered, item: ItemView, version: Version) -> Row:
    later = item.versions.get(version.version + 1)
    left_out = is_sheltered(item, version, gathered.reader)
    told: Row = {
        "id": item.id, "version": version.version, "entry": version.index, "party": item.party, "desk": version.desk,
        **_at(version.moment_us), "by": "volumes" if version.shapes is not None else "cell",
        "words": list(volume_lines(version.said.volumes)) if version.said is not None and not left_out else [],
        "recipients": [_recipient(gathered, item, version, desk) for desk in version.to],
        "disclosed": [
            {"entry": one.index, **_at(one.moment_us), "groups": list(one.groups), "parties": list(one.parties)}
            for one in version.disclosed
        ],
    }  # fmt: skip
    if left_out:
        told["left_out"] = "yes"
    if later is not None:
        told["replaced"] = {"entry": later.index, **_at(later.moment_us)}
    if item.ended is not None:
        told["ended"] = {"how": item.ended[0], "entry": gathered.ends[item.id], **_at(item.ended[1])}
    return told


def _recipient(gathered: Gathered, item: ItemView, version: Version, desk: str) -> Row:
    """A desk that it was sent to: its party's level at first and now, and every mark with its entry."""
    party = party_of_desk(desk)
    first = levels_shown(version.commits, version.shown_first).get(party, 0)
    received = gathered.received.get(owed_id(version.index, party))
    marks = [received] if received is not None else []
    marks += gathered.marks.get(answer_id(item.id, version.version, desk), [])
    told: Row = {"desk": desk, "party": party, "marks": [_mark(one) for one in marks]}
    if item.kind == "notice":
        told |= {"level": first, "level_at_last": levels_shown(version.commits, version.shown_to).get(party, 0)}
    passed = version.passed.get(desk)
    if passed is not None and passed.echelon is not None:
        told["echelon"] = passed.echelon
    return told


def _mark(mark: Mark) -> Row:
    return {"mark": mark.name, "entry": mark.index, **_at(mark.at_us)}


def _request(request: RequestView) -> Row:
    told: Row = {
        "id": request.id, "entry": request.index, "party": request.party, "desk": request.desk,
        "to": list(request.to), "code": request.code, "about": request.about, **_at(request.moment_us),
    }  # fmt: skip
    answer = request.answer
    if answer is not None:
        told["answer"] = {"kind": answer.kind, "code": answer.code, "party": answer.party, "entry": answer.index,
                          **_at(answer.moment_us)}  # fmt: skip
    return told


def _safety(gathered: Gathered, span: TimeWindow) -> list[Row]:
    rows = [
        {
            "id": item.id, "version": version.version, "entry": version.index, "party": item.party,
            "desk": version.desk, "code": item.code, **_at(version.moment_us),
            "recipients": [_recipient(gathered, item, version, desk) for desk in version.to],
        }
        for item in gathered.items.values() if item.kind == "safety"
        for _, version in item.versions.items() if span.start_us <= version.moment_us <= span.end_us
    ]  # fmt: skip
    return _in_order(rows)


def _at(moment_us: int) -> Row:
    return {"at_us": moment_us, "at": moment(moment_us)}


def _in_order(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: int(row["entry"]))


def _indices(value: Any) -> set[int]:
    """Every entry that a part of the pack names."""
    if isinstance(value, dict):
        own = {value["entry"]} if isinstance(value.get("entry"), int) else set()
        return own.union(*(_indices(one) for one in value.values()))
    if isinstance(value, list):
        return set().union(*(_indices(one) for one in value))
    return set()


# For people.

_MARK_WORDS: Final = {
    "received": "received", "acked": "acknowledged", "confirmed": "confirmed", "passed": "passed to units",
    "readback_wrong": "told that its read-back differs",
}  # fmt: skip
_ALWAYS_TOLD: Final = ("received", "acked", "confirmed", "passed")


def pack_lines(told: Row) -> list[str]:
    """The pack as text: every fact with its entry in brackets; what is not on record is told as that."""
    window, log, event = told["window"], told["log"], told["incident"]
    lines = [
        f"Incident {event['id']} [{event['entry']}], recorded by {event['desk']} at {event['at']}.",
        *(f"  {line}" for line in event["words"]),
        f"Looked within {distance(window['within_mm'])} of {window['place']}, {window['start']} to {window['end']}.",
        f"From {log['entries']} entries of the log, as {log['reader'] or 'this reader'} can open it; [n] is an entry.",
        "", f"Notices that come there: {len(told['notices']) or 'none on record'}.",
    ]  # fmt: skip
    for row in told["notices"]:
        lines += ["", *_notice_lines(row)]
    if told["not_open"]:
        names = ", ".join(f"{row['id']} v{row['version']} [{row['entry']}]" for row in told["not_open"])
        lines += ["", f"Neither place nor hour of these is open here, so they were not looked at: {names}."]
    lines += ["", f"Requests of that time: {len(told['requests']) or 'none on record'}."]
    lines += [_request_line(row) for row in told["requests"]]
    lines += ["", f"Safety messages of that time: {len(told['safety']) or 'none on record'}."]
    for row in told["safety"]:
        lines.append(f"{row['at']}  [{row['entry']}]  {row['id']} {row['code']} from {row['desk']}.")
        lines += [_recipient_line(one, ("received", "acked")) for one in row["recipients"]]
    return [*lines, "", "This is what the log holds. It says nothing of who should have known, or done, what."]


def _notice_lines(row: Row) -> list[str]:
    by = "" if row["by"] == "volumes" else " Only its cell and slot are open here."
    lines = [f"{row['at']}  [{row['entry']}]  {row['id']} v{row['version']} of {row['party']}, from {row['desk']}.{by}"]
    lines += [f"  {line}" for line in row["words"]]
    lines += [f"  {LEFT_OUT}"] if "left_out" in row else []
    lines += [_recipient_line(one, _ALWAYS_TOLD) for one in row["recipients"]]
    for one in row["disclosed"]:
        what, whom = ", ".join(one["groups"]), ", ".join(one["parties"])
        lines.append(f"  {what} shown to {whom} later, at {one['at']} [{one['entry']}].")
    if "replaced" in row:
        lines.append(f"  Replaced by its next version at {row['replaced']['at']} [{row['replaced']['entry']}].")
    if "ended" in row:
        lines.append(f"  {row['ended']['how']} at {row['ended']['at']} [{row['ended']['entry']}].")
    return lines


def _recipient_line(row: Row, always: Sequence[str]) -> str:
    level = f" at level {row['level']}" if "level" in row else ""
    marks = [f"{_MARK_WORDS[one['mark']]} {one['at']} [{one['entry']}]" for one in row["marks"]]
    had = {one["mark"] for one in row["marks"]}
    marks += [f"no record that it was {_MARK_WORDS[name]}" for name in always if name not in had]
    echelon = f" (down to {row['echelon']})" if "echelon" in row else ""
    return f"  Sent to {row['desk']}{level}: {'; '.join(marks)}{echelon}."


def _request_line(row: Row) -> str:
    answer = row.get("answer")
    said = f"{answer['kind']} at {answer['at']} [{answer['entry']}]" if answer else "no answer on record"
    return (
        f"{row['at']}  [{row['entry']}]  {row['id']}: {row['desk']} asked for {row['code']} of {row['about']}; {said}."
    )
