"""One clash as a block of labelled lines and as a short row of a long list, for files and for a channel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wellclear.airspace.conflict import Conflict
from wellclear.apps.check import words
from wellclear.apps.check.against import WHY_WORDS, Meeting
from wellclear.apps.check.channel import ChannelChecked
from wellclear.apps.check.minima import minima_words
from wellclear.apps.check.plan import Checked
from wellclear.domain.measures import moment, took
from wellclear.domain.quantities import Position
from wellclear.domain.volume import SeparationMinima

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
    """Every meeting of a check against a channel."""
    return (meeting_block(checked, meeting) for meeting in checked.meetings)


def meeting_block(checked: ChannelChecked, meeting: Meeting) -> Block:
    """One of them; its figures only where they are told."""
    own = checked.own_volume(meeting)
    pair = f"{meeting.a} (yours) and {meeting.b} version {meeting.b_version} ({meeting.b_party})"
    window = f"{moment(own.volume.window.start_us)} to {moment(own.volume.window.end_us)}"
    lines = [("yours", f"{words.heights(own)}; {window}")]
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


def _block(verdict: str, pair: str, lines: list[tuple[str, str]], short: tuple[str, ...]) -> Block:
    return Block(verdict.upper(), pair, tuple(line for line in lines if line[1]), (verdict, *short))


def _apart(lateral: str, vertical: str, time: str) -> str:
    return f"lateral {lateral}, vertical {vertical}, time {time}"
