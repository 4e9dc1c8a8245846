"""Which times of a host are news: later ones, apart for what lies ahead of the own clock."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellclear.channel.host_times import HostTimes

NOW_S = 1_795_000_000
SECOND_US = 1_000_000


def heard(times: HostTimes, at_s: int, now_s: int) -> bool:
    return times.is_news(at_s, now_s * SECOND_US)


@pytest.mark.requirement("R20")
def test_a_host_that_was_ahead_and_is_set_right_is_heard_at_once() -> None:
    times = HostTimes()
    assert heard(times, NOW_S, NOW_S)
    assert heard(times, NOW_S + 3_600, NOW_S + 4), "ahead, and alive"
    assert heard(times, NOW_S + 3_605, NOW_S + 9)
    assert not heard(times, NOW_S + 3_605, NOW_S + 10), "frozen"
    assert heard(times, NOW_S + 13, NOW_S + 13), "set right"
    assert not heard(times, NOW_S + 13, NOW_S + 17), "frozen"


@pytest.mark.requirement("R20")
def test_two_clocks_that_were_wrong_together_and_are_set_right_do_not_part_the_node_from_its_host() -> None:
    times = HostTimes()
    assert heard(times, NOW_S + 3_600, NOW_S + 3_600), "ours was wrong as well, so nothing lay ahead"
    assert heard(times, NOW_S + 4, NOW_S + 4), "both were set right"
    assert not heard(times, NOW_S + 4, NOW_S + 8), "frozen"


@pytest.mark.requirement("R20")
def test_an_old_note_is_no_news_after_our_clock_was_slow_and_is_set_right() -> None:
    """Seed 5354: a frozen host was taken for live, since its last note lay ahead only while our clock was slow."""
    times = HostTimes()
    assert heard(times, NOW_S + 18, NOW_S + 18)
    assert not heard(times, NOW_S + 18, NOW_S - 1_946), "frozen, and our clock is slow"
    assert not heard(times, NOW_S + 18, NOW_S + 32), "our clock is right again, and the host is frozen still"
    assert heard(times, NOW_S + 40, NOW_S + 40)


@given(st.lists(st.integers(0, 4_000), min_size=1, max_size=12), st.integers(0, 4_000))
def test_what_was_heard_before_is_no_news_until_something_fresh_came(told: list[int], now: int) -> None:
    """Old notes, ahead or not, in any order and as often as you like: while our clock does not go on they run out."""
    times = HostTimes()
    for at in told:
        heard(times, NOW_S + at, NOW_S + now)
    news = sum(heard(times, NOW_S + at, NOW_S + now) for _ in range(5) for at in told)
    assert news <= len({at for at in told if at > now + 10})


def test_a_host_that_never_cosigns_is_only_heard() -> None:
    times = HostTimes()
    assert times.is_news(0, None) and times.is_news(0, None)
    assert times.is_news(NOW_S, None)
    assert not times.is_news(0, None), "once it has cosigned its bare notes are not news"
