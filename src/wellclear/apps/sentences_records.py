"""Sentences for records and what is replied to them; what each says stands below it in the words of `record_words`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import UNSET

from wellclear.apps.record_words import ANSWERS, INTENTS, record_lines
from wellclear.apps.told import Sentence, Told, facts_of, sealed_lines
from wellclear.domain.kinds import RECORDS, REPLIES_TO
from wellclear.domain.measures import took
from wellclear.domain.records import GROUP_OF_RECORD, Intent, TrackReply


def _track_query(told: Told) -> Sentence:
    item, _ = told.about
    text = f"{told.officer} asked {told.to()} whose a track is ({item})."
    return Sentence(text, _lines(told), facts_of(told))


def _track_reply(told: Told) -> Sentence:
    item, _ = told.about
    asked = told.memory.versions.get((item, 1))
    after = f", {took(told.now_us - asked.moment_us)} after it was asked" if asked is not None else ""
    group = told.groups.get("track_reply")
    if not isinstance(group, TrackReply):
        return Sentence(f"{told.officer} answered the track query {item}{after}.", sealed_lines(told), facts_of(told))
    text = f"{told.officer} answered the track query {item}{after}: {ANSWERS[group.answer]}."
    return Sentence(text, _lines(told)[1:], facts_of(told))


def _intent(told: Told) -> Sentence:
    item, _ = told.about
    group = told.groups.get("intent")
    if not isinstance(group, Intent):
        return Sentence(f"{told.who} declared its intent to {told.to()} ({item}).", sealed_lines(told), facts_of(told))
    about = f" About {group.about}." if group.about is not UNSET else ""
    text = f"{told.who} declared to {told.to()} that {INTENTS[group.intent]} ({item}).{about}"
    return Sentence(text, (), facts_of(told))


def _with(phrase: str, *standing: str) -> Callable[[Told], Sentence]:
    """The sentence of a phrase with the slots who, to, item and version; `standing` follows what was said."""

    def tell(told: Told) -> Sentence:
        item, version = told.about
        text = phrase.format(who=told.who, to=told.to(), item=item, version=version)
        return Sentence(text, (*_lines(told), *standing), facts_of(told))

    return tell


def _lines(told: Told) -> tuple[str, ...]:
    group = told.groups.get(GROUP_OF_RECORD[told.act.kind])
    return record_lines(group) if group is not None else sealed_lines(told)


TELL_RECORD: Final[dict[str, Callable[[Told], Sentence]]] = {
    "track_query": _track_query,
    "track_reply": _track_reply,
    "authority_scope": _with("{who} told {to} for whom it speaks ({item})."),
    "intent": _intent,
    "red_line": _with("{who} declared a red line to {to} ({item}).", "Its receipt is not its acceptance."),
    "zone": _with("{who} told {to} of a zone ({item})."),
    "zone_reply": _with("{who} said to {to} what it holds of the zone {item}, version {version}."),
    "consent": _with("{who} told {to} whether its nation consents ({item})."),
    "incident": _with("{who} recorded an incident with {to} ({item})."),
    "account": _with("{who} gave its own account of the incident {item} to {to}."),
    "series": _with("{who} gave {to} a series of its own counts ({item})."),
    "report": _with("{who} entered with {to} what an outlet reports ({item})."),
    "statement": _with("{who} proposed a statement to {to} ({item}).", "Nothing is published by it."),
    "statement_sign": _with("{who} told {to} what it signs of the statement {item}, version {version}."),
}
"""The sentence of each kind of record and reply."""
assert TELL_RECORD.keys() == {*RECORDS, *REPLIES_TO}, "each has its sentence"
