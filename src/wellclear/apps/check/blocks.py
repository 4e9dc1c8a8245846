"""One clash as a block of labelled lines and as a short row of a long list, for files and for a channel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from wellclear.airspace.conflict import Conflict
from wellclear.apps.check import words
from wellclear.apps.check.against import WHY_WORDS, Meeting
from wellclear.apps.check.channel import ChannelChecked
from wellclear.apps.check.drawn_words import NO_CHANGE, change_words, found
from wellclear.apps.check.minima import minima_words
from wellclear.apps.check.plan import Checked
from wellclear.domain.measures import moment, took
from wellclear.domain.quantities import Position
from wellclear.domain.volume import SeparationMinima
from wellclear.interop.planned import Planned

SHORT_COLUMNS = ("verdict", "conflict", "with", "from (UTC)", "lateral", "vertical", "time")


@dataclass(frozen=True, slots=True)
class Block:
    """`CONFLICT`, who with whom, and lines of a label and a text; `short` are the cells of one row."""

    verdict: str
    pair: str
    lines: tuple[tuple[str, str], ...]
    short: tuple[str, ...]


def blocks(checked: Checked) -> Iterator[Block]:
    """Every conflict of a check of files."""
    return (conflict_block(checked, conflict) for conflict in checked.conflicts)


def conflict_block(checked: Checked, conflict: Conflict) -> Block:
    """One of them."""
    a, b = (checked.volume_of(conflict, name) for name in "ab")
    named = [
        f"{id_} ({', '.join(filter(None, (side.party, side.category)))})"
        for id_, side in ((conflict.a, a), (conflict.b, b))
    ]
    pairs = conflict.conflicts + conflict.possibles
    lines = [
        ("where", words.where(*checked.places(conflict))),
        ("when", words.when(conflict)),
        ("heights", f"{conflict.a}: {words.heights(a)}"),
        ("", f"{conflict.b}: {words.heights(b)}"),
        ("apart", _apart(words.lateral(conflict), words.vertical(conflict), words.time(conflict))),
        ("at least", minima_words(conflict.minima)),
        ("why", words.why_possible(checked, conflict)),
        ("volumes", f"these come nearest; {pairs} pairs of volumes clash" if pairs > 1 else ""),
        ("in", f"{words.side(a, conflict.a)}; {words.side(b, conflict.b)}"),
    ]
    short = (
        conflict.a, conflict.b, moment(conflict.start_us), words.lateral(conflict), words.vertical(conflict),
        words.time(conflict),
    )  # fmt: skip
    return _block(conflict.verdict, f"{named[0]} and {named[1]}", lines, short)


def channel_blocks(checked: ChannelChecked) -> Iterator[Block]:
    """Every red line, zone and meeting of a check against a channel, in this order."""
    drawn = (drawn_block(checked, draft, one) for draft, one in found(checked.drawn))
    return chain(drawn, (meeting_block(checked, meeting) for meeting in checked.meetings))


def drawn_block(checked: ChannelChecked, draft: Mapping[str, Any], one: Mapping[str, Any]) -> Block:
    """A red line that a draft touches, or a zone that it enters: whose it is, its words, why, and what would not."""
    own = checked.plan.notices[draft["a"]].planned[one["volume"]]
    is_line, sure = one["kind"] == "red_line", one["verdict"] != "possible"
    verb = ("touches" if sure else "may touch") if is_line else ("enters" if sure else "may enter")
    name = "red line" if is_line else one["sort"].replace("_", " ")
    pair = f"{draft['a']} (yours) {verb} {name} {one['id']} version {one['version']} of {one['party']}"
    lines = [("yours", f"{words.heights(own)}; {_window(own)}")]
    if is_line:
        lines += [("words", f"“{one['text']}” ({one['language']})"), ("why", one["clause"])]
        lines += [("clear by", change_words(draft["changes"]) or NO_CHANGE)]
    else:
        lines += [("zone", f"{one['name']}, {one['state']}"), ("limits", "; ".join(one["limits"]) or "it names none")]
    lines += [("in", words.side(own, draft["a"]))]
    short = (draft["a"], one["id"], moment(own.volume.window.start_us), "", "", "")
    return Block("RED LINE" if is_line else "ZONE", pair, tuple(lines), (one["verdict"], *short))


def meeting_block(checked: ChannelChecked, meeting: Meeting) -> Block:
    """One of them; its figures only where they are told."""
    own = checked.own_volume(meeting)
    pair = f"{meeting.a} (yours) and {meeting.b} version {meeting.b_version} ({meeting.b_party})"
    lines = [("yours", f"{words.heights(own)}; {_window(own)}")]
    short = (meeting.a, meeting.b, moment(own.volume.window.start_us), "not told", "not told", "not told")
    if meeting.figures:
        figures = meeting.figures
        vertical = words.height_gap(figures["vertical_mm"], figures["vertical_most_mm"])
        apart = (words.short_length(figures["lateral_mm"]), vertical, took(figures["time_us"]))
        span = f"{moment(figures['start_us'])} to {moment(figures['end_us'])}"
        lines = [
            ("where", f"{Position(figures['lat_e7'], figures['lon_e7'])}, on yours"),
            ("when", span if not figures["time_us"] else f"apart in time, with a gap from {span}"),
            *lines,
            ("apart", _apart(*apart)),
            ("at least", minima_words(SeparationMinima(**figures["minima"]))),
        ]
        short = (meeting.a, meeting.b, moment(figures["start_us"]), *apart)
    lines += [("why", WHY_WORDS.get(meeting.why, "")), ("in", words.side(own, meeting.a))]
    return _block(meeting.verdict, pair, lines, short)


def _window(own: Planned) -> str:
    return f"{moment(own.volume.window.start_us)} to {moment(own.volume.window.end_us)}"


def _block(verdict: str, pair: str, lines: list[tuple[str, str]], short: tuple[str, ...]) -> Block:
    return Block(verdict.upper(), pair, tuple(line for line in lines if line[1]), (verdict, *short))


def _apart(lateral: str, vertical: str, time: str) -> str:
    return f"lateral {lateral}, vertical {vertical}, time {time}"
