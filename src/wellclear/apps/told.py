"""What is told: an entry with all that a sentence about it needs, and the sentence that comes of it.

A reader remembers what earlier entries said, so that an answer can be told with what it answers. What this reader may
not open stays closed, and why is said beside what can be told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec
from msgspec import UNSET

from wellclear.apps.figures import listed, starts_and_end, words
from wellclear.domain.agreement import Settings
from wellclear.domain.entry import Act, Entry, Wire
from wellclear.domain.kinds import public_of
from wellclear.domain.measures import took
from wellclear.domain.parts import Group as PartGroup
from wellclear.domain.parts import Nature, Volumes
from wellclear.picture.picture import Picture, Step
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


def spoken_of(told: Told) -> Spoken:
    """This entry as a version to be remembered."""
    picture = told.step.picture
    terms = picture.terms if picture.agreement else None
    return Spoken(told.index, told.now_us, told.act, told.groups, terms)


def members_of(group: Wire) -> dict[str, object]:
    """The members of a field group by name."""
    return {name: value for name, value in msgspec.to_builtins(group).items() if name != "group"}


def sealed_lines(told: Told) -> tuple[str, ...]:
    """Why something is not told, once for all groups with the same reason."""
    reasons: dict[str, list[str]] = {}
    for name, why in told.closed.items():
        reasons.setdefault(why, []).append(words(name))
    return tuple(f"Sealed ({', '.join(names)}): {why}." for why, names in reasons.items())


def facts_of(told: Told) -> dict[str, object]:
    """What every sentence says for programs too."""
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
        facts["opened"] = {name: members_of(group) for name, group in told.groups.items()}
    if told.closed:
        facts["sealed"] = dict(told.closed)
    return facts
