"""disclose: open a version of an own notice further, to other readers or by another field group (R25)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from wellclear.apps.cli.acting import Fields, Workplace
from wellclear.apps.cli.notice_lines import group_lines
from wellclear.apps.cli.notices import notice_at
from wellclear.apps.cli.options import ItemArgument
from wellclear.apps.cli.output import note, show
from wellclear.apps.cli.speaking import Speaker, drafts, to_release
from wellclear.apps.levels import groups_at, hostile_words, level_words
from wellclear.domain.names import party_of_desk
from wellclear.domain.parts import LEVEL_OF_GROUP, NOTICE_GROUPS, Cell, group_from
from wellclear.errors import InvalidValue

ToDesk = Annotated[list[str], typer.Option("--to", metavar="PARTY/DESK", help="A desk that is shown more.")]
GroupOption = Annotated[
    str | None, typer.Option("--group", metavar="GROUPS", help="Which: cell, volume, category, rest; with commas.")
]
LevelOption = Annotated[
    int | None, typer.Option("--level", min=1, max=4, metavar="N", help="All groups up to this level.")
]
VersionOption = Annotated[int | None, typer.Option("--version", metavar="N", help="Not the newest version, but this.")]


@drafts()
def disclose(
    item: ItemArgument,
    to: ToDesk,
    speaker: Speaker,
    group: GroupOption = None,
    level: LevelOption = None,
    version: VersionOption = None,
) -> None:
    """Draft that an own notice is shown further, as it was committed to on its first day; `release` sends it.

    What was shown cannot be taken back. Its reader's software sees that nothing was changed.
    """
    wanted = named_groups(group, level)
    place = Workplace.open(speaker.home)
    with place.client:
        number = int(notice_at(place, item)["version"]) if version is None else version
        told: Fields = place.client.get(f"notices/{item}/versions/{number}")
        if told["mine"] != "yes":
            raise InvalidValue("ID", f"{item} is a notice of {told['party']}; only its announcer discloses it")
        names, lines = further(told, to, wanted)
        groups = [fields for fields in told["groups"] if fields["group"] in names]
        intent = speaker.act(place, "disclose", groups, to=list(to), subject={"id": item, "version": number})
        ready = place.compose(intent, speaker.officer)
        for warning in (*ready.warnings, *lines):
            note(f"warning: {warning}")
        kept = place.keep_draft(ready, place.approve_as(ready.act, speaker.officer, "drafter", speaker.passphrase_file))
    line = f"That {item} version {number} is shown further is drafted as {kept['draft']}."
    value = kept | {"id": item, "version": number, "to": list(to), "groups": names, "warnings": lines}
    show(value, *group_lines(groups), *to_release(line, kept), as_json=speaker.as_json)


def named_groups(group: str | None, level: int | None) -> list[str]:
    """The field groups that are meant, in their order; raises `InvalidValue` unless either is said."""
    if (group is None) == (level is None):
        raise InvalidValue("--group", "say which groups, or with --level up to which")
    if level is not None:
        return list(groups_at(level))
    names = [name.strip() for name in (group or "").split(",")]
    if not all(name in NOTICE_GROUPS for name in names):
        raise InvalidValue("--group", f"{(group or '')[:60]!r}: some of {', '.join(NOTICE_GROUPS)}")
    return [name for name in NOTICE_GROUPS if name in names]


def further(told: Fields, to: Sequence[str], wanted: Sequence[str]) -> tuple[list[str], list[str]]:
    """The groups that somebody of these desks was not shown yet, and what becomes visible to whom, in sentences.

    Raises:
        InvalidValue: all of them were shown all of it; or a desk is the own one.
    """
    names: set[str] = set()
    lines: list[str] = []
    cell = next((group_from(fields, "cell") for fields in told["groups"] if fields["group"] == "cell"), None)
    for party in sorted({party_of_desk(desk, field="--to") for desk in to}):
        if party == told["party"]:
            raise InvalidValue("--to", f"{party} is the announcer itself")
        more = [name for name in wanted if party not in told["shown"].get(name, ())]
        if not more:
            continue
        names.update(more)
        seen = [name for name in NOTICE_GROUPS if name in wanted or party in told["shown"].get(name, ())]
        level = max(LEVEL_OF_GROUP[name] for name in seen)
        lines.append(f"{party} is shown {', '.join(more)}; it cannot be taken back ({level_words(level)})")
        if isinstance(cell, Cell):
            lines += [f"{party}, if it meant harm: {line}" for line in hostile_words(level, cell)]
    if not names:
        raise InvalidValue("--group", "all of that was shown to all of these before")
    return [name for name in NOTICE_GROUPS if name in names], lines
