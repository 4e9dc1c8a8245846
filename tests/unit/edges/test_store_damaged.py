"""A store that other hands or a bad disk have changed is found out and told in words, and nothing is built on it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.unit.edges.logs import Log
from wellclear.edges.store import Store
from wellclear.errors import Misconfigured


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


@pytest.fixture
def log(path: Path) -> Log:
    return Log(Store.create(path, "channel"))


def by_other_hands(path: Path, sql: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(sql)
    connection.commit()
    connection.close()


def test_a_second_writer_that_got_in_stops_the_log(log: Log, path: Path) -> None:
    log.append(b"a")
    by_other_hands(path, "UPDATE checkpoint SET size = 2")
    with pytest.raises(Misconfigured, match="somebody else wrote to this log"):
        log.append(b"b")


def test_a_changed_leaf_behind_the_checkpoint_is_found(log: Log, path: Path) -> None:
    log.append(b"a")
    log.store.append_before(1, [b"b"], b"bridge", lambda hashes: None)
    by_other_hands(path, "UPDATE leaves SET leaf = x'78' WHERE number = 1")
    with pytest.raises(Misconfigured, match="entry 1 was changed"):
        log.store.fsck()


def test_other_files_are_refused_in_words(path: Path, tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_bytes(b"hello " * 1000)
    with pytest.raises(Misconfigured, match="no store"):
        Store.open(text)
    foreign = tmp_path / "foreign"
    sqlite3.connect(foreign).execute("CREATE TABLE t (x)").connection.close()
    with pytest.raises(Misconfigured, match="no store of Wellclear"):
        Store.open(foreign)
    Store.create(path, None).close()
    by_other_hands(path, "PRAGMA user_version = 3")
    with pytest.raises(Misconfigured, match=r"form 3; this software reads form 2\Z"):
        Store.open(path)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE leaves SET leaf = x'00' WHERE number = 1",
        # Leaf and hash changed alike: only the root tells.
        "UPDATE leaves SET (leaf, hash) = (SELECT leaf, hash FROM leaves WHERE number = 2) WHERE number = 1",
        "DELETE FROM leaves WHERE number = 1",
        "DELETE FROM leaves WHERE number = 2",
        "UPDATE leaves SET number = 7 WHERE number = 2",
        "UPDATE checkpoint SET note = x'00'",
    ],
)
def test_fsck_finds_every_change(log: Log, path: Path, change: str) -> None:
    log.append(b"a", b"b", b"c")
    log.store.close()
    by_other_hands(path, change)
    store = Store.open(path)
    with pytest.raises(Misconfigured):
        store.fsck()
    store.close()


def test_fsck_names_the_entry_and_tells_how_far_it_is(log: Log, path: Path) -> None:
    log.append(*(b"%d" % number for number in range(2100)))
    told: list[tuple[int, int]] = []
    log.store.fsck(lambda done, size: told.append((done, size)))
    assert told == [(1024, 2100), (2048, 2100), (2100, 2100)]
    by_other_hands(path, "UPDATE leaves SET leaf = x'00' WHERE number = 1500")
    with pytest.raises(Misconfigured, match="entry 1500 was changed"):
        log.store.fsck()


def test_a_damaged_page_is_told_in_words(log: Log, path: Path) -> None:
    log.append(*(bytes([number]) * 3000 for number in range(40)))
    log.store.close()
    with path.open("r+b") as file:
        file.seek(35 * 4096)  # behind the first pages of the tables, which lie empty here
        file.write(b"\xff" * 4096 * 20)
    store = Store.open(path)
    with pytest.raises(Misconfigured, match="Restore a backup"):
        store.fsck()
    store.close()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE checkpoint SET size = NULL",
        "UPDATE checkpoint SET size = 'x'",
        "UPDATE checkpoint SET note = 5000000000",
        "DELETE FROM checkpoint",
        "UPDATE leaves SET leaf = 5000000000",
        "UPDATE leaves SET hash = NULL",
        "UPDATE leaves SET leaf = 'text'",
    ],
)
def test_a_value_that_was_never_written_is_a_damaged_store_and_no_fault_of_the_program(
    sql: str, tmp_path: Path
) -> None:
    """A number of five billion where bytes belong would have been as many zeros in memory."""
    path = tmp_path / "host.sqlite"
    store = Store.create(path, "c")
    Log(store).append(b"one\n", b"two\n")
    store.close()
    schema = "SELECT sql FROM sqlite_master"
    with sqlite3.connect(path) as connection:
        made = [row[0] for row in connection.execute(schema) if row[0]]
        connection.execute("PRAGMA writable_schema = ON")
        for text in made:
            loose = text.replace(" NOT NULL", "").replace("STRICT", "")
            connection.execute("UPDATE sqlite_master SET sql = ? WHERE sql = ?", (loose, text))
    connection.close()
    by_other_hands(path, sql)
    damaged = Store.open(path)
    with pytest.raises(Misconfigured, match=r"damaged|changed"):
        damaged.fsck()
    damaged.close()
