"""In which words a planner, or the officer of who declared it, is told of a red line or a zone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from wellclear.airspace.red_line_search import Change
from wellclear.apps.figures import words
from wellclear.apps.node.drawn import NO_TRIGGER, Entered, Judged, Touched
from wellclear.apps.record_words import limit_words
from wellclear.apps.treaty_words import zone_words
from wellclear.picture.view_records import RecordView
from wellclear.picture.view_treaty import zone_standing

ROWS_MAX: Final = 12
"""So many of a kind are told one by one, lest a thousand lines hide the first; the others by their ids."""
IDS_MAX: Final = 40
WORDS_MAX: Final = 200
HERE_ONLY: Final = "Nobody else is told, and it is no reason to refuse."
NO_CHANGE: Final = "No single change was found after which it touches no red line; it may take two."


def planner_lines(judged: Judged, now_us: int) -> list[str]:
    """What a planner should know of a draft: what it touches and enters, what would not, what could not be judged."""
    told = [_touched(one) for one in judged.touched[:ROWS_MAX]]
    told += _more([one.record for one in judged.touched[ROWS_MAX:]], "further red lines, surely or possibly touched")
    if judged.touched:
        told.append(changes_words(judged.changes))
    told += [_entered(one, now_us) for one in judged.entered[:ROWS_MAX]]
    told += _more([one.record for one in judged.entered[ROWS_MAX:]], "further zones, surely or possibly entered")
    failed = [(record, why) for record, why in judged.unjudged if why != NO_TRIGGER]
    told += [f"cannot be judged here: {_named(record)}: {why}. Judge by its words" for record, why in failed[:ROWS_MAX]]
    told += _more([record for record, _ in failed[ROWS_MAX:]], "further ones that cannot be judged here")
    told += _more([one for one, why in judged.unjudged if why == NO_TRIGGER], "without a trigger: judge by their words")
    return told


def touched_words(one: Touched) -> str:
    """Why the declarer's own officer is told, by what was disclosed and nothing else."""
    verb = "touches" if one.touch.verdict == "touches" else "possibly touches"
    return f"{verb} your red line {one.record.id} version {one.record.newest}: {one.touch.clause}"


def entered_words(one: Entered) -> str:
    """Why the officer of who declared a zone is told."""
    verb = "lies in" if one.conflict.verdict == "conflict" else "possibly lies in"
    return f"{verb} your zone {one.zone.name} ({one.record.id} version {one.record.newest}); {_limits(one)}"


def _touched(one: Touched) -> str:
    verb = "touches" if one.touch.verdict == "touches" else "possibly touches"
    said = f"{one.line.text[:WORDS_MAX]}{'…' if len(one.line.text) > WORDS_MAX else ''}"
    return f"{verb} {_named(one.record)}, “{said}”: {one.touch.clause} {HERE_ONLY}"


def changes_words(changes: Sequence[Change]) -> str:
    """The smallest change of each kind; what a draft leaves open is stated only where it is true."""
    if not changes:
        return NO_CHANGE
    told = [f"{one.said}, if that is so" if one.kind == "state" else one.said for one in changes]
    return f"touches no red line after the smallest of any one of these changes: {'; '.join(told)}"


def _entered(one: Entered, now_us: int) -> str:
    verb = "lies in" if one.conflict.verdict == "conflict" else "possibly lies in"
    state = zone_words(zone_standing(one.record, now_us), one.record.party)
    return (
        f"{verb} {words(one.zone.sort)} {one.zone.name}, {_named(one.record)} ({state}), volume "
        f"{one.conflict.a_volume + 1}; {_limits(one)}"
    )


def _limits(one: Entered) -> str:
    said = "; ".join(limit_words(limit) for limit in one.zone.limits)
    return f"limits: {said}" if said else "it names no limits"


def _named(record: RecordView) -> str:
    return f"{words(record.kind)} {record.id} version {record.newest} of {record.party}"


def _more(records: Sequence[RecordView], what: str) -> list[str]:
    if not records:
        return []
    ids = ", ".join(f"{record.id} of {record.party}" for record in records[:IDS_MAX])
    rest = f" and {len(records) - IDS_MAX} more" if len(records) > IDS_MAX else ""
    return [f"{len(records)} {what}: {ids}{rest}"]
