"""Ed25519 (RFC 8032) under one strict rule, so that every node gives the same verdict on the same bytes.

Libraries disagree on hostile keys and signatures. An entry that one node takes and another refuses would give two
pictures, so the rule is part of the protocol:

* at registration a key is refused when its y is not canonical (y >= 2^255 - 19), when it is not a point of the curve,
  or when it is one of the eight points of small order (`check_public_key`);
* at verification the same is refused again, and so are a signature whose R is of small order or not canonical, and an
  S that is not below the group order L; the equation is the one without the cofactor, R = S*B - h*A (`verify`).

This is what libsodium does. The vectors under `tests/vectors` hold this and every other backend to it, torsion
components in R and in the key included, so that a library that changes its mind is noticed.
"""

from __future__ import annotations

from typing import Protocol

from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair
from nacl.exceptions import BadSignatureError

from wellclear.domain import keys
from wellclear.errors import InvalidValue, Unverified

SEED_BYTES = 32
PUBLIC_KEY_BYTES = 32
SIGNATURE_BYTES = 64


class Signer(Protocol):
    """A key is anything with `sign(bytes)`: a seed in memory, a hardware module, another process."""

    @property
    def public_key(self) -> bytes:
        """The 32 bytes of the public key."""

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of the signature over `message`."""


class SigningKey:
    """A `Signer` made from a 32-byte seed. Seeds come from the edges; nothing is generated here.

    Raises:
        InvalidValue: the seed is not 32 bytes long.
    """

    __slots__ = ("_secret", "public_key")

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_BYTES:
            raise InvalidValue("seed", f"{len(seed)} bytes, not {SEED_BYTES}")
        self.public_key, self._secret = crypto_sign_seed_keypair(bytes(seed))

    def sign(self, message: bytes) -> bytes:
        """The signature over `message`; deterministic (RFC 8032, section 5.1.6)."""
        return crypto_sign(message, self._secret)[:SIGNATURE_BYTES]

    def __repr__(self) -> str:
        # The secret half must not reach a log file by way of a traceback or a debug line.
        return f"SigningKey(public_key={self.public_key.hex()})"


def check_public_key(key: bytes) -> None:
    """The rule at registration: returns for a key that may be registered.

    Raises:
        Unverified: wrong length, y not canonical, not on the curve, or a point of small order.
    """
    try:
        keys.check_public_key(key)
    except InvalidValue as error:
        raise Unverified("public key", error.why) from error


def verify(public_key: bytes, message: bytes, signature: bytes) -> None:
    """Return if `signature` is `public_key`'s over `message` under the strict rule of this module.

    Raises:
        Unverified: it is not, or key or signature have a wrong length.
    """
    # The binding reads 32 bytes at the key whatever its length, so both lengths are checked first.
    if len(public_key) != PUBLIC_KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        raise Unverified("signature", f"key of {len(public_key)} bytes, signature of {len(signature)}, not 32 and 64")
    try:
        crypto_sign_open(signature + message, public_key)
    except BadSignatureError as error:
        raise Unverified("signature", "does not verify") from error
