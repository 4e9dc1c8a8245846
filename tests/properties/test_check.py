"""A plan's answer depends on what is planned, not on its order, its files, or how volumes make notices."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.apps.check.plans import START_US, plan, planned, volume
from wellclear.apps.check.minima import typed_minima
from wellclear.apps.check.plan import Checked, checked
from wellclear.interop.planned import Planned

MINIMA = typed_minima("500", "0", "60")
PARTIES = ("NORTHLAND", "SOUTHLAND", "EASTLAND")


@st.composite
def filed(draw: st.DrawFn) -> list[Planned]:
    """Crowded circles of three parties, several to a notice."""
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, 2), st.integers(0, 3), st.integers(0, 60), st.integers(0, 60), st.integers(100, 3_000),
                st.integers(0, 90),
            ),
            max_size=14,
        )
    )  # fmt: skip
    return [
        planned(
            f"{PARTIES[party][0]}-{number}", PARTIES[party],
            volume(34.5 + lat / 1000, 38.3 + lon / 1000, radius * 1000, start_us=START_US + minute * 60_000_000),
            notice=f"{PARTIES[party]}-{notice}", line=number + 2,
        )
        for number, (party, notice, lat, lon, radius, minute) in enumerate(rows)
    ]  # fmt: skip


def pairs(answer: Checked) -> set[tuple[str, str]]:
    return {(one.a, one.b) for one in answer.conflicts}


@pytest.mark.requirement("R32")
@settings(max_examples=60)
@given(filed(), st.randoms())
def test_a_notice_conflicts_exactly_where_one_of_its_volumes_does(items: list[Planned], random: Random) -> None:
    alone = [planned(one.id, one.party, one.volume) for one in items]
    notice_of = {one.id: one.notice for one in items}
    wanted = {tuple(sorted((notice_of[a], notice_of[b]))) for a, b in pairs(checked(plan(*alone), MINIMA))}
    answer = checked(plan(*items), MINIMA)
    assert pairs(answer) == wanted
    assert (answer.exit_code == 1) == bool(wanted)
    random.shuffle(items)
    again = checked(plan(*items), MINIMA)
    assert pairs(again) == wanted
    for conflict in again.conflicts:
        a, b = again.volume_of(conflict, "a"), again.volume_of(conflict, "b")
        assert a.party != b.party
        assert (a.notice, b.notice) == (conflict.a, conflict.b)
