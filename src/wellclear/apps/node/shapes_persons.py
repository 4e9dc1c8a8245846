"""The shapes of what the local API tells of persons, their keys and desks; part of `shapes`."""

from __future__ import annotations

from typing import NotRequired, TypedDict


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


class Officer(TypedDict):
    """A person on a roster."""

    person: str
    key: str
    roles: list[str]


class DeskRow(TypedDict):
    """A desk on a roster, and for which one it stands in."""

    desk: str
    stands_in: NotRequired[str]


class Preview(Doubtful):
    """What would become doubtful if this key were revoked now, as lost at entry `since`."""

    key: str
    since: int
