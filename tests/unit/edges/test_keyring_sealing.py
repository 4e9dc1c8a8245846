"""A party's sealing keys at rest: the present one, the next, those before; and the copy that a stand-by gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellclear.apps.cli.joining import standby_sealing
from wellclear.domain.canonical import b64
from wellclear.edges.keyring import KDF_BY_NAME, MLDSA_USE, Keyring, copy_key, create_key, public_half
from wellclear.errors import InvalidValue, Misconfigured

CHEAP = KDF_BY_NAME["minimum"]
PARTY, SECRET, OTHER = "NORTHLAND", "correct horse", "battery staple"


def made(path: Path, *, party: str = PARTY, use: str = "sealing", exercise: bool = False, hybrid: bool = False) -> str:
    return create_key(path, use, party, SECRET, exercise=exercise, kdf=CHEAP, hybrid=hybrid)


def test_the_next_key_replaces_the_present_one_and_all_are_opened(tmp_path: Path) -> None:
    ring = Keyring(tmp_path)
    keys = [made(ring.path("sealing"))]
    assert [b64(key.public_key) for key in ring.unlock_sealing(SECRET)] == keys
    for number in (1, 2):
        keys.insert(0, made(ring.next_path("sealing"), hybrid=number == 2))
        assert {b64(key.public_key) for key in ring.unlock_sealing(SECRET)} == set(keys), (
            "also before it is the present"
        )
        former = ring.replace("sealing")
        assert former == ring.path(f"sealing_{number}")
        assert public_half(former).public == keys[1]
        assert b64(ring.unlock_sealing(SECRET)[0].public_key) == keys[0]
    ring.path("sealing_1").unlink()
    assert len(ring.unlock_sealing(SECRET)) == 2, "one that was destroyed is missed by nobody"


def test_a_half_way_replacement_is_no_loss(tmp_path: Path) -> None:
    ring = Keyring(tmp_path)
    made(ring.path("sealing")), made(ring.next_path("sealing"))
    ring.path("sealing").rename(ring.path("sealing_1"))
    assert len(ring.unlock_sealing(SECRET)) == 2
    ring.replace("sealing")
    assert len(ring.unlock_sealing(SECRET)) == 2
    assert ring.path("sealing").is_file()


def test_none_another_use_or_another_passphrase_is_told(tmp_path: Path) -> None:
    ring = Keyring(tmp_path)
    with pytest.raises(Misconfigured, match="no key lies here"):
        ring.unlock_sealing(SECRET)
    made(ring.path("sealing"))
    with pytest.raises(Misconfigured, match="the passphrase does not open it"):
        ring.unlock_sealing(OTHER)
    made(ring.path("sealing_1"), use="node")
    with pytest.raises(Misconfigured, match="holds the key for node, not for sealing"):
        ring.unlock_sealing(SECRET)
    with pytest.raises(InvalidValue):
        ring.path("sealing_/x")


def test_a_copy_has_the_same_key_under_another_passphrase(tmp_path: Path) -> None:
    public = made(tmp_path / "a.json", hybrid=True)
    assert copy_key(tmp_path / "a.json", tmp_path / "b.json", SECRET, OTHER, kdf=CHEAP) == public
    with pytest.raises(Misconfigured, match="is there already"):
        copy_key(tmp_path / "a.json", tmp_path / "b.json", SECRET, OTHER, kdf=CHEAP)
    with pytest.raises(Misconfigured, match="the passphrase does not open it"):
        copy_key(tmp_path / "a.json", tmp_path / "c.json", OTHER, OTHER, kdf=CHEAP)
    assert not (tmp_path / "c.json").exists()


def test_a_stand_by_takes_the_partys_keys_or_makes_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new, old = tmp_path / "new.json", tmp_path / "old.json"
    public = made(new)
    made(old)
    home = tmp_path / "standby"
    assert standby_sealing(home, PARTY, SECRET, "minimum", [new, old], exercise=False, hybrid=False) == public
    assert len(Keyring(home).unlock_sealing(SECRET)) == 2
    own = standby_sealing(tmp_path / "own", PARTY, SECRET, "minimum", [], exercise=False, hybrid=True)
    assert len(own) > 1000
    monkeypatch.setenv("WELLCLEAR_SEALING_PASSPHRASE", SECRET)
    assert standby_sealing(tmp_path / "third", PARTY, OTHER, "minimum", [new], exercise=False, hybrid=False) == public
    assert len(Keyring(tmp_path / "third").unlock_sealing(OTHER)) == 1


@pytest.mark.requirement("R24")
def test_it_takes_no_other_partys_key_and_no_exercises(tmp_path: Path) -> None:
    made(tmp_path / "south.json", party="SOUTHLAND")
    made(tmp_path / "exercise.json", exercise=True)
    for name, why in (("south", "SOUTHLAND for sealing"), ("exercise", "was made for exercises")):
        file, home = tmp_path / f"{name}.json", tmp_path / "standby"
        with pytest.raises(Misconfigured, match=why):
            standby_sealing(home, PARTY, SECRET, "minimum", [file], exercise=False, hybrid=False)


def test_a_second_cosigner_key_is_opened_as_what_it_is_alone(tmp_path: Path) -> None:
    ring = Keyring(tmp_path)
    assert ring.unlock_second(SECRET) is None
    public = made(ring.path(MLDSA_USE), use=MLDSA_USE)
    second = ring.unlock_second(SECRET)
    assert second is not None and b64(second.public_key) == public == public_half(ring.path(MLDSA_USE)).public
    assert len(second.sign(b"said")) == 2420
    with pytest.raises(Misconfigured, match="second lines"):
        ring.unlock(MLDSA_USE, SECRET)
    made(ring.next_path(MLDSA_USE), use=MLDSA_USE)
    assert ring.replace(MLDSA_USE) == ring.path(f"{MLDSA_USE}_1")
    made(ring.path("node"), use="node")
    ring.path("node").replace(ring.path(MLDSA_USE))
    with pytest.raises(Misconfigured, match="holds the key for node"):
        ring.unlock_second(SECRET)
