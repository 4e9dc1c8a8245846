from __future__ import annotations

import pytest

from wellclear.errors import InvalidValue, Unverified
from wellclear.log.ed25519 import Signer, SigningKey, check_public_key, verify

KEY = SigningKey(bytes(range(32)))
ORDER = 2**252 + 27742317777372353535851937790883648493


def test_what_a_key_signs_verifies_under_it_and_nothing_else_does() -> None:
    signer: Signer = KEY
    signature = signer.sign(b"hold short")
    verify(signer.public_key, b"hold short", signature)
    for key, message in ((KEY.public_key, b"hold short "), (SigningKey(bytes(32)).public_key, b"hold short")):
        with pytest.raises(Unverified):
            verify(key, message, signature)


@pytest.mark.requirement("R33")
def test_every_changed_byte_of_key_message_and_signature_is_refused() -> None:
    message = b"two words"
    parts = [KEY.public_key, message, KEY.sign(message)]
    for which, part in enumerate(parts):
        for at in range(len(part)):
            changed = list(parts)
            changed[which] = part[:at] + bytes((part[at] ^ 1,)) + part[at + 1 :]
            with pytest.raises(Unverified):
                verify(*changed)


def test_s_is_below_the_group_order() -> None:
    signature = KEY.sign(b"x")
    s = int.from_bytes(signature[32:], "little") + ORDER
    with pytest.raises(Unverified):
        verify(KEY.public_key, b"x", signature[:32] + s.to_bytes(32, "little"))


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_keys_of_another_length_never_reach_the_library(length: int) -> None:
    key = (KEY.public_key * 2)[:length]
    with pytest.raises(Unverified):
        verify(key, b"x", KEY.sign(b"x"))
    with pytest.raises(Unverified):
        check_public_key(key)


@pytest.mark.parametrize("signature", [b"", KEY.sign(b"x")[:63], KEY.sign(b"x") + b"\0"])
def test_signatures_of_another_length_are_refused(signature: bytes) -> None:
    with pytest.raises(Unverified):
        verify(KEY.public_key, b"x", signature)


def test_a_message_is_not_split_from_its_signature_elsewhere() -> None:
    signature = KEY.sign(b"ab")
    with pytest.raises(Unverified):
        verify(KEY.public_key, b"b", signature + b"a")


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_seed_is_32_bytes(length: int) -> None:
    with pytest.raises(InvalidValue):
        SigningKey(bytes(length))


def test_a_key_does_not_print_its_secret() -> None:
    seed = bytes(range(32))
    assert seed.hex() not in repr(KEY)
    assert repr(seed)[2:-1] not in repr(KEY)
