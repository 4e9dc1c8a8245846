from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

from wellclear.apps.cli.keeping import LIST, backup, restore
from wellclear.apps.cli.main import main
from wellclear.edges.keyring import Keyring
from wellclear.edges.settings import load_node
from wellclear.edges.store import Store
from wellclear.errors import Malformed, Misconfigured, Unverified
from wellclear.log.checkpoint import Checkpoint, sign_checkpoint
from wellclear.log.ed25519 import SigningKey
from wellclear.log.merkle import Frontier

PASS = "correct horse"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A node's home with three entries in its log."""
    monkeypatch.setenv("WELLCLEAR_PASSPHRASE", PASS)
    home = tmp_path / "home"
    assert main(["node", "init", "--party", "NORTHLAND", "--kdf", "minimum", "--home", str(home)]) == 0
    store = Store.create(home / "node.sqlite")
    key = SigningKey(bytes(32))

    def seal(hashes: list[bytes]) -> bytes:
        return sign_checkpoint(Checkpoint("caspia.example/x", 3, Frontier.empty().extend(hashes).root()), key)

    store.append(0, [b"one", b"two", b"three"], {}, seal)
    store.close()
    return home


def test_what_was_backed_up_is_restored(home: Path, tmp_path: Path) -> None:
    backup(tmp_path / "b.tar", home=home)
    assert (tmp_path / "b.tar").stat().st_mode & 0o777 == 0o600
    restore(tmp_path / "b.tar", home=tmp_path / "again")
    again = tmp_path / "again"
    assert load_node(again, joined=False).party == "NORTHLAND"
    assert Keyring(again).unlock("node", PASS).public_key == Keyring(home).unlock("node", PASS).public_key
    store = Store.open(again / "node.sqlite")
    assert (store.size(), store.leaves(0, 3)) == (3, [b"one", b"two", b"three"])
    store.close()
    assert (again / "restored").read_text() == "3\n"
    assert list(home.glob(".backup-*")) == []


def test_a_backup_is_taken_while_the_node_writes(home: Path, tmp_path: Path) -> None:
    writer = Store.open(home / "node.sqlite")
    backup(tmp_path / "b.tar", home=home)
    writer.put_meta("later", b"x")
    writer.close()
    restore(tmp_path / "b.tar", home=tmp_path / "again")
    store = Store.open(tmp_path / "again" / "node.sqlite")
    assert store.get_meta("later") is None
    store.close()


def test_nothing_is_overwritten(home: Path, tmp_path: Path) -> None:
    backup(tmp_path / "b.tar", home=home)
    with pytest.raises(Misconfigured, match="nothing is overwritten"):
        backup(tmp_path / "b.tar", home=home)
    with pytest.raises(Misconfigured, match="not empty"):
        restore(tmp_path / "b.tar", home=home)
    with pytest.raises(Misconfigured, match="no home"):
        backup(tmp_path / "c.tar", home=tmp_path / "nowhere")


def test_a_changed_byte_is_found(home: Path, tmp_path: Path) -> None:
    backup(tmp_path / "b.tar", home=home)
    raw = bytearray((tmp_path / "b.tar").read_bytes())
    at = raw.index(b"SQLite format 3")
    raw[at + 8000] ^= 1
    (tmp_path / "b.tar").write_bytes(raw)
    with pytest.raises(Unverified, match=r"node\.sqlite: was changed"):
        restore(tmp_path / "b.tar", home=tmp_path / "again")
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/b/c/d"])
def test_no_file_leaves_the_home(name: str, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "b.tar", "w") as tar:
        entry = tarfile.TarInfo(name)
        tar.addfile(entry, io.BytesIO(b""))
    with pytest.raises(Malformed, match="no file of a home"):
        restore(tmp_path / "b.tar", home=tmp_path / "again")


def test_no_link_is_followed(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "b.tar", "w") as tar:
        entry = tarfile.TarInfo("settings.toml")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(entry)
    with pytest.raises(Malformed):
        restore(tmp_path / "b.tar", home=tmp_path / "again")


def test_a_file_with_holes_is_not_unpacked(tmp_path: Path) -> None:
    """A sparse entry of a few bytes could claim gigabytes of zeros."""
    with tarfile.open(tmp_path / "b.tar", "w", format=tarfile.GNU_FORMAT) as tar:
        entry = tarfile.TarInfo("node.sqlite")
        entry.type = tarfile.GNUTYPE_SPARSE
        tar.addfile(entry)
    raw = bytearray((tmp_path / "b.tar").read_bytes())
    raw[483:495] = b"%011o\0" % (1 << 32)  # the size that it unpacks to
    raw[148:156] = b" " * 8
    raw[148:156] = b"%06o\0 " % sum(raw[:512])
    (tmp_path / "b.tar").write_bytes(raw)
    with pytest.raises(Malformed, match="no file of a home"):
        restore(tmp_path / "b.tar", home=tmp_path / "again")


@pytest.mark.parametrize(
    "head", [b"", b"[]", b"{}", json.dumps({"wellclear_backup": 9, "made": "", "files": {}, "entries": {}}).encode()]
)
def test_what_is_no_backup_is_malformed(head: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(b"x" * 2000)
    with pytest.raises(Malformed):
        restore(tmp_path / "a.tar", home=tmp_path / "again")
    with tarfile.open(tmp_path / "b.tar", "w") as tar:
        entry = tarfile.TarInfo(LIST)
        entry.size = len(head)
        tar.addfile(entry, io.BytesIO(head))
    with pytest.raises(Malformed):
        restore(tmp_path / "b.tar", home=tmp_path / "again")
