"""`track`: ask whose a mover is, and answer OURS, NOT OURS or NOT KNOWN (R11)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, get_args

import typer

from wellclear.apps.cli import typed
from wellclear.apps.cli.acting import Fields, Intent, Workplace
from wellclear.apps.cli.options import NODE_HOME, AsJson, Home, ItemArgument, PrecedenceName
from wellclear.apps.cli.output import show, table, tell, tell_json
from wellclear.apps.cli.speaking import Speaker, says
from wellclear.domain.names import parse_item_id
from wellclear.domain.quantities import Rounding
from wellclear.domain.records import UNITS_MAX, Mover
from wellclear.errors import InvalidValue

app = typer.Typer(no_args_is_help=True, help="Ask whose a track is, and answer those who ask.")


class AnswerName(StrEnum):
    """What a desk says of a track; NOT KNOWN is not NOT OURS."""

    ours = "ours"
    not_ours = "not-ours"
    not_known = "not-known"


ANSWER_WORDS = {"ours": "OURS", "not_ours": "NOT OURS", "not_known": "NOT KNOWN"}
MOVERS: tuple[Mover, ...] = get_args(Mover)


@app.command()
@says(to_desks=PrecedenceName.P)
def query(
    speaker: Speaker,
    at: Annotated[str, typer.Option("--at", metavar="LAT,LON", help="Where it was seen.")],
    time: Annotated[str, typer.Option("--time", metavar="TIME", help="When, with the zone: 2026-11-23T10:00Z.")],
    mover: Annotated[str, typer.Option(help=f"What moves: {', '.join(MOVERS)}.")] = "not stated",
    within: Annotated[str | None, typer.Option(metavar="LENGTH", help="How surely: within 500m.")] = None,
    height: Annotated[str | None, typer.Option(metavar="HEIGHT", help="With its datum: 5000ft AMSL, or FL250.")] = None,
    course: Annotated[int | None, typer.Option(min=0, max=359, metavar="DEGREES", help="True, over ground.")] = None,
    speed: Annotated[str | None, typer.Option(metavar="LENGTH", help="So far in a second: 12m.")] = None,
) -> None:
    """Ask desks whose something is that you see. Each answers OURS, NOT OURS or NOT KNOWN, in its own time (R11)."""
    words = {"at": at, "time": time, "mover": mover, "within": within, "height": height, "speed": speed}
    speaker.say(speaker.to_desks("track_query", track_group(words, course)), done="ASKED")


def track_group(words: Mapping[str, str | None], course: int | None) -> Fields:
    """What was seen, from what was typed; raises `InvalidValue` with the option."""
    place, mover = typed.position(str(words["at"]), "--at"), words["mover"]
    if mover not in MOVERS:
        raise InvalidValue("--mover", f"{mover} is none of {', '.join(MOVERS)}")
    group: Fields = {
        "group": "track", "lat_e7": place.lat_e7, "lon_e7": place.lon_e7,
        "at_us": typed.moment(str(words["time"]), "--time"), "mover": mover,
    }  # fmt: skip
    if words["within"] is not None:
        group["uncertainty_mm"] = typed.length(words["within"], "--within")
    if words["height"] is not None:
        height = typed.height(words["height"], "--height")
        if height is None or height.datum is None:
            raise InvalidValue("--height", "say how high, and from what that is measured: 5000ft AMSL, 300m W84, FL250")
        group |= {"height_mm": height.mm(Rounding.DOWN, "--height"), "datum": height.datum.value}
    if course is not None:
        group["course_deg"] = course
    if words["speed"] is not None:
        group["speed_mm_s"] = typed.length(words["speed"], "--speed")
    return group


@app.command()
@says()
def reply(
    item: ItemArgument,
    answer: Annotated[AnswerName, typer.Argument(metavar="ANSWER", help="ours, not-ours or not-known.")],
    speaker: Speaker,
    checked_with: Annotated[
        list[str] | None,
        typer.Option("--checked-with", metavar="UNIT", help="A unit that you asked; a must for not-ours."),
    ] = None,
) -> None:
    """Answer a track query for your desk, and again when you know more; every answer stays.

    not-ours says that you asked your units: name them with --checked-with. Where you have not asked, or do not know,
    the answer is not-known.
    """
    group = reply_group(answer, checked_with or [])

    def build(place: Workplace) -> Intent:
        asked = record_at(place, item)
        if asked["kind"] != "track_query":
            raise InvalidValue("ID", f"{item} is no track query")
        if asked["mine"] == "yes":
            raise InvalidValue("ID", f"{item} is this party's own; the desks that it is for answer it")
        subject = {"id": item, "version": asked["version"]}
        return speaker.act(
            place, "track_reply", [group], to=[asked["desk"]], precedence=asked["precedence"], subject=subject,
            desk=own_desk(asked, speaker.desk),
        )  # fmt: skip

    speaker.say(build, done=f"ANSWERED {ANSWER_WORDS[group['answer']]}")


def own_desk(asked: Fields, desk: str | None) -> str | None:
    """The desk that answers: the named one, else the one from which an answer is waited for."""
    waiting = asked.get("waits_for") or []
    return desk or (waiting[0] if waiting else None)


def reply_group(answer: AnswerName, checked_with: list[str]) -> Fields:
    """What a desk says of a track; raises `InvalidValue` for NOT OURS that was checked with nobody."""
    said = answer.value.replace("-", "_")
    units = [unit.strip() for unit in checked_with]
    if not all(units) or len(units) > UNITS_MAX:
        raise InvalidValue("--checked-with", f"names a unit; at most {UNITS_MAX} are named")
    if said == "not_ours" and not units:
        raise InvalidValue(
            "--checked-with", "not-ours speaks for all of your units: name those that you asked, or answer not-known"
        )
    return {"group": "track_reply", "answer": said, "checked_with": units}


# Reading, for all kinds of records.


@app.command("list")
def list_tracks(home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """The track queries in the picture, and what each desk has answered."""
    rows = records_at(home, "track_query")
    told = [
        (row["id"], row["at"], row["desk"], "; ".join(row["words"]) or "not open here", answers_in_short(row))
        for row in rows
    ]
    show(rows, table(("id", "at", "from", "track", "answers"), told) if told else "No track queries.", as_json=as_json)


@app.command("show")
def show_track(item: ItemArgument, home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """One track query: what was seen, and all answers side by side, with whom each was checked."""
    place = Workplace.open(home)
    with place.client:
        row = record_at(place, item)
    if as_json:
        tell_json(row)
        return
    tell(f"{row['id']} v{row['version']}  {row['desk']}  {row['at']}", *[f"  {line}" for line in row["words"]])
    answers = [
        (one["at"], one["desk"], ANSWER_WORDS.get(one.get("answer", ""), "not open here"),
         ", ".join(one.get("checked_with", [])) or "-")
        for one in row["replies"]
    ]  # fmt: skip
    tell(table(("at", "desk", "answer", "checked with"), answers) if answers else "No answer yet.")
    marks = [(one["desk"], *(one.get(name, "-") for name in ("received", "acked", "replied"))) for one in
             row["recipients"]]  # fmt: skip
    tell(table(("desk", "received", "acknowledged", "replied"), marks))


def answers_in_short(row: Fields) -> str:
    """Each answering desk with its newest answer; NOT KNOWN is spelled as itself."""
    newest = {one["desk"]: ANSWER_WORDS.get(one.get("answer", ""), "not open here") for one in row["replies"]}
    waiting = {one["desk"]: "no answer" for one in row["recipients"] if one["desk"] not in newest}
    return ", ".join(f"{desk}: {said}" for desk, said in sorted({**newest, **waiting}.items()))


def records_at(home: Path, kind: str) -> list[Fields]:
    """The records of one kind, newest first."""
    place = Workplace.open(home)
    with place.client:
        rows: list[Fields] = place.client.get("records")["records"]
    return [row for row in rows if row["kind"] == kind]


def record_at(place: Workplace, item: str) -> Fields:
    """One record as the node shows it; raises `InvalidValue` for a misspelt id before anybody is asked."""
    parse_item_id(item, field="ID")
    found: Fields = place.client.get(f"records/{item}")
    return found
