"""What each field group of a record says, in words: a few lines, alike in timeline, board, page and command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import UNSET

from wellclear.apps.figures import listed, volume_lines, words
from wellclear.domain.incidents import Account, Incident, Report, Series, Tally
from wellclear.domain.measures import duration, height, length, moment, place
from wellclear.domain.parts import Group
from wellclear.domain.records import Answer, AuthorityScope, Intent, IntentCode, Track, TrackReply, Unit
from wellclear.domain.statements import Outcome, Statement, StatementSign
from wellclear.domain.treaty import Consent, HostConsent, Limit, Position, RedLine, Zone, ZoneReply

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
POSITIONS: Final[dict[Position, str]] = {"concurs": "CONCURS", "disputes": "DISPUTES IT"}
CONSENTS: Final[dict[Consent, str]] = {
    "consents": "CONSENTS",
    "does_not_consent": "DOES NOT CONSENT",
    "withdraws": "WITHDRAWS ITS CONSENT",
}
OUTCOMES: Final[dict[Outcome, str]] = {
    "statement": "a statement",
    "no_statement": "no statement",
    "neither_confirm_nor_deny": "neither to confirm nor to deny",
}


def record_lines(group: Group) -> tuple[str, ...]:
    """The lines of a group; none for what is no record's."""
    tell = _LINES.get(type(group))
    return tell(group) if tell is not None else ()


def _track(track: Track) -> tuple[str, ...]:
    said = [f"{words(track.mover)}, at {place(track.lat_e7, track.lon_e7)}, {moment(track.at_us)}"]
    if track.uncertainty_mm is not UNSET:
        said.append(f"within {length(track.uncertainty_mm)}")
    if track.height_mm is not UNSET and track.datum is not UNSET:
        said.append(height(track.height_mm, track.datum))
    if track.course_deg is not UNSET:
        said.append(f"course {track.course_deg:03d}")
    if track.speed_mm_s is not UNSET:
        said.append(f"{length(track.speed_mm_s)} a second")
    return (f"Seen: {', '.join(said)}.",)


def _track_reply(reply: TrackReply) -> tuple[str, ...]:
    with_whom = f"Checked with {listed(reply.checked_with)}." if reply.checked_with else "Checked with nobody."
    return f"{ANSWERS[reply.answer]}.", with_whom


def _scope(scope: AuthorityScope) -> tuple[str, ...]:
    return (*(_unit(unit) for unit in scope.units), "For anybody else no desk speaks here.")


def _unit(unit: Unit) -> str:
    stops = "which it can stop" if unit.can_stop == "yes" else "which it cannot stop"
    return f"{unit.unit} ({words(unit.sort)}), {stops}."


def _intent(said: Intent) -> tuple[str, ...]:
    about = f" (about {said.about})" if said.about is not UNSET else ""
    return (f"{INTENTS[said.intent]}{about}",)


def _red_line(line: RedLine) -> tuple[str, ...]:
    said = f"In its own words ({line.language}): {line.text}"
    if line.trigger is UNSET:
        return said, "It has no trigger: people judge by its words alone."
    return said, f"Its trigger asks for: {listed(sorted(map(str, line.trigger)))}."


def _zone(zone: Zone) -> tuple[str, ...]:
    lines = [f"{words(zone.sort).capitalize()} {zone.name}, from {moment(zone.start_us)} to {moment(zone.end_us)}."]
    lines += volume_lines(zone.volumes)
    if zone.minima is not UNSET:
        far = f"{length(zone.minima.lateral_mm)}, {length(zone.minima.vertical_mm)}, {duration(zone.minima.time_us)}"
        lines.append(f"Whatever comes nearer than {far} counts as in it.")
    return (*lines, *(f"Limit: {limit_words(limit)}." for limit in zone.limits))


def limit_words(limit: Limit) -> str:
    """One limit of a zone, with its number where it has one."""
    return limit.text if limit.at_most is UNSET else f"{limit.text}: at most {limit.at_most:,}"


def _zone_reply(reply: ZoneReply) -> tuple[str, ...]:
    return (f"{POSITIONS[reply.position]}.", *_own_words(reply.language, reply.text))


def _consent(said: HostConsent) -> tuple[str, ...]:
    return (f"{CONSENTS[said.consent]} to {said.about}, version {said.version}.",)


def _incident(event: Incident) -> tuple[str, ...]:
    where = f"{place(event.lat_e7, event.lon_e7)} ({event.place_precision})"
    line = f"{words(event.sort).capitalize()}, at {where}, {moment(event.at_us)} ({event.time_precision})."
    return (line, f"It may concern {listed(event.about)}.") if event.about else (line,)


def _account(told: Account) -> tuple[str, ...]:
    return (
        *_own_words(told.language, told.text),
        *(f"{tally.what}: {_range(tally)}." for tally in told.tallies),
        *(f"Evidence it holds: {one.what} (SHA-256 {one.sha256[:16]}...)." for one in told.evidence),
    )


def _range(tally: Tally) -> str:
    return f"{tally.at_least:,}" if tally.at_least == tally.at_most else f"{tally.at_least:,} to {tally.at_most:,}"


def _series(series: Series) -> tuple[str, ...]:
    total = sum(row.count for row in series.rows)
    days = sorted({row.day for row in series.rows})
    counted = f"{series.name}: {total:,} from {days[0]} to {days[-1]}, in {len(series.rows)} rows."
    return counted, f"What it counts ({series.language}): {series.definition}"


def _report(report: Report) -> tuple[str, ...]:
    record = {"yes": "on the record", "no": "off the record", "not stated": "record not said"}[report.on_record]
    behind = [f"{name} {value}" for name, value in (("agency", report.agency), ("speaker", report.speaker)) if value]
    when = [f"{name} {day}" for name, day in (("said", report.said), ("printed", report.printed)) if day]
    head = ", ".join([report.outlet, *behind, record, *when])
    return f"{head}.", *(f"Claim: {claim}" for claim in report.claims)


def _statement(statement: Statement) -> tuple[str, ...]:
    lines = [f"Outcome: {OUTCOMES[statement.outcome]}."]
    for number, sentence in enumerate(statement.sentences, start=1):
        lines += [f"{number}. ({wording.language}) {wording.text}" for wording in sentence.words]
    return tuple(lines)


def _statement_sign(signed: StatementSign) -> tuple[str, ...]:
    agrees = "Agrees to the outcome" if signed.agrees == "yes" else "Does not agree to the outcome"
    if not signed.sentences:
        return (f"{agrees}; signs no sentence.",)
    which = listed([str(number) for number in signed.sentences])
    return (f"{agrees}; signs sentence{'s' if len(signed.sentences) > 1 else ''} {which}.",)


def _own_words(language: object, text: object) -> tuple[str, ...]:
    return (f"In its own words ({language}): {text}",) if text is not UNSET else ()


_LINES: Final[Mapping[type, Callable[[Any], tuple[str, ...]]]] = {
    Track: _track, TrackReply: _track_reply, AuthorityScope: _scope, Intent: _intent, RedLine: _red_line,
    Zone: _zone, ZoneReply: _zone_reply, HostConsent: _consent, Incident: _incident, Account: _account,
    Series: _series, Report: _report, Statement: _statement, StatementSign: _statement_sign,
}  # fmt: skip
