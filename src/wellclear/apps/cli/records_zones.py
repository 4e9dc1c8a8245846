"""`zone`: areas with limits that a party tells of; others concur or dispute, and silence is neither (R30, N3)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from wellclear.apps.cli.acting import Fields, Intent, Workplace
from wellclear.apps.cli.drafting import Circle, DatumOption, HeightOption, Length, Moment, amended_volume
from wellclear.apps.cli.options import NODE_HOME, AsJson, Home, ItemArgument, PrecedenceName, VersionOption
from wellclear.apps.cli.output import moment, show, table, tell, tell_json
from wellclear.apps.cli.records import record_at, records_at
from wellclear.apps.cli.records_own import amendment, checked, language_code, own_record, withdrawal
from wellclear.apps.cli.speaking import Speaker, drafts
from wellclear.apps.cli.treaty_lines import UNREAD, consent_lines, recipients_table
from wellclear.apps.cli.zone_form import (
    MINIMA_WORDS,
    Place,
    last_day,
    limit_from,
    minima_from,
    window_of,
    zone_group,
)
from wellclear.domain.names import party_of_desk
from wellclear.domain.treaty import ZONE_SORTS, Position
from wellclear.errors import InvalidValue

app = typer.Typer(
    no_args_is_help=True,
    help="Zones with limits and an end: told of by one party, agreed only while all who were told concur.",
)

WHAT: Final = "zone"
ZoneFile = Annotated[
    Path | None,
    typer.Option("--file", metavar="FILE", help="Its volumes as JSON (see draft --template) or GeoJSON."),
]
Limits = Annotated[
    list[str] | None,
    typer.Option("--limit", metavar="TEXT[=NUMBER]", help="A limit inside it: 'tanks=75', 'no air defence'."),
]
Minima = Annotated[
    str | None,
    typer.Option(metavar=MINIMA_WORDS, help="How near counts as in it: 5km,1000ft,10min. Else what is agreed."),
]
Text = Annotated[str | None, typer.Option(metavar="TEXT", help="Why, in your own words; needs --language.")]
Language = Annotated[str | None, typer.Option(metavar="CODE", help="The language of the text, two letters.")]


@app.command()
@drafts(to_desks=PrecedenceName.P)
def declare(
    speaker: Speaker,
    sort: Annotated[str, typer.Option(help=f"What it is: {', '.join(ZONE_SORTS)}.")],
    name: Annotated[str, typer.Option(metavar="NAME", help="What it is called.")],
    language: Annotated[str, typer.Option(metavar="CODE", help="The language of name and limits, two letters.")] = "en",
    circle: Circle = None,
    radius: Length = None,
    lower: HeightOption = None,
    upper: HeightOption = None,
    datum: DatumOption = None,
    start: Moment = None,
    end: Moment = None,
    file: ZoneFile = None,
    limit: Limits = None,
    minima: Minima = None,
) -> None:
    """Draft a zone and tell desks of it; `release` sends it. It is your claim until all who are told concur.

    Its place is a circle typed here, or volumes in a file. It ends by itself, at the latest after 90 days.
    """
    if sort not in ZONE_SORTS:
        raise InvalidValue("--sort", f"{sort[:30]!r} is none of {', '.join(ZONE_SORTS)}")
    words = {"circle": circle, "radius": radius, "lower": lower, "upper": upper, "datum": datum, "start": start}
    group = zone_group(
        Place(file=file, words={**words, "end": end}), sort=sort, name=name, language=language_code(language),
        limits=[limit_from(one) for one in limit or ()], minima=minima_from(minima) if minima else None,
    )  # fmt: skip
    speaker.keep(speaker.to_desks("zone", group, keep_until=last_day(group)))


@app.command()
@drafts(desk=False)
def renew(
    item: ItemArgument,
    speaker: Speaker,
    start: Moment = None,
    end: Moment = None,
    file: ZoneFile = None,
    limit: Limits = None,
    minima: Minima = None,
) -> None:
    """Draft the next version of an own zone, to the same desks: a new end, and what else is named; the rest stays.

    Who concurred in the version before has said nothing of the new one: it starts as a claim again. `release` sends it.
    """
    if file is None and start is None and end is None and not limit and minima is None:
        raise InvalidValue("--end", "say what changes: --end, --start, --limit, --minima or --file")

    def build(place: Workplace) -> Intent:
        current = own_record(place, item, "zone", WHAT)
        group = renewed(current["said"], Place(file=file, words={"start": start, "end": end}))
        group |= {"limits": [limit_from(one) for one in limit]} if limit else {}
        group |= {"minima": minima_from(minima)} if minima else {}
        return amendment(speaker, place, current, checked(group), last_day(group))

    speaker.keep(build)


def renewed(zone: Fields, place: Place) -> Fields:
    """A zone with volumes from a file, or with new times for all that it has; raises `InvalidValue`."""
    if not place.named:
        return dict(zone)
    if place.file is not None:
        volumes = place.volumes()
    else:
        changes = {"lower": None, "upper": None, "datum": None, **place.words}
        volumes = [amended_volume(volume, changes) for volume in zone["volumes"]]
    return {**zone, "volumes": volumes, **window_of(volumes)}


@app.command()
@drafts(desk=False)
def withdraw(item: ItemArgument, speaker: Speaker) -> None:
    """Draft the end of an own zone before its time; `release` sends it."""
    speaker.keep(lambda place: withdrawal(speaker, place, item, "zone", WHAT), f"The withdrawal of {item}")


@app.command()
@drafts()
def concur(
    item: ItemArgument, speaker: Speaker, version: VersionOption = None, text: Text = None, language: Language = None
) -> None:
    """Draft that your party concurs in the current version of a zone; `release` sends it to all that were told."""
    answer(speaker, item, version, "concurs", text, language)


@app.command()
@drafts()
def dispute(
    item: ItemArgument, speaker: Speaker, version: VersionOption = None, text: Text = None, language: Language = None
) -> None:
    """Draft that your party disputes the current version of a zone; it also takes an earlier concurrence back."""
    answer(speaker, item, version, "disputes", text, language)


def answer(
    speaker: Speaker, item: str, version: int | None, position: Position, text: str | None, language: str | None
) -> None:
    """Draft one party's word about the current version of somebody's zone."""
    if (text is None) != (language is None):
        raise InvalidValue("--language", "goes with --text, and --text with it")
    said = {} if text is None or language is None else {"language": language_code(language), "text": text}
    group = checked({"group": "zone_reply", "position": position, **said})

    def build(place: Workplace) -> Intent:
        zone = record_at(place, item)
        check_answerable(zone, version, place.party)
        own = [desk for desk in zone["to"] if party_of_desk(desk) == place.party]
        others = [desk for desk in (zone["desk"], *zone["to"]) if desk not in own]
        return speaker.act(
            place, "zone_reply", [group], to=list(dict.fromkeys(others)), precedence=zone["precedence"],
            subject={"id": item, "version": zone["version"]}, desk=speaker.desk or own[0],
        )  # fmt: skip

    speaker.keep(build)


def check_answerable(zone: Fields, version: int | None, party: str) -> None:
    """Raise `InvalidValue` unless this party was told of the zone, and the version that is meant is the current one."""
    if zone["kind"] != "zone":
        raise InvalidValue("ID", f"{zone['id']} is no zone")
    if zone["mine"] == "yes":
        raise InvalidValue("ID", f"{zone['id']} is this party's own; those whom it is for concur or dispute")
    if party not in {party_of_desk(desk) for desk in zone["to"]}:
        raise InvalidValue("ID", f"{zone['id']} was not told to {party}; only whom it is for concur or dispute")
    if "said" not in zone:
        raise InvalidValue("ID", f"{zone['id']} is not open here yet; nobody concurs in or disputes what was not read")
    if zone["standing"]["state"] == "ended":
        raise InvalidValue("ID", f"{zone['id']} has ended")
    if version not in (None, zone["version"]):
        raise InvalidValue("--of-version", f"{zone['id']} is at version {zone['version']}; read that one first")


@app.command("list")
def list_zones(home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """The zones in the picture, and how each stands: claimed, agreed, disputed or ended."""
    rows = records_at(home, "zone")
    told = [
        (row["id"], f"v{row['version']}", row["desk"], said.get("name", UNREAD), row["standing"]["words"],
         moment(said.get("start_us")), moment(said.get("end_us")), said_by_party(row))
        for row in rows for said in (row.get("said", {}),)
    ]  # fmt: skip
    columns = ("id", "v", "from", "name", "state", "start", "end", "what each says")
    show(rows, table(columns, told) if told else "No zones.", as_json=as_json)


SAYS: Final = {
    "concurs": "concurs",
    "disputes": "disputes it",
    "silent": "has said nothing of this version",
    "unread": "has said something that is not open here",
}


def said_by_party(row: Fields) -> str:
    """Each party that was told of the current version, by what it says of it."""
    return "; ".join(f"{party} {words}" for name, words in SAYS.items() for party in row["standing"][name])


@app.command("show")
def show_zone(item: ItemArgument, home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """One zone: its place, limits and end, who concurs, who disputes, and who has said nothing."""
    place = Workplace.open(home)
    with place.client:
        row = record_at(place, item)
    if row["kind"] != "zone":
        raise InvalidValue("ID", f"{item} is no zone")
    if as_json:
        tell_json(row)
        return
    tell(f"{row['id']} v{row['version']}  {row['desk']}  {row['at']}  {row['standing']['words'].upper()}")
    tell(*[f"  {line}" for line in row["words"] or [UNREAD]])
    if "ended" in row:
        tell(f"  Called off {row['ended']}.")
    for name, words in SAYS.items():
        tell(*[f"  {party} {words}." for party in row["standing"][name]])
    tell("  Who says nothing does not concur.", *consent_lines(row))
    replies = [
        (one["at"], one["desk"], f"v{one['version']}", " ".join(one["words"]) or UNREAD) for one in row["replies"]
    ]
    tell(table(("at", "desk", "of", "said"), replies) if replies else "Nobody has answered.", recipients_table(row))
