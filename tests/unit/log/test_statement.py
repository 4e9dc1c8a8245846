from __future__ import annotations

import pytest

from wellclear.errors import InvalidValue, Malformed, Unverified
from wellclear.log.ed25519 import SigningKey
from wellclear.log.note import sign_note
from wellclear.log.statement import PictureStatement, open_statement, parse_statement, sign_statement

KEY, OTHER = SigningKey(bytes(32)), SigningKey(bytes([1]) * 32)
STATEMENT = PictureStatement("caspia.example/x", 12, bytes(range(32)))


def test_a_statement_is_four_lines_under_the_picture_key() -> None:
    note = sign_statement(STATEMENT, "NORTHLAND/picture", KEY)
    assert note.startswith(b"wellclear/picture/v1\ncaspia.example/x\n12\nAAEC")
    assert open_statement(note, [OTHER.public_key, KEY.public_key]) == STATEMENT


def test_another_keys_word_is_no_word() -> None:
    with pytest.raises(Unverified, match="no known"):
        open_statement(sign_statement(STATEMENT, "NORTHLAND/picture", OTHER), [KEY.public_key])


def test_a_broken_line_of_a_known_key_condemns_the_note() -> None:
    note = sign_statement(STATEMENT, "N", KEY).replace(b"\n12\n", b"\n13\n")
    with pytest.raises(Unverified):
        open_statement(note, [KEY.public_key])


@pytest.mark.parametrize(
    "text",
    [
        b"caspia.example/x\n12\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        STATEMENT.text() + b"more\n",
        STATEMENT.text().replace(b"12", b"012"),
        STATEMENT.text().replace(b"AAEC", b"AAE"),
        STATEMENT.text().replace(b"v1", b"v2"),
        STATEMENT.text().replace(b"caspia", "cäspia".encode()),
    ],
)
def test_only_the_one_spelling_is_read(text: bytes) -> None:
    with pytest.raises(Malformed):
        parse_statement(text)
    with pytest.raises(Malformed):
        open_statement(sign_note(text, "N", KEY), [KEY.public_key])


def test_a_statement_that_cannot_be_is_not_built() -> None:
    with pytest.raises(InvalidValue):
        PictureStatement("a b", 1, bytes(32))
    with pytest.raises(InvalidValue):
        PictureStatement("a", 1, bytes(31))
