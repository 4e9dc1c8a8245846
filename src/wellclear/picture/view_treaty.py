"""How a zone stands for a reader, and what a host nation has last said of a version; derived, and never from silence.

A zone is agreed only while every party that its current version was told to concurs in that very version; a renewal
starts as a claim again (R30, N3). Nothing here is stored, and no moment makes agreement: time can only end a zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from wellclear.domain.names import party_of_desk
from wellclear.domain.treaty import Consent, HostConsent, Position, Zone, ZoneReply
from wellclear.picture.picture import Picture
from wellclear.picture.view_records import RecordView

ZoneState = Literal["agreed", "disputed", "claimed", "ended"]


@dataclass(frozen=True, slots=True)
class ZoneStanding:
    """The state of a zone, and each party that the current version was told to, once, by what it says of that version.

    `unread` have said something that is not open to this reader, which is consent as little as silence is.
    """

    state: ZoneState
    concurs: tuple[str, ...]
    disputes: tuple[str, ...]
    silent: tuple[str, ...]
    unread: tuple[str, ...]


def zone_standing(record: RecordView, now_us: int) -> ZoneStanding:
    """How a zone stands at a moment; the newest word of each party about the current version counts, and no other."""
    told_to = sorted({party_of_desk(desk) for desk in record.current.to} - {record.party})
    newest: dict[str, Position | None] = {}
    for reply in record.told():
        if reply.version == record.newest:
            group = reply.groups.get("zone_reply")
            newest[reply.party] = group.position if isinstance(group, ZoneReply) else None
    concurs, disputes = (
        tuple(party for party in told_to if party in newest and newest[party] == said)
        for said in ("concurs", "disputes")
    )
    silent = tuple(party for party in told_to if party not in newest)
    unread = tuple(party for party in told_to if party in newest and newest[party] is None)
    state: ZoneState = "claimed"
    if is_over(record, now_us):
        state = "ended"
    elif disputes:
        state = "disputed"
    elif told_to and len(concurs) == len(told_to):
        state = "agreed"
    return ZoneStanding(state, concurs, disputes, silent, unread)


def is_over(record: RecordView, now_us: int) -> bool:
    """Whether a zone was called off, or the end that its current version names has come."""
    zone = record.current.groups.get("zone")
    return record.ended_us is not None or (isinstance(zone, Zone) and zone.end_us <= now_us)


@dataclass(frozen=True, slots=True)
class ConsentWord:
    """What one host nation has last said of one version of a notice, and in which record."""

    nation: str
    consent: Consent
    record: str
    index: int
    moment_us: int


@dataclass(frozen=True, slots=True)
class ConsentWords:
    """The newest word of each nation by notice and version, and by nation its newest that is not open to the reader.

    What a sealed word is about is sealed as well: it may take back whatever stands here from before it.
    """

    newest: Mapping[tuple[str, int], Mapping[str, ConsentWord]]
    sealed: Mapping[str, int]

    def of(self, item: str, version: int) -> Mapping[str, ConsentWord]:
        """What has been said of a version, by nation."""
        return self.newest.get((item, version), {})

    def may_be_older(self, nation: str, word: ConsentWord | None) -> bool:
        """Whether the nation has said something after this word that the reader cannot open."""
        return self.sealed.get(nation, -1) > (-1 if word is None else word.index)


def consent_words(records: Iterable[RecordView]) -> ConsentWords:
    """What host nations have said, as far as it is open to the reader."""
    newest: dict[tuple[str, int], dict[str, ConsentWord]] = {}
    sealed: dict[str, int] = {}
    for record in sorted((one for one in records if one.kind == "consent"), key=lambda one: one.current.index):
        said, group = record.current, record.current.groups.get("consent")
        if isinstance(group, HostConsent):
            word = ConsentWord(record.party, group.consent, record.id, said.index, said.moment_us)
            newest.setdefault((group.about, group.version), {})[record.party] = word
        else:
            sealed[record.party] = said.index
    return ConsentWords(newest, sealed)


def nations_with_a_desk(picture: Picture) -> tuple[str, ...]:
    """The members that can say what their nation consents to; where there are none, no desk speaks for it."""
    with_desk = {row.party for _, row in picture.desks.items()}
    return tuple(
        name
        for name, row in sorted(picture.parties.items())
        if row.state == "member" and "host_nation" in row.roles and name in with_desk
    )
