"""Names that people speak, type and read back: parties, desks, persons, and the ids of items.

An id is `PARTY-counter-C`, for example `NORTHLAND-1001-9`: the author's own name, a counter, and one check character
(ISO 7064 MOD 37,36 over both), so that a digit misheard on the telephone is noticed at once.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from wellclear.errors import InvalidValue

BLOCK_SIZE = 1_000
"""A desk takes its counters from one block of this many; a restored or standby node starts the next free block."""

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PARTY = re.compile(r"[A-Z]{2,12}")
_DESK = re.compile(r"([A-Z]{2,12})/([A-Z][A-Z0-9]{0,11})")
_PERSON = re.compile(r"[A-Z][A-Z0-9]{0,11}")
ORIGIN = r"^[a-z0-9][a-z0-9.:-]{0,126}/[a-z0-9][a-z0-9._-]{0,126}\Z"
"""The name of a log, for ever: whose it is, a slash, which of theirs it is."""
_ORIGIN = re.compile(ORIGIN, re.ASCII)
_ITEM = re.compile(r"([A-Z]{2,12})-([1-9][0-9]{3,8})-([0-9A-Z])")


class ItemId(NamedTuple):
    """The two facts inside an id; `str()` gives the spoken form with its check character."""

    party: str
    counter: int

    @property
    def block(self) -> int:
        return self.counter // BLOCK_SIZE

    def __str__(self) -> str:
        return f"{self.party}-{self.counter}-{check_character(f'{self.party}{self.counter}')}"


def check_character(text: str) -> str:
    """The check character of ISO 7064 MOD 37,36 (a hybrid system) for digits and capital letters."""
    carry = 36
    for character in text:
        carry = (carry + _ALPHABET.index(character)) % 36 or 36
        carry = carry * 2 % 37
    return _ALPHABET[(37 - carry) % 36]


def parse_item_id(text: str, *, field: str = "id") -> ItemId:
    """Read an id and prove its check character.

    Raises:
        InvalidValue: another form, or the check character does not fit (most likely one wrong letter or digit).
    """
    match = _ITEM.fullmatch(text)
    if match is None:
        raise InvalidValue(field, f"{text[:40]!r} is no id; one looks like NORTHLAND-1001-9")
    party, counter, check = match.groups()
    if check_character(party + counter) != check:
        raise InvalidValue(field, f"{text} does not fit its check character; a letter or digit is wrong")
    return ItemId(party, int(counter))


def is_item_id(text: str) -> bool:
    """Whether a text is an id, its check character included."""
    match = _ITEM.fullmatch(text)
    return match is not None and check_character(match[1] + match[2]) == match[3]


def proven_item_id(text: str) -> ItemId:
    """Read an id whose form and check character were proven before, as those of a decoded entry are."""
    party, counter, _ = text.split("-")
    return ItemId(party, int(counter))


def check_origin(text: str, *, field: str = "origin") -> None:
    """Hold the name of a log to its form; raises `InvalidValue` with what an origin is."""
    if _ORIGIN.fullmatch(text) is None:
        raise InvalidValue(
            field,
            f"{text[:60]!r} is no origin. An origin names the log for ever, and checkpoints are signed under it: a "
            "name that is the host's alone, a slash, and a word for the log, such as caspia.example/channel. It has "
            "small letters, digits, dots and dashes, and no https:// in front",
        )


def check_party(text: str, *, field: str = "party") -> None:
    """Raise `InvalidValue` unless the text is 2 to 12 capital letters."""
    if _PARTY.fullmatch(text) is None:
        raise InvalidValue(field, f"{text[:40]!r} is no party; 2 to 12 capital letters name one")


def check_person(text: str, *, field: str = "person") -> None:
    """Raise `InvalidValue` unless the text names a person inside a party (a handle, not a civil name)."""
    if _PERSON.fullmatch(text) is None:
        raise InvalidValue(field, f"{text[:40]!r} is no person; a handle such as W1 names one")


def party_of_desk(text: str, *, field: str = "desk") -> str:
    """The party of a desk's address `PARTY/DESK`; raises `InvalidValue` for any other form."""
    match = _DESK.fullmatch(text)
    if match is None:
        raise InvalidValue(field, f"{text[:40]!r} is no desk; one looks like SOUTHLAND/OPS")
    return match.group(1)
