"""What follows from bytes alone need not be computed again for each machine of a world.

Every machine verifies every signature and decodes every entry for itself, and so do the checkers: the same few hundred,
thousands of times. The library's verdict follows from the bytes, and what it has signed it takes; an entry is its leaf,
and no one may change it. So inside `remembered` either is done once. Nothing in the programs knows of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

from nacl.bindings import crypto_sign, crypto_sign_open
from nacl.exceptions import BadSignatureError

from wellclear.channel import opening
from wellclear.domain.entry import decode_leaf
from wellclear.log import ed25519

KEPT_MAX: Final = 50_000
"""Verdicts of one world; then it begins anew."""
DECODED_MAX: Final = 10_000
_SEED_BYTES: Final = 32


@contextmanager
def remembered() -> Iterator[None]:
    """As long as it lasts, the library is asked once for each signed message and key, and each leaf is decoded once."""
    why_bad: dict[tuple[bytes, bytes], str | None] = {}

    def keep(signed: bytes, key: bytes, why: str | None) -> None:
        if len(why_bad) >= KEPT_MAX:
            why_bad.clear()
        why_bad[signed, key] = why

    def sign(message: bytes, secret: bytes) -> bytes:
        signed = crypto_sign(message, secret)
        keep(signed, secret[_SEED_BYTES:], None)
        return signed

    def open_(signed: bytes, key: bytes) -> bytes:
        if (signed, key) not in why_bad:
            try:
                crypto_sign_open(signed, key)
            except BadSignatureError as error:
                keep(signed, key, str(error))
            else:
                keep(signed, key, None)
        why = why_bad[signed, key]
        if why is not None:
            raise BadSignatureError(why)
        return signed[ed25519.SIGNATURE_BYTES :]

    decoded = lru_cache(maxsize=DECODED_MAX)(decode_leaf)  # what does not decode is not kept
    signing: Any = ed25519
    entries: Any = opening
    before = signing.crypto_sign, signing.crypto_sign_open, entries.decode_leaf
    signing.crypto_sign, signing.crypto_sign_open, entries.decode_leaf = sign, open_, decoded
    try:
        yield
    finally:
        signing.crypto_sign, signing.crypto_sign_open, entries.decode_leaf = before
