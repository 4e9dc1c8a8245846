"""The shapes of what the local API tells of persons, their keys and desks; part of `shapes`."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class DoubtRow(TypedDict):
    """An entry that a lost key has linked or approved, and why it is doubtful; it stands all the same."""

    index: int
    kind: str
    party: str
    desk: str
    item: str
    version: int
    why: list[str]
    said_us: NotRequired[int]
    said: NotRequired[str]


class Doubtful(TypedDict):
    """How many entries are doubtful, and the newest of them that persons answer for."""

    count: int
    rows: list[DoubtRow]


class AwayRow(TypedDict):
    """A time in which a person is away, and who stands for that person."""

    start_us: int
    end_us: int
    deputy: NotRequired[str]
    start: NotRequired[str]
    end: NotRequired[str]


class Officer(TypedDict):
    """A person on a roster; on the board also whether that person is on duty now, and for whom it stands."""

    person: str
    key: str
    roles: list[str]
    away: NotRequired[AwayRow]
    on_duty: NotRequired[Literal["yes", "no"]]
    stands_for: NotRequired[list[str]]


class DeskRow(TypedDict):
    """A desk on a roster, and for which one it stands in."""

    desk: str
    stands_in: NotRequired[str]


class Preview(Doubtful):
    """What would become doubtful if this key were revoked now, as lost at entry `since`."""

    key: str
    since: int


class PartyKey(TypedDict):
    """A key of the own party, since and until which entry it counts, and its fingerprint."""

    key: str
    spoken: str
    party: str
    use: str
    state: Literal["live", "replaced", "revoked"]
    since: int
    until: NotRequired[int]
    person: NotRequired[str]


class PartyKeys(TypedDict):
    """All of them, the oldest first."""

    keys: list[PartyKey]
