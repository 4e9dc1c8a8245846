"""One alarm a situation; once a rung; seen, cleared, gone; and who has silenced it is known after a restart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wellclear.apps.node.alarms import Alarm, AlarmBook, AlarmKind
from wellclear.edges.store import Store
from wellclear.errors import InvalidValue

OWED = Alarm(key="ack/X/1/D", kind="answer_owed", precedence="P", words="x", since_us=1, rang_us=1, rung="arrived")
CLASH = Alarm(
    key="conflict/A/B", kind="conflict", precedence="O", words="possible", since_us=1, rang_us=1, gravity=1
)  # fmt: skip
Restart = Callable[[], AlarmBook]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.create(tmp_path / "node.sqlite")


@pytest.fixture
def book(store: Store) -> AlarmBook:
    return AlarmBook(store)


@pytest.fixture
def restart(store: Store) -> Restart:
    """The book of a node that is started again over the same store."""

    def started() -> AlarmBook:
        book = AlarmBook(store)
        book.load()
        return book

    return started


def states(book: AlarmBook) -> list[str]:
    return [alarm.state for alarm in book.listed()]


@pytest.mark.requirement("R2")
def test_it_rings_once_for_each_rung(book: AlarmBook) -> None:
    rang: list[str] = []
    book.on_ring = lambda alarm: rang.append(alarm.rung)
    assert book.begin(OWED)
    assert not book.begin(OWED)
    book.see(OWED.key, "W1", 5)
    assert states(book) == ["acked"]
    assert (book.alarms[OWED.key].seen_by, book.alarms[OWED.key].seen_us) == ("W1", 5)
    assert book.begin(replace(OWED, rung="due", rang_us=9))
    assert (states(book), rang) == (["unack"], ["arrived", "due"])
    assert (book.alarms[OWED.key].since_us, book.alarms[OWED.key].seen_by) == (1, "")


def test_what_rang_before_a_restart_is_shown_but_quiet(book: AlarmBook, restart: Restart) -> None:
    book.begin(OWED)
    again = restart()
    assert not again.begin(replace(OWED, since_us=70, rang_us=70))
    assert states(again) == ["unack"]
    assert (again.alarms[OWED.key].since_us, again.alarms[OWED.key].rang_us) == (1, 1), "it has stood since then"


@pytest.mark.requirement("R2")
def test_a_restart_keeps_who_silenced_what_and_when(book: AlarmBook, restart: Restart) -> None:
    for alarm in (OWED, CLASH):
        book.begin(alarm)
        book.see(alarm.key, "W1", 5)
    for _ in range(2):
        book = restart()
        assert [book.begin(replace(alarm, rang_us=70)) for alarm in (OWED, CLASH)] == [False, False]
        assert [(alarm.state, alarm.seen_by, alarm.seen_us) for alarm in book.listed()] == [("acked", "W1", 5)] * 2
    book.see(CLASH.key, "W2", 80)
    assert book.alarms[CLASH.key].seen_by == "W1", "who was first"


@pytest.mark.requirement("R2")
def test_a_silence_does_not_hold_for_a_later_rung(book: AlarmBook, restart: Restart) -> None:
    book.begin(OWED)
    book.see(OWED.key, "W1", 5)
    again = restart()
    again.begin(OWED)
    assert again.begin(replace(OWED, rung="due", rang_us=70)), "it comes due after the restart, and rings"
    assert states(again) == ["unack"]
    assert not restart().begin(OWED)
    unseen = restart()
    unseen.begin(OWED)
    unseen.begin(replace(OWED, rung="due", rang_us=90))
    assert states(unseen) == ["unack"], "nobody has seen the second ring"
    assert unseen.alarms[OWED.key].rang_us in (70, 90)


@pytest.mark.requirement("R2")
def test_a_silence_does_not_hold_for_what_is_graver(book: AlarmBook, restart: Restart) -> None:
    book.begin(CLASH, again="1.1.possible")
    book.see(CLASH.key, "W1", 5)
    assert not restart().begin(CLASH, again="1.2.possible"), "a new version that is no graver"
    graver = restart()
    assert graver.begin(replace(CLASH, gravity=2), again="1.2.conflict")
    assert states(graver) == ["unack"]


@pytest.mark.requirement("R2")
def test_what_is_over_and_begins_again_rings_again(book: AlarmBook, restart: Restart) -> None:
    book.begin(CLASH, again="1.1")
    book.see(CLASH.key, "W1", 5)
    book.end(CLASH.key)
    assert states(book) == []
    assert states(restart()) == []
    again = restart()
    assert again.begin(CLASH, again="1.1")
    assert states(again) == ["unack"]


def test_a_situation_that_is_over_when_the_node_starts_leaves_no_silence(book: AlarmBook, restart: Restart) -> None:
    book.begin(CLASH)
    book.see(CLASH.key, "W1", 5)
    again = restart()
    again.end(CLASH.key)
    assert again.begin(CLASH)
    book.begin(OWED)
    book.see(OWED.key, "W1", 5)
    again = restart()
    again.settle(OWED.key)
    assert restart().begin(OWED) is False
    assert states(again) == []


def test_an_event_that_was_seen_does_not_come_back(book: AlarmBook, restart: Restart) -> None:
    heard = replace(OWED, key="outside/abc", kind="outside", rung="")
    book.begin(heard)
    again = restart()
    again.begin(heard)
    assert states(again) == ["unack"]
    again.see(heard.key, "W1", 5)
    assert states(again) == []
    again = restart()
    again.begin(heard)
    assert states(again) == []


@pytest.mark.requirement("R4", "R33")
def test_after_a_halt_why_and_who_calls_for_help_come_first(book: AlarmBook) -> None:
    """What was owed before can no longer be answered here; the telephone can."""
    overdue = replace(OWED, precedence="Z")
    kinds: tuple[AlarmKind, ...] = ("halted", "outside")
    for number, kind in enumerate(kinds):
        book.begin(replace(overdue, key=kind, kind=kind, since_us=10 - number))
    book.begin(overdue)
    assert [alarm.key for alarm in book.listed()] == ["halted", "outside", OWED.key]


def test_a_situation_that_ends_unseen_stays_until_seen(book: AlarmBook) -> None:
    book.begin(OWED)
    book.end(OWED.key)
    assert states(book) == ["cleared"]
    book.see(OWED.key, "W1", 5)
    assert states(book) == []


def test_a_seen_one_goes_when_it_ends_and_an_answered_one_at_once(book: AlarmBook) -> None:
    book.begin(OWED)
    book.see(OWED.key, "W1", 5)
    book.end(OWED.key)
    assert states(book) == []
    book.begin(replace(OWED, key="other"))
    book.settle("other")
    assert states(book) == []


def test_there_is_nothing_to_see_where_nothing_rings(book: AlarmBook) -> None:
    with pytest.raises(InvalidValue):
        book.see("nothing", "W1", 5)


@pytest.mark.requirement("R1", "N7")
def test_unseen_and_urgent_ones_stand_first(book: AlarmBook) -> None:
    book.begin(replace(OWED, key="a routine", precedence="R"))
    book.begin(replace(OWED, key="flash", precedence="Z"))
    book.begin(replace(OWED, key="seen", precedence="Z"))
    book.see("seen", "W1", 5)
    assert [alarm.key for alarm in book.listed()] == ["flash", "a routine", "seen"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["begin", "end", "settle", "see"]), st.integers(0, 5), st.integers(0, 2))))
def test_those_about_an_item_are_found_without_looking_at_all(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, int, int]]
) -> None:
    """A node that was away settled each of 16,000 entries by looking at every alarm that stood."""
    book = AlarmBook(Store.create(tmp_path_factory.mktemp("book") / "node.sqlite"))
    for act, number, item in acts:
        key = f"ack/{number}"
        if act == "begin":
            book.begin(replace(OWED, key=key, item=("", "A", "B")[item], rung=str(item)))
        elif act == "see" and key in book.alarms:
            book.see(key, "W1", 2)
        elif act != "see":
            getattr(book, act)(key)
        for name in ("A", "B"):
            assert book.of_item(name) == sorted(
                (one for one in book.alarms.values() if one.item == name), key=lambda one: one.key
            )
