"""Records in the reader's view: what was said in each version, and what each party has replied, side by side.

Nothing is merged and nothing is derived here: two parties' words about one thing stay two (N8).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from msgspec import UNSET
from rpds import HashTrieMap

from wellclear.domain.entry import Act, Precedence
from wellclear.domain.parts import Group
from wellclear.picture.picture import Picture


@dataclass(frozen=True, slots=True)
class Reply:
    """What one desk has said of a record: which version it had before it, and what of it could be opened here."""

    index: int
    kind: str
    party: str
    desk: str
    version: int
    moment_us: int
    groups: HashTrieMap[str, Group] = field(default_factory=HashTrieMap)


@dataclass(frozen=True, slots=True)
class RecordVersion:
    """One version of a record: its envelope, the parties that each part names, and what could be opened here."""

    version: int
    index: int
    moment_us: int
    desk: str
    to: tuple[str, ...]
    precedence: Precedence
    keep_until_day: int
    shown_to: tuple[tuple[str, ...], ...]
    groups: HashTrieMap[str, Group] = field(default_factory=HashTrieMap)


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record by its id: its versions, the replies by the index of their entry, and when it was called off."""

    id: str
    kind: str
    party: str
    versions: HashTrieMap[int, RecordVersion]
    newest: int = 1
    replies: HashTrieMap[int, Reply] = field(default_factory=HashTrieMap)
    ended_us: int | None = None

    @property
    def current(self) -> RecordVersion:
        """The newest version."""
        return self.versions[self.newest]

    def told(self) -> list[Reply]:
        """The replies in the order of the log."""
        return [reply for _, reply in sorted(self.replies.items())]


def announced(
    records: HashTrieMap[str, RecordView], index: int, act: Act, picture: Picture
) -> HashTrieMap[str, RecordView]:
    """A new record."""
    assert act.id is not UNSET, "the public fold has seen it"
    first = _version(act.id, index, act, picture)
    return records.insert(act.id, RecordView(act.id, act.kind, act.party, HashTrieMap({1: first})))


def amended(
    records: HashTrieMap[str, RecordView], index: int, act: Act, picture: Picture
) -> HashTrieMap[str, RecordView]:
    """The next version of a record."""
    assert act.subject is not UNSET, "the public fold has seen it"
    record, version = records[act.subject.id], _version(act.subject.id, index, act, picture)
    versions = record.versions.insert(version.version, version)
    return records.insert(record.id, replace(record, versions=versions, newest=version.version))


def _version(id_: str, index: int, act: Act, picture: Picture) -> RecordVersion:
    row = picture.items[id_]
    return RecordVersion(
        version=row.version, index=index, moment_us=picture.now_us, desk=row.desk, to=tuple(act.to),
        precedence=act.precedence, keep_until_day=row.keep_until,
        shown_to=tuple(tuple(part.to) if part.to is not UNSET else () for part in act.parts),
    )  # fmt: skip


def replied(
    records: HashTrieMap[str, RecordView], index: int, act: Act, picture: Picture
) -> HashTrieMap[str, RecordView]:
    """A party's word on a record that this reader may not know; then nothing."""
    assert act.subject is not UNSET and act.desk is not UNSET, "the public fold has seen both"
    reply = Reply(index, act.kind, act.party, act.desk, act.subject.version, picture.now_us)
    return _changed(records, act.subject.id, lambda one: replace(one, replies=one.replies.insert(index, reply)))


def ended(records: HashTrieMap[str, RecordView], act: Act, picture: Picture) -> HashTrieMap[str, RecordView]:
    """Its author has called a record off."""
    assert act.subject is not UNSET, "the public fold has seen it"
    return _changed(records, act.subject.id, lambda one: replace(one, ended_us=picture.now_us))


def opened(records: HashTrieMap[str, RecordView], item: str, index: int, group: Group) -> HashTrieMap[str, RecordView]:
    """A field group of a record's version, or of a reply, has been opened."""

    def take(one: RecordView) -> RecordView:
        reply = one.replies.get(index)
        if reply is not None:
            with_it = replace(reply, groups=reply.groups.insert(group.group, group))
            return replace(one, replies=one.replies.insert(index, with_it))
        for number, version in one.versions.items():
            if version.index == index:
                told = replace(version, groups=version.groups.insert(group.group, group))
                return replace(one, versions=one.versions.insert(number, told))
        return one

    return _changed(records, item, take)


def _changed(
    records: HashTrieMap[str, RecordView], item: str, change: Callable[[RecordView], RecordView]
) -> HashTrieMap[str, RecordView]:
    record = records.get(item)
    return records if record is None else records.insert(item, change(record))
