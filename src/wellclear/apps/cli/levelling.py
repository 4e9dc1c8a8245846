"""Levels on the command line: what each recipient of a notice is shown, and how that is said (R25)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Annotated, Any

import typer

from wellclear.apps.cli.acting import Fields, Workplace
from wellclear.apps.cli.notice_form import NoticeForm
from wellclear.apps.levels import groups_at, level_words
from wellclear.channel.levels import Levels, addressed, levels_of, shown_to
from wellclear.domain.agreement import Settings, default_settings, settings_from
from wellclear.domain.names import party_of_desk
from wellclear.domain.notice_words import CONSENTED
from wellclear.errors import InvalidValue, Misconfigured, Unavailable

NAMED = ("--level", "--disclose PARTY=N", "--consent")
LevelOption = Annotated[
    list[str] | None,
    typer.Option("--level", metavar="PARTY=N", help="Show a recipient less: 0 nothing, 1 cell, 2 volume, 3 category."),
]
DiscloseOption = Annotated[
    list[str] | None,
    typer.Option("--disclose", metavar="PARTY=N", help="Show it more than its category is shown by default."),
]


ConsentOption = Annotated[
    list[str] | None,
    typer.Option(
        "--consent", metavar="PARTY", help="Give it to this recipient: a must for each, for sites, movements, "
        "deployments and surveys.",
    ),
]  # fmt: skip


def level_pairs(pairs: Sequence[str] | None, option: str) -> dict[str, int]:
    """`SOUTHLAND=2` as a level by party; raises `InvalidValue`."""
    levels: dict[str, int] = {}
    for pair in pairs or ():
        party, equals, level = pair.partition("=")
        if not (equals and party and level.isdecimal() and len(level) == 1) or party in levels:
            raise InvalidValue(option, f"{pair[:40]!r}: write PARTY=N, N from 0 to 4, each party once")
        levels[party] = int(level)
    return levels


def terms_of(place: Workplace) -> Settings:
    """The settings in force, as the node tells them; the defaults before there are any."""
    told: Any = place.client.get("agreement").get("settings")
    return settings_from(told) if told else default_settings()


def terms_at(home: Path) -> Settings:
    """The same of the node in a home; the defaults where it does not run."""
    try:
        place = Workplace.open(home)
        with place.client:
            return terms_of(place)
    except (Unavailable, Misconfigured):
        return default_settings()


def levels_in(form: NoticeForm, terms: Settings, own: str = "") -> Levels:
    """The level of each recipient of a notice; raises `InvalidValue` as `levels_of`, and where nobody is left."""
    parties = {party_of_desk(desk) for desk in form.to} - {own}
    levels = levels_of(terms, form.category, parties, form.levels, form.disclose, form.consent, NAMED)
    addressed(form.to, levels, NAMED[0])
    return levels


def levels_kept(
    form: NoticeForm, current: Fields, terms: Settings, said: tuple[Sequence[str] | None, Sequence[str] | None],
    consent: Sequence[str] = (),
) -> NoticeForm:  # fmt: skip
    """The next version of a notice, shown to each recipient as the current one is unless another level is said.

    Who was given the current version was consented to; whoever comes in addition is named in `consent`.
    """
    levels = {**form.levels, **level_pairs(said[0], "--level")}
    disclose = {**form.disclose, **level_pairs(said[1], "--disclose")}
    default, named = terms.level_of(form.category), {*levels, *disclose}
    for party in {party_of_desk(desk) for desk in form.to} - named:
        level = current.get("levels", {}).get(party)
        if level is not None:
            (levels if level <= default else disclose)[party] = level
    given = {party for party, level in current.get("levels", {}).items() if level} | {*form.consent, *consent}
    known = {party_of_desk(desk) for desk in form.to} | {*consent}
    kept = sorted(given & known) if form.category in CONSENTED else tuple(consent)
    return replace(form, levels=levels, disclose=disclose, consent=tuple(kept))


def asked_levels(levels: Mapping[str, int], terms: Settings, category: str) -> tuple[Levels, Levels]:
    """The levels as a node is asked for them: those up to the default, and those above it."""
    default = terms.level_of(category)
    return (
        {party: level for party, level in levels.items() if level <= default},
        {party: level for party, level in levels.items() if level > default},
    )


def readers_in(levels: Mapping[str, int], withheld: Sequence[str], own: str) -> dict[str, list[str]]:
    """Who reads each field group, as an act is held to it."""
    return {group: sorted({*parties} - {own}) for group, parties in shown_to(levels, withheld).items()}


def level_lines(levels: Mapping[str, int], withheld: Sequence[str] = ()) -> list[str]:
    """Who would see what, a line for each recipient."""
    lines = []
    for party, level in sorted(levels.items()):
        left = [group for group in groups_at(level) if group in withheld]
        less = f", without {', '.join(left)}" if left else ""
        end = "; it is not addressed" if level == 0 else less
        lines.append(f"{party} is shown {level_words(level)}{end}")
    return lines


def shown_lines(act: Fields, groups: Sequence[Fields]) -> list[str]:
    """Who is shown which groups by an act as it stands, a line for each reader."""
    seen: dict[str, list[str]] = {}
    for group, ref in zip(cycle(groups), act["parts"], strict=False):
        for party in ref.get("to", ()):
            if party != act["party"]:
                seen.setdefault(party, []).append(str(group["group"]))
    return [f"  {party} is shown {', '.join(names)}" for party, names in sorted(seen.items())]


def without(act_to: Sequence[str], levels: Mapping[str, int]) -> list[str]:
    """What an officer must know of desks that were named and are not addressed."""
    gone = [desk for desk in act_to if levels.get(party_of_desk(desk)) == 0]
    return [f"{desk} gets nothing and is not addressed (level 0)" for desk in gone]
