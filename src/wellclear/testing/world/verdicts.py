"""What Ed25519 has said once in a world need not be computed again there.

Every machine of a world verifies every signature for itself, and so do the checkers: the same few hundred verdicts,
thousands of times. The library's verdict follows from the bytes alone, and what it has signed it takes; so inside
`remembered` it is asked once for each signed message and key. Nothing in the programs knows of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from nacl.bindings import crypto_sign, crypto_sign_open
from nacl.exceptions import BadSignatureError

from wellclear.log import ed25519

KEPT_MAX: Final = 50_000
"""Verdicts of one world; then it begins anew."""
_SEED_BYTES: Final = 32


@contextmanager
def remembered() -> Iterator[None]:
    """As long as it lasts, the library is asked once for each signed message under each key."""
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

    place: Any = ed25519
    before = place.crypto_sign, place.crypto_sign_open
    place.crypto_sign, place.crypto_sign_open = sign, open_
    try:
        yield
    finally:
        place.crypto_sign, place.crypto_sign_open = before
