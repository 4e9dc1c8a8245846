"""`site`, `movement`, `deployment`, `survey`: a draft with the words that its category asks for (R27, R29, N13).

Each is `draft` with a category; whatever else a notice may say, a file says (`draft --file`).
"""

from __future__ import annotations

from typing import Annotated

import typer

from wellclear.apps.cli.acting import Fields, Workplace, from_desk
from wellclear.apps.cli.drafting import (
    VOLUME_OPTIONS,
    Circle,
    Corridor,
    DatumOption,
    HeightOption,
    KeepUntil,
    Length,
    Moment,
    PolygonOption,
    Times,
    keep,
    rest_members,
    vehicles_from,
)
from wellclear.apps.cli.levelling import ConsentOption, DiscloseOption, level_pairs
from wellclear.apps.cli.notice_form import NoticeForm, as_option, form_from, volume_from_words
from wellclear.apps.cli.options import PrecedenceName
from wellclear.apps.cli.previewing import show_preview
from wellclear.apps.cli.speaking import Speaker, drafts
from wellclear.domain.notice_words import PURPOSES, SITE_SORTS, STATED, SURVEY_PURPOSES, VEHICLE_SORTS
from wellclear.errors import InvalidValue

Contact = Annotated[str | None, typer.Option(help="Whom to call, and where.")]
Preview = Annotated[bool, typer.Option("--preview", help="Show what each reader would see, and stop.")]
Invitation = Annotated[str, typer.Option(metavar="WHO", help="By whose invitation; none where nobody has invited it.")]
Carries = Annotated[
    list[str] | None,
    typer.Option("--say", metavar="NAME=VALUE", help=f"What it has, yes or no (level 4): {', '.join(STATED)}, count."),
]
_REST = ("site", "last_checked", "vehicles", "armed_escort", "contact_on_board", "invitation", "purpose", "activity")


@drafts(to_desks=PrecedenceName.R)
def site(
    speaker: Speaker,
    sort: Annotated[str, typer.Option("--is", metavar="SORT", help=f"What it is: {', '.join(SITE_SORTS)}.")],
    last_checked: Annotated[str, typer.Option("--checked", metavar="DAY", help="The day of its last check (UTC).")],
    start: Moment = None,
    end: Moment = None,
    circle: Circle = None,
    polygon: PolygonOption = None,
    radius: Length = None,
    lower: HeightOption = None,
    upper: HeightOption = None,
    datum: DatumOption = None,
    contact: Contact = None,
    consent: ConsentOption = None,
    disclose: DiscloseOption = None,
    keep_until: KeepUntil = None,
    preview: Preview = False,
) -> None:
    """Draft a protected site; it stands still, and ends within 90 days of its last check."""
    given = dict(locals())
    draft_of("protected_site", given | {"site": sort}, speaker, preview=preview)


@drafts(to_desks=PrecedenceName.P)
def movement(
    speaker: Speaker,
    corridor: Corridor,
    times: Times,
    vehicles: Annotated[
        list[str], typer.Option("--vehicles", metavar="SORT:NUMBER", help=f"lorry:12; {', '.join(VEHICLE_SORTS)}.")
    ],
    armed_escort: Annotated[str, typer.Option(metavar="YES|NO", help="Whether armed vehicles or persons go along.")],
    contact_on_board: Annotated[str, typer.Option(metavar="WHO", help="Who can be reached on board, and how.")],
    half_width: Length = "100m",
    start: Moment = None,
    end: Moment = None,
    lower: HeightOption = None,
    upper: HeightOption = None,
    datum: DatumOption = None,
    contact: Contact = None,
    consent: ConsentOption = None,
    disclose: DiscloseOption = None,
    keep_until: KeepUntil = None,
    preview: Preview = False,
) -> None:
    """Draft an aid movement: its route with a time at each point, what moves, and whom to reach on board."""
    given = dict(locals())
    if armed_escort not in ("yes", "no"):
        raise InvalidValue("--armed-escort", f"{armed_escort[:20]!r}: whether it has an armed escort is yes or no")
    moments = [word.strip() for word in (times or "").split(";")]
    given |= {
        "vehicles": vehicles_from(vehicles, "--vehicles"),
        "start": start or moments[0],
        "end": end or moments[-1],
    }
    draft_of("aid_movement", given, speaker, preview=preview)


@drafts(to_desks=PrecedenceName.R)
def deployment(
    speaker: Speaker,
    activity: Annotated[str, typer.Option("--what", metavar="TEXT", help="What comes, in your own words.")],
    invitation: Invitation,
    purpose: Annotated[str, typer.Option(metavar="CODE", help=f"{', '.join(PURPOSES)}; of a survey use survey.")],
    start: Moment = None,
    end: Moment = None,
    circle: Circle = None,
    polygon: PolygonOption = None,
    radius: Length = None,
    lower: HeightOption = None,
    upper: HeightOption = None,
    datum: DatumOption = None,
    contact: Contact = None,
    say_also: Carries = None,
    consent: ConsentOption = None,
    disclose: DiscloseOption = None,
    keep_until: KeepUntil = None,
    preview: Preview = False,
) -> None:
    """Draft a deployment: what comes where, from when, by whose invitation, and what for."""
    draft_of("deployment", dict(locals()), speaker, preview=preview)


@drafts(to_desks=PrecedenceName.R)
def survey(
    speaker: Speaker,
    invitation: Invitation,
    purpose: Annotated[str, typer.Option(metavar="CODE", help=" or ".join(sorted(SURVEY_PURPOSES)))] = "site_survey",
    start: Moment = None,
    end: Moment = None,
    circle: Circle = None,
    polygon: PolygonOption = None,
    radius: Length = None,
    lower: HeightOption = None,
    upper: HeightOption = None,
    datum: DatumOption = None,
    contact: Contact = None,
    say_also: Carries = None,
    consent: ConsentOption = None,
    disclose: DiscloseOption = None,
    keep_until: KeepUntil = None,
    preview: Preview = False,
) -> None:
    """Draft a survey: who looks where, from when, by whose invitation; a survey is not a deployment."""
    draft_of("survey", dict(locals()), speaker, preview=preview)


def form_of(category: str, given: Fields, speaker: Speaker) -> NoticeForm:
    """The notice that the options of one of these commands describe; raises `InvalidValue`."""
    for name, option, known in (("site", "--is", SITE_SORTS), ("purpose", "--purpose", PURPOSES)):
        if given.get(name) is not None and given[name] not in known:
            raise InvalidValue(option, f"{given[name][:40]!r} is none of {', '.join(known)}")
    assert speaker.precedence is not None, "a command with --to has --precedence"
    words: Fields = {name: given[name] for name in (*_REST, "contact", "consent", "keep_until") if given.get(name)}
    words = {**rest_members(given.get("say_also") or []), **words}
    words |= {"to": list(speaker.to), "category": category, "precedence": speaker.precedence.value}
    words |= {"disclose": level_pairs(given["disclose"], "--disclose")} if given["disclose"] else {}
    volume = {name: given[name] for name in VOLUME_OPTIONS if given.get(name) is not None}
    if not volume.keys() & {"lower", "upper", "datum"}:
        volume["datum"] = "AMSL"  # from the ground to anywhere is the same by every datum
    form = form_from(words, [volume_from_words(volume, as_option)], as_option)
    form.groups()
    return form


def draft_of(category: str, given: Fields, speaker: Speaker, *, preview: bool) -> None:
    """Show or keep the draft."""
    form = form_of(category, given, speaker)
    if preview:
        show_preview(form, speaker.home, speaker.desk, None, as_json=speaker.as_json)
        return
    place = Workplace.open(speaker.home)
    with place.client:
        keep(place, "notice", form, from_desk(speaker.desk), speaker.officer, speaker.passphrase_file,
             as_json=speaker.as_json)  # fmt: skip
