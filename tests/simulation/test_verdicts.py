"""The memory of verdicts changes none of them, and is gone afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from wellclear.errors import Unverified
from wellclear.log import ed25519
from wellclear.log.ed25519 import SigningKey, verify
from wellclear.testing.world.verdicts import remembered


def test_a_remembered_verdict_is_the_one_that_was_given() -> None:
    key, other = SigningKey(bytes(32)), SigningKey(bytes(31) + b"\x01")
    signed_before = key.sign(b"before")
    place: Any = ed25519
    before = place.crypto_sign, place.crypto_sign_open
    with remembered():
        signed = key.sign(b"now")
        assert signed == SigningKey(bytes(32)).sign(b"now")
        for _ in range(2):
            verify(key.public_key, b"now", signed)
            verify(key.public_key, b"before", signed_before)
            for wrong in ((key, b"then", signed), (other, b"now", signed), (key, b"now", signed_before)):
                with pytest.raises(Unverified):
                    verify(wrong[0].public_key, wrong[1], wrong[2])
    assert (place.crypto_sign, place.crypto_sign_open) == before
