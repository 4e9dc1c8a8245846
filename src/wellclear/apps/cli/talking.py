"""safety and message: what one watch officer may say at once."""

from __future__ import annotations

from typing import Annotated

import typer

from wellclear.apps.cli import typed
from wellclear.apps.cli.acting import Fields, Intent, Workplace
from wellclear.apps.cli.options import NODE_HOME, AsJson, Home, PrecedenceName
from wellclear.apps.cli.output import show, table
from wellclear.apps.cli.speaking import Speaker, says
from wellclear.domain.kinds import SAFETY_CODES
from wellclear.errors import InvalidValue

OptionalTo = Annotated[
    list[str] | None,
    typer.Option("--to", metavar="PARTY/DESK", help="A desk it is for; else every other party's desks."),
]


@says()
def safety(
    code: Annotated[str, typer.Argument(metavar="CODE", help=f"{', '.join(SAFETY_CODES)}.")],
    speaker: Speaker,
    to: OptionalTo = None,
    at: Annotated[str | None, typer.Option(metavar="LAT,LON", help="Where.")] = None,
    who: Annotated[str | None, typer.Option(help="Who is in danger, or does it.")] = None,
    call_sign: Annotated[str | None, typer.Option(help="How to call them.")] = None,
    text: Annotated[str | None, typer.Option(help="What else; plain words.")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Until when, with the zone.")] = None,
) -> None:
    """Send a safety message at once: FLASH, on one watch officer's word, before anything else in the outbox (R4)."""
    if code not in SAFETY_CODES:
        raise InvalidValue("CODE", f"{code} is none of {', '.join(SAFETY_CODES)}")
    group: Fields = {"group": "safety"}
    if at is not None:
        place_ = typed.position(at, "--at")
        group |= {"lat_e7": place_.lat_e7, "lon_e7": place_.lon_e7}
    group |= {name: value for name, value in (("who", who), ("call_sign", call_sign), ("text", text)) if value}
    if until is not None:
        group["until_us"] = typed.moment(until, "--until")

    def build(place: Workplace) -> Intent:
        desks = list(to) if to else desks_of_others(place)
        return speaker.act(place, "safety", [group], to=desks, code=code, precedence=PrecedenceName.Z.value)

    speaker.say(build, done=f"SAFETY {code}")


@says(to_desks=PrecedenceName.R)
def message(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Plain words; they go as they are.")],
    speaker: Speaker,
    language: Annotated[str, typer.Option(metavar="CODE", help="The language of the text, two letters.")] = "en",
    about: Annotated[str | None, typer.Option(metavar="ID", help="The item that it is about.")] = None,
) -> None:
    """Send a free text to desks; it asks nothing and agrees to nothing."""
    group: Fields = {"group": "message", "language": language, "text": text} | ({"about": about} if about else {})
    speaker.say(speaker.to_desks("message", group), done="SENT")


def messages(home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """The messages that this node can open."""
    from wellclear.apps.cli.notices import rows_of

    place = Workplace.open(home)
    with place.client:
        rows = rows_of(place.client.get("messages"), "messages")
    shown = [(row.get("at", ""), row["from"], in_words(row.get("to")), row.get("text", "")) for row in rows]
    show(rows, table(("at", "from", "to", "text"), shown) if shown else "No messages.", as_json=as_json)


def in_words(value: object) -> str:
    """A list with commas, or one value."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def desks_of_others(place: Workplace) -> list[str]:
    """Every desk of every other party; raises `InvalidValue` where there is none yet."""
    parties = place.client.get("roster").get("parties", {})
    desks = sorted(row["desk"] for name, held in parties.items() if name != place.party for row in held["desks"])
    if not desks:
        raise InvalidValue("--to", "no other party has a desk yet")
    return desks
