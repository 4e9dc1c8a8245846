r"""Sealing parts under the key of an epoch, and opening them again (protocol, "Epochs" and "Sealed parts").

    context = canonical JSON of channel, party, kind, item, version, epoch, audience and commitment of the part
    key     = HKDF-SHA256(epoch key, salt = random, info = "wellclear/part/1\n" || context)             RFC 5869
    stored  = random (32) || SHA-256("wellclear/part-key/1\n" || key) || AES-256-GCM(key, opening, context)

The opening is the salt and the padded text, which prove themselves against the commitment in the header. AES-GCM does
not bind its key, so the stored bytes do, and the entry of the epoch binds the epoch's: no author can show two readers
two texts, and a reader who finds a false text shows the key of that one part as proof, which frames nobody.

Each key seals one text: it hangs on the randomness and on the commitment. So the nonce is zero.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import UNSET

from wellclear.domain import canonical
from wellclear.domain.canonical import unb64
from wellclear.domain.entry import Act, PartRef
from wellclear.errors import InvalidValue, Unverified

EPOCH_KEY_BYTES: Final = 32
RANDOM_BYTES: Final = 32
SEED_BYTES: Final = 32
_EPOCH_TAG: Final = b"wellclear/epoch/1\n"
_PART_TAG: Final = b"wellclear/part/1\n"
_PART_KEY_TAG: Final = b"wellclear/part-key/1\n"
_SEED_TAG: Final = b"wellclear/sealing/1\n"
_NONCE: Final = bytes(12)
_HEAD: Final = RANDOM_BYTES + 32

X25519_SUITE: Final = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
HYBRID_SUITE: Final = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


def epoch_info(channel: str, party: str, number: int) -> bytes:
    """What names an epoch, to HPKE and in its commitment: no wrap can be taken for another's."""
    return _EPOCH_TAG + canonical.encode([channel, party, number])


def epoch_commitment(info: bytes, key: bytes) -> bytes:
    """SHA-256 of what names the epoch, a line feed, and its key."""
    return hashlib.sha256(info + b"\n" + key).digest()


class SealingKey:
    """A party's private sealing key: X25519, or ML-KEM-768 and X25519 (`hybrid`), from 32 bytes of a seed."""

    __slots__ = ("_private", "_suite", "public_key")

    def __init__(self, seed: bytes, *, hybrid: bool = False) -> None:
        if len(seed) != SEED_BYTES:
            raise InvalidValue("seed", f"{len(seed)} bytes where {SEED_BYTES} belong")
        classical = X25519PrivateKey.from_private_bytes(_expand(seed, b"x25519", 32))
        self.public_key: bytes = classical.public_key().public_bytes_raw()
        self._suite = X25519_SUITE
        self._private: X25519PrivateKey | hpke.MLKEM768X25519PrivateKey = classical
        if hybrid:
            lattice = MLKEM768PrivateKey.from_seed_bytes(_expand(seed, b"mlkem768", 64))
            self._private = hpke.MLKEM768X25519PrivateKey(lattice, classical)
            self._suite = HYBRID_SUITE
            self.public_key = lattice.public_key().public_bytes_raw() + self.public_key

    def unwrap(self, wrap: bytes, info: bytes) -> bytes:
        """The epoch key in a wrap (RFC 9180, base mode).

        Raises:
            Unverified: it is not for this key, or not of this epoch.
        """
        try:
            return self._suite.decrypt(wrap, self._private, info)
        except (InvalidTag, ValueError) as error:
            raise Unverified("epoch", "its wrap does not open under this sealing key") from error

    def __repr__(self) -> str:
        return f"SealingKey(public_key={self.public_key.hex()[:16]})"


def _expand(seed: bytes, label: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=_SEED_TAG + label).derive(seed)


def context(act: Act, ref: PartRef) -> bytes:
    """What a sealed part is sealed into: another header over the same bytes does not open them.

    Neither the part's `sha` nor the act's other parts are in it, so that it is known before anything is sealed.
    """
    item, version = (act.subject.id, act.subject.version) if act.subject is not UNSET else ("", 0)
    if act.id is not UNSET:
        item = act.id
    assert ref.epoch is not UNSET and ref.to is not UNSET and act.channel is not UNSET, "a sealed part of a channel"
    return canonical.encode([act.channel, act.party, act.kind, item, version, ref.epoch, ref.to, ref.commit])


@dataclass(frozen=True, slots=True)
class PartKey:
    """The key of one part. Whoever shows it opens this part to others, and no other part."""

    key: bytes

    @classmethod
    def derive(cls, epoch_key: bytes, random: bytes, context: bytes) -> PartKey:
        """From the epoch's key and the part's own randomness, in its place in the log."""
        if len(epoch_key) != EPOCH_KEY_BYTES or len(random) != RANDOM_BYTES:
            raise InvalidValue("epoch key", f"{len(epoch_key)} and {len(random)} bytes where 32 belong")
        return cls(HKDF(SHA256(), 32, salt=random, info=_PART_TAG + context).derive(epoch_key))

    @property
    def commitment(self) -> bytes:
        """What the stored bytes hold of it."""
        return hashlib.sha256(_PART_KEY_TAG + self.key).digest()

    def seal(self, opening: bytes, random: bytes, context: bytes) -> bytes:
        """The stored bytes of an opening."""
        return random + self.commitment + AESGCM(self.key).encrypt(_NONCE, opening, context)

    def open(self, stored: bytes, context: bytes) -> bytes:
        """What the stored bytes hold; that it fits the commitment in the header is for `open_part` to say.

        Raises:
            Unverified: these bytes were not sealed under this key, or into another header.
        """
        if not hmac.compare_digest(stored[RANDOM_BYTES:_HEAD], self.commitment):
            raise Unverified("sealed part", "it is sealed under another key")
        try:
            return AESGCM(self.key).decrypt(_NONCE, stored[_HEAD:], context)
        except (InvalidTag, ValueError) as error:
            raise Unverified("sealed part", "it does not open under its key and header") from error


def random_of(stored: bytes) -> bytes:
    """The randomness of a sealed part; each is used once."""
    return stored[:RANDOM_BYTES]


def check_sha(stored: bytes, ref: PartRef) -> None:
    """Raise `Unverified` unless these are the bytes that the header names."""
    if ref.sha is UNSET or hashlib.sha256(stored).digest() != unb64(ref.sha):
        raise Unverified(f"part {ref.commit[:8]}", "its bytes are not those that the header names")


def unseal(stored: bytes, epoch_key: bytes, act: Act, ref: PartRef) -> tuple[bytes, PartKey]:
    """The opening in a sealed part and the key of this part alone.

    Raises:
        Unverified: the bytes are not those that the header names, or do not open under the epoch's key and this header.
    """
    check_sha(stored, ref)
    if len(stored) < _HEAD:
        raise Unverified(f"part {ref.commit[:8]}", f"{len(stored)} bytes are no sealed part")
    where = context(act, ref)
    key = PartKey.derive(epoch_key, random_of(stored), where)
    return key.open(stored, where), key
