"""ack, confirm, readback-wrong, passed, request, comply, unable: what a desk answers to what it was told."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from wellclear.apps.cli import typed
from wellclear.apps.cli.acting import Fields, Intent, Workplace
from wellclear.apps.cli.asking import agree, ask, somebody_sits_here
from wellclear.apps.cli.notice_lines import positions_in, volume_lines
from wellclear.apps.cli.notices import notice_at, raw_volumes, subject_of
from wellclear.apps.cli.options import ItemArgument, VersionOption, Yes
from wellclear.apps.cli.output import note
from wellclear.apps.cli.speaking import Speaker, says
from wellclear.domain.kinds import REASON_CODES, REQUEST_CODES
from wellclear.domain.quantities import Position, Rounding
from wellclear.domain.reasons import Reason
from wellclear.errors import InvalidValue, Misconfigured, Refused

TheirDesk = Annotated[str, typer.Option("--of", metavar="PARTY/DESK", help="The desk that acknowledged.")]
_READBACK_WORDS = "LAT,LON,LOWER,UPPER,START"


@says()
def ack(
    item: ItemArgument,
    speaker: Speaker,
    readback: Annotated[
        list[str] | None,
        typer.Option(
            "--readback",
            metavar=_READBACK_WORDS,
            help="What you read back of each volume, in order: 34.56,38.27,5000ft,FL250,2026-11-23T10:00Z.",
        ),
    ] = None,
    confirm_shown: Annotated[
        bool,
        typer.Option(
            "--confirm-shown", help="Read back what the node shows; you have found the place on your own map."
        ),
    ] = False,
    version: VersionOption = None,
) -> None:
    """Acknowledge a notice for your desk: you have read it, and read back its key values (R5).

    Acknowledging is not agreeing. Without --readback or --confirm-shown the values are asked for one by one.
    """  # fmt: skip

    def build(place: Workplace) -> Intent:
        notice = record_at(place, item) or notice_at(place, item)
        if notice.get("mine") == "yes":
            raise InvalidValue("ID", f"{item} is this party's own; the desks that it is for acknowledge it")
        volumes = raw_volumes(notice)
        rows = rows_from(volumes, readback or [], confirm_shown=confirm_shown)
        groups = [{"group": "readback", "volumes": rows}]
        return speaker.act(place, "ack", groups, **to_announcer(notice, version))

    speaker.say(build, done="ACKNOWLEDGED")


def record_at(place: Workplace, item: str) -> Fields | None:
    """A record of that id, which has nothing to read back; None where it is none."""
    found = (row for row in place.client.get("records")["records"] if row["id"] == item)
    return next(found, None)


def rows_from(volumes: list[Fields], typed_rows: list[str], *, confirm_shown: bool) -> list[Fields]:
    """One read-back row for each volume: as typed, as shown, or as asked for now.

    Raises:
        InvalidValue: more or fewer rows than volumes, or a value that is none.
        Misconfigured: nobody can be asked.
    """
    if confirm_shown and typed_rows:
        raise InvalidValue("--readback", "cannot stand beside --confirm-shown")
    for number, volume in enumerate(volumes, 1):
        for line in volume_lines(number, volume):
            note(line)
    if confirm_shown:
        return [shown_row(volume) for volume in volumes]
    if typed_rows:
        if len(typed_rows) != len(volumes):
            raise InvalidValue("--readback", f"given {len(typed_rows)} times, but there are {len(volumes)} volumes")
        return [typed_row(text.split(","), volume) for text, volume in zip(typed_rows, volumes, strict=True)]
    if volumes and not somebody_sits_here():
        raise Misconfigured("read-back", "nobody can be asked", do=f"Give --readback {_READBACK_WORDS} for each volume")
    rows = []
    for number, volume in enumerate(volumes, 1):
        note(f"Volume {number}: find it on your own map, then type what you read.")
        words = [
            ask("  first position (latitude,longitude)"), ask("  lower"), ask("  upper"),
            ask("  start (2026-11-23T10:00Z or 231000ZNOV26)"),
        ]  # fmt: skip
        row = typed_row([*words[0].replace(",", " ").split(), *words[1:]], volume)
        if row != shown_row(volume):
            note("  That departs from what is shown above. It is sent as you read it; the other side compares.")
            agree("  Send it so?")
        rows.append(row)
    return rows


def shown_row(volume: Fields) -> Fields:
    """The read-back of exactly what the node shows."""
    lat_e7, lon_e7 = positions_in(volume)[0]
    row: Fields = {"lat_e7": lat_e7, "lon_e7": lon_e7, "start_us": volume["start_us"]}
    return row | {name: volume["band"][name] for name in ("lower_mm", "upper_mm") if name in volume["band"]}


def typed_row(words: list[str], volume: Fields) -> Fields:
    """The read-back of what an officer typed; heights against the notice's own datum.

    Raises:
        InvalidValue: not five values, or one that is none.
    """
    where = "--readback"
    if len(words) != 5:
        raise InvalidValue(where, f"{len(words)} values; write {_READBACK_WORDS}")
    place = typed.position(f"{words[0]},{words[1]}", where)
    row: Fields = {"lat_e7": place.lat_e7, "lon_e7": place.lon_e7, "start_us": typed.moment(words[4], where)}
    for name, text, rounding in (("lower_mm", words[2], Rounding.DOWN), ("upper_mm", words[3], Rounding.UP)):
        said = typed.height(text.strip(), where)
        if said is None:
            continue
        if said.datum is not None and said.datum.value != volume["band"]["datum"]:
            other = "flight levels" if said.unit.name == "FL" else said.datum.value
            raise InvalidValue(where, f"{text}: this notice's heights are {volume['band']['datum']}, not {other}")
        row[name] = said.mm(rounding, where)
    return row


@says()
def confirm(
    item: ItemArgument,
    of_desk: TheirDesk,
    speaker: Speaker,
    version: VersionOption = None,
    yes: Yes = False,
) -> None:
    """Confirm the read-back of a desk that acknowledged your notice. The node refuses where it departs."""
    agree_on_readback(speaker.home, item, of_desk, yes=yes)
    speaker.say(lambda place: speaker.act(place, "confirm", **about_answer(place, item, of_desk, version)),
                done="CONFIRMED")  # fmt: skip


@says()
def readback_wrong(item: ItemArgument, of_desk: TheirDesk, speaker: Speaker, version: VersionOption = None) -> None:
    """Tell a desk that its read-back departs from what you said, and where."""

    def build(place: Workplace) -> Intent:
        members = about_answer(place, item, of_desk, version)
        departures = recipient(notice_at(place, item), of_desk).get("departures")
        if not departures:
            raise InvalidValue("--of", f"the read-back of {of_desk} departs nowhere from what was said")
        group = {"group": "readback_wrong", "differences": departures}
        return speaker.act(place, "readback_wrong", [group], **members)

    speaker.say(build, done="TOLD")


def value_words(row: Fields, volume: Fields) -> dict[str, str]:
    """The four values of a read-back row for people, by the names that a difference has."""
    datum = volume["band"]["datum"]
    return {
        "position": str(Position(row["lat_e7"], row["lon_e7"])), "lower": typed.face(row.get("lower_mm"), datum),
        "upper": typed.face(row.get("upper_mm"), datum), "start": typed.stamp(row["start_us"]),
    }  # fmt: skip


def agree_on_readback(home: Path, item: str, of_desk: str, *, yes: bool) -> None:
    """Show the read-back beside what was said, and ask."""
    place = Workplace.open(home)
    with place.client:
        notice = notice_at(place, item)
    answered = recipient(notice, of_desk)
    read = answered.get("readback")
    for number, volume in enumerate(raw_volumes(notice), 1):
        note(f"Volume {number} said:  {row_in_words(shown_row(volume), volume)}")
        if isinstance(read, list) and len(read) >= number:
            note(f"Volume {number} read:  {row_in_words(read[number - 1], volume)}")
    if answered.get("differences"):
        raise Refused(Reason.READBACK_DIFFERS, "; ".join(answered["differences"]))
    agree("Confirm the read-back?", yes=yes)


def recipient(notice: Fields, desk: str) -> Fields:
    """What one desk has answered; raises `InvalidValue` where the notice never went to it."""
    rows = [row for row in notice.get("recipients", []) if row["desk"] == desk]
    if not rows:
        raise InvalidValue("--of", f"{desk} is none of {', '.join(notice.get('to', []))}")
    found: Fields = rows[0]
    return found


def row_in_words(row: Fields, volume: Fields) -> str:
    """A read-back row for people."""
    words = value_words(row, volume)
    return f"{words['position']}  {words['lower']} to {words['upper']}  {words['start']}"


@says()
def passed(
    item: ItemArgument,
    speaker: Speaker,
    echelon: Annotated[str, typer.Option(help="The lowest echelon that it has reached, such as battery.")],
    at: Annotated[str, typer.Option(metavar="TIME", help="When it reached them, with the zone.")],
    version: VersionOption = None,
) -> None:
    """Say that a notice has reached the units that control fire (R2, R28)."""
    at_us = typed.moment(at, "--at")

    def build(place: Workplace) -> Intent:
        notice = notice_at(place, item)
        group = {"group": "units", "echelon": echelon, "at_us": at_us}
        return speaker.act(place, "passed_to_units", [group], **to_announcer(notice, version))

    speaker.say(build, done="PASSED TO UNITS")


@says()
def request(
    item: ItemArgument,
    code: Annotated[str, typer.Argument(metavar="WHAT", help=f"{' or '.join(REQUEST_CODES)}.")],
    speaker: Speaker,
    lower: Annotated[
        str | None, typer.Option(metavar="HEIGHT", help="The band that is asked for: its lower face.")
    ] = None,
    upper: Annotated[str | None, typer.Option(metavar="HEIGHT", help="Its upper face.")] = None,
    datum: Annotated[str | None, typer.Option(help="AMSL, W84 or STD.")] = None,
    start: Annotated[str | None, typer.Option(metavar="TIME", help="The later start that is asked for.")] = None,
) -> None:
    """Ask the announcer of a notice for another band of heights, or for a later start."""
    if code not in REQUEST_CODES:
        raise InvalidValue("WHAT", f"{code} is none of {', '.join(REQUEST_CODES)}")
    group: Fields = {"group": "request"}
    if code == "altitude":
        band = typed.band(lower or "unlimited", upper or "unlimited", datum, ("--lower", "--upper", "--datum"))
        if band.lower_mm is None and band.upper_mm is None:
            raise InvalidValue("--lower", "say which band you ask for, by --lower, --upper or both")
        group["datum"] = band.datum.value
        group |= {n: v for n, v in (("lower_mm", band.lower_mm), ("upper_mm", band.upper_mm)) if v is not None}
    else:
        if start is None:
            raise InvalidValue("--start", "say which start you ask for")
        group["start_us"] = typed.moment(start, "--start")

    def build(place: Workplace) -> Intent:
        notice = notice_at(place, item)
        subject = subject_of(notice, None)
        return speaker.act(place, "request", [group], to=[notice["desk"]], code=code, subject=subject)

    speaker.say(build, done="ASKED")


@says()
def comply(item: ItemArgument, speaker: Speaker) -> None:
    """Answer a request: we do so; an amendment of the notice must follow."""
    speaker.say(lambda place: speaker.act(place, "comply", **to_request(place, item)), done="COMPLY")


@says()
def unable(
    item: ItemArgument,
    speaker: Speaker,
    reason: Annotated[str, typer.Option(help=f"Why: {', '.join(REASON_CODES)}.")] = "not_stated",
) -> None:
    """Answer a request: we cannot, with a reason from a closed list."""
    if reason not in REASON_CODES:
        raise InvalidValue("--reason", f"{reason} is none of {', '.join(REASON_CODES)}")
    speaker.say(lambda place: speaker.act(place, "unable", **to_request(place, item), code=reason), done="UNABLE")


def to_request(place: Workplace, item: str) -> Fields:
    """The members of an answer to a request, to the desk that asked."""
    rows: Any = place.client.get("requests")
    rows = rows.get("requests", rows) if isinstance(rows, dict) else rows
    asked = next((row for row in rows if row["id"] == item), None)
    if asked is None:
        raise InvalidValue("ID", f"{item} is no request in the picture")
    return {"to": [asked["from"]], "subject": {"id": item, "version": int(asked.get("version", 1))}}


def about_answer(place: Workplace, item: str, of_desk: str, version: int | None) -> Fields:
    """The members of confirm or readback_wrong, to the desk whose acknowledgement is meant."""
    notice = notice_at(place, item)
    recipient(notice, of_desk)
    return to_announcer(notice, version) | {"to": [of_desk], "public": {"desk": of_desk}}


def to_announcer(notice: Fields, version: int | None) -> Fields:
    """The members of an answer to the announcing desk, as urgent as what it answers."""
    return {"to": [notice["desk"]], "subject": subject_of(notice, version), "precedence": notice["precedence"]}
