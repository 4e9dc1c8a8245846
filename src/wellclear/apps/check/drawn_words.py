"""In which words a planner, or the officer of who declared it, is told of a red line or a zone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from wellclear.airspace.red_line_search import Change
from wellclear.apps.check.drawn import Entered, Judged, Touched
from wellclear.apps.check.drawn_rows import is_by_words, not_judged_rows
from wellclear.apps.check.words import counted
from wellclear.apps.figures import listed, words
from wellclear.apps.record_words import limit_words
from wellclear.apps.treaty_words import zone_words
from wellclear.domain.measures import moment
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
    return told + not_judged_lines(not_judged_rows(judged.unjudged))


def not_judged_lines(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """What could not be judged here, with the reason; what has no trigger, by their ids."""
    failed = [row for row in rows if not is_by_words(row)]
    told = [f"cannot be judged here: {_row_named(row)}: {row['why']}. Judge by its words" for row in failed[:ROWS_MAX]]
    told += _more_of(failed[ROWS_MAX:], "further ones that cannot be judged here")
    return told + _more_of([row for row in rows if is_by_words(row)], "without a trigger: judge by their words")


# Of an answer as a node or a bundle gives it, for `check`.


def found(drawn: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Each draft with each red line that it touches and each zone that it enters, red lines first."""
    for what in ("touched", "entered"):
        for draft in drawn["drafts"]:
            yield from ((draft, one) for one in draft[what])


def found_words(drawn: Mapping[str, Any]) -> str:
    """How much of what is touched and entered, over all drafts; empty where there is nothing."""
    told: list[str] = []
    for what, noun, verb in (("touched", "red line", "touched"), ("entered", "zone", "entered")):
        by_id: dict[str, bool] = {}
        for row in (one for draft in drawn["drafts"] for one in draft[what]):
            by_id[row["id"]] = by_id.get(row["id"], False) or row["verdict"] != "possible"
        sure = sum(by_id.values())
        told += [f"{counted(sure, noun)} {verb}"] if sure else []
        told += [f"{counted(len(by_id) - sure, noun)} possibly {verb}"] if len(by_id) > sure else []
    return listed(told)


def judged_words(drawn: Mapping[str, Any], party: str) -> str:
    """By how many red lines and zones it was judged, and as of when: every negative answer says so."""
    lines, zones, left = drawn["red_lines"], drawn["zones"], len(drawn["not_judged"])
    if not lines + zones + left:
        return f"No red line or zone that stands was shown to {party}."
    told = f"Judged by {counted(lines, 'red line')} and {counted(zones, 'zone')} that {party} was shown"
    open_ = f"; {left:,} more could not be judged here" if left else ""
    return f"{told}, as of {moment(drawn['as_of_us'])}{open_}."


def change_words(changes: Sequence[Mapping[str, Any]]) -> str:
    """Any one of these, as rows; what a draft leaves open is stated only where it is true."""
    return "; ".join(f"{one['said']}, if that is so" if one["kind"] == "state" else one["said"] for one in changes)


def _row_named(row: Mapping[str, Any]) -> str:
    return f"{words(row['kind'])} {row['id']} version {row['version']} of {row['party']}"


def _more_of(rows: Sequence[Mapping[str, Any]], what: str) -> list[str]:
    return _counted_ids([f"{row['id']} of {row['party']}" for row in rows], what)


# Of a draft on a node.


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
    return _counted_ids([f"{record.id} of {record.party}" for record in records], what)


def _counted_ids(named: Sequence[str], what: str) -> list[str]:
    if not named:
        return []
    rest = f" and {len(named) - IDS_MAX} more" if len(named) > IDS_MAX else ""
    return [f"{len(named)} {what}: {', '.join(named[:IDS_MAX])}{rest}"]
