from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.apps.check.plans import plan, planned, volume
from wellclear.airspace.conflict import Conflict
from wellclear.apps.check.found import Conflicts
from wellclear.apps.check.minima import typed_minima
from wellclear.apps.check.plan import checked


@pytest.mark.parametrize(("kept_max", "sweeps"), [(5, 1), (3, 1), (2, 4)])
def test_few_are_kept_and_many_are_swept_anew(kept_max: int, sweeps: int) -> None:
    items = [planned(f"A-{number}", "NORTHLAND", volume(34.5 + number / 1000)) for number in range(3)]
    found = list(checked(plan(*items, planned("B", "SOUTHLAND")), typed_minima("5", "5", "5")).conflicts)
    swept = 0

    def sweep() -> Iterator[Conflict]:
        nonlocal swept
        swept += 1
        yield from found

    conflicts = Conflicts(sweep, kept_max)
    assert (len(conflicts), conflicts.counts()) == (3, (3, 0))
    assert [list(conflicts) for _ in range(3)] == [found] * 3
    assert swept == sweeps


def test_a_reading_that_was_broken_off_counts_nothing() -> None:
    items = [planned("A", "NORTHLAND"), planned("B", "SOUTHLAND"), planned("C", "EASTLAND")]
    conflicts = checked(plan(*items), typed_minima("5", "5", "5")).conflicts
    assert next(iter(Conflicts(lambda: iter(list(conflicts))))).a == "A"
    half = Conflicts(lambda: iter(list(conflicts)))
    next(iter(half))
    assert len(half) == 3
