"""What a reader opens: an epoch's key out of its wrap, a part out of its stored bytes (protocol, "Sealed parts")."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.vectors.second.wire import Refused, b64, canonical, sha, unb64

X25519, HYBRID = b"\x00\x20", b"\x64\x7a"
XWING = b"\\.//^\\"


def extract(salt: bytes, secret: bytes) -> bytes:
    """HKDF's first step (RFC 5869)."""
    return hmac.digest(salt or bytes(32), secret, "sha256")


def expand(key: bytes, info: bytes, length: int) -> bytes:
    """HKDF's second step."""
    made, block = b"", b""
    while len(made) < length:
        block = hmac.digest(key, block + info + bytes([len(made) // 32 + 1]), "sha256")
        made += block
    return made[:length]


def _labelled_extract(suite: bytes, salt: bytes, label: bytes, secret: bytes) -> bytes:
    return extract(salt, b"HPKE-v1" + suite + label + secret)


def _labelled_expand(suite: bytes, key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    return expand(key, length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info, length)


def x25519(private: bytes, encapsulation: bytes) -> bytes:
    """DHKEM(X25519, HKDF-SHA256): the shared secret (RFC 9180, section 4.1)."""
    own = X25519PrivateKey.from_private_bytes(private)
    shared = own.exchange(X25519PublicKey.from_public_bytes(encapsulation))
    suite, public = b"KEM" + X25519, own.public_key().public_bytes_raw()
    key = _labelled_extract(suite, b"", b"eae_prk", shared)
    return _labelled_expand(suite, key, b"shared_secret", encapsulation + public, 32)


def hybrid(private: bytes, encapsulation: bytes) -> bytes:
    """MLKEM768-X25519: the shared secret; the private key is the 64 bytes of ML-KEM's seed and X25519's 32."""
    lattice, own = MLKEM768PrivateKey.from_seed_bytes(private[:64]), X25519PrivateKey.from_private_bytes(private[64:])
    theirs = encapsulation[1088:]
    first = lattice.decapsulate(encapsulation[:1088])
    second = own.exchange(X25519PublicKey.from_public_bytes(theirs))
    return hashlib.sha3_256(first + second + theirs + own.public_key().public_bytes_raw() + XWING).digest()


def schedule(kem: bytes, aead: bytes, shared: bytes, info: bytes) -> tuple[bytes, bytes]:
    """Key and base nonce of HPKE's base mode with HKDF-SHA256 (RFC 9180, section 5.1)."""
    suite = b"HPKE" + kem + b"\x00\x01" + aead
    context = b"\x00" + _labelled_extract(suite, b"", b"psk_id_hash", b"")
    context += _labelled_extract(suite, b"", b"info_hash", info)
    secret = _labelled_extract(suite, shared, b"secret", b"")
    return (
        _labelled_expand(suite, secret, b"key", context, 32),
        _labelled_expand(suite, secret, b"base_nonce", context, 12),
    )


def unwrap(private: bytes, wrap: bytes, channel: str, party: str, number: int, commit: str) -> bytes:
    """The key of an epoch, proven against what its entry commits to."""
    info = b"wellclear/epoch/1\n" + canonical([channel, party, number])
    kem, size = (X25519, 32) if len(private) == 32 else (HYBRID, 1120)
    shared = (x25519 if kem == X25519 else hybrid)(private, wrap[:size])
    key, nonce = schedule(kem, b"\x00\x02", shared, info)
    try:
        epoch_key = AESGCM(key).decrypt(nonce, wrap[size:], b"")
    except InvalidTag as error:
        raise Refused("wrap") from error
    if b64(sha(info, b"\n", epoch_key)) != commit:
        raise Refused("commitment to the epoch key")
    return epoch_key


def unseal(epoch_key: bytes, stored: bytes, act: dict[str, Any], part: dict[str, Any]) -> bytes:
    """Salt and padded text of a part, as its header commits to them."""
    if b64(sha(stored)) != part["sha"]:
        raise Refused("sha")
    subject = act.get("subject", {"id": "", "version": 0})
    item = act.get("id", subject["id"])
    place = [act["channel"], act["party"], act["kind"], item, subject["version"]]
    context = canonical([*place, part["epoch"], part["to"], part["commit"]])
    key = expand(extract(stored[:32], epoch_key), b"wellclear/part/1\n" + context, 32)
    if sha(b"wellclear/part-key/1\n", key) != stored[32:64]:
        raise Refused("commitment to the part's key")
    try:
        opening = AESGCM(key).decrypt(bytes(12), stored[64:], context)
    except InvalidTag as error:
        raise Refused("seal") from error
    if sha(opening) != unb64(part["commit"]):
        raise Refused("commitment")
    return opening
