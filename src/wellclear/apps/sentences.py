"""One plain English sentence for each entry, with its details: who told whom what.

Everything is rendered from the entry itself. Nothing here judges: no party is called right or wrong, and nobody is
ranked. What this reader may not open is told as sealed, with the reason. Channel matters are in `sentences_channel`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import msgspec
from msgspec import UNSET

from wellclear.apps.figures import (
    PRECEDENCE_WORDS,
    bare_height,
    flat_differences,
    height,
    length,
    listed,
    moment,
    place,
    starts_and_end,
    took,
    volume_differences,
    volume_lines,
    words,
)
from wellclear.domain.agreement import Settings
from wellclear.domain.entry import Act, Entry, Wire
from wellclear.domain.kinds import OfDesk, Receipt, public_of
from wellclear.domain.parts import (
    Findings,
    Message,
    Nature,
    Readback,
    ReadbackRow,
    ReadbackWrong,
    RequestDetails,
    Rest,
    Safety,
    Units,
    Volumes,
)
from wellclear.domain.parts import Group as PartGroup
from wellclear.picture.picture import Picture, Step
from wellclear.picture.rows import OwedRow, answer_id
from wellclear.picture.view_states import LeadFlag, lead_flag


@dataclass(frozen=True, slots=True)
class Spoken:
    """One version of an item as this reader knows it."""

    index: int
    moment_us: int
    act: Act
    groups: Mapping[str, PartGroup]
    terms: Settings | None


@dataclass(slots=True)
class Memory:
    """What earlier entries said, so that later ones can be told in full."""

    reader: str
    versions: dict[tuple[str, int], Spoken] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)
    proposals: dict[str, tuple[int, str]] = field(default_factory=dict)
    settings: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """One entry with all that is needed to tell it. `closed` says why a field group of it is not open."""

    entry: Entry
    before: Picture
    step: Step
    groups: Mapping[str, PartGroup]
    closed: Mapping[str, str]
    memory: Memory

    @property
    def act(self) -> Act:
        return self.entry.act

    @property
    def index(self) -> int:
        return self.before.size

    @property
    def now_us(self) -> int:
        return self.step.picture.now_us

    @property
    def who(self) -> str:
        return self.act.desk if self.act.desk is not UNSET else self.act.party

    @property
    def public(self) -> Wire | None:
        return public_of(self.act)

    @property
    def about(self) -> tuple[str, int]:
        """Item and version that the entry speaks of: its own new one, or its subject."""
        if self.act.subject is not UNSET:
            return self.act.subject.id, self.act.subject.version
        return (self.act.id if self.act.id is not UNSET else ""), 1

    def to(self) -> str:
        return listed(self.act.to)

    @property
    def officer(self) -> str:
        """The watch officer who spoke, with the desk: `W1 at SOUTHLAND/OPS`."""
        by = self.persons("watch_officer")
        return f"{by} at {self.who}" if by else self.who

    def persons(self, role: str) -> str:
        """The persons of a role behind the entry, by handle."""
        keys = [approval.key for approval in self.entry.approvals if approval.role == role]
        rows = [self.before.keys.get(key) for key in keys]
        return listed([row.person.partition("/")[2] for row in rows if row is not None and row.person is not UNSET])


@dataclass(frozen=True, slots=True)
class Sentence:
    """The sentence, lines of detail below it, and the same as facts for a program."""

    text: str
    details: tuple[str, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)


def notice(told: Told) -> Sentence:
    """notice: who will be active, where, how high, when, and who was told."""
    item, _ = told.about
    nature = told.groups.get("category")
    kind = f", {words(nature.category)}," if isinstance(nature, Nature) else ""
    text = f"{told.who} announced {item}{kind} to {told.to()}; {PRECEDENCE_WORDS[told.act.precedence]}."
    return Sentence(text, (*_released(told), *_content(told), *_lead_at_best(told), _kept(told)), _facts(told))


def amend(told: Told) -> Sentence:
    """amend: the next version, told by its differences."""
    item, version = told.about
    text = f"{told.who} amended {item} to version {version} and told {told.to()}."
    old = told.memory.versions.get((item, version - 1))
    lines = _differences(told, old) if old is not None else list(_content(told))
    return Sentence(text, (*_released(told), *lines), _facts(told))


def ended(told: Told) -> Sentence:
    """cancel, complete."""
    item, version = told.about
    verb = "cancelled" if told.act.kind == "cancel" else "reported the end of"
    text = f"{told.who} {verb} {item} (version {version}) and told {told.to()}."
    return Sentence(text, _released(told), _facts(told))


def safety(told: Told) -> Sentence:
    """safety: its clear code first, whatever else is sealed."""
    item, _ = told.about
    code = words(str(told.act.code)).upper()
    text = (
        f"{told.who} sent the safety message {item}, {code}, to {told.to()}; {PRECEDENCE_WORDS[told.act.precedence]}."
    )
    lines = [f"Sent by {told.persons('watch_officer')}."]
    group = told.groups.get("safety")
    if isinstance(group, Safety):
        if group.lat_e7 is not UNSET and group.lon_e7 is not UNSET:
            lines.append(f"At {place(group.lat_e7, group.lon_e7)}.")
        lines += [f"{name}: {value}." for name, value in (("Who", group.who), ("Call sign", group.call_sign)) if value]
        if group.until_us is not UNSET:
            lines.append(f"Until {moment(group.until_us)}.")
        if group.text is not UNSET:
            lines.append(f"Text: {group.text}")
        if group.volumes is not UNSET:
            lines += volume_lines(group.volumes)
    return Sentence(text, (*lines, *_sealed(told)), _facts(told))


def receipt(told: Told) -> Sentence:
    """receipt: which entries a party's machine has, and which did not open."""
    body = told.public
    assert isinstance(body, Receipt), "the fold has taken it"
    party, said, indices = told.act.party, [], []
    for change in told.step.changes:
        if change.table == "owed" and isinstance(change.row, OwedRow) and change.row.received_us is not UNSET:
            index = int(change.id.partition("/")[0])
            indices.append(index)
            after = took(change.row.received_us - change.row.start_us)
            said.append(f"{told.memory.labels.get(index, 'an entry')} (entry {index}), {after} after it was sent")
    shut = list(body.not_opened) if body.not_opened is not UNSET else []
    lines = [f"Not opened: entry {row.index}, {words(row.why)}." for row in shut]
    what = "; ".join(said) if said else f"everything addressed to it up to entry {body.through}, nothing of it new"
    return Sentence(f"{party}'s node received {what}.", tuple(lines), _facts(told) | {"received": indices})


def ack(told: Told) -> Sentence:
    """ack: a person has read it and read it back; how long that took, and what lead time it left."""
    item, version = told.about
    spoken = told.memory.versions.get((item, version))
    answer = answer_id(item, version, told.who)
    since = f", {took(told.now_us - spoken.moment_us)} after it was sent" if spoken is not None else ""
    text = f"{told.officer} acknowledged {item} version {version}{since}."
    newest = told.step.picture.items.get(item)
    lines = []
    if newest is not None and newest.version > version:
        lines.append(f"Not version {newest.version}, which is the newest.")
    group = told.groups.get("readback")
    if isinstance(group, Readback):
        datums = _datums(spoken)
        for number, row in enumerate(group.volumes):
            name = f"volume {number + 1}: " if len(group.volumes) > 1 else ""
            lines.append(_readback_line(name, row, datums[number] if number < len(datums) else ""))
    facts = dict(_facts(told)) | {"answer": answer}
    if spoken is not None:
        flag = lead_time(spoken, told.now_us)
        if flag is not None:
            lines.append(f"{flag[0][0].upper()}{flag[0][1:]}.")
            facts |= {"lead_time_us": flag[1], "lead_time_flag": flag[2]}
    return Sentence(text, (*lines, *_sealed(told)), facts)


def confirm(told: Told) -> Sentence:
    """confirm, readback_wrong: the announcer's word on a read-back."""
    item, version = told.about
    body = told.public
    desk = body.desk if isinstance(body, OfDesk) else "the desk"
    if told.act.kind == "confirm":
        text = f"{told.officer} confirmed the read-back of {desk} for {item} version {version}."
        return Sentence(text, (), _facts(told))
    group = told.groups.get("readback_wrong")
    lines = []
    if isinstance(group, ReadbackWrong):
        lines = [
            f"Volume {row.volume + 1}, {row.field}: said {row.said}, read back {row.read}." for row in group.differences
        ]
    text = f"{told.officer} told {desk} that its read-back of {item} version {version} differs from what was said."
    return Sentence(text, (*lines, *_sealed(told)), _facts(told))


def passed(told: Told) -> Sentence:
    """passed_to_units."""
    item, version = told.about
    group = told.groups.get("units")
    how = f" down to {group.echelon} at {moment(group.at_us)}" if isinstance(group, Units) else ""
    return Sentence(f"{told.officer} passed {item} version {version} to its units{how}.", _sealed(told), _facts(told))


def request(told: Told) -> Sentence:
    """request: asked of the announcer about one version of its notice."""
    subject = told.act.subject
    assert subject is not UNSET, "the fold has taken it"
    what = "another height" if told.act.code == "altitude" else "a later start"
    about = f"{subject.id} version {subject.version} (request {told.act.id})"
    text = f"{told.officer} asked {told.to()} for {what} of {about}."
    group = told.groups.get("request")
    lines = []
    if isinstance(group, RequestDetails):
        datum = group.datum if group.datum is not UNSET else "datum not stated"
        faces = [("from", group.lower_mm), ("to", group.upper_mm)]
        asked = " ".join(f"{name} {height(face, datum)}" for name, face in faces if face is not UNSET)
        lines += [f"Asked for: {asked}."] if asked else []
        lines += [f"Asked for: a start at {moment(group.start_us)}."] if group.start_us is not UNSET else []
    return Sentence(text, (*lines, *_sealed(told)), _facts(told))


def request_answered(told: Told) -> Sentence:
    """comply, unable."""
    item, _ = told.about
    if told.act.kind == "comply":
        return Sentence(f"{told.officer} answered request {item}: it will comply.", (), _facts(told))
    return Sentence(f"{told.officer} answered request {item}: unable, {words(str(told.act.code))}.", (), _facts(told))


def message(told: Told) -> Sentence:
    """message: free text in the sender's words."""
    text = f"{told.officer} wrote to {told.to()} ({told.act.id})."
    group = told.groups.get("message")
    if isinstance(group, Message):
        about = f"About {group.about}. " if group.about is not UNSET else ""
        return Sentence(text, (f"{about}In the sender's words ({group.language}): “{group.text}”",), _facts(told))
    return Sentence(text, _sealed(told), _facts(told))


def finding(told: Told) -> Sentence:
    """finding: what one party's engine computed of pairs of notices, with the figures."""
    group = told.groups.get("finding")
    text = f"{told.who}'s node logged what it computed, for {told.to()}."
    if not isinstance(group, Findings):
        return Sentence(text, _sealed(told), _facts(told))
    lines = [f"Engine {group.engine}, minima of agreement version {group.agreement}."]
    for row in group.rows:
        verdict = "conflict" if row.verdict == "conflict" else "possible conflict"
        pair = f"{row.a} version {row.a_version} and {row.b} version {row.b_version}"
        if row.verdict == "none":  # its figures are those of the verdict that it takes back
            lines.append(f"{pair}: no conflict any more.")
            continue
        apart = f"{length(row.lateral_mm)} sideways, {length(row.vertical_mm)} in height, {took(row.time_us)} in time"
        lines.append(
            f"{pair}: {verdict}; apart by {apart}; "
            f"{moment(row.start_us)} to {moment(row.end_us)} at {place(row.lat_e7, row.lon_e7)}."
        )
    if group.more is not UNSET and group.more:
        lines.append(f"{group.more} further pairs were counted, not listed.")
    return Sentence(text, tuple(lines), _facts(told))


def lead_time(spoken: Spoken, moment_us: int) -> tuple[str, int, LeadFlag] | None:
    """Words, microseconds and flag of what is left before the start (R7); None where the times are sealed."""
    volumes = spoken.groups.get("volume")
    window = starts_and_end(volumes.volumes) if isinstance(volumes, Volumes) else None
    if window is None or spoken.terms is None:
        return None
    lead_us, terms = window[0] - moment_us, spoken.terms
    nature = spoken.groups.get("category")
    least_us = terms.lead_time_us(nature.category) if isinstance(nature, Nature) else 0
    flag = lead_flag(moment_us, *window, terms, least_us)
    lead = f"lead time {took(lead_us)}"
    said = {
        "AFTER": f"it had ended {took(moment_us - window[1])} before",
        "IN_PROGRESS": f"it had begun {took(-lead_us)} before",
        "NO_REACTION_TIME": f"{lead}: NO REACTION TIME, under {took(terms.no_reaction_us)}",
        "SHORT": f"{lead}: SHORT, where {took(max(terms.short_us, least_us))} are agreed",
        "AGREED": f"{lead}, as agreed",
    }
    return said[flag], lead_us, flag


def _lead_at_best(told: Told) -> list[str]:
    flag = lead_time(spoken_of(told), told.now_us)
    return [f"At best, if acknowledged at once: {flag[0]}."] if flag is not None else []


def spoken_of(told: Told) -> Spoken:
    """This entry as a version to be remembered."""
    picture = told.step.picture
    terms = picture.terms if picture.agreement else None
    return Spoken(told.index, told.now_us, told.act, told.groups, terms)


def _released(told: Told) -> tuple[str, ...]:
    by = told.persons("release_authority")
    drafter = told.persons("drafter")
    return (f"Released by {by}{f', drafted by {drafter}' if drafter else ''}.",) if by else ()


def _content(told: Told) -> list[str]:
    lines = []
    volumes, nature, rest = (told.groups.get(name) for name in ("volume", "category", "rest"))
    if isinstance(volumes, Volumes):
        lines += volume_lines(volumes.volumes)
    if isinstance(nature, Nature) and nature.contact is not UNSET:
        lines.append(f"Contact: {nature.contact}.")
    if isinstance(rest, Rest):
        said = [f"{words(name)} {value}" for name, value in _plain(rest).items()]
        lines += [f"Also announced: {', '.join(said)}."] if said else []
    return lines + list(_sealed(told))


def _kept(told: Told) -> str:
    return f"Kept in the picture until {told.act.keep_until}."


def _plain(group: Wire) -> dict[str, object]:
    return {name: value for name, value in msgspec.to_builtins(group).items() if name != "group"}


def _sealed(told: Told) -> tuple[str, ...]:
    """Why something is not told, once for all groups with the same reason."""
    reasons: dict[str, list[str]] = {}
    for name, why in told.closed.items():
        reasons.setdefault(why, []).append(words(name))
    return tuple(f"Sealed ({', '.join(names)}): {why}." for why, names in reasons.items())


def _differences(told: Told, old: Spoken) -> list[str]:
    lines = []
    for name in ("volume", "category", "rest"):
        was, now = old.groups.get(name), told.groups.get(name)
        if isinstance(was, Volumes) and isinstance(now, Volumes):
            lines += volume_differences(was.volumes, now.volumes)
        elif was is not None and now is not None:
            lines += flat_differences(_plain(was), _plain(now))
        elif now is not None:
            lines.append(f"The {name} of the version before is sealed; what changed in it cannot be told.")
    act, before = told.act, old.act
    if list(act.to) != list(before.to):
        lines.append(f"It was addressed to {listed(before.to)}, is to {listed(act.to)}.")
    if act.precedence != before.precedence:
        lines.append(f"It was {PRECEDENCE_WORDS[before.precedence]}, is {PRECEDENCE_WORDS[act.precedence]}.")
    return (lines or ["Nothing that is open here was changed."]) + list(_sealed(told)) + _lead_at_best(told)


def _datums(spoken: Spoken | None) -> list[str]:
    """What the heights of a version are measured from, volume by volume; nothing where that is sealed."""
    volumes = spoken.groups.get("volume") if spoken is not None else None
    return [str(fields.get("datum", "")) for fields in volumes.volumes] if isinstance(volumes, Volumes) else []


def _readback_line(name: str, row: ReadbackRow, datum: str) -> str:
    """Heights in the datum of what was said: a read-back carries none of its own."""
    known = [face if face is not UNSET else None for face in (row.lower_mm, row.upper_mm)]
    faces = ["unbounded" if face is None else height(face, datum) if datum else bare_height(face) for face in known]
    where = place(row.lat_e7, row.lon_e7)
    return f"Read back: {name}{where}, {faces[0]} to {faces[1]}, start {moment(row.start_us)}."


def _facts(told: Told) -> dict[str, object]:
    act = told.act
    facts: dict[str, object] = {"to": list(act.to), "precedence": act.precedence}
    item, version = told.about
    if item:
        facts |= {"item": item, "version": version}
    if act.id is not UNSET:
        facts["id"] = act.id
    if act.code is not UNSET:
        facts["code"] = act.code
    if told.groups:
        facts["opened"] = {name: _plain(group) for name, group in told.groups.items()}
    if told.closed:
        facts["sealed"] = dict(told.closed)
    return facts


TELL: dict[str, Callable[[Told], Sentence]] = {
    "notice": notice,
    "amend": amend,
    "cancel": ended,
    "complete": ended,
    "safety": safety,
    "receipt": receipt,
    "ack": ack,
    "confirm": confirm,
    "readback_wrong": confirm,
    "passed_to_units": passed,
    "request": request,
    "comply": request_answered,
    "unable": request_answered,
    "message": message,
    "finding": finding,
}
"""The sentence of each kind that is business between desks."""
