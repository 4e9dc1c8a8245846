"""Another party's sites and movements, as rows: one at a time and with the law's sentence, never as a list of places.

Whoever was shown more than the cell needs the place to keep clear of it, and asks for the one notice by its id. A list
of all notices holds no place of another party's site, movement, deployment or survey (R29, N1, N13).
"""

from __future__ import annotations

from typing import Final

from wellclear.apps.node.said import Row
from wellclear.domain.notice_words import CONSENTED

PROTECTED: Final = frozenset({"protected_site", "aid_movement"})
SENTENCE: Final = (
    "The law protects this whether or not it was notified; this notice informs, and creates or ends no protection."
)
"""What stands with each protected notice that is open to its reader (N2)."""
_PLACES: Final = ("cell", "rest", "contact", "start_us", "start", "end_us", "end")


def with_sentence(row: Row) -> Row:
    """A notice's row, with the sentence where it tells of a protected site or movement."""
    return row | {"protection": SENTENCE} if row.get("category") in PROTECTED else row


def in_a_list(row: Row) -> Row:
    """The row as it stands in a list of all: of another party's site and the like, neither place nor hour."""
    if row["mine"] == "yes" or row.get("category") not in CONSENTED:
        return row
    less = {name: value for name, value in row.items() if name not in _PLACES}
    hours = ("units", "units_earlier")
    answers = [{name: value for name, value in one.items() if name not in hours} for one in row["recipients"]]
    return less | {"volumes": [], "changes": [], "recipients": answers, "answers": answers}
