from __future__ import annotations

import pytest

from wellclear.errors import InvalidValue, Malformed, Unverified
from wellclear.log.ed25519 import SigningKey
from wellclear.log.note import (
    COSIGNATURE_V1,
    ED25519,
    NOTE_BYTES_MAX,
    SIGNATURES_MAX,
    SignatureLine,
    Verifier,
    cosigned_at,
    parse_note,
    parse_signature_line,
    parse_vkey,
    sign_line,
    sign_note,
    verify_note,
)

KEY, OTHER = SigningKey(bytes(32)), SigningKey(bytes([1]) * 32)
ALICE = Verifier("alice.example/desk", ED25519, KEY.public_key)
BOB = Verifier("bob.example", ED25519, OTHER.public_key)
TEXT = b"one\n\ntwo \xe2\x80\xa8 three\xc2\x85\n"  # with a blank line, U+2028 and U+0085 inside
NOTE = sign_note(TEXT, ALICE.name, KEY)
LINE = NOTE[len(TEXT) + 1 :]


def test_a_signed_note_opens_to_its_text() -> None:
    verified = verify_note(NOTE, [BOB, ALICE])
    assert verified.text == TEXT
    assert verified.by == (ALICE,)
    assert parse_note(NOTE).encode() == NOTE
    assert parse_signature_line(LINE).encode() == LINE


@pytest.mark.requirement("R33")
def test_every_changed_byte_is_refused() -> None:
    for at in range(len(NOTE)):
        for bit in (0x01, 0x20, 0x80):
            changed = NOTE[:at] + bytes((NOTE[at] ^ bit,)) + NOTE[at + 1 :]
            with pytest.raises((Malformed, Unverified)):
                verify_note(changed, [ALICE])


def test_every_shortened_note_is_refused() -> None:
    for length in range(len(NOTE)):
        with pytest.raises((Malformed, Unverified)):
            verify_note(NOTE[:length], [ALICE])


def test_lines_of_unknown_keys_are_passed_over_even_under_a_known_name_or_id() -> None:
    same_name = sign_line(b"something else\n", ALICE.name, OTHER)
    same_id = SignatureLine("mallory.example", ALICE.key_id, bytes(64)).encode()
    exotic = SignatureLine("ml-dsa.example", b"abcd", bytes(2428)).encode()
    assert verify_note(NOTE + same_name + same_id + exotic, [ALICE]).by == (ALICE,)


def test_a_bad_line_of_a_known_key_condemns_the_note() -> None:
    bad = sign_line(b"something else\n", BOB.name, OTHER)
    assert verify_note(NOTE + bad, [ALICE]).by == (ALICE,)
    with pytest.raises(Unverified, match="bob"):
        verify_note(NOTE + bad, [ALICE, BOB])
    with pytest.raises(Unverified):
        verify_note(NOTE + SignatureLine(ALICE.name, ALICE.key_id, bytes(64)).encode(), [ALICE])


def test_one_known_signature_is_needed() -> None:
    for known in ([], [BOB], [Verifier(ALICE.name, COSIGNATURE_V1, KEY.public_key)]):
        with pytest.raises(Unverified, match="no known key"):
            verify_note(NOTE, known)


def test_a_key_signs_twice_and_counts_once() -> None:
    both = NOTE + LINE + sign_line(TEXT, BOB.name, OTHER)
    assert verify_note(both, [BOB, ALICE]).by == (ALICE, BOB)


def test_the_number_of_signatures_is_bounded() -> None:
    full = TEXT + b"\n" + LINE * SIGNATURES_MAX
    assert len(parse_note(full).signatures) == SIGNATURES_MAX
    with pytest.raises(Malformed):
        parse_note(full + LINE)
    with pytest.raises(Malformed):
        parse_note(b"x" * NOTE_BYTES_MAX + b"\n\n" + LINE)


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"\n",
        b"\n\n",
        TEXT,
        TEXT + b"\n",
        TEXT + LINE,  # no blank line
        NOTE + b"\n",
        NOTE + b"trailing\n",
        NOTE[:-1],
        NOTE.replace(b"\n", b"\r\n"),
        NOTE.replace(b"two", b"t\x00o"),
        NOTE.replace(b"two", b"t\xffo"),
        NOTE.replace("—".encode(), b"-"),
        NOTE.replace("— ".encode(), "—  ".encode()),
        NOTE.replace("— ".encode(), "—\u00a0".encode()),
        NOTE.replace("— ".encode(), "— — ".encode()),
        NOTE[:-1] + b" \n",
        NOTE[:-1] + b" extra\n",
        NOTE[:-1] + b"\t\n",
        TEXT + b"\n" + "— alice\u2003example AAAAAAAA\n".encode(),
        TEXT + b"\n" + "— a+b AAAAAAAA\n".encode(),
        TEXT + b"\n" + "—  AAAAAAAA\n".encode(),
        TEXT + b"\n" + "— a \n".encode(),
    ],
)
def test_what_is_not_a_note_is_malformed(note: bytes) -> None:
    with pytest.raises(Malformed):
        parse_note(note)


@pytest.mark.parametrize(
    "base64",
    [
        "AAAAAAA=",  # five bytes: taken, see below
        "AAAAAAB=",  # the same five bytes with an unused bit set
        "AAAAAAA",  # padding missing
        "AAAAAAA==",
        "AAAAAAA=AAAA",
        "AAAA",  # less than a key id
        "AAAAAA==",  # no more than a key id
        "AAAAAAA_",  # the alphabet of URLs
        "AAAA\u2028AAA=",
        "AAAAAAA=\u0085",
        "АAAAAAA=",  # a Cyrillic letter
    ],
)
def test_base64_has_one_spelling(base64: str) -> None:
    line = f"— a {base64}\n".encode()
    if base64 == "AAAAAAA=":
        assert parse_signature_line(line).signature == b"\0"
        return
    with pytest.raises(Malformed):
        parse_signature_line(line)
    with pytest.raises(Malformed):
        parse_note(TEXT + b"\n" + line)


def test_only_notes_that_parse_are_signed() -> None:
    for text in (b"", b"no end", b"carriage\r\n", b"\xff\n"):
        with pytest.raises(InvalidValue):
            sign_note(text, "a", KEY)
    for name in ("", "a b", "a+b", "a\n", "a\u00a0b", "a\u2028b", "a\x00b", "\ud800"):
        with pytest.raises(InvalidValue):
            sign_note(b"text\n", name, KEY)
    assert verify_note(sign_note(b"\n", "a", KEY), [Verifier("a", ED25519, KEY.public_key)]).text == b"\n"
    assert verify_note(sign_note(b"a\n\n", "a", KEY), [Verifier("a", ED25519, KEY.public_key)]).text == b"a\n\n"


def test_key_text_goes_both_ways() -> None:
    for key in (ALICE, BOB, Verifier("c", COSIGNATURE_V1, KEY.public_key)):
        assert parse_vkey(key.vkey()) == key
    assert ALICE.key_id != Verifier(ALICE.name, COSIGNATURE_V1, KEY.public_key).key_id


@pytest.mark.parametrize(
    "text",
    [
        "",
        "alice",
        ALICE.vkey() + "\n",
        " " + ALICE.vkey(),
        ALICE.vkey()[:-1],
        ALICE.vkey().replace("alice", "alicf"),
        ALICE.vkey().replace(ALICE.key_id.hex(), ALICE.key_id.hex().upper()),
        ALICE.vkey().replace(ALICE.key_id.hex(), ""),
        Verifier("a", ED25519, KEY.public_key).vkey().replace("+AT", "+Aj"),  # type 0x02
        "\ud800+00000000+AAAA",
    ],
)
def test_what_is_not_a_key_text_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        parse_vkey(text)


def test_a_hostile_key_is_refused_when_it_is_read() -> None:
    identity = Verifier("mallory", ED25519, bytes([1]) + bytes(31))
    with pytest.raises(Unverified, match="small order"):
        parse_vkey(identity.vkey())


def test_a_verifier_is_a_name_a_known_type_and_32_bytes() -> None:
    for key_type, public_key in ((2, KEY.public_key), (6, KEY.public_key), (-1, KEY.public_key), (1, b"short")):
        with pytest.raises(InvalidValue):
            Verifier("a", key_type, public_key)


def test_a_cosignature_is_72_bytes_with_a_time_that_others_can_hold() -> None:
    assert cosigned_at((2**63 - 1).to_bytes(8, "big") + bytes(64)) == 2**63 - 1
    for signature in (bytes(71), bytes(73), (2**63).to_bytes(8, "big") + bytes(64)):
        with pytest.raises(Unverified):
            cosigned_at(signature)
