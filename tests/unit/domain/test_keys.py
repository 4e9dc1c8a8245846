"""Which sealing keys may be registered: canonical ones that hide something; held to plain curve arithmetic."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from hypothesis import example, given
from hypothesis import strategies as st

from tests.vectors.second.curve import good_sealing_key
from wellclear.channel.sealing import SealingKey
from wellclear.domain.keys import check_sealing_key
from wellclear.errors import InvalidValue

P = 2**255 - 19
Y8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
SMALL = [0, 1, P - 1, *((1 + y) * pow(1 - y, -1, P) % P for y in (Y8, P - Y8))]
HYBRID = SealingKey(bytes(32), hybrid=True).public_key


def u(number: int) -> bytes:
    return number.to_bytes(32, "little")


def fits(key: bytes) -> bool:
    try:
        check_sealing_key(key)
    except InvalidValue:
        return False
    return True


@pytest.mark.requirement("R39")
@pytest.mark.parametrize("number", SMALL)
def test_a_point_of_small_order_hides_nothing_and_is_refused(number: int) -> None:
    with pytest.raises(InvalidValue, match="small order"):
        check_sealing_key(u(number))
    with pytest.raises(ValueError, match="shared key"):  # it is one: whatever is multiplied with it is zero
        X25519PrivateKey.from_private_bytes(bytes(range(32))).exchange(X25519PublicKey.from_public_bytes(u(number)))
    with pytest.raises(InvalidValue, match="small order"):
        check_sealing_key(HYBRID[:-32] + u(number))


@pytest.mark.requirement("R39")
@pytest.mark.parametrize("number", [P, P + 1, P + 9, 9 + 2**255, 2**255 - 1, 2**256 - 1])
def test_one_point_has_one_spelling(number: int) -> None:
    with pytest.raises(InvalidValue, match="canonical"):
        check_sealing_key(u(number))


@pytest.mark.requirement("R39")
@pytest.mark.parametrize(
    ("at", "three"),
    [(0, b"\x01\x0d\x00"), (0, b"\x00\x10\xd0"), (1149, b"\x01\x0d\x00"), (1149, b"\x00\x10\xd0"), (600, b"\xff" * 3)],
)
def test_every_coefficient_of_a_lattice_key_is_below_q(at: int, three: bytes) -> None:
    with pytest.raises(InvalidValue, match="ML-KEM"):
        check_sealing_key(HYBRID[:at] + three + HYBRID[at + 3 :])
    check_sealing_key(HYBRID[:at] + b"\x00\x0d\xd0" + HYBRID[at + 3 :])  # 3328, twice


@pytest.mark.parametrize("length", [0, 31, 33, 64, 1184, 1215, 1217])
def test_other_lengths_are_no_sealing_keys(length: int) -> None:
    assert not fits(bytes(length)[:-1] + b"\x09"[: length and 1])


@given(st.binary(min_size=32, max_size=32) | st.sampled_from(SMALL).map(u))
@example(u(9))
@example(u(P - 2))
def test_both_implementations_judge_alike(key: bytes) -> None:
    assert fits(key) == good_sealing_key(key)
    assert fits(HYBRID[:-32] + key) == good_sealing_key(HYBRID[:-32] + key)


@given(st.integers(0, 1151), st.integers(0, 255))
def test_both_implementations_judge_lattice_keys_alike(at: int, byte: int) -> None:
    key = HYBRID[:at] + bytes([byte]) + HYBRID[at + 1 :]
    assert fits(key) == good_sealing_key(key)


def test_what_seals_is_what_may_be_registered() -> None:
    for seed in range(8):
        for hybrid in (False, True):
            check_sealing_key(SealingKey(bytes([seed]) * 32, hybrid=hybrid).public_key)
