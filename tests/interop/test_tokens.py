"""A person's key on a token: SoftHSM2 makes and holds it, and its approvals stand like those of any other key."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.interop.softhsm import PIN, WHY_NOT, softhsm
from wellclear.apps.cli.acting import secret_of
from wellclear.apps.node.sessions import Sessions
from wellclear.channel.composing import approval_holds, approve
from wellclear.domain.canonical import b64
from wellclear.domain.entry import act_hash
from wellclear.edges.keyring import Keyring, approver, change_passphrase, public_half, put_away, unlock
from wellclear.edges.tokens import MODULE, TokenUri, adopt, fault_of, open_at, parse_uri
from wellclear.errors import Misconfigured, Refused, Unavailable
from wellclear.log.ed25519 import verify
from wellclear.testing.sketch import Sketch, circle

HSM = softhsm()
pytestmark = [pytest.mark.slow, pytest.mark.skipif(HSM is None, reason=WHY_NOT)]
URI = "pkcs11:token=NORTHLAND%20W1;object=W1"
OWNER = "NORTHLAND/W1"


@dataclass(frozen=True)
class Place:
    """A home whose officer W1 has the key on a token."""

    home: Path
    public: str

    @property
    def path(self) -> Path:
        return Keyring(self.home).officer_path("W1")


@pytest.fixture(scope="module", autouse=True)
def module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tokens are seen by a module when it is first loaded, so all of them are made before."""
    assert HSM is not None, "else it is skipped"
    before = dict(os.environ)
    home = tmp_path_factory.mktemp("tokens")
    for label in ("NORTHLAND W1", "EMPTY", "SAME", "SAME"):
        os.environ["SOFTHSM2_CONF"] = HSM.token(home, label)
    os.environ[MODULE] = str(HSM.module)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="module")
def place(module: None, tmp_path_factory: pytest.TempPathFactory) -> Place:
    home = tmp_path_factory.mktemp("home")
    return Place(home, adopt(Keyring(home).officer_path("W1"), OWNER, URI, PIN, exercise=True))


@pytest.mark.requirement("R21")
def test_a_key_on_a_token_approves_and_the_approval_stands(place: Place) -> None:
    sketch = Sketch.founded(seed=51)
    roster = msgspec.to_builtins(sketch.parties["NORTHLAND"].roster())
    roster["persons"][0]["key"] = place.public
    assert not sketch.send("NORTHLAND", sketch.compose("roster", "NORTHLAND", public=roster), use="recovery").remarks
    composed = sketch.compose(
        "notice", "NORTHLAND", desk="NORTHLAND/OPS", to=["SOUTHLAND/OPS"], keep_until="2026-12-01",
        id=sketch.parties["NORTHLAND"].next_id(),
        told=sketch.told(sketch.notice_groups([circle(34.5, 38.3, 5_000)]), ["NORTHLAND", "SOUTHLAND"]),
    )  # fmt: skip
    signer = approver(place.path, PIN)
    drafted = approve(composed.act, signer, "drafter")
    put_away(signer)
    assert drafted.key == place.public and approval_holds(act_hash(composed.act), drafted)
    released = sketch.approved(composed, ("R1", "release_authority"))
    assert sketch.send("NORTHLAND", composed, [drafted, *released]).remarks == ()


def test_signatures_are_plain_ed25519_and_hold_under_the_strict_rule(place: Place) -> None:
    signer = approver(place.path, PIN)
    verify(signer.public_key, b"said", signer.sign(b"said"))
    put_away(signer)
    assert b64(signer.public_key) == place.public == public_half(place.path).public


def test_the_file_holds_no_secret_and_the_key_never_leaves(place: Place) -> None:
    held = json.loads(place.path.read_text())
    assert sorted(held) == ["exercise", "owner", "public", "sig", "uri", "use", "wellclear_token"]
    assert place.path.stat().st_mode & 0o077 == 0
    assert Keyring(place.home).officers() == ("W1",)
    with pytest.raises(Misconfigured, match="lies on a token"):
        unlock(place.path, PIN)
    with pytest.raises(Misconfigured, match="token's own tools"):
        change_passphrase(place.path, PIN, "other")
    import pkcs11

    signer = open_at(parse_uri(URI), PIN)
    for attribute, wanted in ((pkcs11.Attribute.SENSITIVE, True), (pkcs11.Attribute.EXTRACTABLE, False)):
        assert signer._key[attribute] is wanted
    signer.close()


@pytest.mark.parametrize(
    ("uri", "pin", "words"),
    [
        (URI, "000000", "the PIN does not open it"), (URI, "1", "the PIN does not open it"),
        (URI.replace("W1;", "W9;"), PIN, "no such token is in any reader"),
        (URI.replace("object=W1", "object=W9"), PIN, "no Ed25519 key of that name lies on it: W9"),
        ("pkcs11:token=EMPTY;object=W1", PIN, "no Ed25519 key of that name"),
        ("pkcs11:token=SAME;object=W1", PIN, "more than one token of that label"),
        (f"{URI}?module-path=/nowhere/module.so", PIN, "no PKCS#11 module lies there"),
        (f"{URI}?module-path=module.so", PIN, "no PKCS#11 module lies there"),
        (f"{URI}?module-path={Path(__file__)}", PIN, "is no PKCS#11 module"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_to_a_person(uri: str, pin: str, words: str) -> None:
    with pytest.raises(Misconfigured, match=words):
        open_at(parse_uri(uri), pin)


def test_after_wrong_pins_the_right_one_still_opens(place: Place) -> None:
    with pytest.raises(Misconfigured, match="PIN"):
        approver(place.path, "999999")
    put_away(approver(place.path, PIN))


def test_two_keys_of_one_name_and_a_key_of_another_curve_are_none(place: Place) -> None:
    import pkcs11

    assert HSM is not None, "else it is skipped"
    (token,) = pkcs11.lib(str(HSM.module)).get_tokens(token_label="EMPTY")
    with token.open(rw=True, user_pin=PIN) as session:
        for label, oid in (("TWO", "1.3.101.112"), ("TWO", "1.3.101.112"), ("448", "1.3.101.113")):
            curve = session.create_domain_parameters(
                pkcs11.KeyType.EC_EDWARDS,
                {pkcs11.Attribute.EC_PARAMS: pkcs11.util.ec.encode_named_curve_parameters(oid)}, local=True,
            )  # fmt: skip
            curve.generate_keypair(mechanism=pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True, label=label)
        session.generate_keypair(pkcs11.KeyType.RSA, 1024, store=True, label="RSA")
    for label, words in (("TWO", "more than one"), ("448", "another curve"), ("RSA", "no Ed25519 key")):
        with pytest.raises(Misconfigured, match=words):
            open_at(parse_uri(f"pkcs11:token=EMPTY;object={label}"), PIN)


def test_a_token_that_is_open_here_is_not_opened_by_another_pin(place: Place) -> None:
    """A token asks for its PIN once in a program: else whoever comes second would need none."""
    first = approver(place.path, PIN)
    for pin in ("000000", PIN):
        with pytest.raises(Misconfigured, match="open in this program already"):
            approver(place.path, pin)
    put_away(first)
    put_away(approver(place.path, PIN))


@pytest.mark.requirement("R24")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("W1", "R1"), ('"exercise": "yes"', '"exercise": "no"'), ("object=W1", "object=W2"), ('"sig": "', '"sig": "A'),
    ],
)  # fmt: skip
def test_nobody_gives_it_another_label(place: Place, tmp_path: Path, old: str, new: str) -> None:
    changed = tmp_path / "W1.json"
    changed.write_text(place.path.read_text().replace(old, new, 1))
    changed.chmod(0o600)
    with pytest.raises(Misconfigured, match="somebody changed what it says"):
        approver(changed, PIN)


@pytest.mark.requirement("R24")
def test_a_token_key_that_was_made_for_exercises_says_nothing_in_a_real_channel(place: Place) -> None:
    with pytest.raises(Misconfigured, match="made for exercises"):
        approver(place.path, PIN, real=True)


def test_another_key_under_the_same_name_is_not_taken_for_it(place: Place, tmp_path: Path) -> None:
    path = Keyring(tmp_path).officer_path("W1")
    signer = open_at(parse_uri("pkcs11:token=EMPTY;object=OTHER"), PIN, make=True)
    signer.close()
    public = adopt(path, OWNER, "pkcs11:token=EMPTY;object=OTHER", PIN, exercise=True)
    assert public == b64(signer.public_key), "what lies there is taken, not made anew"
    import pkcs11

    assert HSM is not None, "else it is skipped"
    (token,) = pkcs11.lib(str(HSM.module)).get_tokens(token_label="EMPTY")
    with token.open(rw=True, user_pin=PIN) as session:
        for one in list(session.get_objects({pkcs11.Attribute.LABEL: "OTHER"})):
            one.destroy()
    open_at(parse_uri("pkcs11:token=EMPTY;object=OTHER"), PIN, make=True).close()
    with pytest.raises(Misconfigured, match="another key lies there"):
        approver(path, PIN)


@pytest.mark.requirement("R21")
def test_a_watch_holds_the_token_open_and_gives_it_back(place: Place) -> None:
    sketch = Sketch.founded(seed=52)
    roster = msgspec.to_builtins(sketch.parties["NORTHLAND"].roster())
    roster["persons"][0]["key"] = place.public
    sketch.send("NORTHLAND", sketch.compose("roster", "NORTHLAND", public=roster), use="recovery")
    sessions = Sessions("NORTHLAND", Keyring(place.home), lambda: 0)
    with pytest.raises(Refused, match=r"KEY_NOT_OPENED: .*the PIN does not open it"):
        sessions.unlock("W1", "000000", real=False)
    session = sessions.begin("W1", sessions.unlock("W1", PIN, real=False), sketch.picture)
    assert session.signer.sign(b"x")
    with pytest.raises(Refused, match="open in this program already"):
        sessions.unlock("W1", PIN, real=False)
    sessions.end(session.token)
    with pytest.raises(Refused, match="NOT_ON_ROSTER"):
        sessions.begin("W1", sessions.unlock("W1", PIN, real=False), Sketch.founded(seed=52).picture)
    put_away(sessions.unlock("W1", PIN, real=False))


def test_a_pin_is_asked_for_and_no_passphrase_is_tried_as_one(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WELLCLEAR_PASSPHRASE", "correct horse battery")
    with pytest.raises(Misconfigured, match="PIN: none for W1's token NORTHLAND W1"):
        secret_of(place.path, "W1", None)
    monkeypatch.setenv("WELLCLEAR_PIN", PIN)
    assert secret_of(place.path, "W1", None) == PIN


def test_without_the_extra_it_says_what_to_install(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    with pytest.raises(Misconfigured, match=r"pip install wellclear\[pkcs11\]"):
        approver(place.path, PIN)


def test_without_a_module_it_says_how_to_name_one(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(MODULE)
    with pytest.raises(Misconfigured, match=f"Set {MODULE}"):
        approver(place.path, PIN)


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("PinLocked", Misconfigured, "has locked itself"), ("PinExpired", Misconfigured, "has expired"),
        ("MechanismInvalid", Misconfigured, "knows no Ed25519"), ("DeviceRemoved", Unavailable, "was it taken out"),
        ("SessionHandleInvalid", Unavailable, "was it taken out"),
    ],
)  # fmt: skip
def test_what_a_software_token_never_does_is_told_all_the_same(name: str, kind: type[Exception], words: str) -> None:
    """SoftHSM2 does not lock itself, and cannot be taken out: here the library's own errors stand for it."""
    import pkcs11

    error: Any = getattr(pkcs11.exceptions, name)()
    told = fault_of(TokenUri("T", "W1", b"", ""), error)
    assert isinstance(told, kind) and words in str(told)
