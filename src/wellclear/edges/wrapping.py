"""Wrapping an epoch key for one reader: the one place where HPKE draws its randomness (RFC 9180, base mode)."""

from __future__ import annotations

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from wellclear.channel.sealing import HYBRID_SUITE, X25519_SUITE
from wellclear.domain.keys import SEALING_BYTES, check_sealing_key


def wrap(public_key: bytes, epoch_key: bytes, info: bytes) -> bytes:
    """Encapsulation and ciphertext for a sealing key, hybrid where the key is.

    Raises:
        InvalidValue: these bytes are no sealing key that may be registered.
    """
    check_sealing_key(public_key)
    classical = X25519PublicKey.from_public_bytes(public_key[-SEALING_BYTES:])
    if len(public_key) == SEALING_BYTES:
        return X25519_SUITE.encrypt(epoch_key, classical, info)
    lattice = MLKEM768PublicKey.from_public_bytes(public_key[:-SEALING_BYTES])
    return HYBRID_SUITE.encrypt(epoch_key, hpke.MLKEM768X25519PublicKey(lattice, classical), info)
