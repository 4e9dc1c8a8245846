r"""Fingerprints that two people read to each other over a telephone line.

    8 groups of 4 characters, Crockford's base 32: 160 bits of SHA-256("wellclear/spoken/1\n" || bytes)

Enough that nobody finds a second text with the same groups; short enough to be read twice. The letters I, L, O and U do
not occur, and whoever writes them down for 1, 1, 0 or V is understood.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from wellclear.errors import InvalidValue, Unverified

SPOKEN_TAG = b"wellclear/spoken/1\n"
GROUPS = 8
GROUP_CHARACTERS = 4

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISHEARD = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})
_SPACES = re.compile(r"[\s.,;:_/-]+")


def spoken(raw: bytes) -> str:
    """The groups for some bytes (a channel's id, a key, a card, a certificate): `7K2M 0Q9D ...`."""
    return in_groups(hashlib.sha256(SPOKEN_TAG + raw).digest(), GROUPS)


def in_groups(digest: bytes, groups: int) -> str:
    """The first bits of a digest as so many groups of four characters; 20 bits a group, and an even number of them."""
    bits = groups * GROUP_CHARACTERS * 5
    number = int.from_bytes(digest[: bits // 8], "big")
    letters = "".join(_ALPHABET[number >> shift & 31] for shift in range(bits - 5, -1, -5))
    return " ".join(letters[at : at + GROUP_CHARACTERS] for at in range(0, len(letters), GROUP_CHARACTERS))


def parse_spoken(text: str, *, field: str = "fingerprint") -> str:
    """What somebody typed from hearing it, in the one spelling of `spoken`.

    Raises:
        InvalidValue: too few or too many characters, or one that does not occur.
    """
    return parse_groups(text, GROUPS, field, "fingerprint")


def parse_groups(text: str, groups: int, field: str, what: str) -> str:
    """The same of anything that is written in groups like a fingerprint; `what` is how it is called in errors."""
    letters = _SPACES.sub("", text).upper().translate(_MISHEARD)
    strange = next((letter for letter in letters if letter not in _ALPHABET), None)
    if strange is not None:
        raise InvalidValue(field, f"{strange!r} occurs in no {what}")
    if len(letters) != groups * GROUP_CHARACTERS:
        raise InvalidValue(field, f"{len(letters)} characters; {groups} groups of {GROUP_CHARACTERS} make one")
    return " ".join(letters[at : at + GROUP_CHARACTERS] for at in range(0, len(letters), GROUP_CHARACTERS))


def check_spoken(heard: str, raw: bytes, what: str) -> None:
    """Hold what was heard to the bytes that lie here.

    Raises:
        InvalidValue: it is no fingerprint at all.
        Unverified: it is another one; somebody may stand in between, or one group was misheard.
    """
    given, ours = parse_spoken(heard), spoken(raw)
    if not hmac.compare_digest(given, ours):
        wrong = [
            number for number, pair in enumerate(zip(given.split(), ours.split(), strict=True), 1) if pair[0] != pair[1]
        ]
        groups = ", ".join(map(str, wrong))
        raise Unverified(what, f"group {groups} differs: this is {ours}")
