from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellclear.domain.spoken import check_spoken, parse_spoken, spoken
from wellclear.errors import InvalidValue, Unverified

KNOWN = spoken(b"")


def test_the_groups_of_known_bytes() -> None:
    """Held so that two releases never speak differently; computed once more with other code."""
    assert KNOWN == "08BY F045 7A8Z XSBF PYE9 HKMZ 8S7Y VT4B"


@given(st.binary(max_size=64))
def test_what_was_heard_is_what_was_read(raw: bytes) -> None:
    assert len(spoken(raw)) == 39
    check_spoken(spoken(raw), raw, "card")
    check_spoken(spoken(raw).lower().replace(" ", "-").replace("0", "o").replace("1", "l"), raw, "card")


@given(st.binary(max_size=64), st.binary(max_size=64))
def test_other_bytes_sound_otherwise(one: bytes, other: bytes) -> None:
    assert (spoken(one) == spoken(other)) == (one == other)


@pytest.mark.parametrize("text", ["", "7K2M", KNOWN + "A", KNOWN[:-1], KNOWN[:-1] + "?", KNOWN[:-1] + "\u0661"])
def test_what_is_no_fingerprint_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="fingerprint"):
        parse_spoken(text)


def test_a_misheard_group_is_named() -> None:
    groups = KNOWN.split()
    groups[2] = "0000"
    with pytest.raises(Unverified, match="certificate: group 3 differs"):
        check_spoken(" ".join(groups), b"", "certificate")
