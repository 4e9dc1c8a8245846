"""Tables of events: the order of the rows is of no account, and a fault names the line that it stands on."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.interop.events.made import HEADER, form, read
from wellclear.apps.outside import keeping
from wellclear.apps.outside.keeping import take_table
from wellclear.edges.outside import opened
from wellclear.interop.events.counts import Asked, Step, Tally, bin_of, count
from wellclear.interop.events.event import Event

BAD = ("x,2026-02-30,,,,1,1", "x,,,,,1,1", "x,2026-01-01,,,,-1,1", "x,2026-01-01,,,,1", "x,2026-01-01,,91,0,1,1")
DAYS = st.dates(date(2025, 12, 1), date(2026, 2, 28))


@st.composite
def rows(draw: st.DrawFn) -> str:
    first = draw(DAYS)
    last = first + timedelta(days=draw(st.sampled_from([0, 0, 0, 1, 5, 6, 30, 365])))
    place = draw(st.sampled_from(["34.5,38.2", "-0.1,-179.9", ","]))
    return (
        f"{draw(st.integers(1, 6))},{first},{last},{place},{draw(st.integers(0, 3))},{draw(st.sampled_from(['', '4']))}"
    )


@given(st.lists(rows(), min_size=1, max_size=14), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_is_of_no_account(made: list[str], random: Random) -> None:
    shuffled = list(made)
    random.shuffle(shuffled)
    one, other = (read(HEADER + "\n".join(some)) for some in (made, shuffled))
    assert one.events == other.events
    assert (one.faults_count, one.doubled, one.rows) == (other.faults_count, other.doubled, other.rows)


@given(st.lists(st.sampled_from(["", *BAD, *(f"{number},2026-01-01,,,,1,1" for number in range(3))]), max_size=20),
       st.sampled_from(["\n", "\r\n"]))  # fmt: skip
def test_a_fault_names_the_line_that_it_stands_on(made: list[str], end: str) -> None:
    content = [HEADER.strip(), "9,2026-01-01,,,,1,1", *made]
    found = read(end.join(content))
    assert [fault.line for fault in found.faults] == [at for at, row in enumerate(content, start=1) if row in BAD]
    assert found.rows == sum(bool(row) for row in content[1:])


@given(st.lists(rows(), min_size=1, max_size=20), st.sampled_from(Step), DAYS, DAYS)
@pytest.mark.requirement("R36")
def test_every_event_that_was_asked_for_stands_once_in_a_bin_or_apart(
    made: list[str], step: Step, one: date, other: date
) -> None:
    events = read(HEADER + "\n".join(made)).events.values()
    asked = Asked(min(one, other), max(one, other))
    found = count("MONITOR", form().definition, events, step=step, asked=asked)
    for bins, apart in ((found.by_time, found.apart_time), (found.by_cell, found.apart_cell), (found.by_type, {})):
        told: list[Tally] = [*bins.values(), *apart.values()]
        assert sum(tally.events for tally in told) == found.whole.events
        assert sum(tally.low or 0 for tally in told) == (found.whole.low or 0)
    for event in events:
        start = bin_of(event, step)
        assert start is None or start <= event.first <= event.last < step.after(start)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.lists(rows(), min_size=1, max_size=6), st.booleans()), min_size=1, max_size=4))
def test_every_edition_can_be_shown_again_and_the_same_table_twice_changes_nothing(
    editions: list[tuple[list[str], bool]],
) -> None:
    with TemporaryDirectory() as directory, opened(Path(directory) / "outside.sqlite", writing=True) as store:
        shown: dict[int, list[Event]] = {}
        for made, whole in editions:
            table = read(HEADER + "\n".join(made))
            taken = take_table(store, table, "t", 7, whole=whole)
            assert take_table(store, table, "t", 8, whole=whole).nothing
            now = list(keeping.events(store, "MONITOR"))
            assert set(table.events.values()) <= set(now)
            assert not whole or set(table.events.values()) == set(now)
            assert taken.added + taken.changed + taken.same == len(table.events)
            shown[taken.edition] = now
            for edition, events in shown.items():
                assert not edition or list(keeping.events(store, "MONITOR", edition)) == events
