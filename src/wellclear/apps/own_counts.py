"""Counts of both sides beside each other, and beside those of others, by day, place and type (R36, N8).

A column is one source's count by one definition: a party's own, out of what it declared in the channel, or a series
that this home has imported. Columns are never added. Where two parties count the same day, place and type by the same
words, the difference is told; a count of others stands beside them and is part of no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wellclear.interop.events.counts import Step, Tally, bin_of, dated_words
from wellclear.interop.events.event import Event

Key = tuple[str, str, str]
"""Day, place and type, as the source writes them but for the blanks around and between words."""


@dataclass(slots=True)
class Counted:
    """One source by one definition. `party` is empty for others; `revised` are keys whose count was another before.

    `apart` are events of a series that stand in no row, by the reason; `entries` are those of the channel's log.
    """

    name: str
    by: str
    definition: str
    party: str = ""
    counts: dict[Key, int] = field(default_factory=dict)
    revised: dict[Key, list[int]] = field(default_factory=dict)
    apart: dict[str, int] = field(default_factory=dict)
    entries: list[int] = field(default_factory=list)


def key_of(day: str, place: str, kind: str) -> Key:
    """Where a count stands."""
    return day, " ".join(place.split()), " ".join(kind.split())


def own_counts(records: Iterable[Mapping[str, Any]]) -> list[Counted]:
    """A column for each party and definition among the declared series; the newest word on a row stands.

    `records` are rows of the local API, in any order; a series that was called off is out, one that is not open here
    too.
    """
    found: dict[tuple[str, str, str], Counted] = {}
    for row in sorted(records, key=lambda row: int(row["index"])):
        if row["kind"] != "series" or "said" not in row or "ended_us" in row:
            continue
        said = row["said"]
        known = found.setdefault(
            (row["party"], said["name"], said["definition"]),
            Counted(said["name"], f"{row['party']}'s own count", said["definition"], row["party"]),
        )
        known.entries.append(int(row["index"]))
        for one in said["rows"]:
            key = key_of(one["day"], one["place"], one["type"])
            before = known.counts.get(key)
            if before is not None and before != one["count"]:
                known.revised.setdefault(key, []).append(before)
            known.counts[key] = one["count"]
    return [one for _, one in sorted(found.items())]


def counts_of_others(name: str, by: str, definition: str, events: Iterable[Event]) -> Counted:
    """A column of an imported series: events by day, place and type; what is dated worse than a day stands apart."""
    known, tallies = Counted(name, by, definition), dict[Key, Tally]()
    for event in events:
        start = bin_of(event, Step.DAY)
        if start is None:
            why = dated_words(event)
            known.apart[why] = known.apart.get(why, 0) + 1
        else:
            tallies.setdefault(key_of(start.isoformat(), event.place, event.type), Tally()).add(event)
    known.counts = {key: tally.events for key, tally in tallies.items()}
    return known


@dataclass(frozen=True, slots=True)
class Beside:
    """One row: what each column counts there, None where it has nothing; and how far the parties' own are apart."""

    key: Key
    counts: tuple[int | None, ...]
    difference: int | None


def beside(columns: Sequence[Counted]) -> list[Beside]:
    """Every day, place and type that any column has, in order; a column that has none there is told as that."""
    keys = sorted({key for column in columns for key in column.counts})
    return [_row(key, columns) for key in keys]


def _row(key: Key, columns: Sequence[Counted]) -> Beside:
    counts = tuple(column.counts.get(key) for column in columns)
    own: dict[str, list[int]] = {}
    for column, count in zip(columns, counts, strict=True):
        if column.party and count is not None:
            own.setdefault(column.party, []).append(count)
    said = [count for of in own.values() for count in of]
    return Beside(key, counts, max(said) - min(said) if len(own) > 1 else None)
