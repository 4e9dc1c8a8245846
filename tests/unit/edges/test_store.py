"""The store keeps what it acknowledged, whatever fails, and never lets two histories begin."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.edges.faulty import Plan
from tests.unit.edges.logs import Log
from wellclear.edges.database import Database
from wellclear.edges.store import Store
from wellclear.errors import Misconfigured, Unavailable
from wellclear.log.merkle import leaf_hash

WRITES_OF_APPEND = 5  # BEGIN, leaves, parts, checkpoint, COMMIT


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


@pytest.fixture
def log(path: Path) -> Log:
    return Log(Store.create(path, "channel"))


def test_what_was_appended_is_there_again_after_opening(log: Log, path: Path) -> None:
    log.append(b"a", b"b")
    note = log.append(b"c")
    log.store.close()
    store = Store.open(path)
    assert store.channel == "channel"
    assert (store.size(), store.checkpoint()) == (3, note)
    assert store.leaves(0, 9) == [b"a", b"b", b"c"]
    assert list(store.each_leaf()) == [(0, b"a"), (1, b"b"), (2, b"c")]
    assert store.leaf_hashes(1, 3) == [leaf_hash(b"b"), leaf_hash(b"c")]
    assert (store.find(leaf_hash(b"b")), store.find(leaf_hash(b"x"))) == (1, None)
    assert store.part("sha of b'a'") == b"aa"
    assert store.fsck() == log.frontier
    store.close()
    store.close()


@pytest.mark.requirement("R33")
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("write", range(WRITES_OF_APPEND))
def test_a_write_that_fails_leaves_all_or_nothing(path: Path, write: int, after: bool) -> None:
    plan = Plan()
    Store.create(path, "channel").close()
    log = Log(Store.open(path, connecting=plan.connect))
    log.append(b"a")
    plan.arm(write, after=after)
    with pytest.raises(Unavailable):
        log.append(b"b", b"c")
    assert plan.struck == 1
    took_effect = write == WRITES_OF_APPEND - 1 and after
    assert log.store.size() == (3 if took_effect else 1)
    plan.at = -1
    if not took_effect:
        log.append(b"b", b"c")
    log.store.close()
    store = Store.open(path)
    assert store.leaves(0, 9) == [b"a", b"b", b"c"]
    assert store.fsck().size == 3
    store.close()


def test_a_seal_that_refuses_leaves_nothing(log: Log) -> None:
    log.append(b"a")

    def seal(hashes: list[bytes]) -> bytes:
        raise Misconfigured("store", "gave back other bytes")

    with pytest.raises(Misconfigured):
        log.store.append(1, [b"b"], {"s": b"p"}, seal)
    assert (log.store.size(), log.store.leaves(0, 9), log.store.part("s")) == (1, [b"a"], None)


def test_a_full_disk_fails_a_batch_and_nothing_else(log: Log, path: Path) -> None:
    def small(uri: str) -> sqlite3.Connection:
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA max_page_count = 60")
        return connection

    log.store.close()
    log.store = Store.open(path, connecting=small)

    def fill() -> None:
        for _ in range(100):
            log.append(bytes(8000))

    with pytest.raises(Unavailable, match="the disk is full"):
        fill()
    size = log.store.size()
    assert 0 < size < 100
    log.store.close()
    store = Store.open(path)
    assert store.fsck() == log.frontier
    assert store.size() == size
    store.close()


def test_there_is_one_writer_and_readers_beside_it(log: Log, path: Path) -> None:
    log.append(b"a")
    with pytest.raises(Misconfigured, match="somebody else writes to it"):
        Store.open(path)
    reader = Store.open(path, writing=False)
    assert reader.leaves(0, 9) == [b"a"]
    with pytest.raises(Misconfigured, match="may not be written"):
        reader.put_meta("s", b"p")
    log.append(b"b")
    assert reader.size() == 2
    reader.close()


def test_pieces_stand_behind_the_checkpoint_until_their_note_covers_them(log: Log, path: Path) -> None:
    log.append(b"a")
    read: list[list[bytes]] = []
    log.store.append_before(1, [b"b", b"c"], b"first", read.append)
    log.store.append_before(3, [b"d"], b"second", read.append)
    assert read == [[leaf_hash(b"b"), leaf_hash(b"c")], [leaf_hash(b"d")]]
    assert (log.store.size(), log.store.held(), log.store.bridge()) == (1, 4, b"second")
    assert [leaf for _, leaf in log.store.each_leaf()] == [b"a"]
    assert log.store.leaves(0, 9) == [b"a", b"b", b"c", b"d"]
    assert log.store.fsck() == log.frontier
    with pytest.raises(Misconfigured, match="somebody else wrote to this log"):
        log.store.append(1, [b"x"], {}, lambda hashes: b"")
    log.store.close()
    store = Store.open(path)
    assert (store.size(), store.held(), store.bridge()) == (1, 4, b"second")
    store.append(4, [b"e"], {}, lambda hashes: b"note")
    assert (store.size(), store.held(), store.bridge(), store.checkpoint()) == (5, 5, None, b"note")
    store.append_before(5, [b"f"], b"third", read.append)
    store.cut(1, b"")
    assert (store.size(), store.held(), store.bridge()) == (1, 1, None)
    store.close()


def test_nothing_is_created_or_overwritten_unasked(path: Path, log: Log) -> None:
    with pytest.raises(Misconfigured, match="there is a store here already"):
        Store.create(path, None)
    with pytest.raises(Misconfigured, match="there is no store here"):
        Store.open(path.with_name("other"))
    assert not path.with_name("other").exists()
    with pytest.raises(Unavailable, match="cannot be created"):
        Store.create(path / "below a file", None)


KILLED_WHILE_CREATING = """
import os, signal, sqlite3, sys
from pathlib import Path
from wellclear.edges.database import connect
from wellclear.edges.store import Store

def end():
    os.kill(os.getpid(), signal.SIGKILL)

class Killed(sqlite3.Connection):
    def executescript(self, script):
        if sys.argv[2] == "before its tables":
            end()
        super().executescript(script.replace(" COMMIT;", "") if sys.argv[2] == "among its tables" else script)
        end()

def connecting(uri):
    if sys.argv[2] == "before its first page":
        end()
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, factory=Killed)

Store.create(Path(sys.argv[1]), "channel", connecting=connecting)
"""


@pytest.mark.parametrize(
    ("moment", "there"),
    [("before its first page", False), ("before its tables", False), ("among its tables", False), ("after", True)],
)
def test_a_store_that_was_killed_while_it_was_created_is_whole_or_is_created_again(
    path: Path, moment: str, there: bool
) -> None:
    """Whoever starts once more must not be told that something lies there, when nothing does."""
    ran = subprocess.run([sys.executable, "-c", KILLED_WHILE_CREATING, str(path), moment], check=False)
    assert ran.returncode == -signal.SIGKILL
    assert path.exists()
    assert Database.is_only_begun(path) is not there
    if there:
        with pytest.raises(Misconfigured, match="there is a store here already"):
            Store.create(path, "channel")
    store = Store.open(path) if there else Store.create(path, "channel")
    assert (store.channel, store.size(), store.checkpoint()) == ("channel", 0, None)
    assert Database.is_only_begun(path) is False
    store.close()


def test_a_backup_is_a_whole_store(log: Log, tmp_path: Path) -> None:
    log.append(b"a", b"b")
    log.store.backup(tmp_path / "copy")
    log.append(b"c")
    copy = Store.open(tmp_path / "copy")
    assert copy.fsck().size == 2
    copy.close()
    with pytest.raises(Misconfigured, match="is there already"):
        log.store.backup(tmp_path / "copy")


def test_a_transaction_is_one_and_sees_itself(log: Log) -> None:
    def crash() -> None:
        with log.store.transaction():
            log.store.put_meta("a", b"1")
            log.append(b"x")
            assert (log.store.get_meta("a"), log.store.size()) == (b"1", 1)
            raise RuntimeError("a crash in the middle")

    with pytest.raises(RuntimeError):
        crash()
    assert (log.store.get_meta("a"), log.store.size()) == (None, 0)


def test_outbox_drafts_notes_rings_and_meta_are_kept(path: Path) -> None:
    store = Store.create(path, None, box_key=b"b" * 32)
    store.put_outbox("x", "waiting", b"{}", [b"p", b"q"])
    store.put_outbox("y", "waiting", b"{}")
    store.put_outbox("x", "linked", b"{1}")
    store.put_draft("d", b"1")
    store.put_draft("d", b"2")
    store.keep_note(5, b"first")
    store.keep_note(5, b"second")
    assert store.ring_once("item/due", 7)
    assert not store.ring_once("item/due", 8)
    store.put_meta("m", b"v")
    store.put_meta("m/1", b"w")
    assert (store.meta_under("m/"), store.meta_under("n")) == ({"1": b"w"}, {})
    store.close()
    store = Store.open(path, box_key=b"b" * 32)
    rows = [(row.id, row.state, row.row, row.parts) for row in store.outbox()]
    assert rows == [("x", "linked", b"{1}", (b"p", b"q")), ("y", "waiting", b"{}", ())]
    assert (store.drafts(), store.note(5), store.notes()) == ({"d": b"2"}, b"first", [b"first"])
    assert (store.rings(), store.get_meta("m"), store.note(6)) == ({"item/due": 7}, b"v", None)
    store.drop_outbox("x")
    store.drop_draft("d")
    assert ([row.id for row in store.outbox()], store.drafts()) == (["y"], {})
    store.close()


def test_the_rings_of_one_situation_are_told_apart_from_its_neighbours(path: Path) -> None:
    store = Store.create(path)
    names = ("ack/x/1/D", "ack/x/1/D/due", "ack/x/1/D/host", "ack/x/1/D2", "ack/x/1/D0", "ack")
    for at_us, name in enumerate(names, 5):
        assert store.ring_once(name, at_us)
    assert store.rang("ack/x/1/D") == (3, 5, 7)
    assert (store.rang("ack/x/1/D2"), store.rang("nothing")) == ((1, 8, 8), (0, 0, 0))
    store.forget_rings("ack/x/1/D")
    assert set(store.rings()) == {"ack/x/1/D2", "ack/x/1/D0", "ack"}
    assert store.ring_once("ack/x/1/D/due", 20)
    store.close()


def test_what_was_opened_is_encrypted_at_rest(path: Path) -> None:
    store = Store.create(path, None, box_key=b"b" * 32)
    store.put_opening("c", b"a secret place")
    store.put_outbox("x", "waiting", b"{}", [b"a secret message"])
    store.put_draft("d", b"a secret draft")
    assert (store.opening("c"), store.opening("d")) == (b"a secret place", None)
    store.close()
    assert b"secret" not in b"".join(file.read_bytes() for file in path.parent.iterdir())
    other = Store.open(path, box_key=b"x" * 32)
    with pytest.raises(Misconfigured, match="does not open"):
        other.opening("c")
    for read in (other.outbox, other.drafts):
        with pytest.raises(Misconfigured, match="does not open"):
            read()
    other.close()
    without = Store.open(path)
    with pytest.raises(Misconfigured, match="without the key"):
        without.put_opening("c", b"")
    without.close()
    with pytest.raises(Unavailable, match="closed"):
        without.size()
