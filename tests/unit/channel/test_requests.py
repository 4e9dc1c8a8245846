"""Who reads is shown by a signature over that very request."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellclear.channel.requests import SKEW_US_MAX, authorize, check_request, reader_of
from wellclear.domain.canonical import b64
from wellclear.errors import Malformed, Refused, Unverified
from wellclear.log.ed25519 import SigningKey
from wellclear.testing.sketch import Sketch

KEY = SigningKey(b"k" * 32)
NOW_US = 1_795_000_000_000_000
REQUEST = ("channel", "GET", "/events?from=7", NOW_US)


def test_a_signed_request_tells_its_key() -> None:
    header = authorize(KEY, *REQUEST)
    for late_us in (-SKEW_US_MAX, 0, SKEW_US_MAX):
        assert check_request(header, *REQUEST[:3], NOW_US + late_us) == b64(KEY.public_key)


@pytest.mark.parametrize(
    "other",
    [
        ("channel2", "GET", "/events?from=7", NOW_US),
        ("channel", "POST", "/events?from=7", NOW_US),
        ("channel", "GET", "/events?from=8", NOW_US),
        ("channel", "GET", "/events?from=7", NOW_US + SKEW_US_MAX + 1),
        ("channel", "GET", "/events?from=7", NOW_US - SKEW_US_MAX - 1),
    ],
)
def test_another_request_or_another_minute_is_not_signed(other: tuple[str, str, str, int]) -> None:
    with pytest.raises(Unverified):
        check_request(authorize(KEY, *REQUEST), *other)


@given(
    st.text(max_size=200) | st.from_regex(r'Wellclear key="[A-Za-z0-9+/=]{44}", time="[0-9]{1,17}", sig="[A=/]{88}"')
)
def test_any_header_is_refused_in_words(header: str) -> None:
    with pytest.raises((Malformed, Unverified)):
        check_request(header, *REQUEST)


def test_live_linking_keys_of_members_read() -> None:
    sketch = Sketch.founded(seed=2)
    north = sketch.parties["NORTHLAND"]
    assert reader_of(sketch.picture, north.public("node")) == "NORTHLAND"
    assert reader_of(sketch.picture, north.public("recovery")) == "NORTHLAND"
    assert reader_of(sketch.picture, sketch.parties["CASPIA"].public("sequencer")) == "CASPIA"
    for use in ("cosigner", "W1", "stranger"):
        with pytest.raises(Refused, match="UNKNOWN_KEY"):
            reader_of(sketch.picture, north.public(use))
    sketch.send("NORTHLAND", *sketch.by_head("NORTHLAND", "withdraw"))
    with pytest.raises(Refused, match="KEY_NOT_LIVE"):
        reader_of(sketch.picture, north.public("node"))
