"""Counts of both sides beside each other: a column a source and definition, never added, the difference told (R36)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from wellclear.apps.own_counts import Counted, beside, counts_of_others, own_counts
from wellclear.interop.events.event import Dated, Event, Placed

SEEN, HEARD = "each one that a patrol saw", "each one that was heard"


def row(party: str, index: int, definition: str, *counts: tuple[str, str, int], **more: Any) -> dict[str, Any]:
    rows = [{"day": "2026-11-20", "place": place, "type": kind, "count": count} for place, kind, count in counts]
    said = {"group": "series", "name": "attacks", "language": "en", "definition": definition, "rows": rows}
    return {"kind": "series", "party": party, "index": index, "said": said, **more}


def event(day: int, days: int = 1, place: str = "Hama") -> Event:
    first, last = date(2026, 11, day), date(2026, 11, day + days - 1)
    dated = Dated.DAY if days == 1 else Dated.DAYS
    return Event(f"e{day}", first, last, dated, place, None, None, Placed.UNSAID, "attack", "", None, None, None)


@pytest.mark.requirement("R36", "N8")
def test_both_sides_stand_beside_each_other_with_their_words_and_the_difference() -> None:
    north = row("NORTHLAND", 8, SEEN, ("Hama", "attack", 3), ("Homs", "attack", 1))
    south = row("SOUTHLAND", 5, HEARD, ("Hama ", "attack", 7))
    columns = own_counts([north, south])
    assert [(one.party, one.definition, one.entries) for one in columns] == [
        ("NORTHLAND", SEEN, [8]), ("SOUTHLAND", HEARD, [5])
    ]  # fmt: skip
    hama, homs = beside(columns)
    assert (hama.key, hama.counts, hama.difference) == (("2026-11-20", "Hama", "attack"), (3, 7), 4)
    assert (homs.counts, homs.difference) == ((1, None), None), "what one side does not count is no nought"


@pytest.mark.requirement("R36")
def test_a_count_of_others_stands_beside_and_is_part_of_no_difference() -> None:
    columns = own_counts(
        [row("NORTHLAND", 8, SEEN, ("Hama", "attack", 3)), row("SOUTHLAND", 5, HEARD, ("Hama", "attack", 3))]
    )
    columns.append(counts_of_others("MONITOR", "counted by a monitor", "attacks", [event(20), event(20), event(21, 3)]))
    (hama,) = beside(columns)
    assert (hama.counts, hama.difference) == ((3, 3, 2), 0)
    assert columns[-1].apart == {"dated within two to six days": 1}


@pytest.mark.requirement("R36", "N9")
def test_a_later_word_on_a_row_stands_and_the_earlier_is_told() -> None:
    said = [row("NORTHLAND", 9, SEEN, ("Hama", "attack", 4)), row("NORTHLAND", 8, SEEN, ("Hama", "attack", 3))]
    (column,) = own_counts(said)
    key = ("2026-11-20", "Hama", "attack")
    assert column.counts == {key: 4} and column.revised == {key: [3]} and column.entries == [8, 9]
    closed = {**row("SOUTHLAND", 4, SEEN), "kind": "series"}
    del closed["said"]
    assert (
        own_counts([closed, row("SOUTHLAND", 3, SEEN, ("Hama", "attack", 1), ended_us=1), {"kind": "zone", "index": 1}])
        == []
    )


@pytest.mark.requirement("R36", "N8")
def test_one_party_with_two_definitions_has_two_columns_and_differs_from_nobody() -> None:
    columns = own_counts(
        [row("NORTHLAND", 8, SEEN, ("Hama", "attack", 3)), row("NORTHLAND", 9, HEARD, ("Hama", "attack", 9))]
    )
    assert [one.definition for one in columns] == [SEEN, HEARD]
    assert [one.difference for one in beside(columns)] == [None]
    assert beside([Counted("none", "", "")]) == []
