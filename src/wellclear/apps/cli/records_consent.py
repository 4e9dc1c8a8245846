"""`consent`: what a host nation says of one version of a notice over its territory; silence is none (R29, N3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from wellclear.apps.cli.acting import Fields, Intent, Workplace
from wellclear.apps.cli.notices import notice_at
from wellclear.apps.cli.options import NODE_HOME, AsJson, Home, VersionOption
from wellclear.apps.cli.output import show, table
from wellclear.apps.cli.speaking import Speaker, drafts
from wellclear.apps.cli.treaty_lines import UNREAD
from wellclear.domain.names import party_of_desk
from wellclear.domain.treaty import Consent
from wellclear.errors import InvalidValue

app = typer.Typer(
    no_args_is_help=True,
    help="What a host nation says of a version of a notice. Nobody else consents for it, and silence is no consent.",
)

NoticeArgument = Annotated[
    str, typer.Argument(metavar="ID", help="The notice, such as NORTHLAND-1001-9.", show_default=False)
]


@app.command()
@drafts()
def give(item: NoticeArgument, speaker: Speaker, version: VersionOption = None) -> None:
    """Draft your nation's consent to the current version of a notice; `release` sends it to all whom the notice is for.

    Only a host nation can. A later version has no consent until it is given again.
    """
    keep(speaker, item, version, "consents")


@app.command()
@drafts()
def refuse(item: NoticeArgument, speaker: Speaker, version: VersionOption = None) -> None:
    """Draft that your nation does not consent to the current version of a notice; `release` sends it."""
    keep(speaker, item, version, "does_not_consent")


@app.command()
@drafts()
def withdraw(item: NoticeArgument, speaker: Speaker, version: VersionOption = None) -> None:
    """Draft that your nation takes its consent to the current version of a notice back; `release` sends it."""
    keep(speaker, item, version, "withdraws")


def keep(speaker: Speaker, item: str, version: int | None, consent: Consent) -> None:
    """Draft one word about the current version, to the announcer and all whom the notice is for."""

    def build(place: Workplace) -> Intent:
        told = place.client.get("records")
        check_nation(told["speaking"], place.party)
        notice = notice_at(place, item)
        check_word(notice, version, consent, place.party)
        desks = [desk for desk in (notice["desk"], *notice["to"]) if party_of_desk(desk) != place.party]
        group = {"group": "consent", "about": item, "version": notice["version"], "consent": consent}
        return speaker.act(
            place, "consent", [group], to=list(dict.fromkeys(desks)), precedence=notice["precedence"],
            keep_until=day_of(notice["keep_until_day"]),
        )  # fmt: skip

    speaker.keep(build)


def check_nation(speaking: Fields, party: str) -> None:
    """Raise `InvalidValue` unless the party has a territory to speak for."""
    roles: list[str] = next((row["roles"] for row in speaking["parties"] if row["party"] == party), [])
    if "host_nation" not in roles:
        said = ", ".join(roles).replace("_", " ") or "no member"
        raise InvalidValue("consent", f"a host nation alone gives or withdraws it; {party} is {said}")


def check_word(notice: Fields, version: int | None, consent: Consent, party: str) -> None:
    """Raise `InvalidValue` unless that can be said of the notice's current version."""
    if notice["kind"] != "notice":
        raise InvalidValue("ID", f"{notice['id']} is no notice")
    if version not in (None, notice["version"]):
        raise InvalidValue("--of-version", f"{notice['id']} is at version {notice['version']}; read that one first")
    rows = notice.get("host_consent", {}).get("nations", [])
    stands = next((row.get("consent") for row in rows if row["party"] == party), None)
    if consent == "withdraws" and stands != "consents":
        raise InvalidValue("ID", f"{party} has given no consent to {notice['id']}, version {notice['version']}")


def day_of(day: int) -> str:
    """A day counted from 1970, as it is written: a nation's word stays as long as the notice that it is about."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).date().isoformat()


@app.command("list")
def list_consents(home: Home = NODE_HOME, as_json: AsJson = False) -> None:
    """What host nations have said, newest first; and whether any desk speaks for one."""
    place = Workplace.open(home)
    with place.client:
        told = place.client.get("records")
    rows = [row for row in told["records"] if row["kind"] == "consent"]
    shown = [
        (row["id"], row["at"], row["desk"], said.get("consent", UNREAD).replace("_", " "), said.get("about", "-"),
         said.get("version", "-"))
        for row in rows for said in (row.get("said", {}),)
    ]  # fmt: skip
    speaking = told["speaking"]
    last = f"Host nation: {', '.join(speaking['host_nation']) or speaking['gap']}."
    value = {"consents": rows, "host_nation": speaking["host_nation"], "gap": speaking["gap"]}
    columns = ("id", "at", "nation", "says", "notice", "version")
    show(value, table(columns, shown) if shown else "No host nation has said anything.", last, as_json=as_json)
