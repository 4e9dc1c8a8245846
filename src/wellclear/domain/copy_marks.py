r"""The mark of one recipient's copy, short enough to be read from a printed sheet (protocol, "Parts", R29).

    2 groups of 4 characters, as a fingerprint is written: 40 bits of SHA-256("wellclear/copy/1\\n" || opening)

It is made of the opening, which the recipient and the author hold, and not of the commitment, which stands in the log
for all to see: so nobody can put another recipient's mark under a copy of his own.
"""

from __future__ import annotations

import hashlib

from wellclear.domain.spoken import in_groups, parse_groups

COPY_TAG = b"wellclear/copy/1\n"
MARK_GROUPS = 2


def mark_of(opening: bytes) -> str:
    """The mark of a copy, from the opening (salt and text) of one of its parts: `7K2M 0Q9D`."""
    return in_groups(hashlib.sha256(COPY_TAG + opening).digest(), MARK_GROUPS)


def parse_mark(text: str, *, field: str = "MARK") -> str:
    """What somebody typed from a sheet, in the one spelling of `mark_of`; raises `InvalidValue` where it is none."""
    return parse_groups(text, MARK_GROUPS, field, "mark")
