"""How a sound input is spoilt, by Hypothesis: so that what fails is shrunk to the one edit that matters."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

TOKENS: Final = (
    b"", b"\x00", b"\xff", b"\xff\xff", b"\n", b"\r\n", b"\xe2\x80\xa8", b'"', b"\\", b"{", b"}", b"[", b"]", b",",
    b":", b"<", b">", b"&", b"=", b"-", b"0", b"-0", b"1e999", b"-1e999", b"1e-999", b"NaN", b"Infinity", b"-Infinity",
    b"null", b"true", b"1.5", b"9" * 40, b"9" * 5000, b"18446744073709551616", b"9223372036854775808",
    b"9007199254740992", b'"\\ud800"', b"\\ud800", b"\xed\xa0\x80", b"\xe2\x80\xae", b"\xd9\xa3", b"\xc2\xb2",
    b"\xef\xbc\x91", b"{}", b"[]", b'""', b"[[[[[[[[[[", b'{"a":' * 60, b"A" * 300, b"%s", b"../", b"/", b" ",
)  # fmt: skip
"""What parsers stumble over: ends, signs of forms, numbers beyond every type, surrogates, digits of other scripts."""


@st.composite
def spoilt(draw: st.DrawFn, sound: list[bytes], most: int) -> bytes:
    """A sound input with some bytes cut out, doubled, moved, or replaced; or bytes from nothing."""
    if not sound or draw(st.integers(0, 9)) == 0:
        return draw(st.one_of(st.binary(max_size=200), _words))[:most]
    raw = draw(st.sampled_from(sound))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(raw)))
        end = min(len(raw), start + draw(st.sampled_from([0, 1, 1, 2, 4, 8, 44, 400])))
        kept = raw[start:end]
        other = draw(st.sampled_from(sound))
        put = draw(
            st.one_of(
                st.sampled_from(TOKENS), st.binary(max_size=4), st.just(kept * 2), st.just(other[start : start + 60]),
                st.integers(0, 7).map(lambda bit, kept=kept: bytes(byte ^ 1 << bit for byte in kept)),  # type: ignore[misc]  # mypy cannot type a default of a lambda
            )
        )  # fmt: skip
        raw = raw[:start] + put + raw[end:]
    return raw[:most]


_words = st.lists(st.sampled_from(TOKENS), max_size=12).map(b"".join)
