"""Counts of one series: nothing is spread, nothing is guessed, and what stands in no bin is told with the reason."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.interop.events.made import EXCERPT, TABLE, form, read
from wellclear.errors import InvalidValue
from wellclear.interop.events.counts import Asked, Step, Tally, cell_words, count
from wellclear.interop.events.known import UCDP_GED, known_form

DAY = date(2026, 11, 20)
HALF = 5_000_000


def counted(step: Step = Step.DAY, asked: Asked | None = None, cell_e7: int = HALF) -> object:
    return count("MONITOR", form().definition, read(TABLE).events.values(), step=step, asked=asked, cell_e7=cell_e7)


@pytest.mark.requirement("R36")
def test_a_series_is_counted_with_its_definition() -> None:
    found = count("MONITOR", form().definition, read(TABLE).events.values())
    assert found.definition.unit == "air attacks"
    assert found.whole == Tally(4, 8, 8, None, 1)
    assert found.by_time == {DAY: Tally(2, 3, 4, None, 0), date(2026, 11, 23): Tally(1, 4, 4, None, 0)}
    assert found.apart_time == {"dated within two to six days": Tally(1, 1, None, None, 1)}
    assert found.by_cell == {
        (69 * HALF, 75 * HALF): Tally(1, 2, 3, None, 0), (69 * HALF, 76 * HALF): Tally(1, 1, 1, None, 0),
        (70 * HALF, 73 * HALF): Tally(1, 1, None, None, 1),
    }  # fmt: skip
    assert found.apart_cell == {"no position said": Tally(1, 4, 4, None, 0)}
    assert found.by_type == {"air attack": found.whole}


def test_a_longer_bin_holds_what_lies_in_it_whole() -> None:
    definition, events = form().definition, read(TABLE).events.values()
    weeks = count("MONITOR", definition, events, step=Step.WEEK)
    assert {start: tally.events for start, tally in weeks.by_time.items()} == {
        date(2026, 11, 16): 3,
        date(2026, 11, 23): 1,
    }
    months = count("MONITOR", definition, events, step=Step.MONTH)
    assert {start: tally.events for start, tally in months.by_time.items()} == {date(2026, 11, 1): 4}
    assert not months.apart_time


def test_what_is_asked_for_is_counted_alone() -> None:
    definition, events = form().definition, read(TABLE).events.values()
    asked = Asked(first=date(2026, 11, 22), last=date(2026, 11, 22))
    assert count("MONITOR", definition, events, asked=asked).whole.events == 1
    assert count("MONITOR", definition, events, asked=Asked(types=frozenset({"shelling"}))).whole.events == 0
    assert count("MONITOR", definition, events, asked=Asked(between="x")).whole.events == 0
    with pytest.raises(InvalidValue, match="before the start"):
        Asked(first=date(2026, 11, 22), last=DAY)
    with pytest.raises(InvalidValue, match=r"from 0\.01 to 10 degrees"):
        counted(cell_e7=0)


def test_a_position_that_stands_for_a_province_is_in_no_cell() -> None:
    found = read(EXCERPT.read_bytes(), UCDP_GED).events.values()
    counts = count("UCDP-GED", known_form("ucdp-ged").definition, found, step=Step.MONTH)
    assert set(counts.apart_cell) == {
        f"place known to no better than a {area}" for area in ("district", "province", "region", "country")
    }
    assert "dated to no better than a year" in counts.apart_time
    assert sum(tally.events for tally in (*counts.by_time.values(), *counts.apart_time.values())) == 66
    assert sum(tally.events for tally in (*counts.by_cell.values(), *counts.apart_cell.values())) == 66


def test_a_cell_is_told_by_its_corner_and_its_size() -> None:
    assert cell_words((345_000_000, 380_000_000), HALF) == "34.5N 038.0E + 0.5"
    assert cell_words((-350_000_000, -705_000_000), HALF) == "35.0S 070.5W + 0.5"
    assert cell_words((340_000_000, 380_000_000), 10_000_000) == "34N 038E + 1"
    assert cell_words((345_000_000, 380_000_000), 1_000_000) == "34.5N 038.0E + 0.1"


def test_bins_follow_one_another() -> None:
    assert Step.MONTH.after(date(2026, 12, 1)) == date(2027, 1, 1)
    assert Step.WEEK.start(date(2026, 11, 22)) == date(2026, 11, 16)
    assert Step.DAY.after(date(2026, 12, 31)) == date(2027, 1, 1)
