"""Another party's sites and movements, as rows: one at a time and with the law's sentence, never as a list of places.

Whoever was shown more than the cell needs the place to keep clear of it, and asks for the one notice by its id. A list
of all notices, and so the board, names what is there and how it is answered, by members that are named here: no place,
hour, read-back or contact of another party's site, movement, deployment or survey (R29, N1, N13).
"""

from __future__ import annotations

from typing import Final

from wellclear.apps.node.said import Row

PROTECTED: Final = frozenset({"protected_site", "aid_movement"})
SENTENCE: Final = (
    "The law protects this whether or not it was notified; this notice informs, and creates or ends no protection."
)
"""What stands with each protected notice that is open to its reader (N2)."""
LEFT_OUT: Final = "Places and hours of another party's sites, movements, deployments and surveys are in no list."
_LISTED: Final = frozenset({
    "id", "version", "party", "desk", "to", "kind", "state", "precedence", "index", "mine", "at", "at_us",
    "keep_until_day", "code", "host_consent", "doubtful", "category", "protection", "flags", "lead", "shown", "levels",
    "disclosed", "copy", "sheltered",
})  # fmt: skip
_MARKS: Final = frozenset({
    "desk", "party", "version", "standing", "unconfirmed", "sent", "sent_us", "received", "received_us", "acked",
    "acked_us", "confirmed", "confirmed_us", "readback_wrong", "readback_wrong_us", "passed", "passed_us", "acked_by",
    "acked_version", "echelon",
})  # fmt: skip
"""Of a recipient: what a desk has answered, and nothing of what it has read back."""


def with_sentence(row: Row) -> Row:
    """A notice's row, with the sentence where it tells of a protected site or movement."""
    return row | {"protection": SENTENCE} if row.get("category") in PROTECTED else row


def in_a_list(row: Row) -> Row:
    """The row as it stands in a list of all: of another party's site and the like, neither place nor hour."""
    if row.get("sheltered") != "yes":
        return row
    less = {name: value for name, value in row.items() if name in _LISTED}
    answers = [{name: value for name, value in one.items() if name in _MARKS} for one in row["recipients"]]
    return less | {"recipients": answers, "answers": answers, "volumes": [], "changes": [], "left_out": LEFT_OUT}
