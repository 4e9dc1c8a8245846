"""What others count and report, kept: imports are idempotent, editions stay, definitions do not change."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.unit.edges.faulty import Plan
from wellclear.edges.database import Database
from wellclear.edges.outside import Edition, Outside, Taken, opened
from wellclear.errors import InvalidValue, Misconfigured, Unavailable, WellclearError

DEFINITION = {"by": "a monitor", "counts": "air attacks", "unit": "air attacks"}
FIRST = {"1": "one", "2": "two", "3": "three"}
SECOND = {"1": "one", "2": "more than two", "4": "four"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outside.sqlite"


def take(store: Outside, said: dict[str, str], at_us: int = 7, *, whole: bool = False, file: str = "t.csv") -> Taken:
    return store.take_series("MONITOR", DEFINITION, said, file, at_us, whole=whole)


def test_the_same_table_again_changes_nothing(path: Path) -> None:
    with opened(path, writing=True) as store:
        assert take(store, FIRST) == Taken(3, 0, 0, 0, 0, 1)
        before = path.with_name(path.name + "-wal").read_bytes()
        again = take(store, FIRST, 9, file="other.csv")
        assert (again, again.nothing) == (Taken(0, 0, 3, 0, 0, 1), True)
        assert path.with_name(path.name + "-wal").read_bytes() == before
    with opened(path) as store:
        (held,) = store.series()
        assert (held.name, held.events, held.definition) == ("MONITOR", 3, DEFINITION)
        assert held.editions == (Edition(1, "t.csv", 7, 3, 0, 0),)


@pytest.mark.requirement("N9")
def test_a_newer_edition_brings_what_is_new_and_keeps_what_was_said_before(path: Path) -> None:
    with opened(path, writing=True) as store:
        take(store, FIRST)
        assert take(store, SECOND, 9) == Taken(1, 1, 1, 0, 1, 2)
        assert list(store.events("MONITOR")) == ["one", "more than two", "three", "four"]
        assert list(store.events("MONITOR", 1)) == ["one", "two", "three"]
        assert take(store, SECOND, 11, whole=True) == Taken(0, 0, 3, 1, 0, 3)
        assert list(store.events("MONITOR")) == ["one", "more than two", "four"]
        assert list(store.events("MONITOR", 2)) == ["one", "more than two", "three", "four"]
        assert take(store, FIRST, 13) == Taken(1, 1, 1, 0, 1, 4)
        assert list(store.events("MONITOR", 3)) == ["one", "more than two", "four"]
        assert store.chosen("MONITOR").events == 4


@pytest.mark.requirement("N8")
def test_a_series_never_takes_in_what_another_definition_counts(path: Path) -> None:
    with opened(path, writing=True) as store:
        take(store, FIRST)
        with pytest.raises(InvalidValue, match=r"another definition \(unlike in: counts\).*MONITOR-2"):
            store.take_series("MONITOR", {**DEFINITION, "counts": "deaths"}, SECOND, "t", 9, whole=False)
        assert list(store.events("MONITOR")) == ["one", "two", "three"]
        assert len(store.chosen("MONITOR").editions) == 1


def test_reports_are_taken_in_by_their_ids(path: Path) -> None:
    with opened(path, writing=True) as store:
        assert store.take_reports(FIRST) == Taken(3, 0, 0, 0, 0, 0)
        assert store.take_reports(FIRST).nothing
        assert store.take_reports(SECOND) == Taken(1, 1, 1, 0, 1, 0)
        assert store.reports() == ["one", "more than two", "three", "four"]


def test_a_reader_makes_nothing_and_says_how_to_begin(path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"nothing is kept here yet\. wellclear series import"), opened(path):
        pass
    assert not path.exists()
    with opened(path, writing=True) as store, pytest.raises(InvalidValue, match="not kept here; there are none yet"):
        store.chosen("MONITOR")


def test_a_store_of_something_else_is_left_alone(path: Path) -> None:
    Database.create(path, "CREATE TABLE leaves (number INTEGER PRIMARY KEY);").close()
    before = path.read_bytes()
    with pytest.raises(Misconfigured, match="is a store of something else"), opened(path, writing=True):
        pass
    assert path.read_bytes() == before
    path.write_text("id,date_start\n")
    with pytest.raises(Misconfigured, match="is no store"), opened(path, writing=True):
        pass


def test_two_writers_are_one_too_many(path: Path) -> None:
    with (
        opened(path, writing=True),
        pytest.raises(Misconfigured, match="somebody else writes to it"),
        opened(path, writing=True),
    ):
        pass


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(8))
def test_an_import_that_the_disk_refuses_took_no_effect_or_all(path: Path, at: int, after: bool) -> None:
    with opened(path, writing=True) as store:
        take(store, FIRST)
    plan = Plan()
    with opened(path, writing=True, connecting=plan.connect) as store:
        plan.arm(at, after=after)
        try:
            take(store, SECOND, 9)
        except (Unavailable, Misconfigured):
            assert plan.struck
    with opened(path) as store:
        found = list(store.events("MONITOR"))
        assert found in (["one", "two", "three"], ["one", "more than two", "three", "four"])
        assert len(store.chosen("MONITOR").editions) == (1 if found[1] == "two" else 2)


@pytest.mark.parametrize(
    "sql",
    ["UPDATE series SET definition = '7'", "UPDATE series SET definition = '{'", "UPDATE series SET definition = x'00'",
     "UPDATE events SET event = x'00'"],
)  # fmt: skip
def test_what_was_never_written_is_told_as_damage(path: Path, sql: str) -> None:
    with opened(path, writing=True) as store:
        take(store, FIRST)
    raw = sqlite3.connect(path)
    raw.execute(sql)
    raw.commit()
    raw.close()
    with opened(path) as store, pytest.raises(WellclearError, match="holds what was never written"):
        list(store.events("MONITOR") if "event" in sql else store.series())
