"""Stores of older software: brought forward by whoever writes to them, whole or not at all."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

import pytest

from wellclear.edges.store import Store
from wellclear.errors import Misconfigured, Unavailable


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


BEFORE_SEALING: Final = """
CREATE TABLE leaves (number INTEGER PRIMARY KEY, hash BLOB NOT NULL, leaf BLOB NOT NULL);
CREATE INDEX leaves_by_hash ON leaves (hash);
CREATE TABLE checkpoint (only INTEGER PRIMARY KEY CHECK (only = 1), size INTEGER NOT NULL, note BLOB NOT NULL);
INSERT INTO checkpoint VALUES (1, 0, x'');
CREATE TABLE parts (sha TEXT PRIMARY KEY, stored BLOB NOT NULL);
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE notes (size INTEGER PRIMARY KEY, note BLOB NOT NULL);
CREATE TABLE outbox (place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL,
    row BLOB NOT NULL);
CREATE TABLE outbox_parts (id TEXT NOT NULL REFERENCES outbox (id), number INTEGER NOT NULL, stored BLOB NOT NULL,
    PRIMARY KEY (id, number));
CREATE TABLE drafts (id TEXT PRIMARY KEY, row BLOB NOT NULL);
CREATE TABLE rings (name TEXT PRIMARY KEY, at_us INTEGER NOT NULL);
CREATE TABLE openings (commitment TEXT PRIMARY KEY, box BLOB NOT NULL);
INSERT INTO meta VALUES ('channel', x'6368616e6e656c');
INSERT INTO rings VALUES ('overdue/1', 7);
"""
"""As stores were made before parts were sealed, word for word; a channel's name and one ring stand in it."""


def older(path: Path, more: str = "") -> None:
    made = sqlite3.connect(path)
    made.execute("PRAGMA journal_mode=WAL")
    made.executescript(f"{BEFORE_SEALING} {more} PRAGMA application_id={0x57434C52}; PRAGMA user_version=1;")
    made.close()


@pytest.mark.parametrize("more", ["", "CREATE TABLE randoms (random BLOB PRIMARY KEY, sha TEXT NOT NULL);"])
def test_an_older_store_is_brought_forward_by_its_writer(path: Path, more: str) -> None:
    """Form 1 was written with none, some or all of the newer tables; whatever lies there stays."""
    older(path, more)
    with pytest.raises(Misconfigured, match="form 1; this software reads form 2"):
        Store.open(path, writing=False)
    for box_key in (bytes(32), bytes(32)):  # the second one finds it brought forward
        store = Store.open(path, box_key=box_key)
        assert (store.channel, store.size(), store.rings()) == ("channel", 0, {"overdue/1": 7})
        store.put_epoch_key("NORTHLAND", 1, bytes(32))
        assert store.epoch_keys() == [("NORTHLAND", 1)] and store.random_is(bytes(32), "a")
        assert store.cosigned("here") is None
        store.close()
    Store.open(path, writing=False).close()


def test_an_older_store_stays_as_it_is_where_the_disk_would_not(path: Path) -> None:
    older(path, "CREATE INDEX cosigned ON meta (name);")  # the last name is taken, so the last statement fails
    with pytest.raises(Unavailable, match="cosigned"):
        Store.open(path)
    looking = sqlite3.connect(path)
    assert looking.execute("PRAGMA user_version").fetchone() == (1,)
    assert looking.execute("SELECT count(*) FROM sqlite_master WHERE name = 'epoch_keys'").fetchone() == (0,)
    looking.close()
