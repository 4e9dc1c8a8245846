"""Which bytes may be registered as a public key, in plain arithmetic (protocol, "Keys").

The fold needs this verdict and must reach it alike everywhere, so it rests on no library: canonical y, on the curve,
not one of the eight points of small order (under those a signature verifies for any message in some libraries).
A sealing key is X25519's u (RFC 7748), or an ML-KEM-768 key (FIPS 203) followed by one; a cosigner's second key is
ML-DSA-44's (FIPS 204).
"""

from __future__ import annotations

from functools import lru_cache

from wellclear.errors import InvalidValue

_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
# y of the points of order 8; with 0, 1 and -1 these are all y of small order (RFC 8032 section 5.1 gives the curve).
_Y8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL_ORDER_Y = frozenset({0, 1, _P - 1, _Y8, _P - _Y8})
# The same points on the Montgomery curve, u = (1 + y) / (1 - y) (RFC 7748 section 4.1), and -1 on its twist.
_SMALL_ORDER_U = frozenset({0, 1, _P - 1, *((1 + y) * pow(1 - y, -1, _P) % _P for y in (_Y8, _P - _Y8))})

SEALING_BYTES = 32
HYBRID_BYTES = 1184 + SEALING_BYTES
"""An ML-KEM-768 encapsulation key and an X25519 key."""
MLDSA44_BYTES = 1312
_Q = 3329


def check_public_key(key: bytes, *, field: str = "key") -> None:
    """Raise `InvalidValue` unless the bytes are a public key that may be registered (RFC 8032 section 5.1.3)."""
    fault = _fault(key)
    if fault is not None:
        raise InvalidValue(field, fault)


@lru_cache(maxsize=1024)  # a key stands in card, roster and genesis, and each of them is looked at more than once
def _fault(key: bytes) -> str | None:
    if len(key) != 32:
        return f"{len(key)} bytes where 32 belong"
    number = int.from_bytes(key, "little")
    y = number & (2**255 - 1)  # either sign bit names a point: x is zero only for y = 1 and -1
    if y >= _P:
        return "not the canonical spelling of a point"
    if y in _SMALL_ORDER_Y:
        return "a point of small order signs for nobody"
    # x^2 = (y^2 - 1) / (d y^2 + 1) must be a square; Euler's criterion on the product has the answer of the quotient.
    if pow((y * y - 1) * (_D * y * y + 1), (_P - 1) // 2, _P) != 1:
        return "not a point of the curve"
    return None


def check_sealing_key(key: bytes, *, field: str = "key") -> None:
    """Raise `InvalidValue` unless epoch keys may be wrapped for this key: X25519 alone, or ML-KEM-768 and X25519.

    Canonical, and not of small order: to such a point everybody who listens can open (RFC 7748 section 6.1). Of the
    ML-KEM half every coefficient is below q (FIPS 203 section 7.2).
    """
    if len(key) not in (SEALING_BYTES, HYBRID_BYTES):
        raise InvalidValue(field, f"{len(key)} bytes where {SEALING_BYTES} or {HYBRID_BYTES} belong")
    u = int.from_bytes(key[-SEALING_BYTES:], "little")
    if u >= _P:
        raise InvalidValue(field, "not the canonical spelling of a point")
    if u in _SMALL_ORDER_U:
        raise InvalidValue(field, "a point of small order hides nothing")
    coefficients = key[: -SEALING_BYTES - 32] if len(key) == HYBRID_BYTES else b""  # its last 32 bytes are a seed
    for at in range(0, len(coefficients), 3):
        low, middle, high = coefficients[at : at + 3]
        if low | (middle & 15) << 8 >= _Q or middle >> 4 | high << 4 >= _Q:
            raise InvalidValue(field, "not the canonical spelling of an ML-KEM-768 key")


def check_mldsa_key(key: bytes, *, field: str = "key") -> None:
    """Raise `InvalidValue` unless the bytes are a key of ML-DSA-44; all of that length are (FIPS 204, section 7.2)."""
    if len(key) != MLDSA44_BYTES:
        raise InvalidValue(field, f"{len(key)} bytes where {MLDSA44_BYTES} belong")
