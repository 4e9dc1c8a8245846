"""ML-DSA-44 (FIPS 204): the second line under a checkpoint, which a quantum computer does not forge."""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from wellclear.errors import InvalidValue, Unverified

SEED_BYTES: Final = 32
PUBLIC_KEY_BYTES: Final = 1312
SIGNATURE_BYTES: Final = 2420


class MlDsaKey:
    """A private key from 32 bytes of seed; it signs as `ed25519.Signer` does."""

    __slots__ = ("_private", "public_key")

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_BYTES:
            raise InvalidValue("seed", f"{len(seed)} bytes where {SEED_BYTES} belong")
        self._private = MLDSA44PrivateKey.from_seed_bytes(seed)
        self.public_key: bytes = self._private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The 2,420 bytes of a hedged signature with an empty context (FIPS 204, section 5.2)."""
        return self._private.sign(message)

    def __repr__(self) -> str:
        return f"MlDsaKey(public_key={self.public_key.hex()[:16]})"


def verify(public_key: bytes, message: bytes, signature: bytes) -> None:
    """Return if `signature` is `public_key`'s over `message`.

    Raises:
        Unverified: it is not, or key or signature have a wrong length.
    """
    if len(public_key) != PUBLIC_KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        raise Unverified("signature", f"key of {len(public_key)} bytes, signature of {len(signature)}, for ML-DSA-44")
    try:
        MLDSA44PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise Unverified("signature", "does not verify") from error
