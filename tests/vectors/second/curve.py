"""Strict Ed25519, and which sealing keys may be registered: what the page asks beyond the RFCs (protocol, "Keys")."""

from __future__ import annotations

from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Point = tuple[int, int]
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)  # of -1
A24, Q = 121666, 3329


def _point(raw: bytes) -> Point | None:
    """The point that 32 bytes spell; None if y is not canonical or there is none."""
    number = int.from_bytes(raw, "little")
    sign, y = number >> 255, number & (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return (P - x if x & 1 != sign else x, y)


def _doubled(point: Point) -> Point:
    x, y = point
    k = D * x * x * y * y % P
    return 2 * x * y * pow(1 + k, P - 2, P) % P, (y * y + x * x) * pow(1 - k, P - 2, P) % P


def _small(point: Point) -> bool:
    for _ in range(3):
        point = _doubled(point)
    return point == (0, 1)


@lru_cache(maxsize=1 << 16)
def good_key(key: bytes) -> bool:
    point = _point(key) if len(key) == 32 else None
    return point is not None and not _small(point)


@lru_cache(maxsize=1 << 16)
def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature holds; without the cofactor, R compared as bytes."""
    if not good_key(key) or len(signature) != 64 or int.from_bytes(signature[32:], "little") >= L:
        return False
    r = _point(signature[:32])
    if r is None or _small(r):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=1 << 16)
def good_sealing_key(key: bytes) -> bool:
    """X25519's u, canonical and not of small order; before it, if there is one, an ML-KEM-768 key."""
    if len(key) not in (32, 1216):
        return False
    lattice, u = key[:-32][:1152], int.from_bytes(key[-32:], "little")
    number = int.from_bytes(lattice, "little")
    coefficients = [number >> 12 * at & 0xFFF for at in range(768 if lattice else 0)]
    return u < P and not _montgomery_small(u) and all(value < Q for value in coefficients)


def _montgomery_small(u: int) -> bool:
    """Whether eight times the point with this u is the neutral one, on the curve or on its twist."""
    x, z = u, 1
    for _ in range(3):
        plus, minus = (x + z) ** 2 % P, (x - z) ** 2 % P
        step = plus - minus
        x, z = plus * minus % P, step * (minus + A24 * step) % P
    return z == 0
