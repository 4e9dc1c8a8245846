"""Sentences for records and what is replied to them: tracks, whom a desk speaks for, declarations of intent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import UNSET

from wellclear.apps.figures import listed, words
from wellclear.apps.told import Sentence, Told, facts_of, sealed_lines
from wellclear.domain.measures import height, length, moment, place, took
from wellclear.domain.records import Answer, AuthorityScope, Intent, IntentCode, Track, TrackReply, Unit

ANSWERS: Final[dict[Answer, str]] = {
    "ours": "OURS",
    "not_ours": "NOT OURS",
    "not_known": "NOT KNOWN, which does not mean NOT OURS",
}
INTENTS: Final[dict[IntentCode, str]] = {
    "no_confrontation": "it does not seek confrontation",
    "warning": "what it did was a warning",
    "no_further_activity": "it plans no further activity of this kind",
    "routine": "what it does is routine",
}


def track_query(told: Told) -> Sentence:
    """track_query: whose a mover is that somebody sees."""
    item, _ = told.about
    text = f"{told.officer} asked {told.to()} whose a track is ({item})."
    group = told.groups.get("track")
    lines = (track_line(group),) if isinstance(group, Track) else sealed_lines(told)
    return Sentence(text, lines, facts_of(told))


def track_line(track: Track) -> str:
    """Where a track was seen, and how it moved."""
    said = [f"{words(track.mover)}, at {place(track.lat_e7, track.lon_e7)}, {moment(track.at_us)}"]
    if track.uncertainty_mm is not UNSET:
        said.append(f"within {length(track.uncertainty_mm)}")
    if track.height_mm is not UNSET and track.datum is not UNSET:
        said.append(height(track.height_mm, track.datum))
    if track.course_deg is not UNSET:
        said.append(f"course {track.course_deg:03d}")
    if track.speed_mm_s is not UNSET:
        said.append(f"{length(track.speed_mm_s)} a second")
    return f"Seen: {', '.join(said)}."


def track_reply(told: Told) -> Sentence:
    """track_reply: what a desk says of it, and with whom it checked."""
    item, _ = told.about
    asked = told.memory.versions.get((item, 1))
    after = f", {took(told.now_us - asked.moment_us)} after it was asked" if asked is not None else ""
    group = told.groups.get("track_reply")
    if not isinstance(group, TrackReply):
        return Sentence(f"{told.officer} answered the track query {item}{after}.", sealed_lines(told), facts_of(told))
    with_whom = f"Checked with {listed(group.checked_with)}." if group.checked_with else "Checked with nobody."
    text = f"{told.officer} answered the track query {item}{after}: {ANSWERS[group.answer]}."
    return Sentence(text, (with_whom,), facts_of(told))


def authority_scope(told: Told) -> Sentence:
    """authority_scope: for whom a desk speaks."""
    item, _ = told.about
    text = f"{told.who} told {told.to()} for whom it speaks ({item})."
    group = told.groups.get("authority_scope")
    lines = scope_lines(group) if isinstance(group, AuthorityScope) else sealed_lines(told)
    return Sentence(text, lines, facts_of(told))


def scope_lines(scope: AuthorityScope) -> tuple[str, ...]:
    """A line a unit; and that it speaks for no others."""
    return (*(_unit_line(unit) for unit in scope.units), "For anybody else no desk speaks here.")


def _unit_line(unit: Unit) -> str:
    stops = "which it can stop" if unit.can_stop == "yes" else "which it cannot stop"
    return f"{unit.unit} ({words(unit.sort)}), {stops}."


def intent(told: Told) -> Sentence:
    """intent: a declaration by its code; it answers nothing and asks nothing."""
    item, _ = told.about
    group = told.groups.get("intent")
    if not isinstance(group, Intent):
        return Sentence(f"{told.who} declared its intent to {told.to()} ({item}).", sealed_lines(told), facts_of(told))
    about = f" About {group.about}." if group.about is not UNSET else ""
    text = f"{told.who} declared to {told.to()} that {INTENTS[group.intent]} ({item}).{about}"
    return Sentence(text, (), facts_of(told))


TELL_RECORD: Final[dict[str, Callable[[Told], Sentence]]] = {
    "track_query": track_query,
    "track_reply": track_reply,
    "authority_scope": authority_scope,
    "intent": intent,
}
"""The sentence of each kind of record and reply."""
