"""draft, amend, release: announcing takes two persons unless the agreement says otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from wellclear.apps.cli import typed
from wellclear.apps.cli.acting import Fields, Intent, Workplace, from_desk, ready_from, report
from wellclear.apps.cli.asking import agree
from wellclear.apps.cli.levelling import (
    ConsentOption,
    DiscloseOption,
    LevelOption,
    asked_levels,
    level_lines,
    level_pairs,
    levels_in,
    levels_kept,
    readers_in,
    shown_lines,
    terms_of,
    without,
)
from wellclear.apps.cli.notice_form import (
    REST_MEMBERS,
    TEMPLATE,
    NoticeForm,
    as_option,
    form_from,
    form_from_file,
    volume_from_words,
)
from wellclear.apps.cli.notice_lines import group_lines
from wellclear.apps.cli.notices import notice_at, raw_volumes, subject_of
from wellclear.apps.cli.options import (
    NODE_HOME,
    WAIT_S,
    AsJson,
    FromDesk,
    Home,
    ItemArgument,
    Officer,
    PassphraseFile,
    PrecedenceName,
    Wait,
    Yes,
)
from wellclear.apps.cli.output import hint, note, show, table, tell, tell_json
from wellclear.apps.cli.previewing import show_preview
from wellclear.apps.cli.speaking import Speaker, drafts, to_release
from wellclear.channel.levels import addressed
from wellclear.domain.notice_words import VEHICLE_SORTS
from wellclear.domain.volume_fields import volume_fields, volume_from
from wellclear.errors import InvalidValue

DatumOption = Annotated[str | None, typer.Option(help="What heights are measured from: AMSL, W84 or STD.")]
KeepUntil = Annotated[str | None, typer.Option(metavar="DAY", help="The last day in the picture (UTC).")]
Circle = Annotated[str | None, typer.Option(metavar="LAT,LON", help="Centre of a circle; needs --radius.")]
Corridor = Annotated[
    str | None, typer.Option(metavar="POSITIONS", help="'34.5,38.0; 34.6,38.3; ...'; needs --half-width.")
]
Times = Annotated[
    str | None, typer.Option(metavar="TIMES", help="When each point of the corridor is passed: 'TIME; TIME; ...'")
]
PolygonOption = Annotated[str | None, typer.Option(metavar="POSITIONS", help="'34.5,38.0; 34.6,38.3; 34.4,38.2; ...'")]
Length = Annotated[str | None, typer.Option(metavar="LENGTH", help="With its unit: 5km, 800m, 3nm.")]
HeightOption = Annotated[str | None, typer.Option(metavar="HEIGHT", help="5000ft, 300m, FL250 or unlimited.")]
Moment = Annotated[str | None, typer.Option(metavar="TIME", help="With its zone: 2026-11-23T10:00Z or 231000ZNOV26.")]
FileOption = Annotated[
    Path | None, typer.Option("--file", metavar="FILE", help="The notice as JSON (see --template) or GeoJSON.")
]
RestOption = Annotated[
    list[str] | None,
    typer.Option("--say", metavar="NAME=VALUE", help=f"What else is announced; names: {', '.join(REST_MEMBERS)}."),
]


VOLUME_OPTIONS = (
    "circle", "corridor", "polygon", "radius", "half_width", "times", "lower", "upper", "datum", "start", "end",
)  # fmt: skip


def draft(
    to: Annotated[list[str] | None, typer.Option("--to", metavar="PARTY/DESK", help="A desk it is for.")] = None,
    category: Annotated[str | None, typer.Option(help="What is done, such as air; see --template.")] = None,
    circle: Circle = None,
    corridor: Corridor = None,
    polygon: PolygonOption = None,
    radius: Length = None,
    half_width: Length = None,
    times: Times = None,
    lower: HeightOption = None,
    upper: HeightOption = None,
    datum: DatumOption = None,
    start: Moment = None,
    end: Moment = None,
    precedence: Annotated[
        PrecedenceName | None, typer.Option(help="Z flash, O immediate, P priority, R routine.")
    ] = None,
    contact: Annotated[str | None, typer.Option(help="Whom to call, and where.")] = None,
    say_also: RestOption = None,
    withhold: Annotated[
        list[str] | None, typer.Option(metavar="GROUP", help="Commit to it, but do not send: volume, category, rest.")
    ] = None,
    level: LevelOption = None,
    disclose: DiscloseOption = None,
    consent: ConsentOption = None,
    keep_until: KeepUntil = None,
    file: FileOption = None,
    template: Annotated[bool, typer.Option("--template", help="Print an example of the file form, and stop.")] = False,
    preview: Annotated[
        bool, typer.Option("--preview", help="Show what each reader would see, and stop; --as PARTY, what that one.")
    ] = False,
    amends: Annotated[
        str | None, typer.Option("--amends", metavar="ID", help="The next version of this notice.")
    ] = None,
    desk: FromDesk = None,
    officer: Officer = "",
    passphrase_file: PassphraseFile = None,
    home: Home = NODE_HOME,
    as_json: AsJson = False,
) -> None:
    """Draft a notice; the drafter approves it here, and `release` sends it.

    A volume is a circle, a corridor or a polygon with a band of heights and a time; several volumes go in a file.
    Options say over what the file says.
    """
    given = dict(locals())
    if template:
        tell_json(TEMPLATE)
        return
    form = form_from_options(given)
    if preview:
        show_preview(form, home, desk, officer or None, as_json=as_json)
        return
    if not officer:
        raise InvalidValue("--as", "name the officer who drafts, such as --as W1")
    place = Workplace.open(home)
    with place.client:
        keep(place, "notice", form, from_desk(desk), officer, passphrase_file, as_json=as_json)


def form_from_options(given: Fields) -> NoticeForm:
    """The notice that the options of `draft` describe, over a file or without one."""
    words: Fields = {name: given[name] for name in ("to", "category", "contact", "withhold", "consent", "keep_until")}
    words |= {"precedence": given["precedence"] and given["precedence"].value, **rest_members(given["say_also"] or [])}
    words |= {"levels": level_pairs(given["level"], "--level") or None}
    words |= {"disclose": level_pairs(given["disclose"], "--disclose") or None}
    words = {name: value for name, value in words.items() if value is not None}
    volume = {name: given[name] for name in VOLUME_OPTIONS if given.get(name) is not None}
    if given["file"] is None:
        return form_from(words, [volume_from_words(volume, as_option)], as_option)
    if volume:
        raise InvalidValue(as_option(next(iter(volume))), "goes into the file when there is one")
    return form_from_file(given["file"], words)


@drafts()
def amend(
    item: ItemArgument,
    speaker: Speaker,
    start: Moment = None,
    end: Moment = None,
    lower: HeightOption = None,
    upper: HeightOption = None,
    datum: DatumOption = None,
    file: FileOption = None,
    keep_until: KeepUntil = None,
    level: LevelOption = None,
    disclose: DiscloseOption = None,
    consent: ConsentOption = None,
) -> None:
    """Draft the next version of an own notice: new times or heights for all its volumes, or a whole new file.

    What is not named stays as it is, also what each recipient is shown.
    Everybody whom it was addressed to must acknowledge the new version.
    """
    changes = {"start": start, "end": end, "lower": lower, "upper": upper, "datum": datum}
    if (file is None) == all(value is None for value in changes.values()):
        raise InvalidValue(
            "--file", "say what changes: either a file, or some of --start --end --lower --upper --datum"
        )
    place = Workplace.open(speaker.home)
    with place.client:
        current = notice_at(place, item)
        over = {} if keep_until is None else {"keep_until": keep_until}
        form = form_from_file(file, {"to": current["to"], **over}) if file else amended_form(current, changes, over)
        form = levels_kept(form, current, terms_of(place), (level, disclose), consent or ())
        more = {"subject": subject_of(current, int(current["version"]) + 1)} | from_desk(speaker.desk)
        keep(place, "amend", form, more, speaker.officer, speaker.passphrase_file, as_json=speaker.as_json)


def amended_form(current: Fields, changes: Mapping[str, str | None], over: Fields) -> NoticeForm:
    """The current version with new times or heights in each of its volumes."""
    volumes = [amended_volume(volume, changes) for volume in raw_volumes(current)]
    words: Fields = {"to": current["to"], "category": current.get("category"), "precedence": current["precedence"]}
    rest = current.get("rest") or {}
    words |= {name: rest[name] for name in REST_MEMBERS if name in rest}
    contact = current.get("contact")
    return form_from(words | ({"contact": contact} if contact else {}) | over, volumes, as_option)


def amended_volume(volume: Fields, changes: Mapping[str, str | None]) -> Fields:
    """One volume with what changes; a new face or datum says the whole band anew.

    Raises:
        InvalidValue: a value that is none, or a band of which only one half was said.
    """
    changed = dict(volume)
    for name in ("start", "end"):
        said = changes[name]
        if said is not None:
            changed[f"{name}_us"] = typed.moment(said, as_option(name))
            changed.pop("times_us", None)
    if changed["end_us"] <= changed["start_us"]:
        raise InvalidValue("--end", "is not after the start")
    lower, upper = changes["lower"], changes["upper"]
    if lower is not None and upper is not None:
        band = typed.band(lower, upper, changes["datum"], ("--lower", "--upper", "--datum"))
        changed = volume_fields(replace(volume_from(changed), band=band))
    elif (lower, upper, changes["datum"]) != (None, None, None):
        raise InvalidValue("--lower", "say the whole band: --lower, --upper and, for feet or metres, --datum")
    return changed


def keep(
    place: Workplace, kind: str, form: NoticeForm, more: Fields, officer: str, file: Path | None, *, as_json: bool
) -> None:
    """Have the node compose the notice, approve it as its drafter, and leave it with the node for release."""
    terms = terms_of(place)
    levels = levels_in(form, terms, place.party)
    to = addressed(form.to, levels)
    members = {"to": to, "precedence": form.precedence, "keep_until": form.keep_until, **more}
    less, further = asked_levels({party: level for party, level in levels.items() if level}, terms, form.category)
    intent = Intent(
        kind, form.groups(), place.readers(to), members, form.withhold, less, further,
        consent=[party for party in form.consent if levels.get(party)],
        shown=readers_in(levels, form.withhold, place.party),
    )  # fmt: skip
    ready = place.compose(intent, officer)
    for warning in (*ready.warnings, *without(form.to, levels)):
        note(f"warning: {warning}")
    for line in level_lines(levels, form.withhold):
        note(line)
    kept = place.keep_draft(ready, place.approve_as(ready.act, officer, "drafter", file))
    show(kept, *to_release(f"Draft {kept['draft']} of {ready.name} is kept.", kept), as_json=as_json)


def release(
    name: Annotated[str | None, typer.Argument(metavar="DRAFT", help="Which draft; else they are listed.")] = None,
    officer: Officer = "",
    passphrase_file: PassphraseFile = None,
    home: Home = NODE_HOME,
    wait_s: Wait = WAIT_S,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Look at a draft, approve it as release authority, and send it."""
    place = Workplace.open(home)
    with place.client:
        drafts = place.client.get("drafts")["drafts"]
        if name is None:
            rows = [
                (row["draft"], row["act"]["kind"], drafted_name(row), ", ".join(row.get("by", []))) for row in drafts
            ]
            show(drafts, table(("draft", "kind", "item", "drafted by"), rows), as_json=as_json)
            return
        chosen = next((row for row in drafts if row["draft"] == name), None)
        if chosen is None:
            there = ", ".join(row["draft"] for row in drafts)
            why = (
                f"there are {there}"
                if there
                else f"there are none; what was released is in the log ({hint('wellclear board')})"
            )
            raise InvalidValue("DRAFT", f"no draft {name} is kept here: {why}")
        if not officer:
            raise InvalidValue("--as", "name the release authority, such as --as R1")
        ready = ready_from(chosen, intent_of(chosen))
        if not as_json:
            tell(f"Draft {name}: {ready.act.kind} {drafted_name(chosen)} to {', '.join(ready.act.to)}")
            tell(*group_lines(chosen.get("groups", [])), *shown_lines(chosen["act"], chosen.get("groups", [])))
        for warning in ready.warnings:
            note(f"warning: {warning}")
        agree("Release it?", yes=yes)
        approval = place.approve_as(ready.act, officer, "release_authority", passphrase_file)
        body = {"approvals": msgspec.to_builtins([approval])}
        answer = place.client.post(f"drafts/{name}/release", body, wait_s=wait_s)
    report(answer, ready.act, "RELEASED", as_json=as_json)


def drafted_name(row: Fields) -> str:
    """What a stored draft is about."""
    act = row["act"]
    return str(act.get("id") or act.get("subject", {}).get("id", ""))


def intent_of(draft_row: Fields) -> Intent:
    """What a stored draft says, so that the releaser's key signs only what is shown."""
    act = draft_row["act"]
    members = {
        name: act[name] for name in ("to", "precedence", "keep_until", "subject", "code", "public") if name in act
    }
    groups = draft_row.get("groups", [])
    shown: dict[str, list[str]] = {}
    for group, ref in zip(cycle(groups), act["parts"], strict=False):
        read = {*shown.get(group["group"], []), *ref.get("to", [])} - {act["party"]}
        shown[group["group"]] = sorted(read)
    return Intent(act["kind"], groups, members=members, shown=shown)


def rest_members(pairs: list[str]) -> Fields:
    """`--say crewed=yes` as members of the group `rest`; raises `InvalidValue`."""
    members: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or name not in REST_MEMBERS:
            raise InvalidValue("--say", f"{pair[:40]!r}: write NAME=VALUE; names are {', '.join(REST_MEMBERS)}")
        if name == "vehicles":
            members[name] = vehicles_from(value.split(","), "--say vehicles")
        else:
            members[name] = int(value) if name in ("count", "uncertainty_mm") and value.isdecimal() else value
    return members


def vehicles_from(words: Sequence[str], where: str) -> list[Fields]:
    """`lorry:12` as a row of `vehicles`; raises `InvalidValue` with what to write."""
    rows: list[Fields] = []
    for word in words:
        sort, colon, count = (part.strip() for part in word.partition(":"))
        if not colon or sort not in VEHICLE_SORTS or not count.isdecimal() or not int(count):
            raise InvalidValue(where, f"{word[:40]!r}: write SORT:NUMBER, such as lorry:12; "
                                      f"sorts are {', '.join(VEHICLE_SORTS)}")  # fmt: skip
        rows.append({"sort": sort, "count": int(count)})
    return rows
