"""One alarm a situation; once a rung; seen, cleared, gone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from wellclear.apps.node.alarms import Alarm, AlarmBook
from wellclear.errors import InvalidValue

OWED = Alarm(key="ack/X/1/D", kind="answer_owed", precedence="P", words="x", since_us=1, rang_us=1, rung="arrived")


@pytest.fixture
def book() -> AlarmBook:
    rung: set[str] = set()

    def once(name: str, at_us: int) -> bool:
        fresh = name not in rung
        rung.add(name)
        return fresh

    return AlarmBook(once)


def states(book: AlarmBook) -> list[str]:
    return [alarm.state for alarm in book.listed()]


@pytest.mark.requirement("R2")
def test_it_rings_once_for_each_rung(book: AlarmBook) -> None:
    rang: list[str] = []
    book.on_ring = lambda alarm: rang.append(alarm.rung)
    assert book.begin(OWED)
    assert not book.begin(OWED)
    book.see(OWED.key)
    assert states(book) == ["acked"]
    assert book.begin(replace(OWED, rung="due", rang_us=9))
    assert (states(book), rang) == (["unack"], ["arrived", "due"])
    assert book.alarms[OWED.key].since_us == 1


def test_what_rang_before_a_restart_is_shown_but_quiet() -> None:
    book = AlarmBook(lambda name, at_us: False)
    assert not book.begin(OWED)
    assert states(book) == ["unack"]


def test_a_situation_that_ends_unseen_stays_until_seen(book: AlarmBook) -> None:
    book.begin(OWED)
    book.end(OWED.key)
    assert states(book) == ["cleared"]
    book.see(OWED.key)
    assert states(book) == []


def test_a_seen_one_goes_when_it_ends_and_an_answered_one_at_once(book: AlarmBook) -> None:
    book.begin(OWED)
    book.see(OWED.key)
    book.end(OWED.key)
    assert states(book) == []
    book.begin(replace(OWED, key="other"))
    book.settle("other")
    assert states(book) == []


def test_there_is_nothing_to_see_where_nothing_rings(book: AlarmBook) -> None:
    with pytest.raises(InvalidValue):
        book.see("nothing")


@pytest.mark.requirement("R1")
def test_unseen_and_urgent_ones_stand_first(book: AlarmBook) -> None:
    book.begin(replace(OWED, key="routine", precedence="R"))
    book.begin(replace(OWED, key="flash", precedence="Z"))
    book.begin(replace(OWED, key="seen", precedence="Z"))
    book.see("seen")
    assert [alarm.key for alarm in book.listed()] == ["flash", "routine", "seen"]
