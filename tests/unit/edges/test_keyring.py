from __future__ import annotations

import json
from pathlib import Path

import pytest

from wellclear.domain.canonical import b64
from wellclear.edges.keyring import (
    KDF_BY_NAME,
    Kdf,
    KeyInfo,
    Keyring,
    box_key,
    change_passphrase,
    check_real,
    create_key,
    public_half,
    unlock,
    write_private,
)
from wellclear.errors import InvalidValue, Misconfigured, Unavailable
from wellclear.log.ed25519 import SigningKey, verify

CHEAP = KDF_BY_NAME["minimum"]
SEED = bytes(range(32))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "keys" / "node.json"
    create_key(path, "node", "NORTHLAND", "correct horse", SEED, exercise=True, kdf=CHEAP)
    return path


def test_what_was_stored_signs_again(path: Path) -> None:
    assert public_half(path) == KeyInfo("node", "NORTHLAND", b64(SigningKey(SEED).public_key), exercise=True)
    signer = unlock(path, "correct horse")
    verify(SigningKey(SEED).public_key, b"x", signer.sign(b"x"))


def test_the_seed_does_not_stand_in_the_file(path: Path) -> None:
    raw = path.read_bytes()
    assert SEED not in raw
    assert b64(SEED).encode() not in raw
    assert SEED.hex().encode() not in raw


def test_keys_are_for_their_owner_alone(path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [file.name for file in path.parent.iterdir()] == ["node.json"]


def test_without_a_seed_every_key_is_another(tmp_path: Path) -> None:
    made = {create_key(tmp_path / f"{n}.json", "node", "NORTHLAND", "p", exercise=True, kdf=CHEAP) for n in range(3)}
    assert len(made) == 3


@pytest.mark.parametrize("passphrase", ["correct hors", "Correct horse", "correct horse "])
def test_another_passphrase_does_not_open_it(path: Path, passphrase: str) -> None:
    with pytest.raises(Misconfigured, match="passphrase does not open"):
        unlock(path, passphrase)


def test_two_spellings_of_one_passphrase_are_the_same(tmp_path: Path) -> None:
    create_key(tmp_path / "a.json", "node", "NORTHLAND", "Caf\u00e9", SEED, exercise=True, kdf=CHEAP)
    assert unlock(tmp_path / "a.json", "Cafe\u0301").public_key == SigningKey(SEED).public_key


def test_no_key_without_a_passphrase(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="none was given"):
        create_key(tmp_path / "a.json", "node", "NORTHLAND", "", exercise=True, kdf=CHEAP)
    assert not (tmp_path / "a.json").exists()


def test_a_key_is_never_overwritten(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(Misconfigured, match="is there already"):
        create_key(path, "node", "NORTHLAND", "another", exercise=True, kdf=CHEAP)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("field", "value"), [("owner", "SOUTHLAND"), ("use", "recovery"), ("public", b64(SEED)), ("exercise", "no")]
)
def test_a_changed_label_is_found(path: Path, field: str, value: str) -> None:
    held = json.loads(path.read_text())
    held[field] = value
    path.write_text(json.dumps(held))
    with pytest.raises(Misconfigured, match="somebody changed"):
        unlock(path, "correct horse")


@pytest.mark.parametrize(
    "raw",
    [b"", b"{}", b"[]", b"\xff", b'{"wellclear_key":2}', b"x" * 9000, b"[" * 7000],
)
def test_what_is_no_key_file_is_said_to_be_none(path: Path, raw: bytes) -> None:
    path.write_bytes(raw)
    with pytest.raises(Misconfigured):
        unlock(path, "correct horse")


@pytest.mark.parametrize(
    ("where", "value"),
    [("memory_kib", 2**40), ("passes", 0), ("passes", 10**6), ("salt", "AAAA"), ("salt", "*"), ("name", "md5")],
)
def test_a_file_cannot_ask_for_any_work_it_likes(path: Path, where: str, value: object) -> None:
    held = json.loads(path.read_text())
    held["kdf"][where] = value
    path.write_text(json.dumps(held))
    with pytest.raises(Misconfigured):
        unlock(path, "correct horse")


def test_a_damaged_box_is_refused(path: Path) -> None:
    held = json.loads(path.read_text())
    held["box"] = "AAAA"
    path.write_text(json.dumps(held))
    with pytest.raises(Misconfigured, match="does not open"):
        unlock(path, "correct horse")


def test_a_key_that_others_may_read_is_not_used(path: Path) -> None:
    path.chmod(0o640)
    with pytest.raises(Misconfigured, match="chmod 600"):
        unlock(path, "correct horse")


def test_the_passphrase_can_be_changed(path: Path) -> None:
    change_passphrase(path, "correct horse", "battery staple", kdf=CHEAP)
    assert unlock(path, "battery staple").public_key == SigningKey(SEED).public_key
    with pytest.raises(Misconfigured):
        unlock(path, "correct horse")


def test_a_keyring_knows_its_keys(tmp_path: Path) -> None:
    ring = Keyring(tmp_path)
    assert ring.officers() == ring.uses() == ()
    create_key(ring.path("node"), "node", "NORTHLAND", "p", SEED, exercise=True, kdf=CHEAP)
    create_key(ring.path("recovery"), "node", "NORTHLAND", "p", exercise=True, kdf=CHEAP)
    create_key(ring.officer_path("W1"), "person", "NORTHLAND/W1", "p", exercise=True, kdf=CHEAP)
    assert ring.officers() == ("W1",)
    assert ring.uses() == ("node", "recovery")
    assert ring.unlock("node", "p").public_key == SigningKey(SEED).public_key
    with pytest.raises(Misconfigured, match="not for recovery"):
        ring.unlock("recovery", "p")
    with pytest.raises(Misconfigured, match="no key lies here"):
        ring.unlock("cosigner", "p")


@pytest.mark.parametrize("name", ["../W1", "w1", "", "W1/../X"])
def test_a_handle_cannot_leave_the_directory(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidValue):
        Keyring(tmp_path).officer_path(name)


@pytest.mark.parametrize("use", ["../node", "Node", "", "node/../x", "1node", "node.json"])
def test_a_use_cannot_leave_the_directory(tmp_path: Path, use: str) -> None:
    with pytest.raises(InvalidValue):
        Keyring(tmp_path).path(use)


def test_the_box_key_belongs_to_one_key() -> None:
    one = box_key(SigningKey(SEED))
    assert one == box_key(SigningKey(SEED))
    assert len(one) == 32
    assert one != box_key(SigningKey(bytes(32)))


def test_a_directory_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable):
        create_key(tmp_path / "file" / "a.json", "node", "NORTHLAND", "p", exercise=True, kdf=CHEAP)
    with pytest.raises(Unavailable):
        write_private(tmp_path / "none" / "a", b"")


@pytest.mark.parametrize("wrong", [(0, 8), (65, 8), (1, 7), (1, 2**30)])
def test_a_cost_has_bounds(wrong: tuple[int, int]) -> None:
    with pytest.raises(InvalidValue):
        Kdf(*wrong)


@pytest.mark.requirement("R24")
def test_an_exercises_key_signs_nothing_in_a_real_channel(path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"NORTHLAND's key for node was made for exercises.*node init --real"):
        unlock(path, "correct horse", real=True)
    with pytest.raises(Misconfigured, match="REAL"):
        Keyring(path.parent.parent).unlock("node", "correct horse", real=True)
    with pytest.raises(Misconfigured, match="REAL"):
        Keyring(path.parent.parent).check_real()
    change_passphrase(path, "correct horse", "battery staple", kdf=CHEAP)
    assert public_half(path).exercise


@pytest.mark.parametrize(
    ("use", "owner", "command"),
    [("person", "NORTHLAND/W1", "officer add W1"), ("standby", "NORTHLAND", "--standby --real"),
     ("log", "NORTHLAND", "another home"), ("picture", "NORTHLAND", "node init --real --party NORTHLAND")],
)  # fmt: skip
def test_each_use_says_what_to_do_instead(tmp_path: Path, use: str, owner: str, command: str) -> None:
    create_key(tmp_path / "a.json", use, owner, "p", exercise=True, kdf=CHEAP)
    with pytest.raises(Misconfigured, match=command):
        check_real(tmp_path / "a.json")


def test_a_real_key_may_serve_in_an_exercise_too(tmp_path: Path) -> None:
    ring = Keyring(tmp_path)
    create_key(ring.path("node"), "node", "NORTHLAND", "p", SEED, exercise=False, kdf=CHEAP)
    ring.check_real()
    for real in (False, True):
        assert ring.unlock("node", "p", real=real).public_key == SigningKey(SEED).public_key


def test_a_real_key_cannot_be_made_an_exercises_by_hand_either(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    create_key(path, "node", "NORTHLAND", "p", exercise=False, kdf=CHEAP)
    path.write_text(path.read_text().replace('"exercise": "no"', '"exercise": "yes"'))
    with pytest.raises(Misconfigured, match="somebody changed"):
        unlock(path, "p")


def test_a_file_that_does_not_say_what_it_is_for_is_no_key_file(path: Path) -> None:
    held = json.loads(path.read_text())
    del held["exercise"]
    path.write_text(json.dumps(held))
    with pytest.raises(Misconfigured, match="exercise"):
        unlock(path, "correct horse")
