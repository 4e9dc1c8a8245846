"""HPKE's sender for tests that must bring the same bytes twice: the ephemeral key comes from a seed.

The libraries draw it themselves, as they should. This one is for sketches, golden logs and simulated worlds, and is
held to the library by opening with it (RFC 9180, base mode; DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM).
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

_KEM: Final = b"KEM\x00\x20"
_HPKE: Final = b"HPKE\x00\x20\x00\x01\x00\x02"


def _extract(suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    return hmac.digest(salt, b"HPKE-v1" + suite + label + ikm, "sha256")


def _expand(suite: bytes, prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
    return HKDFExpand(SHA256(), length, length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info).derive(prk)


def wrap(public_key: bytes, epoch_key: bytes, info: bytes, seed: bytes) -> bytes:
    """Encapsulation and ciphertext, as `SealingKey.unwrap` takes them; the same seed gives the same bytes."""
    ephemeral = X25519PrivateKey.from_private_bytes(hashlib.sha256(b"ephemeral" + seed).digest())
    return wrap_under(ephemeral, public_key, epoch_key, info)


def wrap_under(ephemeral: X25519PrivateKey, public_key: bytes, epoch_key: bytes, info: bytes) -> bytes:
    """The same, under an ephemeral key that is given."""
    shared_point = ephemeral.exchange(X25519PublicKey.from_public_bytes(public_key))
    enc = ephemeral.public_key().public_bytes_raw()
    shared = _expand(_KEM, _extract(_KEM, b"", b"eae_prk", shared_point), b"shared_secret", enc + public_key, 32)
    hashes = _extract(_HPKE, b"", b"psk_id_hash", b"") + _extract(_HPKE, b"", b"info_hash", info)
    secret = _extract(_HPKE, shared, b"secret", b"")
    key = _expand(_HPKE, secret, b"key", b"\x00" + hashes, 32)
    nonce = _expand(_HPKE, secret, b"base_nonce", b"\x00" + hashes, 12)
    return enc + AESGCM(key).encrypt(nonce, epoch_key, b"")
